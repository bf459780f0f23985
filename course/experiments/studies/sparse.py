"""Rare categories: credit spreads by issuer and country, most of which are seen seldom, in an embedding."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import benchmarks
from course.experiments.studies.protocols import RULES, tuned
from course.experiments.training.models import Array, embedding
from course.experiments.training.tasks import Data, Task

CATEGORIES = 100  # of each kind
KINDS = 2  # issuer and country
OBSERVATIONS = 4000
JUDGES = 2000
NOISE = 0.3


def frequencies(exponent: float) -> Array:
    """Zipf's law over the categories, (100,): the k-th has a probability proportional to 1 / k^exponent."""
    weights = 1.0 / np.arange(1, CATEGORIES + 1) ** exponent
    return weights / weights.sum()


def data(exponent: float) -> Callable[[int], Data]:
    """Seed -> observations of the sum of two effects of variance 1/2, one of each kind, and noise.

    They are judged where all categories are equally frequent, and without noise: a rare issuer counts as much as any.
    """

    def draw(seed: int) -> Data:
        rng = np.random.default_rng([seed, 2])
        effects = rng.standard_normal((KINDS, CATEGORIES)) / np.sqrt(KINDS)
        seen = rng.choice(CATEGORIES, (OBSERVATIONS, KINDS), p=frequencies(exponent))
        judged = rng.integers(0, CATEGORIES, (JUDGES, KINDS))
        first = CATEGORIES * np.arange(KINDS)  # the kinds share one table: each has rows of its own in it

        def spread(categories: Array) -> Array:
            return effects[np.arange(KINDS), categories].sum(axis=1)

        noisy = spread(seen) + NOISE * rng.standard_normal(OBSERVATIONS)
        return Data(first + seen, noisy, first + judged, spread(judged))

    return draw


def task(exponent: float) -> Task:
    """Zipf's exponent 1 for rare and frequent categories, 0 for the control in which all are alike."""
    name = "rare categories" if exponent else "equal categories"
    return Task(name, embedding(KINDS * CATEGORIES, KINDS, dimension=4, hidden=(8,)), data(exponent))


def plan(quick: bool) -> list[tuple[Task, Protocol]]:
    """Rare and frequent categories, and the control: 6 epochs, 750 steps."""
    return [(task(exponent), tuned(quick, epochs=6)) for exponent in (1.0, 0.0)]


BESIDE = {name: benchmarks.CATEGORIES for name in ("rare categories", "equal categories")}
EXPERIMENT = Experiment("sparse", "Credit spreads by issuer and country, most of them rare", plan, RULES, BESIDE)
