"""How the gradient of the Sharpe ratio goes wrong, and right in other words."""

from __future__ import annotations

from operator import isub
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import sharpe_gradient

Array = np.ndarray

rule = Anatomy(
    sharpe_gradient,
    stages={
        "e": lambda s: s.mu - s.rf,
        "cw": lambda s: s.cov @ s.w,
        "s": lambda s: np.sqrt(s.w @ s.cov @ s.w),
        "above": lambda s: s.w @ s.e,
        "first": lambda s: s.e / s.s,
        "second": lambda s: s.above * s.cw / s.s**3,
        "gradient": lambda s: s.first - s.second,
    },
    returns=("gradient",),
    should=places.SHARPE_GRADIENT,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": "general_optimization#the-gradient-and-where-it-is-zero", **entry})


def _ratio(s: Any, w: Array) -> float:
    return float(w @ (s.mu - s.rf) / np.sqrt(w @ s.cov @ w))


def _quotient(s: Any, h: float) -> Array:
    here = _ratio(s, s.w)
    return np.array([(_ratio(s, s.w + h * unit) - here) / h for unit in np.eye(len(s.w))])


mistakes = (
    _wrong(
        "descends",
        did="The gradient of minus the ratio is returned.",
        effect="Who climbs along it arrives at the worst portfolio.",
        hint="Your gradient has the wrong sign in every entry: it is that of minus the ratio.",
        gradient=lambda s: s.second - s.first,
    ),
    _wrong(
        "volatility-held",
        did="Only e / s is returned.",
        effect="More of everything always looks better: risk has no price.",
        hint="You hold the volatility. It depends on w, too: the second part is (w'e) C w / s^3.",
        gradient=lambda s: s.first,
    ),
    _wrong(
        "plus",
        did="Both parts are added.",
        effect="Risk counts as a gain.",
        hint="The second part is added. The derivative of 1 / s is negative: subtract it.",
        gradient=lambda s: s.first + s.second,
    ),
    _wrong(
        "not-summed",
        did="w * e stands for w'e.",
        effect="Each entry has a number of its own where the whole portfolio has one.",
        hint="You multiply w and e entry by entry. w'e is one number, the sum of these products: `w @ e`.",
        above=lambda s: s.w * s.e,
    ),
    _wrong(
        "squared-s",
        did="The second part is divided by s^2.",
        effect="The two parts have different units; the gradient is not zero at the best portfolio.",
        hint="Your second part is divided by s^2. The derivative of 1 / s is -C w / s^3.",
        second=lambda s: s.above * s.cw / s.s**2,
    ),
    _wrong(
        "one-s",
        did="The second part is divided by s alone.",
        effect="The two parts have different units; the gradient is not zero at the best portfolio.",
        hint="Your second part is divided by s. The derivative of 1 / s is -C w / s^3.",
        second=lambda s: s.above * s.cw / s.s,
    ),
    _wrong(
        "twice-cw",
        did="The derivative of w'C w, 2 C w, is put in without the 1/2 of the root.",
        effect="Risk counts twice.",
        hint="Your second part is twice too large. s is a root: its derivative is C w / s, without the factor 2.",
        second=lambda s: 2 * s.above * s.cw / s.s**3,
    ),
    _wrong(
        "half-cw",
        did="The second part has a factor 1/2.",
        effect="Risk counts half.",
        hint="Your second part is half of what it should be. The 2 of the square and the 1/2 of the root cancel.",
        second=lambda s: 0.5 * s.above * s.cw / s.s**3,
    ),
    _wrong(
        "no-return-in-the-second",
        did="w'e is missing in the second part.",
        effect="The price of risk does not depend on what the portfolio earns.",
        hint="w'e is missing: the second part is (w'e) C w / s^3.",
        second=lambda s: s.cw / s.s**3,
    ),
    _wrong(
        "second-without-its-sign",
        did="The absolute value of the second part is subtracted.",
        effect="Right while the portfolio earns more than rf; below it risk costs twice.",
        hint="Your second part is never negative. Where w'e is negative it is: keep its sign.",
        second=lambda s: np.abs(s.above * s.cw / s.s**3),
    ),
    _wrong(
        "losses-cut-off",
        did="Negative excess returns count as zero.",
        effect="An asset that earns less than rf looks like one that earns as much.",
        hint="Negative entries of e count as zero with you. An asset may earn less than rf: e = mu - rf.",
        e=lambda s: np.maximum(s.mu - s.rf, 0.0),
    ),
    _wrong(
        "rf-forgotten",
        did="mu is used for e in both parts.",
        effect="The ratio that grows is that of rf = 0.",
        hint="The riskless rate has no effect: e = mu - rf in both parts.",
        e=lambda s: s.mu * 1.0,
    ),
    _wrong(
        "mu-in-the-first",
        did="mu stands in the first part, e in the second.",
        effect="The gradient is not zero at the best portfolio.",
        hint="Your first part has mu. It takes e = mu - rf, as the second does.",
        first=lambda s: s.mu / s.s,
    ),
    _wrong(
        "mu-in-the-second",
        did="e stands in the first part, mu in the second.",
        effect="The gradient is not zero at the best portfolio.",
        hint="Your second part has w'mu. It takes w'e with e = mu - rf, as the first does.",
        above=lambda s: s.w @ s.mu,
    ),
    _wrong(
        "rf-from-the-sum",
        did="The number above is w'mu - rf, whatever the weights sum to.",
        effect="Right for weights with sum 1 only; the ratio then grows with the weights.",
        hint="You take rf off once: w'mu - rf. For weights of any sum it is w'e, with e = mu - rf.",
        above=lambda s: s.w @ s.mu - s.rf,
    ),
    _wrong(
        "variance-for-volatility",
        did="s is the variance.",
        effect="What is climbed is no ratio at all.",
        hint="Your s is the variance. It is the root of w'C w.",
        s=lambda s: s.w @ s.cov @ s.w,
    ),
    _wrong(
        "ratio-to-the-variance",
        did="It is the gradient of return over variance.",
        effect="Calm portfolios win, whatever they earn.",
        hint="You differentiate w'e / w'C w. The Sharpe ratio divides by the root of it.",
        gradient=lambda s: s.e / s.s**2 - 2 * s.above * s.cw / s.s**4,
    ),
    _wrong(
        "diagonal-only",
        did="Only the variances of the assets count.",
        effect="What assets have in common has no price.",
        hint="You use the diagonal of C only. C w is a product with the whole matrix, and so is w'C w.",
        cw=lambda s: np.diag(s.cov) * s.w,
        s=lambda s: np.sqrt(np.sum(np.diag(s.cov) * s.w**2)),
    ),
    _wrong(
        "w-for-cw",
        did="w stands in the place of C w.",
        effect="All assets count as equally risky in the slope.",
        hint="C is missing in your second part: (w'e) C w / s^3.",
        cw=lambda s: s.w * 1.0,
    ),
    _wrong(
        "sum-held",
        did="The mean of the gradient is subtracted.",
        effect="Right for steps that keep the sum of the weights, and not the gradient.",
        hint="You subtract the mean of the entries, for weights whose sum is held. Here all weights are free.",
        convention="the gradient on the plane of weights with a constant sum: g - mean(g)",
        gradient=lambda s: s.first - s.second - np.mean(s.first - s.second),
    ),
    _wrong(
        "unit-length",
        did="The gradient is divided by its length.",
        effect="Near the best portfolio the steps stay long; at it there is NaN.",
        hint="You divide the gradient by its length. Return it as it is.",
        gradient=lambda s: (s.first - s.second) / np.linalg.norm(s.first - s.second),
    ),
    _wrong(
        "difference-quotient",
        did="A difference quotient to one side, with h = 1e-6.",
        effect="Half of the digits are right; with tiny weights none is.",
        hint="Yours looks like a difference quotient: it has few right digits, and none where weights are tiny. "
        "Write the formula.",
        gradient=lambda s: _quotient(s, 1e-6),
    ),
    _wrong(
        "in-place",
        did="`mu -= rf` changes the caller's means.",
        effect="The next step subtracts the rate once more.",
        hint="`-=` changes the array that you are given. `mu - rf` makes a new one.",
        e=lambda s: isub(s.mu, s.rf),
    ),
)


def _complex(s: Any) -> Array:
    """By the complex step, exact to all digits."""
    h = 1e-30
    steps = h * 1j * np.eye(len(s.w))
    return np.array([((s.w + step) @ s.e / np.sqrt((s.w + step) @ s.cov @ (s.w + step))).imag / h for step in steps])


equivalents = {
    "one fraction": rule.variant(gradient=lambda s: (s.s**2 * s.e - s.above * s.cw) / s.s**3),
    "by the ratio": rule.variant(gradient=lambda s: (s.e - (s.above / s.s**2) * s.cw) / s.s),
    "the derivative of the root": rule.variant(
        second=lambda s: s.above / (s.w @ s.cov @ s.w) * (0.5 / s.s * (s.cov + s.cov.T) @ s.w)
    ),
    "complex step": rule.variant(gradient=_complex),
}
