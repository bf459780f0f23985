"""The way in which a learner's comparison of optimizers is used: on a table of losses that is given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Array = np.ndarray
Names = Sequence[str]
SEED, STEP = 12, 35  # the first seed, and how they go on: 12, 47, 5, 40, ... below 77, which come to no place in a list


def tabled(compare: Any, names: Names, losses: Array, rates: Array) -> tuple[Array, ...]:
    """A comparison of optimizers on losses that are given.

    compare: the learner's `compare_optimizers(train, optimizers, rates, seeds)`. names: of the optimizers, O of them.
    losses: (O * R * S,), for each optimizer, rate and seed. rates: (R,). Returns rate, loss and inside, (O,) each.
    """
    table = np.asarray(losses, dtype=float).reshape(len(names), len(rates), -1)
    grid = [float(rate) for rate in rates]
    seeds = [(SEED + STEP * k) % 77 for k in range(table.shape[2])]

    def train(optimizer: str, rate: float, seed: int) -> float:
        if optimizer not in names:
            raise ValueError(f"train was asked for the optimizer {optimizer!r}, there are {', '.join(names)}")
        if rate not in grid:
            raise ValueError(f"train was asked for the rate {rate!r}, which is not among the rates")
        return float(table[list(names).index(optimizer), grid.index(rate), seeds.index(seed)])

    found = compare(train, list(names), list(grid), list(seeds))
    if not isinstance(found, Mapping) or set(found) != set(names):
        raise TypeError(f"compare_optimizers must return a dict with the keys {', '.join(names)}")
    for name in names:
        if not isinstance(found[name], Mapping) or not {"rate", "loss", "inside"} <= set(found[name]):
            raise TypeError(f"the entry of {name} must be a dict with rate, loss and inside")
    return tuple(np.array([float(found[name][what]) for name in names]) for what in ("rate", "loss", "inside"))


WAYS: dict[str, Callable[..., tuple[Array, ...]]] = {"tabled": tabled}
IN_WORDS = {"tabled": "on a table of losses"}
