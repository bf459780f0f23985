"""Two markers on two machines: the marks of one as a file, and taken in by the other, nothing overwritten unasked.

Where both have marked an answer in different ways, the mark here stays, the other one is kept beside it, and the page
shows both until somebody decides. That stays decided, on either machine, until one of them gives a mark anew. A later
mark of the one who gave the mark here takes its place, and is told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from autograder.classroom.assignment import assignment
from autograder.classroom.grading import gradebook as books
from autograder.classroom.grading.gradebook import Cell, Given
from autograder.classroom.layout import Classroom, write
from autograder.classroom.marking import answers
from autograder.classroom.marking.entered import (
    Entering,
    Mark,
    Noted,
    entering,
    mark_of,
    note,
    noted,
    refused_in,
    standing,
)
from autograder.classroom.marking.form import NEAR
from autograder.classroom.marking.questions import questions
from autograder.faults import Fault

FORMAT = 1  # of the file; see FORMATS.md
LARGEST = 2**26  # bytes of it


@dataclass(frozen=True)
class Other:
    """A mark that comes from elsewhere, and of what it is. refused: those that were decided against there."""

    student: str
    place: Cell
    mark: Mark
    refused: tuple[Mark, ...] = ()


@dataclass
class Merged:
    """What came of it, in lines.

    entered: new here. replaced: later ones of the same marker. decided: for which somebody elsewhere has decided, and
    saw the mark here. same: how many change nothing. conflicts: where both have marked. unknown: what cannot be taken.
    """

    entered: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    decided: list[str] = field(default_factory=list)
    same: int = 0
    conflicts: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def export(classroom: Classroom, tp: str, path: Path) -> int:
    """Write all marks that people gave into a file; returns how many. Fault if the classroom cannot be read."""
    with books.opened(classroom) as gradebook:
        held = books.given(gradebook, tp)
    asked = {question.place for question in questions(classroom, assignment(classroom, tp), held)}
    found = []
    for student, cells in sorted(held.items()):
        beside = noted(classroom, tp, student)
        for place, given in cells.items():
            known = beside.get(place)
            mark = standing(given, known) if place in asked else None
            if mark is not None:
                marked = mark.answer or _digest(classroom, tp, student, place)
                about = {"student": student, "notebook": place[0], "cell": place[1]}
                refused = [asdict(one) for one in known.refused] if known else []
                found.append({**about, **asdict(mark), "answer": marked, "refused": refused})
    write(path, json.dumps({"format": FORMAT, "tp": tp, "marks": found}, indent=1, ensure_ascii=False) + "\n")
    return len(found)


def merge(classroom: Classroom, tp: str, path: Path) -> Merged:
    """Take in the marks of a file. Fault, in one line, if it is none, or of another TP; then nothing is entered."""
    others = list(_read(path, tp))
    came = Merged()
    with entering(classroom, tp) as book:
        asked = questions(classroom, assignment(classroom, tp), books.given(book.gradebook, tp))
        points = {question.place: question.points for question in asked}
        for other in others:
            given = book.given(other.student, other.place) if other.place in points else None
            if given is None:
                came.unknown.append(f"{other.student}, {other.place[1]}: there is no such answer here")
                continue
            try:
                _check(other.mark, points[other.place])
                _take(book, given, other, came)
            except ValueError as error:  # it takes all but this one
                came.unknown.append(f"{_said(other)}: {error}")
    return came


def _check(mark: Mark, most: float) -> None:
    """ValueError if it is no mark of a question with so many points."""
    if mark.score is not None and not 0 <= mark.score <= most:
        raise ValueError(f"not from 0 to {most:g} points")
    if mark.items and not abs(sum(item.points for item in mark.items) - (mark.score or 0)) <= NEAR:
        raise ValueError("its points are not those of its items of the rubric")


def _take(book: Entering, given: Given, other: Other, came: Merged) -> None:
    beside = noted(book.classroom, book.tp, other.student).get(other.place)
    here, theirs = standing(given, beside), other.mark
    waiting, refused = (beside.other, beside.refused) if beside else (None, ())
    settled = waiting and (waiting.same(theirs) or waiting.among(other.refused) or _later(waiting, theirs))
    still, both = None if settled else waiting, tuple(dict.fromkeys((*refused, *other.refused)))
    told = _said(other, here)
    if theirs.among(refused) or any(_later(theirs, one) for one in (here, waiting) if one):
        came.same += 1
    elif theirs.answer not in ("", _digest(book.classroom, book.tp, other.student, other.place)):
        told = f"{_said(other)}: given for another hand-in"
        _dispute(book, other, Noted(here or Mark(None), still, refused), came, told)
    elif here and here.same(theirs) and not settled:
        came.same += 1
    elif here and here.same(theirs):
        note(book.classroom, book.tp, other.student, {other.place: Noted(here, None, both)})
        came.decided.append(told)
    elif here is None or _later(here, theirs) or here.among(other.refused):
        book.write(other.student, other.place, Noted(theirs, still, both))
        lines = came.entered if here is None else came.replaced if _later(here, theirs) else came.decided
        lines.append(told)
    else:
        _dispute(book, other, Noted(here, still, refused), came, told)


def _dispute(book: Entering, other: Other, beside: Noted, came: Merged, told: str) -> None:
    """Keep a mark beside the one here until somebody decides; it takes the place of no third one."""
    if beside.other:
        came.unknown.append(f"{told}; another mark waits there: decide, then merge again")
        return
    came.conflicts.append(told)
    note(book.classroom, book.tp, other.student, {other.place: replace(beside, other=other.mark)})


def _later(one: Mark, other: Mark) -> bool:
    """Whether the other one is what the marker of the first has given since."""
    return bool(one.who and one.who == other.who and one.when < other.when)


def _said(other: Other, here: Mark | None = None) -> str:
    new = f"{other.student}, {other.place[1]}: {_mark(other.mark)}"
    return f"{new}, here {_mark(here)}" if here else new


def _mark(mark: Mark) -> str:
    points = "no points" if mark.score is None else f"{mark.score:g}"
    comment = f" “{mark.comment}”" if mark.comment else ""
    return f"{points}{comment} ({mark.who or 'unknown'}{f', {mark.when}' if mark.when else ''})"


def _digest(classroom: Classroom, tp: str, student: str, place: Cell) -> str:
    found = answers.answer(classroom.root / "autograded" / student / tp / f"{place[0]}.ipynb", place[1])
    return found.digest if found else ""


def _read(path: Path, tp: str) -> Iterator[Other]:
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST // 2**20} MB")
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"its format is {data['format']!r}, this version reads {FORMAT}")
        if data["tp"] != tp:
            raise ValueError(f"it holds marks of {data['tp']}, not of {tp}")
        yield from [_other(one) for one in data["marks"]]
    except KeyError as error:
        raise Fault(f"{path} is no file of `tp mark --export`: it lacks {error}") from None
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise Fault(f"{path} cannot be read: {' '.join(str(error).split())}") from None


def _other(data: dict[str, Any]) -> Other:
    return Other(str(data["student"]), (str(data["notebook"]), str(data["cell"])), mark_of(data), refused_in(data))
