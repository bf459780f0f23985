"""Which observations each replica reads at each step: its own order from its seed, cut into batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from course.experiments.training.models import Array
from course.experiments.training.tasks import Data, Task


class Batches(NamedTuple):
    """The batches of one epoch for R replicas; every array has one row per step.

    Attributes:
        rows: (steps, R, batch), which observations; a short last batch is filled up with
            its own first one, then of share 0.
        shares: (steps, batch), the share of each observation in the mean of its batch.
        portions: (steps,), the share of each batch in the epoch.
    """

    rows: Array
    shares: Array
    portions: Array


def order(task: Task, n: int, seed: int, epoch: int) -> Array:
    """The order (n,) in which a run with this seed reads its observations in epoch 1, 2, ..."""
    return np.random.default_rng([seed, epoch]).permutation(n) if task.shuffle else np.arange(n)


def cut(orders: Array, batch_size: int) -> Batches:
    """Cut orders (R, n) into batches."""
    replicas, n = orders.shape
    batch = min(batch_size, n)
    steps = -(-n // batch)
    missing = steps * batch - n
    # What fills up the last batch is in it already: were its loss infinite, 0 times it would be no worse.
    filler = np.repeat(orders[:, (steps - 1) * batch, None], missing, axis=1)
    rows = np.concatenate([orders, filler], axis=1).reshape(replicas, steps, batch)
    sizes = np.full(steps, batch)
    sizes[-1] -= missing
    shares = (np.arange(batch) < sizes[:, None]) / sizes[:, None]
    return Batches(rows.transpose(1, 0, 2).astype(np.int32), shares, sizes / n)


def stack(task: Task, seeds: Sequence[int]) -> tuple[Data, Array, int, int]:
    """The data of all seeds end to end, and how to find one's own in it.

    Returns:
        the data, with the rows of all different data sets one after the other; (R,) which data set each replica has;
        the rows of one data set for training, and for validation (0 if there are none).
    """
    if not callable(task.data):
        data = task.arrays(0)
        sets, which = [data], np.zeros(len(seeds), dtype=int)
    else:
        different, which = np.unique(np.asarray(seeds), return_inverse=True)
        sets = [task.arrays(int(seed)) for seed in different]
    shapes = {tuple(None if a is None else np.shape(a) for a in (d.x, d.y, d.x_val, d.y_val)) for d in sets}
    if len(shapes) > 1:
        raise ValueError(f"task {task.name!r}: the data of all seeds must have the same shapes")
    n, n_val = len(np.asarray(sets[0].x)), 0 if sets[0].x_val is None else len(np.asarray(sets[0].x_val))
    joined = [
        None if getattr(sets[0], name) is None else np.concatenate([np.asarray(getattr(d, name)) for d in sets])
        for name in ("x", "y", "x_val", "y_val")
    ]
    assert joined[0] is not None
    assert joined[1] is not None
    return Data(joined[0], joined[1], joined[2], joined[3]), which, n, n_val
