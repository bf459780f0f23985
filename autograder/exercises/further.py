"""What is asked beyond the criteria: it earns nothing, and tells one explanation of wrong numbers from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.random import Generator

if TYPE_CHECKING:
    from autograder.exercises.exercise import Ask, Exercise

SHAPE = (5,)
DRAWS = 8
TIMES = range(70)  # of a schedule: more than three of the longest periods that are drawn


def ask_further(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Ask at one point, then with each argument changed alone; a function of time also at many times in a row."""
    ask.begin("beyond the criteria")
    base = ex.arguments(rng, SHAPE)
    schedule = not any(isinstance(value, np.ndarray | dict) for value in base.values())
    if schedule:
        # Of some draws the longest period: where it is short, rounding up early and counting from one are the same.
        base = max((ex.arguments(rng, SHAPE) for _ in range(DRAWS)), key=lambda drawn: float(drawn.get("s", 0)))
        base["t"] = int(rng.integers(30, 60))
    _call(ex, ask, base, "as drawn")
    for name, value in base.items():
        other = ex.arguments(rng, SHAPE)[name]
        if (schedule and name == "t") or not np.any(other != value):
            other = value + (1 if isinstance(value, int) else 0.01)
        _call(ex, ask, base | {name: other}, f"{name} changed")
    for t in TIMES if schedule else ():
        _call(ex, ask, base | {"t": t}, f"t = {t}")


def _call(ex: Exercise, ask: Ask, arguments: dict[str, Any], label: str) -> None:
    passed = []
    for name in ex.parameters:
        value = arguments[name]
        if isinstance(value, np.ndarray):
            value = ask.put(value)
        passed.append(ask.gradient(value) if isinstance(value, dict) and "A" in value else value)
    for ref, output in zip(ask.call(*passed, through=next(iter(ex.ways), "")), ex.outputs, strict=True):
        ask.read(ref, f"{output}, {label}")
