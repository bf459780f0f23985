"""A hedge ratio that drifts, in calm and in stormy markets, learned in the order of time and read once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import benchmarks
from course.experiments.studies.protocols import MORE, RULES, tuned
from course.experiments.training.models import Array, dense
from course.experiments.training.tasks import Data, Task

FACTORS = 4
STEPS, BATCH = 600, 8
REGIME = 100  # steps until calm turns to storm, and storm to calm
CALM, STORM = 1.0, 5.0
WANDERING = 0.03  # standard deviation of each exposure's change from step to step
NOISE = 0.5
JUDGES = 512


def exposures(rng: np.random.Generator) -> Array:
    """Random walks (steps, 4) that start from standard normal values."""
    return rng.standard_normal(FACTORS) + np.cumsum(WANDERING * rng.standard_normal((STEPS, FACTORS)), axis=0)


def data(storm: float) -> Callable[[int], Data]:
    """Seed -> factor returns and the return of a book, eight observations a step, whose scale is 1 or `storm`.

    The observations are in the order of time. They are judged on the exposures of the last step, at the calm scale and
    without noise: how far is the network from the truth of today? Where in a regime the last step falls is random.
    """

    def draw(seed: int) -> Data:
        rng = np.random.default_rng([seed, 4])
        exposure = exposures(rng)
        regime = (np.arange(STEPS) + rng.integers(2 * REGIME)) // REGIME % 2
        scale = np.where(regime == 1, storm, CALM)[:, None]
        x = scale[..., None] * rng.standard_normal((STEPS, BATCH, FACTORS))
        y = (x * exposure[:, None]).sum(axis=-1) + scale * NOISE * rng.standard_normal((STEPS, BATCH))
        today = rng.standard_normal((JUDGES, FACTORS))
        return Data(x.reshape(-1, FACTORS), y.ravel(), today, today @ exposure[-1])

    return draw


def task(storm: float) -> Task:
    """`storm` is 1 for a target that moves and nothing else, 5 for regimes. For one epoch: time runs once."""
    name = "drift" if storm == CALM else "drift and regimes"
    model = dense(FACTORS, hidden=(16,), activation="relu")
    return Task(name, model, data(storm), batch_size=BATCH, shuffle=False)


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """The target drifts; it drifts and calm and storm take turns. 600 steps."""
    protocol = tuned(quick, epochs=1)
    protocol = replace(protocol, report_seeds=protocol.report_seeds + (() if quick else MORE))
    return [(task(storm), protocol) for storm in (CALM, STORM)]


BESIDE = {name: benchmarks.DRIFTING for name in ("drift", "drift and regimes")}
EXPERIMENT = Experiment("drift", "Exposures that drift, in calm and in stormy markets", plan, RULES, BESIDE)
