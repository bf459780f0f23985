"""A real browser at a real JupyterLab: an instructor grades in the Formgrader, a student validates a notebook."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Gradebook

from autograder.classroom.assignment import assignment
from autograder.classroom.grading.batch import Batch
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom
from autograder.demo import filled
from course.start.server import environment
from tests.browser import jupyterlab, known_page
from tests.classroom.hand_ins import POINTS, SOURCES, WRITTEN, hand_in, without_pictures
from tests.shared import TP

pytestmark = pytest.mark.browser
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(scope="module")
def room(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """A classroom in which one student has handed in all, with a written answer that goes on in a second cell."""
    root = tmp_path_factory.mktemp("browser") / "classroom"
    shutil.copytree(built, root)
    classroom = Classroom.at(root)
    path = hand_in(classroom, "ada", SOURCES | {WRITTEN: "I would take Adam: $b_0, \\dots, b_3$ and $a<b$."})
    notebook = read(path)
    at = [cell.id for cell in notebook.cells].index(WRITTEN)
    more = new_markdown_cell("And I would plot it.", attachments={"plot.png": {"image/png": PICTURE}})
    notebook.cells.insert(at + 1, more)
    nbformat.write(notebook, path)
    return classroom


@pytest.fixture(scope="module")
def page(room: Classroom) -> Iterator[Any]:
    """A page of the browser at JupyterLab in the classroom."""
    with jupyterlab(room.root, environment(room.root.parent)) as server, known_page(server) as page:
        yield page


def grades(room: Classroom) -> dict[str, tuple[float | None, float | None]]:
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        notebook = gradebook.find_submission_notebook(TP, TP, "ada")
        return {grade.name: (grade.auto_score, grade.manual_score) for grade in notebook.grades}


def pressed(page: Any, kind: str) -> None:
    """Press a button of the row of the one student in the Formgrader, and wait until it says that it is done."""
    page.goto(f"/formgrader/manage_submissions/{TP}", wait_until="domcontentloaded")
    page.locator(f"td.{kind} a").click()
    page.get_by_text("Success", exact=True).first.wait_for()


def test_an_instructor_grades_in_the_formgrader(page: Any, room: Classroom) -> None:
    pressed(page, "autograde")
    page.goto(f"/formgrader/manage_submissions/{TP}", wait_until="domcontentloaded")
    automatic, maximum = sum(POINTS.values()), assignment(room, TP).max_score
    assert f"{automatic:g} / {maximum:g}" in page.locator("tbody tr", has_text="ada").inner_text()
    before = grades(room)

    page.goto(f"/formgrader/gradebook/{TP}/{TP}", wait_until="domcontentloaded")
    page.locator("tbody a[href*='submissions/']").first.click()
    page.wait_for_url("**/submissions/**", wait_until="domcontentloaded")
    page.wait_for_function("formgrader.grades && formgrader.grades.loaded")  # until then nothing that is typed counts
    points = page.locator(f"input.score[id={WRITTEN}]")
    assert page.locator("math").count() > 10
    assert "b_0" not in page.locator("body").inner_text()
    assert "And I would plot it." in page.locator("body").inner_text()
    assert page.locator(f"img[src='data:image/png;base64,{PICTURE}']").is_visible()
    with page.expect_response("**/api/grade/*"):
        points.fill("2.5")
        points.press("Tab")
    assert grades(room)[WRITTEN] == (None, 2.5)

    pressed(page, "generate-feedback")
    page.goto(f"file://{room.root / 'feedback' / 'ada' / TP / f'{TP}.html'}", wait_until="domcontentloaded")
    text = page.locator("body").inner_text()
    assert f"{automatic + 2.5:g} of {maximum:g} points" in text
    assert "\\dots" not in text

    assert all(result for _, result, _ in Batch(room, TP, ["ada"], 1, fresh=True))
    assert grades(room) == before | {WRITTEN: (None, 2.5)}


def test_validate_finds_no_fault_where_all_code_is_right_and_the_answer_in_words_is_due(
    page: Any, room: Classroom
) -> None:
    work = shutil.copytree(room.released(TP), room.root / "work")
    written = {name: source for name, source in SOURCES.items() if name != WRITTEN}
    nbformat.write(without_pictures(filled(read(room.release(TP)), written)), work / f"{TP}.ipynb")
    page.goto(f"/lab/tree/work/{TP}.ipynb?reset", wait_until="domcontentloaded")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.locator(".jp-Toolbar").get_by_text("Validate", exact=True).click()
    page.get_by_text("Success! Your notebook passes all the tests.").wait_for()
