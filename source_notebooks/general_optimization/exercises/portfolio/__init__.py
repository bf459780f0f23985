"""portfolio(w, mu, cov, rf=0.02) -> (return, volatility, Sharpe ratio)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from tps.training_loop.promises import inputs_unchanged

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe

from ... import questions
from ...draws import covariances, near
from ...reference import portfolio
from .mistakes import equivalents, mistakes

Array = np.ndarray
MEANS = (0.06, 0.11, 0.04, 0.15, 0.09)
LONG, SHORT = (0.3, 0.25, 0.1, 0.2, 0.15), (0.7, 0.5, -0.4, 0.3, -0.1)


def weights(like: tuple[float, ...]) -> Callable[[Generator, Any], Array]:
    """A drawer of weights about like these, with sum 1."""

    def draw(rng: Generator, size: Any) -> Array:
        drawn = near(rng, like, 0.1)
        found: Array = drawn / drawn.sum()
        return found

    return draw


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    """Draw a portfolio of five assets."""
    return {
        "w": weights(LONG)(rng, size),
        "mu": near(rng, MEANS),
        "cov": covariances(rng),
        "rf": float(rng.uniform(0.031, 0.039)),
    }


def told(output: int) -> Probe:
    """One of the results, with weights of one sign and of both."""
    return probes.all_of(
        probes.calls(output, times=2),
        probes.calls(output, times=2, fixed={"w": weights(SHORT)}, what=", with short positions"),
    )


def poor(rng: Generator, size: Any) -> float:
    """A rate without risk that is above the return of each asset: the Sharpe ratio is negative."""
    return float(rng.uniform(0.31, 0.39))


def riskless(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Everything is in an asset without any risk; what it earns is not rf."""
    given = probes.drawn(ex, rng)
    cov = given["cov"].copy()
    cov[0], cov[:, 0] = 0.0, 0.0
    for ref, name in zip(probes.call(ex, ask, given | {"w": np.eye(5)[0], "cov": cov}), ex.outputs, strict=True):
        ask.expect(ref, name)


exercise = Exercise(
    reference=portfolio,
    outputs=("return", "volatility", "Sharpe ratio"),
    arguments=arguments,
    lecture="general_optimization",
    size=5,
    checks=(
        Check("return", 0.4, "The return must be w'mu.", told(0)),
        Check("volatility", 0.7, "The volatility must be the root of w'C w, with all entries of C.", told(1)),
        Check(
            "Sharpe ratio",
            0.6,
            "The Sharpe ratio must be (w'mu - rf) divided by the volatility.",
            probes.all_of(told(2), probes.calls(2, times=1, fixed={"rf": poor}, what=", below rf")),
        ),
        Check("rf by default", 0.1, "Without rf the function must use 0.02.", probes.calls(2, defaults=True, times=1)),
        Check(
            "no volatility", 0.1, "Without volatility the Sharpe ratio must be 0 (0/0 gives NaN).", riskless, rule=False
        ),
        inputs_unchanged(0.1),
    ),
    mistakes=mistakes,
    questions=questions.PORTFOLIO,
    equivalents=equivalents,
)
