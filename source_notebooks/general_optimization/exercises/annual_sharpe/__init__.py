"""annual_sharpe(returns, rf=0.02, periods=252) -> float."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from tps.training_loop.promises import inputs_unchanged

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ... import questions
from ...draws import near
from ...reference import annual_sharpe
from .mistakes import equivalents, mistakes

LECTURE = "general_optimization"
# Returns of a few months and of a dozen days, in percent; none of them may be confused with its logarithm.
PATTERN = np.array([2.1, -1.4, 3.3, 0.6, -2.2, 1.7, 4.1, -0.9, 0.4, 2.6, -3.1, 1.2]) / 100


def arguments(rng: Generator, size: tuple[int, ...]) -> dict[str, Any]:
    """Draw returns (n,) and rates."""
    (n,) = size
    returns = near(rng, np.resize(PATTERN, n), 0.05)
    return {"returns": returns, "rf": float(rng.uniform(0.031, 0.039)), "periods": int(rng.choice([12, 52]))}


def losing(rng: Generator, size: tuple[int, ...]) -> Any:
    """Returns (n,) with a mean far below zero: the ratio is negative, and below -1."""
    return -near(rng, np.resize(PATTERN, size), 0.05)


exercise = Exercise(
    reference=annual_sharpe,
    outputs=("ratio",),
    arguments=arguments,
    lecture=LECTURE,
    size=(9,),
    checks=(
        Check(
            "ratio of one year",
            0.4,
            "The ratio must be sqrt(periods) mean / std of the returns less rf / periods.",
            probes.all_of(
                probes.calls(fixed={"periods": 12}, times=2, what=", monthly"),
                probes.calls(fixed={"periods": 252}, times=1, size=(12,), what=", daily"),
                probes.calls(fixed={"periods": 12, "returns": losing}, times=1, what=", of losses"),
            ),
        ),
        Check(
            "without a riskless rate",
            0.2,
            "With rf = 0 nothing is subtracted.",
            probes.calls(fixed={"rf": 0.0, "periods": 52}, times=1),
        ),
        Check(
            "few returns", 0.2, "The standard deviation is that of a sample: T - 1.", probes.calls(size=(3,), times=2)
        ),
        Check(
            "by default",
            0.15,
            "Without rf and periods the function must use 0.02 and 252.",
            probes.calls(defaults=True),
        ),
        inputs_unchanged(0.05),
    ),
    mistakes=mistakes,
    questions=questions.ANNUAL_SHARPE,
    equivalents=equivalents,
)
