"""Honest work counts wherever it stands, whatever fails beside it; what is lost is named; people see all they mark."""

from __future__ import annotations

import json
import linecache
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.api import Gradebook

from autograder.classroom.grading.grade import OTHERS_ENDED
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.classroom.returns.feedback import feedback
from autograder.classroom.returns.report import remark, results
from autograder.cli import main
from autograder.demo import filled
from course.judging.checks import check
from tests.classroom.hand_ins import POINTS, SOURCES, WRITTEN
from tests.shared import TP

ADAM = SOURCES["adam_step"]
LOST = sum(POINTS.values()) - POINTS["adam_step"]
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
EVIL = "<script>document.title = 'evil'</script><img src=x onerror=\"document.title = 'evil'\">"


def with_adam(source: str) -> dict[str, str]:
    return SOURCES | {"adam_step": source}


def named_after(release: NotebookNode, after: str) -> NotebookNode:
    """All functions in one cell at the end, before which a helper stands that one of them needs."""
    notebook = filled(release, {})
    everything = "\n\n".join(SOURCES.values())
    notebook.cells += [new_code_cell("def same(x):\n    return x"), new_code_cell(f"{everything}\n{after}")]
    return notebook


def with_answer(release: NotebookNode) -> NotebookNode:
    """A written answer that goes on in cells of the student's own, with a run and its picture."""
    notebook = filled(release, SOURCES | {WRITTEN: "Momentum."})
    at = [cell.id for cell in notebook.cells].index(WRITTEN)
    shown = [new_output("stream", text="0.125\n"), new_output("display_data", data={"image/png": PICTURE})]
    shown.append(new_output("display_data", data={"text/html": EVIL, "text/plain": "a table"}))
    pasted = new_markdown_cell(f"And Adam. {EVIL}", attachments={"plot.png": {"image/png": PICTURE}})
    notebook.cells[at + 1 : at + 1] = [pasted, new_code_cell("print(1 / 8)", outputs=shown)]
    return notebook


ALIAS = "def gradient_descent_step(theta, grad, eta):\n    new = theta\n    new -= eta * grad\n    return new\n"


def defined_twice(release: NotebookNode) -> NotebookNode:
    """The same, once more in a cell of the student's own: which text is asked is not sure, so nothing is said of it."""
    notebook = filled(release, SOURCES | {"gradient_descent_step": ALIAS})
    at = [cell.id for cell in notebook.cells].index("gradient_descent_step")
    notebook.cells.insert(at + 1, new_code_cell(ALIAS))
    return notebook


HELPER = "import subprocess\nhelper = subprocess.Popen(['cat'], stdin=subprocess.PIPE)"

CLASS: dict[str, Any] = {
    "alias": SOURCES | {"gradient_descent_step": ALIAS},
    "twice": defined_twice,
    "import_above": with_adam(f"import a_package_that_is_not_here\n{ADAM}"),
    "import_needed": with_adam(f"import a_package_that_is_not_here as away\n{ADAM}".replace("np.sqrt", "away.sqrt")),
    "newer_python": with_adam(ADAM.replace(":\n", ":\n    1 +\n", 1)),
    "renamed": with_adam(ADAM.replace("adam_step", "adam_update")),
    "timed": with_adam(f"%%timeit -n1 -r1\n{ADAM}"),
    "helped": with_adam(
        f"{HELPER}\n{ADAM}".replace(":\n", ":\n    helper.stdin.write(b'1')\n    helper.stdin.flush()\n", 1)
    ),
    "at_the_end": lambda release: named_after(release, "same(adam_step)"),
    "answer": with_answer,
}


@pytest.fixture(scope="module")
def graded(built: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Classroom, dict[str, dict[str, Any]]]:
    """The class above, graded by the command, and what it writes as JSON; not to be changed."""
    root = tmp_path_factory.mktemp("honest") / "classroom"
    shutil.copytree(built, root)
    classroom = Classroom.at(root)
    release = read(classroom.release(TP))
    for student, work in CLASS.items():
        notebook = work(release) if callable(work) else filled(release, work)
        write(classroom.submitted(TP, student) / f"{TP}.ipynb", nbformat.writes(notebook))
    out = root.parent / "results.json"
    assert main(["--classroom", str(root), "grade", TP, "--workers", "2", "--json", str(out)]) == 0
    return classroom, {result["student"]: result for result in json.loads(out.read_text())}


def adam(result: dict[str, Any]) -> dict[str, Any]:
    return next(exercise for exercise in result["exercises"] if exercise["name"] == "adam_step")


@pytest.mark.parametrize(
    ("student", "score"),
    [
        ("import_above", LOST + POINTS["adam_step"]),
        ("at_the_end", LOST + POINTS["adam_step"]),
        ("answer", LOST + POINTS["adam_step"]),
        ("import_needed", LOST),
        ("newer_python", LOST),
        ("renamed", LOST),
        ("timed", LOST),
        ("helped", LOST),
    ],
)
def test_what_is_right_counts(graded: tuple[Classroom, Any], student: str, score: float) -> None:
    assert graded[1][student]["score"] == pytest.approx(score)


@pytest.mark.parametrize(
    ("student", "says"),
    [
        ("import_needed", "Its cell raised ModuleNotFoundError: No module named 'a_package_that_is_not_here'."),
        ("newer_python", "Its cell raised SyntaxError: "),
        ("newer_python", "is graded with Python 3."),
        ("renamed", "Its cell defines `adam_update`: is that it, under another name?"),
        ("timed", "Its cell begins with `%%timeit`, so nothing in it is defined: take that line out."),
        ("helped", OTHERS_ENDED),
    ],
)
def test_why_points_are_lost_is_said_on_the_page_in_the_report_and_in_the_json(
    graded: tuple[Classroom, Any], student: str, says: str
) -> None:
    classroom, public = graded
    assert says in adam(public[student])["error"]
    kept = next(result for result in results(classroom, TP) if result.student == student)
    assert says in remark(kept)
    notebook = read(classroom.root / "autograded" / student / TP / f"{TP}.ipynb")
    verdict = next(cell for cell in notebook.cells if cell.id == "test_adam_step")
    assert says in verdict.outputs[0].data["text/plain"]


def test_what_the_code_shows_is_said_by_the_grader_as_by_the_check(
    graded: tuple[Classroom, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    classroom, _ = graded
    monkeypatch.setenv("COURSE_CHECKS", str(classroom.released(TP) / "checks.json"))
    linecache.cache["<alias>"] = (len(ALIAS), None, ALIAS.splitlines(keepends=True), "<alias>")  # as IPython keeps it
    names: dict[str, Any] = {}
    exec(compile(ALIAS, "<alias>", "exec"), names)
    said = check("gradient_descent_step", names["gradient_descent_step"]).verdict.diagnosis
    lines = "Line 3, `new -= eta * grad`, writes into theta: line 2, `new = theta`, only gives it another name."
    assert lines in said
    for student, expected in (("alias", said), ("twice", said.partition(" Line 3")[0])):
        notebook = read(classroom.root / "autograded" / student / TP / f"{TP}.ipynb")
        verdict = next(cell for cell in notebook.cells if cell.id == "test_gradient_descent_step")
        shown = verdict.outputs[0].data["text/plain"]
        assert expected in shown, shown
        assert (lines in shown) is (student == "alias")


def test_what_cost_nothing_is_no_remark(graded: tuple[Classroom, Any]) -> None:
    assert adam(graded[1]["import_above"])["error"] == ""
    assert adam(graded[1]["answer"])["error"] == ""


@pytest.fixture(scope="module")
def page(graded: tuple[Classroom, Any], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The feedback page of the student with the answer, on which an assistant has commented."""
    root = tmp_path_factory.mktemp("page") / "classroom"
    shutil.copytree(graded[0].root, root)
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        comment = gradebook.find_comment(WRITTEN, TP, TP, "answer")
        comment.manual_comment = f"*Good*, [read on](https://example.org) $\\eta$ [x](javascript:alert(1)) {EVIL}"
        gradebook.db.commit()
    (path,) = feedback(Classroom.at(root), TP, "answer")
    return path.read_text()


def test_whoever_marks_sees_the_whole_answer_in_its_place(graded: tuple[Classroom, Any]) -> None:
    notebook = read(graded[0].root / "autograded" / "answer" / TP / f"{TP}.ipynb")
    at = [cell.id for cell in notebook.cells].index(WRITTEN)
    answer, text, run = notebook.cells[at : at + 3]
    assert answer.source == "Momentum."
    assert text.source.startswith("And Adam.")
    assert text.attachments["picture-1"]["image/png"] == PICTURE
    assert run.source == "print(1 / 8)"
    assert [output.get("text") for output in run.outputs[:3]] == [
        "0.125\n",
        "[handed in with this output]\n",
        "0.125\n",
    ]
    assert run.outputs[3].data["image/png"] == PICTURE


def test_the_page_shows_the_whole_answer_and_runs_nothing_of_it(page: str) -> None:
    assert page.count(f"data:image/png;base64,{PICTURE}") == 2
    assert "a table" in page
    assert not re.search(r"<script(?! src=)[^>]*>\s*document", page)
    assert "<img src=x" not in page


def test_a_comment_keeps_its_words_and_links_and_loses_its_html(page: str) -> None:
    comment = page[page.index("<b>Comments:</b>") :][:2000]
    assert "<em>Good</em>" in comment
    assert '<a href="https://example.org">read on</a>' in comment
    assert "<math" in comment
    assert "javascript:" not in comment
    assert "&lt;script&gt;" in comment


def test_what_no_person_has_marked_is_not_zero(page: str) -> None:
    points = sum(POINTS.values())
    assert re.search(rf"{points:g} of {points:g} points,\s*3 more are not marked yet", page)
    assert "not marked yet</td>" in page
    assert "Not marked yet, of 3.0" in page
    assert "0 of 3" not in page
    assert "Score: 0.0 / 3.0" not in page
