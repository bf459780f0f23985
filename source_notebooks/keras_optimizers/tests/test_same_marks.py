"""What is wrong never has all marks, and the same ones whatever was drawn: decisive cases are placed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tps.keras_optimizers.exercises.look_ahead_sgd.mistakes import rule as look_ahead
from tps.keras_optimizers.exercises.root_epsilon_adam.mistakes import rule as root_adam

from autograder.exercises.exercise import Exercise
from course.judging.verdict import judge
from tests.shared import EXERCISES, fresh_seeds

ALL = {exercise.name: exercise for exercise in EXERCISES["keras_optimizers"]}
FEW = {"LookAheadSGD": 3, "RootEpsilonAdam": 2, "compare_optimizers": 20}
OLD = 4238673414  # a draw on which a wrong `inside` once passed

# Wrong, in no catalogue: right at first, or with few variables.
UNCATALOGUED: dict[str, dict[str, Callable[..., Any]]] = {
    "LookAheadSGD": {
        "the second variable's for all further ones": look_ahead.variant(owner=lambda s: min(s.optimizer.variable, 1)),
        "from zero again every ten steps": look_ahead.variant(
            v_old=lambda s: 0.0 if s.t % 10 == 1 else s.slots.get(("v", s.owner), 0.0)
        ),
    },
    "RootEpsilonAdam": {
        "the second variable's for all further ones": root_adam.variant(owner=lambda s: min(s.optimizer.variable, 1)),
        "t ends at 3": root_adam.variant(clock=lambda s: min(s.t, 3)),
    },
}


def lost(exercise: Exercise, functions: dict[str, Callable[..., Any]], draws: int) -> dict[str, set[tuple[str, ...]]]:
    """By function, the sets of criteria that it does not meet in some draws."""
    found: dict[str, set[tuple[str, ...]]] = {name: set() for name in functions}
    for seed in [OLD, *fresh_seeds(draws - 1)]:
        key = exercise.draw(np.random.default_rng(seed))
        for name, function in functions.items():
            verdict = judge(key, exercise.answers_of(function, key))
            found[name].add(tuple(outcome.name for outcome in verdict.criteria if not outcome.passed))
    return found


@pytest.mark.parametrize("draws", [None, pytest.param(200, marks=pytest.mark.full)])
@pytest.mark.parametrize("name", ALL)
def test_every_known_mistake(name: str, draws: int | None) -> None:
    exercise = ALL[name]
    forms = {wrong.id: wrong.function for wrong in exercise.mistakes}
    forms |= {f"{wrong.id}, {words}": twin for wrong in exercise.mistakes for words, twin in wrong.twins.items()}
    found = lost(exercise, forms, draws or FEW[name])
    assert {form: sets for form, sets in found.items() if len(sets) > 1 or () in sets} == {}


@pytest.mark.parametrize("draws", [2, pytest.param(200, marks=pytest.mark.full)])
@pytest.mark.parametrize("name", UNCATALOGUED)
def test_what_is_in_no_catalogue(name: str, draws: int) -> None:
    found = lost(ALL[name], UNCATALOGUED[name], draws)
    assert {form: sets for form, sets in found.items() if len(sets) > 1 or () in sets} == {}
