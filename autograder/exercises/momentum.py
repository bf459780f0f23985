"""momentum_step(theta, v, grad, eta, gamma=0.9) -> (theta, v). Section 3.6.1."""

from __future__ import annotations

from operator import iadd, imul
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Anatomy, Check, Exercise, Wrong
from autograder.exercises.manners import manners
from autograder.reference import momentum_step

LECTURE = "02_momentum"
CONVENTIONS = "09_conventions"

rule = Anatomy(
    momentum_step,
    stages={
        "v_new": lambda s: s.gamma * s.v + s.eta * s.grad,
        "theta_new": lambda s: s.theta - s.v_new,
    },
    returns=("theta_new", "v_new"),
)


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": probes.normal(rng, shape),
        "v": probes.normal(rng, shape),
        "grad": probes.magnitudes(rng, shape),
        "eta": probes.rate(rng, shape),
        "gamma": probes.decay(rng, shape),
    }


exercise = Exercise(
    reference=momentum_step,
    outputs=("theta", "v"),
    arguments=arguments,
    lecture=LECTURE,
    checks=(
        Check(
            "first step",
            0.2,
            "From v = 0 the first step is that of gradient descent, eta times the gradient.",
            probes.one_step(0, start=True),
        ),
        Check(
            "velocity",
            0.5,
            "The new velocity must be gamma v + eta g.",
            probes.one_step(1),
        ),
        Check(
            "step",
            0.3,
            "The new theta must be the old one minus the new velocity.",
            probes.minus_velocity,
        ),
        Check(
            "gamma by default",
            0.2,
            "Without gamma the function must use 0.9.",
            probes.one_step(defaults=True),
        ),
        Check(
            "ten steps in a row",
            0.4,
            "Fed with its own theta and v, the function leaves the right path.",
            probes.many_steps(),
        ),
        *manners(0.1),
    ),
    mistakes=(
        Wrong(
            "ema",
            "You average: v = gamma v + (1 - gamma) eta g. That is a published form, but not this course's: it equals "
            "ours with eta multiplied by 1 - gamma.",
            CONVENTIONS,
            rule.variant(v_new=lambda s: s.gamma * s.v + (1 - s.gamma) * s.eta * s.grad),
        ),
        Wrong(
            "ema-rate-outside",
            "You average the gradient, v = gamma v + (1 - gamma) g, and apply eta in the step. A published form, but "
            "not this course's: here v = gamma v + eta g.",
            CONVENTIONS,
            rule.variant(
                v_new=lambda s: s.gamma * s.v + (1 - s.gamma) * s.grad, theta_new=lambda s: s.theta - s.eta * s.v_new
            ),
        ),
        Wrong(
            "rate-outside",
            "You keep eta out of the velocity and apply it in the step, as PyTorch does. The paths agree while eta is "
            "constant; v differs by the factor eta, and the paths part once eta changes.",
            CONVENTIONS,
            rule.variant(v_new=lambda s: s.gamma * s.v + s.grad, theta_new=lambda s: s.theta - s.eta * s.v_new),
        ),
        Wrong(
            "rate-twice",
            "eta stands in the velocity already; you apply it again in the step.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta - s.eta * s.v_new),
        ),
        Wrong(
            "no-rate",
            "The learning rate eta is not used: v = gamma v + eta g.",
            LECTURE,
            rule.variant(v_new=lambda s: s.gamma * s.v + s.grad),
        ),
        Wrong(
            "no-memory",
            "The old velocity is not used: this is gradient descent.",
            LECTURE,
            rule.variant(v_new=lambda s: s.eta * s.grad),
        ),
        Wrong(
            "old-velocity",
            "You step with the old velocity. Update v first, then step with the new one.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta - s.v),
        ),
        Wrong(
            "velocity-not-kept",
            "The step is right, but you return the old velocity: the next step will not remember this one.",
            LECTURE,
            Anatomy(momentum_step, rule.stages, ("theta_new", "v")).variant(),
        ),
        Wrong(
            "no-friction",
            "The old velocity enters with factor 1: gamma is missing, nothing is ever forgotten.",
            LECTURE,
            rule.variant(v_new=lambda s: s.v + s.eta * s.grad),
        ),
        Wrong(
            "gamma-on-gradient",
            "gamma multiplies the gradient too: v = gamma (v + eta g).",
            LECTURE,
            rule.variant(v_new=lambda s: s.gamma * (s.v + s.eta * s.grad)),
        ),
        Wrong(
            "gamma-hard-coded",
            "You use 0.9 whatever gamma is passed.",
            LECTURE,
            rule.variant(v_new=lambda s: 0.9 * s.v + s.eta * s.grad),
        ),
        Wrong(
            "ascent",
            "You add the velocity. With v = gamma v + eta g the step goes down when v is subtracted.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta + s.v_new),
        ),
        Wrong(
            "velocity-negated",
            "You keep the velocity with the opposite sign and add it. The path is right, but in this course v points "
            "uphill: v = gamma v + eta g, theta = theta - v.",
            CONVENTIONS,
            rule.variant(v_new=lambda s: s.gamma * s.v - s.eta * s.grad, theta_new=lambda s: s.theta + s.v_new),
        ),
        Wrong(
            "nesterov",
            "You step by gamma v + eta g with the velocity already updated: that is Nesterov's rule in Keras' form.",
            "03_nesterov",
            rule.variant(theta_new=lambda s: s.theta - s.gamma * s.v_new - s.eta * s.grad),
        ),
        Wrong(
            "in-place",
            "`v *= gamma` changes the caller's velocity. Compute a new array instead.",
            LECTURE,
            rule.variant(v_new=lambda s: iadd(imul(s.v, s.gamma), s.eta * s.grad)),
        ),
    ),
    equivalents={
        "ufuncs": rule.variant(v_new=lambda s: np.add(np.multiply(s.gamma, s.v), np.multiply(s.eta, s.grad))),
        "one line": rule.variant(theta_new=lambda s: s.theta - s.gamma * s.v - s.eta * s.grad),
        "as a decay": rule.variant(v_new=lambda s: s.v - (1 - s.gamma) * s.v + s.eta * s.grad),
    },
)
