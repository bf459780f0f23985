"""Probes that several exercises share: what to ask of a step function, and what must hold of its answers.

Each function here returns a probe. Keyword arguments fix a parameter of the learner's function, to a value or to a
callable of (rng, shape); everything else is drawn. Inputs are drawn so that one criterion sees one property: eps is
1e-24 unless a probe is about eps, states are drawn at random unless a probe is about the start.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises.exercise import Ask, Exercise, Probe
from course.calls import Plain

SIZE = 5
SIDE = 6  # of what is cut in halves

Array = np.ndarray


def normal(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Standard normal numbers."""
    return rng.normal(size=shape)


def squares(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Positive numbers of the size of squares, 0.1 to 4."""
    return rng.uniform(0.3, 2.0, size=shape) ** 2


def signs(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Ones of both signs."""
    return np.copysign(1.0, rng.uniform(-1.0, 1.0, size=shape))


def magnitudes(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Gradients of both signs, from 1e-3 to 1e2."""
    return signs(rng, shape) * 10.0 ** rng.uniform(-3, 2, size=shape)


def large(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Gradients of both signs near 1e4, on which the default eps of 1e-8 leaves no trace."""
    return signs(rng, shape) * 10.0 ** rng.uniform(3.5, 4.5, size=shape)


def tiny(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Gradients of both signs below 1e-3, on which eps decides."""
    return signs(rng, shape) * 10.0 ** rng.uniform(-5, -3, size=shape)


def zeros(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Exact zeros."""
    return np.zeros(shape)


def rate(rng: Generator, shape: tuple[int, ...]) -> float:
    """A learning rate between 1e-3 and 0.3."""
    return float(10.0 ** rng.uniform(-3, -0.5))


def decay(rng: Generator, shape: tuple[int, ...]) -> float:
    """A decay factor away from the usual 0.9."""
    return float(rng.uniform(0.3, 0.8))


def landscape(rng: Generator, shape: tuple[int, ...]) -> Plain:
    """The data of a gradient that is not linear: A p + b + c p^3."""
    n = int(np.prod(shape))
    root = rng.normal(size=(n, n)) / np.sqrt(n)
    return {
        "A": (root @ root.T + np.eye(n)).tolist(),
        "b": rng.normal(size=n).tolist(),
        "c": rng.uniform(0.1, 0.5, size=n).tolist(),
    }


def one_step(*outputs: int, times: int = 3, defaults: bool = False, start: bool = False, **fixed: Any) -> Probe:
    """Single steps; claims the outputs at the given positions. `defaults` leaves optional arguments out,
    `start` begins at zero state and t = 1."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k in range(times):
            arguments = _draw(ex, rng, (SIZE,), fixed)
            if start:
                arguments |= _start(ex, arguments)
            results = _call(ex, ask, arguments, defaults)
            for i in outputs or range(len(ex.outputs)):
                ask.expect(results[i], f"{ex.outputs[i]} after one step{f', case {k + 1}' if times > 1 else ''}")

    return probe


def many_steps(*outputs: int, steps: int = 10, defaults: bool = False, **fixed: Any) -> Probe:
    """Steps in a row from zero state, each fed with what the one before returned, under changing gradients."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        arguments = _draw(ex, rng, (SIZE,), fixed)
        arguments |= _start(ex, arguments)
        state = {name: ask.put(arguments[name]) for name in ex.outputs}
        grad_fn = ask.gradient(arguments["grad_fn"]) if "grad_fn" in arguments else None
        for k in range(1, steps + 1):
            if grad_fn:
                arguments["grad_fn"] = grad_fn
            else:
                gradient = _value(fixed.get("grad", magnitudes), rng, (SIZE,))
                gradient[rng.integers(SIZE)] = 0.0 if k > 1 else gradient[0]
                arguments["grad"] = gradient
            if "t" in arguments:
                arguments["t"] = k
            results = _call(ex, ask, arguments | state, defaults)
            state = dict(zip(ex.outputs, results, strict=True))
            for i in outputs or range(len(ex.outputs)):
                ask.expect(results[i], f"{ex.outputs[i]} after step {k}")

    return probe


def zero_gradient(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """A gradient of exact zeros from zero state moves nothing; 0/0 would."""
    arguments = _draw(ex, rng, (SIZE,), {})
    arguments |= _start(ex, arguments) | {"grad": np.zeros(SIZE), "eps": 1e-8}
    for ref, name in zip(_call(ex, ask, arguments), ex.outputs, strict=True):
        ask.expect(ref, name)


def integers(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Integer arrays give what the same numbers as floats give: all of them together, and each alone."""
    arrays = [name for name, value in _draw(ex, rng, (SIZE,), {}).items() if isinstance(value, Array)]
    for chosen in (arrays, *([name] for name in arrays if len(arrays) > 1)):
        arguments = _draw(ex, rng, (SIZE,), {})
        whole = {name: _whole(rng, name) for name in chosen}
        floats = _call(ex, ask, arguments | {name: value.astype(float) for name, value in whole.items()})
        ints = _call(ex, ask, arguments | whole)
        where = "" if chosen == arrays else f" in {chosen[0]} alone"
        for one, other, name in zip(floats, ints, ex.outputs, strict=True):
            like = ask.read(one, f"{name} from floats{where}")
            ask.expect_like(other, f"{name} from integers{where}", like)


def _whole(rng: Generator, name: str) -> Array:
    return rng.integers(1, 9, size=SIZE) * (rng.choice([-1, 1], size=SIZE) if name in ("theta", "grad") else 1)


def shapes(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """A matrix of parameters gives what its entries give in a row; a single parameter works too."""
    arguments = _draw(ex, rng, (6,), {})
    matrix = {k: v.reshape(2, 3) if isinstance(v, Array) else v for k, v in arguments.items()}
    row = _call(ex, ask, arguments)
    block = _call(ex, ask, matrix)
    for one, other, name in zip(row, block, ex.outputs, strict=True):
        like = ask.read(one, f"{name} in a row")
        ask.expect_like(other, f"{name} as a matrix", like)
    single = _draw(ex, rng, (1,), {})
    for one, other, name in zip(_call(ex, ask, single), _call(ex, ask, single), ex.outputs, strict=True):
        like = ask.read(one, f"{name} of one parameter")
        ask.expect_like(other, f"{name} of one parameter, again", like)


def inputs_unchanged(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """The arrays that were passed in hold the same numbers afterwards."""
    arguments = _draw(ex, rng, (SIZE,), {})
    refs = {k: ask.put(v) for k, v in arguments.items() if isinstance(v, Array)}
    _call(ex, ask, arguments | refs)
    for name, ref in refs.items():
        ask.expect(ref, f"your input {name} afterwards")


def nothing_shared(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Overwriting the inputs, or one result, changes no result; not even when nothing moves."""
    drawn = _draw(ex, rng, (SIZE,), {})
    flat = {"A": np.zeros((SIZE, SIZE)).tolist(), "b": [0.0] * SIZE, "c": [0.0] * SIZE}
    still = {"grad": np.zeros(SIZE), "grad_fn": flat}
    at_rest = drawn | _start(ex, drawn) | {name: value for name, value in still.items() if name in drawn}
    for arguments, where in ((drawn, ""), (at_rest, ", at rest")):
        refs = {k: ask.put(v) for k, v in arguments.items() if isinstance(v, Array)}
        results = _call(ex, ask, arguments | refs)
        before = [ask.read(ref, f"{name} as returned{where}") for ref, name in zip(results, ex.outputs, strict=True)]
        for ref in refs.values():
            ask.fill(ref, 7.0)
        for i, ref in enumerate(results):
            ask.expect_like(ref, f"{ex.outputs[i]} once its inputs were overwritten{where}", before[i])
            ask.fill(ref, 5.0)


def used(way: str, *outputs: int, times: int = 2, defaults: bool = False, **fixed: Any) -> Probe:
    """A class, used in one of its ways; claims the outputs at the given positions, or all."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k in range(times):
            results = _call(ex, ask, _draw(ex, rng, (SIDE,), fixed), defaults, way)
            for i in outputs or range(len(ex.outputs)):
                ask.expect(results[i], f"{ex.outputs[i]}{f', case {k + 1}' if times > 1 else ''}")

    return probe


def as_itself(way: str, like: str, times: int = 2) -> Probe:
    """A class that is used in one way comes to the weights to which it comes itself in another, right or wrong."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k in range(times):
            arguments, case = _draw(ex, rng, (SIDE,), {}), f", case {k + 1}" if times > 1 else ""
            own, other = (_call(ex, ask, arguments, through=each) for each in (like, way))
            for one, two, output in zip(own, other, ex.outputs, strict=True):
                ask.expect_like(two, f"{output}{case}", ask.read(one, f"{output} without it{case}"))

    return probe


def minus_velocity(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """From theta = 0 the new theta is minus the velocity that the learner returns, whatever that is."""
    for k in range(3):
        arguments = _draw(ex, rng, (SIZE,), {"theta": np.zeros(SIZE)})
        theta, v = _call(ex, ask, arguments)
        ask.expect_like(theta, f"theta from zero, case {k + 1}", ask.read(v, f"your new v, case {k + 1}"), times=-1.0)


def asked_at(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """The gradient is asked at the look-ahead point, and nowhere else."""
    for k in range(3):
        arguments = _draw(ex, rng, (SIZE,), {})
        oracle = ask.gradient(arguments["grad_fn"])
        theta, _ = _call(ex, ask, arguments | {"grad_fn": oracle})
        ask.expect_asked(oracle, theta, f"where grad_fn was asked, case {k + 1}")


def _draw(ex: Exercise, rng: Generator, shape: tuple[int, ...], fixed: dict[str, Any]) -> dict[str, Any]:
    drawn = ex.arguments(rng, shape)
    return drawn | {name: _value(v, rng, shape) for name, v in fixed.items()}


def _value(fixed: Any, rng: Generator, shape: tuple[int, ...]) -> Any:
    return fixed(rng, shape) if callable(fixed) else fixed


def _start(ex: Exercise, arguments: dict[str, Any]) -> dict[str, Any]:
    """Zero state, and t = 1 where the rule counts its steps."""
    start = {name: np.zeros_like(arguments[name]) for name in ex.outputs if name != "theta"}
    return start | ({"t": 1} if "t" in arguments else {})


def _call(
    ex: Exercise, ask: Ask, arguments: dict[str, Any], defaults: bool = False, through: str = ""
) -> tuple[Plain, ...]:
    """Call with the arguments in the order of the signature, optional ones left out if `defaults`."""
    passed = []
    for name, parameter in ex.parameters.items():
        if defaults and parameter.default is not parameter.empty:
            break
        argument = arguments[name]
        if isinstance(argument, Array):
            argument = ask.put(argument)
        elif isinstance(argument, dict) and "A" in argument:
            argument = ask.gradient(argument)
        passed.append(argument)
    return ask.call(*passed, through=through)
