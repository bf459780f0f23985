"""What a claim can be about: numbers of a comparison, one for each seed; the lower the better, unless it says so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course.experiments.comparison.protocol import Comparison, geometric_means
from course.experiments.training.models import Array

WITHIN = 1.5
"""A rate is good enough if its loss is at most so many times that of the best rate."""


def loss(comparison: Comparison, optimizer: str) -> Array:
    """The last validation loss at the chosen rate, (report seeds,); inf if the run diverged."""
    return comparison.report.where(optimizer=optimizer).scores()[2][0]


def training_loss(comparison: Comparison, optimizer: str) -> Array:
    """The last training loss at the chosen rate, (report seeds,); inf if the run diverged."""
    last = comparison.report.where(optimizer=optimizer).curves("loss")[:, -1]
    return np.where(np.isnan(last), np.inf, last)


def epochs(comparison: Comparison, optimizer: str) -> Array:
    """After how many epochs the validation loss first is as low as the worst optimizer's last one, (report seeds,).

    The worst is the one with the highest finite geometric mean. A run that never is so low counts as one epoch more
    than there were.
    """
    ends = [next(iter(geometric_means(comparison.report.where(optimizer=o)).values())) for o in comparison.optimizers]
    finite = [end for end in ends if np.isfinite(end)]
    target = max(finite, default=np.inf) * (1 + 1e-9)  # the mean of equal losses is their loss but for rounding
    reached = comparison.report.where(optimizer=optimizer).curves("val_loss") <= target
    return np.where(reached.any(axis=1), reached.argmax(axis=1), reached.shape[1]) + 1.0


def width(comparison: Comparison, optimizer: str) -> Array:
    """How many decades of rates are good enough, (tuning seeds,): the higher, the less it matters how one tunes.

    Each tried rate stands for the way to the middle between it and the next one, on both sides, in log10.
    """
    rates, _, scores = comparison.tuning.where(optimizer=optimizer).scores()
    logs = np.log10(rates)
    middles = np.concatenate([logs[:1], (logs[1:] + logs[:-1]) / 2, logs[-1:]])
    good = np.isfinite(scores) & (scores <= WITHIN * scores.min(axis=0))
    decades: Array = np.diff(middles) @ good
    return decades


QUANTITIES: dict[str, Callable[[Comparison, str], Array]] = {
    "loss": loss,
    "training loss": training_loss,
    "epochs": epochs,
    "width": width,
}
"""Name, as in the claims -> the function."""
