"""Collect hand-ins into submitted/: each whole or not at all, the last one of a student, and nobody by a guess.

All is laid ready in `.tp/collecting` and checked; only then it is moved. What was cut short is repeated.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath

from autograder.classroom.collect import archive, forms
from autograder.classroom.collect.archive import Entry, Refused, TooLarge
from autograder.classroom.collect.forms import HandIn
from autograder.classroom.collect.owners import Nobody, Owner, Told, owner
from autograder.classroom.collect.roster import Person, Roster, roster
from autograder.classroom.collect.sheet import Sheet
from autograder.classroom.intake.folders import OF_NBGRADER
from autograder.classroom.intake.recover import plain
from autograder.classroom.intake.timestamp import FILE as TIME
from autograder.classroom.intake.timestamp import handed_in_at
from autograder.classroom.layout import Classroom, write
from autograder.classroom.rules import OfTP, rules
from autograder.faults import WrongUsage

LARGEST, LARGEST_OF_ALL = 300 * 2**20, 16 * 2**30  # bytes of one hand-in, of all of them, unpacked
MOST_FILES = 2000  # of one hand-in
FORMAT = 1  # of the note on each


@dataclass
class Collected:
    """What came of it. By name of the folder in submitted/: new, replaced, same as before, older than what lies there.

    nobody: hand-ins that belong to no one, twice: to someone who has two with nothing to tell the last; refused: that
    cannot be taken. late: those that the system calls late without a time. missing: people without a hand-in.
    """

    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    untimed: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    missing: list[Person] = field(default_factory=list)
    nobody: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def collect(classroom: Classroom, tp: str, place: Path, sheet: Sheet | None = None) -> Collected:
    """Collect from a zip or a folder. sheet: a table with times, and with whom Moodle's numbers mean.

    Fault if the place, the roster or the rules cannot be read, or if somebody else is at work in the classroom.
    """
    people, told = roster(classroom), rules(classroom)
    if people:
        told.check_names({*people.people, *people.groups})
    came = Collected()
    with classroom.held(), archive.opened(place, came.left_out) as entries:
        stage = _Stage(classroom, tp)
        names = {name.casefold() for name in ({*people.people, *people.groups} if people else ())}
        found = forms.hand_ins(entries, tp, names, came.left_out)
        if not found:
            raise WrongUsage(f"there is no hand-in of {tp} in {place}")
        beside = Told(sheet, people, told.zone)
        if beside.unreadable and sheet:
            came.left_out.append(f"{sheet.path}: {len(beside.unreadable)} times, such as {beside.unreadable[0]!r}")
        for who, one in _last(found, people, told.of(tp), beside, came):
            stage.lay(who, one, came)
        stage.move(came)
        came.missing = missing(classroom, tp, people, told.of(tp)) if people else []
    return came


def missing(classroom: Classroom, tp: str, people: Roster, rule: OfTP) -> list[Person]:
    """Who has handed in nothing, neither alone nor with a group, and is not exempt."""
    there = set(classroom.handed_in(tp))
    there |= {member for name in there for member in members(classroom, tp, name)}
    exempt = {*rule.exempt, *(member for group in rule.exempt for member in people.groups.get(group, ()))}
    return [person for id, person in people.people.items() if id not in there | exempt]


def members(classroom: Classroom, tp: str, name: str) -> tuple[str, ...]:
    """Of whom a hand-in is, as was noted when it was collected; of its own name if nothing was."""
    try:
        noted = json.loads(classroom.collected(tp, name).read_text(encoding="utf-8"))
        return tuple(map(str, noted["members"])) if noted["format"] == FORMAT else (name,)
    except (OSError, ValueError, KeyError, TypeError):
        return (name,)


def _last(
    found: list[HandIn], people: Roster | None, rule: OfTP, beside: Told, came: Collected
) -> list[tuple[Owner, HandIn]]:
    """Each owner's last hand-in, with its time. Who has two of which none is the last has none."""
    mine: dict[Owner, list[HandIn]] = defaultdict(list)
    for one in found:
        try:
            who = owner(one, people, rule.groups, beside.people)
        except Nobody as nobody:
            came.nobody.append(f"{plain(one.label)}: {nobody}")
            continue
        one.time = one.time or beside.time(who.members)
        mine[who].append(one)
    chosen = []
    for who, several in mine.items():
        several.sort(key=lambda one: one.time or datetime.min)
        *before, last = several
        if before and (last.time is None or before[-1].time is None or before[-1].time == last.time):
            labels = ", ".join(plain(one.label) for one in several)
            came.twice.append(f"{who.name}: {labels}; nothing says which is the last, take one away")
            continue
        came.left_out += [f"{plain(one.label)}: {plain(last.label)} came after it" for one in before]
        came.left_out += map(plain, last.told)
        chosen.append((who, last))
    return chosen


class _Stage:
    """Where hand-ins are laid ready, beside submitted/."""

    def __init__(self, classroom: Classroom, tp: str) -> None:
        self._classroom, self._tp = classroom, tp
        self._new, self._old = (classroom.own / "collecting" / name for name in ("new", "old"))
        self._ready: list[tuple[Owner, HandIn]] = []
        self._left = LARGEST_OF_ALL
        self._put_back()
        shutil.rmtree(self._new.parent, ignore_errors=True)

    def _put_back(self) -> None:
        """What an earlier run took away and had no time to replace."""
        for path in self._old.glob("*/*"):
            target = self._classroom.root / "submitted" / path.relative_to(self._old)
            if not target.exists():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.move(path, target)  # submitted/ may lie on another disk

    def lay(self, who: Owner, one: HandIn, came: Collected) -> None:
        """Write the files of a hand-in. Those that cannot be taken are named; none is kept of one that is too large."""
        folder = self._new / who.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        writer = _Writer(folder, min(LARGEST, self._left), keep_time=one.system in ("exchange", "folder"))
        try:
            for path, entry in one.files.items():
                writer.write(path, entry)
        except Refused as refused:
            came.refused.append(f"{who.name} ({plain(one.label)}): {refused}")
            shutil.rmtree(folder)
            return
        self._left -= writer.size
        came.left_out += [f"{who.name}: {told}" for told in writer.told]
        if not writer.count:
            came.refused.append(f"{who.name} ({plain(one.label)}): no file of it can be taken")
            shutil.rmtree(folder)
            return
        if one.time:
            write(folder / TIME, f"{one.time} UTC\n")
        else:
            one.time = handed_in_at(folder)[0]
        self._ready.append((who, one))

    def move(self, came: Collected) -> None:
        """Move into submitted/ what is not there yet."""
        for who, one in self._ready:
            new, target = self._new / who.name, self._classroom.submitted(self._tp, who.name)
            before = handed_in_at(target)[0]
            if target.is_dir() and _digests(target) == _digests(new):
                came.same.append(who.name)
            elif before and one.time is None:
                if _digests(target, TIME) != _digests(new, TIME):
                    came.twice.append(
                        f"{who.name}: what lies here came in at {before} UTC, and nothing says when {plain(one.label)} "
                        "did; give --sheet with the times"
                    )
                    continue
                came.same.append(who.name)
                one.time = before
            elif before and one.time and one.time < before:
                came.older.append(who.name)
                continue
            else:
                (came.replaced if target.is_dir() else came.new).append(who.name)
                self._swap(new, target)
            (came.untimed if one.time is None else []).append(who.name)
            (came.late if one.late and one.time is None else []).append(who.name)
            self._note(who, one)
        shutil.rmtree(self._new.parent, ignore_errors=True)

    def _swap(self, new: Path, target: Path) -> None:
        old = self._old / target.parent.name / target.name
        if target.exists():
            old.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(target, old)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(new, target)
        shutil.rmtree(old, ignore_errors=True)

    def _note(self, who: Owner, one: HandIn) -> None:
        note = {"format": FORMAT, "student": who.name, "members": who.members, "system": one.system}
        note |= {"label": one.label, "number": one.number, "late": one.late}
        write(self._classroom.collected(self._tp, who.name), json.dumps(note) + "\n")


class _Writer:
    """Writes the files of one hand-in within limits. Archives in it are unpacked; those in these are left."""

    def __init__(self, folder: Path, most: int, keep_time: bool) -> None:
        self._folder, self._most, self._keep_time = folder, most, keep_time
        self.size = self.count = 0
        self.told: list[str] = []

    def write(self, path: PurePosixPath, entry: Entry) -> None:
        """Write a file, or what is in it. Refused if the whole becomes too large."""
        if len(path.parts) == 1 and path.name in OF_NBGRADER and not self._keep_time:
            self.told.append(f"{path}: when it came in is not the student's to say")
            return
        self._copy(path, entry)
        target = self._folder / path
        if path.suffix.lower() == ".zip" and target.is_file():
            self._unpack(target)

    def _copy(self, path: PurePosixPath, entry: Entry) -> None:
        if self.count == MOST_FILES:
            raise Refused(f"it has more than {MOST_FILES} files")
        try:
            if entry.size > self._most - self.size:
                raise TooLarge
            self.size += archive.copied(entry, self._folder / path, self._most - self.size)
            self.count += 1
        except TooLarge:
            raise Refused(f"it is larger than {self._most / 2**20:.0f} MB when it is unpacked") from None
        except Refused as refused:
            self.told.append(f"{path}: {refused}")
        except (FileExistsError, NotADirectoryError):
            self.told.append(f"{path}: another file of this name came before it")

    def _unpack(self, path: Path) -> None:
        """Unpack a student's own zip in its place. One that is none stays, and is named by who grades it."""
        try:
            with zipfile.ZipFile(path) as inner:
                entries = list(archive.in_zip(inner, self.told))
                tops = {entry.path.parts[0] for entry in entries if len(entry.path.parts) > 1}
                wrapped = len(tops) == 1 and all(len(entry.path.parts) > 1 for entry in entries)
                for entry in entries:
                    inside = PurePosixPath(*entry.path.parts[1:]) if wrapped else entry.path
                    if inside.name not in OF_NBGRADER:
                        self._copy(PurePosixPath(path.parent.relative_to(self._folder), inside), entry)
        except archive.BROKEN:
            return
        except OSError as error:
            if error.errno not in archive.OF_DATA:
                raise
            return
        path.unlink()
        self.count -= 1


def _digests(folder: Path, *but: str) -> dict[str, str]:
    """What lies in a folder, apart from when it was written, and from files `but`."""
    found = {}
    for root, folders, names in os.walk(folder):
        for name in [*names, *(name for name in folders if (Path(root) / name).is_symlink())]:
            path = Path(root) / name
            if str(path.relative_to(folder)) in but:
                continue
            link = path.is_symlink() or not path.is_file()
            found[str(path.relative_to(folder))] = "" if link else hashlib.sha256(path.read_bytes()).hexdigest()
    return found
