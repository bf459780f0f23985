"""Best portfolios without an optimizer: the closed form, and non-negative least squares."""

from __future__ import annotations

import numpy as np
from scipy.optimize import nnls

Array = np.ndarray


def tangency(mu: Array, cov: Array, rf: float = 0.02) -> Array:
    """The weights (n,) of the highest Sharpe ratio, with short positions: along C^-1 e, e = mu - rf.

    They are divided by their sum; where that is not positive, by the sum of their absolute values, since another sign
    would make the best portfolio the worst.
    """
    x = np.linalg.solve(cov, mu - rf)
    found: Array = x / x.sum() if x.sum() > 0 else x / np.abs(x).sum()
    return found


def long_only(mu: Array, cov: Array, rf: float = 0.02) -> tuple[Array, Array]:
    """The weights (n,) of the highest Sharpe ratio and those of the lowest variance, none negative, each with sum 1.

    With C = L L' the first go along the x >= 0 that has the least |L'x - L^-1 e|; the second with ones in the place of
    e. At least one excess return has to be positive.
    """
    return without_shorts(mu - rf, cov), calmest(cov)


def calmest(cov: Array) -> Array:
    """The weights (n,) of the lowest variance, none negative, with sum 1."""
    return without_shorts(np.ones(len(cov)), cov)


def without_shorts(e: Array, cov: Array) -> Array:
    """The weights (n,) of the greatest w'e / sqrt(w'C w), none negative, with sum 1; some e is positive."""
    factor = np.linalg.cholesky(cov)
    x, _ = nnls(factor.T, np.linalg.solve(factor, e))
    found: Array = x / x.sum()
    return found
