"""What cases are drawn from: their shape is placed, only digits are fresh, in ranges in which nothing is decided."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator

Array = np.ndarray


def near(rng: Generator, values: Sequence[float] | Array, off: float = 0.01) -> Array:
    """These numbers, each off by at most so much; equal ones stay equal, and what is no number stays so."""
    found = np.asarray(values, dtype=float)
    _, place = np.unique(found, return_inverse=True)
    return found + rng.uniform(-off, off, size=len(found))[place]


def one(rng: Generator, middle: float) -> float:
    """A number within a hundredth of this one."""
    return middle * float(rng.uniform(0.99, 1.01))
