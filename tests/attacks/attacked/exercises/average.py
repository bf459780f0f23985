"""The class Average: a running mean that can be saved and taken up again."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ..public import average_ways


class Right:
    """add(number) -> the mean so far; state() -> what it keeps; restore(state) takes it up again."""

    def __init__(self) -> None:
        self.count, self.total = 0, 0.0

    def add(self, number: float) -> float:
        self.count += 1
        self.total += number
        return self.total / self.count

    def state(self) -> dict[str, float]:
        return {"count": self.count, "total": self.total}

    def restore(self, state: dict[str, float]) -> None:
        self.count, self.total = int(state["count"]), state["total"]


def Average(numbers: np.ndarray) -> None:
    """What a way of using the class takes."""


def arguments(rng: Generator, size: tuple[int, ...]) -> dict[str, Any]:
    return {"numbers": rng.normal(size=size)}


exercise = Exercise(
    reference=Right,
    asked=Average,
    outputs=("means",),
    arguments=arguments,
    size=(6,),
    public="average_ways",
    ways=average_ways.WAYS,
    way_words=average_ways.IN_WORDS,
    checks=(
        Check("in a row", 1.0, "Each mean must be that of all numbers so far.", probes.used("in a row")),
        Check("taken up again", 1.0, "Taken up again it must go on as before.", probes.used("taken up again")),
    ),
    further=None,
)
