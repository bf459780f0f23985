"""step_decay(t, eta_0, gamma, s) -> eta and exponential_decay(t, eta_0, k) -> eta. Section 3.7."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises.exercise import Anatomy, Ask, Check, Exercise, Probe, Wrong
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


staircase = Anatomy(
    step_decay,
    stages={
        "drops": lambda p: p.t // p.s,
        "eta": lambda p: p.eta_0 * p.gamma**p.drops,
    },
    returns=("eta",),
)

smooth = Anatomy(
    exponential_decay,
    stages={"exponent": lambda p: -p.k * p.t, "eta": lambda p: p.eta_0 * math.exp(p.exponent)},
    returns=("eta",),
)

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
    mistakes=(
        Wrong(
            "no-floor",
            "t / s is not rounded down: your rate falls a little at every step instead of once every s steps.",
            LECTURE,
            staircase.variant(drops=lambda p: p.t / p.s),
        ),
        Wrong(
            "rounded",
            "You round t / s to the nearest integer; the drops come half a period early. Round down.",
            LECTURE,
            staircase.variant(drops=lambda p: round(p.t / p.s)),
        ),
        Wrong(
            "ceil",
            "You round t / s up: the first drop comes at t = 1.",
            LECTURE,
            staircase.variant(drops=lambda p: math.ceil(p.t / p.s)),
        ),
        Wrong(
            "one-step-early",
            "You count (t + 1) / s: every drop comes one step early.",
            LECTURE,
            staircase.variant(drops=lambda p: (p.t + 1) // p.s),
        ),
        Wrong(
            "one-step-late",
            "You count (t - 1) / s: every drop comes one step late, and t = 0 gives eta_0 / gamma.",
            LECTURE,
            staircase.variant(drops=lambda p: (p.t - 1) // p.s),
        ),
        Wrong(
            "starts-dropped",
            "You count one drop too many: the rate has dropped at t = 0 already.",
            LECTURE,
            staircase.variant(drops=lambda p: p.t // p.s + 1),
        ),
        Wrong(
            "one-drop-only",
            "Your rate drops once and never again.",
            LECTURE,
            staircase.variant(drops=lambda p: int(p.t >= p.s)),
        ),
        Wrong(
            "linear",
            "You multiply by gamma times the number of drops. Each drop multiplies once more: gamma to that power.",
            LECTURE,
            staircase.variant(eta=lambda p: p.eta_0 * p.gamma * p.drops),
        ),
        Wrong(
            "amount-removed",
            "You multiply by 1 - gamma. gamma is what remains, not what is taken away.",
            LECTURE,
            staircase.variant(eta=lambda p: p.eta_0 * (1 - p.gamma) ** p.drops),
        ),
        Wrong(
            "hyperbolic",
            "You divide by 1 + gamma floor(t / s). Step decay multiplies by gamma at each drop.",
            LECTURE,
            staircase.variant(eta=lambda p: p.eta_0 / (1 + p.gamma * p.drops)),
        ),
        Wrong(
            "power-of-both",
            "eta_0 is inside the power: (eta_0 gamma)^n. Only gamma is raised.",
            LECTURE,
            staircase.variant(eta=lambda p: (p.eta_0 * p.gamma) ** p.drops),
        ),
        Wrong(
            "every-step",
            "s is ignored: your rate drops at every step.",
            LECTURE,
            staircase.variant(drops=lambda p: p.t),
        ),
    ),
    equivalents={
        "np.floor": staircase.variant(drops=lambda p: np.floor(p.t / p.s)),
        "int": staircase.variant(drops=lambda p: int(p.t / p.s)),
        "exp and log": staircase.variant(eta=lambda p: p.eta_0 * math.exp(p.drops * math.log(p.gamma))),
        "divmod": staircase.variant(drops=lambda p: divmod(p.t, p.s)[0]),
        "loop": staircase.variant(eta=lambda p: p.eta_0 * math.prod([p.gamma] * p.drops)),
    },
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
    mistakes=(
        Wrong(
            "growing", "The sign of k is wrong: your rate grows.", LECTURE, smooth.variant(exponent=lambda p: p.k * p.t)
        ),
        Wrong(
            "compound",
            "You multiply by (1 - k) at each step. That is close to exp(-k) only for small k.",
            LECTURE,
            smooth.variant(eta=lambda p: p.eta_0 * (1 - p.k) ** p.t),
        ),
        Wrong(
            "hyperbolic",
            "You divide by 1 + k t. Exponential decay multiplies by exp(-k t).",
            LECTURE,
            smooth.variant(eta=lambda p: p.eta_0 / (1 + p.k * p.t)),
        ),
        Wrong(
            "power-of-k",
            "You raise k to the power t. It is e that is raised, to -k t.",
            LECTURE,
            smooth.variant(eta=lambda p: p.eta_0 * p.k**p.t),
        ),
        Wrong(
            "base-10",
            "You use powers of 10 instead of e.",
            LECTURE,
            smooth.variant(eta=lambda p: p.eta_0 * 10.0**p.exponent),
        ),
        Wrong(
            "base-2",
            "You use powers of 2 instead of e.",
            LECTURE,
            smooth.variant(eta=lambda p: p.eta_0 * 2.0**p.exponent),
        ),
        Wrong("no-time", "t is ignored.", LECTURE, smooth.variant(exponent=lambda p: -p.k)),
        Wrong(
            "one-step-early",
            "You use t + 1: at t = 0 the rate has decayed already.",
            LECTURE,
            smooth.variant(exponent=lambda p: -p.k * (p.t + 1)),
        ),
        Wrong(
            "no-start",
            "eta_0 is missing: your schedule starts at 1.",
            LECTURE,
            smooth.variant(eta=lambda p: math.exp(p.exponent)),
        ),
        Wrong(
            "linear",
            "Your rate falls on a straight line and becomes negative.",
            LECTURE,
            smooth.variant(eta=lambda p: p.eta_0 * (1 - p.k * p.t)),
        ),
    ),
    equivalents={
        "np.exp": smooth.variant(eta=lambda p: p.eta_0 * np.exp(-p.k * p.t)),
        "power of exp(-k)": smooth.variant(eta=lambda p: p.eta_0 * math.exp(-p.k) ** p.t),
        "division": smooth.variant(eta=lambda p: p.eta_0 / math.exp(p.k * p.t)),
    },
)
