"""Marks for Moodle and Canvas: their own tables with the marks filled in, and feedback as Moodle takes it.

What their importers read was looked up in their sources. Moodle's (mod/assign/feedback/offline/importgradeslib.php)
finds a row by the number at the end of Identifier, wants the columns Grade and Last modified (grade), and skips marks
above the maximum. Canvas' (lib/gradebook_importer.rb) finds a student by ID, an assignment by the number in brackets
behind its title, and takes any other column for a new assignment. So nothing is added or escaped: cells are theirs.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from autograder.classroom.collect.owners import IDENTIFIER
from autograder.classroom.collect.roster import FULL, IDS, MAILS, NUMBERS, Roster
from autograder.classroom.collect.sheet import Sheet, cells
from autograder.classroom.returns.class_marks import EXEMPT, Mark
from autograder.faults import Fault, did_you_mean

GRADE, MAXIMUM = ("grade", "note"), ("maximum grade", "note maximale")
MODIFIED = "last modified (grade)", "dernière modification (note)"
CHANGEABLE, NO = ("grade can be changed", "la note peut être modifiée"), {"no", "non"}
ASSIGNMENT = re.compile(r"(?P<title>.*) \((?P<number>\d+)\)")
NOT_A_STUDENT = re.compile(r"\s*(?:(?:Muted|Manual Posting).*)?\s*", re.IGNORECASE)  # all cells of such a row
NOT_ASSIGNED, EXCUSED, READ_ONLY = "N/A", "EX", "read only"
DIGITS = 5  # behind the point, as many as Moodle keeps


@dataclass
class Filled:
    """A table with marks. rows: by student the row that got the mark, as it was. told: what could not be filled in."""

    sheet: Sheet
    rows: dict[str, list[str]] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


def moodle(sheet: Sheet, marks: Sequence[Mark], numbers: Mapping[str, str], scale: bool) -> Filled:
    """Moodle's grading worksheet, filled in. numbers: by Moodle's number, the student whose hand-in had it.

    Fault if it is none, or if its maximum is not that of the TP and the marks are not to be scaled.
    """
    number, grade, modified = sheet.column(*IDENTIFIER), sheet.column(*GRADE), sheet.column(*MODIFIED)
    maximum, changeable = sheet.column(*MAXIMUM), sheet.column(*CHANGEABLE)
    if number is None or grade is None or modified is None:
        raise Fault(
            f"{sheet.path} is no grading worksheet of Moodle's in English or French: it lacks Identifier, Grade or "
            "Last modified (grade); turn on Offline grading worksheet in the assignment, then download it there"
        )
    if maximum is None:
        raise Fault(
            f"{sheet.path}: it has no column Maximum Grade: the assignment in Moodle has a scale; give it points"
        )
    known = _Known(sheet, marks)
    filled = Filled(sheet)
    rows = []
    for row in sheet.rows:
        digits = re.search(r"\d+$", row[number].strip())
        mark = known.of(row, numbers.get(digits[0] if digits else ""))
        new = list(row)
        if mark is not None and known.first(mark, row, filled):
            if mark.grade:
                top = _points(row[maximum], f"{sheet.path}, Maximum Grade")
                new[grade] = _scaled(sheet, mark, top, scale)
            if mark.grade and changeable is not None and row[changeable].strip().casefold() in NO:
                filled.told.append(f"{mark.person.id}: Moodle does not let this mark be changed")
        rows.append(new)
    filled.sheet = sheet.with_rows(rows)
    known.tell_of_others(filled)
    return filled


def canvas(
    sheet: Sheet, tp: str, column: str | None, marks: Sequence[Mark], numbers: Mapping[str, str], scale: bool
) -> Filled:
    """Canvas' gradebook, with one column filled in. column: its heading; that of the TP's name if None.

    numbers: by Canvas' number, the student whose hand-in had it. Fault as for Moodle.
    """
    student, number = sheet.column("student"), sheet.column("id")
    if number is None or sheet.column("section") is None:
        raise Fault(
            f"{sheet.path} is no gradebook of Canvas: it lacks ID or Section; in Grades choose Export, then use it"
        )
    place = _assignment(sheet, tp, column)
    known = _Known(sheet, marks)
    filled = Filled(sheet)
    top: float | None = None
    rows = []
    for row in sheet.rows:
        new = list(row)
        if student is not None and "Points Possible" in row[student]:
            if READ_ONLY in row[place]:
                raise Fault(
                    f"{sheet.path}: the column {sheet.head[place]} is read only in Canvas; name another as --column"
                )
            top = _points(row[place], f"{sheet.path}, Points Possible") if row[place].strip() else None
        elif not all(NOT_A_STUDENT.fullmatch(cell) for cell in row):
            mark = known.of(row, numbers.get(row[number].strip()))
            if mark is not None and known.first(mark, row, filled):
                if row[place].strip() == NOT_ASSIGNED:
                    filled.told.append(f"{mark.person.id}: the assignment is not assigned to them in Canvas")
                elif mark.state == EXEMPT:
                    new[place] = EXCUSED
                elif mark.grade:
                    new[place] = _scaled(sheet, mark, top, scale)
        rows.append(new)
    filled.sheet = sheet.with_rows(rows)
    known.tell_of_others(filled)
    return filled


def _assignment(sheet: Sheet, tp: str, column: str | None) -> int:
    """The place of the column of an assignment. Fault if nothing says which it is."""
    titles = {title: match["title"] for title in sheet.head if (match := ASSIGNMENT.fullmatch(title))}
    wanted = {column} if column else {title for title, short in titles.items() if _plain(short) == _plain(tp)}
    there = [place for place, title in enumerate(sheet.head) if title in wanted]
    if len(there) == 1:
        return there[0]
    near = did_you_mean(column or tp, titles) or f"there are {', '.join(titles) or 'none'}"
    what = f"no column is called {column}" if column else f"no column, or not one alone, is called {tp} (number)"
    raise Fault(f"{sheet.path}: {what}; name it as --column; {near}")


def _plain(title: str) -> str:
    return re.sub(r"[\W_]+", " ", title).strip().casefold()


class _Known:
    """Whose the rows of a table are."""

    def __init__(self, sheet: Sheet, marks: Sequence[Mark]) -> None:
        self._marks = {mark.person.id: mark for mark in marks}
        self._roster = Roster({mark.person.id: mark.person for mark in marks})
        self._canvas = {mark.person.canvas: mark.person.id for mark in marks if mark.person.canvas}
        is_canvas = sheet.column("section") is not None
        self._number = sheet.column("id") if is_canvas else None
        ids = [name for name in IDS if not (is_canvas and name in ("id", "student"))]
        self._ids = [sheet.column(name) for name in (*ids, *NUMBERS, *MAILS)]
        self._names = [sheet.column(name) for name in (*FULL, *(("student",) if is_canvas else ()))]

    def of(self, row: list[str], student: str | None) -> Mark | None:
        """The mark of the student in a row: the one who is named, else whom its ids or its name mean."""
        if student in self._marks:
            return self._marks[student]
        if self._number is not None and (id := self._canvas.get(row[self._number].strip())):
            return self._marks[id]
        found = self._roster.called(cells(row, self._ids), cells(row, self._names))
        return self._marks[found.pop()] if len(found) == 1 else None

    def first(self, mark: Mark, row: list[str], filled: Filled) -> bool:
        """Note whose row it is; False, and said, if that student has a row already."""
        if mark.person.id in filled.rows:
            filled.told.append(f"{mark.person.id}: two rows are of this student; the first one got the mark")
            return False
        filled.rows[mark.person.id] = row
        return True

    def tell_of_others(self, filled: Filled) -> None:
        """Name those who have a mark and no row."""
        for id, mark in self._marks.items():
            if mark.grade and id not in filled.rows:
                filled.told.append(f"{mark.person.shown} has a mark and no row in {filled.sheet.path.name}")


def _points(text: str, where: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        raise Fault(f"{where}: {text!r} is no number of points") from None


def _scaled(sheet: Sheet, mark: Mark, top: float | None, scale: bool) -> str:
    """The mark as a cell. Fault if another number of points can be had there, and it is not to be scaled."""
    if mark.grade is None:
        return ""
    total, most = mark.grade.total, mark.grade.max_score
    if top is not None and abs(top - most) > 10**-DIGITS:
        if not scale:
            raise Fault(
                f"{sheet.path}: {top:g} points can be had there, and {most:g} here; change it there, or say --scale"
            )
        total *= top / most
    return f"{total:.{DIGITS}f}".rstrip("0").rstrip(".")


def feedback_zip(filled: Filled, pages: Mapping[str, Sequence[Path]]) -> bytes:
    """A zip for Moodle's "Upload multiple feedback files in a zip". pages: by student.

    mod/assign/feedback/file/importziplib.php wants `<name>_<number>_<type>_<plugin>` and goes by the number.
    """
    number, full = filled.sheet.column(*IDENTIFIER), filled.sheet.column(*FULL)
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for id, row in filled.rows.items():
            digits = re.search(r"\d+$", row[number].strip()) if number is not None else None
            name = re.sub(r"[_/\\\x00-\x1f]+", " ", id if full is None else row[full]).strip(". ") or "student"
            for page in pages.get(id, ()) if digits else ():
                archive.write(page, f"{name}_{digits and digits[0]}_assignsubmission_file_/{page.name}")
    return file.getvalue()
