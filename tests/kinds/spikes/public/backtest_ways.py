"""The way in which a learner's backtest is used: with models whose forecasts tell what they were given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray


class Model:
    """A model that learns nothing: its forecast is made of the rows that it was fitted to and how often it was."""

    def __init__(self) -> None:
        self.fits = 0
        self.seen = 0.0

    def fit(self, x: Array, y: Array) -> None:
        """Take note of the rows."""
        self.fits += 1
        self.seen = float(np.sum(x)) + 1e3 * float(np.mean(y)) + 1e5 * len(x)

    def predict(self, x: Array) -> Array:
        """One number for each row."""
        if not self.fits:
            raise ValueError("a model was asked for a forecast before it was fitted")
        return np.asarray(x, dtype=float)[:, 0] + self.seen + 1e7 * self.fits


def told(backtest: Any, names: Sequence[str], x: Array, y: Array, times: int, window: int, gap: int) -> Array:
    """The learner's `backtest(make, x, y, times, window, gap)`."""
    return np.asarray(backtest(Model, x.copy(), y.copy(), times, window, gap))


WAYS: dict[str, Callable[..., Array]] = {"told": told}
IN_WORDS = {"told": "with a model that tells what it was given"}
