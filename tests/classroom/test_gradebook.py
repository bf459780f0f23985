"""Whatever happened to the gradebook, each run leaves it as grading everything from nothing would."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from nbgrader.api import Gradebook

from autograder.classroom.grading.gradebook import Held, held, opened
from autograder.classroom.grading.results import kept
from autograder.classroom.layout import Classroom
from autograder.cli import main
from tests.classroom.hand_ins import SOURCES, WRITTEN, WRONG, hand_in, sources
from tests.shared import TP, made_once

HERE = str(Path(__file__).resolve().parents[2])
LATE = "2026-03-02 12:00:00 UTC"
DEADLINE = datetime.datetime(2026, 3, 1, 12)
DAY = datetime.timedelta(days=1)
ZERO = "\nc = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"


@pytest.fixture
def room(once: Path, built: Path, tmp_path: Path) -> Classroom:
    """Two graded submissions: ada's came a day late, where that costs all; a person has marked a cell of bob's."""

    def make(root: Path) -> None:
        shutil.copytree(built, root)
        classroom = Classroom.at(root)
        config = root / "nbgrader_config.py"
        config.write_text(config.read_text() + ZERO)
        with opened(classroom) as gradebook:
            gradebook.find_assignment(TP).duedate = DEADLINE
            gradebook.db.commit()
        hand_in(classroom, "ada", sources(WRONG) | {WRITTEN: "Adam."}).with_name("timestamp.txt").write_text(LATE)
        hand_in(classroom, "bob", SOURCES)
        assert grade(classroom) == 0
        with opened(classroom) as gradebook:
            grade_ = gradebook.find_grade("test_adam_step", TP, TP, "bob")
            grade_.manual_score, grade_.needs_manual_grade = 3.5, False
            gradebook.find_comment("adam_step", TP, TP, "bob").manual_comment = "Well done."
            gradebook.db.commit()

    shutil.copytree(made_once(once, "held", make), tmp_path / "classroom")
    return Classroom.at(tmp_path / "classroom")


def grade(classroom: Classroom, *more: str) -> int:
    return main(["--classroom", str(classroom.root), "grade", TP, "--workers", "2", *more])


def state(classroom: Classroom) -> tuple[dict[str, Held], dict[str, bytes]]:
    """What the gradebook holds and what lies in autograded/."""
    below = classroom.root / "autograded"
    files = {str(path.relative_to(below)): path.read_bytes() for path in below.rglob("*") if path.is_file()}
    with opened(classroom) as gradebook:
        return held(gradebook, TP), files


@pytest.fixture
def nothing_runs(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.classroom.grading.batch.work", None)


def _removed(room: Classroom, gradebook: Gradebook) -> None:
    gradebook.remove_student("ada")


def _scores_changed(room: Classroom, gradebook: Gradebook) -> None:
    gradebook.find_grade("test_adam_step", TP, TP, "ada").auto_score = 4.0
    gradebook.find_grade("test_adam_step", TP, TP, "bob").auto_score = None


def _answer_counted(room: Classroom, gradebook: Gradebook) -> None:
    grade = gradebook.find_grade(WRITTEN, TP, TP, "ada")
    grade.auto_score, grade.needs_manual_grade = 0.0, False
    gradebook.find_comment(WRITTEN, TP, TP, "ada").auto_comment = "No response."


def _penalty_gone(room: Classroom, gradebook: Gradebook) -> None:
    gradebook.find_submission_notebook(TP, TP, "ada").late_submission_penalty = None


def _penalty_too_much(room: Classroom, gradebook: Gradebook) -> None:
    gradebook.find_submission_notebook(TP, TP, "bob").late_submission_penalty = 3.0


def _another_time(room: Classroom, gradebook: Gradebook) -> None:
    gradebook.find_submission(TP, "ada").timestamp = DEADLINE - DAY
    gradebook.find_submission(TP, "bob").timestamp = DEADLINE + DAY


def _notebook_unknown(room: Classroom, gradebook: Gradebook) -> None:
    gradebook.remove_submission_notebook(TP, TP, "ada")


def _pages_gone(room: Classroom, gradebook: Gradebook) -> None:
    shutil.rmtree(room.root / "autograded" / "ada")
    (room.root / "autograded" / "bob" / TP / "notes.txt").write_text("of nobody")


@pytest.mark.parametrize(
    "harm",
    [
        _removed,
        _scores_changed,
        _answer_counted,
        _penalty_gone,
        _penalty_too_much,
        _another_time,
        _notebook_unknown,
        _pages_gone,
    ],
)
@pytest.mark.usefixtures("nothing_runs")
def test_grading_again_puts_right_what_differs_and_runs_nothing(
    room: Classroom, harm: Callable[[Classroom, Gradebook], None]
) -> None:
    before = state(room)
    with opened(room) as gradebook:
        harm(room, gradebook)
        gradebook.db.commit()
    assert state(room) != before
    assert grade(room) == 0
    now, files = state(room)
    was, before_files = before
    if harm is _scores_changed:  # a person's mark of a cell whose points moved is looked at again
        assert now["bob"].scores[TP, "test_adam_step"].waits
        now["bob"].scores[TP, "test_adam_step"] = was["bob"].scores[TP, "test_adam_step"]
    assert now == was
    assert files == before_files


@pytest.mark.usefixtures("nothing_runs")
def test_a_gradebook_that_is_gone_is_said_and_a_new_one_is_filled(
    room: Classroom, built: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(room)
    path = room.root / "gradebook.db"
    path.unlink()
    assert grade(room) == 1
    said = capsys.readouterr().err.splitlines()[-1]
    assert said == f"tp: the gradebook knows no {TP}: run `tp build {TP}`, then grade again"
    shutil.copy(built / "gradebook.db", path)
    with opened(room) as gradebook:
        gradebook.find_assignment(TP).duedate = DEADLINE
        gradebook.db.commit()
    assert grade(room) == 0
    now, files = state(room)
    assert now["ada"] == before[0]["ada"]
    assert now["bob"].points[TP] == sum(score.auto or 0 for score in before[0]["bob"].scores.values())
    assert files == before[1]


def test_each_command_finds_alembic_though_path_does_not_name_it(room: Classroom) -> None:
    """nbgrader runs it by name to make a gradebook."""
    for command in (["autograder.cli", "return", TP], ["nbgrader", "autograde", TP]):
        (room.root / "gradebook.db").unlink()
        done = subprocess.run(
            [sys.executable, "-m", *command],
            env=os.environ | {"PATH": "/usr/bin:/bin", "TP_CLASSROOM": str(room.root), "PYTHONPATH": HERE},
            cwd=room.root if command[0] == "nbgrader" else None,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 1
        assert f"the gradebook knows no {TP}" in done.stderr
        assert "Traceback" not in done.stderr


def deadline(room: Classroom, moment: datetime.datetime | None) -> None:
    with opened(room) as gradebook:
        gradebook.find_assignment(TP).duedate = moment
        gradebook.db.commit()


@pytest.mark.usefixtures("nothing_runs")
def test_a_penalty_follows_the_deadline_the_extension_the_time_and_the_policy(room: Classroom) -> None:
    def penalties() -> dict[str, float | None]:
        assert grade(room) == 0
        return {student: one.penalties[TP] for student, one in state(room)[0].items()}

    points = state(room)[0]["ada"].points[TP]
    late, in_time = {"ada": points, "bob": None}, {"ada": None, "bob": None}
    assert points > 0
    assert penalties() == late
    for moment, expected in ((DEADLINE + DAY, in_time), (DEADLINE, late), (None, in_time), (DEADLINE, late)):
        deadline(room, moment)
        assert penalties() == expected
    with opened(room) as gradebook:
        gradebook.find_submission(TP, "ada").extension = DAY
        gradebook.db.commit()
    assert penalties() == in_time
    with opened(room) as gradebook:
        assert gradebook.find_submission(TP, "ada").extension == DAY
        gradebook.find_submission(TP, "ada").extension = None
        gradebook.db.commit()
    stamp = room.submitted(TP, "ada") / "timestamp.txt"
    stamp.unlink()
    assert penalties() == in_time
    stamp.write_text("\ufeff2026-03-02 12:00:00 UTC")
    assert penalties() == late
    config = room.root / "nbgrader_config.py"
    config.write_text(config.read_text().replace("'zero'", "'none'"))
    assert penalties() == in_time


@pytest.mark.usefixtures("nothing_runs")
def test_the_rules_go_before_what_the_gradebook_says(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    def ruled(rules: str) -> tuple[float | None, datetime.timedelta | None]:
        (room.root / "rules.toml").write_text(f"format = 1\n{rules}")
        assert grade(room) == 0
        one = state(room)[0]["ada"]
        return one.penalties[TP], one.extension

    points = state(room)[0]["ada"].points[TP]
    at_noon = f"[{TP}]\ndeadline = 2026-03-01T12:00:00Z\n"  # ada was a day late
    assert ruled("") == (points, None)  # as the gradebook and nbgrader's plugin have it
    assert ruled(at_noon + "penalty = {percent_per_day = 10}") == (pytest.approx(points / 10), None)
    assert ruled(at_noon + "penalty = {points_per_day = 2}") == (2.0, None)
    assert ruled(at_noon.replace("12:00:00Z", "11:59:00Z") + "penalty = {points_per_day = 2, at_most = 3}") == (
        3.0,
        None,
    )
    assert ruled(at_noon + 'penalty = {points_per_day = 2}\nextensions = {ada = "1 day"}') == (None, DAY)
    assert ruled(at_noon + "penalty = {points_per_day = 2}\nextensions = {ada = 2026-03-02T12:00:00Z}") == (None, DAY)
    assert ruled(at_noon + 'penalty = {points_per_day = 2}\ngrace = "24 h"') == (None, None)
    assert ruled(at_noon + 'penalty = {points_per_day = 2}\nno_penalty = ["ada"]') == (None, None)
    assert ruled("late_days = 1\n" + at_noon + "penalty = {points_per_day = 2}") == (None, DAY)
    assert ruled(at_noon + 'penalty = {plugin = "nbgrader.plugins.LateSubmissionPlugin"}') == (points, None)
    zone = f"[{TP}]\ndeadline = 2026-03-02T13:00:00\npenalty = {{points_per_day = 2}}"
    assert ruled('time_zone = "Europe/Paris"\n' + zone) == (None, None)
    with opened(room) as gradebook:
        assert gradebook.find_assignment(TP).duedate == datetime.datetime(2026, 3, 2, 12)
    (room.root / "rules.toml").write_text(f"format = 1\n[{TP}]\ndeadlin = 3\n")
    capsys.readouterr()
    assert grade(room) == 1
    said = capsys.readouterr().err
    assert "sets deadlin, which means nothing; did you mean deadline?" in said
    assert len(said.strip().splitlines()) == 1


def test_a_dry_run_shows_what_a_changed_rule_would_do(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    before = state(room)
    points = before[0]["ada"].points[TP]
    rule = f"format = 1\n[{TP}]\ndeadline = 2026-03-01T12:00:00Z\npenalty = {{points_per_day = 1}}\n"
    (room.root / "rules.toml").write_text(rule)
    dry = ["regrade", TP, "--dry-run", "--json", str(room.root / "changes.json")]
    assert main(["--classroom", str(room.root), *dry]) == 0
    changes = {change["student"]: change for change in json.loads((room.root / "changes.json").read_text())}
    assert changes["ada"]["penalty"] == [points, 1.0]
    assert changes["ada"]["gain"] == points - 1.0
    assert changes["bob"]["gain"] == 0.0
    assert "late penalty" in capsys.readouterr().out
    assert state(room) == before


def test_a_penalty_counts_what_a_person_gave_and_a_fresh_run_takes_it_back(room: Classroom) -> None:
    with opened(room) as gradebook:
        gradebook.find_grade(WRITTEN, TP, TP, "ada").manual_score = 2.0
        gradebook.db.commit()
    points = state(room)[0]["ada"].points[TP]
    assert grade(room) == 0
    assert state(room)[0]["ada"].penalties[TP] == points
    deadline(room, DEADLINE + DAY)
    assert grade(room, "--fresh") == 0
    one = state(room)[0]["ada"]
    assert one.penalties[TP] is None
    assert one.points[TP] == points


@pytest.mark.parametrize(
    ("stamp", "told"),
    [("2026-03-02 12:00:00 XYZ", True), ("soon", True), ("2026-03-02T14:00:00+02:00", False)],
)
@pytest.mark.usefixtures("nothing_runs")
def test_a_time_in_an_unknown_zone_is_told(room: Classroom, stamp: str, told: bool) -> None:
    (room.submitted(TP, "ada") / "timestamp.txt").write_text(stamp)
    assert grade(room) == 0
    result = kept(room, TP, "ada")
    assert result is not None
    assert any("nobody knows when this was handed in" in line for line in result.repairs) == told
    assert state(room)[0]["ada"].handed_in == (None if told else DEADLINE + DAY)


@pytest.mark.usefixtures("nothing_runs")
def test_what_a_person_entered_stays_and_is_not_asked_for_again(room: Classroom) -> None:
    deadline(room, DEADLINE + DAY)
    assert grade(room) == 0
    score = state(room)[0]["bob"].scores[TP, "test_adam_step"]
    assert (score.by_hand, score.waits) == (3.5, False)
    with opened(room) as gradebook:
        assert gradebook.find_comment("adam_step", TP, TP, "bob").comment == "Well done."


@pytest.mark.usefixtures("nothing_runs")
def test_what_can_no_longer_be_read_keeps_no_mark_of_what_lay_there_before(room: Classroom) -> None:
    for student in ("ada", "bob"):
        (room.submitted(TP, student) / f"{TP}.ipynb").write_text("Dear Sir or Madam")
    grade(room)
    now, files = state(room)
    assert files == {}
    assert "ada" not in now
    bob = now["bob"].scores  # whose adam_step a person has marked
    assert bob[TP, "test_adam_step"].by_hand == 3.5
    assert all(score.auto is None and score.waits for score in bob.values())
    with opened(room) as gradebook:  # a person has looked at it
        gradebook.find_grade("test_adam_step", TP, TP, "bob").needs_manual_grade = False
        gradebook.db.commit()
    grade(room)
    assert not state(room)[0]["bob"].scores[TP, "test_adam_step"].waits


@pytest.mark.usefixtures("nothing_runs")  # as when its worker is gone
def test_what_could_not_be_graded_keeps_no_mark_of_what_was_handed_in_before(room: Classroom) -> None:
    hand_in(room, "ada", SOURCES)
    assert grade(room) == 1
    with opened(room) as gradebook:
        assert set(held(gradebook, TP)) == {"bob"}
    assert not (room.root / "autograded" / "ada").exists()


def policy(room: Classroom, module: str) -> None:
    """A policy for late work in a module beside the classroom, which the configuration names."""
    (room.root.parent / "my_policy.py").write_text(module)
    config = room.root / "nbgrader_config.py"
    path = f"import sys\nsys.path.insert(0, {str(room.root.parent)!r})\n"
    config.write_text(f"{path}{config.read_text()}c.AssignLatePenalties.plugin_class = 'my_policy.Half'\n")


RAISES = """from nbgrader.plugins import LateSubmissionPlugin
class Half(LateSubmissionPlugin):
    def late_submission_penalty(self, student_id, score, total_seconds_late):
        return score / 0
"""


@pytest.fixture
def path_back(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield
    sys.modules.pop("my_policy", None)


@pytest.mark.usefixtures("path_back")
@pytest.mark.parametrize("module", ["import nowhere_to_be_found", "Half = 3", "1 / 0", "x = 1"])
def test_a_policy_that_cannot_be_loaded_is_said_before_anybody_is_recorded(
    room: Classroom, module: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(room)
    policy(room, module)
    hand_in(room, "ada", SOURCES)
    capsys.readouterr()
    assert grade(room) == 1
    said = capsys.readouterr()
    lines = [line for line in said.err.splitlines() if line.startswith("tp:")]
    assert len(lines) == 1
    assert "the late policy that rules.toml, or nbgrader_config.py" in lines[0]
    assert "Traceback" not in said.err
    assert "graded" not in said.out
    assert state(room) == before


@pytest.mark.usefixtures("path_back")
def test_a_policy_that_fails_for_one_stops_nobody_else(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    policy(room, RAISES)
    (room.submitted(TP, "bob") / f"{TP}.ipynb").unlink()
    hand_in(room, "bob", sources(WRONG))
    out = room.root / "marks.json"
    assert grade(room, "--json", str(out)) == 1
    said = capsys.readouterr()
    ada, bob = json.loads(out.read_text())
    assert (ada["status"], ada["score"], ada["max_score"]) == ("not_graded", None, bob["max_score"])
    assert "ZeroDivisionError" in ada["repairs"][0]
    assert "ada was not graded: ValueError: the policy for late work failed (ZeroDivisionError" in said.err
    assert "1 of 2 submissions graded" in said.out


def test_a_file_that_is_no_gradebook_is_one_line(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(open(room.root / "gradebook.db", "w")) as file:
        file.write("no database, " * 1000)
    assert grade(room) == 1
    assert "cannot be opened" in capsys.readouterr().err
