"""Train R replicas for an epoch in one compiled call: the same steps on TensorFlow and on JAX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops

from course.experiments.training.batches import Batches
from course.experiments.training.losses import hits_function, loss_function
from course.experiments.training.models import Array, Model
from course.experiments.training.optimizers import Factory, Schedule, checked, replica_rates
from course.experiments.training.stacked import Tensor, fold, forward, stacked_shape
from course.experiments.training.tasks import Loss


class Epoch(NamedTuple):
    """What an epoch gave, for each replica; arrays (R,).

    Attributes:
        loss: the mean over the epoch of the losses of its batches, each before its step, as `model.fit` shows it.
        val_loss, val_accuracy: after the epoch; nan without validation data, and accuracy for labels only.
        finite: whether all weights are finite after the epoch.
    """

    loss: Array
    val_loss: Array
    val_accuracy: Array
    finite: Array


class Examples(NamedTuple):
    """Observations and targets on the device, and the batches in which they are read."""

    x: Tensor
    y: Tensor
    batches: Batches


class Trainer:
    """R replicas of a model with one Keras optimizer. What the compiled steps change are its Keras variables."""

    def __init__(
        self,
        model: Model,
        loss: Loss,
        name: str,
        factory: Factory,
        replicas: int,
        schedule: Schedule | None,
        steps: int,
    ) -> None:
        """Steps: how many there will be in all, for the schedule. ValueError if the optimizer cannot be stacked."""
        self.model = model
        self.replicas = replicas
        self._loss = loss_function(loss)
        self._hits = hits_function(loss)
        self.labelled = self._hits is not None
        dtype = keras.config.floatx()
        self._weights = [
            keras.Variable(np.zeros((replicas, *stacked_shape(shape))), dtype=dtype, name=f"weight_{i}")
            for i, shape in enumerate(model.shapes)
        ]
        self._rates = keras.Variable(np.zeros((replicas, 1, 1)), dtype=dtype, trainable=False, name="rates")
        self.optimizer = checked(name, factory, replica_rates(self._rates, schedule, steps))
        self.optimizer.build(self._weights)
        if tuple(self.optimizer.learning_rate.shape) != (replicas, 1, 1):
            raise ValueError(f"optimizer {name!r}: the function must hand the learning rate that it gets on to Keras")
        self._fresh = [from_device(variable.value) for variable in self.optimizer.variables]
        self._run = _compiled_jax(self) if keras.backend.backend() == "jax" else _compiled_tensorflow(self)

    def start(self, weights: Sequence[Array], rates: Array) -> None:
        """Begin anew: weights, each (R, *shape) with the shapes of the model, and rates (R,)."""
        for variable, weight in zip(self._weights, weights, strict=True):
            variable.assign(weight.reshape(variable.shape))
        self._rates.assign(rates.reshape(-1, 1, 1))
        for variable, value in zip(self.optimizer.variables, self._fresh, strict=True):
            variable.assign(value)

    def epoch(self, train: Examples, validation: Examples | None) -> Epoch:
        """One epoch, then the validation losses."""
        return Epoch(*(from_device(row) for row in self._run(train, validation)))

    @property
    def weights(self) -> list[Array]:
        """The weights of all replicas, each (R, *shape)."""
        return [
            from_device(variable.value).reshape(self.replicas, *shape)
            for variable, shape in zip(self._weights, self.model.shapes, strict=True)
        ]

    def loss_and_accuracy(self, weights: Sequence[Tensor], examples: Examples, batch: Batches) -> tuple[Tensor, Tensor]:
        """The loss and the accuracy (R,) of each replica on its batch; one step of `Batches`."""
        x, y = ops.take(examples.x, batch.rows, axis=0), ops.take(examples.y, batch.rows, axis=0)
        outputs = forward(self.model, weights, x)
        loss = ops.sum(self._loss(y, outputs) * batch.shares, axis=-1)
        if self._hits is None:
            return loss, ops.full_like(loss, np.nan)
        return loss, ops.sum(ops.cast(self._hits(y, outputs), loss.dtype) * batch.shares, axis=-1)

    def validate(self, weights: Sequence[Tensor], validation: Examples | None) -> tuple[Tensor, Tensor, Tensor]:
        """Validation loss, accuracy, and whether the weights are finite; (R,) each."""
        dtype = weights[0].dtype
        axes = (1, 2)
        finite = ops.stack([ops.all(ops.isfinite(weight), axis=axes) for weight in weights])
        nothing = ops.zeros((self.replicas,), dtype=dtype)
        if validation is None:
            return nothing + np.nan, nothing + np.nan, ops.all(finite, axis=0)

        def add(total: tuple[Tensor, Tensor], batch: Batches) -> tuple[Tensor, Tensor]:
            loss, accuracy = self.loss_and_accuracy(weights, validation, batch)
            return total[0] + loss * batch.portions, total[1] + accuracy * batch.portions

        return (*fold(add, (nothing, nothing), validation.batches), ops.all(finite, axis=0))


def on_device(array: Any) -> Tensor:
    """The array on the device; real numbers in Keras' float type, others as int32."""
    array = np.asarray(array)
    return ops.convert_to_tensor(array, dtype=keras.config.floatx() if array.dtype.kind == "f" else "int32")


def from_device(tensor: Tensor) -> Array:
    """The tensor as an array. `keras.ops.convert_to_numpy` does the same, but TensorFlow warns of NumPy 2 there."""
    return np.asarray(tensor.numpy() if hasattr(tensor, "numpy") else tensor)


def _compiled_tensorflow(trainer: Trainer) -> Callable[..., Any]:
    """(train, validation) -> (loss, val_loss, val_accuracy, finite); the variables change in place."""
    import tensorflow as tf

    variables = trainer._weights

    @tf.function(jit_compile=True, autograph=False)  # type: ignore[untyped-decorator]
    def run(train: Examples, validation: Examples | None) -> Any:
        def step(total: tuple[Tensor], batch: Batches) -> tuple[Tensor]:
            weights = [variable.value for variable in variables]
            with tf.GradientTape() as tape:
                loss, _ = trainer.loss_and_accuracy(weights, train, batch)
                # No replica's loss holds another's weights, so the gradient of the sum is each one's own gradient.
                together = tf.reduce_sum(loss)
            trainer.optimizer.apply(tape.gradient(together, weights), variables)
            return (total[0] + loss * batch.portions,)

        (loss,) = fold(step, (tf.zeros(trainer.replicas, variables[0].dtype),), train.batches)
        return loss, *trainer.validate([variable.value for variable in variables], validation)

    return run


def _compiled_jax(trainer: Trainer) -> Callable[..., Any]:
    """As on TensorFlow; JAX changes nothing in place, so the state goes through the compiled call."""
    import jax

    weights, state, rates = trainer._weights, trainer.optimizer.variables, trainer._rates

    def together(values: list[Tensor], train: Examples, batch: Batches) -> tuple[Tensor, Tensor]:
        loss, _ = trainer.loss_and_accuracy(values, train, batch)
        return loss.sum(), loss

    @jax.jit
    def pure(values: list[Tensor], inside: list[Tensor], rate: Tensor, train: Examples, validation: Any) -> Any:
        def step(carried: Any, batch: Batches) -> Any:
            values, inside, total = carried
            gradients, loss = jax.grad(together, has_aux=True)(values, train, batch)
            mapping = [*zip(weights, values, strict=True), *zip(state, inside, strict=True), (rates, rate)]
            with keras.StatelessScope(state_mapping=mapping) as scope:
                trainer.optimizer.apply(gradients)
            values = [scope.get_current_value(variable) for variable in weights]
            inside = [scope.get_current_value(variable) for variable in state]
            return values, inside, total + loss * batch.portions

        start = (values, inside, ops.zeros((trainer.replicas,), dtype=values[0].dtype))
        values, inside, loss = fold(step, start, train.batches)
        return values, inside, (loss, *trainer.validate(values, validation))

    def run(train: Examples, validation: Examples | None) -> Any:
        before = [variable.value for variable in weights], [variable.value for variable in state], rates.value
        values, inside, losses = pure(*before, train, validation)
        for variable, value in zip([*weights, *state], [*values, *inside], strict=True):
            variable.assign(value)
        return losses

    return run
