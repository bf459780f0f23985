"""Where else a student is named: in the roster, and in the notes on what groups handed in."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from autograder.classroom.collect.roster import FILE, column_of, place_of
from autograder.classroom.collect.sheet import read
from autograder.classroom.layout import Classroom, write


def rename(classroom: Classroom, old: str, new: str | None) -> list[str]:
    """Give a student another name there, or none: what is said of them goes. Returns the files that were changed."""
    done = [str(path) for path in sorted(classroom.own.glob("collected/*/*.json")) if _in_note(path, old, new)]
    path = classroom.root / FILE
    if path.is_file() and _in_roster(path, old, new):
        done.append(str(path))
    return done


def _in_note(path: Path, old: str, new: str | None) -> bool:
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        note = json.loads(path.read_text(encoding="utf-8"))
        if old in note["members"]:
            note["members"] = [new if one == old else one for one in note["members"] if new or one != old]
            note["label"] = ""  # it has the name as well
            write(path, json.dumps(note) + "\n")
            return True
    return False


def _in_roster(path: Path, old: str, new: str | None) -> bool:
    sheet = read(path)
    place = place_of(sheet, old)
    if place is None:
        return False
    renamed = list(sheet.rows[place])
    if new:
        renamed[column_of(sheet, place)] = new
    rows = [*sheet.rows[:place], *([renamed] if new else []), *sheet.rows[place + 1 :]]
    write(path, sheet.with_rows(rows).written())
    return True
