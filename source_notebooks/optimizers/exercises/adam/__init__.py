"""adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8) -> (theta, m, v). Section 3.6.3."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.random import Generator

from autograder.exercises import libraries, probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Path

from ... import questions, step_probes
from ...promises import manners, zero_gradient
from ...reference import adam_step
from .mistakes import equivalents, mistakes

LECTURE = "adam"

LATE = 10**5  # both corrections are 1 to the last digit: what remains to be seen is the step itself


def beta_2(rng: Generator) -> float:
    """A decay factor of which more than half is left after five steps, and less after six."""
    return float(rng.uniform(0.88, 0.89))


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": step_probes.points(rng, shape),
        "m": step_probes.averages(rng, shape),
        "v": step_probes.squares(rng, shape),
        "grad": step_probes.magnitudes(rng, shape),
        "t": int(rng.integers(3, 6)),
        "eta": step_probes.rate(rng, shape),
        "beta_1": step_probes.decay(rng, shape),
        "beta_2": beta_2(rng),
        "eps": 1e-24,
    }


AVERAGES = (
    *step_probes.USUAL,
    step_probes.FORGETFUL,
    step_probes.FAINT_SQUARES,
    step_probes.FAINT_STEP,
    step_probes.HUGE,
    {"grad": probes.zeros},
)
FADED = (
    step_probes.GENTLE,
    *step_probes.ALONE,
    step_probes.FAINT_STEP,
    step_probes.HUGE,
    step_probes.STILL,
    {"eps": 0.0},
)
TIMES = (2, 7, 40, 1500, 20_000)


def kept(share: float, t: int) -> Callable[[Generator, tuple[int, ...]], float]:
    """A decay factor of which about this share is left after t steps."""
    return lambda rng, shape: float(rng.uniform(0.97 * share, share) ** (1 / t))


# Betas that make both corrections as large late as early: who drops one from some step on is seen. Once beta_1 is the
# larger one.
EARLY_AND_LATE = (
    *({"t": t, "beta_1": kept(0.25, t), "beta_2": kept(0.6, t)} for t in TIMES),
    {"t": 9, "beta_1": kept(0.6, 9), "beta_2": kept(0.25, 9)},
)
# Steps from zero state, the first one and later ones: on tiny gradients eps decides.
FROM_ZERO = tuple({"t": t, "beta_2": kept(0.6, t)} for t in (1, 7, 1500))


exercise = Exercise(
    reference=adam_step,
    outputs=("theta", "m", "v"),
    arguments=arguments,
    lecture=LECTURE,
    not_by=libraries.OPTIMIZERS,
    roles={"point": "theta", "gradient": "grad", "clock": "t", "rate": "eta"},
    rates={"start": 0.001, "reach": 0.01, "ravine": 0.1, "rosenbrock": 0.02, "beale": 0.05},
    picture=Path(0.3),
    checks=(
        Check(
            "first step",
            0.3,
            "From m = v = 0 and t = 1 the first step is eta in each coordinate, against the sign of the gradient.",
            step_probes.one_step(0, start=True, fixed={"theta": probes.zeros}),
            rule=False,
        ),
        Check("beta_1", 0.4, "The new m must be beta_1 m + (1 - beta_1) g.", step_probes.one_step(1, cases=AVERAGES)),
        Check("beta_2", 0.4, "The new v must be beta_2 v + (1 - beta_2) g^2.", step_probes.one_step(2, cases=AVERAGES)),
        Check(
            "step",
            0.3,
            "Once the corrections have faded (large t) the step must be eta m / sqrt(v + eps) with the new m and v.",
            step_probes.one_step(
                0,
                cases=FADED,
                fixed={"theta": probes.zeros, "t": LATE},
            ),
        ),
        Check(
            "bias correction",
            0.8,
            "The step must divide m by 1 - beta_1^t and v by 1 - beta_2^t; t is the number of this step.",
            step_probes.one_step(0, cases=EARLY_AND_LATE, fixed={"theta": probes.zeros}),
        ),
        Check(
            "epsilon inside the root",
            0.3,
            "eps must stand inside the root: sqrt(v_hat + eps).",
            step_probes.one_step(
                0,
                2,
                cases=step_probes.EPSILONS,
                fixed={
                    "theta": probes.zeros,
                    "m": probes.zeros,
                    "v": probes.zeros,
                    "grad": step_probes.tiny,
                    "t": LATE,
                },
            ),
        ),
        Check(
            "epsilon beside the corrected v",
            0.1,
            "eps must be added to v_hat, after the correction of v: sqrt(v_hat + eps).",
            step_probes.one_step(
                0,
                cases=FROM_ZERO,
                fixed={
                    "theta": probes.zeros,
                    "m": probes.zeros,
                    "v": probes.zeros,
                    "grad": step_probes.tiny,
                    "eps": 1e-3,
                },
            ),
        ),
        Check(
            "defaults",
            0.2,
            "Without beta_1, beta_2 and eps the function must use 0.9, 0.999 and 1e-8.",
            step_probes.one_step(
                defaults=True,
                fixed={
                    "theta": probes.zeros,
                    "m": probes.zeros,
                    "v": probes.zeros,
                    "grad": step_probes.tiny,
                    "t": LATE,
                },
            ),
        ),
        Check(
            "many steps in a row",
            0.6,
            "Fed with its own theta, m and v, the function leaves the right path.",
            step_probes.many_steps(steps=12),
        ),
        zero_gradient(0.2),
        *manners(0.1),
    ),
    mistakes=mistakes,
    questions=questions.ADAM,
    equivalents=equivalents,
)
