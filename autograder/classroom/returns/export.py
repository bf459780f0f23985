"""The marks of a class as a table for elsewhere: Moodle's grade import, Canvas' gradebook, any spreadsheet.

They are read from nbgrader's gradebook, so the marks that people gave and the penalties for late work are in them. The
same tables are plugins of `nbgrader export`: --exporter=autograder.classroom.returns.export.Moodle.
"""

from __future__ import annotations

import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook, SubmittedAssignment
from nbgrader.plugins import ExportPlugin

from autograder import harmless
from autograder.classroom.grading.gradebook import assignment_of, opened
from autograder.classroom.layout import Classroom, write
from autograder.faults import WrongUsage

# How a spreadsheet knows a formula, and where one may begin: some separate cells by others than commas.
FORMULA, SEPARATORS = frozenset("=+-@\N{MINUS SIGN}"), frozenset(";,|")
UNSEEN = ("C", "Z", "M")  # the first letters of the Unicode categories of characters that may not be seen
FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that are not seen either


@dataclass(frozen=True)
class Grade:
    """What one student has for one TP. `score` is what all graded cells came to, `penalty` is for handing in late.

    `waits`: an answer has not been marked by a person yet. `cells`: the points of each graded cell, in their order.
    """

    tp: str
    student: str
    first_name: str
    last_name: str
    email: str
    handed_in: str
    score: float
    penalty: float
    max_score: float
    waits: bool
    cells: dict[str, float]

    @property
    def total(self) -> float:
        """What counts: never below zero."""
        return max(0.0, self.score - self.penalty)


def grades(gradebook: Gradebook, tp: str) -> list[Grade]:
    """One for each submission that stands in the gradebook, by student. Who handed in nothing has no grade."""
    found = [_grade(tp, submission) for submission in gradebook.assignment_submissions(tp)]
    return sorted(found, key=lambda grade: grade.student)


def _grade(tp: str, submission: SubmittedAssignment) -> Grade:
    who = submission.student
    cells = [(notebook.name, grade) for notebook in submission.notebooks for grade in notebook.grades]
    names = Counter(cell.name for _, cell in cells)
    return Grade(
        tp=tp,
        student=text(who.id),
        first_name=text(who.first_name),
        last_name=text(who.last_name),
        email=text(who.email),
        handed_in=submission.timestamp.isoformat(" ", "seconds") if submission.timestamp else "",
        score=submission.score,
        penalty=submission.late_submission_penalty,
        max_score=submission.max_score,
        waits=submission.needs_manual_grade,
        cells={
            text(cell.name if names[cell.name] == 1 else f"{notebook}: {cell.name}"): cell.score
            for notebook, cell in cells
        },
    )


def text(value: str | None) -> str:
    """A text that is one line and of which no spreadsheet takes any part for a formula: a `'` stands before it.

    Some leave out what is not seen in front of a formula, and take the full-width forms of its signs.
    """
    parts = [""]
    for character in harmless.line(value or ""):
        parts[-1] += character
        if character in SEPARATORS:
            parts.append("")
    return "".join(f"'{part}" if _is_formula(part) else part for part in parts)


def _is_formula(part: str) -> bool:
    seen = (c for c in part if unicodedata.category(c)[0] not in UNSEEN and c not in FILLERS)
    return unicodedata.normalize("NFKC", next(seen, " "))[:1] in FORMULA


Row = list[str]


def plain(found: Sequence[Grade]) -> list[Row]:
    """All there is, one row for each grade."""
    cells = list(dict.fromkeys(cell for grade in found for cell in grade.cells))
    head = ["student", "last name", "first name", "email", "assignment", "handed in", *cells]
    rows = [
        [
            *(grade.student, grade.last_name, grade.first_name, grade.email, grade.tp, grade.handed_in),
            *(_number(grade.cells.get(cell)) for cell in cells),
            *(_number(number) for number in (grade.score, grade.penalty, grade.total, grade.max_score)),
            "yes" if grade.waits else "no",
        ]
        for grade in found
    ]
    return [[*head, "score", "late penalty", "total", "maximum", "waits for a person"], *rows]


def moodle(found: Sequence[Grade]) -> list[Row]:
    """For Moodle's import of grades from CSV: map a column to identify the user by, and each TP to its grade item."""
    tps = _tps(found)
    head = ["Username", "First name", "Last name", "Email address", *tps]
    rows = [
        [who.student, who.first_name, who.last_name, who.email, *_totals(marks, tps)]
        for who, marks in _by_student(found)
    ]
    return [head, *rows]


def canvas(found: Sequence[Grade]) -> list[Row]:
    """For the import of Canvas' gradebook, which finds the student by the login: one column for each TP."""
    tps = _tps(found)
    points = [_number(next(grade.max_score for grade in found if grade.tp == tp)) for tp in tps]
    rows = [
        [_full_name(who), "", "", who.student, "", *_totals(marks, tps)]  # no numbers of Canvas' own are known here
        for who, marks in _by_student(found)
    ]
    head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *tps]
    return [head, ["    Points Possible", "", "", "", "", *points], *rows]


FORMATS: dict[str, Callable[[Sequence[Grade]], list[Row]]] = {"csv": plain, "moodle": moodle, "canvas": canvas}


def _tps(found: Sequence[Grade]) -> list[str]:
    return list(dict.fromkeys(grade.tp for grade in found))


def _by_student(found: Sequence[Grade]) -> list[tuple[Grade, list[Grade]]]:
    """For each student one grade that says who it is, and all grades."""
    students: dict[str, list[Grade]] = {}
    for grade in found:
        students.setdefault(grade.student, []).append(grade)
    return [(marks[0], marks) for marks in students.values()]


def _full_name(who: Grade) -> str:
    return ", ".join(filter(None, (who.last_name, who.first_name))) or who.student


def _totals(marks: Sequence[Grade], tps: Sequence[str]) -> Row:
    totals = {grade.tp: grade.total for grade in marks}
    return [_number(totals.get(tp)) for tp in tps]


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.10g}"


def as_csv(rows: Sequence[Row]) -> str:
    """Rows as comma-separated values, quoted where need be."""
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def export(classroom: Classroom, tp: str, form: str) -> tuple[str, list[Grade]]:
    """The marks of a class in one of FORMATS, and the grades in it. WrongUsage if nothing has been graded."""
    with opened(classroom) as gradebook:
        assignment_of(gradebook, tp)
        marks = grades(gradebook, tp)
    if not marks:
        raise WrongUsage(f"nothing is graded yet: run `tp grade {tp}` first")
    return as_csv(FORMATS[form](marks)), marks


class _Plugin(ExportPlugin):
    """What nbgrader asks of a plugin: `--to` names the file, `--assignment` and `--student` choose."""

    form = "csv"

    def export(self, gradebook: Gradebook) -> None:
        """Write the table."""
        tps = [str(name) for name in self.assignment] or [assignment.name for assignment in gradebook.assignments]
        chosen = {str(name) for name in self.student}
        found = [grade for tp in tps for grade in grades(gradebook, tp) if not chosen or grade.student in chosen]
        path = Path(self.to or "grades.csv")
        write(path, as_csv(FORMATS[self.form](found)))
        self.log.info("%d grades written to %s", len(found), path)


class Csv(_Plugin):
    """All there is, one row for each grade."""


class Moodle(_Plugin):
    """For Moodle."""

    form = "moodle"


class Canvas(_Plugin):
    """For Canvas."""

    form = "canvas"
