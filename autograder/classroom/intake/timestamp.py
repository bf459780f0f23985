"""When a submission came in, as nbgrader or a learning system writes it beside the notebook: timestamp.txt."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, tzinfo
from pathlib import Path

import dateutil.parser
import dateutil.tz

from autograder.classroom.intake.recover import plain

FILE = "timestamp.txt"
DAYS = datetime(2000, 1, 1), datetime(2001, 2, 2)  # what the parser takes where a day is not named
LONGEST = 200  # bytes
# Abbreviations of zones, as a time's %Z gives them, in hours from UTC. Those that mean several zones are left out.
HOURS = {"UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3, "MSK": 3}
HOURS |= {"EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "MST": -7, "PDT": -7, "PST": -8, "JST": 9, "NZST": 12, "NZDT": 13}

FRENCH = dict(
    janvier="Jan", février="Feb", mars="Mar", avril="Apr", mai="May", juin="Jun", juillet="Jul", août="Aug",
    septembre="Sep", octobre="Oct", novembre="Nov", décembre="Dec",
    lundi="Mon", mardi="Tue", mercredi="Wed", jeudi="Thu", vendredi="Fri", samedi="Sat", dimanche="Sun",
)  # fmt: skip
EITHER = re.compile(r"(?<![\d/.:-])(0?[1-9]|1[0-2])([/.-])(0?[1-9]|1[0-2])\2\d{2,4}\b")  # day and month in either order


def handed_in_at(folder: Path) -> tuple[datetime | None, str]:
    """The time in UTC, without a zone; and what is to be said if the file is there and cannot be read."""
    path = folder / FILE
    if path.is_symlink() or not path.is_file():
        return None, ""
    try:
        with path.open("rb") as file:
            data = file.read(LONGEST)
        text = data.decode("utf-8-sig" if data[:3] == b"\xef\xbb\xbf" else json.detect_encoding(data)).strip(
            "\ufeff\0 \r\n\t"
        )
    except (OSError, ValueError):
        return None, f"{FILE} cannot be read: nobody knows when this was handed in."
    if not text:
        return None, f"{FILE} is empty: nobody knows when this was handed in."
    try:
        return utc(text), ""
    except (ValueError, OverflowError):
        return (
            None,
            f"{FILE} says {plain(text, 50)!r}, which is no time that is known: nobody knows when this was handed in.",
        )


def utc(text: str, zone: tzinfo | None = None) -> datetime:
    """A time as a person or a system writes it, in UTC, without a zone. zone: that of a time that names none.

    ValueError if it is no time, in a zone that is not known, or if day and month may be either.
    """
    if (either := EITHER.search(text)) and either[1] != either[3]:
        raise ValueError(text)
    text = re.sub(r"[^\W\d_]+", lambda word: FRENCH.get(word[0].lower(), word[0]), text)
    named = re.search(r"\s([A-Za-z_]+/[A-Za-z_/+-]+)$", text)
    zone = dateutil.tz.gettz(named[1]) if named else zone
    if zone is None and named:
        raise ValueError(text)
    text = text[: named.start()] if named else text
    text = re.sub(r"\b(?:UTC|GMT)\s*(?=[+-]\d)", "", text)  # the parser takes `UTC+1` for a zone one hour behind
    found, same = (dateutil.parser.parse(text, default=day, tzinfos=_zone) for day in DAYS)
    if found != same:
        raise ValueError(text)  # it names no day
    found = found.replace(tzinfo=zone) if zone and (named or found.tzinfo is None) else found
    return found.astimezone(UTC).replace(tzinfo=None) if found.tzinfo else found


def _zone(name: str | None, seconds: int | None) -> tzinfo | int | None:
    """The zone of a time; nbgrader takes `+0100` for 100 seconds."""
    if seconds is not None or name is None:
        return seconds
    if name not in HOURS:
        raise ValueError(name)
    return HOURS[name] * 3600
