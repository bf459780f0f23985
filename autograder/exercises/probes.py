"""Probes that many exercises share: what to ask of a function, and what must hold of its answers.

Each function here returns a probe, or is one. `fixed` gives parameters of the learner's function a value, or a callable
of (rng, size) that draws one; everything else is drawn by the exercise. Inputs are drawn so that one criterion sees one
property.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Exercise, Probe
from autograder.exercises.further import passed
from course.judging.scripts import INTEGERS, NUMBERS, SHAPE, Ref

Array = np.ndarray
Fixed = Mapping[str, Any]


def signs(rng: Generator, size: tuple[int, ...]) -> Array:
    """Ones of both signs."""
    return np.copysign(1.0, rng.uniform(-1.0, 1.0, size=size))


def zeros(rng: Generator, size: tuple[int, ...]) -> Array:
    """Exact zeros."""
    return np.zeros(size)


def calls(
    *outputs: int, times: int = 3, defaults: bool = False, size: Any = None, fixed: Fixed | None = None, what: str = ""
) -> Probe:
    """So many calls with fresh arguments; expects the outputs at the given positions, or all.

    `defaults` leaves optional arguments out; `size` is another than the exercise's; `what` goes into the labels.
    """

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k in range(times):
            results = call(ex, ask, drawn(ex, rng, fixed, size), defaults)
            for i in outputs or range(len(ex.outputs)):
                ask.expect(results[i], f"{ex.outputs[i]}{what}{_case(k, times)}")

    return probe


def used(way: str, *outputs: int, times: int = 2, defaults: bool = False, fixed: Fixed | None = None) -> Probe:
    """A class, used in one of its ways; expects the outputs at the given positions, or all."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        names = ask.outputs(way)
        for k in range(times):
            results = call(ex, ask, drawn(ex, rng, fixed), defaults, way)
            for i in outputs or range(len(names)):
                ask.expect(results[i], f"{names[i]}{_case(k, times)}")

    return probe


def as_itself(way: str, like: str, times: int = 2) -> Probe:
    """A class that is used in one way comes to the results to which it comes itself in another, right or wrong."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k in range(times):
            arguments = drawn(ex, rng)
            own, other = (call(ex, ask, arguments, way=each) for each in (like, way))
            for one, two, output in zip(own, other, ask.outputs(way), strict=True):
                case = _case(k, times)
                ask.expect_like(two, f"{output}{case}", ask.read(one, f"{output} without it{case}"))

    return probe


def all_of(*probes: Probe) -> Probe:
    """One criterion that several probes ask for."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for one in probes:
            one(ex, ask, rng)

    return probe


def integers(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Integer arrays give what the same numbers as floats give: all of them together, and each alone. Arrays that are
    drawn as integers, or as booleans, stay as they are."""
    arrays = [name for name, value in drawn(ex, rng).items() if isinstance(value, Array) and value.dtype.kind == "f"]
    for chosen in (arrays, *([name] for name in arrays if len(arrays) > 1)):
        arguments = drawn(ex, rng)
        whole = {name: _whole(arguments[name], arrays.index(name)) for name in chosen}
        floats = call(ex, ask, arguments | {name: value.astype(float) for name, value in whole.items()})
        ints = call(ex, ask, arguments | whole, kind=INTEGERS)
        where = "" if chosen == arrays else f" in {chosen[0]} alone"
        for one, other, name in zip(floats, ints, ex.outputs, strict=True):
            like = ask.read(one, f"{name} from floats{where}")
            ask.expect_like(other, f"{name} from integers{where}", like)


def _whole(like: Array, first: int) -> Array:
    """Whole numbers from 2 to 8 in the shape of an array, with its signs; `first` says with which they begin."""
    sizes = 2 + (3 * np.arange(like.size) + first) % 7
    return sizes.reshape(like.shape) * np.where(like < 0, -1, 1)


# By number of entries: the shapes in which they must give what they give in a row.
SHAPES: dict[int, tuple[tuple[int, ...], ...]] = {6: ((2, 3), (3, 1, 2)), 1: ((), (1,))}


def shapes(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """For functions that take any shape: a matrix, and three dimensions, give what their entries give in a row; a
    single number gives what a row of one gives."""
    for n, others in SHAPES.items():
        arguments = drawn(ex, rng, size=(n,))
        row = zip(call(ex, ask, arguments), ex.outputs, strict=True)
        likes = [ask.read(ref, f"{name} of shape ({n},), to compare with") for ref, name in row]
        for shape in others:
            results = call(ex, ask, {k: _shaped(v, shape) for k, v in arguments.items()}, kind=SHAPE)
            for ref, name, like in zip(results, ex.outputs, likes, strict=True):
                ask.expect_like(ref, f"{name} of shape {shape}", like)


def _shaped(value: Any, shape: tuple[int, ...]) -> Any:
    """An array in another shape; an oracle that is asked in it."""
    if isinstance(value, Array):
        return value.reshape(shape)
    return {**value, "shape": list(shape)} if isinstance(value, dict) else value


def inputs_unchanged(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """The arrays that were passed in hold the same numbers afterwards."""
    arguments = drawn(ex, rng)
    refs = {k: ask.put(v) for k, v in arguments.items() if isinstance(v, Array)}
    call(ex, ask, arguments | refs)
    for name, ref in refs.items():
        ask.expect(ref, f"your input {name} afterwards")


def nothing_shared(*still: Fixed) -> Probe:
    """Overwriting the inputs, or one result, changes no result; and asked again, the function sees what was written.
    Arrays that are drawn as integers may be numbers of rows, and stay as they are.

    `still`: arguments at which nothing moves, to be tried as well; some functions then return what they were given.
    """

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        first = drawn(ex, rng)
        for fixed, where in (({}, ""), *((at_rest, _where(at_rest)) for at_rest in still)):
            arguments = first | {name: _value(v, rng, ex.size) for name, v in fixed.items() if name in first}
            refs = {k: ask.put(v) for k, v in arguments.items() if isinstance(v, Array)}
            results = call(ex, ask, arguments | refs)
            pairs = list(zip(results, ex.outputs, strict=True))
            before = [ask.read(ref, f"{name} as returned{where}") for ref, name in pairs]
            floats = [name for name in refs if arguments[name].dtype.kind == "f"]
            written = {name: number for number, name in enumerate(floats, start=7)}
            for name, number in written.items():
                ask.fill(refs[name], number)
            for (ref, name), was in zip(pairs, before, strict=True):
                ask.expect_like(ref, f"{name} once its inputs were overwritten{where}", was)
                ask.fill(ref, 5.0)
            if not fixed:
                _asked_again(ex, ask, arguments, refs, written)

    return probe


def _asked_again(
    ex: Exercise, ask: Ask, arguments: dict[str, Any], refs: dict[str, Ref], written: dict[str, int]
) -> None:
    """Arrays that were overwritten give what new arrays of the same numbers give."""
    fresh = {name: np.full_like(arguments[name], number) for name, number in written.items()}
    new, old = (call(ex, ask, arguments | values) for values in (fresh, refs))
    for one, other, name in zip(new, old, ex.outputs, strict=True):
        like = ask.read(one, f"{name} of new arrays")
        ask.expect_like(other, f"{name} of the same arrays, overwritten", like)


def _where(at_rest: Fixed) -> str:
    """How a label says which arguments are at rest: the one that is fixed, or all that would move something."""
    return f", at {next(iter(at_rest))} = 0" if len(at_rest) == 1 else ", at rest"


def drawn(ex: Exercise, rng: Generator, fixed: Fixed | None = None, size: Any = None) -> dict[str, Any]:
    """Arguments of one call: those of the exercise, some of them fixed."""
    size = ex.size if size is None else size
    return ex.arguments(rng, size) | {name: _value(v, rng, size) for name, v in (fixed or {}).items()}


def _value(fixed: Any, rng: Generator, size: Any) -> Any:
    return fixed(rng, size) if callable(fixed) else fixed


def call(
    ex: Exercise,
    ask: Ask,
    arguments: Mapping[str, Any],
    defaults: bool = False,
    way: str = "",
    kind: str = NUMBERS,
) -> tuple[Ref, ...]:
    """Call with the arguments in the order of the signature, optional ones left out if `defaults`."""
    return ask.call(*passed(ex, ask, dict(arguments), defaults), through=way, kind=kind)


def _case(k: int, times: int) -> str:
    return f", case {k + 1}" if times > 1 else ""
