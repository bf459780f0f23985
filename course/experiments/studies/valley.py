"""How many learning rates are good enough: the width of the valley, and what lies beside it."""

from __future__ import annotations

import numpy as np

from course.experiments.comparison import ahead
from course.experiments.comparison.experiment import Measured, Measurement
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import curves, dense, drift, sparse
from course.experiments.studies.protocols import REPORT, RULES, grid
from course.experiments.training.models import Array
from course.experiments.training.sweep import sweep
from course.experiments.training.tasks import Task

RATES = grid(-5, 1, 2)  # the same for all rules, and so wide that every valley lies inside
GOOD = 2.0  # a rate is good if its loss is at most twice the least that any rule reached at any rate on this seed
FAILED = "share of rates that fail"


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """One task of each kind, with its epochs."""
    kinds = (dense, sparse, drift, curves)
    return [other.plan(quick)[-1 if other is dense else 0] for other in kinds]


def losses(task: Task, epochs: int, seeds: int) -> dict[str, Array]:
    """Rule -> validation losses (rates, seeds), inf where a run diverged."""
    found = sweep(task, RULES, RATES, REPORT[:seeds], epochs, progress=False)
    return {rule: found.where(optimizer=rule).scores()[2] for rule in RULES}


def failing(found: dict[str, Array]) -> dict[str, Array]:
    """Rule -> the share (seeds,) of the rates that are not good."""
    least = np.min([table.min(axis=0) for table in found.values()], axis=0)
    return {rule: (table > GOOD * least).mean(axis=0) for rule, table in found.items()}


def count(quick: bool) -> int:
    """How many seeds."""
    return 5 if quick else 120


def seconds(quick: bool) -> float:
    """About how many seconds it takes here."""
    seeds = REPORT[: count(quick)]
    return sum(ahead.of_sweep(task, RULES, RATES, seeds, protocol.epochs) for task, protocol in plan(quick))


def measure(quick: bool) -> list[Measured]:
    """For each task and rule the share of the rates that fail, seed by seed."""
    measured = []
    for task, protocol in plan(quick):
        shares = failing(losses(task, protocol.epochs, count(quick)))
        measured += [Measured(task.name, rule, FAILED, tuple(share.tolist())) for rule, share in shares.items()]
    return measured


EXPERIMENT = Measurement("valley", "How many learning rates are good enough", measure, seconds)
