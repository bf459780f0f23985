"""train_epoch(w, b, x, y, order, batch_size, eta) -> (w, b, loss). Sections 3.3 and 3.4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ... import draws, promises, questions
from ...reference import train_epoch
from .mistakes import equivalents, mistakes


@dataclass(frozen=True)
class Epoch:
    """n rows of p features, cut into batches; as they lie, or in another order; far: how large the targets are."""

    n: int
    p: int
    batch_size: int
    shuffled: bool = False
    far: float = 1.0


FULL, LARGE = Epoch(12, 3, 4), Epoch(6, 2, 6)
FAR = Epoch(6, 2, 2, far=3e4)
SHORT, SINGLE = Epoch(10, 3, 4), Epoch(9, 2, 8)  # a last batch of two rows, and of one
OVER = Epoch(5, 2, 64)
SHUFFLED = Epoch(10, 3, 4, shuffled=True)


def arguments(rng: Generator, size: Epoch) -> dict[str, Any]:
    """Draw the data and the weights of one epoch."""
    n, p = size.n, size.p
    order = np.arange(n)
    if size.shuffled:
        order = np.roll(np.argsort((0.618 * order + 0.2) % 1), int(rng.integers(1, 4)))
    return {
        "w": draws.signed(rng, (p,), 0.3, 1.4, first=0.6),
        "b": draws.near(rng, 0.6),
        "x": draws.signed(rng, (n, p), 0.2, 1.5, first=0.1),
        "y": size.far * draws.signed(rng, (n,), 0.5, 2.5, first=0.7),
        "order": order,
        "batch_size": size.batch_size,
        "eta": draws.near(rng, 0.07),
    }


exercise = Exercise(
    reference=train_epoch,
    outputs=("w", "b", "loss"),
    arguments=arguments,
    lecture="training_loop",
    size=SHUFFLED,
    checks=(
        Check(
            "full batches",
            1.0,
            "Each batch is one step: minus eta times the gradient of its mean squared error, at the weights of then.",
            probes.all_of(
                probes.calls(0, 1, size=FULL, times=1, what=", three full batches"),
                probes.calls(0, 1, size=LARGE, times=1, what=", one full batch"),
                probes.calls(0, 1, size=FAR, times=1, what=", large targets"),
            ),
        ),
        Check(
            "the short last batch",
            1.0,
            "What is left at the end is a batch as well, and its gradient is the mean over the rows that it has.",
            probes.all_of(
                probes.calls(0, 1, size=SHORT, times=1, what=", two rows left"),
                probes.calls(0, 1, size=SINGLE, times=1, what=", one row left"),
            ),
        ),
        Check(
            "loss",
            1.0,
            "The loss is the mean over all rows, each batch's taken before its step.",
            probes.all_of(
                probes.calls(2, size=FULL, times=1, what=", three full batches"),
                probes.calls(2, size=SHORT, times=1, what=", two rows left"),
                probes.calls(2, size=SINGLE, times=1, what=", one row left"),
            ),
        ),
        Check(
            "fewer rows than a batch",
            0.25,
            "Where there are fewer rows than batch_size, all of them are one batch.",
            probes.calls(0, 1, size=OVER, times=1),
        ),
        Check(
            "order",
            0.5,
            "The batches are cut from `order`: the rows it names first make the first batch.",
            probes.calls(0, 1, size=SHUFFLED, times=2),
        ),
        promises.integer_input(0.1),
        promises.inputs_unchanged(0.1),
        promises.nothing_shared(0.05),
    ),
    mistakes=mistakes,
    questions=questions.TRAIN_EPOCH,
    equivalents=equivalents,
)
