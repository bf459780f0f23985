"""backtest(make, x, y, times, window, gap): a function that is given a function which makes models."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.variants import Wrong

from ..public import backtest_ways

Array = np.ndarray


def backtest(x: Any, y: Any, times: int, window: int, gap: int) -> None:
    """What is put before the learner's function; `make` comes from the way."""


def right(make: Any, x: Array, y: Array, times: int, window: int, gap: int) -> Array:
    """The last `times` rows are forecast, each by a new model of the `window` rows that end `gap` before it."""
    found = []
    for t in range(len(x) - times, len(x)):
        model = make()
        model.fit(x[t - gap - window : t - gap], y[t - gap - window : t - gap])
        found.append(model.predict(x[t : t + 1])[0])
    return np.array(found)


def one_model(make: Any, x: Array, y: Array, times: int, window: int, gap: int) -> Array:
    model = make()
    return right(lambda: model, x, y, times, window, gap)


def no_gap(make: Any, x: Array, y: Array, times: int, window: int, gap: int) -> Array:
    return right(make, x, y, times, window, 0)


def fitted_once(make: Any, x: Array, y: Array, times: int, window: int, gap: int) -> Array:
    model, t = make(), len(x) - times
    model.fit(x[t - gap - window : t - gap], y[t - gap - window : t - gap])
    return model.predict(x[t:])


def whole_past(make: Any, x: Array, y: Array, times: int, window: int, gap: int) -> Array:
    found = []
    for t in range(len(x) - times, len(x)):
        model = make()
        model.fit(x[: t - gap], y[: t - gap])
        found.append(float(model.predict(x[t : t + 1])[0]))
    return np.array(found)


def from_the_end(make: Any, x: Array, y: Array, times: int, window: int, gap: int) -> Array:
    """Right, in other words."""
    found, stop = [], len(x)
    while len(found) < times:
        stop -= 1
        model = make()
        rows = np.arange(stop - gap - window, stop - gap)
        model.fit(x[rows], y[rows])
        found.insert(0, model.predict(x[[stop]]).item())
    return np.array(found)


def arguments(rng: Generator, size: tuple[int, int]) -> dict[str, Any]:
    """Draw n rows of p numbers and what to forecast."""
    n, p = size
    return {
        "x": rng.normal(size=(n, p)),
        "y": rng.normal(size=n),
        "times": int(rng.integers(3, 6)),
        "window": int(rng.integers(4, 8)),
        "gap": int(rng.integers(1, 3)),
    }


exercise = Exercise(
    reference=right,
    asked=backtest,
    outputs=("vector of forecasts",),
    arguments=arguments,
    size=(20, 2),
    public="backtest_ways",
    way_words=backtest_ways.IN_WORDS,
    ways=backtest_ways.WAYS,
    checks=(
        Check(
            "one forecast", 1.0, "A model must see `window` rows.", probes.used("told", fixed={"times": 1, "gap": 0})
        ),
        Check("the gap", 1.0, "Between them and the forecast lie `gap` rows.", probes.used("told", fixed={"times": 1})),
        Check("a new model each", 1.0, "Each forecast needs a new model.", probes.used("told")),
    ),
    mistakes=(
        Wrong("one-model-for-all", "You fit one model again and again. Make a new one.", written=one_model),
        Wrong("no-gap", "Your model sees the rows of the gap.", written=no_gap),
        Wrong("fitted-once", "You fit once and forecast everything.", written=fitted_once),
        Wrong("whole-past", "You fit to all rows of the past, not to `window` of them.", written=whole_past),
    ),
    equivalents={"from the end": from_the_end},
)
