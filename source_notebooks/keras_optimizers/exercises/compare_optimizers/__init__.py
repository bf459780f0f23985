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
    "lucky": (3.0, 0.1, 0.5, 0.5, 3.0),
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
# How large the losses are, of whichever optimizer. Beside those of 1e4 no large number stands for infinity.
SIZES = (0.2, 1.0, 1e4)
# In which case there are how many seeds, where they differ; and how many rates, where in the grid the best one that is
# inside lies (None: anywhere), and which rates stand first and last in the list: that one and the edge beside it.
MORE_SEEDS = {2: 1}
EDGES = {1: (RATES, 1, (1, 0)), 2: (RATES + 1, RATES - 1, (RATES, RATES - 1)), 3: (RATES - 1, None, None)}


def compare_optimizers(losses: Any, rates: Any) -> None:
    """What is put before the learner's function: `tabled` in the public part makes its `train` from it."""


def _grid(rng: Generator, rates: int = RATES) -> Array:
    return 10.0 ** (rng.uniform(-4, -2) + 0.5 * np.arange(rates))


def _best(rng: Generator, rates: int = RATES, inside: int | None = None) -> Array:
    """Where in the grid the best rates are: at its lower edge, at its upper edge and inside, whoever has which."""
    return rng.permutation([0, rates - 1, int(rng.integers(1, rates - 1)) if inside is None else inside])


def _listed(rng: Generator, rates: int, ends: Any) -> Array:
    """The order of the rates in the list: at its ends these two, between them the others by chance."""
    first, last = ends
    return np.array([first, *rng.permutation(np.setdiff1d(np.arange(rates), ends)), last])


def _scaled(losses: Array, rng: Generator) -> Array:
    """Losses (O, R, S) of another size for each optimizer."""
    return losses * (rng.permutation(SIZES) * rng.uniform(0.5, 2.0, len(SIZES)))[:, None, None]


def with_luck(rng: Generator, case: int) -> dict[str, Any]:
    """Seeds that differ a lot: each way to choose a rate but by the mean chooses another one. The best rates are the
    smallest, the largest and one inside, and stand first, last and between. Where there are more seeds, the further
    ones come to the mean of the others."""
    losses = np.empty((len(NAMES), RATES, SEEDS))
    best = _best(rng)
    for optimizer, place in enumerate(best):
        others = rng.permutation(np.delete(np.arange(RATES), place))
        for rate, seeds in zip((place, *others), (BEST, *DECOYS.values()), strict=True):
            losses[optimizer, rate] = (seeds[0], *rng.permutation(seeds[1:-1]), seeds[-1])
    losses *= rng.uniform(0.98, 1.02, losses.shape)
    further = np.repeat(losses.mean(axis=2, keepdims=True), MORE_SEEDS.get(case, 0), axis=2)
    losses = np.concatenate([losses[:, :, :1], further, losses[:, :, 1:]], axis=2)
    order = _listed(rng, RATES, best[[0, -1]])
    return {"losses": _scaled(losses, rng)[:, order].ravel(), "rates": _grid(rng)[order]}


def at_the_edges(rng: Generator, case: int) -> dict[str, Any]:
    """A valley round the best rate, the same for all seeds. The best rate inside stands at one end of the list, and the
    edge beside it at the other: without either end the answer is another one."""
    rates, place, ends = EDGES[case]
    best = _best(rng, rates, place)
    distance = np.abs(np.arange(rates) - best[:, None])
    valley = np.repeat((1 + distance * rng.uniform(0.3, 0.7, distance.shape))[:, :, None], SEEDS, axis=2)
    order = rng.permutation(rates) if ends is None else _listed(rng, rates, ends)
    return {"losses": _scaled(valley, rng)[:, order].ravel(), "rates": _grid(rng, rates)[order]}


def with_diverged(rng: Generator, case: int) -> dict[str, Any]:
    """A rate at which runs are nan and the others the best of all: first in the list, last and between; and another one
    at which runs are infinite. Where the first tempts, the last is the best, and the other way round. Else all seeds
    are alike. The smallest and the largest rate stand at the ends of the list."""
    tempting = rng.permutation([0, RATES - 1, int(rng.integers(1, RATES - 1))])
    losses = np.empty((len(NAMES), RATES, SEEDS))
    for tempts, losing, seeds in zip(tempting, losses, rng.permutation(len(DIVERGED)), strict=True):
        best = RATES - 1 - tempts if tempts in (0, RATES - 1) else 1 + tempts % (RATES - 2)
        rates = [tempts, best, *rng.permutation(np.setdiff1d(np.arange(RATES), [tempts, best]))]
        losing[rates] = np.multiply(FACTORS, rng.uniform(0.9, 1.1, RATES))[:, None]
        losing[rates[0], list(DIVERGED[seeds])] = np.nan
        losing[rates[-1], list(INFINITE[seeds])] = np.inf
    order = _listed(rng, RATES, rng.permutation([0, RATES - 1]))
    return {"losses": _scaled(losses, rng).ravel(), "rates": _grid(rng)[order]}


def all_diverged(rng: Generator, case: int) -> dict[str, Any]:
    """No run of any optimizer came to a loss."""
    return {"losses": np.full(len(NAMES) * RATES * SEEDS, np.nan), "rates": rng.permutation(_grid(rng))}


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
