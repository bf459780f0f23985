"""How learning systems name hand-ins: Moodle, Canvas, Gradescope, nbgrader's exchange, a folder for each student.

Moodle: mod/assign/classes/downloader.php, `<full name>_<number>_assignsubmission_<kind>`, a folder or what file names
begin with; of a team its name and number. Canvas: lib/content_zipper.rb, `<name>[_LATE]_<user>_<file's number>_<file>`.
Gradescope: a folder for each submission, and submission_metadata.yml. The exchange: `<user>+<assignment>+<time>[+...]`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import yaml

from autograder.classroom.collect.archive import Entry
from autograder.classroom.intake.timestamp import utc
from autograder.faults import Fault

MOODLE = re.compile(r"(?P<name>.*)_(?P<number>\d+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?")
MOODLE_TEAM = re.compile(r"(?P<name>[^_]+)_assignsubmission_(?P<kind>[a-z]+)(?:_(?P<file>.*))?")
CANVAS = re.compile(r"(?P<name>.*?)(?P<late>_LATE)?_(?P<user>\d+)_(?P<number>\d+)_(?P<file>.+)")
CANVAS_AGAIN = re.compile(r"(?P<stem>.+)-(?P<again>\d{1,3})(?P<suffix>\.[^.]+)")
EXCHANGE = re.compile(r"(?P<user>[^+]+)\+(?P<assignment>[^+]+)\+(?P<time>[^+]+)(?:\+.*)?")
GRADESCOPE = "submission_metadata.yml"
LARGEST_METADATA = 20 * 2**20  # bytes
NO_NOTEBOOKS = {"onlinetext", "comments"}  # kinds of Moodle's submissions


@dataclass
class HandIn:
    """One hand-in as a system gives it.

    label: what it is called there. names, ids: of whom it may be; several readings mean the same one. number: Moodle's
    of the participant or team, Canvas' of the user. people: ids of each of several submitters. time: in UTC. late: the
    system says so. files: by the path that they get; entries that were replaced by a later one are not among them.
    """

    label: str
    system: str
    names: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    number: str = ""
    people: tuple[tuple[str, ...], ...] = ()
    time: datetime | None = None
    late: bool = False
    files: dict[PurePosixPath, Entry] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)


def hand_ins(entries: list[Entry], tp: str, known: Iterable[str], left_out: list[str]) -> list[HandIn]:
    """The hand-ins in some files. known: students' names in small letters, whose folders are not gone through.

    What belongs to none is named in `left_out`.
    """
    entries = _without_wrapper(entries, tp, set(known))
    tops = {entry.path.parts[0] for entry in entries}
    if any(entry.path == PurePosixPath(GRADESCOPE) for entry in entries):
        return _of_gradescope(entries, left_out)
    if any(MOODLE.fullmatch(top) or MOODLE_TEAM.fullmatch(top) for top in tops):
        return _of_moodle(entries, left_out)
    if any(EXCHANGE.fullmatch(top) for top in tops):
        return _of_exchange(entries, tp, left_out)
    flat = [entry for entry in entries if len(entry.path.parts) == 1]
    if flat and 2 * sum(bool(CANVAS.fullmatch(entry.path.name)) for entry in flat) > len(flat):
        return _of_canvas(entries, left_out)
    return _of_folders(entries, tp, left_out)


def _without_wrapper(entries: list[Entry], tp: str, known: set[str]) -> list[Entry]:
    """Without the folder that holds all, which unpacking and packing put around it."""
    while len(tops := {entry.path.parts[0] for entry in entries}) == 1:
        (top,) = tops
        inner = {entry.path.parts[1] for entry in entries if len(entry.path.parts) > 2}
        no_folders = any(len(entry.path.parts) < 3 for entry in entries)
        formed = any(
            len(e.path.parts) > 1 and (e.path.parts[1] == GRADESCOPE or CANVAS.fullmatch(e.path.parts[1]))
            for e in entries
        )
        its_own = MOODLE.fullmatch(top) or MOODLE_TEAM.fullmatch(top) or EXCHANGE.fullmatch(top)
        if its_own or top.casefold() in known or tp in inner or (no_folders and not formed):
            return entries
        entries = [_moved(entry, 1) for entry in entries]
    return entries


def _moved(entry: Entry, levels: int) -> Entry:
    other = tuple(PurePosixPath(*path.parts[levels:]) for path in entry.other)
    return Entry(PurePosixPath(*entry.path.parts[levels:]), entry.size, entry.edited, entry.open, other)


def _tops(entry: Entry) -> list[str]:
    return [path.parts[0] for path in (entry.path, *entry.other)]


def _of_moodle(entries: list[Entry], left_out: list[str]) -> list[HandIn]:
    found: dict[str, HandIn] = {}
    for entry in entries:
        top, *rest = entry.path.parts
        match = MOODLE.fullmatch(top) or MOODLE_TEAM.fullmatch(top)
        if match is None or match["kind"] in NO_NOTEBOOKS:
            why = "it is text that was typed into Moodle" if match else "its name is none that Moodle gives"
            left_out.append(f"{entry.path}: {why}")
            continue
        label = top[: match.start("kind")].removesuffix("_assignsubmission_")
        readings = [MOODLE.fullmatch(one) or MOODLE_TEAM.fullmatch(one) for one in _tops(entry)]
        names = tuple(dict.fromkeys(reading["name"] for reading in readings if reading))
        number = match.groupdict().get("number") or ""
        one = found.setdefault(label, HandIn(label, "moodle", names, number=number))
        one.files[PurePosixPath(*filter(None, [match["file"], *rest]))] = entry
    return list(found.values())


def _of_canvas(entries: list[Entry], left_out: list[str]) -> list[HandIn]:
    found: dict[str, HandIn] = {}
    latest: dict[tuple[str, str], tuple[int, PurePosixPath]] = {}  # by user and file: the number of the last upload
    for entry in entries:
        match = CANVAS.fullmatch(entry.path.name) if len(entry.path.parts) == 1 else None
        if match is None:
            left_out.append(f"{entry.path}: its name is none that Canvas gives")
            continue
        readings = [CANVAS.fullmatch(one) for one in _tops(entry)]
        names = tuple(dict.fromkeys(reading["name"] for reading in readings if reading))
        label = f"{match['name']}_{match['user']}"
        one = found.setdefault(label, HandIn(label, "canvas", names, number=match["user"]))
        one.late |= bool(match["late"])
        again = CANVAS_AGAIN.fullmatch(match["file"])
        file = PurePosixPath(f"{again['stem']}{again['suffix']}" if again else match["file"])
        number, before = latest.get((label, str(file)), (-1, file))
        if int(match["number"]) < number:
            one.told.append(f"{entry.path.name}: {before} was uploaded after it")
            continue
        if number >= 0:
            one.told.append(f"{before}: {entry.path.name} was uploaded after it")
        latest[label, str(file)] = int(match["number"]), entry.path
        one.files[file] = entry
    return list(found.values())


def _of_gradescope(entries: list[Entry], left_out: list[str]) -> list[HandIn]:
    (metadata,) = [entry for entry in entries if entry.path == PurePosixPath(GRADESCOPE)]
    try:
        with metadata.open() as file:
            told: Any = yaml.safe_load(file.read(LARGEST_METADATA))
        found = {str(label): _submission(str(label), one) for label, one in told.items()}
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Fault(f"{GRADESCOPE} cannot be read: {' '.join(str(error).split())[:200]}") from None
    for entry in entries:
        top, *rest = entry.path.parts
        if entry is metadata:
            continue
        if top not in found or not rest:
            left_out.append(f"{entry.path}: {GRADESCOPE} does not name it")
            continue
        found[top].files[PurePosixPath(*rest)] = entry
    return [one for one in found.values() if one.files]


def _submission(label: str, told: Any) -> HandIn:
    people = [{str(key).lstrip(":"): str(value or "") for key, value in one.items()} for one in told[":submitters"]]
    made: Any = told.get(":created_at")
    time = utc(made) if isinstance(made, str) else made
    if isinstance(time, datetime) and time.tzinfo:
        time = time.astimezone(UTC).replace(tzinfo=None)
    ids = [tuple(filter(None, (one.get("sid"), one.get("email")))) for one in people]
    names = tuple(one["name"] for one in people if one.get("name"))
    if len(people) == 1:
        return HandIn(label, "gradescope", names, ids[0], time=time)
    return HandIn(label, "gradescope", people=tuple(ids), time=time)


def _of_exchange(entries: list[Entry], tp: str, left_out: list[str]) -> list[HandIn]:
    found: dict[str, HandIn] = {}
    for entry in entries:
        top, *rest = entry.path.parts
        match = EXCHANGE.fullmatch(top)
        if match is None or match["assignment"] != tp or not rest:
            left_out.append(f"{entry.path}: " + (f"it is of {match['assignment']}" if match else "no hand-in's folder"))
            continue
        if top not in found:
            found[top] = HandIn(top, "exchange", ids=(match["user"],), time=_time(match["time"]))
        found[top].files[PurePosixPath(*rest)] = entry
    return list(found.values())


def _time(text: str) -> datetime | None:
    try:
        return utc(text.replace("_", ":"))  # a colon is no part of names on Windows
    except (ValueError, OverflowError):
        return None


def _of_folders(entries: list[Entry], tp: str, left_out: list[str]) -> list[HandIn]:
    """A folder for each student, perhaps with one for each TP in it; or files whose names are those of students."""
    found: dict[str, HandIn] = {}
    for entry in entries:
        top, *rest = entry.path.parts
        if not rest:
            stem = re.sub(rf"(?:^|[\W_]+){re.escape(tp)}(?=[\W_]|$)|^{re.escape(tp)}[\W_]+", "", _stem(top)).strip(
                "-_ "
            )
            if not stem or not top.lower().endswith((".ipynb", ".zip")):
                left_out.append(f"{top}: its name is that of no student")
                continue
            label, file = stem, PurePosixPath(f"{tp}.ipynb" if top.lower().endswith(".ipynb") else top)
        else:
            label, file = top, PurePosixPath(*(rest[1:] if rest[0] == tp and len(rest) > 1 else rest))
        if label not in found:
            readings = tuple(dict.fromkeys([label, *(_tops(entry) if rest else map(_stem, _tops(entry)))]))
            found[label] = HandIn(label, "folder", readings, readings)
        found[label].files[file] = entry
    return list(found.values())


def _stem(name: str) -> str:
    return name.rpartition(".")[0] or name
