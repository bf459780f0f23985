"""What is learned: data, a model, a loss and a batch size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from course.experiments.training.models import Array, Model

Loss = str | Callable[[Any, Any], Any]

LOSSES = ("mse", "binary_crossentropy", "crossentropy")
"""mse for numbers; binary_crossentropy for labels 0 or 1, with one output; crossentropy for labels 0 ... outputs - 1.
Both cross-entropies read the outputs as logits."""


@dataclass(frozen=True, eq=False)
class Data:
    """Observations x (n, ...) and targets y (n,) or (n, outputs); the same for validation, which may be absent."""

    x: ArrayLike
    y: ArrayLike
    x_val: ArrayLike | None = None
    y_val: ArrayLike | None = None


@dataclass(frozen=True, eq=False)
class Task:
    """One learning problem.

    Attributes:
        name: short, for tables and legends.
        model: from `dense`, `lstm`, `gru`, `embedding` or `convolution`.
        data: for all runs, or a function `seed -> Data` if each seed has data of its own (all of one shape).
        loss: a name of LOSSES, or a function (y, outputs) -> losses that takes the mean over the last axis and is
            written with keras.ops, as Keras' own loss functions are.
        batch_size: the last batch of an epoch is smaller if this does not divide n, as in `model.fit`.
        shuffle: each run has its own order in each epoch, from its seed; False keeps the order of the data.
    """

    name: str
    model: Model
    data: Data | Callable[[int], Data]
    loss: Loss = "mse"
    batch_size: int = 32
    shuffle: bool = True

    def __post_init__(self) -> None:
        """ValueError, in one line, for a loss or batch size that cannot be."""
        if isinstance(self.loss, str) and self.loss not in LOSSES:
            raise ValueError(f"task {self.name!r}: there is no loss {self.loss!r}; there are {', '.join(LOSSES)}")
        if self.loss == "binary_crossentropy" and self.model.outputs != 1:
            raise ValueError(f"task {self.name!r}: binary_crossentropy needs a model with 1 output")
        if not isinstance(self.batch_size, int) or self.batch_size < 1:
            raise ValueError(f"task {self.name!r}: batch_size must be a whole number, 1 or more")

    def arrays(self, seed: int) -> Data:
        """The data of the runs with this seed as checked arrays: x as float or int32, y as the loss reads it."""
        return _arrays(self, seed)

    def _arrays(self, seed: int) -> Data:
        data = self.data(seed) if callable(self.data) else self.data
        if (data.x_val is None) != (data.y_val is None):
            raise ValueError(f"task {self.name!r}: x_val and y_val go together")
        x, y = self._checked(data.x, data.y, "x", "y")
        if data.x_val is None or data.y_val is None:
            return Data(x, y)
        return Data(x, y, *self._checked(data.x_val, data.y_val, "x_val", "y_val"))

    def _checked(self, x: ArrayLike, y: ArrayLike, x_name: str, y_name: str) -> tuple[Array, Array]:
        xs, ys = np.asarray(x), np.asarray(y)
        where = f"task {self.name!r}: {x_name}"
        if xs.shape[1:] != self.model.inputs or not len(xs):
            raise ValueError(f"{where} has shape {xs.shape}, and the model reads (n, *{self.model.inputs})")
        if len(ys) != len(xs):
            raise ValueError(f"{where} has {len(xs)} rows and {y_name} {len(ys)}")
        if (categories := self.model.categories) is not None:
            if xs.dtype.kind not in "iu" or xs.min() < 0 or xs.max() >= categories:
                raise ValueError(f"{where} must hold whole numbers from 0 to {categories - 1}")
            xs = xs.astype(np.int32)
        elif not np.all(np.isfinite(xs)):
            raise ValueError(f"{where} holds values that are not finite")
        if self.loss == "crossentropy":
            if ys.ndim != 1 or ys.dtype.kind not in "iu" or ys.min() < 0 or ys.max() >= self.model.outputs:
                raise ValueError(
                    f"task {self.name!r}: {y_name} must hold labels (n,) from 0 to {self.model.outputs - 1}"
                )
            return xs, ys.astype(np.int32)
        ys = ys.reshape(len(ys), -1).astype(float)
        if not callable(self.loss) and ys.shape[1] != self.model.outputs:
            raise ValueError(
                f"task {self.name!r}: {y_name} has {ys.shape[1]} columns, the model {self.model.outputs} outputs"
            )
        if not np.all(np.isfinite(ys)):
            raise ValueError(f"task {self.name!r}: {y_name} holds values that are not finite")
        if self.loss == "binary_crossentropy" and not np.all((ys == 0) | (ys == 1)):
            raise ValueError(f"task {self.name!r}: {y_name} must hold labels 0 and 1")
        return xs, ys


@lru_cache(maxsize=600)  # all optimizers and rates see the same data, and some take long to simulate
def _arrays(task: Task, seed: int) -> Data:
    return task._arrays(seed)
