"""adamw_step(theta, m, v, grad, t, eta, weight_decay=0.004, beta_1=0.9, beta_2=0.999, eps=1e-8) -> (theta, m, v)."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator
from tps.optimizers import step_probes
from tps.optimizers.promises import AT_REST, NO_RATE, manners

from autograder.exercises import libraries, probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Path
from autograder.exercises.probes import Fixed

from ... import adam_like, questions
from ...reference import adamw_step
from .mistakes import equivalents, mistakes

STATE = ("m", "v")
ORDER = ("theta", *STATE, "grad", "t", "eta", "weight_decay", "beta_1", "beta_2", "eps")

# Where Adam does not move, so that the decay alone is seen; once with another decay, with none, and without a rate.
RESTING: Fixed = {"m": probes.zeros, "grad": probes.zeros}
STRONG: Fixed = {"weight_decay": 0.8}
NONE: Fixed = {"weight_decay": 0.0}


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    found = adam_like.arguments(rng, shape) | {"weight_decay": float(rng.uniform(0.21, 0.29))}
    return {name: found[name] for name in ORDER}


exercise = Exercise(
    reference=adamw_step,
    outputs=("theta", *STATE),
    arguments=arguments,
    lecture="adam",
    not_by=libraries.OPTIMIZERS,
    roles={"point": "theta", "gradient": "grad", "clock": "t", "rate": "eta"},
    picture=Path(0.3),
    checks=(
        adam_like.averages(0.4),
        Check(
            "decay alone",
            0.6,
            "Where the gradient and m are zero, theta must become theta - eta weight_decay theta.",
            step_probes.one_step(
                0, cases=(*({**case, **RESTING} for case in step_probes.USUAL), {**RESTING, **STRONG})
            ),
        ),
        Check(
            "step and decay",
            0.6,
            "theta must become theta - eta m_hat / sqrt(v_hat + eps) - eta weight_decay theta, with the old theta in "
            "both places.",
            step_probes.one_step(
                0, cases=(*step_probes.USUAL, *step_probes.ALONE, step_probes.AFAR, step_probes.STILL, STRONG, NONE)
            ),
        ),
        adam_like.late(0.2, "From theta = 0 there is nothing to decay: the step is Adam's."),
        adam_like.corrected(0.4, "The step must divide m by 1 - beta_1^t and v by 1 - beta_2^t, as Adam does."),
        adam_like.epsilon(0.1, STATE),
        adam_like.defaults(
            0.2,
            "Without weight_decay, beta_1, beta_2 and eps the function must use 0.004, 0.9, 0.999 and 1e-8.",
            STATE,
            theta=step_probes.points,
            eta=0.5,
        ),
        *adam_like.in_a_row(0.2, 0.1, "theta, m and v"),
        *manners(0.05, still=({**AT_REST, **NONE}, NO_RATE)),
    ),
    mistakes=mistakes,
    questions=questions.ADAMW,
    equivalents=equivalents,
)
