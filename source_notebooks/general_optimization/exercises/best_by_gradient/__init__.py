"""best_by_gradient(value_and_grad, mu, cov, rf, steps) -> (weights, Sharpe ratio).

The reference and the mistakes are models in NumPy of what such a function comes to; the TP's tests hold real ones
against them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe

from ...draws import ALL, DAYS, SOME, market
from ...public import gradient_ways
from .mistakes import Run, equivalents, mistakes, reference

Array = np.ndarray
STEPS = 400
NEAR = 1e-2  # of weights: what any optimizer with a fair rate reaches in so many steps
LEAST = 5  # calls of a gradient that every search needs; a line search needs no more than a few dozen


def best_by_gradient(mu: Any, cov: Any, rf: float, steps: int) -> None:
    """What is put before the learner's function; `value_and_grad` comes from the way."""


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    """Draw a market of five assets."""
    return {**market(rng, ALL), "steps": STEPS}


def told(held: Sequence[float], what: str, *outputs: int, days: int = 1) -> Probe:
    """The weights, or the ratio; the other one is asked as well."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        given = {**market(rng, held, days), "steps": STEPS}
        results = probes.call(ex, ask, given, way="counted")
        for place, name in enumerate(ex.outputs[:2]):
            (ask.expect if place in outputs else ask.read)(results[place], f"{name}, {what}")

    return probe


def calls(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """The gradient is asked once for each step, and one time more for the last value."""
    steps = 60
    *_, count = probes.call(ex, ask, {**market(rng, ALL), "steps": steps}, way="counted")
    ask.expect_between(count, "calls of the gradient in 60 steps", low=LEAST, high=steps + 1)


def model(rule: Any, names: tuple[str, ...], mu: Array, cov: Array, rf: float, steps: int) -> Run:
    """The way `counted` for a function that needs no gradient to be handed in."""
    found: Run = rule(mu, cov, rf, steps)
    return found


exercise = Exercise(
    reference=reference,
    asked=best_by_gradient,
    outputs=("weights", "ratio", "calls"),
    arguments=arguments,
    lecture="general_optimization",
    size=5,
    rtol=0.0,
    atol=NEAR,
    tolerances={"ratio": (0.01, 0.0)},
    seconds=120.0,
    public="gradient_ways",
    way_words=gradient_ways.IN_WORDS,
    ways={"counted": model},
    messages=gradient_ways.MESSAGES["best_by_gradient"],
    checks=(
        Check(
            "all held",
            0.9,
            "The weights must have the highest Sharpe ratio of all that a softmax can give.",
            told(ALL, "all held", 0),
        ),
        Check(
            "some left out",
            0.7,
            "Where the best portfolio leaves assets out their weights must be close to zero.",
            told(SOME, "some left out", 0),
        ),
        Check(
            "its ratio",
            0.5,
            "The ratio must be (w'mu - rf) / sqrt(w'C w) of these weights.",
            told(SOME, "some left out", 1),
        ),
        Check(
            "daily figures",
            0.6,
            "Figures per day must give the same weights: the ratio, and its slopes, are sixteen times smaller.",
            told(SOME, "per day", 0, days=DAYS),
        ),
        Check(
            "calls of the gradient",
            0.3,
            "The compiled gradient must be asked, and at most once a step (and once more for the last value).",
            calls,
            rule=False,
        ),
    ),
    mistakes=mistakes,
    equivalents=equivalents,
    further=None,
)
