"""Many steps, and rates that fall to zero: who ends lowest when the noise is averaged out?"""

from __future__ import annotations

from dataclasses import replace

from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import curves, dense
from course.experiments.studies.protocols import RULES, tuned
from course.experiments.training.tasks import Task

DEEP = (16,) * 6


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """A wide network, 6144 steps; six layers, 3072 steps; the yield curves, 5120 steps. Quick: a third or a quarter."""
    tasks = [
        (replace(dense.task(dense.LARGE), name="long"), 8 if quick else 24),
        (replace(dense.task(dense.LARGE, DEEP), name="deep"), 4 if quick else 12),
        (replace(curves.task(), name="yield curves, long"), 40 if quick else 160),
    ]
    return [(task, tuned(quick, epochs, "cosine")) for task, epochs in tasks]


EXPERIMENT = Experiment("longer", "Many steps with rates that fall to zero: the final point", plan, RULES)
