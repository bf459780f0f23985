"""What all experiments share: the six rules, how fine the grid is and how many seeds, and the rates of section 3.7."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from course.experiments.comparison.protocol import Protocol
from course.experiments.comparison.tuning import rounded

RULES = ("gradient_descent", "momentum", "nesterov", "adagrad", "rmsprop", "adam")

STARTING_RATES = {"gradient_descent": 0.01, "momentum": 0.01, "rmsprop": 0.001, "adam": 0.001}
"""Section 3.7 of the course."""

TUNE = tuple(range(4000, 4008))
REPORT = tuple(range(5000, 5480))
"""The seeds that tune and those that judge, in the full setting. How many there are was fixed before the runs: nobody
looks in between, and no rule for stopping is needed. Seeds below 2000 were used when the claims were first posed."""

MORE = tuple(range(5480, 5960))
"""As many again for `drift`: computed with other seeds, one of its ratios had left the range of the first 480."""


def grid(low: int, high: int, per_decade: int) -> tuple[float, ...]:
    """Learning rates from 10^low to 10^high, both included."""
    return tuple(rounded(float(rate)) for rate in np.logspace(low, high, (high - low) * per_decade + 1))


def tuned(quick: bool, epochs: int, schedule: str = "") -> Protocol:
    """Each rule with the best of its rates: four a decade, tuned on eight seeds and judged on 480.

    Quick: two a decade, on three seeds and ten.
    """
    return Protocol(
        rates=grid(-4, 0, 2 if quick else 4),
        tuning_seeds=TUNE[:3] if quick else TUNE,
        report_seeds=REPORT[:10] if quick else REPORT,
        epochs=epochs,
        rounds=4 if quick else 6,
        resolution=3.5 if quick else 2.0,
        schedule=schedule,
    )


def untuned(quick: bool, epochs: int, rates: Mapping[str, float] | None = None, schedule: str = "") -> Protocol:
    """Each rule at one rate, by default its starting rate of section 3.7, on the seeds of the report."""
    given = STARTING_RATES if rates is None else rates
    return Protocol(report_seeds=REPORT[:10] if quick else REPORT, epochs=epochs, fixed=given, schedule=schedule)
