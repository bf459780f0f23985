"""nesterov_step(theta, v, grad_fn, eta, gamma=0.9) -> (theta, v). Section 3.6.5."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Anatomy, Check, Exercise, Wrong
from autograder.exercises.manners import manners
from autograder.reference import nesterov_step

LECTURE = "03_nesterov"
CONVENTIONS = "09_conventions"

rule = Anatomy(
    nesterov_step,
    stages={
        "look": lambda s: s.theta - s.gamma * s.v,
        "g": lambda s: s.grad_fn(s.look),
        "v_new": lambda s: s.gamma * s.v + s.eta * s.g,
        "theta_new": lambda s: s.theta - s.v_new,
    },
    returns=("theta_new", "v_new"),
)


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step."""
    return {
        "theta": probes.normal(rng, shape),
        "v": probes.normal(rng, shape),
        "grad_fn": probes.landscape(rng, shape),
        "eta": probes.rate(rng, shape),
        "gamma": probes.decay(rng, shape),
    }


exercise = Exercise(
    reference=nesterov_step,
    outputs=("theta", "v"),
    arguments=arguments,
    lecture=LECTURE,
    checks=(
        Check(
            "where the gradient is asked",
            1.0,
            "The gradient must be asked at theta - gamma v, where momentum will carry you.",
            probes.asked_at,
        ),
        Check(
            "first step",
            0.3,
            "From v = 0 the first step is that of gradient descent.",
            probes.one_step(0, start=True),
        ),
        Check("velocity", 0.5, "The new velocity must be gamma v + eta grad_fn(theta - gamma v).", probes.one_step(1)),
        Check(
            "step",
            0.2,
            "The new theta must be the old one minus the new velocity.",
            probes.minus_velocity,
        ),
        Check("gamma by default", 0.2, "Without gamma the function must use 0.9.", probes.one_step(defaults=True)),
        Check(
            "ten steps in a row",
            0.4,
            "Fed with its own theta and v, the function leaves the right path.",
            probes.many_steps(eta=0.02),
        ),
        *manners(0.1),
    ),
    mistakes=(
        Wrong(
            "gradient-at-theta",
            "You ask for the gradient at theta: that is momentum. Nesterov asks at theta - gamma v.",
            LECTURE,
            rule.variant(look=lambda s: s.theta),
        ),
        Wrong(
            "look-behind",
            "You look at theta + gamma v. With this course's sign v points uphill, so ahead is theta - gamma v.",
            LECTURE,
            rule.variant(look=lambda s: s.theta + s.gamma * s.v),
        ),
        Wrong(
            "look-without-gamma",
            "You look at theta - v; momentum will carry you by gamma v only.",
            LECTURE,
            rule.variant(look=lambda s: s.theta - s.v),
        ),
        Wrong(
            "look-scaled-by-rate",
            "You look at theta - eta v. eta stands in the velocity already; look at theta - gamma v.",
            LECTURE,
            rule.variant(look=lambda s: s.theta - s.eta * s.v),
        ),
        Wrong(
            "step-from-look",
            "You step from the look-ahead point, so gamma v is counted twice. Step from theta.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.look - s.v_new),
        ),
        Wrong(
            "keras-variable",
            "You return the look-ahead point theta - gamma v, which Keras and PyTorch store. The course keeps theta.",
            CONVENTIONS,
            rule.variant(theta_new=lambda s: s.theta - s.v_new - s.gamma * s.v_new),
        ),
        Wrong(
            "no-memory",
            "The old velocity is missing from the new one: only the look-ahead uses it.",
            LECTURE,
            rule.variant(v_new=lambda s: s.eta * s.g),
        ),
        Wrong(
            "ema",
            "You average: v = gamma v + (1 - gamma) eta g. In this course the gradient enters with eta alone.",
            CONVENTIONS,
            rule.variant(v_new=lambda s: s.gamma * s.v + (1 - s.gamma) * s.eta * s.g),
        ),
        Wrong(
            "rate-outside",
            "You keep eta out of the velocity and apply it in the step. Here eta stands inside: v = gamma v + eta g.",
            CONVENTIONS,
            rule.variant(
                look=lambda s: s.theta - s.eta * s.gamma * s.v,
                v_new=lambda s: s.gamma * s.v + s.g,
                theta_new=lambda s: s.theta - s.eta * s.v_new,
            ),
        ),
        Wrong(
            "rate-twice",
            "eta stands in the velocity already; you apply it again in the step.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta - s.eta * s.v_new),
        ),
        Wrong(
            "ascent",
            "You add the velocity. With v = gamma v + eta g the step goes down when v is subtracted.",
            LECTURE,
            rule.variant(theta_new=lambda s: s.theta + s.v_new),
        ),
        Wrong(
            "gamma-hard-coded",
            "You use 0.9 whatever gamma is passed.",
            LECTURE,
            rule.variant(look=lambda s: s.theta - 0.9 * s.v, v_new=lambda s: 0.9 * s.v + s.eta * s.g),
        ),
    ),
    equivalents={
        "one line": rule.variant(theta_new=lambda s: s.theta - s.gamma * s.v - s.eta * s.g),
        "from the look-ahead point": rule.variant(theta_new=lambda s: s.look - s.eta * s.g),
        "gradient asked twice": rule.variant(
            v_new=lambda s: s.gamma * s.v + s.eta * s.grad_fn(s.theta - s.gamma * s.v)
        ),
    },
)
