"""gradient_descent_step(theta, grad, eta) -> theta. Section 3.5."""

from __future__ import annotations

from operator import isub
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Anatomy, Check, Exercise, Wrong
from autograder.exercises.manners import manners
from autograder.reference import gradient_descent_step

LECTURE = "01_gradient_descent"

rule = Anatomy(
    gradient_descent_step,
    stages={
        "direction": lambda s: s.grad,
        "theta_new": lambda s: s.theta - s.eta * s.direction,
    },
    returns=("theta_new",),
)


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": probes.normal(rng, shape),
        "grad": probes.magnitudes(rng, shape),
        "eta": probes.rate(rng, shape),
    }


exercise = Exercise(
    reference=gradient_descent_step,
    outputs=("theta",),
    arguments=arguments,
    lecture=LECTURE,
    checks=(
        Check(
            "minus the gradient",
            0.2,
            "From theta = 0 with eta = 1 the new theta must be minus the gradient.",
            probes.one_step(theta=probes.zeros, eta=1.0),
        ),
        Check("length of the step", 0.4, "The step must be eta times the gradient.", probes.one_step(times=5)),
        *manners(0.1),
    ),
    mistakes=(
        Wrong(
            "ascent",
            "You add eta times the gradient. The gradient points uphill: subtract it.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta + s.eta * s.direction),
        ),
        Wrong(
            "no-rate",
            "Your step is the whole gradient: the learning rate eta is not used.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta - s.direction),
        ),
        Wrong(
            "normalised",
            "You divide the gradient by its length. The step then never shrinks near the minimum.",
            LECTURE,
            rule.variant(direction=lambda s: s.grad / np.linalg.norm(s.grad)),
        ),
        Wrong(
            "sign-only",
            "You step by eta times the sign of the gradient; its size is lost.",
            LECTURE,
            rule.variant(direction=lambda s: np.sign(s.grad)),
        ),
        Wrong(
            "mean-again",
            "You divide the gradient by the number of parameters. It is the gradient already, not a sum to average.",
            LECTURE,
            rule.variant(direction=lambda s: s.grad / np.size(s.grad)),
        ),
        Wrong(
            "rate-twice",
            "Your step is eta squared times the gradient: eta is applied twice.",
            LECTURE,
            rule.variant(direction=lambda s: s.eta * s.grad),
        ),
        Wrong(
            "multiplicative",
            "You multiply theta by 1 - eta g. The step must not depend on theta itself.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta * (1 - s.eta * s.direction)),
        ),
        Wrong(
            "clipped",
            "You clip the gradient to [-1, 1]. The rule uses it as it is.",
            LECTURE,
            rule.variant(direction=lambda s: np.clip(s.grad, -1, 1)),
        ),
        Wrong(
            "in-place",
            "`theta -= ...` changes the caller's array. Write `theta = theta - ...`, which makes a new one.",
            LECTURE,
            rule.variant(theta_new=lambda s: isub(s.theta, s.eta * s.direction)),
        ),
        Wrong(
            "step-only",
            "You return the step, not theta after the step.",
            LECTURE,
            rule.variant(theta_new=lambda s: -s.eta * s.direction),
        ),
    ),
    equivalents={
        "ufuncs": rule.variant(theta_new=lambda s: np.add(s.theta, np.multiply(-s.eta, s.direction))),
        "loop": rule.variant(
            theta_new=lambda s: np.array(
                [a - s.eta * b for a, b in zip(np.ravel(s.theta), np.ravel(s.grad), strict=True)]
            ).reshape(np.shape(s.theta))
        ),
    },
)
