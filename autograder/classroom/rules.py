"""The rules of a classroom, in `rules.toml`: deadlines, what lateness costs, who has more time, who is exempt."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import dateutil.tz

from autograder.classroom.layout import Classroom
from autograder.faults import Fault, did_you_mean

FILE, FORMAT = "rules.toml", 1
DAY = timedelta(days=1)
UNITS = {"d": DAY, "h": timedelta(hours=1), "min": timedelta(minutes=1)}
DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(?:(d)(?:ays?)?|(h)(?:ours?)?|(min)(?:utes?)?)?")
ALL_TPS = {"format", "time_zone", "late_days"}
OF_TP = {"deadline", "grace", "penalty", "extensions", "exempt", "no_penalty", "groups"}
PENALTY = {"percent_per_day", "points_per_day", "at_most", "plugin"}


@dataclass(frozen=True)
class Penalty:
    """What each day begun after the deadline costs: a part of the points earned, or points; or a plugin of nbgrader's.

    at_most: in the same unit.
    """

    percent_per_day: float = 0.0
    points_per_day: float = 0.0
    at_most: float = math.inf
    plugin: str = ""

    def of(self, points: float, late: timedelta) -> float:
        """The points that are taken from so many; never more than there are."""
        days = math.ceil(late / DAY)
        if self.percent_per_day:
            return points * min(self.percent_per_day * days, self.at_most, 100.0) / 100
        return min(self.points_per_day * days, self.at_most, points)


@dataclass(frozen=True)
class OfTP:
    """The rules of one TP. deadline: in UTC, without a zone. extensions: by student or group, how long or until when.

    exempt: from the TP. no_penalty: from what lateness costs. groups: whether a hand-in is that of a group.
    """

    deadline: datetime | None = None
    grace: timedelta = timedelta(0)
    penalty: Penalty | None = None
    extensions: Mapping[str, timedelta | datetime] = field(default_factory=dict)
    exempt: tuple[str, ...] = ()
    no_penalty: tuple[str, ...] = ()
    groups: bool = False

    def extension(self, *names: str) -> timedelta | None:
        """The extension of the first of a student's names (the own one, the group's) that has one."""
        for name in names:
            given = self.extensions.get(name)
            if isinstance(given, datetime):
                return given - self.deadline if self.deadline else None
            if given is not None:
                return given
        return None


@dataclass(frozen=True)
class Rules:
    """All rules. zone: of times that name none. late_days: that each student may be late in all, at no cost."""

    path: Path
    zone: tzinfo = UTC
    late_days: int = 0
    tps: Mapping[str, OfTP] = field(default_factory=dict)

    def of(self, tp: str) -> OfTP:
        """The rules of a TP; none if the file does not name it."""
        return self.tps.get(tp, OfTP())

    def named(self) -> set[str]:
        """The students and groups of whom something is said."""
        return {name for of in self.tps.values() for name in (*of.extensions, *of.exempt, *of.no_penalty)}

    def not_built(self, built: set[str]) -> list[str]:
        """What is said of TPs that are not among these: they may come yet, or be a typing error."""
        return [
            f"{self.path.name} has rules for {tp}, which is not built. {did_you_mean(tp, built)}".rstrip()
            for tp in sorted(self.tps.keys() - built)
        ]

    def check_names(self, known: set[str]) -> None:
        """Fault if a rule is about somebody who is not among these."""
        for name in sorted(self.named() - known):
            raise Fault(
                f"{self.path}: {name} is no student and no group of the roster. {did_you_mean(name, known)}".rstrip()
            )


def rules(classroom: Classroom) -> Rules:
    """The rules of a classroom; none if it has no such file. Fault, in one line, if it is broken."""
    path = classroom.root / FILE
    if not path.exists():
        return Rules(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Fault(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    if data.get("format") != FORMAT:
        raise Fault(
            f"{path}: its format is {data.get('format')!r}, this version reads {FORMAT}: write `format = {FORMAT}`"
        )
    zone = dateutil.tz.gettz(name) if isinstance(name := data.get("time_zone", "UTC"), str) and name else None
    if zone is None:
        raise Fault(f'{path}: time_zone is {name!r}, which is no zone; write one such as "Europe/Paris"')
    late_days = data.get("late_days", 0)
    if not isinstance(late_days, int) or isinstance(late_days, bool) or late_days < 0:
        raise Fault(f"{path}: late_days is {late_days!r}; write a whole number, 0 or more")
    tps: dict[str, OfTP] = {}
    for name, told in data.items():
        if name in ALL_TPS:
            continue
        if not isinstance(told, dict):
            near = did_you_mean(name, ALL_TPS) or "rules of a TP stand below a line such as [optimizers]"
            raise Fault(f"{path} sets {name}, which means nothing; {near}")
        tps[name] = _of_tp(f"{path}, [{name}]", told, zone)
    return Rules(path, zone, late_days, tps)


def _of_tp(where: str, told: Mapping[str, Any], zone: tzinfo) -> OfTP:
    _known(where, told, OF_TP)
    deadline = _moment(told["deadline"], zone, f"{where}, deadline") if "deadline" in told else None
    extensions = told.get("extensions", {})
    if not isinstance(extensions, dict):
        raise Fault(f'{where}: extensions are lines such as `ada = "2 days"` below [<TP>.extensions]')
    given = {
        name: _moment(value, zone, f"{where}, {name}")
        if isinstance(value, datetime)
        else duration(value, f"{where}, {name}")
        for name, value in extensions.items()
    }
    if given and deadline is None:
        raise Fault(f"{where}: it gives extensions and no deadline; write `deadline = 2026-03-01T23:59:00`")
    groups = told.get("groups", False)
    if not isinstance(groups, bool):
        raise Fault(f"{where}: groups is true or false, not {groups!r}")
    return OfTP(
        deadline,
        duration(told.get("grace", 0), f"{where}, grace"),
        _penalty(f"{where}, penalty", told["penalty"]) if "penalty" in told else None,
        given,
        _names(where, told, "exempt"),
        _names(where, told, "no_penalty"),
        groups,
    )


def _penalty(where: str, told: Any) -> Penalty:
    form = '{ percent_per_day = 10, at_most = 50 }, { points_per_day = 2 } or { plugin = "module.Class" }'
    if not isinstance(told, dict):
        raise Fault(f"{where}: write {form}")
    _known(where, told, PENALTY)
    if len(told.keys() - {"at_most"}) != 1:
        raise Fault(f"{where}: write one of {form}")
    if isinstance(plugin := told.get("plugin"), str) and "at_most" not in told:
        return Penalty(plugin=plugin)
    if not all(isinstance(n, int | float) and not isinstance(n, bool) and 0 <= n < math.inf for n in told.values()):
        raise Fault(f"{where}: write numbers, 0 or more, as in {form}")
    return Penalty(**told)


def _known(where: str, told: Mapping[str, Any], keys: set[str]) -> None:
    for name in told.keys() - keys:
        near = did_you_mean(name, keys) or f"there are {', '.join(sorted(keys))}"
        raise Fault(f"{where} sets {name}, which means nothing; {near}")


def _names(where: str, told: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = told.get(key, [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise Fault(f'{where}: {key} is a list of students or groups, as in `{key} = ["ada"]`')
    return tuple(value)


def _moment(value: Any, zone: tzinfo, where: str) -> datetime:
    """A time of TOML in UTC, without a zone."""
    if not isinstance(value, datetime):
        raise Fault(f"{where}: {value!r} is no time; write one such as 2026-03-01T23:59:00, without quotes")
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC).replace(tzinfo=None)


def duration(value: Any, where: str) -> timedelta:
    """A time span such as `3 days`, `2 h`, `15 min`; a number alone is of days. Fault if it is none."""
    found = DURATION.fullmatch(str(value).strip()) if not isinstance(value, bool) else None
    if found is None:
        raise Fault(f'{where}: {value!r} is no time span; write one such as "3 days", "2 h" or "15 min"')
    unit = next(filter(None, found.groups()[1:]), "d")
    return float(found[1]) * UNITS[unit]
