"""The ways in which a learner's Keras optimizer is used, each as a function of plain arrays.

    way(kind, names, theta, grads, eta, *hyper) -> the weights after each of the STEPS steps

kind: the learner's class. names: of its further hyper-parameters, whose values are `hyper`. theta: (n,) weights to
start from. grads: (STEPS * n,) the gradient of each step, one after the other. eta: the learning rate. Everything else,
the variables, the model, the file, is made here, so that what comes back depends on the class alone.

Keras is loaded when a way is gone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.messages import Message
from course.judging.diagnosis.source import Code
from course.judging.scripts import Failure
from course.judging.verdict import Rungs

Array = np.ndarray
Names = Sequence[str]

STEPS = 5
CHANGES = 2  # steps after which the learning rate is halved
STOPS = 3  # steps after which training is saved, to be taken up again
ROUNDS = 6  # times that the gradients come again, where there are many steps
PARTS = ((1, 2, 1),) * 3  # the shapes of several variables, of six weights together: alike, so that states fit all


def _made(kind: Any, names: Names, eta: float, hyper: Sequence[float]) -> Any:
    import keras

    optimizer = kind(learning_rate=eta, **dict(zip(names, hyper, strict=False)))
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise TypeError(f"{getattr(kind, '__name__', kind)} is no subclass of keras.optimizers.Optimizer")
    return optimizer


def _stepped(optimizer: Any, parts: Sequence[Array], rows: Array) -> Iterator[Array]:
    """Apply the rows (k, n) of gradients to the parts, each a variable of its shape; yields the weights (n,) after
    each."""
    import keras

    variables = [keras.Variable(part, dtype="float32") for part in parts]
    cuts = np.cumsum([part.size for part in parts])[:-1]
    for row in rows:
        pairs = zip(np.split(row, cuts), parts, strict=True)
        gradients = [keras.ops.convert_to_tensor(g.reshape(part.shape), dtype="float32") for g, part in pairs]
        optimizer.apply(gradients, variables)
        yield np.concatenate([np.ravel(keras.ops.convert_to_numpy(variable)) for variable in variables])


def _rows(theta: Array, grads: Array) -> Array:
    return np.asarray(grads, dtype=float).reshape(-1, len(theta))


def applied(kind: Any, names: Names, theta: Array, grads: Array, eta: float, *hyper: float) -> tuple[Array, ...]:
    """Gradients are applied to one variable, step by step."""
    return tuple(_stepped(_made(kind, names, eta, hyper), [theta], _rows(theta, grads)))


def many_steps(kind: Any, names: Names, theta: Array, grads: Array, eta: float, *hyper: float) -> tuple[Array, ...]:
    """The gradients come again, ROUNDS times in all; the weights each ROUNDS steps."""
    rows = np.tile(_rows(theta, grads), (ROUNDS, 1))
    return tuple(_stepped(_made(kind, names, eta, hyper), [theta], rows))[ROUNDS - 1 :: ROUNDS]


def variables(kind: Any, names: Names, theta: Array, grads: Array, eta: float, *hyper: float) -> tuple[Array, ...]:
    """The weights, six of them, are in several variables."""
    cuts = np.cumsum([int(np.prod(shape)) for shape in PARTS])[:-1]
    found = np.split(np.asarray(theta, dtype=float), cuts)
    parts = [part.reshape(shape) for part, shape in zip(found, PARTS, strict=True)]
    return tuple(_stepped(_made(kind, names, eta, hyper), parts, _rows(theta, grads)))


def changing_rate(kind: Any, names: Names, theta: Array, grads: Array, eta: float, *hyper: float) -> tuple[Array, ...]:
    """The learning rate is halved after CHANGES steps, as a callback does."""
    optimizer = _made(kind, names, eta, hyper)
    found = []
    for weights in _stepped(optimizer, [theta], _rows(theta, grads)):
        found.append(weights)
        if len(found) == CHANGES:
            optimizer.learning_rate = eta / 2
    return tuple(found)


def rebuilt(kind: Any, names: Names, theta: Array, grads: Array, eta: float, *hyper: float) -> tuple[Array, ...]:
    """The optimizer is made again from its own configuration, and that one is used."""
    again = kind.from_config(_made(kind, names, eta, hyper).get_config())
    return tuple(_stepped(again, [theta], _rows(theta, grads)))


def fitted(kind: Any, names: Names, theta: Array, grads: Array, eta: float, *hyper: float) -> tuple[Array, ...]:
    """A model is compiled with the optimizer and trained by `fit`."""
    with _single_precision():
        return tuple(_trained(_model(theta, _made(kind, names, eta, hyper)), _rows(theta, grads)))


def saved(kind: Any, names: Names, theta: Array, grads: Array, eta: float, *hyper: float) -> tuple[Array, ...]:
    """Training stops after STOPS steps, the model is saved, loaded, and trained on."""
    import keras

    rows = _rows(theta, grads)
    with _single_precision(), tempfile.TemporaryDirectory() as folder:
        model = _model(theta, _made(kind, names, eta, hyper))
        found = _trained(model, rows[:STOPS])
        path = Path(folder) / "model.keras"
        model.save(path)
        custom = {getattr(kind, "__name__", "optimizer"): kind, "slope": slope}
        model = keras.models.load_model(path, custom_objects=custom)
        return tuple(found + _trained(model, rows[STOPS:]))


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


def slope(target: Any, output: Any) -> Any:
    """A loss whose gradient for the weights of `_model` is the input itself."""
    import keras

    return keras.ops.mean(output, axis=-1)


def _model(theta: Array, optimizer: Any) -> Any:
    import keras

    model = keras.Sequential([keras.layers.Input((len(theta),)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.asarray(theta, dtype=np.float32)[:, None]])
    model.compile(optimizer=optimizer, loss=slope, jit_compile=False)
    return model


def _trained(model: Any, rows: Array) -> list[Array]:
    """Train on one row (n,) after the other; the weights after each."""
    import keras

    found: list[Array] = []

    def keep(*_: Any, **__: Any) -> None:
        if hasattr(model, "jax_state_sync"):
            model.jax_state_sync()  # on JAX `fit` keeps the weights to itself until the epoch ends
        found.append(np.array(model.get_weights()[0][:, 0]))

    after = keras.callbacks.LambdaCallback(on_train_batch_end=keep)
    inputs = np.asarray(rows, dtype=np.float32)
    model.fit(inputs, np.zeros((len(rows), 1)), batch_size=1, shuffle=False, verbose=0, callbacks=[after])
    return found


WAYS: dict[str, Callable[..., tuple[Array, ...]]] = {
    "applied": applied,
    "many steps": many_steps,
    "several variables": variables,
    "a changing rate": changing_rate,
    "fit": fitted,
    "rebuilt": rebuilt,
    "saved": saved,
}
# How a diagnosis speaks of them, in the order in which it tells them.
IN_WORDS = {
    "applied": "when its steps are made one by one",
    "many steps": "when many steps are made",
    "several variables": "with several variables",
    "a changing rate": "when the learning rate changes",
    "rebuilt": "when it is made again from its configuration",
    "fit": "in `fit`",
    "saved": "when training is saved and loaded",
}


# What the text of a class shows; each is told only where the numbers, or the exceptions, are what it leads to.
KERAS_OWN = (("Optimizer",), ("optimizers.Optimizer",), ("keras.optimizers.Optimizer",))
ASSIGNING = ("assign", "assign_sub", "assign_add")
MAKING = ("add_variable_from_reference", "add_variable", "add_optimizer_variables", "Variable")


def _read(holds: Callable[[Code, Evidence], bool]) -> Callable[[Evidence], bool]:
    """A predicate on a class that is read, and derives from Keras' bare optimizer alone: all it does stands in it."""
    return lambda seen: seen.code is not None and seen.code.bases in KERAS_OWN and holds(seen.code, seen)


@_read
def _lacks_the_step(code: Code, evidence: Evidence) -> bool:
    reasons = [given.reason for given in evidence.answers.values() if isinstance(given, Failure)]
    return "update_step" not in code.methods() and any("NotImplementedError" in reason for reason in reasons)


@_read
def _assigns_nothing(code: Code, _: Evidence) -> bool:
    return "update_step" in code.methods() and not code.mentions(*ASSIGNING)


@_read
def _keeps_nothing(code: Code, _: Evidence) -> bool:
    return code.mentions(*ASSIGNING) and not code.mentions(*MAKING)


@_read
def _counts_from_zero(code: Code, evidence: Evidence) -> bool:
    numbers = [given for given in evidence.answers.values() if isinstance(given, np.ndarray)]
    wild = any(np.isnan(given).any() for given in numbers)
    return wild and code.mentions("iterations") and not code.adds_to("iterations")


@_read
def _configures_nothing(code: Code, _: Evidence) -> bool:
    return "get_config" in code.methods() and not code.returns("get_config")


OF_ANY = (
    Message(
        _configures_nothing,
        Rungs("Your `get_config` returns nothing.", mend="End it with `return config`, the dict that it has made."),
    ),
    Message(
        _lacks_the_step,
        Rungs("Your class has no method `update_step`.", "Keras calls one for each variable: is the name misspelt?"),
    ),
    Message(
        _assigns_nothing,
        Rungs(
            "Nothing in your class assigns to a variable.",
            "What does a line `variable = ...` change outside of the method?",
            mend="`self.assign_sub(variable, step)` changes the variable itself.",
        ),
    ),
    Message(
        _keeps_nothing,
        Rungs(
            "Your class makes no variable of its own, in which something could be kept from step to step.",
            mend="`self.add_variable_from_reference` in `build` makes one.",
        ),
    ),
    Message(
        _counts_from_zero,
        Rungs(
            "`self.iterations` is 0 at the first step, and you add nothing to it.",
            "What is 1 - beta^t there?",
            mend="t is `self.iterations + 1`.",
        ),
    ),
)
MESSAGES = {"LookAheadSGD": OF_ANY, "RootEpsilonAdam": OF_ANY}
