"""nadam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8) -> (theta, m, v)."""

from __future__ import annotations

from tps.optimizers import step_probes
from tps.optimizers.promises import manners

from autograder.exercises import libraries, probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Path

from ... import adam_like, questions
from ...reference import nadam_step
from .mistakes import equivalents, mistakes

STATE = ("m", "v")

exercise = Exercise(
    reference=nadam_step,
    outputs=("theta", *STATE),
    not_by=libraries.OPTIMIZERS,
    arguments=adam_like.arguments,
    lecture="nesterov",
    roles={"point": "theta", "gradient": "grad", "clock": "t", "rate": "eta"},
    picture=Path(0.3),
    checks=(
        adam_like.averages(0.4),
        Check(
            "first step",
            0.3,
            "From m = v = 0 and t = 1 the first step is (1 + beta_1 / (1 + beta_1)) eta in each coordinate, against "
            "the sign of the gradient.",
            step_probes.one_step(0, start=True, cases=step_probes.USUAL, fixed={"theta": probes.zeros}),
        ),
        adam_like.late(
            0.6,
            "Once the corrections have faded (large t) the step must be eta n / sqrt(v + eps), n = beta_1 m + (1 - "
            "beta_1) g with the new m and v.",
        ),
        adam_like.corrected(
            0.7,
            "m must be divided by 1 - beta_1^(t + 1), g by 1 - beta_1^t, and v by 1 - beta_2^t.",
        ),
        adam_like.epsilon(0.2, STATE),
        adam_like.defaults(0.1, "Without beta_1, beta_2 and eps the function must use 0.9, 0.999 and 1e-8.", STATE),
        *adam_like.in_a_row(0.4, 0.1, "theta, m and v"),
        *manners(0.05),
    ),
    mistakes=mistakes,
    questions=questions.NADAM,
    equivalents=equivalents,
)
