"""Probes of a step function: single steps, steps in a row, the start, and where the gradient is asked.

Inputs are drawn so that one criterion sees one property: eps is 1e-24 unless a probe is about eps, states are drawn at
random unless a probe is about the start.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Exercise, Probe
from autograder.exercises.probes import Fixed, call, drawn, signs

Array = np.ndarray
Shape = tuple[int, ...]


def squares(rng: Generator, shape: Shape) -> Array:
    """Positive numbers of the size of squares, 0.1 to 4."""
    return rng.uniform(0.3, 2.0, size=shape) ** 2


def magnitudes(rng: Generator, shape: Shape) -> Array:
    """Gradients of both signs, from 1e-3 to 1e2."""
    return signs(rng, shape) * 10.0 ** rng.uniform(-3, 2, size=shape)


def large(rng: Generator, shape: Shape) -> Array:
    """Gradients of both signs near 1e4, on which the default eps of 1e-8 leaves no trace."""
    return signs(rng, shape) * 10.0 ** rng.uniform(3.5, 4.5, size=shape)


def tiny(rng: Generator, shape: Shape) -> Array:
    """Gradients of both signs below 1e-3, on which eps decides."""
    return signs(rng, shape) * 10.0 ** rng.uniform(-5, -3, size=shape)


def rate(rng: Generator, shape: Shape) -> float:
    """A learning rate between 1e-3 and 0.3."""
    return float(10.0 ** rng.uniform(-3, -0.5))


def decay(rng: Generator, shape: Shape) -> float:
    """A decay factor away from the usual 0.9."""
    return float(rng.uniform(0.3, 0.8))


def one_step(
    *outputs: int, times: int = 3, defaults: bool = False, start: bool = False, fixed: Fixed | None = None
) -> Probe:
    """Single steps; expects the outputs at the given positions. `defaults` leaves optional arguments out,
    `start` begins at zero state and t = 1."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k in range(times):
            arguments = drawn(ex, rng, fixed)
            if start:
                arguments |= at_the_start(ex, arguments)
            results = call(ex, ask, arguments, defaults)
            for i in outputs or range(len(ex.outputs)):
                ask.expect(results[i], f"{ex.outputs[i]} after one step{f', case {k + 1}' if times > 1 else ''}")

    return probe


def many_steps(*outputs: int, steps: int = 10, defaults: bool = False, fixed: Fixed | None = None) -> Probe:
    """Steps in a row from zero state, each fed with what the one before returned, under changing gradients."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        arguments = drawn(ex, rng, fixed)
        arguments |= at_the_start(ex, arguments)
        state = {name: ask.put(arguments[name]) for name in ex.outputs}
        if "grad_fn" in arguments:
            arguments["grad_fn"] = ask.oracle({**arguments["grad_fn"], "name": "grad_fn"})
        for k in range(1, steps + 1):
            if "grad" in arguments:
                gradient = (fixed or {}).get("grad", magnitudes)(rng, ex.size)
                gradient[rng.integers(gradient.size)] = 0.0 if k > 1 else gradient[0]
                arguments["grad"] = gradient
            if "t" in arguments:
                arguments["t"] = k
            results = call(ex, ask, arguments | state, defaults)
            state = dict(zip(ex.outputs, results, strict=True))
            for i in outputs or range(len(ex.outputs)):
                ask.expect(results[i], f"{ex.outputs[i]} after step {k}")

    return probe


def zero_gradient(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """A gradient of exact zeros from zero state moves nothing; 0/0 would."""
    arguments = drawn(ex, rng)
    arguments |= at_the_start(ex, arguments) | {"grad": np.zeros(ex.size), "eps": 1e-8}
    for ref, name in zip(call(ex, ask, arguments), ex.outputs, strict=True):
        ask.expect(ref, name)


def minus_velocity(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """From theta = 0 the new theta is minus the velocity that the learner returns, whatever that is."""
    for k in range(3):
        theta, v = call(ex, ask, drawn(ex, rng, {"theta": np.zeros(ex.size)}))
        ask.expect_like(theta, f"theta from zero, case {k + 1}", ask.read(v, f"your new v, case {k + 1}"), times=-1.0)


def asked_at(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """The gradient is asked at the look-ahead point, and nowhere else."""
    for k in range(3):
        arguments = drawn(ex, rng)
        oracle = ask.oracle({**arguments["grad_fn"], "name": "grad_fn"})
        theta, _ = call(ex, ask, arguments | {"grad_fn": oracle})
        ask.expect_asked(oracle, theta, f"where grad_fn was asked, case {k + 1}")


def at_the_start(ex: Exercise, arguments: dict[str, Any]) -> dict[str, Any]:
    """Zero state, and t = 1 where the rule counts its steps."""
    start: dict[str, Any] = {name: np.zeros_like(arguments[name]) for name in ex.outputs if name != "theta"}
    return start | ({"t": 1} if "t" in arguments else {})


def flat(rng: Generator, shape: Shape) -> dict[str, Any]:
    """The data of a gradient that is zero everywhere."""
    n = int(np.prod(shape))
    return {"A": np.zeros((n, n)).tolist(), "b": [0.0] * n, "c": [0.0] * n}
