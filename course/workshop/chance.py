"""A number that comes from chance: its middle over the seeds, and where it falls when it is computed with others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FEWEST = 39
"""Seeds, below which the smallest and the largest value hold a new one with less than 95 %."""


class Spread(NamedTuple):
    """What a page prints of a number from chance.

    Attributes:
        middle: the number itself.
        low, high: it falls between them in 95 % of cases when it is computed again with other seeds.
        seeds: how many it was computed from.
    """

    middle: float
    low: float
    high: float
    seeds: int


def over_seeds(values: npt.ArrayLike) -> Spread:
    """One value for each seed (n,), n >= 39 -> their median, and the range in which the value of a new seed lies.

    A new value is equally likely to fall into each of the n + 1 gaps between the sorted ones. So it lies between the
    k-th smallest and the k-th largest with probability 1 - 2k / (n + 1), whatever the distribution is. k is the largest
    for which this is 95 % or more. An infinite value is a run that diverged.

    Raises:
        ValueError: fewer than 39 values, or a value is nan.
    """
    x = np.sort(np.asarray(values, dtype=float).ravel())
    if x.size < FEWEST:
        raise ValueError(f"a range over seeds needs {FEWEST} values or more, and there are {x.size}")
    if np.isnan(x).any():
        raise ValueError("a range over seeds needs numbers, and one of the values is nan")
    k = (x.size + 1) // 40
    return Spread(float(np.median(x)), float(x[k - 1]), float(x[-k]), x.size)
