"""Dense networks that learn a return from characteristics: one truth, seen in few observations, some or many."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import benchmarks
from course.experiments.studies.protocols import RULES, tuned
from course.experiments.training.models import Array, dense
from course.experiments.training.tasks import Data, Task

CHARACTERISTICS = 8
SMALL, MIDDLE, LARGE = 128, 512, 8192
BATCH = 32
NOISE = 1.0  # as large as the signal; real returns are noisier still
JUDGES = 512


def expected_return(x: Array) -> Array:
    """The truth, (n,), for characteristics x (n, 8): a square, a product and a sign, of variance 1 together.

    The form is the nonlinear one of Gu, Kelly and Xiu (2020). Five of the eight characteristics do nothing.
    """
    square, product, sign = (x[:, 0] ** 2 - 1) / np.sqrt(2), x[:, 0] * x[:, 1], np.sign(x[:, 2])
    return (square + product + sign) / np.sqrt(3)


def data(n: int) -> Callable[[int], Data]:
    """Seed -> n noisy observations; they are judged on the truth itself, without noise, at 512 new points."""

    def draw(seed: int) -> Data:
        rng = np.random.default_rng([seed, 1])
        x, x_val = rng.standard_normal((n, CHARACTERISTICS)), rng.standard_normal((JUDGES, CHARACTERISTICS))
        return Data(x, expected_return(x) + NOISE * rng.standard_normal(n), x_val, expected_return(x_val))

    return draw


def task(n: int, hidden: tuple[int, ...] = (32,)) -> Task:
    """A network that sees n observations."""
    name = {SMALL: "few", MIDDLE: "some", LARGE: "many"}[n]
    return Task(f"{name} observations", dense(CHARACTERISTICS, hidden), data(n), batch_size=BATCH)


def epochs(n: int) -> int:
    """How many epochs of n observations make as many steps as three epochs of the large data set."""
    return 3 * LARGE // n


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """Few, some and many observations; all tasks allow the same number of steps."""
    return [(task(n), tuned(quick, epochs(n))) for n in (SMALL, MIDDLE, LARGE)]


BESIDE = {name: benchmarks.REGRESSION for name in ("few observations", "some observations", "many observations")}
EXPERIMENT = Experiment("dense", "Dense networks, few, some and many observations of one truth", plan, RULES, BESIDE)
