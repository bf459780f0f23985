"""The losses by name, as Keras writes them; each takes the mean over the last axis only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops

from course.experiments.training.tasks import Loss


def loss_function(loss: Loss) -> Callable[[Any, Any], Any]:
    """(y, outputs (..., outputs)) -> losses (...), for one network and for stacked ones."""
    return _LOSSES[loss] if isinstance(loss, str) else loss


def hits_function(loss: Loss) -> Callable[[Any, Any], Any] | None:
    """(y, outputs) -> which predictions are right, for the losses of labels."""
    return _HITS.get(loss) if isinstance(loss, str) else None


def _crossentropy(y: Any, outputs: Any) -> Any:
    return keras.losses.sparse_categorical_crossentropy(y, outputs, from_logits=True)


def _binary_crossentropy(y: Any, outputs: Any) -> Any:
    return keras.losses.binary_crossentropy(y, outputs, from_logits=True)


_LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "mse": keras.losses.mean_squared_error,
    "crossentropy": _crossentropy,
    "binary_crossentropy": _binary_crossentropy,
}
_HITS: dict[str, Callable[[Any, Any], Any]] = {
    "crossentropy": lambda y, outputs: ops.equal(ops.cast(ops.argmax(outputs, axis=-1), "int32"), y),
    "binary_crossentropy": lambda y, outputs: ops.equal(outputs[..., 0] > 0, y[..., 0] > 0.5),
}
