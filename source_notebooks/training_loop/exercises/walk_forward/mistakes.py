"""How a walk forward goes wrong, and right in other words."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import walk_forward

Array = np.ndarray

SECTION = "parameters#splits-in-time"

rule = Anatomy(
    walk_forward,
    stages={
        "between": lambda s: s.gap,
        "step": lambda s: s.test,
        "last": lambda s: s.n - s.train - s.between - s.test,
        "starts": lambda s: np.arange(0, max(s.last + 1, 0), s.step),
        "learn": lambda s: s.starts,
        "learnt": lambda s: s.starts + s.train,
        "judge": lambda s: s.starts + s.train + s.between,
        "judged": lambda s: s.judge + s.test,
        "folds": lambda s: np.stack([s.learn, s.learnt, s.judge, s.judged], axis=1),
    },
    returns=("folds",),
    should=places.WALK_FORWARD,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": SECTION, **entry})


mistakes = (
    _wrong(
        "no-gap",
        did="The gap is left out.",
        effect="Windows that reach into the future overlap the test rows.",
        hint="Your test rows begin where the training rows end. `gap` rows lie between them.",
        between=lambda s: 0,
    ),
    _wrong(
        "gap-taken-from-training",
        did="The training rows end `gap` rows early, and the test rows follow where they would have ended.",
        effect="The model learns from fewer rows than it was promised.",
        hint="You take the gap off the training rows, so they are fewer than `train`. The gap lies after them.",
        last=lambda s: s.n - s.train - s.test,
        learnt=lambda s: s.starts + s.train - s.between,
        judge=lambda s: s.starts + s.train,
    ),
    _wrong(
        "gap-after-the-test",
        did="The gap lies after the test rows: the next fold begins `test + gap` rows later.",
        effect="Rows are never tested, and training rows still touch the test.",
        hint="Your gap lies between one test and the next. It lies between training and test rows.",
        judge=lambda s: s.starts + s.train,
        step=lambda s: s.test + s.gap,
    ),
    _wrong(
        "gap-before-the-training",
        did="The first `gap` rows are left out.",
        effect="Rows are lost at the start, and training rows touch the test.",
        hint="Your gap lies before the training rows. It lies between them and the test rows.",
        learn=lambda s: s.starts + s.between,
        learnt=lambda s: s.starts + s.between + s.train,
    ),
    _wrong(
        "gap-on-both-sides",
        did="A gap is left after the test as well.",
        effect="The last fold is lost.",
        hint="You ask for a gap after the test rows, too. A fold may end with the last row.",
        last=lambda s: s.n - s.train - 2 * s.between - s.test,
    ),
    _wrong(
        "growing",
        did="All training rows begin at row 0.",
        effect="The model learns from more and more rows, of longer and longer ago.",
        hint="Your training rows all begin at 0. There are always `train` of them: they move on with the test.",
        convention="an expanding window; scikit-learn's TimeSeriesSplit without max_train_size",
        learn=lambda s: 0 * s.starts,
    ),
    _wrong(
        "on-by-the-training",
        did="A fold begins `train` rows after the one before.",
        effect="Rows between the tests are never tested, or some are tested twice.",
        hint="Your folds are `train` rows apart. They are `test` rows apart, so that the tests follow one another.",
        step=lambda s: s.train,
    ),
    _wrong(
        "on-by-one",
        did="A fold begins one row after the one before.",
        effect="Each row is tested many times, and the tests are anything but independent.",
        hint="Your folds are one row apart, so their tests overlap. They are `test` rows apart.",
        step=lambda s: 1,
    ),
    _wrong(
        "on-by-all",
        did="A fold begins after the last row of the one before.",
        effect="Most rows are never tested.",
        hint="Your folds have no row in common. Only the tests have none: a fold begins `test` rows after the last.",
        step=lambda s: s.train + s.gap + s.test,
    ),
    _wrong(
        "partial-test",
        did="The last fold tests on what is left.",
        effect="One test has fewer rows than the others, and as much weight.",
        hint="Your last test has fewer rows than `test`. What does not fit whole is left out.",
        last=lambda s: s.n - s.train - s.between - 1,
        judged=lambda s: np.minimum(s.judge + s.test, s.n),
    ),
    _wrong(
        "beyond-the-end",
        did="The last fold ends after the last row.",
        effect="Slicing cuts the test silently.",
        hint="Your last fold ends beyond the last row. A fold must fit whole.",
        last=lambda s: s.n - s.train - s.between - 1,
    ),
    _wrong(
        "one-beyond-the-end",
        did="A fold is let in that ends one row after the last.",
        effect="Where that row is the last but one, slicing cuts the test silently.",
        hint="You let in a fold that is one row too long. Its stop may be n, and not more.",
        last=lambda s: s.n - s.train - s.between - s.test + 1,
    ),
    _wrong(
        "last-row-unused",
        did="A fold that ends with the last row is left out.",
        effect="The newest test is lost.",
        hint="You leave out a fold that ends with the last row. A stop is exclusive, so it may be n.",
        last=lambda s: s.n - s.train - s.between - s.test - 1,
    ),
    _wrong(
        "last-fold-lost",
        did="The last fold is missing.",
        effect="The newest rows are not tested.",
        hint="Your last fold is missing: one more fits whole.",
        last=lambda s: s.n - s.train - s.between - 2 * s.test,
    ),
    _wrong(
        "stops-inclusive",
        did="Stops are the last rows, not the ones after them.",
        effect="As slices they lose the last row of each part.",
        hint="Your stops are the last rows themselves. As in Python they are one more, so that x[start:stop] works.",
        learnt=lambda s: s.starts + s.train - 1,
        judged=lambda s: s.judge + s.test - 1,
    ),
    _wrong(
        "counted-from-one",
        did="Rows are counted from 1.",
        effect="As slices they leave out row 0.",
        hint="Your rows are counted from 1. Here they are counted from 0.",
        learn=lambda s: s.starts + 1,
        learnt=lambda s: s.starts + s.train + 1,
        judge=lambda s: s.starts + s.train + s.between + 1,
    ),
    _wrong(
        "lengths-for-stops",
        did="Lengths stand in the place of stops.",
        effect="As slices they are empty from the second fold on.",
        hint="You give starts and lengths. Asked are starts and stops.",
        learnt=lambda s: 0 * s.starts + s.train,
        judged=lambda s: 0 * s.starts + s.test,
    ),
    _wrong(
        "test-first",
        did="The test rows stand before the training rows in each fold.",
        effect="Who uses it learns from the test rows.",
        hint="Your columns come in the wrong order: start and stop of the training rows, then those of the test rows.",
        folds=lambda s: np.stack([s.judge, s.judged, s.learn, s.learnt], axis=1),
    ),
    _wrong(
        "from-the-end",
        did="The last test ends with the last row, and rows are left over at the start.",
        effect="The newest rows are always tested.",
        hint="Your folds are counted from the end, so the rest lies at the start. The first fold begins at row 0.",
        convention="scikit-learn's TimeSeriesSplit",
        folds=lambda s: _from_the_end(s),
    ),
    _wrong(
        "newest-first",
        did="The folds stand in the order from new to old.",
        effect="A walk backwards.",
        hint="Your folds run from new to old. The first one begins at row 0.",
        folds=lambda s: np.stack([s.learn, s.learnt, s.judge, s.judged], axis=1)[::-1],
    ),
    _wrong(
        "on-its-side",
        did="Folds are columns, not rows.",
        effect="A loop over the array does not go over folds.",
        hint="Your array lies on its side. Each fold is a row: (folds, 4).",
        folds=lambda s: np.stack([s.learn, s.learnt, s.judge, s.judged]),
    ),
    _wrong(
        "no-columns",
        did="Without a fold an empty list becomes an array of shape (0,).",
        effect="Whoever asks for a column of it fails.",
        hint="Without a fold your array has no four columns. `.reshape(-1, 4)` gives them to it.",
        folds=lambda s: np.array([*zip(s.learn, s.learnt, s.judge, s.judged, strict=True)]),
    ),
    _wrong(
        "nothing-returned",
        did="The function ends without `return`.",
        effect="There are no folds.",
        hint="Your function returns nothing. End it with `return`, and the array.",
        returns=(),
    ),
)


def _from_the_end(s: Any) -> Array:
    folds = np.stack([s.learn, s.learnt, s.judge, s.judged], axis=1)
    return folds + (s.n - folds[-1, -1]) if len(folds) else folds


def by_a_loop(n: int, train: int, test: int, gap: int) -> Array:
    """A list, as floats, with its columns made sure of."""
    found, start = [], 0
    while start + train + gap + test <= n:
        middle = start + train + gap
        found.append((start, start + train, middle, middle + test))
        start += test
    return np.array(found, dtype=float).reshape(-1, 4)


def by_their_number(n: int, train: int, test: int, gap: int) -> Array:
    """The first fold, moved on."""
    count = max((n - train - gap) // test, 0)
    first = np.array([0, train, train + gap, train + gap + test])
    return first + test * np.arange(count)[:, None]


def from_the_tests(n: int, train: int, test: int, gap: int) -> Array:
    """From the start of each test backwards."""
    folds = [(a - gap - train, a - gap, a, a + test) for a in range(gap + train, n - test + 1, test)]
    return np.array(folds) if folds else np.empty((0, 4))


equivalents = {"by a loop": by_a_loop, "by their number": by_their_number, "from the tests": from_the_tests}
