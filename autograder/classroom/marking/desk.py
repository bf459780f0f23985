"""What lies before a marker: the questions, the answers to each in an order, how far the marking is; and saving a mark.

All is read anew each time: somebody else may be marking, in the Formgrader or on another page.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property

from autograder.classroom.assignment import Assignment, assignment
from autograder.classroom.collect.collect import members
from autograder.classroom.collect.roster import Person, Roster, roster
from autograder.classroom.grading import gradebook as books
from autograder.classroom.grading.gradebook import Given
from autograder.classroom.layout import Classroom
from autograder.classroom.marking import answers
from autograder.classroom.marking.answers import Answer
from autograder.classroom.marking.entered import Changed, Mark, Noted, entering, noted, now, standing, state
from autograder.classroom.marking.pseudonyms import pseudonyms, unnamed
from autograder.classroom.marking.questions import Question, questions
from autograder.faults import Fault

OPEN, MARKED, AGAIN, TWO, NOBODY = "open", "marked", "look again", "two marks", "nothing written"


@dataclass(frozen=True)
class Row:
    """One answer. id: its pseudonym, by which pages are addressed. name: whose it is, as far as the marker may know.

    mark: what a person gave; other: what another marker gave elsewhere, as long as nobody has decided.
    """

    id: str
    student: str
    name: str
    given: Given
    mark: Mark | None
    other: Mark | None = None

    @property
    def status(self) -> str:
        """In words."""
        if self.other:
            return TWO
        if self.given.by_hand is not None:
            return AGAIN if self.given.waits else MARKED
        return OPEN if self.given.waits else NOBODY

    @property
    def open(self) -> bool:
        """Whether a person is to look at it."""
        return self.status in (OPEN, AGAIN, TWO)


@dataclass(frozen=True)
class Pile:
    """The answers to one question, in order. empty: those in which nothing was written, which have 0 points."""

    question: Question
    rows: Sequence[Row]
    empty: Sequence[Row]

    @property
    def marked(self) -> int:
        """How many are done."""
        return sum(not row.open for row in self.rows)

    @property
    def two(self) -> int:
        """How many have two marks."""
        return sum(row.other is not None for row in self.rows)

    def row(self, id: str) -> Row | None:
        """The answer with this id."""
        return next((row for row in (*self.rows, *self.empty) if row.id == id), None)

    def beside(self, id: str, step: int) -> Row | None:
        """The answer before (-1) or after (1) one; None at the end, or if nothing was written there."""
        ids = [row.id for row in self.rows]
        at = ids.index(id) + step if id in ids else -1
        return self.rows[at] if 0 <= at < len(ids) else None

    def next_open(self, id: str = "") -> Row | None:
        """The next answer after one that is open, from the beginning again after the last; None if all is done."""
        ids = [row.id for row in self.rows]
        at = ids.index(id) + 1 if id in ids else 0
        return next((row for row in (*self.rows[at:], *self.rows[:at]) if row.open and row.id != id), None)


class Desk:
    """The marking of one TP by one marker. WrongUsage if it is not built; Fault if its rubrics are broken."""

    def __init__(self, classroom: Classroom, tp: str, who: str, anonymous: bool = False) -> None:
        self.classroom, self.tp, self.who, self.anonymous = classroom, tp, who, anonymous
        self.piles()  # what is wrong is said now

    @cached_property
    def _known(self) -> Assignment:
        return assignment(self.classroom, self.tp)

    def piles(self) -> list[Pile]:
        """All questions with their answers, as they stand now. Fault if the classroom cannot be read."""
        with self._unnamed():
            return self._piles()

    def _piles(self) -> list[Pile]:
        with books.opened(self.classroom) as gradebook:
            held = books.given(gradebook, self.tp)
        people = roster(self.classroom) or Roster()
        beside = {student: noted(self.classroom, self.tp, student) for student in held}
        ids = pseudonyms(self.classroom, self.tp, held)
        if not self.anonymous:
            ids = dict(sorted(ids.items(), key=lambda item: item[1]))
        made = []
        for question in questions(self.classroom, self._known, held):
            rows = [
                self._row(id, student, held[student][question.place], beside[student].get(question.place), people)
                for id, student in ids.items()
                if question.place in held[student]
            ]
            empty = [row for row in rows if row.status == NOBODY] if question.by_people else []
            made.append(Pile(question, [row for row in rows if row.status != NOBODY], empty))
        return made

    def pile(self, notebook: str, cell: str) -> Pile | None:
        """That of one question; None if there is no such question."""
        return next((pile for pile in self.piles() if pile.question.place == (notebook, cell)), None)

    @contextmanager
    def _unnamed(self) -> Iterator[None]:
        """Where names are not shown, what went wrong is told without them, as a Fault."""
        try:
            yield
        except (Fault, ValueError) as error:
            if not self.anonymous:
                raise
            raise Fault(unnamed(self.classroom, self.tp, [str(error)])[0]) from None

    def _row(self, id: str, student: str, given: Given, beside: Noted | None, people: Roster) -> Row:
        who = members(self.classroom, self.tp, student)
        known = ", ".join((people.people.get(one) or Person(one)).shown for one in who)
        name = f"student {id}" if self.anonymous else known if student in who else f"{student}: {known}"
        return Row(id, student, name, given, standing(given, beside), beside.other if beside else None)

    def answer(self, row: Row, question: Question) -> Answer | None:
        """What was written; None if that notebook was not handed in."""
        folder = self.classroom.root / "autograded" / row.student / self.tp
        return answers.answer(folder / f"{question.notebook}.ipynb", question.cell)

    def seen(self, row: Row, question: Question) -> str:
        """The state of an answer and its mark."""
        return state(row.given, row.other, self._digest(row, question))

    def _digest(self, row: Row, question: Question) -> str:
        found = self.answer(row, question)
        return found.digest if found else ""

    def save(self, row: Row, question: Question, mark: Mark, seen: str) -> None:
        """Enter a mark as this marker's. Changed if the answer or its mark are no longer what was `seen`."""
        self._enter(row, question, replace(mark, who=self.who, when=now()), seen)

    def take(self, row: Row, question: Question, seen: str) -> None:
        """Enter what another marker gave elsewhere, as theirs. Changed as for `save`, or if there is no such mark."""
        if row.other is None:
            raise Changed
        self._enter(row, question, row.other, seen)

    def _enter(self, row: Row, question: Question, mark: Mark, seen: str) -> None:
        mark = replace(mark, answer=self._digest(row, question))
        with self._unnamed(), entering(self.classroom, self.tp) as book:
            book.enter(row.student, question.place, mark, seen)
