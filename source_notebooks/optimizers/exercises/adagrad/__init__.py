"""adagrad_step(theta, r, grad, eta, eps=1e-8) -> (theta, r). Section 3.6.4."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.exercises import libraries, probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Path

from ... import questions, step_probes
from ...promises import epsilon_inside, manners, zero_gradient
from ...reference import adagrad_step
from .mistakes import equivalents, mistakes

LECTURE = "adagrad"


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": step_probes.points(rng, shape),
        "r": step_probes.squares(rng, shape),
        "grad": step_probes.magnitudes(rng, shape),
        "eta": step_probes.rate(rng, shape),
        "eps": 1e-24,
    }


exercise = Exercise(
    reference=adagrad_step,
    outputs=("theta", "r"),
    arguments=arguments,
    lecture=LECTURE,
    not_by=libraries.OPTIMIZERS,
    roles={"point": "theta", "gradient": "grad", "rate": "eta"},
    rates={"start": 0.01, "reach": 1.0, "ravine": 0.5, "rosenbrock": 0.3, "beale": 0.3},
    picture=Path(0.8),
    checks=(
        Check(
            "memory",
            0.1,
            "Where the gradient is zero, r must stay as it is.",
            step_probes.one_step(1, fixed={"grad": probes.zeros}),
            rule=False,
        ),
        Check(
            "accumulator",
            0.3,
            "The new r must be the old r plus the square of the gradient.",
            step_probes.one_step(1, cases=(*step_probes.USUAL, step_probes.FAINT_SQUARES, step_probes.HUGE)),
        ),
        Check(
            "first step",
            0.2,
            "From r = 0 the first step is eta in each coordinate, against the sign of the gradient.",
            step_probes.one_step(0, start=True, fixed={"theta": probes.zeros}),
            rule=False,
        ),
        Check(
            "step",
            0.2,
            "The step must be eta g / sqrt(r + eps) with the new r.",
            step_probes.one_step(
                0,
                cases=(
                    step_probes.GENTLE,
                    *step_probes.ALONE,
                    step_probes.FAINT_STEP,
                    step_probes.HUGE,
                    step_probes.STILL,
                    {"eps": 0.0},
                ),
                fixed={"theta": probes.zeros},
            ),
        ),
        epsilon_inside(0.3),
        Check(
            "epsilon by default",
            0.1,
            "Without eps the function must use 1e-8.",
            step_probes.one_step(
                0, defaults=True, fixed={"theta": probes.zeros, "r": probes.zeros, "grad": step_probes.tiny}
            ),
        ),
        Check(
            "ten steps in a row",
            0.4,
            "Fed with its own theta and r, the function leaves the right path.",
            step_probes.many_steps(fixed={"grad": step_probes.large, "theta": probes.zeros}),
        ),
        zero_gradient(0.2),
        *manners(0.05),
    ),
    mistakes=mistakes,
    questions=questions.ADAGRAD,
    equivalents=equivalents,
)
