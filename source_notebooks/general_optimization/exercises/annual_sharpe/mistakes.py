"""How a yearly Sharpe ratio goes wrong, and right in other words."""

from __future__ import annotations

from operator import isub
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import annual_sharpe

rule = Anatomy(
    annual_sharpe,
    stages={
        "r": lambda s: np.asarray(s.returns),
        "free": lambda s: s.rf / s.periods,
        "excess": lambda s: s.r - s.free,
        "mean": lambda s: s.excess.mean(),
        "spread": lambda s: s.excess.std(ddof=1),
        "root": lambda s: np.sqrt(s.periods),
        "ratio": lambda s: float(s.root * s.mean / s.spread),
    },
    returns=("ratio",),
    should=places.ANNUAL_SHARPE,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": "general_optimization#a-year-of-returns", **entry})


mistakes = (
    _wrong(
        "times-the-periods",
        did="The ratio is multiplied by the number of periods.",
        effect="A year of daily returns looks about sixteen times too good.",
        hint="Your ratio has the factor periods. The mean grows with it, the standard deviation with its root: "
        "the ratio takes sqrt(periods).",
        root=lambda s: s.periods,
        also={
            "the mean is brought to a year, the standard deviation is not": {
                "root": lambda s: 1.0,
                "mean": lambda s: s.periods * s.excess.mean(),
            }
        },
    ),
    _wrong(
        "per-period",
        did="The ratio stays that of one period.",
        effect="Ratios of daily and of monthly returns cannot be compared.",
        hint="Your ratio is that of one period. A year has the factor sqrt(periods).",
        root=lambda s: 1.0,
    ),
    _wrong(
        "rate-of-a-year-each-period",
        did="The whole rf is subtracted from each return.",
        effect="Nearly every investment looks like a disaster.",
        hint="rf is a rate per year, and you subtract all of it in each period. One period has rf / periods.",
        free=lambda s: s.rf,
    ),
    _wrong(
        "rate-forgotten",
        did="rf is not subtracted.",
        effect="A savings account has a high ratio.",
        hint="The riskless rate has no effect: subtract rf / periods from each return.",
        excess=lambda s: s.r * 1.0,
    ),
    _wrong(
        "rate-subtracted-from-the-ratio",
        did="rf is subtracted from the ratio.",
        effect="A rate is subtracted from a number without a unit.",
        hint="You subtract rf from the ratio. It belongs to the returns, before anything is divided.",
        excess=lambda s: s.r * 1.0,
        ratio=lambda s: float(s.root * s.mean / s.spread - s.rf),
    ),
    _wrong(
        "rate-added",
        did="rf / periods is added.",
        effect="The higher the riskless rate, the better everything looks.",
        hint="You add the riskless rate. What counts is the return above it: subtract.",
        excess=lambda s: s.r + s.free,
    ),
    _wrong(
        "compound-rate",
        did="The rate of a period is (1 + rf)^(1/periods) - 1.",
        effect="A little less is subtracted than asked.",
        hint="You take the rate of a period by the root of 1 + rf. Asked is rf / periods.",
        convention="a rate that is compounded: (1 + rf)^(1/periods) - 1",
        free=lambda s: (1 + s.rf) ** (1 / s.periods) - 1,
    ),
    _wrong(
        "population-deviation",
        did="The standard deviation divides by T.",
        effect="Ratios of short samples are too high, by the root of T / (T - 1).",
        hint="Your standard deviation divides by T, as NumPy does by itself. For a sample: `std(ddof=1)`.",
        convention="NumPy's np.std: the root of the mean square",
        spread=lambda s: s.excess.std(),
    ),
    _wrong(
        "variance",
        did="The mean is divided by the variance.",
        effect="The number depends on the unit: in percent it is a hundredth.",
        hint="You divide by the variance. Divide by its root, the standard deviation.",
        spread=lambda s: s.excess.var(ddof=1),
    ),
    _wrong(
        "log-returns",
        did="The logarithm of 1 + r is taken.",
        effect="The mean is lower by about half the variance.",
        hint="You take logarithms of the returns. The ratio is made of simple returns, as passed.",
        r=lambda s: np.log1p(s.returns),
    ),
    _wrong(
        "sum-for-mean",
        did="The returns are added up.",
        effect="The longer the history, the better.",
        hint="You divide the sum of the returns. Take their mean.",
        mean=lambda s: s.excess.sum(),
    ),
    _wrong(
        "median",
        did="The median stands above.",
        effect="The few large days, which make most of the return, leave no trace.",
        hint="You take the median of the returns. What an investor gets is the mean.",
        mean=lambda s: np.median(s.excess),
    ),
    _wrong(
        "upside-down",
        did="The standard deviation is divided by the mean.",
        effect="The riskier, the better.",
        hint="Your fraction is upside down: mean over standard deviation.",
        ratio=lambda s: float(s.root * s.spread / s.mean),
    ),
    _wrong(
        "without-its-sign",
        did="The absolute value of the ratio is taken.",
        effect="What loses most looks best.",
        hint="Your ratio is never negative. Where the returns are lower than the riskless rate it is: keep the sign.",
        ratio=lambda s: abs(float(s.root * s.mean / s.spread)),
    ),
    _wrong(
        "252-written-in",
        did="252 is written into the code.",
        effect="Right at periods = 252 only.",
        hint="You use 252 whatever periods is passed. Use periods.",
        free=lambda s: s.rf / 252,
        root=lambda s: np.sqrt(252),
    ),
    _wrong(
        "in-place",
        did="`returns -= rf / periods` changes the caller's array.",
        effect="Whoever uses the same returns again has subtracted the rate twice.",
        hint="`-=` changes the array that you are given. `returns - rf / periods` makes a new one.",
        excess=lambda s: isub(s.returns, s.free),
    ),
)

equivalents = {
    "the year first": rule.variant(
        ratio=lambda s: (s.r.mean() * s.periods - s.rf) / (s.r.std(ddof=1) * np.sqrt(s.periods))
    ),
    "by sums": rule.variant(
        spread=lambda s: np.sqrt(np.sum((s.excess - s.excess.sum() / len(s.excess)) ** 2) / (len(s.excess) - 1))
    ),
    "np.cov": rule.variant(spread=lambda s: np.sqrt(np.cov(s.r))),
}
