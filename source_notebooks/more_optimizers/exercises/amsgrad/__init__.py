"""amsgrad_step(theta, m, v, v_max, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8) -> (theta, m, v, v_max)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from tps.optimizers import step_probes
from tps.optimizers.promises import manners

from autograder.exercises import libraries, probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Path

from ... import adam_like, questions
from ...reference import amsgrad_step
from .mistakes import equivalents, mistakes

STATE = ("m", "v", "v_max")
ORDER = ("theta", *STATE, "grad", "t", "eta", "beta_1", "beta_2", "eps")


def now_and_then(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Largest averages so far, every second far below what any gradient here gives, the others far above."""
    sizes = step_probes.spread(rng, shape, 0.3, 2.0, first=0.5)
    return np.where(step_probes.alternating(shape, 0, 1) > 0, 1e-8 * sizes, 1e7 * sizes)


def highest(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Largest averages so far, far above what any gradient here gives."""
    return 1e7 * step_probes.spread(rng, shape, 0.3, 2.0, first=0.5)


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    found = adam_like.arguments(rng, shape) | {"v_max": now_and_then(rng, shape)}
    return {name: found[name] for name in ORDER}


exercise = Exercise(
    reference=amsgrad_step,
    outputs=("theta", *STATE),
    not_by=libraries.OPTIMIZERS,
    arguments=arguments,
    lecture="adam",
    roles={"point": "theta", "gradient": "grad", "clock": "t", "rate": "eta"},
    picture=Path(0.3),
    checks=(
        adam_like.averages(0.3),
        Check(
            "the largest",
            0.7,
            "The new v_max must be the larger of the old v_max and the new v, entry by entry.",
            step_probes.one_step(
                3, cases=(*step_probes.USUAL, {"v_max": probes.zeros}, {"v_max": highest}, {"grad": probes.zeros})
            ),
        ),
        adam_like.late(
            0.5, "Once the corrections have faded (large t) the step must be eta m / sqrt(v_max + eps), both new."
        ),
        adam_like.corrected(0.5, "The step must divide m by 1 - beta_1^t and the new v_max by 1 - beta_2^t."),
        adam_like.epsilon(0.2, STATE),
        adam_like.defaults(0.1, "Without beta_1, beta_2 and eps the function must use 0.9, 0.999 and 1e-8.", STATE),
        *adam_like.in_a_row(0.4, 0.1, "theta, m, v and v_max"),
        *manners(0.05),
    ),
    mistakes=mistakes,
    questions=questions.AMSGRAD,
    equivalents=equivalents,
)
