"""Grade afresh and compare with what was recorded, before anything is written: who gains, who loses, and why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from rich.table import Table
from rich.text import Text

from autograder.classroom.grading import gradebook as books
from autograder.classroom.grading.batch import Batch
from autograder.classroom.grading.gradebook import Marks
from autograder.classroom.grading.lateness import Lateness
from autograder.classroom.grading.results import Result, keep, kept
from autograder.classroom.intake.timestamp import handed_in_at
from autograder.classroom.layout import Classroom
from autograder.harmless import line


@dataclass
class Change:
    """What regrading would do to one submission: points before (None if never graded) and after, and the reason.

    `exercises` lists those that change: points before and after, criteria now met, criteria no longer met with what the
    student reads. `manual` are grades that a person gave, by cell; they stay. `penalty` is what lateness takes off,
    before and by the rules of today.
    """

    student: str
    before: float | None
    after: float
    why: str
    exercises: list[dict[str, Any]] = field(default_factory=list)
    manual: dict[str, float] = field(default_factory=dict)
    penalty: tuple[float, float] = (0.0, 0.0)

    @property
    def gain(self) -> float:
        """Points gained by the grader's verdicts and the rules for late work; negative if lost."""
        return round(self.after - (self.before or 0.0) - (self.penalty[1] - self.penalty[0]), 6)

    def public(self) -> dict[str, Any]:
        """The object that `tp regrade --json` writes."""
        return asdict(self) | {"gain": self.gain}


def changes(classroom: Classroom, results: Iterable[Result]) -> list[Change]:
    """The changes that these new results would make; those who lose first, then those who gain. Writes nothing."""
    found: list[Change] = []
    known: _Known | None = None
    for new in results:
        known = known or _Known(classroom, new.assignment)
        grades = known.marks(new.student)
        manual = {_label(cell, grades): by_hand for cell, (_, by_hand) in grades.items() if by_hand is not None}
        old = kept(classroom, new.assignment, new.student)
        before = _before(grades, new) if grades else old.score if old else None
        changed = _exercises(old, new, grades)
        found.append(Change(new.student, before, new.score, _why(old, new), changed, manual, known.penalty(new)))
    return sorted(found, key=lambda change: (change.gain, change.student))


class _Known:
    """What the gradebook holds of an assignment, and what the rules for late work make of it."""

    def __init__(self, classroom: Classroom, name: str) -> None:
        self._classroom, self._name, self._lateness = classroom, name, Lateness(classroom, name)
        with books.opened(classroom) as gradebook:
            self._held = books.held(gradebook, name)
            self._deadline = books.assignment_of(gradebook, name).duedate

    def marks(self, student: str) -> Marks:
        """The grader's scores and those that people gave, by cell."""
        held = self._held.get(student)
        return held.marks if held else {}

    def penalty(self, new: Result) -> tuple[float, float]:
        """What is taken off for lateness now, and what will be with a new result."""
        held = self._held.get(new.student)
        ruled, handed_in = self._lateness.deadline, handed_in_at(self._classroom.submitted(self._name, new.student))[0]
        extension = self._lateness.extension(new.student) if ruled else held.extension if held else None
        late = books.seconds_late(handed_in, ruled or self._deadline, extension)
        points = dict(held.points) if held else dict[str, float]()
        for exercise in new.exercises:
            score = held.scores.get((exercise["notebook"], exercise["cell"])) if held else None
            if score is None or score.by_hand is None:
                more = (0.0 if exercise["by_hand"] else exercise["score"]) - ((score and score.auto) or 0.0)
                points[exercise["notebook"]] = points.get(exercise["notebook"], 0.0) + more
        before = sum(penalty or 0.0 for penalty in held.penalties.values()) if held else 0.0
        after = self._lateness.penalties(new.student, points, late).values()
        return round(before, 6), round(sum(penalty or 0.0 for penalty in after), 6)


def record_all(classroom: Classroom, tp: str, results: list[Result], workers: int) -> list[tuple[str, str]]:
    """Record new results; returns who could not be, and why. Grades that a person gave stay, marked for a new look."""
    for result in results:
        keep(classroom, result)  # from here on `tp grade` would finish the work as well
    students = [result.student for result in results]
    return [(student, why) for student, result, why in Batch(classroom, tp, students, workers) if result is None]


def table(changes: list[Change]) -> Table | Text:
    """What would change, one row for each exercise of a student; a line if nothing does."""
    changed = [c for c in changes if c.exercises or c.gain or c.before is None or c.penalty[0] != c.penalty[1]]
    if not changed:
        return Text(f"{len(changes)} regraded: nothing changes")
    gain, lose = sum(c.gain > 0 for c in changed), sum(c.gain < 0 for c in changed)
    title = f"{len(changes)} regraded: {gain} gain, {lose} lose, {len(changes) - gain - lose} keep their points"
    shown = Table(title=title, title_justify="left", min_width=len(title))
    for column in ("student", "before", "after", "gain", "because"):
        shown.add_column(column, justify="right" if column in ("before", "after", "gain") else "left")
    for change in changed:
        before = "-" if change.before is None else f"{change.before:g}"
        kept_ = [f"the manual grade {points:g} of {cell} stays" for cell, points in change.manual.items()]
        because = "; ".join([change.why, *kept_])
        shown.add_row(Text(line(change.student)), before, f"{change.after:g}", f"{change.gain:+g}", Text(because))
        if change.penalty[0] != change.penalty[1]:
            off, now = change.penalty
            shown.add_row(
                "  late penalty", f"{off:g}", f"{now:g}", f"{off - now:+g}", "by the rules of today", style="dim"
            )
        for exercise in change.exercises:
            old, new = exercise["before"] or 0.0, exercise["after"] or 0.0
            words = [f"now met: {name}" for name in exercise["met"]]
            words += [f"no longer met: {name} ({message})" for name, message in exercise["missed"].items()]
            row = f"{old:g}", f"{new:g}", f"{new - old:+g}", Text("\n".join(map(line, words)))
            shown.add_row(Text(f"  {exercise['name']}"), *row, style="dim")
    return shown


def _before(grades: Marks, new: Result) -> float:
    """The points that the gradebook holds from the grader, for the exercises it judges."""
    tests = {(e["notebook"], e["cell"]) for e in new.exercises} or set(grades)
    return round(sum(auto or 0.0 for cell, (auto, _) in grades.items() if cell in tests), 6)


def _label(cell: tuple[str, str], grades: Marks) -> str:
    """The name of a cell, behind that of its notebook where another one has a cell of this name."""
    alone = sum(name == cell[1] for _, name in grades) == 1
    return cell[1] if alone else ": ".join(cell)


def _why(old: Result | None, new: Result) -> str:
    if old is None:
        return "no earlier result is kept"
    if new.status != old.status:
        return f"it was {old.status.replace('_', ' ')} and is {new.status.replace('_', ' ')}"
    (old_code, _, old_grader), (code, _, grader) = old.key.partition("-"), new.key.partition("-")
    reasons = ["the submission has changed"] * (code != old_code)
    reasons += ["the grader or the TP has changed"] * (grader != old_grader)
    return " and ".join(reasons) or "nothing has changed but the run"


def _exercises(old: Result | None, new: Result, grades: Marks) -> list[dict[str, Any]]:
    were = old.by_label if old else {}
    found = []
    for name, exercise in new.by_label.items():
        was = were.get(name)
        passed = {c["name"] for c in was["criteria"] if c["passed"]} if was else set()
        met = [c["name"] for c in exercise["criteria"] if c["passed"] and c["name"] not in passed]
        missed = {c["name"]: c["message"] for c in exercise["criteria"] if not c["passed"] and c["name"] in passed}
        auto, _ = grades.get((exercise["notebook"], exercise["cell"]), (was["score"] if was else None, None))
        after = None if exercise["by_hand"] else exercise["score"]
        if auto != after or (was and (met or missed)):
            found.append({"name": name, "before": auto, "after": after, "met": met, "missed": missed})
    return found
