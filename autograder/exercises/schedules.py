"""step_decay(t, eta_0, gamma, s) -> eta and exponential_decay(t, eta_0, k) -> eta. Section 3.7."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.random import Generator

from autograder.catalogue import exponential_decay as exponential_decay_catalogue
from autograder.catalogue import step_decay as step_decay_catalogue
from autograder.exercises.exercise import Ask, Check, Exercise, Probe
from autograder.reference import exponential_decay, step_decay

LECTURE = "07_learning_rates"


def at(times: Callable[[dict[str, Any]], list[int]]) -> Probe:
    """Ask for the rate at the given times; `times` maps the drawn parameters to them, in the order of the asking."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for _ in range(2):
            drawn = ex.arguments(rng, ())
            others = [value for name, value in drawn.items() if name != "t"]
            shown = ", ".join(f"{name} = {value:.4g}" for name, value in drawn.items() if name != "t")
            for k, t in enumerate(times(drawn)):
                (eta,) = ask.call(t, *others)
                ask.expect(eta, f"eta at t = {t} ({shown}{f', asked as number {k + 1}' if k else ''})")

    return probe


def step_arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw eta_0, gamma (never a half) and an even s."""
    return {
        "t": 0,
        "eta_0": float(rng.uniform(0.05, 2.0)),
        "gamma": float(rng.choice([rng.uniform(0.2, 0.45), rng.uniform(0.55, 0.85)])),
        "s": 2 * int(rng.integers(3, 12)),
    }


def exponential_arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw eta_0 and k."""
    return {"t": 0, "eta_0": float(rng.uniform(0.05, 2.0)), "k": float(rng.uniform(0.02, 0.2))}


step_exercise = Exercise(
    reference=step_decay,
    outputs=("eta",),
    arguments=step_arguments,
    lecture=LECTURE,
    checks=(
        Check("start", 0.3, "At t = 0 nothing has decayed yet: eta is eta_0.", at(lambda p: [0])),
        Check(
            "first plateau",
            0.4,
            "Up to t = s - 1 the rate must stay at eta_0.",
            at(lambda p: [1, p["s"] - 1]),
        ),
        Check(
            "between the drops",
            0.4,
            "Between two drops the rate is constant: count whole periods only, floor(t / s).",
            at(lambda p: [p["s"] + 1, 3 * p["s"] // 2, 2 * p["s"] - 1]),
        ),
        Check(
            "the drops",
            0.6,
            "At t = s, 2s, 3s, ... the rate is multiplied by gamma once more.",
            at(lambda p: [p["s"], 2 * p["s"], 3 * p["s"], 5 * p["s"]]),
        ),
        Check(
            "any order",
            0.3,
            "The rate depends on t alone, whatever was asked before.",
            at(lambda p: [4 * p["s"], 0, p["s"], p["s"], 3 * p["s"] + 1, 0]),
        ),
    ),
    mistakes=step_decay_catalogue.mistakes,
    equivalents=step_decay_catalogue.equivalents,
)

exponential_exercise = Exercise(
    reference=exponential_decay,
    outputs=("eta",),
    arguments=exponential_arguments,
    lecture=LECTURE,
    checks=(
        Check("start", 0.2, "At t = 0 nothing has decayed yet: eta is eta_0.", at(lambda p: [0])),
        Check("decay", 0.6, "The rate must be eta_0 exp(-k t).", at(lambda p: [1, 2, 7, 30, 100])),
        Check("any order", 0.2, "The rate depends on t alone, whatever was asked before.", at(lambda p: [50, 0, 3, 3])),
    ),
    mistakes=exponential_decay_catalogue.mistakes,
    equivalents=exponential_decay_catalogue.equivalents,
)
