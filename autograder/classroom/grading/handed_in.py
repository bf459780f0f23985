"""What lies beside a submission's notebooks and goes with it: when it came in, and the exchange's secret."""

from __future__ import annotations

import warnings
from datetime import datetime
from pathlib import Path

from dateutil import parser, tz

TIMESTAMP = "timestamp.txt"
SECRET = "submission_secret.txt"  # of nbgrader's exchange: without it no feedback is released
LONGEST = 1000  # bytes of one of them that are read


def beside(folder: Path) -> dict[str, str]:
    """The texts that are carried along to autograded/ and feedback/, by name."""
    wanted = [TIMESTAMP] * (time_of(folder)[0] is not None) + [SECRET]
    found = {name: _text(folder / name) for name in wanted}
    return {name: text for name, text in found.items() if text}


def time_of(folder: Path) -> tuple[datetime | None, list[str]]:
    """When a submission came in, in UTC, by its timestamp.txt; None if it does not say. And what is odd about it."""
    text = _text(folder / TIMESTAMP).strip()
    try:
        return (_utc(text), []) if text else (None, [])
    except (ValueError, OverflowError, parser.UnknownTimezoneWarning):
        return None, [f"Its {TIMESTAMP} cannot be read as a time: it counts as handed in before the deadline."]


def _utc(text: str) -> datetime:
    """As nbgrader reads it, but that a zone nobody knows is an error. ValueError and others if it is no time."""
    *time, zone = text.split(" ")
    names = {}
    if len(time) == 2 and zone.isidentifier():
        names[zone] = tz.gettz(zone)
        if names[zone] is None:
            raise ValueError(f"there is no time zone {zone}")
    with warnings.catch_warnings(action="error", category=parser.UnknownTimezoneWarning):
        found: datetime = parser.parse(text, tzinfos=names)
    offset = found.utcoffset()
    return found if offset is None else (found - offset).replace(tzinfo=None)


def _text(path: Path) -> str:
    """The text of a small file; nothing if it is none, or a link or a pipe."""
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(LONGEST).decode("utf-8-sig", "replace")
    except OSError:
        return ""
