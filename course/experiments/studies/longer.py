"""Ten times the steps: who ends lowest, and who stops too early in a deep network."""

from __future__ import annotations

from dataclasses import replace

from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import dense
from course.experiments.studies.protocols import RULES, tuned
from course.experiments.training.tasks import Task

DEEP = (16,) * 6


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """Eight times the epochs on the large data set, 6144 steps; half of that in six layers. Quick: a third of both."""
    wide, deep = replace(dense.task(dense.LARGE), name="long"), replace(dense.task(dense.LARGE, DEEP), name="deep")
    return [(wide, tuned(quick, 8 if quick else 24)), (deep, tuned(quick, 4 if quick else 12))]


EXPERIMENT = Experiment("longer", "Many steps: the final point, and a deep network", plan, RULES)
