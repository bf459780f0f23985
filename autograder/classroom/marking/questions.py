"""What people mark in an assignment: its questions, with what helps to mark them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from nbformat import NotebookNode

from autograder.classroom.assignment import Assignment, graded, is_autograded
from autograder.classroom.grading.gradebook import Cell, Given
from autograder.classroom.intake.cells import grade_id
from autograder.classroom.intake.reading import Unreadable, read
from autograder.classroom.layout import Classroom
from autograder.content.rubric import Item, rubrics
from autograder.exercises.solution import MARK

SCHEME = re.compile(r"^[ \t]*### BEGIN MARK SCHEME[ \t]*\n(.*?)^[ \t]*### END MARK SCHEME", re.DOTALL | re.MULTILINE)
HEADING = re.compile(r"#{1,6} ")


@dataclass(frozen=True)
class Question:
    """One cell that people mark.

    asks: the question, in Markdown. guide: what its author wrote for markers, in Markdown; empty if that is nothing.
    rubric: the items that add up to the points; none where the mark is one number. by_people: whether people mark all
    answers, not only those that the computer leaves to them.
    """

    notebook: str
    cell: str
    points: float
    asks: str = ""
    guide: str = ""
    rubric: tuple[Item, ...] = ()
    by_people: bool = True

    @property
    def place(self) -> Cell:
        """The notebook and the cell."""
        return self.notebook, self.cell

    @property
    def title(self) -> str:
        """What it is called on pages."""
        return self.cell.replace("_", " ").strip().capitalize() or self.cell


def questions(classroom: Classroom, known: Assignment, held: Mapping[str, Mapping[Cell, Given]]) -> list[Question]:
    """All questions, in the order of the notebooks. Fault if the TP's rubrics are broken.

    held: what the gradebook has, by student. A cell that the computer marks is a question, too, if an answer to it
    waits for a person, or has a person's mark.
    """
    touched = {place for cells in held.values() for place, one in cells.items() if one.waits or one.by_hand is not None}
    found = [(name, cell) for name, notebook in known.notebooks.items() for cell in _marked(name, notebook, touched)]
    points = points_in(cell for _, cell in found)  # a TP has one notebook
    rubric = rubrics(known.tp.folder, points, known.tp.leave_out) if known.tp else {}
    mine = {name: by_people(notebook) for name, notebook in known.notebooks.items()}
    guides = {name: _guides(classroom, known.name, name) for name in known.notebooks}
    made = []
    for name, cell in found:
        id = cell.metadata.nbgrader.grade_id
        asks, guide = _asks(known.notebooks[name], id), guides[name].get(id, "")
        most = float(cell.metadata.nbgrader.get("points", 0))
        made.append(Question(name, id, most, asks, guide, rubric.get(id, ()), id in mine[name]))
    return made


def by_people(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The cells of a notebook that people mark, by their ids."""
    tasks = {grade_id(cell) or "": cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("task")}
    return {id: cell for id, cell in graded(notebook).items() if not is_autograded(cell)} | tasks


def points_in(cells: Iterable[NotebookNode]) -> dict[str, float]:
    """The points of some graded cells, by their ids."""
    return {cell.metadata.nbgrader.grade_id: float(cell.metadata.nbgrader.get("points", 0)) for cell in cells}


def _marked(name: str, notebook: NotebookNode, touched: set[Cell]) -> Iterator[NotebookNode]:
    mine = by_people(notebook)
    for cell in notebook.cells:
        if (id := grade_id(cell)) and (id in mine or (name, id) in touched):
            yield cell


def _asks(notebook: NotebookNode, id: str) -> str:
    """The text right above the cell, back to its heading; of a task, the cell's own."""
    at = [grade_id(cell) for cell in notebook.cells].index(id)
    if notebook.cells[at].metadata.nbgrader.get("task"):
        return str(notebook.cells[at].source)
    parts: list[str] = []
    for cell in reversed(notebook.cells[:at]):
        if cell.cell_type != "markdown" or "nbgrader" in cell.metadata:
            break
        parts.insert(0, cell.source)
        if HEADING.match(cell.source):
            break
    return "\n\n".join(parts)


def _guides(classroom: Classroom, assignment: str, notebook: str) -> dict[str, str]:
    """By cell, the model answer or the mark scheme that stands in the source; none where there is no source."""
    path = classroom.root / "source" / assignment / f"{notebook}.ipynb"
    try:
        cells = read(path).cells if path.is_file() else []
    except Unreadable:
        return {}
    found = {}
    for cell in cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("task"):
            found[meta["grade_id"]] = "\n".join(SCHEME.findall(cell.source)).strip()
        elif meta.get("grade") and meta.get("solution"):
            text = MARK.sub("", cell.source).strip()
            found[meta["grade_id"]] = text if cell.cell_type == "markdown" else f"```python\n{text}\n```"
    return found
