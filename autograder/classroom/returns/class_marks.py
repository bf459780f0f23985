"""The marks of a class: what stands in the gradebook, for each student, those of a group for every member.

They are read from nbgrader's gradebook, so the marks that people gave and the penalties for late work are in them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from nbgrader.api import Gradebook, SubmittedAssignment

from autograder.classroom.collect.collect import members, missing
from autograder.classroom.collect.roster import Person, Roster, roster
from autograder.classroom.grading.gradebook import assignment_of, opened
from autograder.classroom.layout import Classroom
from autograder.classroom.rules import rules
from autograder.counted import counted
from autograder.faults import WrongUsage

FINAL, NOTHING, NOT_GRADED, EXEMPT = "final", "nothing handed in", "not graded", "exempt"


@dataclass(frozen=True)
class Grade:
    """What one hand-in has. `score` is what all graded cells came to, `penalty` is for handing in late.

    hand_in: the name of its folder in submitted/. open: how many answers no person has marked yet. cells: the points of
    each graded cell, in their order.
    """

    hand_in: str
    person: Person
    handed_in: str
    score: float
    penalty: float
    max_score: float
    open: int
    cells: dict[str, float]

    @property
    def total(self) -> float:
        """What counts: never below zero."""
        return max(0.0, self.score - self.penalty)


@dataclass(frozen=True)
class Mark:
    """What one student has, by a hand-in of the own or of a group; no grade if there is none, or if it does not count.

    state: whether it is final, or why not.
    """

    person: Person
    grade: Grade | None
    state: str


@dataclass(frozen=True)
class Marks:
    """All marks of a TP, by student. open, not_graded: how many answers and hand-ins there are that wait."""

    marks: Sequence[Mark]
    open: int
    not_graded: int

    @property
    def waits(self) -> str:
        """What is not final, in words; empty if all is."""
        parts = [f"{counted(self.open, 'answer')} still open"] * bool(self.open)
        parts += [f"{counted(self.not_graded, 'hand-in')} not graded"] * bool(self.not_graded)
        return ", ".join(parts)


def marks(classroom: Classroom, tp: str) -> Marks:
    """The marks of a TP. WrongUsage if nothing has been graded."""
    people, rule = roster(classroom) or Roster(), rules(classroom).of(tp)
    with opened(classroom) as gradebook:
        assignment_of(gradebook, tp)
        grades = {grade.hand_in: grade for grade in _grades(gradebook, tp)}
    if not grades:
        raise WrongUsage(f"nothing is graded yet: run `tp grade {tp}` first")
    lacking = set(classroom.handed_in(tp)) - grades.keys()
    found: dict[str, Mark] = {}
    for name in sorted({*grades, *lacking}):
        grade = grades.get(name)
        for member in members(classroom, tp, name):
            person = people.people.get(member) or (grade.person if grade and member == name else Person(member))
            state = NOT_GRADED if grade is None else FINAL
            state = f"{counted(grade.open, 'answer')} open" if grade and grade.open else state
            if {member, name, person.group} & {*rule.exempt}:
                grade, state = None, EXEMPT
            if member not in found or member == name:  # what somebody hands in alone goes before the group's
                found[member] = Mark(person, grade, state)
    for person in missing(classroom, tp, people, replace(rule, exempt=())):
        exempt = {person.id, person.group} & {*rule.exempt}
        found.setdefault(person.id, Mark(person, None, EXEMPT if exempt else NOTHING))
    return Marks([found[id] for id in sorted(found)], sum(grade.open for grade in grades.values()), len(lacking))


def _grades(gradebook: Gradebook, tp: str) -> list[Grade]:
    """One for each submission that stands in the gradebook."""
    return [_grade(submission) for submission in gradebook.assignment_submissions(tp)]


def _grade(submission: SubmittedAssignment) -> Grade:
    who = submission.student
    cells = [(notebook.name, grade) for notebook in submission.notebooks for grade in notebook.grades]
    names = Counter(cell.name for _, cell in cells)
    full = " ".join(filter(None, (who.first_name, who.last_name)))
    return Grade(
        hand_in=who.id,
        person=Person(who.id, full, who.first_name or "", who.last_name or "", who.email or ""),
        handed_in=submission.timestamp.isoformat(" ", "seconds") if submission.timestamp else "",
        score=submission.score,
        penalty=submission.late_submission_penalty,
        max_score=submission.max_score,
        open=sum(bool(grade.needs_manual_grade) for _, grade in cells),
        cells={
            cell.name if names[cell.name] == 1 else f"{notebook}: {cell.name}": cell.score for notebook, cell in cells
        },
    )


def number(value: float | None) -> str:
    """A number as all systems read it."""
    return "" if value is None else f"{value:.10g}"
