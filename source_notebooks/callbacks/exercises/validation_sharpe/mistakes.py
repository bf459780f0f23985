"""How a Sharpe ratio on the validation data goes wrong, and right in other words. The model puts out x w."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places

Array = np.ndarray
METRIC = "callbacks#a-metric-of-your-own-the-sharpe-ratio-of-the-validation"


def measuring(w: Array, x: Array, returns: Array, periods: float = 252) -> float:
    """What `ValidationSharpe` writes while the model has the weights w; see `tps.callbacks.numpy_ways`."""
    raise NotImplementedError  # its signature is what counts: the stages below are the rule


def _ratio(s: Any) -> float:
    return float(s.factor * s.mean / s.spread) if s.spread > 0 else 0.0


rule = Anatomy(
    measuring,
    stages={
        "positions": lambda s: s.x @ s.w,
        "r": lambda s: s.returns,
        "pnl": lambda s: s.positions * s.r,
        "mean": lambda s: np.mean(s.pnl),
        "spread": lambda s: np.std(s.pnl),
        "factor": lambda s: np.sqrt(s.periods),
        "ratio": _ratio,
    },
    returns=("ratio",),
    should=places.VALIDATION_SHARPE,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": METRIC, **entry})


def _unguarded(above: Any, below: Any) -> float:
    with np.errstate(all="ignore"):
        return float(np.float64(above) / below)


mistakes = (
    _wrong(
        "all-pairs",
        did="Outputs of shape (n, 1) meet returns of shape (n,): n times n profits.",
        effect="Each position earns the returns of all days; which day it is for is lost.",
        hint="You multiply each position with each return: shapes (n, 1) and (n,) make (n, n). Flatten the outputs, "
        "`np.ravel(...)`.",
        pnl=lambda s: s.positions[:, None] * s.r,
    ),
    _wrong(
        "divisor-n-less-one",
        did="The standard deviation has the divisor n - 1.",
        effect="A little too small, by the root of (n - 1) / n.",
        hint="Your deviation has the divisor n - 1 (`ddof=1`). Here it is n, as `np.std` has it.",
        convention="the deviation of a sample; the TP general_optimization uses it",
        spread=lambda s: np.std(s.pnl, ddof=1),
    ),
    _wrong(
        "variance",
        did="The mean is divided by the variance.",
        effect="Small returns have a giant ratio.",
        hint="You divide by the variance. Divide by the standard deviation.",
        spread=lambda s: np.var(s.pnl),
    ),
    _wrong(
        "times-the-periods",
        did="The factor is `periods`, not its root.",
        effect="Too large by the root of `periods`.",
        hint="You multiply by `periods`. The mean grows with it, the deviation with its root: multiply by the root.",
        factor=lambda s: s.periods,
    ),
    _wrong(
        "not-annualised",
        did="The ratio of single periods is written.",
        effect="Too small by the root of `periods`.",
        hint="Your ratio is that of one period. Multiply by the root of `periods`.",
        factor=lambda s: 1.0,
    ),
    _wrong(
        "divided-by-the-root",
        did="It is divided by the root of `periods`.",
        effect="Too small by the factor `periods`.",
        hint="You divide by the root of `periods`. Multiply.",
        factor=lambda s: 1 / np.sqrt(s.periods),
    ),
    _wrong(
        "periods-written-in",
        did="252 is written into the code.",
        effect="Right for days.",
        hint="You use 252 whatever `periods` is. Use `self.periods`.",
        factor=lambda s: np.sqrt(252),
    ),
    _wrong(
        "periods-365-by-default",
        did="The default of `periods` is 365.",
        effect="Days without trading are counted.",
        hint="Without `periods` given yours takes 365. The default here is 252, the days of trading.",
        defaults={"periods": 365},
    ),
    _wrong(
        "sum-for-the-mean",
        did="The profits are added up, and not divided by n.",
        effect="The longer the validation, the larger the ratio.",
        hint="You divide the sum of the profits by their deviation. Take their mean.",
        mean=lambda s: np.sum(s.pnl),
    ),
    _wrong(
        "deviation-of-the-returns",
        did="The deviation is that of the returns.",
        effect="How large the positions are changes the ratio.",
        hint="You divide by the deviation of the returns. Divide by that of the profits.",
        spread=lambda s: np.std(s.r),
    ),
    _wrong(
        "deviation-of-the-positions",
        did="The deviation is that of the positions.",
        effect="What the market did has no effect on the risk.",
        hint="You divide by the deviation of the positions. Divide by that of the profits.",
        spread=lambda s: np.std(s.positions),
    ),
    _wrong(
        "risk-about-zero",
        did="The root of the mean square of the profits stands for their deviation.",
        effect="A good strategy seems riskier than it is.",
        hint="You divide by the root mean square. Take the mean off first: `np.std`.",
        spread=lambda s: np.sqrt(np.mean(np.square(s.pnl))),
    ),
    _wrong(
        "signs-of-the-positions",
        did="Only the signs of the outputs are used.",
        effect="Small and large positions count alike.",
        hint="You use the sign of each position. Use the position.",
        positions=lambda s: np.sign(s.x @ s.w),
    ),
    _wrong(
        "no-short-positions",
        did="Negative positions are set to 0.",
        effect="What is earned when the market falls is missing.",
        hint="You cut negative positions off. They are short positions: use them as they are.",
        positions=lambda s: np.maximum(s.x @ s.w, 0),
    ),
    _wrong(
        "a-day-late",
        did="Each position is multiplied by the next return.",
        effect="The shift that the data hold already is made once more.",
        hint="You shift the returns by one. `returns[i]` is what position i earns.",
        positions=lambda s: (s.x @ s.w)[:-1],
        r=lambda s: s.returns[1:],
    ),
    _wrong(
        "turned-round",
        did="The ratio has the other sign, as a loss would have it.",
        effect="EarlyStopping with mode max keeps the worst weights.",
        hint="Your ratio has the wrong sign. Higher is better: it is no loss.",
        ratio=lambda s: -_ratio(s),
    ),
    _wrong(
        "upside-down",
        did="The deviation is divided by the mean.",
        effect="The riskier, the better.",
        hint="You divide the deviation by the mean. It is the other way round.",
        ratio=lambda s: _unguarded(s.factor * s.spread, s.mean) if s.spread > 0 else 0.0,
    ),
    _wrong(
        "nan-without-risk",
        did="Where the deviation is 0 the division is made all the same.",
        effect="The metric is NaN, which EarlyStopping takes for the best if it comes first.",
        hint="Where all profits are alike you divide by 0 and write NaN. Write 0 there.",
        section="callbacks#a-first-value-that-is-no-number",
        ratio=lambda s: _unguarded(s.factor * s.mean, s.spread),
    ),
    _wrong(
        "geometric-mean",
        did="The mean is that of growth: profits are compounded.",
        effect="A little lower than the mean of the profits.",
        hint="You compound the profits. Take their plain mean.",
        mean=lambda s: np.exp(np.mean(np.log1p(s.pnl))) - 1,
    ),
    _wrong(
        "mean-product-of-means",
        did="The mean position is multiplied by the mean return.",
        effect="Whether a position is right on its day does not matter.",
        hint="You multiply means. Multiply position and return of each day, and take the mean of that.",
        mean=lambda s: np.mean(s.positions) * np.mean(s.r),
    ),
)


def _by_sums(s: Any) -> float:
    n = len(s.pnl)
    mean = s.pnl.sum() / n
    spread = np.sqrt(((s.pnl - mean) ** 2).sum() / n)
    return float(np.sqrt(s.periods) * mean / spread) if spread else 0.0


equivalents = {
    "by sums": rule.variant(ratio=_by_sums),
    "annual mean over annual deviation": rule.variant(
        ratio=lambda s: (s.periods * s.mean) / (np.sqrt(s.periods) * s.spread) if s.spread > 0 else 0.0
    ),
    "a tiny number below": rule.variant(ratio=lambda s: s.factor * s.mean / (s.spread + 1e-12)),
    "in single precision": rule.variant(pnl=lambda s: (s.positions * s.r).astype("float32")),
}
