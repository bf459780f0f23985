"""A deep network at one rate each, that nobody tuned: does AdaGrad stop while the others still learn?"""

from __future__ import annotations

from dataclasses import replace

from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import dense
from course.experiments.studies.longer import DEEP
from course.experiments.studies.protocols import untuned
from course.experiments.training.tasks import Task

RATES = {"adagrad": 0.01, "rmsprop": 0.001, "adam": 0.001}
"""Section 3.7 names the last two; 0.01 is the default of AdaGrad in PyTorch, and ten times that of Keras."""


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """Six layers, 3072 steps. Quick: a third."""
    deep = replace(dense.task(dense.LARGE, DEEP), name="deep, fixed rates")
    return [(deep, untuned(quick, 4 if quick else 12, RATES))]


EXPERIMENT = Experiment("early", "A deep network at fixed rates: who stops too early", plan, tuple(RATES))
