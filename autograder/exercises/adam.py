"""adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8) -> (theta, m, v). Section 3.6.3."""

from __future__ import annotations

from operator import iadd, imul
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Anatomy, Check, Exercise, Wrong
from autograder.exercises.manners import manners
from autograder.reference import adam_step

LECTURE = "06_adam"
CONVENTIONS = "09_conventions"

rule = Anatomy(
    adam_step,
    stages={
        "m_new": lambda s: s.beta_1 * s.m + (1 - s.beta_1) * s.grad,
        "v_new": lambda s: s.beta_2 * s.v + (1 - s.beta_2) * s.grad**2,
        "m_hat": lambda s: s.m_new / (1 - s.beta_1**s.t),
        "v_hat": lambda s: s.v_new / (1 - s.beta_2**s.t),
        "root": lambda s: np.sqrt(s.v_hat + s.eps),
        "theta_new": lambda s: s.theta - s.eta * s.m_hat / s.root,
    },
    returns=("theta_new", "m_new", "v_new"),
)

LATE = 10**6  # both corrections are 1 to the last digit: what remains to be seen is the step itself


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": probes.normal(rng, shape),
        "m": probes.normal(rng, shape),
        "v": probes.squares(rng, shape),
        "grad": probes.magnitudes(rng, shape),
        "t": int(rng.integers(2, 9)),
        "eta": probes.rate(rng, shape),
        "beta_1": probes.decay(rng, shape),
        "beta_2": float(rng.uniform(0.82, 0.97)),
        "eps": 1e-24,
    }


def early(rng: Generator, shape: tuple[int, ...]) -> int:
    """A step number at which both corrections are still large."""
    return int(rng.integers(2, 7))


exercise = Exercise(
    reference=adam_step,
    outputs=("theta", "m", "v"),
    arguments=arguments,
    lecture=LECTURE,
    checks=(
        Check(
            "first step",
            0.3,
            "From m = v = 0 and t = 1 the first step is eta in each coordinate, against the sign of the gradient.",
            probes.one_step(0, start=True, theta=probes.zeros),
        ),
        Check("beta_1", 0.4, "The new m must be beta_1 m + (1 - beta_1) g.", probes.one_step(1)),
        Check("beta_2", 0.4, "The new v must be beta_2 v + (1 - beta_2) g^2.", probes.one_step(2)),
        Check(
            "step",
            0.3,
            "Once the corrections have faded (large t) the step must be eta m / sqrt(v + eps) with the new m and v.",
            probes.one_step(0, theta=probes.zeros, t=LATE),
        ),
        Check(
            "bias correction",
            0.8,
            "Early steps must divide m by 1 - beta_1^t and v by 1 - beta_2^t; t is the number of this step.",
            probes.one_step(0, theta=probes.zeros, t=early, times=4),
        ),
        Check(
            "epsilon inside the root",
            0.3,
            "eps must stand inside the root: sqrt(v_hat + eps).",
            probes.one_step(0, theta=probes.zeros, m=probes.zeros, v=probes.zeros, grad=probes.tiny, t=LATE, eps=1e-3),
        ),
        Check(
            "epsilon beside the corrected v",
            0.1,
            "eps must be added to v_hat, after the correction of v: sqrt(v_hat + eps).",
            probes.one_step(0, start=True, theta=probes.zeros, grad=probes.tiny, eps=1e-3),
        ),
        Check(
            "defaults",
            0.2,
            "Without them the function must use beta_1 = 0.9, beta_2 = 0.999 and eps = 1e-8.",
            probes.one_step(
                theta=probes.zeros, m=probes.zeros, v=probes.zeros, grad=probes.tiny, t=LATE, defaults=True
            ),
        ),
        Check(
            "many steps in a row",
            0.6,
            "Fed with its own theta, m and v, the function leaves the right path.",
            probes.many_steps(steps=12),
        ),
        Check(
            "zero gradient",
            0.2,
            "A parameter that never had a gradient must stay where it is (0/0 gives NaN).",
            probes.zero_gradient,
            rule=False,
        ),
        *manners(0.1),
    ),
    mistakes=(
        Wrong(
            "no-bias-correction",
            "m and v are not corrected for their start at zero. At the default betas the first step is then 3.16 times "
            "too long, not too short.",
            LECTURE,
            rule.variant(m_hat=lambda s: s.m_new, v_hat=lambda s: s.v_new),
        ),
        Wrong(
            "only-m-corrected",
            "Only m is corrected. v starts at zero as well: divide it by 1 - beta_2^t.",
            LECTURE,
            rule.variant(v_hat=lambda s: s.v_new),
        ),
        Wrong(
            "only-v-corrected",
            "Only v is corrected. m starts at zero as well: divide it by 1 - beta_1^t.",
            LECTURE,
            rule.variant(m_hat=lambda s: s.m_new),
        ),
        Wrong(
            "correction-without-power",
            "You divide by 1 - beta, without the power t: the correction then never fades.",
            LECTURE,
            rule.variant(m_hat=lambda s: s.m_new / (1 - s.beta_1), v_hat=lambda s: s.v_new / (1 - s.beta_2)),
        ),
        Wrong(
            "t-plus-one",
            "You correct with t + 1. t is 1 at the first step already.",
            LECTURE,
            rule.variant(
                m_hat=lambda s: s.m_new / (1 - s.beta_1 ** (s.t + 1)),
                v_hat=lambda s: s.v_new / (1 - s.beta_2 ** (s.t + 1)),
            ),
        ),
        Wrong(
            "t-minus-one",
            "You correct with t - 1, which divides by zero at the first step. t is 1 there.",
            LECTURE,
            rule.variant(
                m_hat=lambda s: s.m_new / np.float64(1 - s.beta_1 ** (s.t - 1)),
                v_hat=lambda s: s.v_new / np.float64(1 - s.beta_2 ** (s.t - 1)),
            ),
        ),
        Wrong(
            "multiplied",
            "You multiply by 1 - beta^t. The averages are too small at first: divide.",
            LECTURE,
            rule.variant(m_hat=lambda s: s.m_new * (1 - s.beta_1**s.t), v_hat=lambda s: s.v_new * (1 - s.beta_2**s.t)),
        ),
        Wrong(
            "corrected-state",
            "You return the corrected averages. They are for this step only: keep m and v as they are.",
            LECTURE,
            Anatomy(adam_step, rule.stages, ("theta_new", "m_hat", "v_hat")).variant(),
        ),
        Wrong(
            "epsilon-outside",
            "You add eps after the root, sqrt(v_hat) + eps, as the Adam paper and PyTorch do. In this course it stands "
            "inside: sqrt(v_hat + eps).",
            CONVENTIONS,
            rule.variant(root=lambda s: np.sqrt(s.v_hat) + s.eps),
        ),
        Wrong(
            "epsilon-hat",
            "eps is added to the root of the uncorrected v, as Keras does. In this course: sqrt(v_hat + eps).",
            CONVENTIONS,
            rule.variant(
                theta_new=lambda s: (
                    s.theta
                    - s.eta * np.sqrt(1 - s.beta_2**s.t) / (1 - s.beta_1**s.t) * s.m_new / (np.sqrt(s.v_new) + s.eps)
                )
            ),
        ),
        Wrong(
            "no-epsilon",
            "eps is not used: a parameter without gradient becomes 0/0.",
            LECTURE,
            rule.variant(root=lambda s: np.sqrt(s.v_hat)),
        ),
        Wrong(
            "precedence",
            "eps is added to theta: in `eta * m_hat / np.sqrt(v_hat) + eps` the sum comes last. Put v_hat + eps in "
            "brackets.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta - (s.eta * s.m_hat / np.sqrt(s.v_hat) + s.eps)),
        ),
        Wrong(
            "betas-swapped",
            "beta_1 and beta_2 are swapped: beta_1 belongs to m, beta_2 to v.",
            LECTURE,
            rule.variant(
                m_new=lambda s: s.beta_2 * s.m + (1 - s.beta_2) * s.grad,
                v_new=lambda s: s.beta_1 * s.v + (1 - s.beta_1) * s.grad**2,
                m_hat=lambda s: s.m_new / (1 - s.beta_2**s.t),
                v_hat=lambda s: s.v_new / (1 - s.beta_1**s.t),
            ),
        ),
        Wrong(
            "averages-swapped",
            "m is built with beta_2 and v with beta_1, though the corrections have them right.",
            LECTURE,
            rule.variant(
                m_new=lambda s: s.beta_2 * s.m + (1 - s.beta_2) * s.grad,
                v_new=lambda s: s.beta_1 * s.v + (1 - s.beta_1) * s.grad**2,
            ),
        ),
        Wrong(
            "v-not-squared",
            "v averages the gradient, not its square.",
            LECTURE,
            rule.variant(v_new=lambda s: s.beta_2 * s.v + (1 - s.beta_2) * s.grad),
        ),
        Wrong(
            "v-of-m",
            "v averages the square of m. It is the square of the gradient that is averaged.",
            LECTURE,
            rule.variant(v_new=lambda s: s.beta_2 * s.v + (1 - s.beta_2) * s.m_new**2),
        ),
        Wrong(
            "no-root",
            "The square root is missing: divide by sqrt(v_hat + eps).",
            LECTURE,
            rule.variant(root=lambda s: s.v_hat + s.eps),
        ),
        Wrong(
            "no-one-minus-beta-1",
            "The factor 1 - beta_1 is missing from m.",
            LECTURE,
            rule.variant(m_new=lambda s: s.beta_1 * s.m + s.grad),
        ),
        Wrong(
            "no-one-minus-beta-2",
            "The factor 1 - beta_2 is missing from v.",
            LECTURE,
            rule.variant(v_new=lambda s: s.beta_2 * s.v + s.grad**2),
        ),
        Wrong(
            "raw-gradient",
            "You step along the gradient; Adam steps along its corrected average m_hat.",
            LECTURE,
            rule.variant(m_hat=lambda s: s.grad),
        ),
        Wrong(
            "old-m",
            "You step with the old m. Update m first.",
            LECTURE,
            rule.variant(m_hat=lambda s: s.m / (1 - s.beta_1**s.t)),
        ),
        Wrong(
            "betas-hard-coded",
            "You use 0.9 and 0.999 whatever is passed.",
            LECTURE,
            rule.variant(
                m_new=lambda s: 0.9 * s.m + (1 - 0.9) * s.grad,
                v_new=lambda s: 0.999 * s.v + (1 - 0.999) * s.grad**2,
                m_hat=lambda s: s.m_new / (1 - 0.9**s.t),
                v_hat=lambda s: s.v_new / (1 - 0.999**s.t),
            ),
        ),
        Wrong(
            "ascent",
            "You add the step. The gradient points uphill: subtract.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta + s.eta * s.m_hat / s.root),
        ),
        Wrong(
            "in-place",
            "`m *= beta_1` and `v *= beta_2` change the caller's arrays. Compute new ones instead.",
            LECTURE,
            rule.variant(
                m_new=lambda s: iadd(imul(s.m, s.beta_1), (1 - s.beta_1) * s.grad),
                v_new=lambda s: iadd(imul(s.v, s.beta_2), (1 - s.beta_2) * s.grad**2),
            ),
        ),
    ),
    equivalents={
        "incremental averages": rule.variant(
            m_new=lambda s: s.m + (1 - s.beta_1) * (s.grad - s.m),
            v_new=lambda s: s.v + (1 - s.beta_2) * (np.square(s.grad) - s.v),
        ),
        "rate corrected": rule.variant(
            theta_new=lambda s: (
                s.theta
                - s.eta
                * np.sqrt(1 - s.beta_2**s.t)
                / (1 - s.beta_1**s.t)
                * s.m_new
                / np.sqrt(s.v_new + s.eps * (1 - s.beta_2**s.t))
            )
        ),
        "power -1/2": rule.variant(theta_new=lambda s: s.theta - s.eta * s.m_hat * (s.v_hat + s.eps) ** -0.5),
        "np.power": rule.variant(
            m_hat=lambda s: s.m_new / (1 - np.power(s.beta_1, s.t)),
            v_hat=lambda s: s.v_new / (1 - np.power(s.beta_2, s.t)),
        ),
        "np.average": rule.variant(
            v_new=lambda s: np.average([s.v, s.grad**2], axis=0, weights=[s.beta_2, 1 - s.beta_2])
        ),
    },
)
