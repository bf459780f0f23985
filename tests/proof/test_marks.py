"""Marks do not depend on the draw: what is wrong earns the same on every key, and never everything."""

from __future__ import annotations

import dataclasses
import io
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.proof import command
from autograder.proof.marks import Marks, earned
from tests.exercises.made import SAID, SMALL, rule
from tests.shared import ALL, fresh_seeds

KEYS = fresh_seeds(200)


def marks(exercise: Exercise, keys: list[int]) -> Marks:
    found = Marks(exercise.points)
    for key in keys:
        found.add(key, earned(exercise, key))
    return found


@pytest.mark.parametrize("keys", [KEYS[:4], pytest.param(KEYS, marks=pytest.mark.full)], ids=len)
@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)
def test_what_a_form_earns_is_the_same_on_every_key(exercise: Exercise, keys: list[int]) -> None:
    assert list(marks(exercise, keys).red) == []


def by_chance(ex: Exercise, ask: Any, rng: np.random.Generator) -> None:
    """The shift decides, and in every other draw it is 0."""
    probes.calls(times=1, fixed={"shift": float(rng.integers(2))})(ex, ask, rng)


DRAWN = dataclasses.replace(SMALL, checks=(Check("shift", 1.0, "shift is added.", by_chance),))
SEEDS = list(range(8))


def test_a_decisive_case_that_is_drawn_turns_the_gate_red() -> None:
    """Without the shift the small rule is right wherever the draw says that the shift is 0."""
    (line,) = [line for line in marks(DRAWN, SEEDS).red if line.startswith("the marks of no-shift depend on the draw")]
    assert "0 (seed " in line
    assert "1 (seed " in line
    show = Console(record=True, width=150, file=io.StringIO())
    assert command.check_exercises({"line": DRAWN}, [], show, Console(file=io.StringIO()), SEEDS) == 1
    printed = show.export_text()
    assert f"RED line: {line}" in " ".join(printed.split())
    assert "0 to 1" in next(row for row in printed.splitlines() if "no-shift" in row)


def test_a_mistake_that_earns_everything_and_a_right_form_that_does_not_are_red() -> None:
    right = rule.wrong("right", hint="This is right.", y=lambda s: s.shift + s.scaled, **SAID)
    exercise = dataclasses.replace(
        SMALL, mistakes=(*SMALL.mistakes, right), equivalents={"rough": rule.variant(y=lambda s: 1.001 * s.scaled)}
    )
    assert list(marks(exercise, SEEDS[:1]).red) == [
        "rough is right and earns 0 of 4 (seed 0)",
        "right is wrong and earns everything (seed 0)",
    ]


def test_another_spelling_is_held_as_the_mistake_itself() -> None:
    first, *_ = SMALL.mistakes
    odd = dataclasses.replace(first, also={"right after all": {"y": lambda s: s.scaled + s.shift}})
    found = marks(dataclasses.replace(SMALL, mistakes=(odd,)), SEEDS[:1])
    assert list(found.red) == [f"{first.id} (right after all) is wrong and earns everything (seed 0)"]
    assert found.of(first.id) == "2 to 4"
