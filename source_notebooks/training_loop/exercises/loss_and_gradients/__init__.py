"""loss_and_gradients(x, y, W1, b1, W2, b2) -> (loss, dW1, db1, dW2, db2). Sections 3.1 and 3.2."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ... import draws, promises, questions
from ...reference import loss_and_gradients
from .mistakes import RESULTS, equivalents, mistakes

Array = np.ndarray
Size = tuple[int, int, int]
SQUARE: Size = (3, 3, 3)  # where a matrix that lies on its side fits as well


def arguments(rng: Generator, size: Size) -> dict[str, Any]:
    """Draw n observations of p features, and the weights of h hidden units."""
    n, p, h = size
    return {
        "x": draws.signed(rng, (n, p), 0.2, 1.4, first=0.1),
        "y": draws.signed(rng, (n,), 0.3, 2.5, first=0.6),
        "W1": draws.signed(rng, (p, h), 0.2, 1.1, first=0.3),
        "b1": draws.signed(rng, (h,), 0.1, 0.8, first=0.8),
        "W2": draws.signed(rng, (h,), 0.3, 1.6, first=0.7),
        "b2": draws.near(rng, 0.4),
    }


def beyond(rng: Generator, size: Size) -> Array:
    """Biases so large that tanh is 1 or -1 exactly, and its derivative 0."""
    return np.where(np.arange(size[2]) % 2, -1.0, 1.0) * draws.spread(rng, (size[2],), 900.0, 1500.0)


exercise = Exercise(
    reference=loss_and_gradients,
    outputs=RESULTS,
    arguments=arguments,
    lecture="training_loop",
    size=(5, 3, 4),
    checks=(
        Check(
            "loss",
            1.0,
            "The loss must be the mean of the squared errors, one for each observation.",
            probes.all_of(
                probes.calls(0, times=2),
                probes.calls(0, times=1, size=SQUARE, what=", square"),
            ),
        ),
        Check(
            "output layer",
            1.0,
            "dW2 must be H'r and db2 the sum of r, with r = 2 (o - y) / n.",
            probes.all_of(
                probes.calls(3, 4, times=2),
                probes.calls(3, 4, times=1, size=SQUARE, what=", square"),
            ),
        ),
        Check(
            "hidden layer",
            1.5,
            "dW1 must be x'D and db1 the sum of the rows of D, with D = (r W2') * (1 - H^2).",
            probes.all_of(
                probes.calls(1, 2, times=2),
                probes.calls(1, 2, times=1, size=SQUARE, what=", square"),
            ),
        ),
        Check(
            "a single observation",
            0.25,
            "A batch of one observation must give the gradients of that one.",
            probes.calls(1, 2, 3, 4, size=(1, 3, 4), times=1),
        ),
        Check(
            "saturated",
            0.5,
            "Where tanh is 1 or -1 its derivative is 0: dW1 and db1 are 0 there, and nothing is NaN.",
            probes.calls(1, 2, 3, 4, fixed={"b1": beyond}, times=1),
        ),
        promises.integer_input(0.25),
        promises.inputs_unchanged(0.25),
        promises.nothing_shared(0.25),
    ),
    mistakes=mistakes,
    questions=questions.LOSS_AND_GRADIENTS,
    equivalents=equivalents,
)
