"""How sure one is of a difference between runs: paired intervals, win probabilities, performance profiles."""

from __future__ import annotations

from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from course.experiments.training.models import Array

LEVEL = 0.95
FEWEST = 5  # pairs, below which a resample tells nothing of the spread
RESAMPLES = 9_999
TINY = 1e-38  # below this float32 knows no loss; it stands for 0, which has no logarithm


class Interval(NamedTuple):
    """An estimate, and the range that covers the truth in a share `level` of all repetitions."""

    estimate: float
    low: float
    high: float


def shown(interval: Interval) -> str:
    """The estimate and its interval for people, with as many digits as the width of the interval allows."""
    width, largest = interval.high - interval.low, max(map(abs, interval))
    if not (0 < width < np.inf) or not 1e-3 < largest < 1e5:
        return f"{interval.estimate:.3g} ({interval.low:.3g} to {interval.high:.3g})"
    decimals = max(0, 1 - int(np.floor(np.log10(width))))
    return f"{interval.estimate:.{decimals}f} ({interval.low:.{decimals}f} to {interval.high:.{decimals}f})"


def log_ratios(ones: ArrayLike, others: ArrayLike) -> Array:
    """log(one / other) pair by pair, (n,). Infinite where a run diverged, 0 where both did. ValueError below 0."""
    one, other = np.asarray(ones, dtype=float), np.asarray(others, dtype=float)
    if one.shape != other.shape:
        raise ValueError(f"there are {one.size} values on one side and {other.size} on the other: they are no pairs")
    if np.any(one < 0) or np.any(other < 0):
        raise ValueError("a ratio of losses needs losses that are not negative")
    logs = [np.log(np.maximum(values, TINY)) for values in (one, other)]
    both = np.isinf(logs[0]) & np.isinf(logs[1])
    return np.where(both, 0.0, logs[0] - np.where(both, 0.0, logs[1]))


def mean_interval(values: ArrayLike, level: float = LEVEL, resamples: int = RESAMPLES) -> Interval:
    """The mean of values (n,) and its studentised bootstrap interval (Efron and Tibshirani 1993, section 12.5).

    For pairs, hand in their differences. With ten values the plain percentile interval covers the truth in 90 % of
    all cases instead of 95 %; dividing each resample by its own spread mends that. Same values, same interval.

    An infinite value is a run that diverged: the mean is infinite, and so is the interval on that side. Its other
    end is that of the values with the largest finite one in the place of the infinite, which is no exaggeration.

    Raises:
        ValueError: fewer than FEWEST values.
    """
    x = np.asarray(values, dtype=float)
    if x.size < FEWEST:
        raise ValueError(f"an interval needs {FEWEST} values or more, and there are {x.size}")
    if np.isinf(x).any():
        return _unbounded(x, level, resamples)
    n, mean, spread = x.size, float(x.mean()), float(x.std(ddof=1))
    if spread <= 1e-12 * np.abs(x).max():
        return Interval(mean, mean, mean)
    z = (x - mean) / spread
    counts = _resamples(n, resamples)
    means = counts @ z / n
    variances = np.maximum(counts @ z**2 / n - means**2, 0) * n / (n - 1)
    some = variances > 1e-12  # a resample of one value over and over has no spread to divide by
    t = means[some] / np.sqrt(variances[some])
    low, high = np.quantile(t, [(1 + level) / 2, (1 - level) / 2])
    return Interval(mean, mean - float(low) * spread, mean - float(high) * spread)


@lru_cache(maxsize=2)
def _resamples(n: int, resamples: int) -> Array:
    """How often each of n values is drawn in each resample, (resamples, n): the same whenever it is asked for."""
    return np.random.default_rng(n).multinomial(n, np.full(n, 1 / n), size=resamples).astype(float)


def _unbounded(x: Array, level: float, resamples: int) -> Interval:
    finite = x[np.isfinite(x)]
    up, down = bool((x == np.inf).any()), bool((x == -np.inf).any())
    if up and down:
        return Interval(float("nan"), -float("inf"), float("inf"))
    end = float("inf") if up else -float("inf")
    if not finite.size:
        return Interval(end, end, end)
    inside = mean_interval(np.where(np.isinf(x), finite.max() if up else finite.min(), x), level, resamples)
    return Interval(end, inside.low if up else end, end if up else inside.high)


def win_probability(ones: ArrayLike, others: ArrayLike, level: float = LEVEL) -> Interval:
    """The share of pairs in which the first is lower, a tie counting half, with Wilson's interval (1927)."""
    one, other = np.asarray(ones, dtype=float), np.asarray(others, dtype=float)
    n = one.size
    share = float(np.mean((one < other) + 0.5 * (one == other)))
    z = NormalDist().inv_cdf((1 + level) / 2)
    middle = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z * float(np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))) / (1 + z**2 / n)
    # At a share of 0 or 1 the end of the interval is that, and only rounding would say otherwise.
    return Interval(share, middle - half if share > 0 else 0.0, middle + half if share < 1 else 1.0)


def performance_profile(losses: ArrayLike, within: ArrayLike) -> Array:
    """The profiles of Dolan and More (2002), (solvers, taus).

    Args:
        losses: (problems, solvers), positive; inf where a solver failed.
        within: taus (taus,), 1 or more.

    Returns:
        for each solver and tau the share of the problems on which its loss is at most tau times the lowest one.
    """
    table, taus = np.asarray(losses, dtype=float), np.asarray(within, dtype=float)
    best = np.maximum(table.min(axis=1, keepdims=True), TINY)
    with np.errstate(invalid="ignore"):
        ratios = np.where(np.isinf(table), np.inf, np.maximum(table, TINY) / best)
    near: Array = ratios[:, :, None] <= taus * (1 + 1e-12)
    return near.mean(axis=0)
