"""How portfolios without short positions go wrong, and right in other words.

Students minimise with SciPy; here stands where that ends, in closed form. The TP's tests hold SciPy itself against it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from operator import isub
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import calmest, long_only, tangency
from ...reference.weights import without_shorts

Array = np.ndarray
TINY = 1e-3  # a variance below which SciPy's SLSQP sees nothing to gain

rule = Anatomy(
    long_only,
    stages={
        "e": lambda s: s.mu - s.rf,
        "c": lambda s: s.cov,
        "best": lambda s: without_shorts(s.e, s.c),
        "calm": lambda s: calmest(s.c),
    },
    returns=("best", "calm"),
    should=places.LONG_ONLY,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": "general_optimization#no-short-sales", **entry})


def _equal(s: Any) -> Array:
    return np.full(len(s.mu), 1 / len(s.mu))


def _all_in(place: Any, s: Any) -> Array:
    found: Array = np.eye(len(s.mu))[int(place)]
    return found


def _correlation(cov: Array) -> Array:
    d = np.sqrt(np.diag(cov))
    found: Array = cov / np.outer(d, d)
    return found


def _cut(x: Array) -> Array:
    kept = np.maximum(x, 0)
    found: Array = kept / kept.sum()
    return found


def _least(cov: Array) -> Array:
    """The weights of the least variance, of any sign."""
    x = np.linalg.solve(cov, np.ones(len(cov)))
    found: Array = x / x.sum()
    return found


def _supports(n: int) -> Iterator[list[int]]:
    for k in range(1, n + 1):
        yield from map(list, combinations(range(n), k))


def _best_of(value: Callable[[Array], float], on: Callable[[list[int]], Array], n: int) -> Array:
    """Of the candidates that each support has, the one with the highest value."""
    best = np.full(n, 1 / n)
    for support in _supports(n):
        w = np.zeros(n)
        w[support] = on(support)
        if (w >= 0).all() and value(w) > value(best):
            best = w
    return best


def _utility(s: Any) -> Array:
    """The most of w'e - w'C w / 2 among w >= 0 with sum 1."""

    def on(support: list[int]) -> Array:
        c, e = s.c[np.ix_(support, support)], s.e[support]
        one, other = np.linalg.solve(c, np.ones(len(support))), np.linalg.solve(c, e)
        found: Array = other + one * (1 - other.sum()) / one.sum()
        return found

    return _best_of(lambda w: float(w @ s.e - w @ s.c @ w / 2), on, len(s.mu))


mistakes = (
    _wrong(
        "start-comes-back",
        did="SciPy minimises a daily variance with its tolerance of 1e-6, and stops at the start.",
        effect="`success` is True, and each asset has the same weight.",
        hint="For daily figures your weights are all alike: SciPy saw nothing to gain, since the variance is below its "
        "tolerance, and gave the start back. Minimise 10 000 times the variance.",
        section="general_optimization#scipy-and-what-success-means",
        calm=lambda s: _equal(s) if np.mean(s.c) < TINY else calmest(s.c),
    ),
    _wrong(
        "equal-weights",
        did="Each asset gets the same weight.",
        effect="Means and risks have no effect.",
        hint="All your weights are alike. Are those of the optimizer returned, `result.x`, or its start?",
        bare=True,
        best=_equal,
        calm=_equal,
    ),
    _wrong(
        "lowest-ratio",
        did="The ratio itself is minimised.",
        effect="It is the worst portfolio.",
        hint="You minimise the Sharpe ratio. SciPy looks for the lowest value: minimise minus the ratio.",
        best=lambda s: _all_in(np.argmin(s.e / np.sqrt(np.diag(s.c))), s),
    ),
    _wrong(
        "highest-variance",
        did="Minus the variance is minimised.",
        effect="Everything goes into the wildest asset.",
        hint="Your second portfolio has the highest variance. Minimise the variance, without a minus.",
        calm=lambda s: _all_in(np.argmax(np.diag(s.c)), s),
    ),
    _wrong(
        "order",
        did="The calmest weights are returned first.",
        effect="Who unpacks the results takes one for the other.",
        hint="The results come in the wrong order: first the weights of the highest ratio, then the calmest.",
        returns=("calm", "best"),
    ),
    _wrong(
        "twice-the-best",
        did="The weights of the highest ratio are returned twice.",
        effect="The calmest portfolio is not there.",
        hint="You return the weights of the highest ratio twice. The second are those of the lowest variance.",
        calm=lambda s: s.best * 1.0,
    ),
    _wrong(
        "twice-the-calmest",
        did="The calmest weights are returned twice.",
        effect="What assets earn has no effect.",
        hint="You return the calmest weights twice. The first are those of the highest ratio.",
        best=lambda s: calmest(s.c),
    ),
    _wrong(
        "tangency-cut-off",
        did="Negative weights of the tangency portfolio are set to zero.",
        effect="What is left was right beside the short positions, not without them.",
        hint="Your first weights are those of the tangency portfolio with the negative ones cut off. The others "
        "have to be found anew without them.",
        best=lambda s: _cut(np.linalg.solve(s.c, s.e)),
    ),
    _wrong(
        "calmest-cut-off",
        did="Negative weights of the calmest portfolio are set to zero.",
        effect="What is left was right beside the short positions, not without them.",
        hint="Your second weights are those of the calmest portfolio with the negative ones cut off. The others "
        "have to be found anew without them.",
        calm=lambda s: _cut(_least(s.c)),
    ),
    _wrong(
        "both-cut-off",
        did="Negative weights of both portfolios that may be short are set to zero.",
        effect="What is left was right beside the short positions, not without them.",
        hint="Your weights are those of the portfolios with short positions, the negative ones cut off. The others "
        "have to be found anew without them.",
        best=lambda s: _cut(np.linalg.solve(s.c, s.e)),
        calm=lambda s: _cut(_least(s.c)),
    ),
    _wrong(
        "no-bounds",
        did="There are no bounds.",
        effect="Some weights are negative.",
        hint="Some of your weights are negative. Give `minimize` bounds: `bounds=[(0, 1)] * n`.",
        best=lambda s: tangency(s.e, s.c, 0.0),
        calm=lambda s: _least(s.c),
    ),
    _wrong(
        "no-budget",
        did="Nothing holds the sum of the weights.",
        effect="The direction is right, the sum is whatever came out.",
        hint="Your weights do not sum to 1. Give `minimize` the constraint, or divide by the sum.",
        best=lambda s: 2 * without_shorts(s.e, s.c),
        calm=lambda s: np.zeros(len(s.mu)),
    ),
    _wrong(
        "rf-forgotten",
        did="mu is used for e.",
        effect="It is the best portfolio of somebody without a riskless rate.",
        hint="The riskless rate has no effect: the ratio is (w'mu - rf) / s.",
        e=lambda s: s.mu * 1.0,
    ),
    _wrong(
        "excess-without-its-sign",
        did="The absolute values of the excess returns are taken.",
        effect="An asset that loses looks as good as one that earns.",
        hint="An asset that earns less than rf counts as one that earns more. e = mu - rf, with its sign.",
        e=lambda s: np.abs(s.mu - s.rf),
    ),
    _wrong(
        "losses-cut-off",
        did="Negative excess returns count as zero.",
        effect="What earns less than rf, and is held since it falls when others rise, is bought too much.",
        hint="An asset that earns less than rf counts as one that earns rf. e = mu - rf, with its sign.",
        e=lambda s: np.maximum(s.mu - s.rf, 0.0),
    ),
    _wrong(
        "correlation",
        did="The correlation stands for the covariance.",
        effect="All assets count as equally risky: wild ones get too much.",
        hint="You use the correlation. Then all assets count as equally risky. Use the covariance.",
        c=lambda s: _correlation(s.cov),
    ),
    _wrong(
        "diagonal-only",
        did="Only the variances of the assets count.",
        effect="What assets have in common has no effect.",
        hint="You use the diagonal of C only. The variance is w'C w with the whole matrix.",
        c=lambda s: np.diag(np.diag(s.cov)),
    ),
    _wrong(
        "highest-return",
        did="The return is maximised.",
        effect="Everything goes into one asset.",
        hint="Your first portfolio has the highest return, whatever its risk. Divide by the volatility.",
        best=lambda s: _all_in(np.argmax(s.e), s),
    ),
    _wrong(
        "calmest-single-asset",
        did="The asset with the lowest variance is taken.",
        effect="Nothing is gained by holding several.",
        hint="You hold the one calmest asset. Several together are calmer.",
        calm=lambda s: _all_in(np.argmin(np.diag(s.c)), s),
    ),
    _wrong(
        "return-minus-variance",
        did="w'e - w'C w / 2 is maximised.",
        effect="It is the best portfolio of somebody who fears risk little.",
        hint="You maximise return minus half the variance. The goal is their ratio: w'e / sqrt(w'C w).",
        convention="mean-variance utility with risk aversion 1 (Markowitz)",
        best=_utility,
    ),
    _wrong(
        "by-inverse-volatility",
        did="The second weights are in proportion to 1 / volatility.",
        effect="What assets have in common has no effect.",
        hint="Your second weights go with 1 / volatility. The lowest w'C w needs the covariances.",
        convention="naive risk parity: w_i in proportion to 1 / volatility_i",
        calm=lambda s: _cut(1 / np.sqrt(np.diag(s.c))),
    ),
    _wrong(
        "by-own-ratio",
        did="The first weights are in proportion to the ratios of the single assets.",
        effect="What assets have in common has no effect.",
        hint="Your first weights go with the ratios of single assets. What they have in common counts, too.",
        best=lambda s: _cut(s.e / np.sqrt(np.diag(s.c))),
    ),
    _wrong(
        "in-place",
        did="`mu -= rf` changes the caller's means.",
        effect="Whoever uses the same means again has subtracted the rate twice.",
        hint="`-=` changes the array that you are given. `mu - rf` makes a new one.",
        e=lambda s: isub(s.mu, s.rf),
    ),
)


def _search(e: Array, cov: Array) -> Array:
    """The best of all supports: on each, the tangency portfolio, if nothing in it is negative."""

    def on(support: list[int]) -> Array:
        x = np.linalg.solve(cov[np.ix_(support, support)], e[support])
        found: Array = x / x.sum()
        return found

    return _best_of(lambda w: float(w @ e / np.sqrt(w @ cov @ w)), on, len(e))


def _projected(s: Any) -> Array:
    """The lowest variance by projected gradients, each step at the rate 1 / (greatest curvature)."""
    rate, w = 1 / np.linalg.eigvalsh(s.c)[-1], _equal(s)
    for _ in range(400):
        w = _onto_the_simplex(w - rate * s.c @ w)
    return w


def _onto_the_simplex(v: Array) -> Array:
    ordered = np.sort(v)[::-1]
    over = (np.cumsum(ordered) - 1) / np.arange(1, len(v) + 1)
    found: Array = np.maximum(v - over[np.sum(ordered > over) - 1], 0)
    return found


equivalents = {
    "search over supports": rule.variant(
        best=lambda s: _search(s.e, s.c), calm=lambda s: _search(np.ones(len(s.mu)), s.c)
    ),
    "projected gradients": rule.variant(calm=_projected),
}
