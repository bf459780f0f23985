"""Volatility forecasts by a recurrent network on simulated GARCH(1,1) returns, trained on the past, judged later."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import benchmarks
from course.experiments.studies.protocols import RULES, tuned
from course.experiments.training.models import Array, gru
from course.experiments.training.tasks import Data, Task

ALPHA, BETA = 0.10, 0.88  # with a long-run variance of 1, in (percent per day)^2
LOOK_BACK = 20
TRAIN, TEST = 1000, 250  # days: four years, and the year that follows
BURN_IN = 500
TINY = 1e-12  # a return may be 0, and its logarithm may not


def simulate(rng: np.random.Generator, days: int, alpha: float = ALPHA, beta: float = BETA) -> tuple[Array, Array]:
    """Returns (days,) in percent and their conditional variances (days,), with long-run variance 1.

    h_t = 1 - alpha - beta + alpha y_{t-1}^2 + beta h_{t-1} (Bollerslev 1986). The first days are thrown away, so that
    the path does not know how it began.
    """
    returns, variances = np.empty(BURN_IN + days), np.empty(BURN_IN + days)
    h = 1.0
    for t, z in enumerate(rng.standard_normal(BURN_IN + days)):
        returns[t], variances[t] = np.sqrt(h) * z, h
        h = 1 - alpha - beta + alpha * returns[t] ** 2 + beta * h
    return returns[BURN_IN:], variances[BURN_IN:]


def split_in_time(days: int, train: int, test: int) -> list[tuple[Array, Array]]:
    """The days to train on and the days that judge, fold by fold: each window rolls on by the length of its test.

    Every day that judges comes after every day that was trained on, and judges in one fold only.
    """
    starts = range(0, days - train - test + 1, test)
    return [(np.arange(first, first + train), np.arange(first + train, first + train + test)) for first in starts]


def qlike(y: Any, outputs: Any) -> Any:
    """The loss of a forecast f = exp(output) of the variance y: y/f - log(y/f) - 1, which is 0 for f = y only.

    But for what does not depend on f it is the Gaussian likelihood, so that a squared return may stand for y: the best
    forecast is then still the true variance (Patton 2011).
    """
    from keras import ops

    ratio = ops.maximum(y, TINY) * ops.exp(-outputs)
    return ops.mean(ratio - ops.log(ratio) - 1, axis=-1)


def data(seed: int) -> Data:
    """Each seed is a market of its own: four years to learn from, and the year that follows judges.

    The network reads the 20 returns before the day. It is trained on squared returns; it is judged on the true
    variance, which a simulation knows. The score is the loss above that of a forecaster who knows it, too.
    """
    returns, variances = simulate(np.random.default_rng([seed, 3]), LOOK_BACK + TRAIN + TEST)
    before = np.lib.stride_tricks.sliding_window_view(returns, LOOK_BACK)[:-1, :, None]
    squared, variances = returns[LOOK_BACK:] ** 2, variances[LOOK_BACK:]
    ((past, future),) = split_in_time(len(squared), TRAIN, TEST)
    return Data(before[past], squared[past], before[future], variances[future])


def task() -> Task:
    """A GRU of 8 units that forecasts tomorrow's variance."""
    return Task("volatility", gru(LOOK_BACK, units=8), data, loss=qlike)


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """12 epochs, 384 steps."""
    return [(task(), tuned(quick, epochs=12))]


BESIDE = {"volatility": benchmarks.VARIANCES}
EXPERIMENT = Experiment(
    "recurrent", "A GRU forecasts the volatility of simulated GARCH(1,1) returns", plan, RULES, BESIDE
)
