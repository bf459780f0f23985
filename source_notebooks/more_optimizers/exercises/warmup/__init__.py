"""warmup_cosine(t, eta_max, warmup, decay, alpha=0.0) -> eta."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator
from tps.optimizers.schedule_probes import at, between

from autograder.exercises import libraries
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.pictures import Curve
from autograder.exercises.probes import call, drawn

from ... import questions
from ...reference import warmup_cosine
from .mistakes import equivalents, mistakes


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the constants; the fall is longer than the rise."""
    return {
        "t": 0,
        "eta_max": float(rng.uniform(0.05, 2.0)),
        "warmup": int(rng.integers(5, 12)),
        "decay": int(rng.integers(18, 40)),
        "alpha": float(rng.uniform(0.11, 0.24)),
    }


# A short rise and a long one, odd and even, and a rate below 1 and above.
LOW = {"warmup": 7, "decay": 20, "eta_max": between(0.03, 0.08), "alpha": between(0.11, 0.14)}
HIGH = {"warmup": 12, "decay": 31, "eta_max": between(1.6, 1.8), "alpha": between(0.31, 0.36)}
CASES = (LOW, HIGH)
NO_RISE = {**HIGH, "warmup": 0}
TO_ZERO = {**HIGH, "alpha": 0.0}
LONG = {**LOW, "warmup": 500, "decay": 9000}


def by_default(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Without alpha, half-way and at the end."""
    for case in CASES:
        arguments = drawn(ex, rng, case)
        for what, t in (("half-way", case["warmup"] + case["decay"] // 2), ("at the end", 90)):
            (eta,) = call(ex, ask, arguments | {"t": t}, defaults=True)
            ask.expect(eta, f"eta {what}, warmup = {case['warmup']}")


exercise = Exercise(
    reference=warmup_cosine,
    outputs=("eta",),
    arguments=arguments,
    lecture="learning_rates",
    not_by=libraries.OPTIMIZERS,
    size=(),
    roles={"clock": "t"},
    picture=Curve({"eta_max": 1.0, "warmup": 8, "decay": 30, "alpha": 0.1}),
    checks=(
        Check("start", 0.1, "At t = 0 the warm-up begins: the rate is 0.", at(lambda p: [0], *CASES), rule=False),
        Check(
            "warm-up",
            0.7,
            "While t is below warmup the rate must be eta_max t / warmup.",
            at(lambda p: [1, 2, p["warmup"] // 2, p["warmup"] - 1], *CASES, LONG),
        ),
        Check("top", 0.3, "At t = warmup the rate must be eta_max.", at(lambda p: [p["warmup"]], *CASES), rule=False),
        Check(
            "fall",
            0.9,
            "After the warm-up the rate must be eta_max (alpha + (1 - alpha) (1 + cos(pi x)) / 2), x = (t - warmup) / "
            "decay.",
            at(
                lambda p: [p["warmup"] + n for n in (1, p["decay"] // 4, p["decay"] // 2, p["decay"] - 1)],
                *CASES,
                TO_ZERO,
                LONG,
            ),
        ),
        Check(
            "after the end",
            0.5,
            "From t = warmup + decay on the rate must stay at alpha eta_max.",
            at(
                lambda p: [p["warmup"] + p["decay"] + n for n in (0, 1, 9, p["decay"], 3 * p["decay"])], *CASES, TO_ZERO
            ),
        ),
        Check(
            "no warm-up",
            0.2,
            "With warmup = 0 the fall begins at t = 0.",
            at(lambda p: [0, 1, p["decay"] // 2], NO_RISE),
        ),
        Check("alpha by default", 0.1, "Without alpha the function must use 0: the rate falls to zero.", by_default),
        Check(
            "any order",
            0.2,
            "The rate depends on t alone, whatever was asked before.",
            at(lambda p: [p["warmup"] + 9, 2, 2, p["warmup"] + 3], *CASES),
        ),
    ),
    mistakes=mistakes,
    questions=questions.WARMUP,
    equivalents=equivalents,
)
