"""compare_optimizers: the decisive cases are placed, so no draw is kinder than another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tps.keras_optimizers.exercises.compare_optimizers import (
    CASES,
    DIVERGED,
    INFINITE,
    NAMES,
    RATES,
    SEEDS,
    SIZES,
    at_the_edges,
    with_diverged,
)
from tps.keras_optimizers.public import comparison_ways

from course.judging import scripts
from course.judging.verdict import Verdict, judge
from tests.shared import EXERCISES, fresh_seeds

(EXERCISE,) = (e for e in EXERCISES["keras_optimizers"] if e.name == "compare_optimizers")
DRAWS = fresh_seeds(10)


@pytest.mark.parametrize("seed", DRAWS)
def test_both_edges_and_the_inside_are_among_the_best_rates(seed: int) -> None:
    ends, places = set(), set()
    for case in range(1, CASES + 1):
        drawn = at_the_edges(np.random.default_rng(seed), case)
        rates = drawn["rates"]
        losses = drawn["losses"].reshape(len(NAMES), len(rates), SEEDS).mean(axis=2)
        best = rates[losses.argmin(axis=1)]
        assert rates.min() in best
        assert rates.max() in best
        (inside,) = set(best) - {rates.min(), rates.max()}
        ends |= {end for end in (0, -1) if rates[end] == inside}  # who goes by the place goes wrong
        places |= {int((rates < inside).sum()), -int((rates > inside).sum())}
    assert ends == {0, -1}
    assert {1, -1} <= places  # next to the lower edge, and next to the upper one


@pytest.mark.parametrize("seed", DRAWS)
def test_leaving_nan_out_always_changes_the_choice(seed: int) -> None:
    losses = with_diverged(np.random.default_rng(seed), 1)["losses"].reshape(-1, RATES, SEEDS)
    right = np.where(np.isfinite(losses), losses, np.inf).mean(axis=2).argmin(axis=1)
    left_out = np.nanmean(losses, axis=2).argmin(axis=1)
    assert (right != left_out).all()
    assert {0, RATES - 1} < set(left_out)  # first in the list, last, and between
    nan = [tuple(np.flatnonzero(np.isnan(row[rate]))) for row, rate in zip(losses, left_out, strict=True)]
    assert set(nan) == set(DIVERGED)


@pytest.mark.parametrize("seed", DRAWS)
def test_leaving_infinity_out_always_changes_the_choice(seed: int) -> None:
    losses = with_diverged(np.random.default_rng(seed), 1)["losses"].reshape(-1, RATES, SEEDS)
    right = np.where(np.isfinite(losses), losses, np.inf).mean(axis=2).argmin(axis=1)
    finite = np.where(np.isinf(losses), np.nan, losses)
    finite[np.isnan(losses).any(axis=2)] = np.inf
    left_out = np.nanmean(finite, axis=2).argmin(axis=1)
    assert (right != left_out).all()
    infinite = [tuple(np.flatnonzero(np.isinf(row[rate]))) for row, rate in zip(losses, left_out, strict=True)]
    assert set(infinite) == set(INFINITE)


# Wrong, in no catalogue: each by what it does to the right ones' table of losses (rate, seed), seeds or result.
def compared(
    runs: Any = lambda table: np.where(np.isfinite(table), table, np.inf),
    score: Any = lambda runs, table: runs.mean(axis=1),
    loss: Any = None,
    inside: Any = lambda rate, rates: min(rates) < rate < max(rates),
    seeds_of: Any = list,
    rates_of: Any = list,
    begin: Any = None,
) -> Any:
    def compare_optimizers(train: Any, optimizers: Any, rates: Any, seeds: Any) -> dict[str, Any]:
        found = {}
        for name in optimizers:
            tried = rates_of(rates)
            table = np.array([[train(name, rate, seed) for seed in seeds_of(seeds)] for rate in tried])
            scores = score(runs(table), table)
            best = int(np.argmin(scores))
            lowest = scores[best] if loss is None else loss(table[best])
            rate = begin if begin is not None and not np.isfinite(lowest) else tried[best]
            found[name] = {"rate": rate, "loss": lowest, "inside": inside(rate, rates)}
        return found

    return compare_optimizers


def penalty(number: float) -> Any:
    return compared(runs=lambda table: np.where(np.isfinite(table), table, number))


def without_infinity(runs: Any, table: Any) -> Any:
    """Rates at which a run is nan are ruled out; the means of the others are over what is finite."""
    means = np.ma.masked_invalid(table).mean(axis=1).filled(np.inf)
    return np.where(np.isnan(table).any(axis=1), np.inf, means)


# Rates that are never tried: those at an end of the list, those at an end of the grid, and some between.
NOT_TRIED = {
    "the last": lambda rates: rates[:-1],
    "the first": lambda rates: rates[1:],
    "the last two": lambda rates: rates[:-2],
    "both ends": lambda rates: rates[1:-1],
    "the largest": lambda rates: sorted(rates)[:-1],
    "the smallest": lambda rates: sorted(rates)[1:],
    "every other one": lambda rates: rates[1::2],
    "every other one but the first": lambda rates: rates[::2],
    "every other one of the grid": lambda rates: sorted(rates)[::2],
    "what is below 1e-3": lambda rates: [rate for rate in rates if rate > 1e-3],
}

UNCATALOGUED = {
    **{f"a penalty of {number:g}": penalty(number) for number in (10.0, 100.0, 1e3, 1e6, 1e10, 1e100)},
    "np.nanmean": compared(score=lambda runs, table: np.nanmean(table, axis=1)),
    "a geometric mean": compared(score=lambda runs, table: np.exp(np.log(runs).mean(axis=1))),
    "a harmonic mean": compared(score=lambda runs, table: 1 / (1 / runs).mean(axis=1)),
    "a root mean square": compared(score=lambda runs, table: np.sqrt((runs**2).mean(axis=1))),
    "a trimmed mean": compared(score=lambda runs, table: np.sort(runs, axis=1)[:, 1:-1].mean(axis=1)),
    "divided by five": compared(score=lambda runs, table: runs.sum(axis=1) / 5),
    "divided by one less": compared(score=lambda runs, table: runs.sum(axis=1) / (runs.shape[1] - 1)),
    "seeds counted from 0": compared(seeds_of=lambda seeds: range(len(seeds))),
    "seeds counted from 1": compared(seeds_of=lambda seeds: range(1, len(seeds) + 1)),
    "the first five seeds": compared(seeds_of=lambda seeds: seeds[:5]),
    "all seeds but the last": compared(seeds_of=lambda seeds: seeds[:-1]),
    "three seeds": compared(seeds_of=lambda seeds: seeds[:3]),
    "every other seed": compared(seeds_of=lambda seeds: seeds[::2]),
    **{
        f"losses cut at {most:g}": compared(runs=lambda table, most=most: np.minimum(table, most))
        for most in (1, 1e3, 1e5)
    },
    "a rate of 0 if all diverged": compared(begin=0.0, loss=lambda row: 0.0 if np.isnan(row).all() else row.mean()),
    "only one side": compared(inside=lambda rate, rates: rate < max(rates)),
    "two rates on each side": compared(
        inside=lambda rate, rates: sorted(rates)[1] < rate < sorted(rates)[-2] if len(rates) > 4 else True
    ),
    "by the ends of the list": compared(inside=lambda rate, rates: rate not in (rates[0], rates[-1])),
    "the first of the list": compared(inside=lambda rate, rates: rate not in (rates[0], min(rates), max(rates))),
    "the last of the list": compared(inside=lambda rate, rates: rate not in (rates[-1], min(rates), max(rates))),
    "infinite runs left out": compared(score=without_infinity),
    "finite runs alone": compared(score=lambda runs, table: np.ma.masked_invalid(table).mean(axis=1).filled(np.inf)),
    "infinite runs are zero": compared(runs=lambda table: np.where(np.isinf(table), 0.0, table)),
    **{f"{which} not tried": compared(rates_of=rates_of) for which, rates_of in NOT_TRIED.items()},
    **{
        f"{which} not tried, nor an edge": compared(
            rates_of=rates_of, inside=lambda rate, rates, of=rates_of: min(of(rates)) < rate < max(of(rates))
        )
        for which, rates_of in NOT_TRIED.items()
    },
}


def judged(function: Any, seed: int) -> Verdict:
    key = EXERCISE.draw(np.random.default_rng(seed))
    return judge(key, scripts.perform(key.script, {EXERCISE.name: function}, ways=comparison_ways.WAYS))


@pytest.mark.filterwarnings("ignore")  # means of nothing
@pytest.mark.parametrize("wrong", UNCATALOGUED)
@pytest.mark.parametrize("draws", [5, pytest.param(200, marks=pytest.mark.full)])
def test_what_is_in_no_catalogue_loses_the_same_marks_on_every_draw(wrong: str, draws: int) -> None:
    scores = {judged(UNCATALOGUED[wrong], seed).score for seed in fresh_seeds(draws)}
    assert len(scores) == 1
    assert max(scores) < EXERCISE.points


def test_infinite_losses_earn_nothing_alone() -> None:
    def diverged(train: Any, optimizers: Any, rates: Any, seeds: Any) -> dict[str, Any]:
        return {name: {"rate": rates[0], "loss": np.inf, "inside": True} for name in optimizers}

    assert judged(diverged, DRAWS[0]).score == 0


@pytest.mark.parametrize("seed", DRAWS)
def test_the_plain_one_has_all_marks(seed: int) -> None:
    assert judged(compared(), seed).passed


@pytest.mark.parametrize("seed", DRAWS)
def test_one_optimizer_has_losses_beside_which_no_usual_penalty_is_large(seed: int) -> None:
    losses = with_diverged(np.random.default_rng(seed), 1)["losses"].reshape(len(NAMES), -1)
    assert np.nanmax(np.where(np.isfinite(losses), losses, np.nan)) > max(SIZES) / 2


def careless(train: Any, optimizers: Any, rates: Any, seeds: Any) -> dict[str, Any]:
    """Written as students write it: nan is in the mean, and stays where it is first."""
    found = {}
    for name in optimizers:
        losses = [sum(train(name, rate, seed) for seed in seeds) / len(seeds) for rate in rates]
        loss, rate = min(zip(losses, rates, strict=True), key=lambda pair: pair[0])
        found[name] = {"rate": rate, "loss": loss, "inside": min(rates) < rate < max(rates)}
    return found


def test_a_loop_that_keeps_nan_where_it_is_first_is_named() -> None:
    from autograder.exercises.judge import judge as graded

    key = EXERCISE.draw(np.random.default_rng(DRAWS[1]))
    verdict = graded(EXERCISE, key, scripts.perform(key.script, {EXERCISE.name: careless}, ways=comparison_ways.WAYS))
    assert verdict.mistake is not None, verdict.diagnosis
    assert verdict.mistake.id == "compare-optimizers/nan-stays-first"
