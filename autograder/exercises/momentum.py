"""momentum_step(theta, v, grad, eta, gamma=0.9) -> (theta, v). Section 3.6.1."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.catalogue.momentum import equivalents, mistakes
from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.manners import manners
from autograder.reference import momentum_step

LECTURE = "02_momentum"


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": probes.normal(rng, shape),
        "v": probes.normal(rng, shape),
        "grad": probes.magnitudes(rng, shape),
        "eta": probes.rate(rng, shape),
        "gamma": probes.decay(rng, shape),
    }


exercise = Exercise(
    reference=momentum_step,
    outputs=("theta", "v"),
    arguments=arguments,
    lecture=LECTURE,
    checks=(
        Check(
            "first step",
            0.2,
            "From v = 0 the first step is that of gradient descent, eta times the gradient.",
            probes.one_step(0, start=True),
        ),
        Check(
            "velocity",
            0.5,
            "The new velocity must be gamma v + eta g.",
            probes.one_step(1),
        ),
        Check(
            "step",
            0.3,
            "The new theta must be the old one minus the new velocity.",
            probes.minus_velocity,
        ),
        Check(
            "gamma by default",
            0.2,
            "Without gamma the function must use 0.9.",
            probes.one_step(defaults=True),
        ),
        Check(
            "ten steps in a row",
            0.4,
            "Fed with its own theta and v, the function leaves the right path.",
            probes.many_steps(),
        ),
        *manners(0.1),
    ),
    mistakes=mistakes,
    equivalents=equivalents,
)
