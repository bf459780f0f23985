"""Entering a mark: into nbgrader's gradebook, and beside it who gave it, when, and by which items of the rubric.

The gradebook is what counts. What stands beside it explains a mark as long as the two agree.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from nbgrader.api import Comment, Grade, Gradebook, MissingEntry

from autograder.classroom.grading import gradebook as books
from autograder.classroom.grading.gradebook import Cell, Given
from autograder.classroom.grading.lateness import Lateness
from autograder.classroom.layout import Classroom, write
from autograder.faults import Fault
from autograder.harmless import whole

FORMAT = 1  # of the files beside the gradebook; see FORMATS.md


@dataclass(frozen=True)
class Earned:
    """What an answer got for one item of the rubric, as it was worded then. most: the points that could be had."""

    text: str
    points: float
    most: float


@dataclass(frozen=True)
class Mark:
    """A mark that a person gave. score: None if it is a comment alone. items: by the rubric; none if it was not used.

    who, when: empty if that is not known, as of marks that were given in the Formgrader. answer: a digest of what was
    marked.
    """

    score: float | None
    comment: str = ""
    items: tuple[Earned, ...] = ()
    who: str = ""
    when: str = ""
    answer: str = ""

    def same(self, other: Mark) -> bool:
        """Whether it says the same, whoever gave it."""
        return (self.score, self.comment) == (other.score, other.comment)

    def among(self, others: Iterable[Mark]) -> bool:
        """Whether it is one of these, and not given anew since."""
        return any(self.same(one) and (self.who, self.when) == (one.who, one.when) for one in others)


@dataclass(frozen=True)
class Noted:
    """What stands beside the gradebook. other: what another marker gave, as long as nobody has decided.

    refused: the marks that somebody has decided against.
    """

    mark: Mark
    other: Mark | None = None
    refused: tuple[Mark, ...] = ()


class Changed(Exception):
    """What is to be replaced is no longer what the marker saw."""


def now() -> str:
    """The time as it is noted."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def state(given: Given, other: Mark | None, answer: str) -> str:
    """A digest of what a marker sees of an answer and its marks: with another one, a mark would replace what was not
    seen."""
    seen = [given.by_hand, given.comment, asdict(other) if other else None, answer]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32]


def standing(given: Given, noted: Noted | None) -> Mark | None:
    """The mark that a person gave, with what is known of it; None if there is none."""
    if given.by_hand is None and not given.comment:
        return None
    mark = Mark(given.by_hand, given.comment)
    return noted.mark if noted and noted.mark.same(mark) else mark


@contextmanager
def alone(classroom: Classroom) -> Iterator[None]:
    """Be the one who enters marks here; another one waits, for a moment."""
    classroom.own.mkdir(parents=True, exist_ok=True)
    with open(classroom.own / "marking.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class Entering:
    """The gradebook of one TP while marks are entered."""

    classroom: Classroom
    gradebook: Gradebook
    tp: str
    lateness: Lateness

    def given(self, student: str, place: Cell) -> Given | None:
        """What the gradebook has of an answer now; None if it has none."""
        return books.given(self.gradebook, self.tp, student).get(student, {}).get(place)

    def enter(self, student: str, place: Cell, mark: Mark, seen: str | None = None) -> None:
        """Enter a mark, and note that it is decided for if there were two. An empty one decides nothing.

        seen: the state that it replaces, by `state`. Changed if that is another one; Fault if there is no such answer;
        ValueError if the gradebook refuses the mark.
        """
        known = self.given(student, place)
        if known is None:
            raise Fault(f"the gradebook no longer holds this answer to {place[1]}: run `tp grade {self.tp}`")
        beside = noted(self.classroom, self.tp, student).get(place)
        if seen is not None and seen != state(known, beside.other if beside else None, mark.answer):
            raise Changed
        new = Noted(mark)
        if beside and mark.same(Mark(None)):
            new = replace(new, other=beside.other)
        elif beside:
            two = (standing(known, beside), beside.other) if beside.other else ()
            new = replace(new, refused=(*beside.refused, *(one for one in two if one and not one.same(mark))))
        self.write(student, place, new)

    def write(self, student: str, place: Cell, new: Noted) -> None:
        """Enter a mark, what lateness takes, and what is noted of it. ValueError if the gradebook refuses the mark."""
        with books.said(self.gradebook):
            self._write(student, place, new.mark)
            self._penalise(student)
            self.gradebook.db.commit()
        note(self.classroom, self.tp, student, {place: new})

    def _write(self, student: str, place: Cell, mark: Mark) -> None:
        notebook, cell = place
        grade = self.gradebook.find_grade(cell, notebook, self.tp, student)
        grade.manual_score = mark.score
        grade.needs_manual_grade = mark.score is None and grade.auto_score is None  # as the Formgrader has it
        comment = self._comment(student, place)
        if comment is not None:
            comment.manual_comment = mark.comment or None
        elif mark.comment:
            raise ValueError(f"{cell} can have no comment: leave it out")
        self.gradebook.db.flush()

    def _comment(self, student: str, place: Cell) -> Comment | None:
        notebook, cell = place
        for itself in (True, False):
            try:
                return self.gradebook.find_comment(books.commented(cell, itself), notebook, self.tp, student)
            except MissingEntry:
                continue
        return None

    def _penalise(self, student: str) -> None:
        """Bring the penalty for handing in late to the points that are there now."""
        submission = self.gradebook.find_submission(self.tp, student)
        late = books.seconds_late(submission.timestamp, submission.assignment.duedate, submission.extension)
        points = {notebook.name: sum(map(_points, notebook.grades)) for notebook in submission.notebooks}
        penalties = self.lateness.penalties(student, points, late)
        for notebook in submission.notebooks:
            notebook.late_submission_penalty = penalties[notebook.name]


@contextmanager
def entering(classroom: Classroom, tp: str) -> Iterator[Entering]:
    """Be the one who enters marks here. Fault if the gradebook, the roster or the rules are broken."""
    with alone(classroom), books.opened(classroom) as gradebook:
        yield Entering(classroom, gradebook, tp, Lateness(classroom, tp))


def _points(grade: Grade) -> float:
    return books.points(grade.auto_score, grade.manual_score, grade.extra_credit)


def noted(classroom: Classroom, tp: str, student: str) -> dict[Cell, Noted]:
    """What stands beside the gradebook of one submission; nothing if there is no file, or none that can be read."""
    try:
        data = json.loads(classroom.marked(tp, student).read_text(encoding="utf-8"))
        found = data["marks"] if data["format"] == FORMAT else []
        return {(one["notebook"], one["cell"]): _noted(one) for one in found}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def note(classroom: Classroom, tp: str, student: str, new: Mapping[Cell, Noted]) -> None:
    """Write what stands beside the gradebook of one submission, where it is new."""
    marks = [
        {"notebook": notebook, "cell": cell, **asdict(one.mark)}
        | {"other": asdict(one.other) if one.other else None, "refused": [asdict(mark) for mark in one.refused]}
        for (notebook, cell), one in (noted(classroom, tp, student) | dict(new)).items()
    ]
    content = {"format": FORMAT, "student": student, "marks": marks}
    write(classroom.marked(tp, student), json.dumps(content, indent=1))


def mark_of(data: Mapping[str, Any]) -> Mark:
    """A mark as it was written. KeyError, TypeError or ValueError if it is none."""
    score = None if data["score"] is None else float(data["score"])
    items = tuple(Earned(whole(str(one["text"])), float(one["points"]), float(one["most"])) for one in data["items"])
    comment, who, when, answer = (whole(str(data[name])) for name in ("comment", "who", "when", "answer"))
    return Mark(score, comment, items, who, when, answer)


def refused_in(data: Mapping[str, Any]) -> tuple[Mark, ...]:
    """The marks that were decided against, as they were written; errors as of `mark_of`."""
    return tuple(map(mark_of, data.get("refused", ())))


def _noted(data: Mapping[str, Any]) -> Noted:
    other = data.get("other")
    return Noted(mark_of(data), mark_of(other) if other else None, refused_in(data))
