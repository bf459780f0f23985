"""The ways in which a learner's callbacks are used, each as a function of plain arrays.

    way(kind, names, ..., *hyper) -> plain results

kind: the learner's class. names: of its parameters, whose values are `hyper`. In most ways a real Keras model is held
out to the callback, and what `fit` would do is done here: weights are overwritten in place, logs are made up, hooks are
called in Keras' order. In the ways that begin with `fit` a real `fit` runs, whose weights, losses and steps are
dictated by its rows: the gradient of the loss is the row itself.

Keras is loaded when a way is gone.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.messages import Message
from course.judging.diagnosis.source import Code
from course.judging.verdict import Rungs

Array = np.ndarray
Names = Sequence[str]
Logs = dict[str, float]
Ended = tuple[
    float, float, Array
]  # epochs run, the epoch from which the weights are that are held, and they themselves

MISSING = np.inf  # in a series: the monitored value is not in the logs of this epoch
ETA = 0.5  # the learning rate of the fits whose weights are dictated
OUTSIDE = 2  # the epoch after which something else changes the rate, where it does
SETS = 0.3  # to which share
WAITS = 1  # the patience of Keras' own EarlyStopping that stands behind a learner's callback
SHARPE = "val_sharpe"


def weights_after(epoch: int, theta: Array) -> Array:
    """The weights (n,) that an epoch, counted from 0, leaves behind."""
    found: Array = np.asarray(theta, dtype=float) + 0.37 * (epoch + 1)
    return found


def ended(ran: int, weights: Array, after: Array) -> Ended:
    """How a fit ended. after: (epochs, n), the weights after each. The epoch is NaN if none had the weights held."""
    same = np.flatnonzero(np.isclose(after, weights, rtol=1e-4, atol=1e-4).all(axis=1))
    return float(ran), float(same[-1] + 1) if len(same) else np.nan, weights


def logs_of(epoch: int, monitor: str, value: float) -> Logs:
    """What is logged after an epoch. The training loss always falls; a validation loss that is not monitored rises."""
    logs = {"loss": 3.0 - 0.1 * epoch}
    if monitor != "val_loss":
        logs["val_loss"] = 1.0 + 0.1 * epoch
    return logs if value == MISSING else {**logs, monitor: float(value)}


def _made(kind: Any, names: Names, hyper: Sequence[Any]) -> Any:
    import keras

    callback = kind(**dict(zip(names, hyper, strict=False)))
    if not isinstance(callback, keras.callbacks.Callback):
        raise TypeError(f"{getattr(kind, '__name__', kind)} is no subclass of keras.callbacks.Callback")
    return callback


def _monitor(names: Names, hyper: Sequence[Any]) -> str:
    return str(dict(zip(names, hyper, strict=False)).get("monitor", "val_loss"))


def slope(target: Any, output: Any) -> Any:
    """A loss whose gradient for the weights of `_model` is the input itself."""
    import keras

    return keras.ops.mean(output, axis=-1)


@contextmanager
def _single_precision() -> Iterator[None]:
    """Models compute in it, whatever Keras was told: somebody may have tried another one."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("float32")
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def _model(weights: Array, rate: float) -> Any:
    """A model with one layer, `output = x w`, that is compiled with plain gradient descent."""
    import keras

    with _single_precision():
        model = keras.Sequential([keras.layers.Input((len(weights),)), keras.layers.Dense(1, use_bias=False)])
        model.compile(optimizer=keras.optimizers.SGD(rate), loss=slope, jit_compile=False)
    model.set_weights([np.asarray(weights, dtype="float32")[:, None]])
    model.optimizer.build(model.trainable_variables)
    return model


def _weights(model: Any) -> Array:
    return np.array(model.get_weights()[0][:, 0], dtype=float)


def _rate(model: Any) -> float:
    import keras

    return float(keras.ops.convert_to_numpy(model.optimizer.learning_rate))


def _run(callback: Any, model: Any, epochs: Sequence[Logs], theta: Array, after: Callable[[int], None]) -> int:
    """One `fit` as a callback sees it, without training; returns how many epochs ran. epochs: what is logged after
    each. after: is called with the number of each epoch when all hooks of it were."""
    model.stop_training = False
    callback.set_params({"epochs": len(epochs), "steps": 1, "verbose": 0})
    callback.set_model(model)
    callback.on_train_begin({})
    ran = 0
    for epoch, logs in enumerate(epochs):
        callback.on_epoch_begin(epoch, {})
        callback.on_train_batch_begin(0, {})
        model.trainable_variables[0].assign(weights_after(epoch, theta)[:, None])
        callback.on_train_batch_end(0, {"loss": logs["loss"]})
        callback.on_epoch_end(epoch, dict(logs))
        after(epoch)
        ran += 1
        if model.stop_training:
            break
    callback.on_train_end(dict(epochs[ran - 1]))
    return ran


def _nothing(epoch: int) -> None:
    pass


def _series(values: Array, monitor: str) -> list[Logs]:
    return [logs_of(epoch, monitor, value) for epoch, value in enumerate(values)]


def path(values: Array, theta: Array) -> Array:
    """The weights (epochs, n) after each epoch of a series."""
    return np.array([weights_after(epoch, theta) for epoch in range(len(values))])


def stopped(kind: Any, names: Names, values: Array, theta: Array, *hyper: Any) -> Ended:
    """A series of monitored values; returns how the fit `ended`."""
    model = _model(np.zeros(len(theta)), ETA)
    ran = _run(_made(kind, names, hyper), model, _series(values, _monitor(names, hyper)), theta, _nothing)
    return ended(ran, _weights(model), path(values, theta))


def again(kind: Any, names: Names, values: Array, theta: Array, *hyper: Any) -> Ended:
    """The same callback in two fits: the first on the halves of the values, the second on the values themselves.
    Returns what `stopped` does, of the second."""
    callback, monitor = _made(kind, names, hyper), _monitor(names, hyper)
    for factor in (0.5, 1.0):
        model = _model(np.zeros(len(theta)), ETA)
        ran = _run(callback, model, _series(factor * np.asarray(values), monitor), theta, _nothing)
    return ended(ran, _weights(model), path(values, theta))


def _rows(values: Array, theta: Array, eta: float) -> Array:
    """Rows (epochs, 1) that lead a single weight from theta through the values, at the rate eta."""
    before = np.concatenate([np.asarray(theta, dtype=float), values[:-1]])
    found: Array = ((before - values) / eta)[:, None]
    return found


def _fit(model: Any, rows: Array, batches: int, callbacks: list[Any]) -> Any:
    """Train on the rows in their order, one by one, so many in each epoch. The validation loss is the sum of the
    weights."""
    inputs = np.asarray(rows, dtype="float32")
    ones = np.ones((1, inputs.shape[1]), dtype="float32")
    with _single_precision():
        return model.fit(
            inputs,
            np.zeros((len(inputs), 1)),
            batch_size=1,
            steps_per_epoch=batches,
            epochs=len(inputs) // batches,
            shuffle=False,
            verbose=0,
            validation_data=(ones, np.zeros((1, 1))),
            callbacks=callbacks,
        )


def fit_stopped(kind: Any, names: Names, values: Array, theta: Array, *hyper: Any) -> Ended:
    """A real `fit`, whose validation losses are the values. theta: (1,), the weight to start from. Returns what
    `stopped` does."""
    model = _model(theta, ETA)
    history = _fit(model, _rows(np.asarray(values), theta, ETA), 1, [_made(kind, names, hyper)])
    return ended(len(history.epoch), _weights(model), np.asarray(values)[:, None])


def rates(kind: Any, names: Names, values: Array, rate: float, *hyper: Any) -> Array:
    """A series of monitored values; returns the learning rate after each epoch. rate: the one to begin with."""
    return _rates(kind, names, values, rate, hyper, outside=False)


def moved(kind: Any, names: Names, values: Array, rate: float, *hyper: Any) -> Array:
    """The same, and once something else changes the rate."""
    return _rates(kind, names, values, rate, hyper, outside=True)


def _rates(kind: Any, names: Names, values: Array, rate: float, hyper: Sequence[Any], outside: bool) -> Array:
    model, found = _model(np.zeros(1), rate), []

    def after(epoch: int) -> None:
        model.stop_training = False
        if outside and epoch == OUTSIDE:
            model.optimizer.learning_rate = SETS * _rate(model)
        found.append(_rate(model))

    _run(_made(kind, names, hyper), model, _series(values, _monitor(names, hyper)), np.zeros(1), after)
    return np.array(found)


def fit_rates(kind: Any, names: Names, values: Array, rate: float, *hyper: Any) -> Array:
    """A real `fit`: at a rate that is never changed, its validation losses would be the values. Returns the learning
    rate and the weight at the end."""
    start = np.array([values[0] + 1.0])
    model = _model(start, rate)
    _fit(model, _rows(np.asarray(values), start, rate), 1, [_made(kind, names, hyper)])
    return np.array([_rate(model), *_weights(model)])


def split(found: Sequence[float], warmup: int) -> tuple[Array, Array]:
    """Rates of batches: of those in the warm-up, and of those after it."""
    return np.array(found[:warmup], dtype=float), np.array(found[warmup:], dtype=float)


def batches(
    kind: Any, names: Names, epochs: int, steps: int, rate: float, peak: float, warmup: int, total: int
) -> tuple[Array, Array]:
    """Epochs of so many batches; returns the learning rate with which each batch is trained, `split`."""
    hyper = (peak, warmup, total)
    callback, model = _made(kind, names, hyper), _model(np.zeros(1), rate)
    found = []
    callback.set_params({"epochs": epochs, "steps": steps, "verbose": 0})
    callback.set_model(model)
    callback.on_train_begin({})
    for epoch in range(epochs):
        callback.on_epoch_begin(epoch, {})
        for batch in range(steps):
            callback.on_train_batch_begin(batch, {})
            found.append(_rate(model))
            model.optimizer.iterations.assign(len(found))
            callback.on_train_batch_end(batch, {"loss": 1.0})
        callback.on_epoch_end(epoch, {"loss": 1.0, "val_loss": 1.0})
    callback.on_train_end({"loss": 1.0, "val_loss": 1.0})
    return split(found, warmup)


def fit_batches(kind: Any, names: Names, epochs: int, steps: int, rate: float, *hyper: Any) -> float:
    """A real `fit`, whose gradients are 1, 2, 3, ...; returns how far the weight moves in all. Nothing looks at the
    weights on the way."""
    model = _model(np.zeros(1), rate)
    _fit(model, np.arange(1.0, epochs * steps + 1)[:, None], steps, [_made(kind, names, hyper)])
    return float(-_weights(model)[0])


def logged(kind: Any, names: Names, w: Array, *hyper: Any) -> float:
    """One epoch that ends with the weights w (d,), so that the model outputs x w; returns what stands in the logs."""
    model = _model(w, ETA)
    logs = {"loss": 1.0, "val_loss": 2.0}
    callback = _made(kind, names, hyper)
    callback.set_params({"epochs": 1, "steps": 1, "verbose": 0})
    callback.set_model(model)
    callback.on_train_begin({})
    callback.on_epoch_begin(0, {})
    callback.on_epoch_end(0, logs)
    return _number(logs)


def _number(logs: Mapping[str, Any]) -> float:
    if SHARPE not in logs:
        raise LookupError(f"there is no {SHARPE!r} in the logs after on_epoch_end; there are {', '.join(logs)}")
    if np.ndim(logs[SHARPE]):
        raise TypeError(f"logs[{SHARPE!r}] must be a number, it has the shape {np.shape(logs[SHARPE])}")
    return float(logs[SHARPE])


def fit_logged(kind: Any, names: Names, w: Array, *hyper: Any) -> tuple[float, float]:
    """A real `fit` that starts from w (d,) and turns it a little in each epoch, with Keras' EarlyStopping behind the
    learner's callback. Returns how many epochs ran, and the last value in the history."""
    import keras

    model = _model(w, ETA)
    stops = keras.callbacks.EarlyStopping(SHARPE, mode="max", patience=WAITS)
    history = _fit(model, turns(w), 1, [_made(kind, names, hyper), stops])
    if SHARPE not in history.history:
        raise LookupError(f"there is no {SHARPE!r} in the history; there are {', '.join(history.history)}")
    return float(len(history.epoch)), float(history.history[SHARPE][-1])


def turns(w: Array) -> Array:
    """Gradients (5, d) that turn weights w (2,): first towards (1, 0), then away from it."""
    to = np.array([[0.6, 0.6], [1.0, 0.0], [0.5, -0.6], [0.2, -1.0], [0.0, -1.5]])
    path = np.concatenate([np.asarray(w, dtype=float)[None], to])
    found: Array = -np.diff(path, axis=0) / ETA
    return found


WAYS: dict[str, Callable[..., Any]] = {
    "stopped": stopped,
    "again": again,
    "fit stopped": fit_stopped,
    "rates": rates,
    "moved": moved,
    "fit rates": fit_rates,
    "batches": batches,
    "fit batches": fit_batches,
    "logged": logged,
    "fit logged": fit_logged,
}
# How a diagnosis speaks of them, in the order in which it tells them.
IN_WORDS = {
    "stopped": "on logs that are handed to it",
    "rates": "on logs that are handed to it",
    "moved": "when something else changes the rate, too",
    "again": "in a second fit",
    "batches": "when its hooks are called batch by batch",
    "logged": "on one epoch",
    "fit stopped": "in a real `fit`",
    "fit rates": "in a real `fit`",
    "fit batches": "in a real `fit`",
    "fit logged": "in a real `fit`, with EarlyStopping behind it",
}


# What the text of a class shows; each is told only where the numbers, or the exceptions, are what it leads to.
OWN = (("Callback",), ("callbacks.Callback",), ("keras.callbacks.Callback",))


def _read(holds: Callable[[Code, Evidence], bool]) -> Callable[[Evidence], bool]:
    """A predicate on a class that is read, and derives from Keras' bare callback alone: all it does stands in it."""
    return lambda seen: seen.code is not None and seen.code.bases in OWN and holds(seen.code, seen)


def _never_called(*hooks: str) -> Message:
    """None of the hooks that the exercise lives by is a method of the class."""
    return Message(
        _read(lambda code, _: not set(hooks) & code.methods().keys()),
        Rungs(
            f"Your class has none of the methods {', '.join(f'`{hook}`' for hook in hooks)}.",
            "Keras calls its hooks by name: is one misspelt?",
        ),
    )


def _lacks(name: str, words: Rungs, *also: str) -> Message:
    """A name that the exercise cannot do without stands nowhere in the class, nor what may be used in its place."""
    return Message(_read(lambda code, _: not code.mentions(name, *also)), words)


STOPS = _lacks(
    "stop_training",
    Rungs(
        "Nothing in your class tells `fit` to end.",
        "How does `fit` learn that it shall end?",
        mend="It is an attribute of `self.model`: set to True it ends training after this epoch.",
    ),
)
COPIES = _lacks(
    "get_weights",
    Rungs(
        "Nothing in your class copies the weights.",
        "What becomes of `self.model.weights`, kept in a name, in the next epoch?",
        mend="`self.model.get_weights()` is a list of arrays of its own.",
    ),
    *("numpy", "convert_to_numpy", "copy", "deepcopy", "array", "save_weights", "save", "clone_model"),
)
PUTS_BACK = _lacks(
    "set_weights",
    Rungs(
        "Nothing in your class puts weights back.",
        "Which weights does the model hold after the last epoch?",
        mend="`self.model.set_weights(...)` in `on_train_end`.",
    ),
    "assign",
    "load_weights",
)
SETS_A_RATE = _lacks(
    "learning_rate",
    Rungs(
        "`learning_rate` stands nowhere in your class; `lr` is no name of the optimizer's in Keras 3.",
        mend="The rate is `self.model.optimizer.learning_rate`.",
    ),
)


def _holds_the_optimizer(code: Code, _: Evidence) -> bool:
    """Whether it becomes an attribute; a name within one hook is asked for anew in the next."""
    found = [node for node in ast.walk(code.node) if isinstance(node, ast.Assign)] if code.node else []
    return any(
        ast.unparse(node.value) == "self.model.optimizer" and any(isinstance(t, ast.Attribute) for t in node.targets)
        for node in found
    )


HELD = Message(
    _read(_holds_the_optimizer),
    Rungs(
        "You keep the optimizer in an attribute of your own. On JAX that one is out of date while `fit` runs.",
        mend="Write `self.model.optimizer` each time: that brings it up to date.",
    ),
)
MESSAGES = {
    "Patience": (_never_called("on_epoch_end"), STOPS, PUTS_BACK, COPIES),
    "RelativePlateau": (_never_called("on_epoch_end"), SETS_A_RATE, HELD),
    "WarmupCosine": (
        _never_called("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end"),
        SETS_A_RATE,
        HELD,
    ),
    "ValidationSharpe": (_never_called("on_epoch_end"),),
}
