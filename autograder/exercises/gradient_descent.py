"""gradient_descent_step(theta, grad, eta) -> theta. Section 3.5."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.catalogue.gradient_descent import equivalents, mistakes
from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.manners import manners
from autograder.reference import gradient_descent_step

LECTURE = "01_gradient_descent"


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": probes.normal(rng, shape),
        "grad": probes.magnitudes(rng, shape),
        "eta": probes.rate(rng, shape),
    }


exercise = Exercise(
    reference=gradient_descent_step,
    outputs=("theta",),
    arguments=arguments,
    lecture=LECTURE,
    checks=(
        Check(
            "minus the gradient",
            0.2,
            "From theta = 0 with eta = 1 the new theta must be minus the gradient.",
            probes.one_step(theta=probes.zeros, eta=1.0),
        ),
        Check("length of the step", 0.4, "The step must be eta times the gradient.", probes.one_step(times=5)),
        *manners(0.1),
    ),
    mistakes=mistakes,
    equivalents=equivalents,
)
