"""compare_optimizers(train, optimizers, rates, seeds) -> {optimizer: {"rate", "loss", "inside"}}. Section 3.8."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.catalogue.compare_optimizers import equivalents, mistakes, rule
from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

Array = np.ndarray

NAMES = ("momentum", "rmsprop", "adam")
RATES, SEEDS = 5, 4


def compare_optimizers(losses: Any, rates: Any) -> None:
    """What is put before the learner's function: `course.ways.tabled` makes its `train` from it."""


def _losses(rng: Generator, best: Array) -> Array:
    """Final losses (O, R, S): a valley round the best rate of each optimizer, and seeds that differ a lot."""
    distance = np.abs(np.arange(RATES) - best[:, None])
    return np.exp(0.5 * distance[:, :, None] + rng.normal(0.0, 0.7, (len(NAMES), RATES, SEEDS)))


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the losses of all runs and the grid of rates, in any order."""
    order = rng.permutation(RATES)
    losses = _losses(rng, rng.integers(0, RATES, len(NAMES)))[:, order]
    return {"losses": losses.ravel(), "rates": _grid(rng)[order]}


def _grid(rng: Generator) -> Array:
    return 10.0 ** (rng.uniform(-4, -2) + 0.5 * np.arange(RATES))


def with_diverged(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Losses in which the rate that would be best has runs that diverged, all but one."""
    best = rng.integers(0, RATES, len(NAMES))
    losses = _losses(rng, best)
    for optimizer, rate in enumerate(best):
        losses[optimizer, rate] = rng.choice([np.nan, np.inf], SEEDS)
        losses[optimizer, rate, rng.integers(1, SEEDS - 1)] = 0.01
        losses[optimizer, rate, 0] = np.nan
    return losses.ravel()


def model(rule: Any, names: tuple[str, ...], losses: Array, rates: Array) -> tuple[Array, ...]:
    """The way `tabled` for a function of all losses (O, R, S) at once."""
    found: tuple[Array, ...] = rule(np.asarray(losses, dtype=float).reshape(len(names), len(rates), -1), rates)
    return found


exercise = Exercise(
    reference=rule.variant(),
    asked=compare_optimizers,
    outputs=("rate", "loss", "inside"),
    arguments=arguments,
    lecture="08_choosing",
    checks=(
        Check(
            "best rate",
            1.0,
            "The best rate of an optimizer is the one with the lowest mean loss over all seeds.",
            probes.used("tabled", 0, times=4),
        ),
        Check("its loss", 1.0, "loss is the mean over all seeds at the best rate.", probes.used("tabled", 1, times=4)),
        Check(
            "inside the grid",
            1.0,
            "inside is True if smaller and larger rates than the best one were tried, whatever their order.",
            probes.used("tabled", 2, times=8),
        ),
        Check(
            "diverged runs",
            1.0,
            "A run that diverged (nan or infinite) counts as infinitely bad.",
            probes.used("tabled", times=2, losses=with_diverged),
        ),
    ),
    mistakes=mistakes,
    equivalents=equivalents,
    ways={"tabled": model},
    keywords=NAMES,
)
