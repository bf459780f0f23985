"""Calibration by a network: from observed yields to the parameters of the Nelson-Siegel-Svensson curve behind them."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import benchmarks
from course.experiments.studies.protocols import RULES, tuned
from course.experiments.training.models import Array, dense
from course.experiments.training.tasks import Data, Task
from course.workshop.problems import svensson_curve

MATURITIES = np.array([0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 30.0])
CENTRE = np.array([3.0, -1.5, 0.0, 0.0, np.log(1.5), np.log(8.0)])  # b0, b1, b2, b3, log d1, log d2
SPREAD = np.array([1.0, 1.0, 1.0, 1.0, 0.3, 0.3])
CURVES, JUDGES = 1000, 500
NOISE = 0.03  # percent per year


def curve(theta: Any) -> Any:
    """The yields (..., 11) of parameters (..., 6): `svensson_curve` of the workshop, written with keras.ops."""
    from keras import ops

    maturities = ops.convert_to_tensor(MATURITIES, dtype=theta.dtype)
    b0, b1, b2, b3, log_d1, log_d2 = ops.split(theta, 6, axis=-1)
    x1, x2 = maturities * ops.exp(-log_d1), maturities * ops.exp(-log_d2)
    e1, e2 = ops.exp(-x1), ops.exp(-x2)
    s1, s2 = (1 - e1) / x1, (1 - e2) / x2
    return b0 + b1 * s1 + b2 * (s1 - e1) + b3 * (s2 - e2)


def fit(y: Any, outputs: Any) -> Any:
    """The mean squared error of the curve behind the outputs: six numbers around 0, one for each parameter."""
    from keras import ops

    centre, spread = (ops.convert_to_tensor(part, dtype=outputs.dtype) for part in (CENTRE, SPREAD))
    return ops.mean(ops.square(curve(centre + spread * outputs) - y), axis=-1)


def simulate(rng: np.random.Generator, count: int) -> tuple[Array, Array]:
    """Parameters (count, 6) and their yields (count, 11)."""
    thetas = CENTRE + SPREAD * rng.standard_normal((count, 6))
    return thetas, np.array([svensson_curve(theta, MATURITIES) for theta in thetas])


def data(seed: int) -> Data:
    """Noisy curves to train on; new ones, that are judged against their yields without noise.

    Nobody tells the network the parameters. It finds them because nothing else reproduces the yields.
    """
    rng = np.random.default_rng([seed, 5])
    _, yields = simulate(rng, CURVES + JUDGES)
    observed = yields + NOISE * rng.standard_normal(yields.shape)
    x = (observed - CENTRE[0]) / 1.5
    return Data(x[:CURVES], observed[:CURVES], x[CURVES:], yields[CURVES:])


def task() -> Task:
    """A network of two layers from eleven yields to six parameters."""
    return Task("yield curves", dense(len(MATURITIES), hidden=(32, 32), outputs=6), data, loss=fit)


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """40 epochs, 1280 steps."""
    return [(task(), tuned(quick, epochs=40))]


BESIDE = {"yield curves": benchmarks.CURVES}
EXPERIMENT = Experiment("curves", "A network calibrates Nelson-Siegel-Svensson curves", plan, RULES, BESIDE)
