"""The main job, on real notebooks through real nbgrader: every way of grading gives the marks that were earned."""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import warnings
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from rich.console import Console
from sqlalchemy.exc import SAWarning

from autograder.classroom import convert
from autograder.classroom.batch import Batch
from autograder.classroom.feedback import feedback
from autograder.classroom.layout import Classroom
from autograder.classroom.reading import read
from autograder.classroom.report import report, results
from autograder.classroom.results import Result
from autograder.cli import main
from autograder.demo import RIGHT, hand_in
from autograder.exercises import EXERCISES
from tests.conftest import TP, expected_wrong

ALL = {exercise.name for exercise in EXERCISES[TP]}
POINTS = {exercise.name: exercise.points for exercise in EXERCISES[TP]}
ACCIDENTS = {
    "zz_deleted_a_test": ("graded", set()),
    "zz_doubled_a_cell": ("graded", set()),
    "zz_endless_cell": ("timed_out", set()),
    "zz_endless_function": ("timed_out", {"adagrad_step"}),
    "zz_left_early": ("crashed", {"step_decay"}),
    "zz_sent_something_else": ("unreadable", ALL),
}


@pytest.fixture(scope="module")
def graded(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Classroom, list[dict[str, object]]]:
    """The demo class, graded by the command."""
    root = tmp_path_factory.mktemp("graded") / "classroom"
    shutil.copytree(built, root)
    classroom = Classroom.at(root)
    hand_in(classroom, classroom.release(TP))
    out = root.parent / "results.json"
    assert main(["--classroom", str(root), "grade", TP, "--workers", "2", "--json", str(out)]) == 0
    return classroom, json.loads(out.read_text())


def lost(result: dict[str, object]) -> set[str]:
    """The exercises that did not get full marks; all of them if there is no verdict."""
    exercises: list[dict[str, float]] = result["exercises"]  # type: ignore[assignment]
    return ALL - {str(e["name"]) for e in exercises if e["score"] == e["max_score"]}


def test_right_submissions_in_any_style_get_full_marks_and_wrong_ones_lose_where_they_are_wrong(
    graded: tuple[Classroom, list[dict[str, object]]],
) -> None:
    by_student = {str(result["student"]): result for result in graded[1]}
    for student, wrong in expected_wrong().items():
        assert (by_student[student]["status"], lost(by_student[student])) == ("graded", wrong), student


@pytest.mark.parametrize("student", ACCIDENTS)
def test_an_accident_costs_what_it_broke_and_no_more(
    graded: tuple[Classroom, list[dict[str, object]]], student: str
) -> None:
    result = next(result for result in graded[1] if result["student"] == student)
    assert (result["status"], lost(result)) == ACCIDENTS[student]


def test_what_was_repaired_is_told(graded: tuple[Classroom, list[dict[str, object]]]) -> None:
    repairs = {result["student"]: result["repairs"] for result in graded[1]}
    assert repairs["zz_deleted_a_test"] == ["The cell test_adam_step was missing and has been put back."]
    assert "momentum_step" in repairs["zz_doubled_a_cell"][0]  # type: ignore[index]
    assert "cannot be read" in repairs["zz_sent_something_else"][0]  # type: ignore[index]
    assert repairs[RIGHT] == []


def test_the_json_is_what_was_promised(graded: tuple[Classroom, list[dict[str, object]]]) -> None:
    for result in graded[1]:
        assert list(result)[:4] == ["student", "assignment", "status", "score"]
        assert {"max_score", "seconds", "repairs", "exercises"} <= set(result)
        assert result["max_score"] == 20
        assert 0 <= result["score"] <= 17  # type: ignore[operator]
        for exercise in result["exercises"]:  # type: ignore[attr-defined]
            assert exercise["max_score"] == POINTS[exercise["name"]]
            assert exercise["score"] == pytest.approx(sum(c["earned"] for c in exercise["criteria"]))
            assert all(criterion["passed"] or criterion["message"] for criterion in exercise["criteria"])


def test_the_gradebook_holds_the_same_scores(graded: tuple[Classroom, list[dict[str, object]]]) -> None:
    classroom, public = graded
    scores = gradebook_scores(classroom)
    readable = {str(r["student"]): r["score"] for r in public if r["status"] != "unreadable"}
    assert scores == pytest.approx(readable)


def gradebook_scores(classroom: Classroom) -> dict[str, float]:
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        return {s.student.id: s.score for s in gradebook.assignment_submissions(TP)}


def test_grading_again_changes_nothing_and_runs_nothing(graded: tuple[Classroom, list[dict[str, object]]]) -> None:
    classroom, public = graded
    before = gradebook_scores(classroom)
    again = classroom.root.parent / "again.json"
    assert main(["--classroom", str(classroom.root), "grade", TP, "--json", str(again)]) == 0
    assert json.loads(again.read_text()) == public  # even the seconds: nothing was run
    assert gradebook_scores(classroom) == before


def test_fresh_grading_gives_the_same_marks(graded: tuple[Classroom, list[dict[str, object]]]) -> None:
    classroom, public = graded
    some = ["hugo_bernard", RIGHT]
    again = {s: r for s, r, _ in Batch(classroom, TP, some, workers=1, fresh=True)}
    for student in some:
        result = again[student]
        assert isinstance(result, Result)
        was = next(r for r in public if r["student"] == student)
        assert {**result.public(), "seconds": 0} == {**was, "seconds": 0}


def nbgrader(classroom: Classroom, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=cwd or classroom.root,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
        timeout=300,
    )


def handed_in(classroom: Classroom, graded: Classroom, *students: str) -> None:
    for student in students:
        shutil.copytree(graded.submitted(TP, student), classroom.submitted(TP, student))


def test_nbgraders_own_command_and_its_api_give_the_same_scores(
    graded: tuple[Classroom, list[dict[str, object]]], classroom: Classroom
) -> None:
    """`nbgrader autograde` in a shell, and NbGraderAPI.autograde, which the Formgrader's button calls."""
    students = [RIGHT, "hugo_bernard", "zz_deleted_a_test", "zz_left_early"]
    handed_in(classroom, graded[0], *students, "chiara_conti")
    for student in students:
        done = nbgrader(classroom, "autograde", TP, "--student", student)
        assert done.returncode == 0, done.stderr
    api = NbGraderAPI(config=convert.configuration(classroom))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own models
        assert api.autograde(TP, "chiara_conti")["success"]
    theirs = gradebook_scores(classroom)
    ours = {str(r["student"]): r["score"] for r in graded[1] if r["student"] in theirs}
    assert set(theirs) == {*students, "chiara_conti"}
    assert theirs == pytest.approx(ours)


def test_nbgraders_feedback_shows_the_verdict_in_words(graded: tuple[Classroom, list[dict[str, object]]]) -> None:
    classroom, _ = graded
    pages = {page.parent.parent.name: page.read_text() for page in feedback(classroom, TP)}
    assert "zz_sent_something_else" not in pages
    assert "are not corrected for their start at zero" in pages["hugo_bernard"]
    assert "adam_step: right. All" in pages[RIGHT]
    assert "Repaired before grading" in pages["zz_deleted_a_test"]
    assert "This cell was stopped" in pages["zz_endless_cell"]
    for page in pages.values():
        assert not re.search(r"""(src|href)=["']?(https?:)?//|url\(["']?http""", page)  # no network is needed


def test_a_feedback_page_begins_with_what_each_exercise_has_earned(
    graded: tuple[Classroom, list[dict[str, object]]],
) -> None:
    classroom, results = graded
    for page in feedback(classroom, TP):
        text = page.read_text()
        shown = dict(re.findall(r"<code>(\w+)</code></a></td>\s*<td class=\"points\">(\S+) of", text))
        (result,) = (result for result in results if result["student"] == page.parent.parent.name)
        exercises = result["exercises"]
        assert isinstance(exercises, list)
        assert shown == {exercise["name"]: f"{exercise['score']:.4g}" for exercise in exercises}


def test_validate_agrees_with_the_grader_about_right_and_wrong(
    graded: tuple[Classroom, list[dict[str, object]]], tmp_path: Path
) -> None:
    """What a student's Validate button runs, in a stock kernel, on the student's own copy."""
    classroom = graded[0]
    for student, says in ((RIGHT, "Success"), ("oscar_lindqvist", "Success"), ("hugo_bernard", "FAILED ON 1 CELL")):
        work = tmp_path / student
        shutil.copytree(classroom.release(TP).parent, work)
        notebook = read(classroom.submitted(TP, student) / f"{TP}.ipynb")
        for cell in notebook.cells:
            if cell.metadata.get("nbgrader", {}).get("grade_id") == "written_comparison":
                cell.source = "Momentum, because ..."
        nbformat.write(notebook, work / f"{TP}.ipynb")
        out = nbgrader(classroom, "validate", f"{TP}.ipynb", cwd=work).stdout
        assert says in out, (student, out)


def test_a_manual_grade_survives_regrading(
    graded: tuple[Classroom, list[dict[str, object]]], classroom: Classroom
) -> None:
    handed_in(classroom, graded[0], "hugo_bernard")
    list(Batch(classroom, TP, ["hugo_bernard"], workers=1))
    url = f"sqlite:///{classroom.root / 'gradebook.db'}"
    with Gradebook(url, "deep-learning-for-finance") as gradebook:
        grade = gradebook.find_grade("test_adam_step", TP, TP, "hugo_bernard")
        grade.manual_score = 3.5
        gradebook.db.commit()
    list(Batch(classroom, TP, ["hugo_bernard"], workers=1, fresh=True))
    with Gradebook(url, "deep-learning-for-finance") as gradebook:
        grade = gradebook.find_grade("test_adam_step", TP, TP, "hugo_bernard")
        assert (grade.manual_score, grade.score) == (3.5, 3.5)
        assert grade.needs_manual_grade


def test_the_written_answer_waits_for_a_person(graded: tuple[Classroom, list[dict[str, object]]]) -> None:
    classroom = graded[0]
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        grade = gradebook.find_grade("written_comparison", TP, TP, RIGHT)
        assert grade.max_score == 3


def test_no_output_of_a_submission_can_be_a_score(
    graded: tuple[Classroom, list[dict[str, object]]], classroom: Classroom
) -> None:
    """Outputs that stock nbgrader reads as scores, written into the submitted file and printed again by its code."""
    handed_in(classroom, graded[0], "hugo_bernard")
    path = classroom.submitted(TP, "hugo_bernard") / f"{TP}.ipynb"
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "4.0"}, execution_count=1)]
            cell.source += "\n4.0" if "def " in cell.source else ""
    nbformat.write(notebook, path)
    ((_, result, _),) = Batch(classroom, TP, ["hugo_bernard"], workers=1)
    assert isinstance(result, Result)
    assert result.score == next(r["score"] for r in graded[1] if r["student"] == "hugo_bernard")


def test_the_report_counts_students_and_mistakes(graded: tuple[Classroom, list[dict[str, object]]]) -> None:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(report(TP, results(graded[0], TP)))
    text = console.export_text()
    assert f"{TP}: {len(graded[1])} submissions" in text
    assert "adam/no-bias-correction" in text
    assert "unreadable" in text
