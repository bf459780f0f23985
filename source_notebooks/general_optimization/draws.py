"""Placed portfolios: which assets are held is decided here, and only digits are drawn.

A mean is made from the weights that shall be the best: with C w / s times the ratio as the excess return w is the
tangency portfolio; less than that for assets that shall not be held keeps them out of a portfolio without shorts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.random import Generator

Array = np.ndarray
VOLATILITIES = (0.18, 0.20, 0.24, 0.45, 0.55)  # three of them make the calmest portfolio, the others are too wild
CORRELATION = 0.4
CLOSER = np.full((5, 5), CORRELATION)
CLOSER[0, 3] = 0.8  # the calmest asset and a wild one: the calmest portfolio asks for a short position of a quarter
HEDGED = np.full((5, 5), CORRELATION)
HEDGED[0] = -0.6  # the calmest asset rises when the others fall: it is held although it earns less than rf
# Best weights that are far from equal ones: of all assets, and of three.
ALL, SOME = (0.13, 0.34, 0.10, 0.19, 0.24), (0.0, 0.45, 0.0, 0.25, 0.3)
RATIO = 0.5  # the Sharpe ratio of the best portfolio, per year
HARDLY, GREAT = 0.05, 10.0  # those for which the sum of C^-1 e lies between -1 and 1, or entries of it above 10
SLOPE = 0.3  # by how much the slope of the ratio is negative where nothing is held
LOSS = 0.6  # so far below zero that what is not held earns clearly less than rf
DAYS = 252


def near(rng: Generator, numbers: Any, share: float = 0.03) -> Array:
    """These numbers, each a little off."""
    values = np.asarray(numbers, dtype=float)
    return values * rng.uniform(1 - share, 1 + share, values.shape)


def covariances(rng: Generator, correlation: float | Array = CORRELATION) -> Array:
    """A covariance (5, 5) per year. correlation: of all pairs, or (5, 5) of which the upper triangle counts."""
    n = len(VOLATILITIES)
    upper = np.triu(near(rng, np.broadcast_to(correlation, (n, n))), 1)
    volatility = near(rng, VOLATILITIES)
    found: Array = (upper + upper.T + np.eye(n)) * np.outer(volatility, volatility)
    return found


def best_at(x: Sequence[float] | Array, cov: Array, ratio: float = RATIO) -> Array:
    """The excess returns (n,) for which the highest Sharpe ratio, that one, is at weights along x (n,)."""
    x = np.asarray(x, dtype=float)
    found: Array = ratio * cov @ x / np.sqrt(x @ cov @ x)
    return found


def market(
    rng: Generator, x: Sequence[float], days: int = 1, correlation: float | Array = CORRELATION, slope: float = SLOPE
) -> dict[str, Any]:
    """mu, cov and rf, per year or per day, whose best weights without short positions go about along x (n,). slope: by
    how much that of the ratio is negative where nothing is held."""
    cov = covariances(rng, correlation)
    held = near(rng, x)
    e = best_at(held, cov)
    out = held == 0
    e[out] -= near(rng, np.full(out.sum(), slope), 0.1) * np.sqrt(held @ cov @ held) / held.sum()
    return shuffled(rng, e, cov, days)


def with_best(rng: Generator, x: Sequence[float], days: int = 1, ratio: float = RATIO) -> dict[str, Any]:
    """mu, cov and rf, per year or per day, whose tangency portfolio goes along about these weights."""
    cov = covariances(rng)
    return shuffled(rng, best_at(near(rng, x), cov, ratio), cov, days)


def shuffled(rng: Generator, e: Array, cov: Array, days: int = 1) -> dict[str, Any]:
    """The assets in another order, as what functions take; rates per year, or per day for so many days."""
    order = rng.permutation(len(e))
    rf = float(rng.uniform(0.028, 0.032)) / days
    return {"mu": e[order] / days + rf, "cov": cov[np.ix_(order, order)] / days, "rf": rf}
