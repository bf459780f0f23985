"""trained_line(x, y, times) -> (w, b, loss): a training run, judged by what must hold for it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.variants import Wrong

Array = np.ndarray
Run = tuple[float, float, float]


def _descent(x: Array, y: Array, times: int, eta: float = 0.3, sign: float = 1.0, b_moves: float = 1.0) -> Run:
    w = b = 0.0
    for _ in range(times):
        error = w * x + b - y
        w -= sign * eta * 2 * np.mean(error * x)
        b -= b_moves * sign * eta * 2 * np.mean(error)
    return w, b, np.mean((w * x + b - y) ** 2)


def trained_line(x: Array, y: Array, times: int) -> Run:
    """Train w x + b to the least mean squared error, in any way; also returns that error."""
    return _descent(x, y, times)


def uphill(x: Array, y: Array, times: int) -> Run:
    return _descent(x, y, times, sign=-1.0)


def no_intercept(x: Array, y: Array, times: int) -> Run:
    return _descent(x, y, times, b_moves=0.0)


def too_fast(x: Array, y: Array, times: int) -> Run:
    return _descent(x, y, times, eta=1e30)


def too_short(x: Array, y: Array, times: int) -> Run:
    return _descent(x, y, 2)


def by_batches(x: Array, y: Array, times: int) -> Run:
    """Right: batches in a random order, the rate falls."""
    rng = np.random.default_rng()
    w = b = 0.0
    for epoch in range(times):
        for rows in np.array_split(rng.permutation(len(x)), 4):
            error = w * x[rows] + b - y[rows]
            eta = 0.2 / (1 + epoch / 5)
            w, b = w - eta * 2 * np.mean(error * x[rows]), b - eta * 2 * np.mean(error)
    return w, b, np.mean((w * x + b - y) ** 2)


def solved(x: Array, y: Array, times: int) -> Run:
    """Right: no run at all."""
    w, b = np.polyfit(x, y, 1)
    return w, b, np.mean((w * x + b - y) ** 2)


def arguments(rng: Generator, size: tuple[int, ...]) -> dict[str, Any]:
    """Draw a line with noise."""
    x = rng.normal(size=size)
    y = float(rng.uniform(1, 2)) * x + float(rng.uniform(1, 2)) + rng.normal(0.0, 0.3, size)
    return {"x": x, "y": y, "times": 60}


def bounds(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """The loss ends near the least one."""
    for k in range(3):
        given = probes.drawn(ex, rng)
        least = np.polyfit(given["x"], given["y"], 1, full=True)[1][0] / len(given["x"])
        _, _, loss = probes.call(ex, ask, given)
        ask.expect_between(loss, f"loss, case {k + 1}", low=0.999 * least, high=1.05 * least)


def finite(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """The weights are numbers."""
    for ref, name in zip(probes.call(ex, ask, probes.drawn(ex, rng))[:2], "wb", strict=True):
        ask.expect_between(ref, name, low=-1e6, high=1e6)


exercise = Exercise(
    reference=trained_line,
    outputs=("w", "b", "loss"),
    arguments=arguments,
    size=(40,),
    checks=(
        Check("it learns", 2.0, "The last loss must come near the least one that a line can have.", bounds),
        Check("finite", 1.0, "The weights must stay finite.", finite, rule=False),
    ),
    mistakes=(
        Wrong("uphill", "You add the gradient: the loss rises.", written=uphill),
        Wrong("no-intercept", "Your b stays 0.", written=no_intercept),
        Wrong("too-fast", "Your rate is far too large: the weights leave the numbers.", written=too_fast),
        Wrong("too-short", "You stop before the loss is down.", written=too_short),
    ),
    equivalents={"by batches": by_batches, "solved": solved},
    further=None,
)
