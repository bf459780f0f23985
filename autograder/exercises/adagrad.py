"""adagrad_step(theta, r, grad, eta, eps=1e-8) -> (theta, r). Section 3.6.4."""

from __future__ import annotations

from operator import iadd
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Anatomy, Check, Exercise, Wrong
from autograder.exercises.manners import manners
from autograder.reference import adagrad_step

LECTURE = "04_adagrad"
CONVENTIONS = "09_conventions"

rule = Anatomy(
    adagrad_step,
    stages={
        "r_new": lambda s: s.r + s.grad**2,
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
        "eps": 1e-24,
    }


exercise = Exercise(
    reference=adagrad_step,
    outputs=("theta", "r"),
    arguments=arguments,
    lecture=LECTURE,
    checks=(
        Check(
            "memory",
            0.1,
            "Where the gradient is zero, r must stay as it is.",
            probes.one_step(1, grad=probes.zeros),
        ),
        Check(
            "accumulator",
            0.3,
            "The new r must be the old r plus the square of the gradient.",
            probes.one_step(1),
        ),
        Check(
            "first step",
            0.2,
            "From r = 0 the first step is eta in each coordinate, against the sign of the gradient.",
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
            "epsilon by default",
            0.1,
            "Without eps the function must use 1e-8.",
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
            "You add eps after the root, sqrt(r) + eps, as the paper and PyTorch do. In this course it stands inside: "
            "sqrt(r + eps).",
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
            "not-squared",
            "You add the gradient, not its square, to r.",
            LECTURE,
            rule.variant(r_new=lambda s: s.r + s.grad),
        ),
        Wrong(
            "absolute",
            "You add the absolute value of the gradient, not its square, to r.",
            LECTURE,
            rule.variant(r_new=lambda s: s.r + np.abs(s.grad)),
        ),
        Wrong(
            "old-accumulator",
            "You divide by the root of the old r. Add the new square first.",
            LECTURE,
            rule.variant(root=lambda s: np.sqrt(s.r + s.eps)),
        ),
        Wrong(
            "no-memory",
            "The old r is not used: every step has the length eta.",
            LECTURE,
            rule.variant(r_new=lambda s: s.grad**2),
        ),
        Wrong(
            "accumulator-not-kept",
            "The step is right, but you return the old r: the next step will not remember this one.",
            LECTURE,
            Anatomy(adagrad_step, rule.stages, ("theta_new", "r")).variant(),
        ),
        Wrong(
            "one-rate-for-all",
            "You sum the squares over all coordinates. AdaGrad keeps one r for each.",
            LECTURE,
            rule.variant(r_new=lambda s: s.r + np.sum(np.square(s.grad))),
        ),
        Wrong(
            "rmsprop",
            "You average the squares with 0.9: that is RMSprop. AdaGrad adds them up.",
            "05_rmsprop",
            rule.variant(r_new=lambda s: 0.9 * s.r + 0.1 * s.grad**2),
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
            "`r += ...` changes the caller's accumulator. Write `r = r + ...`, which makes a new array.",
            LECTURE,
            rule.variant(r_new=lambda s: iadd(s.r, s.grad**2)),
        ),
    ),
    equivalents={
        "power -1/2": rule.variant(theta_new=lambda s: s.theta - s.eta * s.grad * (s.r_new + s.eps) ** -0.5),
        "ufuncs": rule.variant(r_new=lambda s: np.add(s.r, np.square(s.grad))),
        "scaled rate": rule.variant(theta_new=lambda s: s.theta - (s.eta / s.root) * s.grad),
    },
)
