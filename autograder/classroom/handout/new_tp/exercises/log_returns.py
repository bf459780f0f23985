"""log_returns(prices) -> returns."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.variants import Wrong

Array = np.ndarray


def log_returns(prices: Array) -> Array:
    """The reference: it has the name and the arguments that students type. prices: (n,); returns: (n - 1,)."""
    return np.diff(np.log(prices))


def arguments(rng: Generator, size: tuple[int, ...]) -> dict[str, Any]:
    """Draw what one call takes, fresh for each student."""
    return {"prices": 100.0 * np.exp(np.cumsum(rng.normal(0.0, 0.02, size)))}


def simple_returns(prices: Array) -> Array:
    """A mistake, written as a student would write it."""
    return np.diff(prices) / prices[:-1]


def backwards(prices: Array) -> Array:
    """Another one."""
    return np.log(prices[:-1]) - np.log(prices[1:])


def by_division(prices: Array) -> Array:
    """Right, in other words: it must pass."""
    return np.log(prices[1:] / prices[:-1])


exercise = Exercise(
    reference=log_returns,
    outputs=("returns",),
    arguments=arguments,
    size=(6,),
    checks=(
        # A name, a share of the points, what is not so if it is missed, and what is asked.
        Check("returns", 4.0, "Each return must be the logarithm of a price over the one before.", probes.calls()),
        Check("two prices", 1.0, "Two prices must give one return.", probes.calls(times=1, size=(2,))),
    ),
    mistakes=(
        Wrong(
            "simple-returns",
            hint="These are simple returns, the change over the price before. Take logarithms: log p_t - log p_(t-1).",
            written=simple_returns,
        ),
        Wrong(
            "backwards",
            hint="Every sign is wrong: you subtract the later price. It is log p_t - log p_(t-1).",
            written=backwards,
        ),
    ),
    equivalents={"by division": by_division},
)
