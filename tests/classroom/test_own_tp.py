"""An instructor's own TP: an exercise with a reference, one with plain tests, and what is kept of both."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbgrader.converters import Autograde

from autograder.classroom import convert
from autograder.classroom.grading.batch import Batch
from autograder.classroom.grading.results import FORMAT, Result, kept
from autograder.classroom.handout.new import new
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.cli import main
from autograder.content import finding
from autograder.demo import filled
from course.judging import check, checks
from tests.classroom.hand_ins import marks
from tests.shared import TPS, made_once

NAME = "returns"
RIGHT = {
    "log_returns": "def log_returns(prices):\n    return np.log(prices[1:] / prices[:-1])",
    "annual_volatility": "def annual_volatility(daily):\n    return np.sqrt(252 * daily**2)",
}
WRONG = {
    "log_returns": "def log_returns(prices):\n    return np.diff(prices) / prices[:-1]",
    "annual_volatility": "def annual_volatility(daily):\n    return daily * np.sqrt(365)",
}
AS_NBGRADER = """import os

def annual_volatility(daily):
    return daily * np.sqrt(252) * (os.environ["NBGRADER_EXECUTION"] == "autograde")
"""
HAND_INS = {
    "ada": RIGHT,
    "bob": WRONG,
    "cyd": {},
    "dan": RIGHT | {"annual_volatility": "1 / 0"},
    "eve": RIGHT | {"annual_volatility": AS_NBGRADER},
}


@pytest.fixture
def room(once: Path, tmp_path: Path) -> Iterator[Classroom]:
    """A classroom with the TP that `tp new` writes, built, and handed in; the TP lies beside it, in `mine`."""

    def make(root: Path) -> None:
        folder = new(NAME, root / "mine")
        assert main(["--classroom", str(root / "classroom"), "build", NAME, "--sources", str(folder)]) == 0
        classroom = Classroom.at(root / "classroom")
        for student, written in HAND_INS.items():
            notebook = filled(read(classroom.release(NAME)), written)
            write(classroom.submitted(NAME, student) / f"{NAME}.ipynb", nbformat.writes(notebook))

    shutil.copytree(made_once(once, "own-tp", make), tmp_path / "own")
    yield Classroom.at(tmp_path / "own" / "classroom")
    for tp in TPS.values():
        finding.ready(tp, TPS)


def graded(room: Classroom, **options: bool) -> dict[str, Result]:
    done = {student: result for student, result, _ in Batch(room, NAME, room.submissions(NAME), 2, **options)}
    assert all(done.values())
    return {student: result for student, result in done.items() if result is not None}


def earned(results: dict[str, Result]) -> dict[str, dict[str, float]]:
    return {student: {e["name"]: e["score"] for e in result.exercises} for student, result in results.items()}


def changed(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def runs(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Whom `tp grade` has to run again."""
    ran = set()

    def work(job: object, *_: object) -> Result:
        ran.add(job.student)  # type: ignore[attr-defined]
        raise OSError("not now")

    with monkeypatch.context() as patch:
        patch.setattr("autograder.classroom.grading.batch.work", work)
        list(Batch(room, NAME, room.submissions(NAME), 1))
    return ran


POINTS = {"log_returns": 3.0, "test_annual_volatility": 2.0}


def test_plain_tests_beside_exercises_earn_their_points(room: Classroom) -> None:
    found = earned(graded(room))
    assert found["ada"] == found["eve"] == POINTS
    assert found["bob"]["test_annual_volatility"] == 0
    assert found["bob"]["log_returns"] < POINTS["log_returns"]
    assert found["cyd"] == dict.fromkeys(POINTS, 0)
    assert found["dan"] == POINTS | {"test_annual_volatility": 0}
    found = marks(room, NAME)
    assert found["ada"][NAME, "test_annual_volatility"] == (2, None)
    assert found["bob"][NAME, "test_annual_volatility"] == (0, None)


def test_nbgrader_autograde_gives_the_same(room: Classroom) -> None:
    convert.run(room, Autograde, NAME)
    found = marks(room, NAME)
    graded(room, fresh=True)
    assert marks(room, NAME) == found


def test_the_hidden_test_is_not_handed_out(room: Classroom) -> None:
    assert "isclose" not in room.release(NAME).read_text(encoding="utf-8")


def test_the_build_says_how_such_tests_are_run(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--classroom", str(room.root), "build", NAME]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "no exercise judges test_annual_volatility: run as nbgrader runs tests, which a submission can fool" in said


def test_the_report_says_so_too(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    graded(room)
    assert main(["--classroom", str(room.root), "report", NAME]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "Plain tests (test_annual_volatility) run in the submission's own process and can be fooled." in said
    assert "log-returns/simple-returns" in said


def test_a_changed_reference_makes_results_stale_and_a_regrade_says_so(
    room: Classroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = earned(graded(room))
    assert runs(room, monkeypatch) == set()
    path = room.root.parent / "mine" / NAME / "exercises" / "log_returns.py"
    changed(path, "    return np.diff(np.log(prices))", "    return np.diff(prices) / prices[:-1]")
    changed(path, "written=simple_returns", "written=backwards")
    changed(path, 'equivalents={"by division": by_division},', "")
    assert runs(room, monkeypatch) == set(HAND_INS)
    out = room.root / "changes.json"
    assert main(["--classroom", str(room.root), "regrade", NAME, "--json", str(out)]) == 0
    found = {change["student"]: change for change in json.loads(out.read_text())}
    assert found["ada"]["why"] == "the grader or the TP has changed"
    assert found["ada"]["gain"] < 0 < found["bob"]["gain"]
    after = earned(graded(room))
    assert after["bob"]["log_returns"] == POINTS["log_returns"] > before["bob"]["log_returns"]
    assert runs(room, monkeypatch) == set()


def test_a_changed_sample_class_or_test_makes_nothing_stale(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    graded(room)
    for folder in ("sample_class", "tests"):
        beside = room.root.parent / "mine" / NAME / folder / "ada.py"
        beside.parent.mkdir()
        beside.write_text("x = 1\n", encoding="utf-8")
    assert runs(room, monkeypatch) == set()


def test_changed_points_of_a_plain_test_make_results_stale(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    graded(room)
    changed(room.release(NAME), '"points": 2', '"points": 4')
    assert runs(room, monkeypatch) == set(HAND_INS)


@pytest.mark.parametrize("form", [FORMAT - 1, FORMAT + 1, None])
def test_a_result_in_another_format_is_graded_anew(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, form: int | None
) -> None:
    before = earned(graded(room))
    path = room.result(NAME, "ada")
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": form}))
    assert kept(room, NAME, "ada") is None
    assert runs(room, monkeypatch) == {"ada"}
    assert earned(graded(room)) == before
    assert json.loads(path.read_text())["format"] == FORMAT


def test_checks_in_another_format_are_one_line(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = room.released(NAME)
    monkeypatch.chdir(folder)
    assert not check("log_returns", lambda prices: prices).verdict.passed
    text = (folder / checks.FILE).read_text()
    for form in (checks.FORMAT - 1, checks.FORMAT + 1):
        (folder / checks.FILE).write_text(json.dumps(json.loads(text) | {"format": form}))
        with pytest.raises(ValueError, match=f"has the format {form}, this version of `course` reads") as error:
            check("log_returns", lambda prices: prices)
        assert "\n" not in str(error.value)
