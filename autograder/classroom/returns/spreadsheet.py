"""The marks of a class for a spreadsheet. No cell of it is a formula, wherever a spreadsheet may cut it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Sequence

from autograder import harmless
from autograder.classroom.returns.class_marks import Mark, number

# How a spreadsheet knows a formula, and where one may begin: some separate cells by others than commas.
FORMULA, SEPARATORS = frozenset("=+-@\N{MINUS SIGN}"), frozenset(";,|")
UNSEEN = ("C", "Z", "M")  # the first letters of the Unicode categories of characters that may not be seen
FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that are not seen either


def table(tp: str, marks: Sequence[Mark]) -> str:
    """All there is, one row for each student, as comma-separated values."""
    cells = list(dict.fromkeys(cell for mark in marks if mark.grade for cell in mark.grade.cells))
    head = ["student", "last name", "first name", "name", "email", "group", "assignment", "handed in", *cells]
    head += ["score", "late penalty", "total", "maximum", "state"]
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(text, head))
    for mark in marks:
        who, grade = mark.person, mark.grade
        row = [who.id, who.last_name, who.first_name, who.name, who.mail, who.group, tp]
        row = [*map(text, row), grade.handed_in if grade else ""]
        row += [number(grade.cells.get(cell)) if grade else "" for cell in cells]
        points = (grade.score, grade.penalty, grade.total, grade.max_score) if grade else (None,) * 4
        writer.writerow([*row, *map(number, points), mark.state])
    return file.getvalue()


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
