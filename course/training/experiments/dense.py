"""Dense networks on simulated data: "any optimizer works well, but Adam is often preferred" (section 3.8)."""

from __future__ import annotations

import numpy as np

from course.training.experiment import Experiment
from course.training.models import dense
from course.training.optimizers import OPTIMIZERS
from course.training.protocol import QUICK, Protocol
from course.training.tasks import Data, Task

FEATURES, NOISE = 8, 0.1


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """A smooth function of three of eight features, as a number and as a label."""
    rng = np.random.default_rng(31)
    n, n_val = (512, 512) if quick else (4096, 4096)
    x = rng.standard_normal((n + n_val, FEATURES))
    y = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2] + NOISE * rng.standard_normal(n + n_val)
    up = (y > 0).astype(float)
    tasks = [
        Task("numbers", dense(FEATURES), Data(x[:n], y[:n], x[n:], y[n:])),
        Task("labels", dense(FEATURES), Data(x[:n], up[:n], x[n:], up[n:]), "binary_crossentropy"),
    ]
    return [(task, QUICK if quick else Protocol()) for task in tasks]


EXPERIMENT = Experiment("dense", "Dense networks on simulated data", plan, tuple(OPTIMIZERS))
