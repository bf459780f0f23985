"""rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8) -> (theta, r). Section 3.6.2."""

from __future__ import annotations

from operator import iadd, imul
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Anatomy, Check, Exercise, Wrong
from autograder.exercises.manners import manners
from autograder.reference import rmsprop_step

LECTURE = "05_rmsprop"
CONVENTIONS = "09_conventions"

rule = Anatomy(
    rmsprop_step,
    stages={
        "r_new": lambda s: s.rho * s.r + (1 - s.rho) * s.grad**2,
        "root": lambda s: np.sqrt(s.r_new + s.eps),
        "theta_new": lambda s: s.theta - s.eta * s.grad / s.root,
    },
    returns=("theta_new", "r_new"),
)


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": probes.normal(rng, shape),
        "r": probes.squares(rng, shape),
        "grad": probes.magnitudes(rng, shape),
        "eta": probes.rate(rng, shape),
        "rho": probes.decay(rng, shape),
        "eps": 1e-24,
    }


exercise = Exercise(
    reference=rmsprop_step,
    outputs=("theta", "r"),
    arguments=arguments,
    lecture=LECTURE,
    checks=(
        Check(
            "memory",
            0.1,
            "Where the gradient is zero, r must shrink to rho times r.",
            probes.one_step(1, grad=probes.zeros),
        ),
        Check(
            "running average",
            0.3,
            "The new r must be rho times the old r plus 1 - rho times the square of the gradient.",
            probes.one_step(1),
        ),
        Check(
            "first step",
            0.2,
            "From r = 0 the first step is eta / sqrt(1 - rho) in each coordinate, against the sign of the gradient.",
            probes.one_step(0, start=True, theta=probes.zeros),
        ),
        Check(
            "step",
            0.2,
            "The step must be eta g / sqrt(r + eps) with the new r.",
            probes.one_step(0, theta=probes.zeros),
        ),
        Check(
            "epsilon inside the root",
            0.3,
            "eps must stand inside the root: sqrt(r + eps).",
            probes.one_step(0, theta=probes.zeros, r=probes.zeros, grad=probes.tiny, eps=1e-3),
        ),
        Check(
            "rho and epsilon by default",
            0.1,
            "Without rho and eps the function must use 0.9 and 1e-8.",
            probes.one_step(0, theta=probes.zeros, r=probes.zeros, grad=probes.tiny, defaults=True),
        ),
        Check(
            "ten steps in a row",
            0.4,
            "Fed with its own theta and r, the function leaves the right path.",
            probes.many_steps(),
        ),
        Check(
            "zero gradient",
            0.2,
            "A parameter that never had a gradient must stay where it is (0/0 gives NaN).",
            probes.zero_gradient,
            rule=False,
        ),
        *manners(0.05),
    ),
    mistakes=(
        Wrong(
            "epsilon-outside",
            "You add eps after the root, sqrt(r) + eps, as PyTorch does. In this course it is sqrt(r + eps).",
            CONVENTIONS,
            rule.variant(root=lambda s: np.sqrt(s.r_new) + s.eps),
        ),
        Wrong(
            "no-epsilon",
            "eps is not used: a parameter without gradient becomes 0/0.",
            LECTURE,
            rule.variant(root=lambda s: np.sqrt(s.r_new)),
        ),
        Wrong(
            "no-root",
            "The square root is missing: divide by sqrt(r + eps), not by r + eps.",
            LECTURE,
            rule.variant(root=lambda s: s.r_new + s.eps),
        ),
        Wrong(
            "rho-swapped",
            "rho and 1 - rho are swapped: rho keeps the old r, 1 - rho admits the new square.",
            LECTURE,
            rule.variant(r_new=lambda s: (1 - s.rho) * s.r + s.rho * s.grad**2),
        ),
        Wrong(
            "no-one-minus-rho",
            "The factor 1 - rho is missing: r = rho r + g^2 is a sum that forgets, not an average.",
            LECTURE,
            rule.variant(r_new=lambda s: s.rho * s.r + s.grad**2),
        ),
        Wrong(
            "adagrad",
            "You add the squares up: that is AdaGrad. RMSprop forgets with rho.",
            "04_adagrad",
            rule.variant(r_new=lambda s: s.r + s.grad**2),
        ),
        Wrong(
            "not-squared",
            "You average the gradient, not its square.",
            LECTURE,
            rule.variant(r_new=lambda s: s.rho * s.r + (1 - s.rho) * s.grad),
        ),
        Wrong(
            "factor-squared",
            "You square (1 - rho) g. Only the gradient is squared: (1 - rho) g^2.",
            LECTURE,
            rule.variant(r_new=lambda s: s.rho * s.r + ((1 - s.rho) * s.grad) ** 2),
        ),
        Wrong(
            "old-average",
            "You divide by the root of the old r. Update r first.",
            LECTURE,
            rule.variant(root=lambda s: np.sqrt(s.r + s.eps)),
        ),
        Wrong(
            "no-memory",
            "The old r is not used.",
            LECTURE,
            rule.variant(r_new=lambda s: (1 - s.rho) * s.grad**2),
        ),
        Wrong(
            "average-not-kept",
            "The step is right, but you return the old r: the next step will not remember this one.",
            LECTURE,
            Anatomy(rmsprop_step, rule.stages, ("theta_new", "r")).variant(),
        ),
        Wrong(
            "rho-hard-coded",
            "You use 0.9 whatever rho is passed.",
            LECTURE,
            rule.variant(r_new=lambda s: 0.9 * s.r + 0.1 * s.grad**2),
        ),
        Wrong(
            "one-rate-for-all",
            "You average the squares over all coordinates. RMSprop keeps one r for each.",
            LECTURE,
            rule.variant(r_new=lambda s: s.rho * s.r + (1 - s.rho) * np.mean(np.square(s.grad))),
        ),
        Wrong(
            "ascent",
            "You add the step. The gradient points uphill: subtract.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta + s.eta * s.grad / s.root),
        ),
        Wrong(
            "precedence",
            "eps is added to theta: in `eta * g / np.sqrt(r) + eps` the sum comes last. Put r + eps in brackets.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta - (s.eta * s.grad / np.sqrt(s.r_new) + s.eps)),
        ),
        Wrong(
            "in-place",
            "`r *= rho` changes the caller's average. Compute a new array instead.",
            LECTURE,
            rule.variant(r_new=lambda s: iadd(imul(s.r, s.rho), (1 - s.rho) * s.grad**2)),
        ),
    ),
    equivalents={
        "power -1/2": rule.variant(theta_new=lambda s: s.theta - s.eta * s.grad * (s.r_new + s.eps) ** -0.5),
        "incremental average": rule.variant(r_new=lambda s: s.r + (1 - s.rho) * (s.grad**2 - s.r)),
        "np.average": rule.variant(r_new=lambda s: np.average([s.r, s.grad**2], axis=0, weights=[s.rho, 1 - s.rho])),
    },
)
