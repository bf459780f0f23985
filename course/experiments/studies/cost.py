"""What an optimizer costs: bytes per weight and operations per weight, counted in Keras, and seconds, measured."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import numpy as np

from course.experiments.comparison import ahead
from course.experiments.comparison.experiment import Measured, Measurement
from course.experiments.studies.protocols import RULES
from course.experiments.training.models import Model, dense
from course.experiments.training.optimizers import OPTIMIZERS
from course.experiments.training.tasks import Data, Task

WIDE = dense(64, hidden=(512, 512))  # so many weights that the steps of the rule are seen beside the gradient
BATCH, STEPS = 32, 40
BYTES, OPERATIONS, SECONDS = "bytes per weight", "operations per weight", "seconds per step"
ARITHMETIC = ("add", "sub", "mul", "div", "square", "sqrt", "rsqrt", "pow", "neg", "max")


def state_bytes(optimizer: str, model: Model) -> float:
    """Bytes of the optimizer's own variables per weight of the model, without the step count and the rate."""
    from course.experiments.training.backend import load

    keras = load()
    weights = [keras.Variable(np.zeros(shape), dtype=keras.config.floatx()) for shape in model.shapes]
    built = OPTIMIZERS[optimizer](0.01)
    built.build(weights)
    slots = [variable for variable in built.variables if len(variable.shape)]  # the others are single numbers
    itemsize = np.dtype(keras.config.floatx()).itemsize
    return sum(int(np.prod(slot.shape)) * itemsize for slot in slots) / model.size


def operations(optimizer: str) -> int:
    """Operations of arithmetic for each weight in a step of the rule, counted in what Keras hands to its backend.

    A square, a root and a sum count one each. What is done once for all weights, such as the rate, does not count.
    """
    from course.experiments.training.backend import load

    keras, shape = load(), (3, 5)
    weights = keras.Variable(np.ones(shape, dtype=keras.config.floatx()))
    built = OPTIMIZERS[optimizer](0.01)
    built.build([weights])
    own = [variable.value for variable in built.variables]
    if keras.backend.backend() == "jax":
        import jax

        traced = jax.make_jaxpr(built.stateless_apply)(own, [weights.value], [weights.value])
        names = [str(e.primitive) for e in _equations(traced.jaxpr) if e.outvars[0].aval.shape == shape]
        return sum(name in ARITHMETIC or name == "integer_pow" for name in names)
    import tensorflow as tf

    graph = tf.function(lambda gradient: built.apply([gradient], [weights])).get_concrete_function(weights.value).graph
    large = [o for o in graph.get_operations() if shape in [tuple(i.shape) for i in o.inputs if i.shape.rank == 2]]
    names = [o.type.lower().replace("addv2", "add").replace("realdiv", "div") for o in large]
    return sum(name in ARITHMETIC or name in ("assignaddvariableop", "assignsubvariableop") for name in names)


def counted() -> list[Measured]:
    """The operations of each rule."""
    return [Measured("", rule, OPERATIONS, (float(operations(rule)),)) for rule in RULES]


def _equations(jaxpr: Any) -> Iterator[Any]:
    """What JAX computes, with what functions inside of it compute."""
    for equation in jaxpr.eqns:
        inside = [p.jaxpr for p in equation.params.values() if hasattr(p, "jaxpr")]
        if not inside:
            yield equation
        for inner in inside:
            yield from _equations(inner)


def wide() -> Task:
    """A network with many weights, 40 steps an epoch."""
    x = np.random.default_rng(0).standard_normal((BATCH * STEPS, *WIDE.inputs))
    return Task("cost", WIDE, Data(x, x[:, 0]), batch_size=BATCH)


def seconds_per_step(rounds: int) -> dict[str, list[float]]:
    """Optimizer -> seconds of a whole training step, forward and back, in each round; the rules take turns.

    A measurement of this machine at this moment.
    """
    from course.experiments.training.replicas import forget, train

    found: dict[str, list[float]] = {rule: [] for rule in RULES}
    for _ in range(rounds):
        for rule in RULES:
            stamps: list[float] = []
            # The first epoch compiles, in the first round; the second is the one that counts.
            train(wide(), rule, [1e-3], [0], 2, after_epoch=lambda to=stamps: to.append(time.perf_counter()))  # type: ignore[misc]
            found[rule].append((stamps[1] - stamps[0]) / STEPS)
    forget()
    return found


def measure(quick: bool) -> list[Measured]:
    """Bytes of weight, gradient and state per weight; operations; seconds per step in 5 rounds, or 20."""
    from course.experiments.training.backend import load

    own = 2 * np.dtype(load().config.floatx()).itemsize
    measured = [Measured("", rule, BYTES, (own + state_bytes(rule, WIDE),)) for rule in RULES]
    measured += counted()
    timed = seconds_per_step(rounds(quick))
    return measured + [Measured("", rule, SECONDS, tuple(values)) for rule, values in timed.items()]


def rounds(quick: bool) -> int:
    """How often each rule is timed."""
    return 5 if quick else 20


def seconds(quick: bool) -> float:
    """About how many seconds it takes here; counting bytes and operations is nothing beside it."""
    compiling, epoch = ahead.pace(wide(), RULES, 1e-3, [0])
    return len(RULES) * (compiling + 2 * rounds(quick) * epoch)


EXPERIMENT = Measurement("cost", "Bytes per weight and seconds per step", measure, seconds)
