"""gradient_descent_step(theta, grad, eta) -> theta. Section 3.5."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.exercises import libraries, probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Path

from ... import questions, step_probes
from ...promises import manners
from ...reference import gradient_descent_step
from .mistakes import equivalents, mistakes

LECTURE = "gradient_descent"
# Usual steps, one from far away, and those at which nothing moves.
CASES = (*step_probes.USUAL, *step_probes.ALONE, step_probes.AFAR, step_probes.STILL, {"grad": probes.zeros})


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": step_probes.points(rng, shape),
        "grad": step_probes.magnitudes(rng, shape),
        "eta": step_probes.rate(rng, shape),
    }


exercise = Exercise(
    reference=gradient_descent_step,
    outputs=("theta",),
    arguments=arguments,
    lecture=LECTURE,
    not_by=libraries.OPTIMIZERS,
    roles={"point": "theta", "gradient": "grad", "rate": "eta"},
    rates={"start": 0.01, "reach": 0.01, "ravine": 0.03, "rosenbrock": 0.001, "beale": 0.01},
    picture=Path(0.15),
    checks=(
        Check(
            "minus the gradient",
            0.2,
            "From theta = 0 with eta = 1 the new theta must be minus the gradient.",
            step_probes.one_step(fixed={"theta": probes.zeros, "eta": 1.0}),
        ),
        Check(
            "length of the step",
            0.4,
            "The step must be eta times the gradient.",
            step_probes.one_step(cases=CASES),
        ),
        *manners(0.1),
    ),
    mistakes=mistakes,
    questions=questions.GRADIENT_DESCENT,
    equivalents=equivalents,
)
