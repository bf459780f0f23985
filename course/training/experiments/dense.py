"""Dense networks on simulated data: "any optimizer works well, but Adam is often preferred" (section 3.8)."""

from __future__ import annotations

import numpy as np

from course.training.experiment import Experiment
from course.training.models import dense
from course.training.optimizers import OPTIMIZERS
from course.training.protocol import Protocol
from course.training.tasks import Data, Task

FEATURES, NOISE = 8, 0.1


def tasks(quick: bool) -> list[Task]:
    """A smooth function of two of eight features, as a number and as a label."""
    rng = np.random.default_rng(31)
    n, n_val = (512, 512) if quick else (4096, 4096)
    x = rng.standard_normal((n + n_val, FEATURES))
    signal = np.sin(2 * x[:, 0]) + x[:, 1] * x[:, 2]
    y = signal + NOISE * rng.standard_normal(n + n_val)
    up = (y > 0).astype(float)
    return [
        Task("dense regression", dense(FEATURES), Data(x[:n], y[:n], x[n:], y[n:])),
        Task("dense labels", dense(FEATURES), Data(x[:n], up[:n], x[n:], up[n:]), "binary_crossentropy"),
    ]


def protocol(quick: bool) -> Protocol:
    """Half-decades from 1e-4 to 1e-1."""
    return Protocol(
        rates=tuple(10.0 ** np.arange(-4, -0.5, 0.5 if not quick else 1.0)),
        tuning_seeds=(0, 1, 2),
        report_seeds=tuple(range(100, 110 if quick else 120)),
        epochs=20 if quick else 40,
    )


EXPERIMENT = Experiment("dense", "Dense networks on simulated data", tasks, tuple(OPTIMIZERS), protocol)
