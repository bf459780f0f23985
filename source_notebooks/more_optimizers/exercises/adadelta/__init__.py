"""adadelta_step(theta, r, d, grad, eta=1.0, rho=0.95, eps=1e-6) -> (theta, r, d)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from tps.optimizers import step_probes
from tps.optimizers.promises import AT_REST, NO_RATE, manners

from autograder.exercises import libraries, probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.probes import Fixed, all_of

from ... import questions
from ...reference import adadelta_step
from .mistakes import equivalents, mistakes

STATE = ("r", "d")


def small_squares(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Averages of squared steps, 0.01 to 0.6, in another order than those of squared gradients."""
    return step_probes.spread(rng, shape, 0.1, 0.8, first=0.2) ** 2


def large_squares(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Averages of squared steps that allow steps far above 1."""
    return 400 * small_squares(rng, shape)


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": step_probes.points(rng, shape),
        "r": step_probes.squares(rng, shape),
        "d": small_squares(rng, shape),
        "grad": step_probes.magnitudes(rng, shape),
        "eta": float(rng.uniform(0.6, 0.7)),
        "rho": step_probes.decay(rng, shape),
        "eps": 1e-24,
    }


# A rate below 1 and one above, memories on both sides of a half.
GENTLE: Fixed = {}
BOLD: Fixed = {"grad": step_probes.steep, "eta": step_probes.high_rate, "rho": step_probes.high_decay}
USUAL = (GENTLE, BOLD)
ALONE = tuple({**case, "size": (1,)} for case in USUAL)
FAR: Fixed = {"d": large_squares}
FORGETFUL: Fixed = {"rho": 0.0}
FROM_ZERO: Fixed = {
    **dict.fromkeys(("theta", *STATE), probes.zeros),
    "grad": step_probes.tiny,
}

exercise = Exercise(
    reference=adadelta_step,
    outputs=("theta", *STATE),
    not_by=libraries.OPTIMIZERS,
    arguments=arguments,
    lecture="rmsprop",
    roles={"point": "theta", "gradient": "grad", "rate": "eta"},
    checks=(
        Check(
            "average of squared gradients",
            0.4,
            "The new r must be rho r + (1 - rho) g^2.",
            step_probes.one_step(1, cases=(*USUAL, FORGETFUL, {"grad": probes.zeros})),
        ),
        Check(
            "step",
            0.7,
            "theta must move by eta sqrt(d + eps) / sqrt(r + eps) g, with the old d and the new r.",
            step_probes.one_step(0, cases=(*USUAL, *ALONE, FAR, step_probes.STILL), fixed={"theta": probes.zeros}),
        ),
        Check(
            "average of squared steps",
            0.6,
            "The new d must be rho d + (1 - rho) times the square of the step, before eta.",
            step_probes.one_step(2, cases=(*USUAL, FORGETFUL, {"grad": probes.zeros}, step_probes.STILL)),
        ),
        Check(
            "epsilon in both roots",
            0.4,
            "eps must stand in both roots: from zero state sqrt(d + eps) is all there is to begin with.",
            all_of(
                step_probes.one_step(0, 2, cases=({},), fixed={**FROM_ZERO, "eps": 1e-3}),
                step_probes.one_step(1, cases=({},), fixed={"eps": 1e-3, "grad": step_probes.tiny}),
            ),
        ),
        Check(
            "defaults",
            0.2,
            "Without eta, rho and eps the function must use 1, 0.95 and 1e-6.",
            step_probes.one_step(defaults=True, fixed=FROM_ZERO, cases=({},)),
        ),
        Check(
            "many steps in a row",
            0.4,
            "Fed with its own theta, r and d, the function leaves the right path.",
            step_probes.many_steps(steps=12, fixed={"eps": 1e-3}),
        ),
        Check(
            "zero gradient",
            0.1,
            "A parameter that never had a gradient must stay where it is (0/0 gives NaN).",
            step_probes.zero_gradient,
            rule=False,
        ),
        *manners(0.05, still=(AT_REST, NO_RATE)),
    ),
    mistakes=mistakes,
    questions=questions.ADADELTA,
    equivalents=equivalents,
)
