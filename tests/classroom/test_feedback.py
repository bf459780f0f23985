"""Feedback pages say what the gradebook says, and only those that are not up to date are written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import GetGrades

from autograder.classroom import convert
from autograder.classroom.layout import Classroom
from autograder.classroom.returns.feedback import feedback
from autograder.classroom.returns.page import Marked
from autograder.faults import Fault
from tests.plain import ours
from tests.plain.scores import gradebook

NAME = "growth"  # two notebooks, written answers, partial credit
PAGES = 11  # six students, one of whom handed in one notebook only
SOMEBODY, CELL = "hana_right", "verdict"


@pytest.fixture
def room(once: Path, tmp_path: Path) -> Classroom:
    """A graded classroom in which a person has marked an answer, commented on it, and one came late."""
    root = shutil.copytree(ours.graded(once), tmp_path / "room")
    by_a_person(root, 1.5, "Look at the <b>units</b>.")
    with gradebook(root) as book:
        book.find_submission_notebook("1_data", NAME, SOMEBODY).late_submission_penalty = 0.5
        book.db.commit()
    return Classroom.at(root)


def by_a_person(root: Path, points: float, comment: str) -> None:
    with gradebook(root) as book:
        book.find_grade(CELL, "2_model", NAME, SOMEBODY).manual_score = points
        book.find_comment(CELL, "2_model", NAME, SOMEBODY).manual_comment = comment
        book.db.commit()


def texts(pages: list[Path]) -> dict[str, str]:
    return {f"{page.parts[-3]}/{page.name}": page.read_text(encoding="utf-8") for page in pages}


def touched(pages: list[Path], tick: int) -> dict[str, int]:
    """By page, when it was written; afterwards all are as old as can be told from any later writing."""
    found = {f"{page.parts[-3]}/{page.name}": page.stat().st_mtime_ns for page in pages}
    for page in pages:
        os.utime(page, ns=(tick, tick))
    return found


def test_pages_show_what_the_gradebook_says(room: Classroom) -> None:
    pages = texts(feedback(room, NAME, workers=2))
    assert len(pages) == PAGES
    assert "points are taken off because it came late" in pages[f"{SOMEBODY}/1_data.html"]
    assert "1.5 of 3" in pages[f"{SOMEBODY}/2_model.html"]


def test_nbgraders_own_command_writes_the_same_pages(room: Classroom) -> None:
    mine = texts(pages := feedback(room, NAME))
    shutil.rmtree(room.root / "feedback")
    convert.run(room, GenerateFeedback, NAME, force=True)
    assert mine == texts(pages)


def test_cells_are_marked_as_nbgraders_own_preprocessor_marks_them(room: Classroom) -> None:
    """It asks the gradebook for each cell."""
    by_a_person(room.root, 1.5, "Look at the units.")  # without HTML, which it would leave in
    url = convert.course_directory(room).db_url
    for path in sorted(room.root.glob(f"autograded/*/{NAME}/*.ipynb")):
        of = {"student": path.parts[-3], "assignment": NAME, "notebook": path.stem, "db_url": url}
        marked = []
        for preprocessor in (Marked(), GetGrades()):
            with convert.quiet():
                notebook, found = preprocessor.preprocess(nbformat.read(path, as_version=4), {"nbgrader": dict(of)})
            cells = [cell.metadata.get("nbgrader", {}) for cell in notebook.cells]
            marked.append([[meta.get(name) for name in ("score", "points", "comment")] for meta in cells])
            marked.append([found["nbgrader"][name] for name in ("score", "max_score", "late_penalty")])
        assert marked[:2] == marked[2:], path


def test_only_pages_that_are_not_up_to_date_are_written(room: Classroom) -> None:
    pages = feedback(room, NAME)
    touched(pages, 1)
    assert set(touched(feedback(room, NAME), 1).values()) == {1}, "nothing has changed"

    by_a_person(room.root, 2.0, "Look at the units.")
    (room.root / "feedback" / "igor_wrong" / NAME / "1_data.html").unlink()
    notebook = room.root / "autograded" / "kim_empty" / NAME / "1_data.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("growth", "grown"), encoding="utf-8")
    new = {name for name, time in touched(feedback(room, NAME), 1).items() if time != 1}
    assert {name.partition("/")[0] for name in new} == {SOMEBODY, "igor_wrong", "kim_empty"}
    assert "2 of 3" in texts(feedback(room, NAME))[f"{SOMEBODY}/2_model.html"]

    with open(room.root / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write("# another setting\n")
    assert 1 not in touched(feedback(room, NAME, SOMEBODY), 1).values()


def test_a_page_that_could_not_be_written_is_not_taken_for_up_to_date(room: Classroom) -> None:
    feedback(room, NAME)
    notebook = room.root / "autograded" / SOMEBODY / NAME / "1_data.ipynb"
    whole = notebook.read_text(encoding="utf-8")
    notebook.write_text("{", encoding="utf-8")
    for _ in range(2):
        with pytest.raises(Fault, match=rf"{SOMEBODY}/{NAME}\): .*does not appear to be JSON"):
            feedback(room, NAME)
    notebook.write_text(whole, encoding="utf-8")
    assert len(feedback(room, NAME)) == PAGES


def test_nbgrader_is_not_loaded_for_a_class_in_which_nothing_has_changed(room: Classroom) -> None:
    """It takes longer to load than a class takes to look through."""

    def again(student: str | None = None) -> tuple[int, bool]:
        code = (
            "import sys, pathlib, autograder.classroom.layout as layout\n"
            "from autograder.classroom.returns.feedback import feedback\n"
            f"pages = feedback(layout.Classroom.at(pathlib.Path({str(room.root)!r})), {NAME!r}, {student!r})\n"
            "print(len(pages), 'nbgrader' in sys.modules)"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        count, loaded = done.stdout.split()
        return int(count), loaded == "True"

    feedback(room, NAME)
    assert again() == (PAGES, False)
    by_a_person(room.root, 2.5, "Look at the units.")
    assert again() == (PAGES, True)
    assert again() == (PAGES, False)
    (room.root / "feedback" / SOMEBODY / NAME / "2_model.html").unlink()
    assert again(SOMEBODY) == (2, True)


def test_the_gradebook_is_asked_once_for_a_class(room: Classroom, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not for each page, which takes longer than the page."""
    asked = []
    stock = Gradebook.__init__
    monkeypatch.setattr(Gradebook, "__init__", lambda *given, **more: (asked.append(given), stock(*given, **more))[1])
    assert len(feedback(room, NAME, workers=1)) == PAGES
    assert len(asked) == 1
