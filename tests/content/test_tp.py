"""A TP is a folder: what its settings change, and one line for whatever is broken in it."""

from __future__ import annotations

import os
import py_compile
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.classroom.assignment import judged
from autograder.classroom.handout.build import from_text
from autograder.classroom.handout.new import new
from autograder.content import finding
from autograder.content.tp import TP, read
from autograder.faults import Fault, WrongUsage
from tests.shared import EXERCISES, TPS

NAME = "returns"  # of the TP that `tp new` writes for these tests
PLAIN = "annual_volatility"  # its exercise without a reference
JUDGED = "log_returns"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of an instructor's own TP."""
    return new(NAME, tmp_path)


def settings(own: Path, *lines: str) -> TP:
    """The TP with these lines in its settings, beside those that it needs."""
    (own / "tp.toml").write_text("\n".join(["format = 1", f'id = "{NAME}"', *lines]), encoding="utf-8")
    return ready(own)


def ready(folder: Path) -> TP:
    tps = finding.found([folder])
    return next(finding.ready(tp, tps) for tp in tps.values() if tp.folder == folder.resolve())


def changed(path: Path, change: Callable[[str], str]) -> None:
    text = path.read_text(encoding="utf-8")
    assert change(text) != text
    path.write_text(change(text), encoding="utf-8")


def points_of(tp: TP) -> dict[str, float]:
    """By graded cell, the points in the notebook."""
    notebook, _, _ = from_text(tp)
    cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
    return {cell["grade_id"]: cell["points"] for cell in cells if cell.get("grade")}


def test_the_points_of_an_exercise_are_those_of_the_settings(own: Path) -> None:
    tp = settings(own, "[points]", f"{JUDGED} = 7.5")
    (exercise,) = from_text(tp)[1].values()
    assert points_of(tp)[f"test_{JUDGED}"] == exercise.points == 7.5
    whole = sum(check.points for check in tp.exercises[JUDGED].checks)
    for check, declared in zip(exercise.checks, tp.exercises[JUDGED].checks, strict=True):
        assert check.points == pytest.approx(7.5 * declared.points / whole)


def test_else_those_of_its_test_cell_and_else_those_of_its_criteria(own: Path) -> None:
    tp = settings(own)
    assert points_of(tp)[f"test_{JUDGED}"] == sum(check.points for check in tp.exercises[JUDGED].checks)
    with_points = f'"grade_id": "test_{JUDGED}", "points": 3, '
    changed(own / f"{NAME}.py", lambda text: text.replace(f'"grade_id": "test_{JUDGED}", ', with_points))
    tp = ready(own)
    assert points_of(tp)[f"test_{JUDGED}"] == 3
    assert from_text(tp)[1][JUDGED].points == pytest.approx(3)
    assert points_of(settings(own, "[points]", f"{JUDGED} = 1"))[f"test_{JUDGED}"] == 1


def test_an_exercise_without_points_is_practice_and_its_check_counts_in_those_of_its_criteria(own: Path) -> None:
    tp = settings(own, "[points]", f"{JUDGED} = 0")
    checked, graded = from_text(tp)[1][JUDGED], judged(tp, points_of(tp))[f"test_{JUDGED}"]
    assert checked.points == sum(check.points for check in tp.exercises[JUDGED].checks) > 0
    assert graded.points == points_of(tp)[f"test_{JUDGED}"] == 0


def test_an_exercise_that_is_left_out_is_gone_with_its_section(own: Path) -> None:
    whole, exercises, _ = from_text(settings(own))
    part, left, notes = from_text(settings(own, f'leave_out = ["{JUDGED}"]'))
    assert (set(exercises), set(left)) == ({JUDGED}, set())
    gone = {cell.source for cell in whole.cells} - {cell.source for cell in part.cells}
    assert any(source.startswith("## 1.") for source in gone)
    assert not any(JUDGED in cell.source for cell in part.cells)
    assert {f"test_{PLAIN}", "in_words"} <= set(points_of(ready(own)))
    assert not any(JUDGED in note for note in notes)


def test_a_written_question_is_left_out_with_its_rubric(own: Path) -> None:
    assert "[in_words]" in (own / "rubric.toml").read_text(encoding="utf-8")
    assert points_of(settings(own)).keys() - points_of(settings(own, 'leave_out = ["in_words"]')) == {"in_words"}


@pytest.mark.parametrize(("id", "name"), [(id, exercise.name) for id, those in EXERCISES.items() for exercise in those])
def test_of_our_own_tps_an_exercise_is_left_out_or_it_is_said_what_uses_it(id: str, name: str) -> None:
    """A picture may compare it with others; then it is the author who says what is drawn without it."""
    said, left = "", {name}
    try:
        left = set(from_text(replace(TPS[id], leave_out=(name,)))[1])
    except Fault as fault:
        said = str(fault)
    assert name not in left or f"uses {name}, which tp.toml leaves out" in said
    assert "\n" not in said


def test_a_translated_copy_under_another_id_is_a_tp_of_its_own(own: Path, tmp_path: Path) -> None:
    copy = new("renditen", tmp_path)
    changed(copy / "renditen.py", lambda text: text.replace("# # Returns and volatility", "# # Renditen"))
    tps = finding.found([own, copy])
    assert {"renditen", NAME} <= set(tps)
    here, there = (from_text(finding.ready(tps[id], tps)) for id in (NAME, "renditen"))
    assert set(here[1]) == set(there[1]) == {JUDGED}
    assert there[0].cells[0].source.startswith("# Renditen")
    assert tps[NAME].version != tps["renditen"].version


def test_two_tps_with_one_id_are_an_error_that_names_both(own: Path, tmp_path: Path) -> None:
    other = new("other", tmp_path)
    changed(other / "tp.toml", lambda text: text.replace('"other"', f'"{NAME}"\nnotebook = "other.py"'))
    with pytest.raises(Fault, match="two TPs have the id") as fault:
        finding.found([own, other])
    assert str(own.resolve()) in str(fault.value)
    assert str(other.resolve()) in str(fault.value)
    assert "\n" not in str(fault.value)


BROKEN: dict[str, tuple[str, Callable[[str], str], str]] = {
    "no TOML": ("tp.toml", lambda t: t + "\nid = ", "tp.toml cannot be read"),
    "another format": ("tp.toml", lambda t: t.replace("format = 1", "format = 2"), "write `format = 1`"),
    "no format": ("tp.toml", lambda t: t.replace("format = 1", ""), "write `format = 1`"),
    "an unknown key": ("tp.toml", lambda t: "seald = true\n" + t, "sets 'seald', which means nothing"),
    "no id": ("tp.toml", lambda t: re.sub(r"id = .*", "", t), "lacks `id`"),
    "an id that is no name": ("tp.toml", lambda t: re.sub(r"id = .*", 'id = "a tp"', t), "'a tp' is no name"),
    "no such notebook": ("tp.toml", lambda t: 'notebook = "other.py"\n' + t, "no text notebook other.py"),
    "points that are no numbers": ("tp.toml", lambda t: t.replace("= 3", '= "3"'), "`points` gives exercises numbers"),
    "points without end": ("tp.toml", lambda t: t.replace("= 3", "= inf"), "`points` gives exercises numbers"),
    "points that are a truth": ("tp.toml", lambda t: t.replace("= 3", "= true"), "`points` gives exercises numbers"),
    "points for nothing": ("tp.toml", lambda t: t.replace("log_returns = 3", "log_return = 3"), "gives points to log_"),
    "leaving out nothing": ("tp.toml", lambda t: 'leave_out = ["x"]\n' + t, "leaves out x, which has no cell"),
    "leave_out that is no list": ("tp.toml", lambda t: 'leave_out = "x"\n' + t, "`leave_out` is a list of names"),
    "a TP that is not there": ("tp.toml", lambda t: 'uses = ["nowhere"]\n' + t, "uses the TP 'nowhere'"),
    "a syntax error": ("exercises/log_returns.py", lambda t: t + "\nx = (", "log_returns.py, line"),
    "an import of nothing": ("exercises/log_returns.py", lambda t: t + "\nimport nowhere_at_all\n", "No module named"),
    "no exercise": (
        "exercises/log_returns.py",
        lambda t: t.replace("exercise = Ex", "other = Ex"),
        "holds no `exercise`",
    ),
    "no such role": (
        "exercises/log_returns.py",
        lambda t: t.replace("size=(6,),", 'size=(6,), roles={"pont": "prices"},', 1),
        "there is no role 'pont'",
    ),
    "no criteria": (
        "exercises/log_returns.py",
        lambda t: re.sub(r"checks=\(.*?\n    \),", "checks=(),", t, flags=re.DOTALL),
        "it needs criteria",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_is_one_line_with_the_file(own: Path, kind: str) -> None:
    file, spoil, says = BROKEN[kind]
    changed(own / file, spoil)
    with pytest.raises(Fault) as fault:
        from_text(ready(own))
    assert says in str(fault.value)
    assert str(own / file) in str(fault.value)
    assert "\n" not in str(fault.value)


def test_a_folder_without_a_tp_is_told_too(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="there is no TP in"):
        finding.found([tmp_path])
    assert "did you mean optimizers" in finding.no_such("optimizer", TPS)


def test_a_changed_file_is_another_version_but_neither_tests_nor_the_sample_class(own: Path) -> None:
    before = read(own).version
    for beside in ("tests/test_it.py", "sample_class/ada.py", "exercises/__pycache__/x.pyc", ".hidden"):
        (own / beside).parent.mkdir(exist_ok=True)
        (own / beside).write_text("x = 1\n", encoding="utf-8")
    assert read(own).version == before
    changed(own / "exercises" / "log_returns.py", lambda text: text + "\n# changed\n")
    assert read(own).version != before


def test_a_changed_exercise_is_loaded_anew(own: Path) -> None:
    """Also within one second and with the same number of characters, which Python's cache cannot tell."""
    first = ready(own).exercises[JUDGED].checks[0].points
    exercise = own / "exercises" / "log_returns.py"
    py_compile.compile(str(exercise))
    then = exercise.stat().st_mtime_ns
    changed(exercise, lambda text: text.replace(f'"returns", {first}', f'"returns", {first + 1}'))
    os.utime(exercise, ns=(then, then))
    assert ready(own).exercises[JUDGED].checks[0].points == first + 1
