"""The ways in which a learner's Keras layer is used, with weights that are given.

way(kind, names, x, gain, kernel, bias, *hyper) -> the output, and in a model the number of its weights
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray


def _set(layer: Any, given: Sequence[Array]) -> None:
    """Give each weight the array of its shape, whatever their order."""
    by_shape = {array.shape: array for array in given}
    shapes = [tuple(weight.shape) for weight in layer.weights]
    if odd := [shape for shape in shapes if shape not in by_shape]:
        raise TypeError(f"it has a weight of the shape {odd[0]}, there are {', '.join(map(str, by_shape))}")
    layer.set_weights([by_shape[shape] for shape in shapes])


def called(kind: Any, names: Sequence[str], x: Array, *rest: Any) -> Array:
    """The layer is called with an array."""
    import keras

    layer = kind(**dict(zip(names, rest[3:], strict=False)))
    inputs = keras.ops.convert_to_tensor(x, dtype="float32")
    layer(inputs)
    _set(layer, rest[:3])
    return np.asarray(keras.ops.convert_to_numpy(layer(inputs)))


def in_a_model(kind: Any, names: Sequence[str], x: Array, *rest: Any) -> tuple[Array, int]:
    """The layer stands in a model that predicts."""
    import keras

    layer = kind(**dict(zip(names, rest[3:], strict=False)))
    model = keras.Sequential([keras.layers.Input(x.shape[1:]), layer])
    _set(layer, rest[:3])
    return np.asarray(model.predict_on_batch(np.asarray(x, dtype="float32"))), int(model.count_params())


WAYS: dict[str, Callable[..., Any]] = {"called": called, "in a model": in_a_model}
IN_WORDS = {"called": "when it is called", "in a model": "in a model"}
