"""sharpe_gradient(w, mu, cov, rf=0.02) -> gradient (n,)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from tps.training_loop.promises import inputs_unchanged

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise

from ... import questions
from ...draws import near, with_best
from ...reference import sharpe_gradient, tangency
from .mistakes import equivalents, mistakes

LONG = (0.3, 0.25, 0.1, 0.2, 0.15)
CW = (0.09, 0.06, -0.05, 0.04, -0.02)  # C w of weights of both signs
BEST = (0.2, 0.35, 0.15, 0.2, 0.1)
RTOL, ATOL = 1e-11, 1e-13  # the formula and a complex step pass in any order of operations, no difference quotient


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    """Draw weights that are not the best ones, and a market of five assets."""
    return {"w": near(rng, LONG, 0.1), **with_best(rng, BEST)}


def short(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Weights of both signs, and C w of both signs."""
    for k in (1, 2):
        given = probes.drawn(ex, rng)
        (ref,) = probes.call(ex, ask, given | {"w": np.linalg.solve(given["cov"], near(rng, CW, 0.1))})
        ask.expect(ref, f"gradient, some sold short, case {k}")


def sold(rng: Generator, size: Any) -> Any:
    """All weights are negative, so that all of C w is, and w'e."""
    return -near(rng, LONG, 0.1)


def losing(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Each asset earns less than the riskless rate: w'e is negative while C w is not. With small and large weights."""
    for times in (0.01, 50.0):
        given = probes.drawn(ex, rng)
        given |= {"w": times * given["w"], "mu": 2 * given["rf"] - given["mu"]}
        (ref,) = probes.call(ex, ask, given)
        ask.expect(ref, f"gradient of a loss, {times:g} times the weights", rtol=RTOL, atol=ATOL / min(times, 1.0))


def scaled(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Weights that are c times as large give the gradient divided by c, and so the error of rounding."""
    given = probes.drawn(ex, rng)
    for times in (1e-4, 50.0):
        (ref,) = probes.call(ex, ask, given | {"w": times * given["w"]})
        ask.expect(ref, f"gradient, {times:g} times the weights", rtol=RTOL, atol=ATOL / min(times, 1.0))


def at_the_best(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """At the tangency portfolio all entries are zero, whatever the size of the weights."""
    for times in (1.0, 3.0):
        given = with_best(rng, BEST)
        (ref,) = probes.call(ex, ask, {"w": times * tangency(**given), **given})
        ask.expect(ref, f"gradient at {times:g} times the best weights", rtol=0.0, atol=1e-9)


exercise = Exercise(
    reference=sharpe_gradient,
    outputs=("gradient",),
    arguments=arguments,
    lecture="general_optimization",
    size=5,
    rtol=RTOL,
    atol=ATOL,
    checks=(
        Check(
            "gradient",
            1.35,
            "The gradient must be e / s - (w'e) C w / s^3.",
            probes.all_of(probes.calls(), losing),
        ),
        Check(
            "short positions",
            0.35,
            "Negative weights are weights: the same formula holds.",
            probes.all_of(short, probes.calls(times=1, fixed={"w": sold}, what=", all sold short")),
        ),
        Check(
            "scale",
            0.5,
            "The ratio does not change if all weights are multiplied by c, so the gradient is divided by c.",
            scaled,
        ),
        Check("zero at the best", 0.5, "At the tangency portfolio the gradient must be zero.", at_the_best, rule=False),
        Check("rf by default", 0.2, "Without rf the function must use 0.02.", probes.calls(defaults=True, times=1)),
        inputs_unchanged(0.1),
    ),
    mistakes=mistakes,
    questions=questions.SHARPE_GRADIENT,
    equivalents=equivalents,
)
