"""How the tangency portfolio goes wrong, and right in other words."""

from __future__ import annotations

from operator import isub
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import tangency

Array = np.ndarray

rule = Anatomy(
    tangency,
    stages={
        "e": lambda s: s.mu - s.rf,
        "x": lambda s: np.linalg.solve(s.cov, s.e),
        "total": lambda s: np.sum(s.x),
        "w": lambda s: s.x / s.total if s.total > 0 else s.x / np.sum(np.abs(s.x)),
    },
    returns=("w",),
    should=places.TANGENCY,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": "general_optimization#the-tangency-portfolio", **entry})


def _correlation(cov: Array) -> Array:
    d = np.sqrt(np.diag(cov))
    found: Array = cov / np.outer(d, d)
    return found


mistakes = (
    _wrong(
        "sign-turned",
        did="The weights are divided by their sum, also where it is negative.",
        effect="Where more is sold than bought the best portfolio becomes the worst.",
        hint="You divide by the sum also where it is negative: then the best portfolio becomes the worst. "
        "Divide by the sum of the absolute values there.",
        w=lambda s: s.x / s.total,
    ),
    _wrong(
        "always-absolute",
        did="The weights are always divided by the sum of absolute values.",
        effect="With short positions the weights do not sum to 1.",
        hint="You always divide by the sum of the absolute values. Where the sum is positive, divide by the sum.",
        w=lambda s: s.x / np.sum(np.abs(s.x)),
    ),
    _wrong(
        "absolute-sum",
        did="The weights are divided by the absolute value of their sum.",
        effect="Where more is sold than bought the weights sum to -1, and their size depends on how much.",
        hint="You divide by the absolute value of the sum. Where it is negative, divide by the sum of the "
        "absolute values.",
        w=lambda s: s.x / np.abs(s.total),
    ),
    _wrong(
        "unit-length",
        did="The weights are divided by their length.",
        effect="The direction is right, the weights do not sum to 1.",
        hint="You divide by the length of x. Weights sum to 1: divide by the sum.",
        w=lambda s: s.x / np.linalg.norm(s.x),
    ),
    _wrong(
        "not-normalised",
        did="C^-1 e comes back as it is.",
        effect="The direction is right, the weights do not sum to 1.",
        hint="Your weights do not sum to 1. Divide x by its sum.",
        w=lambda s: s.x * 1.0,
    ),
    _wrong(
        "correlation",
        did="The correlation stands for the covariance.",
        effect="All assets count as equally risky: wild ones get too much.",
        hint="You solve with the correlation. Then all assets count as equally risky. Solve with the covariance.",
        x=lambda s: np.linalg.solve(_correlation(s.cov), s.e),
    ),
    _wrong(
        "not-inverted",
        did="C e, without the inverse.",
        effect="The riskier an asset, the more of it.",
        hint="You multiply by C. The gradient is zero where C x = e: solve for x.",
        x=lambda s: s.cov @ s.e,
    ),
    _wrong(
        "entries-inverted",
        did="1 / C is taken entry by entry.",
        effect="It is no inverse of the matrix.",
        hint="`1 / cov` divides entry by entry. The inverse of a matrix is another thing: `np.linalg.solve(cov, e)`.",
        x=lambda s: (1 / s.cov) @ s.e,
    ),
    _wrong(
        "rf-forgotten",
        did="mu is used for e.",
        effect="It is the best portfolio of somebody without a riskless rate.",
        hint="The riskless rate has no effect: solve with e = mu - rf.",
        e=lambda s: s.mu * 1.0,
    ),
    _wrong(
        "least-variance",
        did="Ones stand for e.",
        effect="It is the calmest portfolio, whatever it earns.",
        hint="You solve with ones: that is the portfolio of the least variance. Solve with e = mu - rf.",
        e=lambda s: np.ones(len(s.mu)),
    ),
    _wrong(
        "diagonal-only",
        did="e is divided by the variances.",
        effect="What assets have in common has no effect: too much of what moves together.",
        hint="You divide by the variances alone. What assets have in common stands beside them: solve with all of C.",
        x=lambda s: s.e / np.diag(s.cov),
    ),
    _wrong(
        "by-volatility",
        did="e is divided by the volatilities.",
        effect="Each asset gets its own Sharpe ratio as a weight.",
        hint="Your weights are the Sharpe ratios of single assets. Solve C x = e.",
        x=lambda s: s.e / np.sqrt(np.diag(s.cov)),
    ),
    _wrong(
        "cut-off",
        did="Negative weights are set to zero, and the rest is divided by its sum.",
        effect="It has no short positions, and is not the best of those that have none.",
        hint="You set negative weights to zero. Here short positions are allowed.",
        w=lambda s: np.maximum(s.x, 0) / np.sum(np.maximum(s.x, 0)),
    ),
    _wrong(
        "softmax-of-the-direction",
        did="The softmax of C^-1 e is taken.",
        effect="All weights are positive, and none is right.",
        hint="You take a softmax. The closed form needs none: divide x by its sum.",
        w=lambda s: np.exp(s.x - np.max(s.x)) / np.sum(np.exp(s.x - np.max(s.x))),
    ),
    _wrong(
        "in-place",
        did="`mu -= rf` changes the caller's means.",
        effect="Whoever uses the same means again has subtracted the rate twice.",
        hint="`-=` changes the array that you are given. `mu - rf` makes a new one.",
        e=lambda s: isub(s.mu, s.rf),
    ),
)


def _by_factor(s: Any) -> Array:
    factor = np.linalg.cholesky(s.cov)
    found: Array = np.linalg.solve(factor.T, np.linalg.solve(factor, s.e))
    return found


def _by_axes(s: Any) -> Array:
    values, axes = np.linalg.eigh(s.cov)
    found: Array = axes @ ((axes.T @ s.e) / values)
    return found


equivalents = {
    "the inverse": rule.variant(x=lambda s: np.linalg.inv(s.cov) @ s.e),
    "pinv": rule.variant(x=lambda s: np.linalg.pinv(s.cov) @ s.e),
    "lstsq": rule.variant(x=lambda s: np.linalg.lstsq(s.cov, s.e, rcond=None)[0]),
    "Cholesky": rule.variant(x=_by_factor),
    "principal axes": rule.variant(x=_by_axes),
}
