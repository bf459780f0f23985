"""Whose a hand-in is: a student of the roster, or a group; or why nobody's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo

from autograder.classroom.collect.forms import HandIn
from autograder.classroom.collect.roster import FIRST, FULL, IDS, LAST, MAILS, NUMBERS, Roster
from autograder.classroom.collect.sheet import Sheet, cells
from autograder.classroom.intake.timestamp import utc
from autograder.classroom.layout import is_name_of_a_student
from autograder.faults import Fault

IDENTIFIER = "identifier", "identifiant"
TIMES = (
    *("last modified (submission)", "dernière modification (travail remis)"),  # Moodle's grading worksheet
    *("submission time", "submitted at", "submitted", "timestamp", "time"),
)
NO_TIME = {"", "-"}


@dataclass(frozen=True)
class Owner:
    """The name of the folder in submitted/, and of whom the work is: one, or the members of a group."""

    name: str
    members: tuple[str, ...]


class Nobody(Exception):
    """A hand-in belongs to nobody; the message says why."""


class Told:
    """What another table tells of hand-ins: by Moodle's number who it is, and by student when it came in.

    Fault if it has no column that is of use.
    """

    def __init__(self, sheet: Sheet | None, roster: Roster | None, zone: tzinfo) -> None:
        self._times: dict[str, datetime] = {}
        self.people: dict[str, set[str]] = {}
        self.unreadable: list[str] = []
        if sheet is None:
            return
        number, time = sheet.column(*IDENTIFIER), sheet.column(*TIMES)
        ids = [sheet.column(name) for name in (*IDS, *NUMBERS, *MAILS)]
        full, first, last = sheet.column(*FULL, "student"), sheet.column(*FIRST), sheet.column(*LAST)
        if number is None and time is None:
            raise Fault(
                f"{sheet.path}: it has neither a column Identifier nor one with times, such as Last modified "
                f"(submission), submitted at or time; there are {', '.join(sheet.head)}"
            )
        for row in sheet.rows:
            names = [" ".join(cells(row, [full])), " ".join(cells(row, [first, last]))]
            mine = cells(row, ids)
            found = roster.called(mine, filter(None, names)) if roster else set(mine[:1])
            if number is not None and (digits := re.search(r"\d+$", row[number].strip())):
                self.people[digits[0]] = found
            if time is not None and len(found) == 1 and row[time].strip() not in NO_TIME:
                try:
                    self._times[next(iter(found))] = utc(row[time].strip(), zone)
                except (ValueError, OverflowError):
                    self.unreadable.append(row[time].strip())

    def time(self, members: Iterable[str]) -> datetime | None:
        """When the last of these handed in, if it says so of any."""
        return max((self._times[one] for one in members if one in self._times), default=None)


def owner(hand_in: HandIn, roster: Roster | None, groups: bool, people: Mapping[str, set[str]]) -> Owner:
    """Whose it is; groups: whether that is a group. people: by Moodle's numbers. Nobody if nothing says it for sure."""
    if roster is None:
        if not hand_in.ids:
            raise Nobody("its system gives no id; write a roster.csv with the columns id, name and group")
        return _valid(Owner(hand_in.ids[0], hand_in.ids[:1]))
    if hand_in.people:
        found = [_one(roster, roster.called(ids)) for ids in hand_in.people]
    elif groups and len(called := roster.groups_called(hand_in.names)) == 1:
        (group,) = called
        return Owner(group, roster.groups[group])
    else:
        found = [_one(roster, _people(hand_in, roster, people))]
    if not groups:
        if len(found) > 1:
            raise Nobody(f"{len(found)} people handed it in; write `groups = true` below the TP in rules.toml")
        return Owner(found[0], (found[0],))
    homes = {roster.people[one].group for one in found}
    if len(homes) > 1:
        raise Nobody(f"{', '.join(found)} are not in one group")
    (home,) = homes
    if not home and len(found) > 1:
        raise Nobody(f"{', '.join(found)} are in no group of the roster")
    return Owner(home, roster.groups[home]) if home else Owner(found[0], (found[0],))


def _people(hand_in: HandIn, roster: Roster, people: Mapping[str, set[str]]) -> set[str]:
    if hand_in.system == "moodle" and people.get(hand_in.number):
        return people[hand_in.number]
    if hand_in.system == "canvas":
        mine = {person.id for person in roster.people.values() if person.canvas == hand_in.number}
        if mine:
            return mine
    return roster.called(hand_in.ids, hand_in.names)


def _one(roster: Roster, found: set[str]) -> str:
    if not found:
        raise Nobody("nobody in the roster is called so")
    if len(found) > 1:
        names = ", ".join(roster.people[one].shown for one in sorted(found))
        raise Nobody(f"it may be {names}; give the system's own list as --sheet, or move it by hand")
    (one,) = found
    return one


def _valid(found: Owner) -> Owner:
    if not is_name_of_a_student(found.name):
        raise Nobody("it cannot be the name of a student's folder")
    return found
