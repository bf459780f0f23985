"""What all experiments share: the six rules, how fine the grid is and how many seeds, and the rates of section 3.7."""

from __future__ import annotations

import numpy as np

from course.experiments.comparison.protocol import Protocol
from course.experiments.comparison.tuning import rounded

RULES = ("gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam")

STARTING_RATES = {"gradient_descent": 0.01, "momentum": 0.01, "rmsprop": 0.001, "adam": 0.001}
"""Section 3.7 of the course."""

REPORT = tuple(range(1000, 1030))
"""The seeds that judge. The sizes of the experiments were chosen by pilot runs on seeds below 200."""


def grid(low: int, high: int, per_decade: int) -> tuple[float, ...]:
    """Learning rates from 10^low to 10^high, both included."""
    return tuple(rounded(float(rate)) for rate in np.logspace(low, high, (high - low) * per_decade + 1))


def tuned(quick: bool, epochs: int, *, costly: bool = False) -> Protocol:
    """Each rule with the best of its rates: four a decade, tuned on six seeds and judged on 30.

    Quick: two a decade, on three seeds and ten. Costly runs, in the full setting: two a decade, on four seeds and 30.
    """
    few = quick or costly
    return Protocol(
        rates=grid(-4, 0, 2 if few else 4),
        tuning_seeds=tuple(range(3 if quick else 4 if costly else 6)),
        report_seeds=REPORT[: 10 if quick else 30],
        epochs=epochs,
        rounds=4 if quick else 6,
        resolution=3.5 if few else 2.0,
    )


def untuned(quick: bool, epochs: int) -> Protocol:
    """Each rule at its starting rate of section 3.7, on the seeds of the report."""
    return Protocol(report_seeds=REPORT[: 10 if quick else 30], epochs=epochs, fixed=STARTING_RATES)
