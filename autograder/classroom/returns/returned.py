"""`tp return`: the marks of a class as files for elsewhere, each with what is still open in its name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom.collect.sheet import read
from autograder.classroom.layout import Classroom, write
from autograder.classroom.returns import spreadsheet, systems
from autograder.classroom.returns.class_marks import FINAL, Marks, marks
from autograder.classroom.returns.feedback import feedback
from autograder.faults import Fault


@dataclass
class Returned:
    """What was written, what could not be filled in, and the marks."""

    marks: Marks
    files: list[Path] = field(default_factory=list)
    told: list[str] = field(default_factory=list)


def returned(
    classroom: Classroom,
    tp: str,
    folder: Path | None = None,
    *,
    worksheet: Path | None = None,
    gradebook: Path | None = None,
    column: str | None = None,
    scale: bool = False,
    final: bool = False,
) -> Returned:
    """Write the marks into `folder`, or returned/<TP>/: a table for a spreadsheet, and what Moodle and Canvas take.

    worksheet: Moodle's. gradebook: Canvas', with the heading of a column. scale: to the points that can be had there.
    final: only if nothing is open. Nothing is written if one of the tables cannot be filled in.
    """
    found = marks(classroom, tp)
    if final and found.waits:
        raise Fault(f"{tp} is not final: {found.waits}. Mark what is open and grade again, or leave out --final")
    files: dict[str, bytes | str] = {"marks.csv": spreadsheet.table(tp, found.marks)}
    told: list[str] = []
    if worksheet:
        filled = systems.moodle(read(worksheet), found.marks, _numbers(classroom, tp, "moodle"), scale)
        pages = _pages(classroom, tp, found)
        files |= {"moodle.csv": filled.sheet.written(), "moodle-feedback.zip": systems.feedback_zip(filled, pages)}
        told += filled.told
    if gradebook:
        numbers = _numbers(classroom, tp, "canvas")
        filled = systems.canvas(read(gradebook), tp, column, found.marks, numbers, scale)
        files["canvas.csv"] = filled.sheet.written()
        told += filled.told
    folder = folder or classroom.root / "returned" / tp
    done = [_written(folder, tp, name, content, found.waits) for name, content in files.items()]
    return Returned(found, done, told)


def _written(folder: Path, tp: str, name: str, content: bytes | str, waits: str) -> Path:
    """Write a file whose name says what is open; one that says something else goes."""
    stem, _, suffix = name.rpartition(".")
    path = folder / f"{tp}-{stem}-{(waits or FINAL).replace(', ', '-').replace(' ', '-')}.{suffix}"
    write(path, content)
    for other in folder.glob(f"{tp}-{stem}-*.{suffix}"):
        state = other.name.removeprefix(f"{tp}-{stem}-")
        if other != path and (state[0].isdigit() or state == f"{FINAL}.{suffix}"):
            other.unlink()
    return path


def _pages(classroom: Classroom, tp: str, found: Marks) -> Mapping[str, list[Path]]:
    """The pages of feedback by student, brought up to date."""
    feedback(classroom, tp)
    by_student = {mark.person.id: mark.grade.hand_in for mark in found.marks if mark.grade}
    return {id: sorted((classroom.root / "feedback" / name / tp).glob("*.html")) for id, name in by_student.items()}


def _numbers(classroom: Classroom, tp: str, system: str) -> dict[str, str]:
    """By a system's number, the one student whose hand-in had it."""
    found: dict[str, str] = {}
    for path in sorted(classroom.collected(tp, "any").parent.glob("*.json")):
        try:
            note = json.loads(path.read_text(encoding="utf-8"))
            if note["system"] == system and note["number"] and note["members"] == [note["student"]]:
                found[note["number"]] = note["student"]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # one that cannot be read tells nothing; the ids and names in the table do
    return found
