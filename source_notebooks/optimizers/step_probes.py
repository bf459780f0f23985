"""Probes of a step function: single steps, steps in a row, the start, and where the gradient is asked.

Inputs are drawn so that one criterion sees one property: eps is 1e-24 unless a probe is about eps, states are drawn at
random unless a probe is about the start. What decides is placed: which entries are small, large or negative is the
same in all draws, and so are the cases in which a step is asked. The digits are drawn, from ranges so narrow that no
bound that somebody might set (0.25, 1, 10, ...) cuts off what decides in one draw and not in another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Exercise, Probe
from autograder.exercises.probes import Fixed, call, drawn
from course.judging.scripts import Plain

Array = np.ndarray
Shape = tuple[int, ...]


def spread(rng: Generator, shape: Shape, low: float, high: float, first: float = 0.0) -> Array:
    """Numbers from low to high, evenly spread but for a little chance. Their order, up and down, is the same in all
    draws; it begins with the smallest, or later with another `first`."""
    placed, apart = _placed(shape, low, high, first)
    return placed + 0.01 * apart * rng.random(shape)


@cache
def _placed(shape: Shape, low: float, high: float, first: float) -> tuple[Array, float]:
    """The least that each number can be, and how far apart they lie."""
    n = math.prod(shape)
    order = np.argsort(np.argsort((first + 0.618 * np.arange(n)) % 1)).reshape(shape)
    apart = (high - low) / n
    return low + apart * (order + 0.495), apart


@cache
def alternating(shape: Shape, first: int, each: int) -> Array:
    """Ones of both signs, `each` of a sign in a row, counted from `first`."""
    signs = (np.arange(math.prod(shape)) + first) // each % 2
    return np.where(signs, -1.0, 1.0).reshape(shape)


def points(rng: Generator, shape: Shape) -> Array:
    """Parameters of both signs, from 0.3 to 2; the first is negative."""
    return alternating(shape, 1, 1) * spread(rng, shape, 0.3, 2.0, first=0.3)


def averages(rng: Generator, shape: Shape) -> Array:
    """A velocity, or an average of gradients: of both signs, from 0.3 to 2, other signs than the parameters; the first
    is negative."""
    return alternating(shape, 3, 2) * spread(rng, shape, 0.3, 2.0, first=0.6)


def fast(rng: Generator, shape: Shape) -> Array:
    """A velocity from 600 to 4000, of both signs."""
    return 2000.0 * averages(rng, shape)


def faint(rng: Generator, shape: Shape) -> Array:
    """Numbers of both signs around 1e-9, which are not zero."""
    return 1e-9 * averages(rng, shape)


def faint_squares(rng: Generator, shape: Shape) -> Array:
    """Positive numbers around 1e-9, which are not zero."""
    return 1e-9 * squares(rng, shape)


def vast(rng: Generator, shape: Shape) -> Array:
    """Sums or averages of squares from 1e5 to 4e6."""
    return 1e6 * squares(rng, shape)


def downhill(rng: Generator, shape: Shape) -> Array:
    """Gradients from 100 to 1500, of the signs that the steepest of `steep` does not have."""
    return -15.0 * alternating(shape, 1, 2) * 10.0 ** spread(rng, shape, 0.9, 2.0)


def squares(rng: Generator, shape: Shape) -> Array:
    """Positive numbers of the size of squares, 0.1 to 4."""
    return spread(rng, shape, 0.3, 2.0, first=0.8) ** 2


def magnitudes(rng: Generator, shape: Shape) -> Array:
    """Gradients of both signs, from 1e-3 to 1e2; the first is the smallest. Neither they nor their squares are near a
    power of ten."""
    return alternating(shape, 0, 2) * 10.0 ** spread(rng, shape, -2.95, 2.1)


def steep(rng: Generator, shape: Shape) -> Array:
    """Gradients from 0.1 to 1800, of the other signs."""
    return -45.0 * magnitudes(rng, shape)


def far(rng: Generator, shape: Shape) -> Array:
    """Parameters from 600 to 4000, of the other signs."""
    return -2000.0 * points(rng, shape)


def near(rng: Generator, shape: Shape) -> Array:
    """Parameters around 1e-8, of both signs."""
    return 1e-8 * points(rng, shape)


def large(rng: Generator, shape: Shape) -> Array:
    """Gradients of both signs from 10 to 100: the default eps of 1e-8 leaves no trace on them, an accumulator that
    starts at 0.1 does."""
    return alternating(shape, 0, 2) * 10.0 ** spread(rng, shape, 1.1, 2)


def tiny(rng: Generator, shape: Shape) -> Array:
    """Gradients of both signs below 1e-3, on which eps decides."""
    return alternating(shape, 0, 2) * 10.0 ** spread(rng, shape, -5, -3)


def landscape(rng: Generator, shape: Shape) -> Plain:
    """The data of an oracle that is not linear: A p + b + c p^3, of which every entry of p is felt in every other."""
    n = math.prod(shape)
    root = alternating((n, n), 1, 2) * spread(rng, (n, n), 0.2, 2.0) / math.sqrt(n)
    return {
        "shape": list(shape),
        "A": (root @ root.T + np.eye(n)).tolist(),
        "b": (alternating((n,), 2, 2) * spread(rng, (n,), 0.3, 2.0, first=0.4)).tolist(),
        "c": spread(rng, (n,), 0.1, 0.5, first=0.2).tolist(),
    }


def flat(rng: Generator, shape: Shape) -> Plain:
    """The data of a gradient that is zero everywhere."""
    n = int(np.prod(shape))
    return {"shape": list(shape), "A": np.zeros((n, n)).tolist(), "b": [0.0] * n, "c": [0.0] * n}


def faint_slope(rng: Generator, shape: Shape) -> Plain:
    """The data of a gradient around 1e-9, the same everywhere."""
    return {**flat(rng, shape), "b": faint(rng, (math.prod(shape),)).tolist()}


def rate(rng: Generator, shape: Shape) -> float:
    """A learning rate away from the usual powers of ten."""
    return float(rng.uniform(0.0212, 0.0222))


def low_rate(rng: Generator, shape: Shape) -> float:
    """A learning rate far below the usual ones."""
    return float(rng.uniform(1.2e-5, 1.4e-5))


def high_rate(rng: Generator, shape: Shape) -> float:
    """A learning rate above 1."""
    return float(rng.uniform(2.26, 2.29))


def great_rate(rng: Generator, shape: Shape) -> float:
    """A learning rate far above the usual ones."""
    return float(rng.uniform(2260, 2290))


def decay(rng: Generator, shape: Shape) -> float:
    """A decay factor below a half."""
    return float(rng.uniform(0.36, 0.39))


def high_decay(rng: Generator, shape: Shape) -> float:
    """A decay factor above a half, and away from the usual 0.9."""
    return float(rng.uniform(0.72, 0.74))


# The cases in which a step is asked: what they fix of the arguments that the rule has, and the size of the arrays.
GENTLE: Fixed = {"eta": rate, "t": 3}
BOLD: Fixed = {
    **{"grad": steep, "eta": high_rate, "t": 6},
    **dict.fromkeys(("gamma", "rho", "beta_1"), high_decay),
}
# One parameter, once with a slope up and once with a slope down.
ALONE: tuple[Fixed, ...] = ({**GENTLE, "grad": large, "size": (1,)}, {**BOLD, "size": (1,)})
AFAR: Fixed = {"theta": far, "grad": steep, "eta": high_rate}
NEAR: Fixed = {"theta": near, "eta": low_rate}
AWAY = {"from far away": AFAR, "from close to zero": NEAR}
FAST: Fixed = {"v": fast}
# Nothing is so small that it is nothing, and nothing so large, on either side, that it is cut.
FAINT: Fixed = {"theta": probes.zeros, "v": faint, "grad": faint}
DOWNHILL: Fixed = {"grad": downhill, "eta": high_rate}
FAINT_SLOPE: Fixed = {**FAINT, "grad_fn": faint_slope}
# The same for rules that keep squares: in what they keep, and in the step. The square of 1e-9 is below all tolerances.
FAINT_SQUARES: Fixed = {"m": faint, "r": faint_squares, "v": faint_squares, "grad": tiny}
FAINT_STEP: Fixed = {"m": faint, "grad": faint, "eta": high_rate}
HUGE: Fixed = {"m": fast, "r": vast, "v": vast, "grad": downhill, "eta": great_rate}
STILL: Fixed = {"eta": 0.0}
FORGETFUL: Fixed = {"gamma": 0.0, "rho": 0.0, "beta_1": 0.0, "beta_2": 0.0}
USUAL = (GENTLE, BOLD)
# Where eps decides, and where nothing but the gradients may stand below the line.
EPSILONS: tuple[Fixed, ...] = ({"eps": 1e-3}, {"eps": 1e-24})


def one_step(
    *outputs: int,
    cases: tuple[Fixed, ...] = USUAL,
    defaults: bool = False,
    start: bool = False,
    fixed: Fixed | None = None,
) -> Probe:
    """A single step in each case; expects the outputs at the given positions. `defaults` leaves optional arguments
    out, `start` begins at zero state and t = 1, `fixed` holds in all cases."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k, case in enumerate(cases, start=1):
            arguments = drawn(ex, rng, {**case, **(fixed or {})}, case.get("size"))
            if start:
                arguments |= at_the_start(ex, arguments)
            results = call(ex, ask, arguments, defaults)
            for i in outputs or range(len(ex.outputs)):
                ask.expect(results[i], f"{ex.outputs[i]} after one step{f', case {k}' if len(cases) > 1 else ''}")

    return probe


def many_steps(
    *outputs: int,
    steps: int = 10,
    defaults: bool = False,
    fixed: Fixed | None = None,
    alone: Mapping[str, Fixed] = AWAY,
) -> Probe:
    """Steps in a row from zero state, each fed with what the one before returned, under changing gradients; and each of
    `alone`, by what is said of it."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        arguments = drawn(ex, rng, fixed)
        arguments |= at_the_start(ex, arguments)
        state = {name: ask.put(arguments[name]) for name in ex.outputs}
        if "grad_fn" in arguments:
            arguments["grad_fn"] = ask.oracle({**arguments["grad_fn"], "name": "grad_fn"})
        for k in range(1, steps + 1):
            if "grad" in arguments:
                gradient = (fixed or {}).get("grad", magnitudes)(rng, ex.size)
                if k > 1:
                    gradient[k % gradient.size] = 0.0
                arguments["grad"] = gradient
            if "t" in arguments:
                arguments["t"] = k
            results = call(ex, ask, arguments | state, defaults)
            state = dict(zip(ex.outputs, results, strict=True))
            for i in outputs or range(len(ex.outputs)):
                ask.expect(results[i], f"{ex.outputs[i]} after step {k}")
        for where, case in alone.items():
            for ref, name in zip(call(ex, ask, drawn(ex, rng, case), defaults), ex.outputs, strict=True):
                ask.expect(ref, f"{name} after one step {where}")

    return probe


def zero_gradient(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """A gradient of exact zeros from zero state moves nothing; 0/0 would."""
    arguments = drawn(ex, rng)
    arguments |= at_the_start(ex, arguments) | {"grad": np.zeros(ex.size), "eps": 1e-8}
    for ref, name in zip(call(ex, ask, arguments), ex.outputs, strict=True):
        ask.expect(ref, name)


def minus_velocity(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """From theta = 0 the new theta is minus the velocity that the learner returns, whatever that is."""
    for k, case in enumerate(USUAL, start=1):
        theta, v = call(ex, ask, drawn(ex, rng, {**case, "theta": np.zeros(ex.size)}))
        ask.expect_like(theta, f"theta from zero, case {k}", ask.read(v, f"your new v, case {k}"), times=-1.0)


def asked_at(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """The gradient is asked at the look-ahead point, and nowhere else."""
    for k, case in enumerate((*USUAL, {}, FORGETFUL), start=1):
        arguments = drawn(ex, rng, case)
        oracle = ask.oracle({**arguments["grad_fn"], "name": "grad_fn"})
        theta, _ = call(ex, ask, arguments | {"grad_fn": oracle})
        ask.expect_asked(oracle, theta, f"where grad_fn was asked, case {k}")


def at_the_start(ex: Exercise, arguments: dict[str, Any]) -> dict[str, Any]:
    """Zero state, and t = 1 where the rule counts its steps."""
    start: dict[str, Any] = {name: np.zeros_like(arguments[name]) for name in ex.outputs if name != "theta"}
    return start | ({"t": 1} if "t" in arguments else {})
