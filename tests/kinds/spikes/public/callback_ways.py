"""The ways in which a learner's callback is used.

    way(kind, names, values, missing, *hyper) -> number of epochs, what the weights are at the end, ...

kind: the learner's class. names: of its hyper-parameters, whose values are `hyper`. values: (n,) the validation loss of
each epoch. missing: (n,) not 0 for epochs of which it is not told. Keras is loaded by `fitted` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

Array = np.ndarray

RATE, START = 0.5, 8.0  # of `fitted`: the learning rate, and the weight before the first epoch


class Model:
    """What a callback may touch of a model. Its weights are overwritten in place: a kept reference shows."""

    def __init__(self) -> None:
        self.stop_training = False
        self.weights = [np.zeros(2)]
        self.put_back = False

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"this model has weights, get_weights, set_weights and stop_training, and no `{name}`")

    def get_weights(self) -> list[Array]:
        """A copy of the weights."""
        return [weight.copy() for weight in self.weights]

    def set_weights(self, weights: Sequence[Array]) -> None:
        """Put weights back."""
        self.weights = [np.array(weight, dtype=float) for weight in weights]
        self.put_back = True


def told(callback: Any, losses: Iterable[float | None], weights: Iterable[float]) -> tuple[int, float, int]:
    """Tell a callback one validation loss after the other, None for one that is missing, and obey it.

    Returns the number of epochs, the weights at the end, and whether weights were put back.
    """
    model, epochs = Model(), 0
    callback.set_model(model)
    callback.set_params({"epochs": len(list(losses))})
    callback.on_train_begin({})
    for epoch, (loss, weight) in enumerate(zip(losses, weights, strict=True)):
        callback.on_epoch_begin(epoch, {})
        for array in model.weights:
            array[...] = weight
        callback.on_epoch_end(epoch, {"loss": -float(epoch)} | ({} if loss is None else {"val_loss": float(loss)}))
        epochs += 1
        if model.stop_training:
            break
    callback.on_train_end({})
    return epochs, float(model.weights[0][0]), int(model.put_back)


def driven(kind: Any, names: Sequence[str], values: Array, missing: Array, *hyper: Any) -> tuple[int, float, int]:
    """A model that is made up; its weights hold the number of the epoch, from 1 on."""
    losses = [None if absent else float(value) for value, absent in zip(values, missing, strict=True)]
    return told(kind(**dict(zip(names, hyper, strict=False))), losses, range(1, len(losses) + 1))


def fitted(kind: Any, names: Sequence[str], values: Array, missing: Array, *hyper: Any) -> tuple[int, float]:
    """A real `fit` of one weight that takes on the values in turn; so does the validation loss."""
    import keras

    targets = np.asarray(values, dtype="float32")
    rows = (np.concatenate([[START], targets[:-1]]) - targets)[:, None] / RATE
    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.array([[START]], dtype="float32")])
    model.compile(optimizer=keras.optimizers.SGD(RATE), loss=_output, jit_compile=False)
    history = model.fit(
        rows.astype("float32"),
        np.zeros((len(rows), 1)),
        batch_size=1,
        steps_per_epoch=1,
        epochs=len(rows),
        shuffle=False,
        verbose=0,
        validation_data=(np.ones((1, 1)), np.zeros((1, 1))),
        callbacks=[kind(**dict(zip(names, hyper, strict=False)))],
    )
    return len(history.history["loss"]), float(model.get_weights()[0][0, 0])


def _output(target: Any, output: Any) -> Any:
    import keras

    return keras.ops.mean(output, axis=-1)


WAYS: dict[str, Callable[..., tuple[float, ...]]] = {"driven": driven, "fit": fitted}
IN_WORDS = {"driven": "with losses that are given", "fit": "in a real `fit`"}
