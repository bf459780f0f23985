"""step_decay(t, eta_0, gamma, s) -> eta. Section 3.7."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.exercises import libraries
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Curve

from ... import questions
from ...reference import step_decay
from ...schedule_probes import at, between
from .mistakes import equivalents, mistakes


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw eta_0, gamma (never a half) and an even s."""
    return {
        "t": 0,
        "eta_0": float(rng.uniform(0.05, 2.0)),
        "gamma": float(rng.choice([rng.uniform(0.2, 0.45), rng.uniform(0.55, 0.85)])),
        "s": 2 * int(rng.integers(3, 12)),
    }


# An odd and an even period, neither a round number; factors on both sides of a half, of which 20 drops leave something.
# Rates and factors are drawn where no bound that somebody might set, such as 0.035 or 0.7, lies between two draws.
SMALL, LARGE, FACTOR = between(0.0336, 0.0339), between(1.72, 1.74), between(0.675, 0.68)
CASES = (
    {"s": 7, "eta_0": SMALL, "gamma": between(0.436, 0.439)},
    {"s": 12, "eta_0": LARGE, "gamma": FACTOR},
)
EVERY_STEP = {"s": 1, "eta_0": LARGE, "gamma": between(0.962, 0.968)}
LONG = {"s": 2500, "eta_0": LARGE, "gamma": FACTOR}

exercise = Exercise(
    reference=step_decay,
    outputs=("eta",),
    arguments=arguments,
    lecture="learning_rates",
    not_by=libraries.OPTIMIZERS,
    size=(),
    roles={"clock": "t", "period": "s"},
    picture=Curve({"eta_0": 1.0, "gamma": 0.6, "s": 8}),
    checks=(
        Check(
            "start",
            0.3,
            "At t = 0 nothing has decayed yet: eta is eta_0.",
            at(lambda p: [0], *CASES, EVERY_STEP),
            rule=False,
        ),
        Check(
            "first plateau",
            0.4,
            "Up to t = s - 1 the rate must stay at eta_0.",
            at(lambda p: [1, p["s"] - 1], *CASES),
            rule=False,
        ),
        Check(
            "between the drops",
            0.4,
            "Between two drops the rate is constant: count whole periods only, floor(t / s).",
            at(lambda p: [p["s"] + 1, (3 * p["s"] + 1) // 2, 2 * p["s"] - 1, 9 * p["s"] - 1], *CASES),
        ),
        Check(
            "the drops",
            0.6,
            "At t = s, 2s, 3s, ... the rate is multiplied by gamma once more.",
            at(lambda p: [n * p["s"] for n in (1, 2, 3, 5, 20)], *CASES, EVERY_STEP, LONG),
        ),
        Check(
            "any order",
            0.3,
            "Asked in another order, the rate must be right as well; it depends on t alone.",
            at(lambda p: [4 * p["s"], 0, p["s"], p["s"], 3 * p["s"] + 1, 0], *CASES),
        ),
    ),
    mistakes=mistakes,
    questions=questions.STEP_DECAY,
    equivalents=equivalents,
)
