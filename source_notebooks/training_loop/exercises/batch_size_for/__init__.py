"""batch_size_for(n_samples, least=100) -> int. Section 3.15."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ... import questions
from ...reference import batch_size_for
from .mistakes import equivalents, mistakes


@dataclass(frozen=True)
class Case:
    """A number of rows that follows from `least` and from a power of two; both are drawn from a few neighbours."""

    rows: Callable[[int, int, Generator], int]
    least: tuple[int, int] = (100, 100)
    powers: tuple[int, int] = (5, 9)


def arguments(rng: Generator, case: Case) -> dict[str, Any]:
    """Draw a number of rows, and how many batches must be left."""
    least = int(rng.integers(case.least[0], case.least[1] + 1))
    power = 2 ** int(rng.integers(case.powers[0], case.powers[1] + 1))
    return {"n_samples": case.rows(least, power, rng), "least": least}


def share(of: float) -> Callable[[int, int, Generator], int]:
    """So many times `least` batches of the power of two, give or take a little."""
    return lambda least, power, rng: int(least * power * rng.uniform(of - 0.02, of + 0.02))


def exactly(rows: Callable[[int, int], int]) -> Callable[[int, int, Generator], int]:
    """A number of rows without chance."""
    return lambda least, power, rng: rows(least, power)


ABOVE, FAR_ABOVE = Case(share(1.2)), Case(share(1.7))
EDGES = {
    "least - 1 whole batches": exactly(lambda least, power: (least - 1) * power),
    "one row more": exactly(lambda least, power: (least - 1) * power + 1),
    "one row short of least batches": exactly(lambda least, power: least * power - 1),
    "least whole batches": exactly(lambda least, power: least * power),
    "one row over": exactly(lambda least, power: least * power + 1),
}
SMALL = {
    "one row": exactly(lambda least, power: 1),
    "half of least": share(0.5),
    "least - 1 rows": exactly(lambda least, power: least - 1),
    "as many rows as least": exactly(lambda least, power: least),
}
OTHERS = {"few": (36, 44), "many": (470, 530), "two": (2, 2)}


exercise = Exercise(
    reference=batch_size_for,
    outputs=("batch size",),
    arguments=arguments,
    lecture="parameters",
    size=ABOVE,
    checks=(
        Check(
            "a usual size",
            0.75,
            "The batch size must be the largest power of two that leaves at least `least` batches.",
            probes.all_of(
                probes.calls(size=ABOVE, times=2, what=", a little over"),
                probes.calls(size=FAR_ABOVE, times=2, what=", far over"),
                probes.calls(size=FAR_ABOVE, times=1, defaults=True, what=", least left out"),
            ),
        ),
        Check(
            "at the edge",
            0.5,
            "A short last batch counts as one: with B rows in a batch, n rows make n / B batches, rounded up.",
            probes.all_of(*(probes.calls(size=Case(rows), times=1, what=f", {of}") for of, rows in EDGES.items())),
        ),
        Check(
            "least",
            0.5,
            "At least as many batches must be left as the argument `least` says, whatever it is.",
            probes.all_of(
                *(
                    probes.calls(size=Case(share(of), between), times=1, what=f", {words} batches, {of:g}")
                    for words, between in OTHERS.items()
                    for of in (1.2, 1.7)
                )
            ),
        ),
        Check(
            "few rows",
            0.25,
            "Where no larger batch leaves `least` batches, the batch size is 1.",
            probes.all_of(
                *(probes.calls(size=Case(rows, powers=(0, 0)), times=1, what=f", {of}") for of, rows in SMALL.items())
            ),
            rule=False,
        ),
    ),
    mistakes=mistakes,
    questions=questions.BATCH_SIZE,
    equivalents=equivalents,
)
