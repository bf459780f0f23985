"""The rules of the course as stock Keras optimizers, and a learning rate that differs between replicas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

Factory = Callable[[Any], Any]
"""Takes a learning rate (a Keras LearningRateSchedule) and makes a new Keras optimizer with it."""

Schedule = Callable[[Any], Any]
"""What multiplies the learning rate at step t = 0, 1, ...: a Keras LearningRateSchedule with the initial rate 1.0, or
any function of a whole number t, for example `lambda t: exponential_decay(t, 1.0, 0.01)`."""

GAMMA, RHO, EPSILON = 0.9, 0.9, 1e-8


def _optimizers() -> Any:
    from course.experiments.training.backend import load

    return load().optimizers


# The forms of the course where Keras has them (lecture on the rules, parity with Keras). Nesterov's iterate is the
# look-ahead point. Adam has Keras' own epsilon, 1e-7 outside the root: with 0 a weight without gradient becomes nan.
OPTIMIZERS: dict[str, Factory] = {
    "gradient_descent": lambda rate: _optimizers().SGD(rate),
    "momentum": lambda rate: _optimizers().SGD(rate, momentum=GAMMA),
    "nesterov": lambda rate: _optimizers().SGD(rate, momentum=GAMMA, nesterov=True),
    "adagrad": lambda rate: _optimizers().Adagrad(rate, initial_accumulator_value=0.0, epsilon=EPSILON),
    "rmsprop": lambda rate: _optimizers().RMSprop(rate, rho=RHO, epsilon=EPSILON),
    "adam": lambda rate: _optimizers().Adam(rate),
    "adamw": lambda rate: _optimizers().AdamW(rate),
}
"""Name -> how to make the optimizer; the names of the six rules are those of `course.workshop.unrolled` and
`course.workshop.figures`."""

_MIXING = ("Adafactor", "Lamb", "LossScaleOptimizer", "Muon")


def named(optimizers: str | Sequence[str] | Mapping[str, Factory]) -> dict[str, Factory]:
    """Name -> factory of what a user asked for; ValueError, in one line, for an unknown name or nothing at all."""
    if isinstance(optimizers, Mapping):
        found = dict(optimizers)
    else:
        names = [optimizers] if isinstance(optimizers, str) else list(optimizers)
        if unknown := [name for name in names if name not in OPTIMIZERS]:
            raise ValueError(f"there is no optimizer {unknown[0]!r}; there are {', '.join(OPTIMIZERS)}")
        found = {name: OPTIMIZERS[name] for name in names}
    if not found:
        raise ValueError("no optimizer was named")
    return found


def checked(name: str, factory: Factory, rate: Any) -> Any:
    """A new optimizer with this learning rate; ValueError if stacked replicas would not stay apart in it.

    An optimizer must treat each number of a variable by itself: a variable holds the weights of many runs.
    """
    import keras

    optimizer = factory(rate)
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        raise ValueError(f"optimizer {name!r}: the function returned {type(optimizer).__name__}, not a Keras optimizer")
    kinds = {kind.__name__ for kind in type(optimizer).__mro__}
    mixes = [kind for kind in _MIXING if kind in kinds]
    mixes += [option for option in ("clipnorm", "global_clipnorm") if getattr(optimizer, option, None)]
    if mixes:
        raise ValueError(
            f"optimizer {name!r}: {mixes[0]} takes norms over a whole variable, which here holds many runs"
        )
    return optimizer


def replica_rates(rates: Any, schedule: Schedule | None, steps: int) -> Any:
    """A Keras schedule whose value at step t is `rates` times schedule(t).

    rates: a Keras variable (R, 1, 1), or a number. steps: how many steps there will be; a schedule that is a plain
    function is evaluated for each of them beforehand.
    """
    import keras
    from keras import ops

    factors = tabulated(schedule, steps)

    class ReplicaRates(keras.optimizers.schedules.LearningRateSchedule):
        def __call__(self, step: Any) -> Any:
            rate = ops.convert_to_tensor(rates, dtype=keras.config.floatx())
            if schedule is None:
                return rate
            factor = schedule(step) if factors is None else ops.take(ops.cast(factors, rate.dtype), step)
            return rate * ops.cast(factor, rate.dtype)

        def get_config(self) -> dict[str, Any]:
            return {}

    return ReplicaRates()


def tabulated(schedule: Schedule | None, steps: int) -> Any:
    """The factors (steps,) of a schedule that is a plain function; None for Keras' schedules and for none."""
    import keras

    if schedule is None or isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        return None
    factors = np.array([schedule(t) for t in range(steps)], dtype=float)
    if factors.shape != (steps,) or not np.all(np.isfinite(factors)):
        raise ValueError("the schedule must give one finite number for each step t = 0, 1, ...")
    return factors
