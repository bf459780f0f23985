"""What handing in late costs: the rules of the classroom, and the deadline and extension that follow from them.

Where `rules.toml` gives a TP no deadline, that of the gradebook counts, as nbgrader's own commands enter it; where it
gives no penalty, nbgrader's plugin does, as `nbgrader_config.py` names it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from autograder.classroom import convert
from autograder.classroom.collect.roster import Roster, roster
from autograder.classroom.intake.timestamp import handed_in_at
from autograder.classroom.layout import Classroom
from autograder.classroom.rules import DAY, Penalty, rules
from autograder.faults import Fault

NO_TIME = timedelta(0)


class Lateness:
    """The rules of one TP, applied to its students. Fault if the rules, the roster or a plugin are broken."""

    def __init__(self, classroom: Classroom, tp: str) -> None:
        people = roster(classroom)
        self._classroom, self._tp, self._people = classroom, tp, people or Roster()
        self._rules = rules(classroom)
        if people:
            self._rules.check_names({*people.people, *people.groups})
        self._rule = self._rules.of(tp)
        config, penalty = convert.configuration(classroom), self._rule.penalty
        if penalty and penalty.plugin:
            config.AssignLatePenalties.plugin_class = penalty.plugin
        self._plugin = None if penalty and not penalty.plugin else _Plugin(config)

    @property
    def deadline(self) -> datetime | None:
        """The deadline of the rules, in UTC; None if they leave it to the gradebook."""
        return self._rule.deadline

    def extension(self, student: str) -> timedelta:
        """By how much the deadline of the rules moves for a student, with the late days that this TP is given."""
        budget = self._rules.late_days
        ruled = [(rule.deadline, name) for name, rule in self._rules.tps.items() if rule.deadline]
        for deadline, tp in sorted(ruled):
            given = self._given(tp, student)
            late = self._late(tp, student, deadline + given) if budget else NO_TIME
            spent = min(math.ceil(late / DAY), budget)
            if tp == self._tp:
                return given + spent * DAY
            budget -= spent
        return NO_TIME

    def _names(self, student: str) -> tuple[str, ...]:
        """Under which rules may be about a student: the own name, that of the group."""
        person = self._people.people.get(student)
        return (student, person.group) if person and person.group else (student,)

    def _spared(self, tp: str, student: str) -> bool:
        rule = self._rules.of(tp)
        return not {*rule.exempt, *rule.no_penalty}.isdisjoint(self._names(student))

    def _given(self, tp: str, student: str) -> timedelta:
        """What was granted for this TP to the student or the group, else what the roster says."""
        granted = self._rules.of(tp).extension(*self._names(student))
        if granted is None:
            person = self._people.people.get(student)
            return person.extension if person else NO_TIME
        return granted

    def _late(self, tp: str, student: str, until: datetime) -> timedelta:
        """How late a hand-in is that costs something."""
        rule, handed_in = self._rules.of(tp), handed_in_at(self._classroom.submitted(tp, student))[0]
        if handed_in is None or self._spared(tp, student):
            return NO_TIME
        late = handed_in - until
        return late if late > rule.grace else NO_TIME

    def penalties(self, student: str, points: Mapping[str, float], seconds_late: float) -> dict[str, float | None]:
        """The penalty of each notebook with these points, never above them. ValueError if a plugin gives none."""
        late = timedelta(seconds=seconds_late)
        if late <= max(NO_TIME, self._rule.grace) or self._spared(self._tp, student):
            return dict.fromkeys(points)
        if self._plugin:
            return {name: self._plugin.penalty(student, number, seconds_late) for name, number in points.items()}
        penalty, total = self._rule.penalty or Penalty(), sum(points.values())  # shared by the notebooks
        off = penalty.of(total, late) if total > 0 else 0.0
        return {name: off if number == total else max(0.0, number * off / total) for name, number in points.items()}


class _Plugin:
    """nbgrader's plugin for late work. Fault if there is none."""

    def __init__(self, config: Config) -> None:
        try:
            self._nbgrader = AssignLatePenalties(config=config)
            self._nbgrader.init_plugin()
        except Exception as error:  # it is a person's own code
            raise Fault(
                "the late policy that rules.toml, or nbgrader_config.py (AssignLatePenalties.plugin_class), names "
                f"cannot be loaded: {type(error).__name__}: {' '.join(str(error).split())}"
            ) from None

    def penalty(self, student: str, points: float, seconds_late: float) -> float | None:
        """The penalty for one notebook with these points, never above them. ValueError if the policy gives none."""
        try:
            penalty = self._nbgrader.plugin_inst.late_submission_penalty(student, points, seconds_late)
            if penalty is None:
                return None
            number = float(penalty)
        except Exception as error:
            said = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise ValueError(f"the policy for late work failed ({said})") from None
        if math.isnan(number):
            raise ValueError("the policy for late work gave NaN, no number of points")
        return min(max(number, 0.0), points)
