"""The class LookAheadSGD(learning_rate=0.01, momentum=0.9): Nesterov's rule as a Keras optimizer. Section 3.6.5."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ... import numpy_ways, questions
from ...keras_checks import NOT_BY, OUTPUTS, SINGLE, gradients, keras_checks, weights
from ...public import optimizer_ways
from .mistakes import equivalents, mistakes, rule


def LookAheadSGD(theta: Any, grads: Any, learning_rate: float, momentum: float = 0.9) -> None:
    """What a way of using the class takes."""


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw what one use takes. The weights stay away from zero, so that errors can be counted relative to them."""
    return {
        "theta": weights(rng, shape),
        "grads": gradients(rng, shape),
        "learning_rate": float(rng.uniform(0.02, 0.05)),
        "momentum": float(rng.uniform(0.3, 0.8)),
    }


exercise = Exercise(
    reference=rule.variant(),
    asked=LookAheadSGD,
    outputs=OUTPUTS,
    arguments=arguments,
    lecture="nesterov",
    size=(6,),
    public="optimizer_ways",
    way_words=optimizer_ways.IN_WORDS,
    messages=optimizer_ways.MESSAGES["LookAheadSGD"],
    not_by=NOT_BY,
    checks=(
        Check(
            "first step",
            0.5,
            "From v = 0 the variable must move by (1 + gamma) eta g.",
            probes.used("applied", 0),
        ),
        Check(
            "steps in a row",
            1.5,
            "The variable must move by gamma v + eta g, with the new v = gamma v + eta g.",
            probes.all_of(probes.used("applied"), probes.used("many steps", times=1)),
        ),
        Check(
            "momentum by default",
            0.5,
            "Without momentum the class must use 0.9.",
            probes.used("applied", defaults=True),
        ),
        *keras_checks(variables=0.75, rate=0.75, fit=1.0, config=0.5, saved=0.5),
    ),
    mistakes=mistakes,
    questions=questions.LOOK_AHEAD_SGD,
    equivalents=equivalents,
    ways=numpy_ways.WAYS,
    keywords=("momentum",),
    **SINGLE,
)
