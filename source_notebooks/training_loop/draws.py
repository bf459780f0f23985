"""What arguments are drawn from: which numbers are large, small or negative is the same in all draws; digits are fresh.

The ranges are so narrow that no bound that somebody might set lies in them.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.random import Generator

Array = np.ndarray
Shape = tuple[int, ...]


def spread(rng: Generator, shape: Shape, low: float, high: float, first: float = 0.0) -> Array:
    """Numbers from low to high, evenly spread but for a little chance, up and down in the same order in all draws.
    Another `first` gives another order."""
    n = math.prod(shape)
    order = np.argsort(np.argsort((first + 0.618 * np.arange(n)) % 1))
    apart = (high - low) / n
    return (low + apart * (order + 0.495 + 0.01 * rng.random(n))).reshape(shape)


def signed(rng: Generator, shape: Shape, low: float, high: float, first: float = 0.0) -> Array:
    """The same with both signs: two positive, two negative, and so on; the first is negative from first = 0.5 on."""
    turns = (np.arange(math.prod(shape)) // 2 + (first >= 0.5)) % 2
    return np.where(turns, -1.0, 1.0).reshape(shape) * spread(rng, shape, low, high, first)


def near(rng: Generator, middle: float) -> float:
    """A number within a hundredth of this one."""
    return middle * float(rng.uniform(0.99, 1.01))
