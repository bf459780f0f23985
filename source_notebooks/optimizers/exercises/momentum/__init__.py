"""momentum_step(theta, v, grad, eta, gamma=0.9) -> (theta, v). Section 3.6.1."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.exercises import libraries, probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Path

from ... import questions, step_probes
from ...promises import AT_REST, manners
from ...reference import momentum_step
from .mistakes import equivalents, mistakes

LECTURE = "momentum"
SLOW = {"theta": probes.zeros, "eta": step_probes.low_rate}
# Usual steps, a fast one, and those at which a term is zero. eta = 0 is not asked: eta (gamma v / eta + g) is a right
# form.
VELOCITY = (
    *step_probes.USUAL,
    *step_probes.ALONE,
    SLOW,
    step_probes.FAST,
    step_probes.FAINT,
    step_probes.DOWNHILL,
    step_probes.FORGETFUL,
    {"grad": probes.zeros},
)


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": step_probes.points(rng, shape),
        "v": step_probes.averages(rng, shape),
        "grad": step_probes.magnitudes(rng, shape),
        "eta": step_probes.rate(rng, shape),
        "gamma": step_probes.decay(rng, shape),
    }


exercise = Exercise(
    reference=momentum_step,
    outputs=("theta", "v"),
    arguments=arguments,
    lecture=LECTURE,
    not_by=libraries.OPTIMIZERS,
    roles={"point": "theta", "gradient": "grad", "rate": "eta"},
    rates={"start": 0.01, "reach": 0.01, "ravine": 0.01, "rosenbrock": 0.0005, "beale": 0.003},
    picture=Path(0.03),
    checks=(
        Check(
            "first step",
            0.2,
            "From v = 0 the first step is that of gradient descent, eta times the gradient.",
            step_probes.one_step(0, start=True),
            rule=False,
        ),
        Check(
            "velocity",
            0.5,
            "The new velocity must be gamma v + eta g.",
            step_probes.one_step(1, cases=VELOCITY),
        ),
        Check(
            "step",
            0.3,
            "The new theta must be the old one minus the new velocity.",
            step_probes.minus_velocity,
            rule=False,
        ),
        Check(
            "gamma by default",
            0.2,
            "Without gamma the function must use 0.9.",
            step_probes.one_step(defaults=True),
        ),
        Check(
            "ten steps in a row",
            0.4,
            "Fed with its own theta and v, the function leaves the right path.",
            step_probes.many_steps(),
        ),
        *manners(0.1, (AT_REST,)),
    ),
    mistakes=mistakes,
    questions=questions.MOMENTUM,
    equivalents=equivalents,
)
