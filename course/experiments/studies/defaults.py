"""No tuning at all: every rule at the starting rate of section 3.7, on the tasks of the other experiments."""

from __future__ import annotations

from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import curves, dense, drift, recurrent, sparse
from course.experiments.studies.protocols import STARTING_RATES, untuned
from course.experiments.training.tasks import Task


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """The tasks of the tuned experiments but the convolutions, with their epochs.

    When the results that are kept were made, the time on the machine ended before the two convolutions, which the plan
    had as well. They cannot change an answer: each held on more than half of all pairs already.
    """
    others = (dense, sparse, recurrent, drift, curves)
    return [(task, untuned(quick, protocol.epochs)) for other in others for task, protocol in other.plan(quick)]


EXPERIMENT = Experiment("defaults", "Untuned, at the rates of section 3.7", plan, tuple(STARTING_RATES))
