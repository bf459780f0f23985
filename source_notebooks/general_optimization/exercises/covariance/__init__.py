"""covariance(loadings, volatility) -> (correlation, covariance)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from tps.training_loop.promises import inputs_unchanged, integer_input

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ... import questions
from ...draws import near
from ...reference import covariance
from .mistakes import equivalents, mistakes

Size = tuple[int, int]
# Rows of very different lengths, of both signs, whose sums are not zero.
LOADINGS = np.array([[0.9, -0.4, 1.7, 0.3], [2.6, 1.1, -0.8, 1.9], [-0.3, 0.5, 0.7, -1.2], [1.4, 2.2, 0.6, -0.5]])
VOLATILITY = np.array([0.12, 0.31, 0.22, 0.44])


def arguments(rng: Generator, size: Size) -> dict[str, Any]:
    """Draw the loadings of n assets on k shocks, and n volatilities."""
    n, k = size
    return {"loadings": near(rng, LOADINGS[:n, :k], 0.1), "volatility": near(rng, VOLATILITY[:n], 0.1)}


exercise = Exercise(
    reference=covariance,
    outputs=("correlation", "covariance"),
    arguments=arguments,
    lecture="general_optimization",
    size=(3, 4),
    checks=(
        Check(
            "correlation",
            0.8,
            "The correlation must be A A', divided by the lengths of the two rows.",
            probes.all_of(probes.calls(0), probes.calls(0, size=(4, 2), times=1, what=", more assets than shocks")),
        ),
        Check(
            "covariance",
            0.8,
            "Entry (i, j) of the covariance must be volatility i times correlation times volatility j.",
            probes.all_of(probes.calls(1), probes.calls(1, size=(4, 2), times=1, what=", more assets than shocks")),
        ),
        Check(
            "one asset", 0.2, "One asset has the correlation 1 and its variance.", probes.calls(size=(1, 3), times=1)
        ),
        integer_input(0.1),
        inputs_unchanged(0.1),
    ),
    mistakes=mistakes,
    questions=questions.COVARIANCE,
    equivalents=equivalents,
)
