"""Appeals: what a mark rests on is drawn and answered again, what no longer fits is said; and backups."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import stat
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.classroom.appeals.backup import backup, restore
from autograder.classroom.appeals.explain import explain
from autograder.classroom.appeals.replayed import calls
from autograder.classroom.grading.gradebook import Marks, opened
from autograder.classroom.grading.results import kept
from autograder.classroom.intake.cells import grade_id
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.classroom.marking.entered import Mark, Noted, note
from autograder.cli import main
from autograder.faults import Fault, WrongUsage
from tests.classroom.hand_ins import SOURCES, WRITTEN, WRONG, graded_once, hand_in, marks, sources
from tests.shared import EXERCISES, TP

MISSED = "bias correction"
WHEN = "2026-03-04T10:00:00+00:00"


@pytest.fixture
def graded(once: Path, built: Path, tmp_path: Path) -> Classroom:
    """A copy of the graded sample class, in which people have changed the marks of one."""
    shutil.copytree(graded_once(once, built).root, tmp_path / "classroom")
    classroom = Classroom.at(tmp_path / "classroom")
    with opened(classroom) as gradebook:
        gradebook.find_grade("test_adam_step", TP, TP, WRONG).manual_score = 1.75
        gradebook.find_grade("test_adam_step", TP, TP, WRONG).extra_credit = 0.5
        gradebook.find_submission_notebook(TP, TP, WRONG).late_submission_penalty = 0.25
        gradebook.find_comment("adam_step", TP, TP, WRONG).manual_comment = "Seen again."
        gradebook.db.commit()
    given = Mark(1.75, "Seen again.", who="bea", when=WHEN)
    note(classroom, TP, WRONG, {(TP, "test_adam_step"): Noted(given), (TP, WRITTEN): Noted(given)})
    return classroom


def numbers(text: str) -> np.ndarray:
    return np.array(json.loads(re.sub(r"\.(?=[],])", ".0", text)))


def test_the_calls_that_are_shown_give_what_is_shown(graded: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--classroom", str(graded.root), "explain", WRONG, TP]) == 0
    said = capsys.readouterr().out
    result = kept(graded, TP, WRONG)
    assert result is not None
    part = said.partition("\nadam_step: ")[2].partition("\n\n")[0]
    missed = [c["name"] for c in result.by_label["adam_step"]["criteria"] if not c["passed"]]
    assert MISSED in missed
    assert re.findall(r"^  missed 0 of \S+, (.*?):", part, flags=re.MULTILINE) == missed
    block = re.split(r"\n  (?:met|missed) ", part.partition(f", {MISSED}: ")[2])[0].splitlines()[1:]
    *lines, answered, expected = [line.strip() for line in block]
    wrong: dict[str, object] = {"np": np}
    exec(sources(WRONG)["adam_step"], wrong)
    reference = next(exercise.reference for exercise in EXERCISES[TP] if exercise.name == "adam_step")
    for names, shown in ((wrong, answered), ({"np": np, "adam_step": reference}, expected)):
        exec("\n".join(lines[:-1]), names)
        np.testing.assert_allclose(eval(lines[-1], names), numbers(shown.partition("ed: ")[2]), rtol=1e-3, atol=1e-6)
    assert "the grader 2.2; extra credit 0.5" in part
    assert f"bea ({WHEN}) gave 1.75" in part
    assert "comment: Seen again." in part
    assert "penalty for handing in late: 0.25" in said
    assert "here: the same versions" in said
    assert f"NumPy {np.__version__}" in said
    assert "note:" not in said


def test_what_was_overwritten_between_a_call_and_its_answer_is_shown() -> None:
    exercise = next(exercise for exercise in EXERCISES[TP] if exercise.name == "momentum_step")
    key = exercise.draw(np.random.default_rng(1))
    before, after = (f"nothing shared: v {when}" for when in ("as returned", "once its inputs were overwritten"))
    lines = calls(key, {before, after})
    last = [line.partition("  # ")[0] for line in lines[-7:]]
    made = last[0].partition(" = ")[0]
    assert [line.partition("[...] = ")[2] for line in last[2:6]] == ["7", "8", "9", "5"]
    assert last[1] == last[6] == f"{made}[1]"
    assert lines[-1].endswith("once its inputs were overwritten")


def test_what_no_longer_fits_the_record_is_said(graded: Classroom) -> None:
    release = graded.release(TP)
    notebook = read(release)
    test = next(cell for cell in notebook.cells if grade_id(cell) == "test_adam_step")
    test.metadata.nbgrader.points = 8
    write(release, nbformat.writes(notebook))
    corrected = "\n".join(explain(graded, TP, WRONG, "adam_step"))
    assert "note: the release or the grader has changed" in corrected
    assert "note: adam_step: graded now it has 4.4 points" in corrected
    assert "adam_step: 2.2 of 4 points" in corrected  # the record itself
    hand_in(graded, WRONG, SOURCES)
    hostile = Mark(1.75, "Seen again.", who="bea", when="\x1b[2J\nnever")
    note(graded, TP, WRONG, {(TP, "test_adam_step"): Noted(hostile)})
    later = "\n".join(explain(graded, TP, WRONG, "adam_step"))
    assert "note: another hand-in has come since this was graded" in later
    assert "answered:" not in later
    assert "; bea (\N{REPLACEMENT CHARACTER}[2J never) gave 1.75, the grader 2.2;" in later
    note(graded, TP, WRONG, {(TP, "test_adam_step"): Noted(Mark(1.75, "What nobody reads.", who="bea", when=WHEN))})
    assert "; a person gave 1.75, the grader 2.2;" in "\n".join(explain(graded, TP, WRONG, "adam_step"))
    assert "a person marks it" in "\n".join(explain(graded, TP, WRONG, WRITTEN))
    with pytest.raises(WrongUsage, match=r"no exercise adam_stop; did you mean adam_step\?"):
        explain(graded, TP, WRONG, "adam_stop")


def test_a_backup_brings_back_the_classroom_with_its_secret(graded: Classroom, tmp_path: Path) -> None:
    (graded.submitted(TP, WRONG) / "passwd").symlink_to("/etc/passwd")
    file = tmp_path / "kept.tar.gz"
    written = backup(graded, file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert written.told == [f"left out: submitted/{WRONG}/{TP}/passwd (a link)"]
    before, secret = marks(graded, TP), graded.secret()
    with pytest.raises(WrongUsage, match="is there already"):
        restore(file, graded.root)
    other = restore(file, tmp_path / "other")
    assert other.secret() == secret
    assert stat.S_IMODE((other.own / "secret").stat().st_mode) == 0o600
    assert marks(other, TP) == before
    assert before[WRONG][TP, "test_adam_step"] == (2.2, 1.75)
    there, here = ({str(p.relative_to(c.root)) for p in c.root.rglob("*")} for c in (graded, other))
    assert there - here == {f"submitted/{WRONG}/{TP}/passwd", ".tp/lock"}
    assert not list(tmp_path.glob(".*.part"))
    half = tmp_path / "half.tar.gz"
    half.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(Fault, match="damaged"):
        restore(half, tmp_path / "third")
    assert not (tmp_path / "third").exists()
    with pytest.raises(WrongUsage, match="exists already"):
        backup(graded, file)


def test_what_is_kept_of_a_term_names_nobody_and_a_new_one_begins_without_it(graded: Classroom, tmp_path: Path) -> None:
    before = marks(graded, TP)
    at = ["--classroom", str(graded.root)]
    assert main([*at, "archive", str(tmp_path / "term.zip")]) == 0
    with zipfile.ZipFile(tmp_path / "term.zip") as zipped:
        held = {name: zipped.read(name).decode("utf-8", "replace") for name in zipped.namelist()}
    assert [name for name in held if any(student in name + held[name] for student in before)] == []
    rows = list(csv.DictReader(io.StringIO(held[f"{TP}/marks.csv"])))
    assert len(rows) == len(before)
    given = sorted(float(row["test_adam_step"]) for row in rows)
    assert given == pytest.approx(
        sorted(auto if by_hand is None else by_hand + 0.5 for auto, by_hand in of_adam(before)), abs=1e-9
    )
    assert f"{TP}/release/{TP}.ipynb" in held
    assert "adam/no-bias-correction" in held[f"{TP}/class.txt"]
    assert main([*at, "new-term", str(tmp_path / "next")]) == 0
    new = Classroom.at(tmp_path / "next")
    assert {path.name for path in new.root.rglob("*")} <= {"nbgrader_config.py", "tps.toml"}
    assert new.secret() != graded.secret()
    assert main([*at, "new-term", str(tmp_path / "next")]) == 2
    with open(graded.root / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write(f"c.CourseDirectory.db_url = 'sqlite:///{tmp_path / 'elsewhere.db'}'\n")
    assert main([*at, "new-term", str(tmp_path / "another")]) == 2  # it would write into the gradebook of this one
    assert not (tmp_path / "another").exists()


def of_adam(found: dict[str, Marks]) -> list[tuple[float, float | None]]:
    return [(auto or 0.0, by_hand) for auto, by_hand in (of[TP, "test_adam_step"] for of in found.values())]
