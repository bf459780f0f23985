"""The main job, on real notebooks through real nbgrader: every way of grading gives the marks that were earned."""

from __future__ import annotations

import gc
import io
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from rich.console import Console
from sqlalchemy.exc import SAWarning

from autograder.classroom import convert
from autograder.classroom.assignment import assignment
from autograder.classroom.grading.batch import Batch
from autograder.classroom.grading.results import Result
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom
from autograder.classroom.returns.feedback import feedback
from autograder.classroom.returns.report import report, results
from autograder.cli import main
from tests.classroom.hand_ins import (
    POINTS,
    RIGHT,
    SOURCES,
    WRITTEN,
    WRONG,
    graded_once,
    hand_in,
    without_pictures,
)
from tests.shared import EXERCISES, TP, expected_wrong

ALL = {exercise.name for exercise in EXERCISES[TP]}
ACCIDENTS: dict[str, tuple[str, set[str]]] = {
    "zz_deleted_a_test": ("graded", set()),
    "zz_doubled_a_cell": ("graded", set()),
    "zz_endless_cell": ("timed_out", set()),
    "zz_endless_function": ("timed_out", {"adagrad_step"}),
    "zz_left_early": ("crashed", {"step_decay"}),
    "zz_sent_something_else": ("unreadable", ALL),
}
SHOWN = [RIGHT, WRONG, "zz_deleted_a_test", "zz_endless_cell", "zz_sent_something_else"]  # pages are slow to write
Public = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def graded(built: Path, once: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Classroom, Public]:
    """The sample class graded, and by student what the command writes as JSON; not to be changed."""
    root = tmp_path_factory.mktemp("graded") / "classroom"
    shutil.copytree(graded_once(once, built).root, root)
    out = root.parent / "results.json"
    assert main(["--classroom", str(root), "grade", TP, "--workers", "2", "--json", str(out)]) == 0
    return Classroom.at(root), {result["student"]: result for result in json.loads(out.read_text())}


def lost(result: dict[str, Any]) -> set[str]:
    """The exercises that did not get full marks; all of them if there is no verdict."""
    return ALL - {e["name"] for e in result["exercises"] if e["score"] == e["max_score"]}


def test_right_submissions_in_any_style_get_full_marks_and_wrong_ones_lose_where_they_are_wrong(
    graded: tuple[Classroom, Public],
) -> None:
    for student, wrong in expected_wrong().items():
        assert (graded[1][student]["status"], lost(graded[1][student])) == ("graded", wrong), student


@pytest.mark.parametrize("student", ACCIDENTS)
def test_an_accident_costs_what_it_broke_and_no_more(graded: tuple[Classroom, Public], student: str) -> None:
    status, broken = ACCIDENTS[student]
    result = graded[1][student]
    assert (result["status"], lost(result)) == (status, broken | expected_wrong()[RIGHT])


def test_what_was_repaired_is_told(graded: tuple[Classroom, Public]) -> None:
    repairs = {student: result["repairs"] for student, result in graded[1].items()}
    assert repairs["zz_deleted_a_test"] == ["The cell test_adam_step was missing and has been put back."]
    assert "momentum_step" in repairs["zz_doubled_a_cell"][0]
    assert "cannot be read" in repairs["zz_sent_something_else"][0]
    assert repairs[RIGHT] == []


def test_the_json_is_what_was_promised(graded: tuple[Classroom, Public]) -> None:
    maximum = assignment(graded[0], TP).max_score
    assert maximum > sum(POINTS.values())  # written answers are a person's
    for result in graded[1].values():
        assert list(result)[:4] == ["student", "assignment", "status", "score"]
        assert {"max_score", "seconds", "repairs", "exercises"} <= set(result)
        assert result["max_score"] == maximum
        assert 0 <= result["score"] <= sum(POINTS.values())
        for exercise in result["exercises"]:
            assert exercise["max_score"] == POINTS[exercise["name"]]
            assert exercise["score"] == pytest.approx(sum(c["earned"] for c in exercise["criteria"]))
            assert all(criterion["passed"] or criterion["message"] for criterion in exercise["criteria"])


def test_the_gradebook_holds_the_same_scores(graded: tuple[Classroom, Public]) -> None:
    classroom, public = graded
    readable = {student: r["score"] for student, r in public.items() if r["status"] != "unreadable"}
    assert gradebook_scores(classroom) == pytest.approx(readable)


def url(classroom: Classroom) -> str:
    return f"sqlite:///{classroom.root / 'gradebook.db'}"


def gradebook_scores(classroom: Classroom) -> dict[str, float]:
    with Gradebook(url(classroom), "deep-learning-for-finance") as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(TP)}


def test_grading_again_changes_nothing_and_runs_nothing(
    graded: tuple[Classroom, Public], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    classroom, public = graded
    before = gradebook_scores(classroom)
    monkeypatch.setattr("autograder.classroom.grading.batch.work", None)
    again = tmp_path / "again.json"
    assert main(["--classroom", str(classroom.root), "grade", TP, "--json", str(again)]) == 0
    assert gc.get_freeze_count() == 0  # whoever called finds the process as it was
    assert json.loads(again.read_text()) == list(public.values())
    assert gradebook_scores(classroom) == before


def test_fresh_grading_gives_the_same_marks(graded: tuple[Classroom, Public]) -> None:
    classroom, public = graded
    done = {s: r for s, r, _ in Batch(classroom, TP, [WRONG, RIGHT], workers=1, fresh=True, dry_run=True)}
    for student, result in done.items():
        assert isinstance(result, Result)
        assert {**result.public(), "seconds": 0} == {**public[student], "seconds": 0}


def nbgrader(classroom: Classroom, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=cwd or classroom.root,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )


def handed_in(classroom: Classroom, graded: Classroom, *students: str) -> None:
    for student in students:
        shutil.copytree(graded.submitted(TP, student), classroom.submitted(TP, student))


def test_nbgraders_own_command_and_its_api_give_the_same_scores(
    graded: tuple[Classroom, Public], classroom: Classroom
) -> None:
    """`nbgrader autograde` in a shell, and NbGraderAPI.autograde, which the Formgrader's button calls."""
    students = [RIGHT, WRONG, "zz_deleted_a_test", "zz_left_early"]
    handed_in(classroom, graded[0], *students)
    done = nbgrader(classroom, "autograde", TP)
    assert done.returncode == 0, done.stderr
    handed_in(classroom, graded[0], "chiara_conti")
    api = NbGraderAPI(config=convert.configuration(classroom))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own models
        assert api.autograde(TP, "chiara_conti")["success"]
    ours = {student: graded[1][student]["score"] for student in [*students, "chiara_conti"]}
    assert gradebook_scores(classroom) == pytest.approx(ours)


@pytest.fixture(scope="module")
def pages(graded: tuple[Classroom, Public], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """By student, the feedback pages of a few of the class."""
    root = tmp_path_factory.mktemp("pages") / "classroom"
    shutil.copytree(graded[0].root, root)
    for folder in (*(root / "submitted").iterdir(), *(root / "autograded").iterdir()):
        if folder.name not in SHOWN:
            shutil.rmtree(folder)
    return {page.parent.parent.name: page.read_text() for page in feedback(Classroom.at(root), TP)}


def test_nbgraders_feedback_shows_the_verdict_in_words(pages: dict[str, str]) -> None:
    assert set(pages) == {*SHOWN} - {"zz_sent_something_else"}
    assert "are not corrected for their start at zero" in pages[WRONG]
    assert "adam_step: right. All" in pages[RIGHT]
    assert "Repaired before grading" in pages["zz_deleted_a_test"]
    assert "This cell was stopped" in pages["zz_endless_cell"]
    for page in pages.values():
        assert not re.search(r"""(src|href)=["']?(https?:)?//|url\(["']?http""", page)  # no network is needed


def test_a_feedback_page_begins_with_what_each_exercise_has_earned(
    graded: tuple[Classroom, Public], pages: dict[str, str]
) -> None:
    for student, page in pages.items():
        shown = dict(re.findall(r"<code>(\w+)</code></a></td>\s*<td class=\"points\">(\S+) of", page))
        exercises = graded[1][student]["exercises"]
        assert shown == {exercise["name"]: f"{exercise['score']:.4g}" for exercise in exercises}


@pytest.mark.parametrize("student", [RIGHT, WRONG])
def test_validate_agrees_with_the_grader_about_right_and_wrong(
    graded: tuple[Classroom, Public], tmp_path: Path, student: str
) -> None:
    """What a student's Validate button runs, in a stock kernel, on the student's own copy."""
    classroom = graded[0]
    work = shutil.copytree(classroom.release(TP).parent, tmp_path / "work")
    notebook = read(classroom.submitted(TP, student) / f"{TP}.ipynb")
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == WRITTEN:
            cell.source = "Momentum, because ..."
    nbformat.write(notebook if student == RIGHT else without_pictures(notebook), work / f"{TP}.ipynb")
    out = nbgrader(classroom, "validate", f"{TP}.ipynb", cwd=work).stdout
    wrong = len(expected_wrong()[student])
    assert (f"FAILED ON {wrong} CELL" if wrong else "Success") in out, out


def test_a_manual_grade_survives_regrading(graded: tuple[Classroom, Public], classroom: Classroom) -> None:
    handed_in(classroom, graded[0], WRONG)
    list(Batch(classroom, TP, [WRONG], workers=1))
    with Gradebook(url(classroom), "deep-learning-for-finance") as gradebook:
        grade = gradebook.find_grade("test_adam_step", TP, TP, WRONG)
        grade.manual_score = 3.5
        gradebook.db.commit()
    list(Batch(classroom, TP, [WRONG], workers=1, fresh=True))
    with Gradebook(url(classroom), "deep-learning-for-finance") as gradebook:
        grade = gradebook.find_grade("test_adam_step", TP, TP, WRONG)
        assert (grade.manual_score, grade.score) == (3.5, 3.5)
        assert grade.needs_manual_grade


def test_a_written_answer_waits_for_a_person_and_an_empty_one_for_nobody(classroom: Classroom) -> None:
    hand_in(classroom, "ada", SOURCES | {WRITTEN: "I would take Adam."})
    hand_in(classroom, "bob", SOURCES)
    assert all(result for _, result, _ in Batch(classroom, TP, ["ada", "bob"], 2))
    with Gradebook(url(classroom), "deep-learning-for-finance") as gradebook:
        ada, bob = (gradebook.find_grade(WRITTEN, TP, TP, student) for student in ("ada", "bob"))
        assert (ada.auto_score, ada.needs_manual_grade) == (None, True)
        assert (bob.auto_score, bob.needs_manual_grade) == (0.0, False)
        assert ada.max_score == assignment(classroom, TP).max_score - sum(POINTS.values())


def test_no_output_of_a_submission_can_be_a_score(graded: tuple[Classroom, Public], classroom: Classroom) -> None:
    """Outputs that stock nbgrader reads as scores, written into the submitted file and printed again by its code."""
    handed_in(classroom, graded[0], WRONG)
    path = classroom.submitted(TP, WRONG) / f"{TP}.ipynb"
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "4.0"}, execution_count=1)]
            cell.source += "\n4.0" if "def " in cell.source else ""
    nbformat.write(notebook, path)
    ((_, result, _),) = Batch(classroom, TP, [WRONG], workers=1)
    assert isinstance(result, Result)
    assert result.score == graded[1][WRONG]["score"]


def test_the_report_counts_students_and_mistakes(graded: tuple[Classroom, Public]) -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(report(TP, results(graded[0], TP)))
    text = console.export_text()
    assert f"{TP}: {len(graded[1])} submissions" in text
    assert "adam/no-bias-correction" in text
    assert "unreadable" in text
