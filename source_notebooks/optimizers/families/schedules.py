"""Mistakes that both schedules share. Their stages must be called `time` and `start`."""

from __future__ import annotations

from autograder.exercises.variants import Anatomy, Wrong, keep


def schedule(rule: Anatomy, section: str) -> tuple[Wrong, ...]:
    """The mistakes of one schedule; `section` is where it is derived."""
    return (
        rule.wrong(
            "no-start",
            did="eta_0 is left out.",
            effect="The rate starts at 1.",
            hint="eta_0 is missing: your schedule starts at 1.",
            section=section,
            start=lambda p: 1.0,
        ),
        rule.wrong(
            "own-clock",
            did="The calls are counted; the t that is passed is ignored.",
            effect="Right when asked in order, once for each t; a plot or a resumed run gets another rate.",
            hint="You count the calls and ignore the t that is passed. Use t.",
            section=section,
            remembers=True,
            time=lambda p: keep(p, "calls", p.kept.get("calls", -1) + 1),
        ),
        rule.wrong(
            "nothing-returned",
            did="The function ends without `return`.",
            effect="There is no rate: the first step raises an error.",
            hint="Your function returns nothing. End it with `return eta`.",
            section=section,
            returns=(),
        ),
    )
