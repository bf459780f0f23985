"""walk_forward(n, train, test, gap) -> (folds, 4). Section 3.17."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe

from ... import questions
from ...reference import walk_forward
from .mistakes import equivalents, mistakes


@dataclass(frozen=True)
class Case:
    """How many folds fit, how many rows are left over, and which of the lengths is the largest."""

    folds: int = 4
    rest: int = 1
    gap: int = 2
    train: tuple[int, int] = (8, 11)
    test: tuple[int, int] = (4, 6)


def arguments(rng: Generator, case: Case) -> dict[str, Any]:
    """Draw the lengths; how many rows there are follows from them."""
    train, test = (int(rng.integers(low, high + 1)) for low, high in (case.train, case.test))
    rest = case.rest if case.rest >= 0 else test + case.rest
    return {"n": train + case.gap + case.folds * test + rest, "train": train, "test": test, "gap": case.gap}


FOLDS = {
    "a rest": Case(rest=1),
    "the last row used": Case(rest=0),
    "all but one row of a test left": Case(rest=-1),
    "a single fold": Case(folds=1, rest=2),
    "tests of one row": Case(test=(1, 1), rest=0, folds=6),
    "tests longer than training": Case(rest=-1, train=(4, 5), test=(7, 9)),
}


def rows(gap: int) -> Probe:
    """What stands in the rows that there are."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        usual, long = Case(gap=gap), Case(gap=gap, train=(4, 5), test=(7, 9))
        for words, case in (("", usual), (", tests longer than training", long)):
            (folds,) = probes.call(ex, ask, ex.arguments(rng, case))
            ask.expect_rows(folds, f"folds{words}, gap {gap}")

    return probe


def how_many(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """How many folds there are, whatever stands in them; with a gap and without."""
    for words, case in FOLDS.items():
        (folds,) = probes.call(ex, ask, ex.arguments(rng, case))
        ask.expect_length(folds, f"folds, {words}")
    (folds,) = probes.call(ex, ask, ex.arguments(rng, Case(gap=0, rest=0)))
    ask.expect_length(folds, "folds, no gap and the last row used")


def none_fits(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Too few rows, by one and by far."""
    given = ex.arguments(rng, Case(folds=1, rest=0))
    for words, n in (("one row short", given["n"] - 1), ("fewer than `train`", given["train"] - 1), ("no rows", 0)):
        (folds,) = probes.call(ex, ask, given | {"n": n})
        ask.expect(folds, f"folds, {words}")


exercise = Exercise(
    reference=walk_forward,
    outputs=("array of folds",),
    arguments=arguments,
    lecture="parameters",
    size=Case(),
    checks=(
        Check(
            "without a gap",
            1.0,
            "A fold holds start and stop of `train` rows, start and stop of the `test` rows after them; the next one "
            "begins `test` rows later.",
            rows(0),
        ),
        Check(
            "the gap",
            0.75,
            "Between the rows to learn from and those to be judged by lie `gap` rows that belong to neither.",
            rows(2),
        ),
        Check(
            "how many",
            0.75,
            "There must be a fold wherever a whole one fits, and no other.",
            how_many,
        ),
        Check(
            "none fits",
            0.5,
            "Where no fold fits, the array must have no rows and four columns: its shape is (0, 4).",
            none_fits,
            rule=False,
        ),
    ),
    mistakes=mistakes,
    questions=questions.WALK_FORWARD,
    equivalents=equivalents,
)
