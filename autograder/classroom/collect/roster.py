"""Who takes the course: `roster.csv` in the classroom, from Moodle, Canvas or by hand; and whom a name means.

Nobody is guessed: a hand-in belongs to a person if exactly one person of the roster answers to what it says.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from autograder.classroom.collect.sheet import Sheet, cells, read
from autograder.classroom.layout import Classroom, is_name_of_a_student
from autograder.classroom.rules import duration
from autograder.faults import Fault

FILE = "roster.csv"
# Headings as Moodle (English, French), Canvas and people write them, in small letters.
IDS = "id", "username", "nom d'utilisateur", "student", "student id", "sis login id", "login"
NUMBERS = "id number", "numéro d'identification", "sid", "sis user id"
MAILS = "mail", "email", "e-mail", "email address", "adresse de courriel"
FIRST = "first name", "firstname", "prénom"
LAST = "last name", "lastname", "surname", "nom", "nom de famille"
FULL = "name", "full name", "nom complet"
GROUPS = "group", "groups", "groupe", "groupes", "team"


@dataclass(frozen=True)
class Person:
    """One who takes the course.

    id: the name of the folder in submitted/. aliases: whatever else stands for this person alone (numbers, addresses),
    in small letters. canvas: the number in Canvas. extension: on every TP.
    """

    id: str
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    mail: str = ""
    group: str = ""
    aliases: tuple[str, ...] = ()
    canvas: str = ""
    extension: timedelta = timedelta(0)

    @property
    def shown(self) -> str:
        """The id and the name, for a person's eyes."""
        return f"{self.id} ({self.name})" if self.name and self.name != self.id else self.id


@dataclass(frozen=True)
class Roster:
    """The people of a course, by id."""

    people: Mapping[str, Person] = field(default_factory=dict)

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The members of each group."""
        found: dict[str, tuple[str, ...]] = {}
        for person in self.people.values():
            if person.group:
                found[person.group] = (*found.get(person.group, ()), person.id)
        return found

    @cached_property
    def _by_alias(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for person in self.people.values():
            for alias in {person.id.casefold(), *person.aliases}:
                found[alias].add(person.id)
        return found

    @cached_property
    def _by_name(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for person in self.people.values():
            for name in {person.name, f"{person.first_name} {person.last_name}", person.id}:
                for key in keys(name):
                    found[key].add(person.id)
        return found

    def called(self, ids: Iterable[str], names: Iterable[str] = ()) -> set[str]:
        """The people whom some ids mean; if none, those of some names."""
        found = {person for id in ids for person in self._by_alias.get(id.strip().casefold(), ())}
        return found or {person for name in names for person in self._by_name.get(key(name), ())}

    def groups_called(self, names: Iterable[str]) -> set[str]:
        """The groups of some names."""
        wanted = {key(name) for name in names}
        return {group for group in self.groups if key(group) in wanted}


def key(name: str) -> str:
    """What is compared of a name: its letters, marks and digits. Canvas drops all else, Moodle some of it."""
    text = unicodedata.normalize("NFKC", name).casefold()
    return unicodedata.normalize("NFC", "".join(c for c in text if unicodedata.category(c)[0] in "LMN"))


def keys(name: str) -> set[str]:
    """The keys of a name with its parts in their order, begun with any of them: systems put the last name first."""
    parts = [part for part in re.split(r"[\s,]+", name) if key(part)]
    return {key("".join(parts[start:] + parts[:start])) for start in range(len(parts))}


def roster(classroom: Classroom) -> Roster | None:
    """The roster of a classroom; None if it has none. Fault, in one line, if it is broken."""
    path = classroom.root / FILE
    return of(read(path)) if path.is_file() else None


def of(sheet: Sheet) -> Roster:
    """The roster in a table. Fault if a row has no id, or the id of another one."""
    places = _Places(sheet)
    people: dict[str, Person] = {}
    seen: dict[str, int] = {}
    for number, row in enumerate(sheet.rows, start=2):
        if places.is_no_person(row):
            continue
        person = places.person(row, f"{sheet.path}, row {number}")
        if person.id.casefold() in seen:
            raise Fault(f"{sheet.path}, row {number}: {person.id} stands in row {seen[person.id.casefold()]} already")
        seen[person.id.casefold()], people[person.id] = number, person
    if not people:
        raise Fault(f"{sheet.path} names nobody: a row for each student, below the headings")
    found = Roster(people)
    if taken := sorted({group.casefold() for group in found.groups} & seen.keys()):
        raise Fault(f"{sheet.path}: {taken[0]} is a group and a student; give the group another name")
    return found


def place_of(sheet: Sheet, id: str) -> int | None:
    """The place of the row of a person among the rows of a roster."""
    places = _Places(sheet)
    people = ((place, row) for place, row in enumerate(sheet.rows) if not places.is_no_person(row))
    return next((place for place, row in people if places.person(row, f"{sheet.path}").id == id), None)


def column_of(sheet: Sheet, place: int) -> int:
    """The column in which a row of a roster says who it is."""
    row = sheet.rows[place]
    return next(column for column in _Places(sheet).ids if column is not None and row[column].strip())


class _Places:
    """Where a table says what."""

    def __init__(self, sheet: Sheet) -> None:
        self._path, column = sheet.path, sheet.column
        self._canvas = column("id") if column("sis login id", "sis user id", "section") is not None else None
        is_canvas = self._canvas is not None and column("student") is not None
        self._canvas = self._canvas if is_canvas else None
        ids = [column(name) for name in IDS if not (is_canvas and name in ("id", "student"))]
        self._mail = column(*MAILS)
        self._aliases = [*ids, *(column(name) for name in NUMBERS), self._mail, self._canvas]
        self.ids = tuple(self._aliases)  # columns, the first of which that is filled says who it is
        self._first, self._last = column(*FIRST), column(*LAST)
        self._full = column("student") if is_canvas else column(*FULL)
        self._group, self._extension = column(*GROUPS), column("extension")
        if not [place for place in self._aliases if place is not None]:
            raise Fault(
                f"{sheet.path}: no column says who it is; it needs one called id (or username, ID number, SIS Login "
                f"ID, email), and may have name, mail, group and extension; there are {', '.join(sheet.head)}"
            )

    def is_no_person(self, row: list[str]) -> bool:
        """Whether a row of Canvas' gradebook is of no student: points possible, how marks are posted, the test one."""
        if self._canvas is None:
            return False
        name = "" if self._full is None else row[self._full].strip()
        return name in ("Points Possible", "Student, Test") or (not name and not row[self._canvas].strip())

    def person(self, row: list[str], where: str) -> Person:
        """The person in a row. Fault if nothing says who it is."""
        aliases = cells(row, self._aliases)
        if not aliases:
            raise Fault(f"{where}: nothing says who it is; give the student an id")
        id = unicodedata.normalize("NFC", aliases[0])
        if not is_name_of_a_student(id):
            raise Fault(f"{where}: {id!r} cannot be the name of a student's folder; give another id")
        first, last, mail, group = (
            " ".join(cells(row, [place])) for place in (self._first, self._last, self._mail, self._group)
        )
        full = " ".join(cells(row, [self._full]))
        if self._canvas is not None and "," in full:
            last, _, first = (part.strip() for part in full.partition(","))
            full = ""
        groups = [part.strip() for part in re.split(r"[,;]", group) if part.strip()]
        if len(groups) > 1:
            raise Fault(f"{where}: {id} is in {len(groups)} groups ({group}); leave the one of this course's TPs")
        if groups and not is_name_of_a_student(groups[0]):
            raise Fault(f"{where}: {groups[0]!r} cannot be the name of a group's folder; give it another name")
        return Person(
            id,
            full or " ".join(filter(None, (first, last))),
            first,
            last,
            mail,
            "".join(groups),
            tuple(dict.fromkeys(alias.casefold() for alias in aliases)),
            "" if self._canvas is None else row[self._canvas].strip(),
            duration("".join(cells(row, [self._extension])) or 0, f"{where}, extension"),
        )
