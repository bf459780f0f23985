"""compare_optimizers: the decisive cases are placed, so no draw is kinder than another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tps.keras_optimizers.exercises.compare_optimizers import DIVERGED, RATES, SEEDS, at_the_edges, with_diverged

from autograder.proof.gate import examine
from course.judging import scripts
from course.judging.verdict import judge
from tests.shared import EXERCISES, fresh_seeds

(EXERCISE,) = (e for e in EXERCISES["keras_optimizers"] if e.name == "compare_optimizers")
DRAWS = [4238673414, *fresh_seeds(40)]  # with the first, wrong `inside` once passed


def test_every_mistake_loses_the_same_marks_on_every_draw() -> None:
    marks: dict[str, set[tuple[str, ...]]] = {}
    for seed in DRAWS:
        key = EXERCISE.draw(np.random.default_rng(seed))
        for wrong in EXERCISE.mistakes:
            for function in (wrong.function, *wrong.twins.values()):
                verdict = judge(key, EXERCISE.answers_of(function, key))
                lost = tuple(outcome.name for outcome in verdict.criteria if not outcome.passed)
                marks.setdefault(wrong.id, set()).add(lost)
    assert {id: lost for id, lost in marks.items() if len(lost) > 1 or () in lost} == {}


@pytest.mark.parametrize("seed", DRAWS[:4])
def test_the_gate_is_green(seed: int) -> None:
    assert examine(EXERCISE, seed)[0] == []


@pytest.mark.parametrize("seed", DRAWS[:10])
def test_both_edges_and_the_inside_are_among_the_best_rates(seed: int) -> None:
    drawn = at_the_edges(np.random.default_rng(seed))
    losses, rates = drawn["losses"].reshape(-1, RATES, SEEDS).mean(axis=2), drawn["rates"]
    best = rates[losses.argmin(axis=1)]
    assert rates.min() in best
    assert rates.max() in best
    assert sum((rates.min() < best) & (best < rates.max())) == 1
    assert {rates[0], rates[-1]} & set(best) - {rates.min(), rates.max()}  # who goes by the place goes wrong


@pytest.mark.parametrize("seed", DRAWS[:10])
def test_leaving_nan_out_always_changes_the_choice(seed: int) -> None:
    losses = with_diverged(np.random.default_rng(seed))["losses"].reshape(-1, RATES, SEEDS)
    right = np.where(np.isfinite(losses), losses, np.inf).mean(axis=2).argmin(axis=1)
    left_out = np.nanmean(losses, axis=2).argmin(axis=1)
    assert (right != left_out).all()
    assert {0, RATES - 1} < set(left_out)  # first in the list, last, and between
    nan = [tuple(np.flatnonzero(np.isnan(row[rate]))) for row, rate in zip(losses, left_out, strict=True)]
    assert set(nan) == set(DIVERGED)
    assert np.isinf(losses).any(axis=(1, 2)).all()


def careless(train: Any, optimizers: Any, rates: Any, seeds: Any) -> dict[str, Any]:
    """Written as students write it: nan is in the mean, and stays where it is first."""
    found = {}
    for name in optimizers:
        losses = [sum(train(name, rate, seed) for seed in seeds) / len(seeds) for rate in rates]
        loss, rate = min(zip(losses, rates, strict=True), key=lambda pair: pair[0])
        found[name] = {"rate": rate, "loss": loss, "inside": min(rates) < rate < max(rates)}
    return found


def test_a_loop_that_keeps_nan_where_it_is_first_is_named() -> None:
    from tps.keras_optimizers.public.comparison_ways import WAYS

    from autograder.exercises.judge import judge as graded

    key = EXERCISE.draw(np.random.default_rng(DRAWS[1]))
    verdict = graded(EXERCISE, key, scripts.perform(key.script, {EXERCISE.name: careless}, ways=WAYS))
    assert verdict.mistake is not None, verdict.diagnosis
    assert verdict.mistake.id == "compare-optimizers/nan-stays-first"
