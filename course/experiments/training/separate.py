"""One run by itself, the ordinary way: a Keras model, `compile`, `fit`. What stacked runs must equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from course.experiments.training.batches import cut, order
from course.experiments.training.engine import from_device
from course.experiments.training.losses import loss_function
from course.experiments.training.models import GRU, LSTM, Array, Conv, Dense, Embedding, Flatten, Model
from course.experiments.training.optimizers import Factory, Schedule, replica_rates
from course.experiments.training.tasks import Task


class _Embedding(keras.layers.Embedding):
    """Keras' layer with its gradient as one full matrix.

    On TensorFlow, Keras' own layer hands over one gradient for each time that a category occurs in the batch, and the
    optimizers square them one by one: AdaGrad, RMSprop and Adam then see a sum of squares where their rule has the
    square of the sum. On JAX the two layers are the same.
    """

    def call(self, inputs: Any) -> Any:
        table = keras.ops.reshape(self.embeddings, (self.input_dim, self.output_dim))
        return keras.ops.take(table, inputs, axis=0)


def keras_model(model: Model, weights: Sequence[Array]) -> Any:
    """The same network as a Keras Sequential with these weights, for example `trained.weights_of(0)`."""
    layers: list[Any] = [keras.Input(model.inputs, dtype=None if model.categories is None else "int32")]
    for layer in model.layers:
        match layer:
            case Dense():
                layers.append(keras.layers.Dense(layer.units, activation=layer.activation))
            case Embedding():
                layers += [_Embedding(layer.vocabulary, layer.dimension), keras.layers.Flatten()]
            case LSTM():
                layers.append(keras.layers.LSTM(layer.units))
            case GRU():
                layers.append(keras.layers.GRU(layer.units))
            case Conv():
                kind = keras.layers.Conv1D if len(layer.sides) == 1 else keras.layers.Conv2D
                layers.append(kind(layer.filters, layer.kernel, layer.stride, activation=layer.activation))
            case Flatten():
                layers.append(keras.layers.Flatten())
    network = keras.Sequential(layers)
    network.set_weights(list(weights))
    return network


def fit(
    task: Task, factory: Factory, rate: float, seed: int, epochs: int, schedule: Schedule | None = None
) -> tuple[list[Array], dict[str, list[float]]]:
    """One run by `model.fit`, on the start, the batches and the rates of the stacked run with this rate and seed.

    Returns:
        the weights after the last epoch, and Keras' history: loss and, with validation data, val_loss.
    """
    data = task.arrays(seed)
    x, y, x_val, y_val = (
        None if array is None else _as_keras(array) for array in (data.x, data.y, data.x_val, data.y_val)
    )
    assert x is not None
    assert y is not None

    def batches() -> Iterator[tuple[Array, Array]]:
        for epoch in range(1, epochs + 1):
            parts = cut(order(task, len(x), seed, epoch)[None], task.batch_size)
            for rows, shares in zip(parts.rows[:, 0], parts.shares, strict=True):
                yield x[rows[shares > 0]], y[rows[shares > 0]]

    steps = -(-len(x) // task.batch_size)
    network = keras_model(task.model, task.model.initial(seed))
    network.compile(
        optimizer=factory(float(rate) if schedule is None else replica_rates(rate, schedule, epochs * steps)),
        loss=loss_function(task.loss),
    )
    validation = None if x_val is None else (x_val, y_val)
    history = network.fit(
        batches(), steps_per_epoch=steps, epochs=epochs, validation_data=validation, shuffle=False, verbose=0
    )
    return [from_device(variable.value) for variable in network.weights], history.history


def _as_keras(array: Any) -> Array:
    """Real numbers in Keras' float type; others as they are."""
    array = np.asarray(array)
    return array.astype(keras.config.floatx()) if array.dtype.kind == "f" else array
