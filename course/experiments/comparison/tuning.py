"""The search for the best learning rate: a grid that grows until the best is inside it, the same number for everyone.

In each round every optimizer gets two more rates. If its best rate lies at an edge of its grid, they continue the grid
on that side; if it lies inside, they halve the gaps beside it. So those that need a wider grid get it, the others are
refined for the same price, and no optimizer is tuned with more trials than another. The rounds end when every best rate
lies inside, with its neighbours no further off than the resolution: being inside a gap of two decades says little.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

Scores = Mapping[str, Mapping[float, float]]
"""Optimizer -> rate -> loss, the lower the better; inf if a run diverged."""

DIGITS = 6  # of a rate: the square root of 10 to a power should look like one


@dataclass(frozen=True)
class Choice:
    """What tuning found for one optimizer.

    Attributes:
        rate: the best rate.
        interior: whether a lower and a higher rate were tried, and neither was better.
        rates: all rates that were tried, ascending.
        losses: of each rate, the geometric mean over the tuning seeds; inf if a run diverged.
        tuned: False if the rate was given beforehand.
    """

    rate: float
    interior: bool
    rates: tuple[float, ...]
    losses: tuple[float, ...]
    tuned: bool = True

    @property
    def gap(self) -> float:
        """How many times the next rates on both sides are higher or lower, the larger of the two; inf at an edge."""
        if not self.interior:
            return math.inf
        best = self.rates.index(self.rate)
        return max(self.rates[best + 1] / self.rate, self.rate / self.rates[best - 1])

    @property
    def trials(self) -> int:
        """How many rates were tried."""
        return len(self.rates) if self.tuned else 0


def fixed(rate: float) -> Choice:
    """A rate that was given beforehand."""
    return Choice(rate, True, (rate,), (float("nan"),), tuned=False)


def tune(
    names: Sequence[str],
    start: Sequence[float],
    score: Callable[[Mapping[str, list[float]]], Scores],
    rounds: int,
    resolution: float,
) -> dict[str, Choice]:
    """The best rate of each optimizer, after no more rounds than it takes until all of them are settled.

    Args:
        names: the optimizers.
        start: the grid with which all begin, ascending, at least three rates.
        score: new rates of each optimizer -> their losses.
        rounds: how many there may be at most.
        resolution: how many times the next rates may be higher or lower than the best.
    """
    found: dict[str, dict[float, float]] = {name: {} for name in names}
    new = {name: [rounded(rate) for rate in start] for name in names}
    for left in range(rounds, -1, -1):
        for name, losses in score(new).items():
            found[name] |= losses
        choices = {name: choose(losses) for name, losses in found.items()}
        if not left or all(choice.gap < resolution * 1.001 for choice in choices.values()):
            break
        new = {name: more(choice) for name, choice in choices.items()}
    return choices


def choose(losses: Mapping[float, float]) -> Choice:
    """The rate with the lowest loss; the lower rate of equals."""
    rates = tuple(sorted(losses))
    values = tuple(losses[rate] for rate in rates)
    best = int(np.argmin(values))
    return Choice(rates[best], 0 < best < len(rates) - 1 and math.isfinite(values[best]), rates, values)


def more(choice: Choice) -> list[float]:
    """The two rates that the next round tries."""
    rates = choice.rates
    best = rates.index(choice.rate)
    if best == 0:
        step = rates[1] / rates[0]
        return [rounded(rates[0] / step**2), rounded(rates[0] / step)]
    if best == len(rates) - 1:
        step = rates[-1] / rates[-2]
        return [rounded(rates[-1] * step), rounded(rates[-1] * step**2)]
    return [rounded(float(np.sqrt(rates[best] * rates[best + way]))) for way in (-1, 1)]


def rounded(rate: float) -> float:
    """The rate with as many digits as a table shows."""
    return float(f"{rate:.{DIGITS}g}")
