"""compare_optimizers(train, optimizers, rates, seeds) -> {optimizer: {"rate", "loss", "inside"}}. Section 3.8."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe

from ... import questions
from ...public import comparison_ways
from .mistakes import equivalents, mistakes, rule

Array = np.ndarray
Draw = Callable[[Generator, int], dict[str, Any]]
"""Draws the losses and the rates of one of the CASES, which begin with 1."""

NAMES = ("momentum", "rmsprop", "adam")
RATES, SEEDS = 5, 5
CASES = 3

# What the seeds of a rate came to, best of all the first line by its mean. Each of the others draws a wrong choice to
# itself: `lucky` the lowest seed and the lowest median, `first` and `last` one seed alone, `steady` the worst seed. The
# inner seeds may come in any order.
BEST = (0.8, 0.9, 1.0, 1.9, 1.1)
DECOYS = {
    "lucky": (3.0, 0.1, 0.4, 0.4, 3.0),
    "first": (0.3, 2.0, 2.0, 2.0, 2.0),
    "last": (2.0, 2.0, 2.0, 2.0, 0.3),
    "steady": (1.4, 1.4, 1.4, 1.4, 1.4),
}
# What the seeds came to at a rate where some are nan, at the best rate, at two others, and at a rate where some are
# infinite: who leaves nan out chooses the first, who leaves the infinite ones out the last.
FACTORS = (0.5, 1.0, 1.5, 2.0, 0.7)
# Which seeds diverged, for each optimizer: the first alone, the last alone, or all but an inner one; those that are nan
# and those that are infinite.
DIVERGED = ((0,), (4,), (0, 1, 3, 4))
INFINITE = ((4,), (0, 1, 3, 4), (0,))
# How large the losses are, of whichever optimizer. Beside those of 1e7 no large number stands for infinity.
SIZES = (0.2, 1.0, 1e7)
# In which case there are how many seeds, where they differ; and how many rates, where in the grid the best one that is
# inside lies, and which rates stand first and last in the list: that one and the edge beside it.
MORE_SEEDS = {2: 1}
EDGES = {1: (RATES, 1, (1, 0)), 2: (RATES + 1, RATES - 1, (RATES, RATES - 1)), 3: (RATES - 1, 1, (2, 3))}
# How much worse each further rate is than the one before, to the left of the best one and to its right.
SLOPES = (0.4, 0.5)


def compare_optimizers(losses: Any, rates: Any) -> None:
    """What is put before the learner's function: `tabled` in the public part makes its `train` from it."""


def _placed(case: int) -> Generator:
    """What the places of a case are drawn from: they are the same on every key. Digits are drawn from the key's own."""
    return np.random.default_rng(case)


def _grid(rng: Generator, rates: int = RATES) -> Array:
    """Rates between 4e-4 and 5e-2, or beyond, none of them near a round number."""
    return 10.0 ** (rng.uniform(-3.38, -3.33) + 0.5 * np.arange(rates))


def _best(places: Generator, rates: int, inside: int) -> Array:
    """Where in the grid the best rates are: at its lower edge, at its upper edge and inside, whoever has which."""
    return places.permutation([0, rates - 1, inside])


def _listed(places: Generator, rates: int, ends: Any, inner: tuple[int, int] | None = None) -> Array:
    """The order of the rates in the list: at its ends these two, between them the others as they come. inner: a rate,
    and the place in the list that it has."""
    first, last = ends
    between = places.permutation(np.setdiff1d(np.arange(rates), [*ends, *(inner or ())[:1]]))
    if inner:
        between = np.insert(between, inner[1] - 1, inner[0])
    return np.array([first, *between, last])


def _scaled(losses: Array, places: Generator, rng: Generator) -> Array:
    """Losses (O, R, S) of another size for each optimizer."""
    return losses * (places.permutation(SIZES) * rng.uniform(1.11, 1.19, len(SIZES)))[:, None, None]


def with_luck(rng: Generator, case: int) -> dict[str, Any]:
    """Seeds that differ a lot: each way to choose a rate but by the mean chooses another one. The best rates are the
    smallest, the largest and one inside, and stand first, last and at another place between in each case: whichever
    place is left out, a best rate is. Where there are more seeds, the further ones come to the mean of the others."""
    places = _placed(case)
    losses = np.empty((len(NAMES), RATES, SEEDS))
    best = _best(places, RATES, case)
    for optimizer, place in enumerate(best):
        others = places.permutation(np.delete(np.arange(RATES), place))
        for rate, seeds in zip((place, *others), (BEST, *DECOYS.values()), strict=True):
            losses[optimizer, rate] = (seeds[0], *places.permutation(seeds[1:-1]), seeds[-1])
    losses *= rng.uniform(0.99, 1.01, losses.shape)
    further = np.repeat(losses.mean(axis=2, keepdims=True), MORE_SEEDS.get(case, 0), axis=2)
    losses = np.concatenate([losses[:, :, :1], further, losses[:, :, 1:]], axis=2)
    order = _listed(places, RATES, best[[0, -1]], (best[1], case))
    return {"losses": _scaled(losses, places, rng)[:, order].ravel(), "rates": _grid(rng)[order]}


def at_the_edges(rng: Generator, case: int) -> dict[str, Any]:
    """A valley round the best rate, the same for all seeds. The best rate inside stands at one end of the list, and the
    edge beside it at the other: without either end the answer is another one."""
    places = _placed(case)
    rates, place, ends = EDGES[case]
    best = _best(places, rates, place)
    away = np.arange(rates) - best[:, None]
    slopes = np.where(away < 0, -SLOPES[0], SLOPES[1]) * rng.uniform(0.98, 1.02, away.shape)
    valley = np.repeat((1 + away * slopes)[:, :, None], SEEDS, axis=2)
    order = _listed(places, rates, ends)
    return {"losses": _scaled(valley, places, rng)[:, order].ravel(), "rates": _grid(rng, rates)[order]}


def with_diverged(rng: Generator, case: int) -> dict[str, Any]:
    """A rate at which runs are nan and the others the best of all: first in the list, last and between; and another one
    at which runs are infinite. Where the first tempts, the last is the best, and the other way round. Else all seeds
    are alike. The smallest and the largest rate stand at the ends of the list."""
    places = _placed(case)
    tempting = places.permutation([0, RATES - 1, case])
    losses = np.empty((len(NAMES), RATES, SEEDS))
    for tempts, losing, seeds in zip(tempting, losses, places.permutation(len(DIVERGED)), strict=True):
        best = RATES - 1 - tempts if tempts in (0, RATES - 1) else 1 + tempts % (RATES - 2)
        rates = [tempts, best, *places.permutation(np.setdiff1d(np.arange(RATES), [tempts, best]))]
        losing[rates] = np.multiply(FACTORS, rng.uniform(0.97, 1.03, RATES))[:, None]
        losing[rates[0], list(DIVERGED[seeds])] = np.nan
        losing[rates[-1], list(INFINITE[seeds])] = np.inf
    order = _listed(places, RATES, places.permutation([0, RATES - 1]))
    return {"losses": _scaled(losses, places, rng).ravel(), "rates": _grid(rng)[order]}


def all_diverged(rng: Generator, case: int) -> dict[str, Any]:
    """No run of any optimizer came to a loss."""
    rates = _placed(case).permutation(_grid(rng))
    return {"losses": np.full(len(NAMES) * RATES * SEEDS, np.nan), "rates": rates}


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the losses of all runs and the grid of rates, in any order."""
    return with_luck(rng, 1)


def told(output: str, draw: Draw) -> Probe:
    """Expect one of the results, in some cases; the others are asked as well, and tell one mistake from another."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for case in range(1, CASES + 1):
            for name, result in zip(ex.outputs, probes.call(ex, ask, draw(rng, case), way="tabled"), strict=True):
                (ask.expect if name == output else ask.read)(result, f"{name}, case {case}")

    return probe


def lost(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Where all runs diverged, losses are infinite; which rates are said to be the best is not asked."""
    _, loss, _ = probes.call(ex, ask, all_diverged(rng, 1), way="tabled")
    ask.expect_between(loss, "loss, where all runs diverged", low=np.inf)


def model(rule: Any, names: tuple[str, ...], losses: Array, rates: Array) -> tuple[Array, ...]:
    """The way `tabled` for a function of all losses (O, R, S) at once."""
    found: tuple[Array, ...] = rule(np.asarray(losses, dtype=float).reshape(len(names), len(rates), -1), rates)
    return found


exercise = Exercise(
    reference=rule.variant(),
    asked=compare_optimizers,
    outputs=("rate", "loss", "inside"),
    arguments=arguments,
    lecture="choosing",
    size=(),
    public="comparison_ways",
    way_words=comparison_ways.IN_WORDS,
    checks=(
        Check(
            "best rate",
            1.0,
            "The best rate of an optimizer is the one with the lowest mean loss over all seeds.",
            told("rate", with_luck),
        ),
        Check("its loss", 1.0, "loss is the mean over all seeds at the best rate.", told("loss", with_luck)),
        Check(
            "inside the grid",
            1.0,
            "inside is True if smaller and larger rates than the best one were tried, whatever their order.",
            told("inside", at_the_edges),
        ),
        Check(
            "diverged runs",
            0.75,
            "A run that diverged (nan or infinite) counts as infinitely bad: its rate is not the best.",
            told("rate", with_diverged),
        ),
        Check(
            "all runs diverged",
            0.25,
            "If all runs of an optimizer diverged, its loss is infinite, and any of the rates will do.",
            lost,
            rule=False,
        ),
    ),
    mistakes=mistakes,
    questions=questions.COMPARE_OPTIMIZERS,
    equivalents=equivalents,
    ways={"tabled": model},
    keywords=NAMES,
)
