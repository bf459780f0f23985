"""exponential_decay(t, eta_0, k) -> eta. Section 3.7."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.exercises import libraries
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Curve
from autograder.exercises.probes import all_of

from ... import questions
from ...reference import exponential_decay
from ...schedule_probes import at, between
from .mistakes import equivalents, mistakes


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw eta_0 and k."""
    return {"t": 0, "eta_0": float(rng.uniform(0.05, 2.0)), "k": float(rng.uniform(0.02, 0.2))}


# Drawn where no bound that somebody might set, such as 0.035 or 1e-8, lies between two draws, nor between two results.
SMALL, LARGE = between(0.0336, 0.0339), between(1.72, 1.74)
SLOW = {"eta_0": SMALL, "k": between(0.0312, 0.0318)}
FAST = {"eta_0": LARGE, "k": between(0.361, 0.364)}
FASTEST = {"eta_0": LARGE, "k": between(1.61, 1.64)}
CONSTANT = {"eta_0": LARGE, "k": 0.0}
LATE = {"eta_0": LARGE, "k": between(3.11e-5, 3.19e-5)}

exercise = Exercise(
    reference=exponential_decay,
    outputs=("eta",),
    arguments=arguments,
    lecture="learning_rates",
    not_by=libraries.OPTIMIZERS,
    size=(),
    roles={"clock": "t"},
    picture=Curve({"eta_0": 1.0, "k": 0.08}),
    checks=(
        Check(
            "start", 0.2, "At t = 0 nothing has decayed yet: eta is eta_0.", at(lambda p: [0], SLOW, FAST), rule=False
        ),
        Check(
            "decay",
            0.6,
            "The rate must be eta_0 exp(-k t).",
            all_of(
                at(lambda p: [1, 2, 7, 30, 60, 100], SLOW, FAST),
                at(lambda p: [1, 8], FASTEST, CONSTANT),
                at(lambda p: [20_000], LATE),
            ),
        ),
        Check(
            "any order",
            0.2,
            "Asked in another order, the rate must be right as well; it depends on t alone.",
            at(lambda p: [50, 0, 3, 3], SLOW, FAST),
        ),
    ),
    mistakes=mistakes,
    questions=questions.EXPONENTIAL_DECAY,
    equivalents=equivalents,
)
