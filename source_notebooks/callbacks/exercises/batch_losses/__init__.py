"""batch_losses(means, sizes) -> the loss of each batch, from what Keras logs. Section 3.9."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ... import questions
from ...draws import near
from .mistakes import equivalents, mistakes, rule

EQUAL, SHORT, ANY, ONE = (32, 32, 32, 32), (20, 20, 20, 20, 7), (12, 30, 8, 17), (25,)


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    """Draw the running means of an epoch with batches of these sizes, whose losses go up and down."""
    sizes = np.array(size)
    losses = near(rng, [2.3, 0.9, 1.7, 0.6, 1.2][: len(sizes)], 0.05)
    return {"means": np.cumsum(sizes * losses) / np.cumsum(sizes), "sizes": sizes}


exercise = Exercise(
    reference=rule.variant(),
    asked=rule.signature,
    outputs=("losses",),
    arguments=arguments,
    lecture="callbacks",
    size=EQUAL,
    rtol=1e-8,
    checks=(
        Check(
            "batches of one size",
            0.75,
            "Each loss must be what its batch adds to the total of the epoch, divided by the batch's rows.",
            probes.calls(size=EQUAL, times=2),
        ),
        Check(
            "a short last batch",
            0.75,
            "Batches of other sizes count by their rows: a short last batch, and any others.",
            probes.all_of(
                probes.calls(size=SHORT, times=1, what=" with a short last batch"),
                probes.calls(size=ANY, times=1, what=" of any sizes"),
            ),
        ),
        Check(
            "one batch",
            0.25,
            "With a single batch its loss is the mean itself, in an array of one.",
            probes.calls(size=ONE, times=1),
            rule=False,
        ),
        Check(
            "inputs unchanged",
            0.25,
            "The function must not change the arrays it is given (`x *= ...` and `out=x` do).",
            probes.inputs_unchanged,
            rule=False,
        ),
    ),
    mistakes=mistakes,
    questions=questions.BATCH_LOSSES,
    equivalents=equivalents,
)
