"""What the exercises on Keras optimizers share: what is drawn, the criteria on the ways of use, and the tolerance."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import libraries, probes
from autograder.exercises.exercise import Check

from .public.optimizer_ways import ROUNDS, STEPS

Array = np.ndarray

OUTPUTS = tuple(f"weights after step {k}" for k in range(1, STEPS + 1))
MANY = {"many steps": tuple(f"weights after step {k * ROUNDS}" for k in range(1, STEPS + 1))}

# Keras computes in single precision: 6e-8 for each operation. Five steps in whatever order, with powers and differences
# such as 1 - beta^t taken in single precision too, are off by less than a quarter of the tolerance: 200 draws in eight
# ways of writing, `pytest -m full source_notebooks/keras_optimizers`. The gate holds every mistake to be outside it.
# What many steps come to is off by as many times more, and may lie near zero.
SINGLE: dict[str, Any] = {
    "rtol": 1e-5,
    "atol": 1e-7,
    "tolerances": {"many steps": (4e-5, 4e-5)},
    "way_outputs": MANY,
    "seconds": 30.0,
}

# A class may derive from any of Keras' own and take what it keeps from there; the step is what it is asked for. Nor may
# a kernel of TensorFlow's do it; they lie in one module, and under other names as well.
OF_KERAS = ("SGD", "Adam", "Adagrad", "RMSprop", "Adadelta", "Adafactor", "Adamax", "Ftrl", "Lamb", "Lion", "Muon")
NOT_BY = (
    *(f"keras.optimizers.{name}.update_step" for name in (*OF_KERAS, "Nadam", "ScheduleFreeAdamW")),
    *(f"keras.optimizers.Muon.{name}" for name in ("_adamw_update_step", "_muon_update_step")),
    *libraries.OF_OTHERS,
    *(f"tensorflow.raw_ops.ResourceApply{rule}" for rule in ("KerasMomentum", "Momentum", "Adam", "RMSProp")),
)


def weights(rng: Generator, shape: tuple[int, ...]) -> Array:
    """Weights to start from, of both signs and of size 1 to 2: no run comes near zero."""
    return probes.signs(rng, shape) * rng.uniform(1.0, 2.0, size=shape)


def gradients(rng: Generator, shape: tuple[int, ...]) -> Array:
    """The gradients of STEPS steps in a row, changing in sign and size, 0.1 to 2."""
    size = (STEPS, *shape)
    return (probes.signs(rng, size) * 10.0 ** rng.uniform(-1, 0.3, size=size)).ravel()


def keras_checks(
    variables: float, rate: float, fit: float, config: float, saved: float, fixed: dict[str, Any] | None = None
) -> tuple[Check, ...]:
    """The criteria on how the class is used, with the points of each.

    `fixed` holds where the hyper-parameters are not what is asked about. A configuration must hold all of them.
    What is rebuilt or loaded is compared with what the learner's own class does, be its rule right or wrong.
    """
    return (
        Check(
            "several variables",
            variables,
            "Several variables must move as each would alone.",
            probes.used("several variables", fixed=fixed),
        ),
        Check(
            "a rate that changes",
            rate,
            "When the learning rate is changed, the next step must use the new one.",
            probes.used("a changing rate", fixed=fixed),
        ),
        Check(
            "in fit",
            fit,
            "In a compiled model, `fit` must move the weights in the same way.",
            probes.used("fit", times=1, fixed=fixed),
        ),
        Check(
            "from its configuration",
            config,
            "`from_config(optimizer.get_config())` must give an optimizer that does what the original does.",
            probes.as_itself("rebuilt", "applied"),
            rule=False,
        ),
        Check(
            "saved and loaded",
            saved,
            "Training that is saved, loaded and gone on with must come to the weights of training in one go.",
            probes.as_itself("saved", "fit", times=1),
            rule=False,
        ),
    )
