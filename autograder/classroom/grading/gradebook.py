"""nbgrader's gradebook: opening it, and reading what it holds of a class. Nothing here writes."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError

from autograder.classroom import convert
from autograder.classroom.layout import Classroom
from autograder.faults import Fault

Cell = tuple[str, str]  # its notebook, its grade_id
Marks = dict[Cell, tuple[float | None, float | None]]  # the grader's, a person's
PATIENCE = 60  # seconds to wait for a database that somebody else is writing to


@contextmanager
def opened(classroom: Classroom) -> Iterator[Gradebook]:
    """The gradebook of a classroom. Fault if it cannot be opened."""
    course_directory = convert.course_directory(classroom)
    url = course_directory.db_url
    if url.startswith("sqlite:") and "?" not in url:
        url += f"?timeout={PATIENCE}"
    logging.getLogger("tornado.application").setLevel(
        logging.CRITICAL
    )  # where nbgrader writes pages about a failed write
    with convert.quiet():
        try:
            gradebook = Gradebook(url, course_directory.course_id)
        except SQLAlchemyError as error:
            place = make_url(course_directory.db_url).render_as_string(hide_password=True)
            raise Fault(f"the gradebook {place} cannot be opened ({reason(error)})") from None
        with gradebook:
            yield gradebook


def file_of(gradebook: Gradebook) -> Path | None:
    """The file of a gradebook; None if it is on a server."""
    url = gradebook.engine.url
    return Path(url.database).resolve() if url.get_backend_name() == "sqlite" and url.database else None


@contextmanager
def said(gradebook: Gradebook) -> Iterator[None]:
    """What a database refuses in one line: Fault if it takes nothing at all, ValueError if it takes all but this."""
    try:
        yield
    except (SQLAlchemyError, ValueError) as error:
        with contextlib.suppress(SQLAlchemyError):
            gradebook.db.rollback()
        if not isinstance(error, SQLAlchemyError | InvalidEntry):
            raise  # no word of the database
        if isinstance(error, InvalidEntry) and isinstance(error.__context__, SQLAlchemyError):
            error = error.__context__  # nbgrader wraps whatever its database said
        why = reason(error)
        if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
            raise Fault(f"the gradebook could not be written ({why}); the same command goes on") from None
        raise ValueError(f"the gradebook refused it ({why})") from None


def reason(error: Exception) -> str:
    """What a database said, in one line."""
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def assignment_of(gradebook: Gradebook, name: str) -> Assignment:
    """The assignment of this name. Fault if the gradebook knows none: it is new, or another one."""
    try:
        return gradebook.find_assignment(name)
    except MissingEntry:
        raise Fault(f"the gradebook knows no {name}: run `tp build {name}`, then grade again") from None


@dataclass(frozen=True)
class Score:
    """The row of one graded cell: the grader's points, a person's, and whether it waits for a person."""

    auto: float | None
    by_hand: float | None
    waits: bool


@dataclass
class Held:
    """What the gradebook holds of one submission.

    seconds_late: as `seconds_late` counts them. by_hand: whether a person entered anything that would be lost with the
    submission, apart from the extension, which may be the rules'. points: by notebook, with what people gave.
    penalties: for handing in late, by notebook.
    """

    handed_in: datetime | None
    seconds_late: float
    by_hand: bool
    extension: timedelta | None = None
    scores: dict[Cell, Score] = field(default_factory=dict)
    comments: dict[Cell, str | None] = field(default_factory=dict)
    points: dict[str, float] = field(default_factory=dict)
    penalties: dict[str, float | None] = field(default_factory=dict)

    @property
    def marks(self) -> Marks:
        """The grader's scores and those that people gave."""
        return {cell: (score.auto, score.by_hand) for cell, score in self.scores.items()}

    @property
    def by_hand_only(self) -> bool:
        """Whether nothing in it is the grader's."""
        automatic = [*(score.auto for score in self.scores.values()), *self.comments.values(), *self.penalties.values()]
        return all(value is None for value in automatic)


def held(gradebook: Gradebook, name: str) -> dict[str, Held]:
    """What the gradebook holds of an assignment, by student, in four questions to the database for a whole class."""
    known = assignment_of(gradebook, name)
    ask, who = gradebook.db.execute, SubmittedAssignment.student_id
    students: dict[str, Held] = {}
    submissions = _submissions(known, who, SubmittedAssignment.timestamp, SubmittedAssignment.extension)
    for student, handed_in, extension in ask(submissions):
        late = seconds_late(handed_in, known.duedate, extension)
        students[student] = Held(handed_in, late, by_hand=False, extension=extension)
    notebooks = _submissions(
        known, who, Notebook.name, SubmittedNotebook.flagged, SubmittedNotebook.late_submission_penalty
    )
    for student, notebook, flagged, penalty in ask(_with_notebooks(notebooks)):
        one = students[student]
        one.penalties[notebook], one.points[notebook] = penalty, 0.0
        one.by_hand |= bool(flagged)
    cell = Notebook.name, BaseCell.name
    grades = _submissions(
        known, who, *cell, Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.needs_manual_grade
    )
    for student, notebook, name, auto, by_hand, extra, waits in ask(_with_cells(grades, Grade)):
        one = students[student]
        one.scores[notebook, name] = Score(auto, by_hand, waits)
        one.points[notebook] += points(auto, by_hand, extra)
        one.by_hand |= by_hand is not None or extra is not None
    comments = _submissions(known, who, *cell, Comment.auto_comment, Comment.manual_comment)
    for student, notebook, name, auto, by_hand in ask(_with_cells(comments, Comment)):
        students[student].comments[notebook, name] = auto
        students[student].by_hand |= by_hand is not None
    return students


def seconds_late(handed_in: datetime | None, deadline: datetime | None, extension: timedelta | None) -> float:
    """Seconds after the deadline, moved by the extension that a person gave; negative before it, 0 if there is none."""
    if handed_in is None or deadline is None:
        return 0.0
    return (handed_in - deadline - (extension or timedelta(0))).total_seconds()


def points(auto: float | None, by_hand: float | None, extra: float | None) -> float:
    """What a cell counts, as nbgrader counts it: a person's points before the grader's, and extra credit on top."""
    given = auto if by_hand is None else by_hand
    return 0.0 if given is None else given + (extra or 0.0)


def _submissions(known: Assignment, *columns: Any) -> Any:
    return select(*columns).select_from(SubmittedAssignment).where(SubmittedAssignment.assignment_id == known.id)


def _with_notebooks(question: Any) -> Any:
    question = question.join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
    return question.join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)


def _with_cells(question: Any, rows: Any) -> Any:
    question = _with_notebooks(question).join(rows, rows.notebook_id == SubmittedNotebook.id)
    return question.join(BaseCell, BaseCell.id == rows.cell_id)


@dataclass(frozen=True)
class Given:
    """What a graded cell of one submission has. auto, by_hand, extra: points of the grader's and of a person's.

    most: the points that can be had. waits: whether a person is to look. comment: a person's.
    """

    auto: float | None
    by_hand: float | None
    extra: float | None
    most: float
    waits: bool
    comment: str = ""


def given(gradebook: Gradebook, name: str, student: str | None = None) -> dict[str, dict[Cell, Given]]:
    """What each graded cell of an assignment has, with what people wrote of it, by student and cell; of all students,
    or of this one.
    """
    known, who = assignment_of(gradebook, name), SubmittedAssignment.student_id
    cell = Notebook.name, BaseCell.name

    def asked(question: Any) -> Any:
        return gradebook.db.execute(question if student is None else question.where(who == student))

    remarks = _submissions(known, who, *cell, Comment.manual_comment)
    comments = {(one, *place): text for one, *place, text in asked(_with_cells(remarks, Comment))}
    of = Grade.auto_score, Grade.manual_score, Grade.extra_credit, Grade.max_score, Grade.needs_manual_grade
    found: dict[str, dict[Cell, Given]] = {}
    grades = asked(_with_cells(_submissions(known, who, *cell, *of), Grade))
    for one, notebook, place, auto, by_hand, extra, most, waits in grades:
        comment = comments.get((one, notebook, commented(place, (one, notebook, place) in comments)))
        found.setdefault(one, {})[notebook, place] = Given(auto, by_hand, extra, most, waits, comment or "")
    return found


def commented(cell: str, itself: bool) -> str:
    """The cell below which comments on a graded cell stand: itself if it can have any, else the solution it tests."""
    return cell if itself else cell.removeprefix("test_")


@dataclass
class OfNotebook:
    """What a feedback page shows of the gradebook.

    given: by graded cell. comments: by cell, those of the grader, too. penalty: for handing in late.
    """

    penalty: float
    given: dict[str, Given] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)

    @property
    def grades(self) -> dict[str, tuple[float, float, bool]]:
        """By cell, the score, the most that can be had, and whether the mark is still to be given."""
        return {
            cell: (points(one.auto, one.by_hand, one.extra), one.most, one.auto is None and one.by_hand is None)
            for cell, one in self.given.items()
        }


def shown_on_pages(gradebook: Gradebook, name: str, student: str | None = None) -> dict[str, dict[str, OfNotebook]]:
    """What the feedback pages of an assignment show, by student and notebook; of all students, or of this one."""
    known, who = assignment_of(gradebook, name), SubmittedAssignment.student_id

    def asked(question: Any) -> Any:
        return gradebook.db.execute(question if student is None else question.where(who == student))

    found: dict[str, dict[str, OfNotebook]] = {}
    notebooks = _submissions(known, who, Notebook.name, SubmittedNotebook.late_submission_penalty)
    for one, notebook, penalty in asked(_with_notebooks(notebooks)):
        found.setdefault(one, {})[notebook] = OfNotebook(penalty or 0.0)
    for one, cells in given(gradebook, name, student).items():
        for (notebook, place), of_cell in cells.items():
            found[one][notebook].given[place] = of_cell
    comments = _submissions(known, who, Notebook.name, BaseCell.name, Comment.comment)
    for one, notebook, place, comment in asked(_with_cells(comments, Comment)):
        found[one][notebook].comments[place] = comment
    return found
