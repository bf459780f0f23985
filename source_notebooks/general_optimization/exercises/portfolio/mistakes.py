"""How return, volatility and Sharpe ratio go wrong, and right in other words."""

from __future__ import annotations

from operator import isub
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import portfolio

rule = Anatomy(
    portfolio,
    stages={
        "free": lambda s: s.rf,
        "mean": lambda s: s.w @ s.mu,
        "variance": lambda s: s.w @ s.cov @ s.w,
        "risk": lambda s: np.sqrt(s.variance),
        "excess": lambda s: s.mean - s.free,
        "sharpe": lambda s: s.excess / s.risk if s.risk > 0 else 0.0,
    },
    returns=("mean", "risk", "sharpe"),
    should=places.PORTFOLIO,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": "general_optimization#return-volatility-sharpe-ratio", **entry})


mistakes = (
    _wrong(
        "variance-for-volatility",
        did="The variance is returned, and divides.",
        effect="Risk and return are in different units; the ratio changes with the unit.",
        hint="Your volatility is the variance. Take the root of w'C w.",
        risk=lambda s: s.variance,
    ),
    _wrong(
        "diagonal-only",
        did="Only the variances of the assets count.",
        effect="Risk looks smaller than it is wherever assets move together.",
        hint="You add w_i^2 C_ii only. What assets have in common stands off the diagonal: w'C w.",
        variance=lambda s: np.sum(s.w**2 * np.diag(s.cov)),
    ),
    _wrong(
        "mean-of-volatilities",
        did="The volatilities are averaged with the weights.",
        effect="As if all assets moved together: nothing is gained by holding several.",
        hint="You average the volatilities. They do not add up, variances and covariances do: the root of w'C w.",
        risk=lambda s: s.w @ np.sqrt(np.diag(s.cov)),
    ),
    _wrong(
        "weights-once",
        did="One of the weights is missing: the sum of all entries of C w.",
        effect="Small positions count as much as large ones.",
        hint="You sum the entries of C w. Each is multiplied by its weight once more: w'C w.",
        variance=lambda s: np.sum(s.cov @ s.w),
    ),
    _wrong(
        "one-weight-twice",
        did="`np.sum(w * cov * w)` multiplies each column by the square of its own weight.",
        effect="The weight of the other asset of each pair has no effect.",
        hint="`w * cov * w` multiplies column j by w_j twice. Entry (i, j) takes w_i and w_j: `w @ cov @ w`.",
        variance=lambda s: np.sum(s.w * s.cov * s.w),
    ),
    _wrong(
        "equal-weights",
        did="The mean of mu is taken.",
        effect="What is held has no effect on the return.",
        hint="Your return is the plain mean of mu. Use the weights: w'mu.",
        mean=lambda s: np.mean(s.mu),
    ),
    _wrong(
        "return-above-rf",
        did="The return that is returned has rf subtracted.",
        effect="Returns of portfolios look lower than they are.",
        hint="rf is subtracted from the return that you hand back. It belongs into the ratio alone.",
        mean=lambda s: s.w @ s.mu - s.rf,
        excess=lambda s: s.mean,
    ),
    _wrong(
        "rf-twice",
        did="rf is subtracted from the return and once more in the ratio.",
        effect="The ratio is too low by rf over the volatility.",
        hint="You subtract rf twice. The return is w'mu, and the ratio takes rf off once.",
        mean=lambda s: s.w @ s.mu - s.rf,
    ),
    _wrong(
        "rf-forgotten",
        did="The ratio is return over volatility.",
        effect="A portfolio that earns less than a savings account looks good.",
        hint="The riskless rate has no effect: (w'mu - rf) stands above.",
        excess=lambda s: s.mean,
    ),
    _wrong(
        "rf-after-dividing",
        did="rf is subtracted from the ratio.",
        effect="A rate is subtracted from a number without a unit.",
        hint="You subtract rf after dividing. Brackets: (w'mu - rf) / s.",
        sharpe=lambda s: s.mean / s.risk - s.free if s.risk > 0 else 0.0,
    ),
    _wrong(
        "rf-fixed",
        did="rf = 0.02 is written into the code.",
        effect="Right at rf = 0.02 only.",
        hint="You use 0.02 whatever rf is passed. Use rf.",
        free=lambda s: 0.02,
    ),
    _wrong(
        "divided-by-the-variance",
        did="The ratio divides by the variance.",
        effect="The ratio changes with the unit, and prefers calm portfolios.",
        hint="Your ratio divides by the variance. Divide by the volatility.",
        sharpe=lambda s: s.excess / s.variance if s.variance > 0 else 0.0,
    ),
    _wrong(
        "of-a-day",
        did="The results are multiplied by 252 and its root.",
        effect="What is per year already is made a year's once more.",
        hint="You multiply by 252 and by its root. mu and cov have their unit already: leave them.",
        mean=lambda s: 252 * (s.w @ s.mu),
        risk=lambda s: np.sqrt(252 * s.variance),
    ),
    _wrong(
        "nan-without-volatility",
        did="The ratio divides by a volatility of zero.",
        effect="Cash alone gives NaN or infinity.",
        hint="Where the volatility is zero you divide by it. The ratio is 0 there.",
        sharpe=lambda s: np.divide(s.excess, s.risk),
    ),
    _wrong(
        "order",
        did="Volatility comes before return.",
        effect="Who unpacks the results takes one for the other.",
        hint="The results come in the wrong order: return, volatility, Sharpe ratio.",
        returns=("risk", "mean", "sharpe"),
    ),
    _wrong(
        "in-place",
        did="`mu -= rf` changes the caller's means.",
        effect="Whoever uses the same means again has subtracted the rate twice.",
        hint="`-=` changes the array that you are given. `mu - rf` makes a new one.",
        excess=lambda s: s.w @ isub(s.mu, s.rf),
    ),
)

equivalents = {
    "sums": rule.variant(mean=lambda s: np.sum(s.w * s.mu), variance=lambda s: np.sum(np.outer(s.w, s.w) * s.cov)),
    "einsum": rule.variant(variance=lambda s: np.einsum("i,ij,j", s.w, s.cov, s.w)),
    "multi_dot": rule.variant(variance=lambda s: np.linalg.multi_dot([s.w, s.cov, s.w])),
    "excess returns of the assets": rule.variant(excess=lambda s: s.w @ (s.mu - s.rf)),
    "np.where": rule.variant(sharpe=lambda s: float(np.where(s.risk > 0, s.excess / max(s.risk, 1e-300), 0.0))),
}
