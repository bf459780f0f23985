"""What is decided before the first step: the batch size, the scale of the features, the folds in time."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.floating[Any]]


def batch_size_for(n_samples: int, least: int = 100) -> int:
    """Return the largest power of two that leaves at least `least` batches in an epoch; 1 if there is none.

        ceil(n / B) >= least   if and only if   B (least - 1) < n

    n_samples: rows of the training set, 1 or more; least: 2 or more. The last batch counts although it may be short, as
    in Keras. Section 3.15 of the course.
    """
    most = (n_samples - 1) // (least - 1)
    return 1 << max(most.bit_length() - 1, 0)


def standardise(train: ArrayLike, test: ArrayLike) -> tuple[Array, Array]:
    """Bring each column to mean 0 and standard deviation 1, as measured in `train`, in both arrays.

        z = (x - m) / s,   m and s the mean and the standard deviation (divisor n) of the column in train

    train: (n, p); test: (k, p). Where s is 0 a column is only centred. Returns both, new. Section 3.14 of the course;
    scikit-learn's StandardScaler does the same.
    """
    train, test = (np.asarray(x, dtype=float) for x in (train, test))
    mean, deviation = train.mean(axis=0), train.std(axis=0)
    scale = np.where(deviation > 0, deviation, 1.0)
    return (train - mean) / scale, (test - mean) / scale


def walk_forward(n: int, train: int, test: int, gap: int) -> NDArray[np.int64]:
    """Return the folds of a walk through n rows in the order of time, an array (folds, 4).

    A row holds start and stop of the `train` rows to learn from, start and stop of the `test` rows to be judged by.
    Between them lie `gap` rows that belong to neither. Fold k begins k test rows later than the first one, so the test
    rows follow one another; a fold that does not fit into n rows whole is left out. Stops are exclusive.
    n, gap: 0 or more; train, test: 1 or more.
    """
    starts = np.arange(0, max(n - train - gap - test + 1, 0), test)
    return np.stack([starts, starts + train, starts + train + gap, starts + train + gap + test], axis=1)
