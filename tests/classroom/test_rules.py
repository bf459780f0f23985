"""The rules of a classroom: what they mean, and one clear line for each that means nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from autograder.classroom.grading.lateness import Lateness
from autograder.classroom.layout import Classroom
from autograder.classroom.rules import FILE, Penalty, rules
from autograder.faults import Fault

DAY = timedelta(days=1)


@pytest.fixture
def bare(tmp_path: Path) -> Classroom:
    return Classroom.made_at(tmp_path)


def ruled(classroom: Classroom, text: str) -> None:
    (classroom.root / FILE).write_text(f"format = 1\n{text}")


@pytest.mark.parametrize(
    ("penalty", "late", "expected"),
    [
        (Penalty(percent_per_day=10), timedelta(seconds=1), 1.0),
        (Penalty(percent_per_day=10), DAY, 1.0),
        (Penalty(percent_per_day=10), DAY + timedelta(seconds=1), 2.0),
        (Penalty(percent_per_day=10, at_most=50), 30 * DAY, 5.0),
        (Penalty(percent_per_day=10), 30 * DAY, 10.0),
        (Penalty(points_per_day=3), 2 * DAY, 6.0),
        (Penalty(points_per_day=3, at_most=4), 2 * DAY, 4.0),
        (Penalty(points_per_day=3), 9 * DAY, 10.0),
    ],
)
def test_each_day_begun_costs(penalty: Penalty, late: timedelta, expected: float) -> None:
    assert penalty.of(10.0, late) == pytest.approx(expected)


def test_a_deadline_is_of_its_zone(bare: Classroom) -> None:
    ruled(
        bare, 'time_zone = "Europe/Paris"\n[a]\ndeadline = 2026-03-29T23:00:00\n[b]\ndeadline = 2026-03-28T23:00:00\n'
    )
    found = rules(bare)
    assert found.of("a").deadline == datetime(2026, 3, 29, 21)  # summer began that morning
    assert found.of("b").deadline == datetime(2026, 3, 28, 22)


def test_late_days_are_spent_in_the_order_of_the_deadlines(bare: Classroom) -> None:
    ruled(
        bare,
        "late_days = 3\n[c]\ndeadline = 2026-03-21T12:00:00Z\n[a]\ndeadline = 2026-03-01T12:00:00Z\n"
        '[b]\ndeadline = 2026-03-11T12:00:00Z\ngrace = "1 h"\n',
    )
    for tp, time in (("a", "02 13:00"), ("b", "11 12:59"), ("c", "24 12:00")):
        folder = bare.submitted(tp, "ada")
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text(f"2026-03-{time}:00 UTC")
    assert Lateness(bare, "a").extension("ada") == 2 * DAY  # a day and an hour late
    assert Lateness(bare, "b").extension("ada") == 0 * DAY  # within the grace
    late = Lateness(bare, "c")
    assert late.extension("ada") == DAY  # all that is left for three days
    assert late.extension("bob") == 0 * DAY


def test_who_has_more_time_by_the_roster_the_group_and_the_own_name(bare: Classroom) -> None:
    (bare.root / "roster.csv").write_text("id,group,extension\nann,g,\nbob,g,3 days\ncyd,,3 days\ndan,,\n")
    ruled(
        bare,
        '[a]\ndeadline = 2026-03-01T12:00:00Z\npenalty = {points_per_day = 1}\nno_penalty = ["dan"]\n'
        '[a.extensions]\ng = "1 day"\nann = "5 h"\n',
    )
    late = Lateness(bare, "a")
    given = {name: late.extension(name) for name in ("ann", "bob", "cyd", "dan", "g")}
    assert given == {"ann": DAY * 5 / 24, "bob": DAY, "cyd": 3 * DAY, "dan": 0 * DAY, "g": DAY}
    assert late.penalties("dan", {"n": 5.0}, 1000.0) == {"n": None}
    assert late.penalties("ann", {"n": 4.0, "m": 6.0}, 1000.0) == {"n": pytest.approx(0.4), "m": pytest.approx(0.6)}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a]\ndead_line = 1", "did you mean deadline?"),
        ("late_day = 3", "did you mean late_days?"),
        ('time_zone = "Paris"', "which is no zone"),
        ("late_days = -1", "a whole number"),
        ('[a]\ndeadline = "tomorrow"', "is no time"),
        ('[a]\nextensions = {ann = "1 day"}', "no deadline"),
        ('[a]\ngrace = "a while"', "is no time span"),
        ("[a]\npenalty = 10", "percent_per_day"),
        ("[a]\npenalty = {percent_per_day = 10, points_per_day = 1}", "write one of"),
        ('[a]\npenalty = {percent_per_day = "10"}', "write numbers"),
        ('[a]\nexempt = "ann"', "is a list"),
        ("[a", "cannot be read"),
        ('[a]\nexempt = ["anne"]', "anne is no student and no group of the roster. did you mean ann?"),
    ],
)
def test_what_means_nothing_is_one_line(bare: Classroom, text: str, said: str) -> None:
    (bare.root / "roster.csv").write_text("id\nann\n")
    ruled(bare, text)
    with pytest.raises(Fault, match=r"\A[^\n]*\Z") as fault:
        Lateness(bare, "a")
    assert said in str(fault.value)


def test_rules_for_a_tp_that_is_not_built_are_told(bare: Classroom) -> None:
    ruled(bare, "[optimiser]\n[optimizers]\n[zzz]\n")
    first, second = rules(bare).not_built({"optimizers"})
    assert first == "rules.toml has rules for optimiser, which is not built. did you mean optimizers?"
    assert second == "rules.toml has rules for zzz, which is not built."


def test_another_format_is_refused(bare: Classroom) -> None:
    (bare.root / FILE).write_text("format = 9\n")
    with pytest.raises(Fault, match="its format is 9, this version reads 1"):
        rules(bare)
