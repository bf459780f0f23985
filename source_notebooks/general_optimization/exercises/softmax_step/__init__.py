"""softmax_step(z, grad_w) -> (w, gradient by z)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from tps.training_loop.promises import inputs_unchanged, integer_input

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ... import questions
from ...draws import near
from ...reference import softmax_step
from .mistakes import equivalents, mistakes

Z = np.array([0.9, -1.3, 0.4, 1.8, -0.6])
SLOPES = np.array([1.2, -0.7, 2.3, -1.6, 0.5])  # of a goal for which w'g is not zero, as for the variance
STEEP = np.array([120.0, -70.0, 230.0, -480.0, 50.0])  # w'g is about -200


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    """Draw z (5,) and slopes of no ratio: w'g is far from zero."""
    return {"z": near(rng, Z, 0.1), "grad_w": near(rng, SLOPES, 0.1)}


def falling(rng: Generator, size: Any) -> Any:
    """Steep slopes, w'g far below zero."""
    return near(rng, STEEP, 0.1)


def rising(rng: Generator, size: Any) -> Any:
    """Steep slopes, w'g far above zero."""
    return -near(rng, STEEP, 0.1)


def large(rng: Generator, size: Any) -> Any:
    """Where exp of z itself is infinite; the spread is moderate."""
    return 1000.0 + near(rng, Z, 0.1)


def negative(rng: Generator, size: Any) -> Any:
    """Where exp of z itself is zero for all."""
    return -1000.0 + near(rng, Z, 0.1)


def wide(rng: Generator, size: Any) -> Any:
    """Where exp is infinite also if the mean is taken out."""
    return near(rng, np.array([1500.0, -1500.0, -1500.0, 1499.0, -1500.0]), 1e-4)


exercise = Exercise(
    reference=softmax_step,
    outputs=("w", "gradient by z"),
    arguments=arguments,
    lecture="general_optimization",
    size=5,
    checks=(
        Check(
            "weights",
            0.5,
            "w must be exp(z) divided by the sum of exp(z).",
            probes.all_of(probes.calls(0), probes.calls(0, times=1, fixed={"z": probes.zeros}, what=", z = 0")),
        ),
        Check(
            "gradient",
            0.8,
            "The gradient by z_i must be w_i (g_i - w'g).",
            probes.all_of(
                probes.calls(1),
                probes.calls(1, times=1, fixed={"grad_w": falling}, what=", w'g far below zero"),
                probes.calls(1, times=1, fixed={"grad_w": rising}, what=", w'g far above zero"),
                probes.calls(1, times=1, fixed={"z": probes.zeros}, what=", z = 0"),
                probes.calls(1, times=1, fixed={"grad_w": probes.zeros}, what=", no slope"),
            ),
        ),
        Check(
            "large z",
            0.4,
            "For z of 1000 the weights are still finite: take the greatest z out before the exponentials.",
            probes.all_of(
                probes.calls(0, times=1, fixed={"z": large}, what=", z near 1000"),
                probes.calls(0, times=1, fixed={"z": negative}, what=", z near -1000"),
                probes.calls(0, times=1, fixed={"z": wide}, what=", z from -1500 to 1500"),
            ),
        ),
        integer_input(0.1),
        inputs_unchanged(0.1),
        Check(
            "nothing shared",
            0.1,
            "Return new arrays, computed from what the inputs hold now.",
            probes.nothing_shared(),
            rule=False,
        ),
    ),
    mistakes=mistakes,
    questions=questions.SOFTMAX_STEP,
    equivalents=equivalents,
)
