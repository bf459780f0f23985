"""standardise(train, test) -> (train_z, test_z). Section 3.14."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise

from ... import draws, promises, questions
from ...reference import standardise
from .mistakes import equivalents, mistakes

Array = np.ndarray
# Level and spread of the columns: a price, a return, a change of volume.
COLUMNS = (105.0, 18.0), (0.0005, 0.012), (-4e6, 9e5)


def arguments(rng: Generator, size: tuple[int, int]) -> dict[str, Any]:
    """Draw the rows to learn from and those to be judged by: in the latter both level and spread are others."""
    n, k = size
    train, test = [], []
    for place, (level, deviation) in enumerate(COLUMNS):
        train.append(level + deviation * draws.signed(rng, (n,), 0.2, 1.6, first=0.3 + 0.2 * place))
        test.append(level + deviation * (0.7 + 2.1 * draws.signed(rng, (k,), 0.2, 1.6, first=0.1 + 0.3 * place)))
    return {"train": np.stack(train, axis=1), "test": np.stack(test, axis=1)}


def without_spread(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """A column whose numbers are all the same, exactly, beside others; and a single row, where all columns are."""
    for case, size in (("a constant column", ex.size), ("a single row", (1, ex.size[1]))):
        given = ex.arguments(rng, size)
        # Eighths, and so few of them that their mean has no rounding: the deviation is 0 and not nearly 0.
        given["train"][:, 1] = rng.integers(17, 23) / 8
        given["test"][:, 1] = rng.integers(25, 31, size=len(given["test"])) / 8
        if case == "a single row":
            given["train"] = np.round(given["train"] * 8) / 8
        for ref, name in zip(probes.call(ex, ask, given), ex.outputs, strict=True):
            ask.expect(ref, f"{name}, {case}")


def high_level(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """A column of times in seconds since 1970, some minutes apart: the level is ten million times the spread."""
    n, k = ex.size
    given = {
        name: 1.7e9 + np.round(100 * draws.signed(rng, (rows, 2), 0.2, 1.6, first=0.4))
        for name, rows in (("train", n), ("test", k))
    }
    for ref, name in zip(probes.call(ex, ask, given), ex.outputs, strict=True):
        ask.expect(ref, f"{name}, times in seconds", rtol=0.0, atol=1e-6)


exercise = Exercise(
    reference=standardise,
    outputs=("train_z", "test_z"),
    arguments=arguments,
    lecture="parameters",
    size=(7, 4),
    checks=(
        Check(
            "training rows",
            0.75,
            "Each column of train_z must have mean 0 and standard deviation 1 (divisor n).",
            probes.calls(0, times=2),
        ),
        Check(
            "test rows",
            1.0,
            "test_z must be measured with the mean and the deviation of the training rows.",
            probes.all_of(probes.calls(1, times=2), probes.calls(1, size=(7, 1), times=1, what=", one test row")),
        ),
        Check(
            "no spread",
            0.5,
            "A column whose deviation in train is 0 must only be centred, in both arrays: nothing is divided by 0.",
            without_spread,
        ),
        Check(
            "a high level",
            0.25,
            "A column of large numbers that differ little must keep its digits (in E x^2 - m^2 they are lost).",
            high_level,
        ),
        promises.integer_input(0.2),
        promises.inputs_unchanged(0.2),
        promises.nothing_shared(0.1),
    ),
    mistakes=mistakes,
    questions=questions.STANDARDISE,
    equivalents=equivalents,
)
