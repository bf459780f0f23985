"""The rows of one submission in nbgrader's gradebook: added where they are missing, read and written in few questions.

nbgrader's own functions ask for every row by itself and commit three times for a submission; here whoever records does
so once, when all is entered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    new_uuid,
)
from sqlalchemy import insert, select, update

from autograder.classroom.grading import gradebook as books
from autograder.classroom.grading.gradebook import Cell

OWN_ROWS = {"GradeCell": (Grade,), "SolutionCell": (Comment,), "TaskCell": (Grade, Comment)}  # of a kind of cell


@dataclass(frozen=True)
class Row:
    """The row of a graded cell in one submission. auto: the grader's points; by_hand, extra: a person's."""

    id: str
    cell: Cell
    auto: float | None
    by_hand: float | None
    extra: float | None
    waits: bool


@dataclass(frozen=True)
class Remark:
    """The row of the remark on a cell in one submission. auto: the grader's."""

    id: str
    cell: Cell
    auto: str | None


class Rows:
    """The submissions of one assignment. What the assignment consists of is asked once; nothing here commits."""

    def __init__(self, gradebook: Gradebook, name: str) -> None:
        self._ask, assignment = gradebook.db.execute, books.assignment_of(gradebook, name)
        self._id, self._deadline = assignment.id, assignment.duedate
        notebooks = select(Notebook.id, Notebook.name).where(Notebook.assignment_id == self._id)
        self.notebooks: dict[str, str] = {name: id for id, name in self._ask(notebooks)}
        self._cells: dict[str, list[tuple[str, str]]] = defaultdict(list)  # by notebook: a cell's id and its kind
        cells = select(BaseCell.notebook_id, BaseCell.id, BaseCell.type)
        for notebook, id, kind in self._ask(cells.where(BaseCell.notebook_id.in_(self.notebooks.values()))):
            self._cells[notebook].append((id, kind))

    def submission(self, student: str, handed_in: datetime | None, ruled: timedelta | None) -> tuple[str, float]:
        """The submission of a student, with all of its rows: its id, and how many seconds late it is.

        ruled: the extension that it gets; None leaves the one that a person has entered.
        """
        wanted = SubmittedAssignment.assignment_id == self._id, SubmittedAssignment.student_id == student
        known = select(SubmittedAssignment.id, SubmittedAssignment.timestamp, SubmittedAssignment.extension)
        found = self._ask(known.where(*wanted)).one_or_none()
        id, before, extension = found or (self._new(student, handed_in), handed_in, None)
        granted = extension if ruled is None else ruled or None
        if (handed_in, granted) != (before, extension):
            self._ask(update(SubmittedAssignment).where(*wanted).values(timestamp=handed_in, extension=granted))
        there = select(SubmittedNotebook.notebook_id).where(SubmittedNotebook.assignment_id == id)
        for notebook in set(self.notebooks.values()) - set(self._ask(there).scalars()):
            self._add(id, notebook)  # also one that the assignment did not have yet when the submission was entered
        return id, books.seconds_late(handed_in, self._deadline, granted)

    def _new(self, student: str, handed_in: datetime | None) -> str:
        id = new_uuid()
        if self._ask(select(Student.id).where(Student.id == student)).one_or_none() is None:
            self._ask(insert(Student).values(id=student))
        values = {"id": id, "assignment_id": self._id, "student_id": student, "timestamp": handed_in}
        self._ask(insert(SubmittedAssignment).values(**values))
        return id

    def _add(self, submission: str, notebook: str) -> None:
        id = new_uuid()
        self._ask(insert(SubmittedNotebook).values(id=id, assignment_id=submission, notebook_id=notebook))
        for rows in (Grade, Comment):
            cells = [cell for cell, kind in self._cells[notebook] if rows in OWN_ROWS.get(kind, ())]
            if cells:
                self._ask(insert(rows), [{"notebook_id": id, "cell_id": cell} for cell in cells])

    def grades(self, submission: str) -> list[Row]:
        """The rows of its graded cells."""
        of = Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade
        return [Row(id, (notebook, cell), *rest) for id, notebook, cell, *rest in self._of(submission, Grade, *of)]

    def remarks(self, submission: str) -> list[Remark]:
        """The rows of the remarks on its cells."""
        found = self._of(submission, Comment, Comment.auto_comment)
        return [Remark(id, (notebook, cell), auto) for id, notebook, cell, auto in found]

    def _of(self, submission: str, rows: Any, *columns: Any) -> Any:
        question = select(rows.id, Notebook.name, BaseCell.name, *columns).select_from(rows)
        question = question.join(SubmittedNotebook, SubmittedNotebook.id == rows.notebook_id)
        question = question.join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        question = question.join(BaseCell, BaseCell.id == rows.cell_id)
        return self._ask(question.where(SubmittedNotebook.assignment_id == submission))

    def enter(self, rows: Any, changed: list[dict[str, Any]]) -> None:
        """Write what has changed in some rows, each with its id."""
        if changed:
            self._ask(update(rows), changed)

    def penalise(self, submission: str, penalties: Mapping[str, float | None]) -> None:
        """Enter the penalties for handing in late, by notebook."""
        for notebook, penalty in penalties.items():
            mine = (
                SubmittedNotebook.assignment_id == submission,
                SubmittedNotebook.notebook_id == self.notebooks[notebook],
            )
            self._ask(update(SubmittedNotebook).where(*mine).values(late_submission_penalty=penalty))
