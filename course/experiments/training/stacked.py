"""The layers with a leading replica axis: R networks of one shape in one pass. Same code on TensorFlow and JAX.

R is the number of replicas and B the number of observations in a batch. Weights are kept with three axes, (R, rows,
columns); a bias is (R, 1, units). So a learning rate (R, 1, 1) fits every one of them.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import keras
from keras import ops

from course.experiments.training.models import GRU, LSTM, Conv, Dense, Embedding, Flatten, Layer, Model

Tensor = Any
"""A tensor of Keras' backend."""


def stacked_shape(shape: tuple[int, ...]) -> tuple[int, int]:
    """The two axes under which a weight of this shape is kept beside the replica axis."""
    return (math.prod(shape[:-1]), shape[-1])


def forward(model: Model, weights: Sequence[Tensor], x: Tensor) -> Tensor:
    """The outputs (R, B, outputs) of all replicas for x (R, B, *inputs)."""
    left = list(weights)
    for layer in model.layers:
        own, left = left[: len(layer.shapes)], left[len(layer.shapes) :]
        x = _FORWARD[type(layer)](layer, own, x)
    return x


def _dense(layer: Dense, weights: Sequence[Tensor], x: Tensor) -> Tensor:
    kernel, bias = weights
    return keras.activations.get(layer.activation)(ops.matmul(x, kernel) + bias)


def _embedding(layer: Embedding, weights: Sequence[Tensor], x: Tensor) -> Tensor:
    (table,) = weights
    replicas = table.shape[0]
    # All tables end to end make one, in which replica r reads from row r * vocabulary on.
    long = ops.reshape(table, (replicas * layer.vocabulary, layer.dimension))
    first = ops.reshape(ops.arange(replicas, dtype="int32") * layer.vocabulary, (replicas, 1, 1))
    return ops.reshape(ops.take(long, x + first, axis=0), (replicas, -1, layer.fields * layer.dimension))


def _conv(layer: Conv, weights: Sequence[Tensor], x: Tensor) -> Tensor:
    kernel, bias = weights
    replicas = x.shape[0]
    # What each place of the window sees, side by side: a product of matrices then does the rest.
    shifted = [
        x[(slice(None), slice(None), *(slice(i, i + layer.stride * (n - 1) + 1, layer.stride) for i, n in starts))]
        for offsets in itertools.product(range(layer.kernel), repeat=len(layer.sides))
        if (starts := tuple(zip(offsets, layer.places, strict=True)))
    ]
    seen = ops.reshape(ops.concatenate(shifted, axis=-1), (replicas, -1, layer.window))
    made = keras.activations.get(layer.activation)(ops.matmul(seen, kernel) + bias)
    return ops.reshape(made, (replicas, -1, *layer.places, layer.filters))


def _flatten(layer: Flatten, weights: Sequence[Tensor], x: Tensor) -> Tensor:
    return ops.reshape(x, (x.shape[0], -1, layer.size))


def _lstm(layer: LSTM, weights: Sequence[Tensor], x: Tensor) -> Tensor:
    kernel, recurrent, bias = weights

    def step(state: tuple[Tensor, ...], seen: Tensor) -> tuple[Tensor, ...]:
        hidden, cell = state
        gates = seen + ops.matmul(hidden, recurrent)
        enter, forget, candidate, leave = ops.split(gates, 4, axis=-1)
        cell = ops.sigmoid(forget) * cell + ops.sigmoid(enter) * ops.tanh(candidate)
        return ops.sigmoid(leave) * ops.tanh(cell), cell

    seen = _series_times(x, kernel) + bias
    start = ops.zeros_like(seen[0, ..., : layer.units])
    return fold(step, (start, start), seen)[0]


def _gru(layer: GRU, weights: Sequence[Tensor], x: Tensor) -> Tensor:
    kernel, recurrent, biases = weights

    def step(state: tuple[Tensor, ...], seen: Tensor) -> tuple[Tensor, ...]:
        (hidden,) = state
        update, reset, candidate = ops.split(seen, 3, axis=-1)
        past = ops.matmul(hidden, recurrent) + biases[:, 1:]
        past_update, past_reset, past_candidate = ops.split(past, 3, axis=-1)
        keep = ops.sigmoid(update + past_update)
        new = ops.tanh(candidate + ops.sigmoid(reset + past_reset) * past_candidate)
        return (keep * hidden + (1 - keep) * new,)

    seen = _series_times(x, kernel) + biases[:, :1]
    return fold(step, (ops.zeros_like(seen[0, ..., : layer.units]),), seen)[0]


_FORWARD: dict[type[Layer], Callable[..., Tensor]] = {
    Dense: _dense,
    Embedding: _embedding,
    LSTM: _lstm,
    GRU: _gru,
    Conv: _conv,
    Flatten: _flatten,
}


def _series_times(x: Tensor, kernel: Tensor) -> Tensor:
    """x (R, B, steps, features) times kernel (R, features, k) -> (steps, R, B, k), all steps in one product."""
    replicas, _, steps, features = x.shape
    flat = ops.matmul(ops.reshape(x, (replicas, -1, features)), kernel)
    return ops.transpose(ops.reshape(flat, (replicas, -1, steps, kernel.shape[-1])), (2, 0, 1, 3))


def fold(step: Callable[[Any, Any], Any], start: tuple[Tensor, ...], sequence: Any) -> Any:
    """The state after `state = step(state, item)` for each item of the sequence; a compiled loop with a gradient.

    sequence: a tensor, or a named tuple of tensors, whose first axis is the sequence.
    """
    if keras.backend.backend() == "jax":
        import jax

        return jax.lax.scan(lambda state, item: (step(state, item), None), start, sequence)[0]
    import tensorflow as tf

    length = int(tf.nest.flatten(sequence)[0].shape[0])
    # XLA differentiates a loop of TensorFlow's only if it knows a bound for it; `keras.ops.scan` gives none.
    looped = tf.while_loop(
        lambda i, _: i < length,
        lambda i, state: (i + 1, step(state, tf.nest.map_structure(lambda item: item[i], sequence))),
        (0, start),
        maximum_iterations=length,
    )
    return looped[1]
