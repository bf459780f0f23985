"""The class RootEpsilonAdam(learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8). Section 3.6.3."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ... import numpy_ways, questions
from ...keras_checks import NOT_BY, OUTPUTS, SINGLE, gradients, keras_checks, weights
from ...public import optimizer_ways
from .mistakes import equivalents, mistakes, rule


def RootEpsilonAdam(
    theta: Any, grads: Any, learning_rate: float, beta_1: float = 0.9, beta_2: float = 0.999, epsilon: float = 1e-8
) -> None:
    """What a way of using the class takes."""


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw what one use takes."""
    return {
        "theta": weights(rng, shape),
        "grads": gradients(rng, shape),
        "learning_rate": float(rng.uniform(0.02, 0.05)),
        "beta_1": float(rng.uniform(0.5, 0.8)),
        "beta_2": float(rng.uniform(0.85, 0.95)),
        "epsilon": float(10.0 ** rng.uniform(-3, -2)),
    }


def small(rng: Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Gradients near 1e-4, where an epsilon of 1e-8 decides."""
    return 1e-4 * gradients(rng, shape)


def unseen(rng: Generator, shape: tuple[int, ...]) -> float:
    """An epsilon that leaves no trace beside gradients of size 0.1 to 2."""
    return 1e-12


exercise = Exercise(
    reference=rule.variant(),
    asked=RootEpsilonAdam,
    outputs=OUTPUTS,
    arguments=arguments,
    lecture="adam",
    size=(6,),
    public="optimizer_ways",
    way_words=optimizer_ways.IN_WORDS,
    messages=optimizer_ways.MESSAGES["RootEpsilonAdam"],
    not_by=NOT_BY,
    checks=(
        Check(
            "first step",
            0.5,
            "From m = v = 0 the variable must move by eta sign(g), epsilon aside.",
            probes.used("applied", 0, fixed={"epsilon": unseen}),
        ),
        Check(
            "averages and their correction",
            1.5,
            "The variable must move by eta m_hat / sqrt(v_hat + epsilon), with both averages corrected by 1 - beta^t.",
            probes.used("applied", fixed={"epsilon": unseen}),
        ),
        Check(
            "epsilon inside the root",
            1.5,
            "epsilon stands inside the root, of the corrected v: sqrt(v_hat + epsilon).",
            probes.used("applied"),
        ),
        Check(
            "defaults",
            0.5,
            "Without beta_1, beta_2 and epsilon the class must use 0.9, 0.999 and 1e-8.",
            probes.used("applied", defaults=True, fixed={"grads": small}),
        ),
        *keras_checks(variables=0.75, rate=0.5, fit=1.0, config=0.5, saved=0.25, fixed={"epsilon": unseen}),
    ),
    mistakes=mistakes,
    questions=questions.ROOT_EPSILON_ADAM,
    equivalents=equivalents,
    ways=numpy_ways.WAYS,
    keywords=("beta_1", "beta_2", "epsilon"),
    **SINGLE,
)
