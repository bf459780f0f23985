"""adagrad_step(theta, r, grad, eta, eps=1e-8) -> (theta, r). Section 3.6.4."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.catalogue.adagrad import equivalents, mistakes
from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.manners import manners
from autograder.reference import adagrad_step

LECTURE = "04_adagrad"


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
            probes.one_step(0, 1, theta=probes.zeros, r=probes.zeros, grad=probes.tiny, eps=1e-3),
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
            probes.many_steps(grad=probes.large),
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
    mistakes=mistakes,
    equivalents=equivalents,
)
