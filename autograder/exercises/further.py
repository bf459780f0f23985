"""What is asked beyond the criteria: it earns nothing, and tells one explanation of wrong numbers from another."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises.ask import Ask, Askable
from course.judging.scripts import Argument
from course.judging.verdict import CLOCK, PERIOD

DRAWS = 8
TIMES = range(70)  # of a schedule: more than three of the longest periods that are drawn


def each_argument(ex: Askable, ask: Ask, rng: Generator) -> None:
    """Ask at one point, then with each argument changed alone; a function of time also at many times in a row."""
    base = ex.arguments(rng, ex.size)
    clock = ex.roles.get(CLOCK, "")
    schedule = bool(clock) and not any(isinstance(value, np.ndarray | dict) for value in base.values())
    if schedule:
        # Of some draws the longest period: where it is short, rounding up early and counting from one are the same.
        period = ex.roles.get(PERIOD, "")
        draws = (ex.arguments(rng, ex.size) for _ in range(DRAWS))
        base = max(draws, key=lambda drawn: float(drawn.get(period, 0)))
        base[clock] = int(rng.integers(30, 60))
    call(ex, ask, base, "as drawn")
    for name, value in base.items():
        other = value + 1 if schedule and name == clock else _another(ex, rng, name, value)
        call(ex, ask, base | {name: other}, f"{name} changed")
    for t in TIMES if schedule else ():
        call(ex, ask, base | {clock: t}, f"{clock} = {t}")


def _another(ex: Askable, rng: Generator, name: str, value: Any) -> Any:
    """Another value of an argument, of the same shape. A count or a word that is the same in all draws stays as it is:
    it may belong to the shapes of others."""
    for _ in range(DRAWS):
        other = ex.arguments(rng, ex.size)[name]
        if np.shape(other) == np.shape(value) and not np.array_equal(other, value):
            return other
    return value + 0.01 if np.asarray(value).dtype.kind == "f" else value


def call(ex: Askable, ask: Ask, arguments: dict[str, Any], label: str) -> None:
    """One call with all arguments, every output of it read."""
    way = next(iter(ex.ways), "")
    for ref, output in zip(ask.call(*passed(ex, ask, arguments), through=way), ask.outputs(way), strict=True):
        ask.read(ref, f"{output}, {label}")


def passed(ex: Askable, ask: Ask, arguments: dict[str, Any], defaults: bool = False) -> list[Argument]:
    """The arguments in the order of the signature, arrays put, oracles named; `defaults` leaves optional ones out."""
    found: list[Argument] = []
    for name, parameter in ex.parameters.items():
        if defaults and parameter.default is not parameter.empty:
            break
        value = arguments[name]
        if isinstance(value, np.ndarray):
            value = ask.put(value)
        found.append(ask.oracle({**value, "name": name}) if isinstance(value, dict) else value)
    return found
