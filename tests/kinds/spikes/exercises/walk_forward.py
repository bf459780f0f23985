"""walk_forward(n, train, test, gap) -> (folds, 4): whole numbers, and how many rows of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe
from autograder.exercises.variants import Wrong

Array = np.ndarray


def walk_forward(n: int, train: int, test: int, gap: int) -> Array:
    """Start and stop of the rows to train on and of those to test on, which follow one another without a rest."""
    starts = np.arange(0, max(n - train - gap - test + 1, 0), test)
    return np.stack([starts, starts + train, starts + train + gap, starts + train + gap + test], axis=1)


def arguments(rng: Generator, size: tuple[int, ...]) -> dict[str, Any]:
    """Draw whole numbers; some rows are left over at the end."""
    train, test, gap = int(rng.integers(5, 9)), int(rng.integers(3, 5)), int(rng.integers(1, 4))
    folds = int(rng.integers(3, 6))
    return {"n": train + gap + folds * test + int(rng.integers(1, test)), "train": train, "test": test, "gap": gap}


def no_gap(n: int, train: int, test: int, gap: int) -> Array:
    return walk_forward(n, train, test, 0)


def partial(n: int, train: int, test: int, gap: int) -> Array:
    return np.minimum(walk_forward(n + test - 1, train, test, gap), n)


def one_too_few(n: int, train: int, test: int, gap: int) -> Array:
    return np.array(
        [
            [a, a + train, a + train + gap, a + train + gap + test]
            for a in range(0, n - train - gap - 2 * test + 1, test)
        ]
    ).reshape(-1, 4)


def growing(n: int, train: int, test: int, gap: int) -> Array:
    folds = walk_forward(n, train, test, gap)
    folds[:, 0] = 0
    return folds


def bare(n: int, train: int, test: int, gap: int) -> Array:
    return np.array([list(fold) for fold in walk_forward(n, train, test, gap)])


def by_a_loop(n: int, train: int, test: int, gap: int) -> Array:
    """Right, in other words."""
    found, start = [], 0
    while start + train + gap + test <= n:
        found.append((start, start + train, start + train + gap, start + train + gap + test))
        start += test
    return np.array(found, dtype=float).reshape(len(found), 4)


def rows(part: str) -> Probe:
    """How many rows there are, or what stands in those that there are."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k in range(4):
            (folds,) = probes.call(ex, ask, probes.drawn(ex, rng))
            (ask.expect_length if part == "how many" else ask.expect_rows)(folds, f"folds, case {k + 1}")

    return probe


exercise = Exercise(
    reference=walk_forward,
    outputs=("array of folds",),
    arguments=arguments,
    checks=(
        Check("bounds", 1.5, "A fold trains on `train` rows, leaves `gap` out and tests on `test`.", rows("which")),
        Check("how many", 1.0, "There must be a fold wherever a whole one fits, and no other.", rows("how many")),
        Check("none fits", 0.5, "Without a fold the shape is (0, 4).", probes.calls(fixed={"n": 4})),
    ),
    mistakes=(
        Wrong("no-gap", "You leave no gap between training and testing.", written=no_gap),
        Wrong("partial-fold", "Your last fold tests on fewer rows than `test`. Leave it out.", written=partial),
        Wrong("last-fold-lost", "Your last fold is missing: it may end with the last row.", written=one_too_few),
        Wrong("growing", "Your training rows all begin at 0. They move on with the test.", written=growing),
        Wrong("no-columns", "Without a fold your array has no four columns: `.reshape(-1, 4)`.", written=bare),
    ),
    equivalents={"by a loop": by_a_loop},
)
