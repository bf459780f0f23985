"""nesterov_step(theta, v, grad_fn, eta, gamma=0.9) -> (theta, v). Section 3.6.5."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.exercises import libraries
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Path

from ... import questions, step_probes
from ...promises import manners
from ...reference import nesterov_step
from .mistakes import equivalents, mistakes

LECTURE = "nesterov"
# Usual steps, a fast one, and those at which a term is zero or nearly so.
VELOCITY = (
    *step_probes.USUAL,
    *step_probes.ALONE,
    step_probes.FAST,
    step_probes.STILL,
    step_probes.FORGETFUL,
    {"grad_fn": step_probes.flat},
    step_probes.FAINT_SLOPE,
)


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": step_probes.points(rng, shape),
        "v": step_probes.averages(rng, shape),
        "grad_fn": step_probes.landscape(rng, shape),
        "eta": step_probes.rate(rng, shape),
        "gamma": step_probes.decay(rng, shape),
    }


exercise = Exercise(
    reference=nesterov_step,
    outputs=("theta", "v"),
    arguments=arguments,
    lecture=LECTURE,
    not_by=libraries.OPTIMIZERS,
    roles={"point": "theta", "field": "grad_fn", "rate": "eta"},
    rates={"start": 0.01, "reach": 0.01, "ravine": 0.01, "rosenbrock": 0.0005, "beale": 0.003},
    picture=Path(0.03),
    checks=(
        Check(
            "where the gradient is asked",
            1.0,
            "The gradient must be asked at theta - gamma v, where momentum will carry you.",
            step_probes.asked_at,
        ),
        Check(
            "first step",
            0.3,
            "From v = 0 the first step is that of gradient descent.",
            step_probes.one_step(0, start=True),
            rule=False,
        ),
        Check(
            "velocity",
            0.5,
            "The new velocity must be gamma v + eta grad_fn(theta - gamma v).",
            step_probes.one_step(1, cases=VELOCITY),
        ),
        Check(
            "step",
            0.2,
            "The new theta must be the old one minus the new velocity.",
            step_probes.minus_velocity,
            rule=False,
        ),
        Check("gamma by default", 0.2, "Without gamma the function must use 0.9.", step_probes.one_step(defaults=True)),
        Check(
            "ten steps in a row",
            0.4,
            "Fed with its own theta and v, the function leaves the right path.",
            step_probes.many_steps(
                fixed={"eta": 0.02}, alone={**step_probes.AWAY, "on a faint slope": step_probes.FAINT_SLOPE}
            ),
        ),
        *manners(0.1),
    ),
    mistakes=mistakes,
    questions=questions.NESTEROV,
    equivalents=equivalents,
)
