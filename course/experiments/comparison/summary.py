"""A comparison in a few numbers for each optimizer: what the table shows, the picture draws and the file keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course.experiments.comparison.claims import Answered, digests
from course.experiments.comparison.experiment import Experiment, Gathered, Measurement
from course.experiments.comparison.protocol import Comparison
from course.experiments.comparison.quantities import loss
from course.experiments.comparison.statistics import (
    FEWEST,
    Interval,
    log_ratios,
    mean_interval,
    performance_profile,
    win_probability,
)
from course.experiments.comparison.tuning import DIGITS

FORMAT = 1
"""Of the file: a number that grows when something in it is renamed or means something else; see FORMATS.md."""

RUNS = ("tuning_scores", "report_losses", "values")
OF_A_RUN = 4
"""Digits of the numbers of single runs, of which there are many thousands."""

TAUS = (1.0, 1.05, 1.1, 1.25, 1.5, 2.0)
"""How many times the lowest loss of a seed counts as near it, in the performance profile."""


@dataclass(frozen=True)
class Row:
    """One optimizer on one task.

    Attributes:
        optimizer, rate: its name and its best rate.
        interior: whether the best rate lies inside the grid.
        trials: how many rates were tried; 0 if the rate was given.
        runs, steps: what was spent on it, tuning included: runs, and steps of the optimizer.
        diverged: how many of the runs that report.
        loss: the geometric mean of the losses over the seeds that report, with its interval.
        ratio: of its loss to the reference's on the same seeds.
        wins: the probability that its loss is lower than the reference's.
        singles: how many of the comparisons at one rate and one seed it would have won.
    """

    optimizer: str
    rate: float
    interior: bool
    trials: int
    runs: int
    steps: int
    diverged: int
    loss: Interval
    ratio: Interval
    wins: Interval
    singles: int | None


def reference(comparison: Comparison) -> str:
    """The optimizer that looked best in tuning.

    The best of those that report would be flattered: it is the best because it was lucky on just these seeds.
    """
    tuned = {name: min(c.losses) for name, c in comparison.choices.items() if c.tuned}
    return min(tuned, key=tuned.__getitem__) if tuned else comparison.optimizers[0]


def against(comparison: Comparison, losses: ArrayLike) -> tuple[Interval, Interval, Interval]:
    """Losses on the seeds of the report beside the reference's: their level, the ratio, the probability to be lower."""
    own, best = np.asarray(losses, dtype=float), loss(comparison, reference(comparison))
    return _ratio(own, np.ones_like(own)), _ratio(own, best), win_probability(own, best)


def rows(comparison: Comparison) -> list[Row]:
    """One row for each optimizer, the lowest loss first."""
    singles = comparison.singles()
    found = []
    for name, choice in comparison.choices.items():
        own, runs = loss(comparison, name), comparison.runs(name)
        level, ratio, wins = against(comparison, own)
        found.append(
            Row(
                optimizer=name,
                rate=choice.rate,
                interior=choice.interior,
                trials=choice.trials,
                runs=runs,
                steps=runs * comparison.steps,
                diverged=int(np.isinf(own).sum()),
                loss=level,
                ratio=ratio,
                wins=wins,
                singles=singles.get(name),
            )
        )
    return sorted(found, key=lambda row: row.loss.estimate)


def profile(comparisons: Sequence[Comparison]) -> dict[str, list[float]]:
    """Optimizer -> its performance profile at TAUS, over all tasks and seeds; every seed of a task is one problem."""
    names = comparisons[0].optimizers
    losses = np.concatenate([np.column_stack([loss(c, name) for name in names]) for c in comparisons])
    return dict(zip(names, performance_profile(losses, TAUS).tolist(), strict=True))


def _ratio(ones: Any, others: Any) -> Interval:
    return Interval(*(float(np.exp(end)) for end in mean_interval(log_ratios(ones, others))))


def plain_data(experiment: Experiment | Measurement, gathered: Gathered, answers: list[Answered], quick: bool) -> Any:
    """All of it for a JSON file: small, so that it can be kept beside the text that quotes it."""
    tasks = [
        {
            "task": comparison.task,
            "where": comparison.where,
            "protocol": asdict(comparison.protocol),
            "reference": reference(comparison),
            "optimizers": [asdict(row) | _curve(comparison, row.optimizer) for row in rows(comparison)],
        }
        for comparison in gathered.comparisons
    ]
    measured = [
        asdict(m) | ({"interval": mean_interval(m.values)} if len(m.values) >= FEWEST else {})
        for m in gathered.measured
    ]
    claims = [
        {"id": v.claim.id, "section": v.claim.section, "says": v.claim.says, "answer": v.answer, "evidence": v.evidence}
        for v in answers
    ]
    shares = {"taus": TAUS} | profile(gathered.comparisons) if gathered.comparisons else {}
    asked = {"asked": digests(experiment.name)}
    found = {"format": FORMAT, "experiment": experiment.name, "about": experiment.about, "quick": quick}
    return _plain(found | asked | {"tasks": tasks, "profile": shares, "measured": measured, "claims": claims})


def _curve(comparison: Comparison, optimizer: str) -> dict[str, Any]:
    choice = comparison.choices[optimizer]
    scores = comparison.tuning.where(optimizer=optimizer).scores()[2] if choice.tuned else ()
    own = loss(comparison, optimizer)
    return {"rates": choice.rates, "tuning_losses": choice.losses, "tuning_scores": scores, "report_losses": own}


def _plain(value: Any, digits: int = DIGITS) -> Any:
    """What JSON knows: lists, texts, numbers of a few digits; what is not finite as a text."""
    if isinstance(value, dict):
        return {key: _plain(item, OF_A_RUN if key in RUNS else digits) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(item, digits) for item in value]
    if isinstance(value, float):
        return float(f"{value:.{digits}g}") if np.isfinite(value) else str(float(value))
    return value
