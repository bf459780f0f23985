"""A number that comes from chance: its middle over the seeds, and where it falls when it is computed with others."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

FEWEST = 39
"""Seeds, below which the smallest and the largest value hold a new one with less than 95 %."""

NORMAL = NormalDist().inv_cdf(0.975)


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

    @property
    def less(self) -> Spread:
        """What is missing from 1: of the ratio 0.8 (0.7 to 0.9) it is 0.2 (0.1 to 0.3)."""
        return Spread(1 - self.middle, 1 - self.high, 1 - self.low, self.seeds)

    @property
    def more(self) -> Spread:
        """What is beyond 1: of the ratio 1.2 (1.1 to 1.3) it is 0.2 (0.1 to 0.3)."""
        return Spread(self.middle - 1, self.low - 1, self.high - 1, self.seeds)


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


def ratio_over_seeds(ones: npt.ArrayLike, others: npt.ArrayLike) -> Spread:
    """The geometric mean of ratios, pair by pair: (n,) losses each, one pair for each seed, n >= 39.

    The range is the one into which the same mean falls in 95 % of cases when it is computed from n other seeds. Both
    means have their own chance, so that it is a root of two wider than the interval that covers the truth.

    Raises:
        ValueError: fewer than 39 pairs, or a value that has no logarithm, as that of a run that diverged.
    """
    pairs = np.array([ones, others], dtype=float)
    if pairs.shape[-1] < FEWEST:
        raise ValueError(f"a range over seeds needs {FEWEST} values or more, and there are {pairs.shape[-1]}")
    if not (np.isfinite(pairs).all() and (pairs > 0).all()):
        raise ValueError("a range over seeds needs positive numbers, and one of the values is none")
    logs = np.log(pairs[0] / pairs[1])
    half = NORMAL * np.sqrt(2 / logs.size) * logs.std(ddof=1)
    low, middle, high = np.exp(logs.mean() + half * np.array([-1, 0, 1]))
    return Spread(float(middle), float(low), float(high), logs.size)
