"""Real returns: a GRU, an exponential average and GARCH forecast the volatility of two markets, year after year.

The design was written down before the first run. Each year is forecast by what was learned on the four years before it.
The rate of each rule is the one that was best in all years before, so nothing is chosen on the year that judges. Both
markets are American and saw the same years: they are not two independent experiments.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from course.experiments.comparison import ahead
from course.experiments.comparison.experiment import Measured, Measurement
from course.experiments.studies import benchmarks, recurrent
from course.experiments.studies.protocols import RULES, grid
from course.experiments.studies.recurrent import LOOK_BACK, TEST, TRAIN, split_in_time
from course.experiments.training.models import Array
from course.experiments.training.sweep import sweep
from course.experiments.training.tasks import Data, Task

RATES = grid(-3, -1, 2)  # around those that are best on the simulated returns
STARTS = 2  # of the network, for each year
EPOCHS = 12  # 384 steps
WARM_UP = 5  # years that only choose rates
LOSS, SPREAD = "QLIKE", "standard deviation over the starts"


def series() -> dict[str, Array]:
    """Market -> daily returns (days,) in percent, 1999 to 2018, from the package arch. ImportError without it."""
    try:
        from arch.data import nasdaq, sp500
    except ModuleNotFoundError:
        raise ImportError("the returns come with the package arch: pip install arch") from None
    prices = {name: module.load()["Adj Close"].to_numpy() for name, module in (("S&P 500", sp500), ("NASDAQ", nasdaq))}
    return {name: 100 * np.diff(np.log(price)) for name, price in prices.items()}


def year(returns: Array, number: int) -> Data:
    """Four years to learn from and the one that follows: the 20 returns before a day, and its squared return.

    Nobody knows the variance of a real market. The squared return stands for it in the judgement, too: the best
    forecast is then still the variance (Patton 2011), and the loss of the best is no longer zero.
    """
    before = np.lib.stride_tricks.sliding_window_view(returns, LOOK_BACK)[:-1, :, None]
    squared = returns[LOOK_BACK:] ** 2
    past, future = split_in_time(len(squared), TRAIN, TEST)[number]
    return Data(before[past], squared[past], before[future], squared[future])


def years(returns: Array) -> int:
    """How many years can be forecast."""
    return len(split_in_time(len(returns) - LOOK_BACK, TRAIN, TEST))


def data(returns: Array) -> Callable[[int], Data]:
    """Seed -> a year; the seeds of one year differ by the start of the network and the order of the batches."""
    return lambda seed: year(returns, seed % years(returns))


def at_rates_of_before(losses: Array, warm_up: int) -> Array:
    """Losses (rates, years, starts) -> (years - warm_up, starts), at the rate that was best in all years before."""
    means = losses.mean(axis=2)
    best = [means[:, :now].mean(axis=1).argmin() for now in range(warm_up, losses.shape[1])]
    return np.array([losses[rate, warm_up + after] for after, rate in enumerate(best)])


def runs(market: str, returns: Array, quick: bool) -> tuple[Task, Sequence[str], Sequence[float], Sequence[int]]:
    """What is trained: the task, the rules, their rates, and the seeds, one for each year and start."""
    task = Task(market, recurrent.task().model, data(returns), loss=recurrent.qlike)
    rules, rates, starts = (("gradient_descent", "adam"), RATES[1:4], 1) if quick else (RULES, RATES, STARTS)
    return task, rules, rates, range(starts * years(returns))


def forecasts(market: str, returns: Array, quick: bool) -> Mapping[str, Array]:
    """Forecaster -> QLIKE (years, starts); what needs no network has one column."""
    task, rules, rates, seeds = runs(market, returns, quick)
    count, trained = years(returns), sweep(task, rules, rates, seeds, EPOCHS, progress=False)
    found = {}
    for rule in rules:
        losses = trained.where(optimizer=rule).scores()[2]  # (rates, seeds); a run that diverged has an infinite one
        found[rule] = at_rates_of_before(losses.reshape(len(rates), -1, count).transpose(0, 2, 1), WARM_UP)
    for name, loss in benchmarks.VARIANCES.items():
        found[name] = np.array([[loss(year(returns, now))] for now in range(WARM_UP, count)])
    return found


def seconds(quick: bool) -> float:
    """About how many seconds it takes here."""
    total = 0.0
    for market, returns in series().items():
        total += ahead.of_sweep(*runs(market, returns, quick), EPOCHS)
        began = time.perf_counter()
        for loss in benchmarks.VARIANCES.values():
            loss(year(returns, 0))
        total += (time.perf_counter() - began) * (years(returns) - WARM_UP)
    return total


def measure(quick: bool) -> list[Measured]:
    """The loss of each forecaster year by year, the mean over the starts, and how much it varies with the start."""
    measured = []
    for market, returns in series().items():
        for name, losses in forecasts(market, returns, quick).items():
            measured.append(Measured(market, name, LOSS, tuple(losses.mean(axis=1).tolist())))
            if losses.shape[1] > 1:
                measured.append(Measured(market, name, SPREAD, tuple(losses.std(axis=1, ddof=1).tolist())))
    return measured


EXPERIMENT = Measurement("markets", "Volatility of two real markets, year after year", measure, seconds)
