"""The Keras exercises as people write them: right in unusual styles; and wrong, each with the name it must get.

Real classes for real Keras. The grader knows their numbers only from its models in NumPy.
"""

from __future__ import annotations

import sys
import types
from typing import Any

import keras
import numpy as np
from keras import ops

Optimizer = keras.optimizers.Optimizer


class LookAhead(Optimizer):
    """Plain."""

    def __init__(self, learning_rate=0.01, momentum=0.9, name="look_ahead_sgd", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.momentum = momentum

    def build(self, variables):
        super().build(variables)
        self.velocities = [self.add_variable_from_reference(v, "velocity") for v in variables]

    def update_step(self, gradient, variable, learning_rate):
        v = self.velocities[self._get_variable_index(variable)]
        pull = ops.cast(learning_rate, variable.dtype) * gradient
        self.assign(v, self.momentum * v + pull)
        self.assign_sub(variable, self.momentum * v + pull)

    def get_config(self):
        return {**super().get_config(), "momentum": self.momentum}


class ThetaForm(LookAhead):
    """By way of theta and v, as the course writes them."""

    def update_step(self, gradient, variable, learning_rate):
        v_old = self.velocities[self._get_variable_index(variable)]
        theta = ops.add(variable, ops.multiply(self.momentum, v_old))
        v_new = ops.add(ops.multiply(self.momentum, v_old), ops.multiply(learning_rate, gradient))
        theta = ops.subtract(theta, v_new)
        v_old.assign(v_new)
        variable.assign(ops.subtract(theta, ops.multiply(self.momentum, v_new)))


class Derived(keras.optimizers.SGD):
    """From Keras' own SGD all but the step."""

    def __init__(self, learning_rate=0.01, momentum=0.9, **kwargs):
        super().__init__(learning_rate=learning_rate, momentum=momentum, **kwargs)

    def update_step(self, gradient, variable, learning_rate):
        v = self.momentums[self._get_variable_index(variable)]
        self.assign(v, self.momentum * v + learning_rate * gradient)
        self.assign_sub(variable, self.momentum * v + learning_rate * gradient)


class ByName(Optimizer):
    """A dict by the variable's path, a velocity of the other sign, a configuration of its own."""

    def __init__(self, learning_rate=0.01, momentum=0.9, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.gamma = float(momentum)

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self._by_path = {}
        for number, variable in enumerate(variables):
            self._by_path[number] = self.add_variable(variable.shape, dtype="float32", name=f"v{number}")

    def update_step(self, gradient, variable, learning_rate):
        v = self._by_path[self._get_variable_index(variable)]
        lr = ops.convert_to_tensor(learning_rate, dtype="float32")
        v.assign(ops.convert_to_tensor(v) * self.gamma - lr * gradient)
        variable.assign_add(ops.convert_to_tensor(v) * self.gamma - lr * gradient)

    def get_config(self):
        config = super().get_config()
        config.update(momentum=self.gamma)
        return config


class Heavy(LookAhead):
    def update_step(self, gradient, variable, learning_rate):
        v = self.velocities[self._get_variable_index(variable)]
        self.assign(v, self.momentum * v + learning_rate * gradient)
        self.assign_sub(variable, v)


class OldVelocity(LookAhead):
    def update_step(self, gradient, variable, learning_rate):
        v = self.velocities[self._get_variable_index(variable)]
        self.assign_sub(variable, self.momentum * v + learning_rate * gradient)
        self.assign(v, self.momentum * v + learning_rate * gradient)


class Outside(LookAhead):
    def update_step(self, gradient, variable, learning_rate):
        v = self.velocities[self._get_variable_index(variable)]
        self.assign(v, self.momentum * v + gradient)
        self.assign_sub(variable, learning_rate * (gradient + self.momentum * v))


class Uphill(LookAhead):
    def update_step(self, gradient, variable, learning_rate):
        v = self.velocities[self._get_variable_index(variable)]
        self.assign(v, self.momentum * v + learning_rate * gradient)
        self.assign_add(variable, self.momentum * v + learning_rate * gradient)


class NotKept(LookAhead):
    def update_step(self, gradient, variable, learning_rate):
        v = self.velocities[self._get_variable_index(variable)]
        v = self.momentum * v + learning_rate * gradient
        self.assign_sub(variable, self.momentum * v + learning_rate * gradient)


class OneVelocity(LookAhead):
    def build(self, variables):
        super().build(variables)
        self.velocity = self.add_variable_from_reference(variables[0], "velocity")

    def update_step(self, gradient, variable, learning_rate):
        v = self.velocity
        self.assign(v, self.momentum * v + learning_rate * gradient)
        self.assign_sub(variable, self.momentum * v + learning_rate * gradient)


class RateOnce(LookAhead):
    def __init__(self, learning_rate=0.01, momentum=0.9, **kwargs):
        super().__init__(learning_rate, momentum, **kwargs)
        self.eta = float(learning_rate)

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient, variable, self.eta)


class Forgets(LookAhead):
    def get_config(self):
        return Optimizer.get_config(self)


class OwnConfig(LookAhead):
    def get_config(self):
        return {"momentum": self.momentum}


class Fixed(LookAhead):
    def build(self, variables):
        super().build(variables)
        self.momentum = 0.9


class Lazy(LookAhead):
    """No build: a velocity is made when it is first needed."""

    def build(self, variables):
        Optimizer.build(self, variables)
        self.made = {}

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        if index not in self.made:
            with ops_scope():
                self.made[index] = keras.Variable(np.zeros(variable.shape, "float32"), trainable=False)
        v = self.made[index]
        v.assign(self.momentum * v + learning_rate * gradient)
        self.assign_sub(variable, self.momentum * v + learning_rate * gradient)


def ops_scope() -> Any:
    """Where a variable can be made while a step is traced."""
    import contextlib

    if keras.backend.backend() != "tensorflow":
        return contextlib.nullcontext()
    import tensorflow as tf

    return tf.init_scope()


class NoBuild(Optimizer):
    def __init__(self, learning_rate=0.01, momentum=0.9, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        self.momentum = momentum

    def update_step(self, gradient, variable, learning_rate):
        v = self.velocities[self._get_variable_index(variable)]
        self.assign(v, self.momentum * v + learning_rate * gradient)
        self.assign_sub(variable, self.momentum * v + learning_rate * gradient)


class RootAdam(Optimizer):
    """Plain."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, name="root_adam", **kwargs):
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta_1, self.beta_2, self.epsilon = beta_1, beta_2, epsilon

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.ms = [self.add_variable_from_reference(v, "m") for v in variables]
        self.vs = [self.add_variable_from_reference(v, "v") for v in variables]

    def clock(self):
        return ops.cast(self.iterations + 1, "float32")

    def averages(self, gradient, variable):
        i = self._get_variable_index(variable)
        m, v = self.ms[i], self.vs[i]
        self.assign(m, self.beta_1 * m + (1 - self.beta_1) * gradient)
        self.assign(v, self.beta_2 * v + (1 - self.beta_2) * ops.square(gradient))
        return m, v

    def move(self, variable, rate, m, v, t):
        m_hat = m / (1 - self.beta_1**t)
        v_hat = v / (1 - self.beta_2**t)
        self.assign_sub(variable, rate * m_hat / ops.sqrt(v_hat + self.epsilon))

    def update_step(self, gradient, variable, learning_rate):
        m, v = self.averages(gradient, variable)
        self.move(variable, learning_rate, m, v, self.clock())

    def get_config(self):
        own = {"beta_1": self.beta_1, "beta_2": self.beta_2, "epsilon": self.epsilon}
        return {**super().get_config(), **own}


class RateCorrected(RootAdam):
    """The correction in the rate, epsilon scaled with it; ops and casts throughout, powers by exp and log."""

    def move(self, variable, rate, m, v, t):
        lr = ops.cast(rate, variable.dtype)
        c1 = 1 - ops.exp(t * ops.log(ops.cast(self.beta_1, variable.dtype)))
        c2 = 1 - ops.exp(t * ops.log(ops.cast(self.beta_2, variable.dtype)))
        self.assign_sub(variable, lr * ops.sqrt(c2) / c1 * m / ops.sqrt(v + self.epsilon * c2))


class Incremental(RootAdam):
    """Incremental averages, rsqrt, powers of tensors in the variable's type."""

    def averages(self, gradient, variable):
        i = self._get_variable_index(variable)
        self.assign_add(self.ms[i], (gradient - self.ms[i]) * (1 - self.beta_1))
        self.assign_add(self.vs[i], (ops.square(gradient) - self.vs[i]) * (1 - self.beta_2))
        return self.ms[i], self.vs[i]

    def move(self, variable, rate, m, v, t):
        b1, b2 = (ops.power(ops.cast(b, variable.dtype), t) for b in (self.beta_1, self.beta_2))
        self.assign_sub(variable, rate * (m / (1 - b1)) * ops.rsqrt(v / (1 - b2) + self.epsilon))


class OwnClock(RootAdam):
    """A counter of its own, as a variable of the optimizer, advanced with the first variable of each step."""

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.steps = self.add_variable((), initializer="zeros", name="steps")

    def update_step(self, gradient, variable, learning_rate):
        if self._get_variable_index(variable) == 0:
            self.assign_add(self.steps, 1.0)
        m, v = self.averages(gradient, variable)
        self.move(variable, learning_rate, m, v, ops.convert_to_tensor(self.steps))


def moving(move: Any) -> type:
    """The plain Adam with another last line."""
    return type("Moving", (RootAdam,), {"move": move})


class PythonClock(RootAdam):
    t = 0

    def clock(self):
        self.t += 1
        return float(self.t)


class NoPlusOne(RootAdam):
    def clock(self):
        return ops.cast(self.iterations, "float32")


class OnePair(RootAdam):
    def averages(self, gradient, variable):
        m, v = self.ms[0], self.vs[0]
        self.assign(m, self.beta_1 * m + (1 - self.beta_1) * gradient)
        self.assign(v, self.beta_2 * v + (1 - self.beta_2) * ops.square(gradient))
        return m, v


class NothingSaved(RootAdam):
    def get_config(self):
        return Optimizer.get_config(self)


class KerasEpsilon(RootAdam):
    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-7, **kwargs):
        super().__init__(learning_rate, beta_1, beta_2, epsilon, **kwargs)


class AverageForgotten(RootAdam):
    def averages(self, gradient, variable):
        i = self._get_variable_index(variable)
        m = self.beta_1 * self.ms[i] + (1 - self.beta_1) * gradient
        v = self.beta_2 * self.vs[i] + (1 - self.beta_2) * ops.square(gradient)
        return m, v


class AdamRateOnce(RootAdam):
    def __init__(self, learning_rate=0.001, *args, **kwargs):
        super().__init__(learning_rate, *args, **kwargs)
        self.eta = float(learning_rate)

    def update_step(self, gradient, variable, learning_rate):
        super().update_step(gradient, variable, self.eta)


def hat(self, variable, rate, m, v, t):
    alpha = rate * ops.sqrt(1 - self.beta_2**t) / (1 - self.beta_1**t)
    self.assign_sub(variable, alpha * m / (ops.sqrt(v) + self.epsilon))


def outside(self, variable, rate, m, v, t):
    root = ops.sqrt(v / (1 - self.beta_2**t)) + self.epsilon
    self.assign_sub(variable, rate * m / (1 - self.beta_1**t) / root)


def uncorrected(self, variable, rate, m, v, t):
    self.assign_sub(variable, rate * m / ops.sqrt(v + self.epsilon))


def without_epsilon(self, variable, rate, m, v, t):
    self.assign_sub(variable, rate * m / (1 - self.beta_1**t) / ops.sqrt(v / (1 - self.beta_2**t)))


def first_power(self, variable, rate, m, v, t):
    RootAdam.move(self, variable, rate, m, v, 1.0)


def loops(train, optimizers, rates, seeds):
    found = {}
    for name in optimizers:
        best = None
        for rate in rates:
            losses = [train(name, rate, seed) for seed in seeds]
            mean = sum(losses) / len(losses) if all(np.isfinite(losses)) else float("inf")
            if best is None or mean < best[0]:
                best = (mean, rate)
        found[name] = {"rate": best[1], "loss": best[0], "inside": min(rates) < best[1] < max(rates)}
    return found


def by_pandas(train, optimizers, rates, seeds):
    import pandas as pd

    rows = [(o, r, s, train(o, r, s)) for o in optimizers for r in rates for s in seeds]
    table = pd.DataFrame(rows, columns=["optimizer", "rate", "seed", "loss"])
    table["loss"] = table["loss"].replace([np.inf, -np.inf], np.nan)
    means = table.groupby(["optimizer", "rate"])["loss"].agg(lambda x: x.mean(skipna=False)).fillna(np.inf).unstack()
    return {
        name: {"rate": (best := row.idxmin()), "loss": row.min(), "inside": bool(min(rates) < best < max(rates))}
        for name, row in means.iterrows()
    }


def skips_nan(train, optimizers, rates, seeds):
    found = {}
    for name in optimizers:
        table = np.array([[train(name, rate, seed) for seed in seeds] for rate in rates])
        table[~np.isfinite(table)] = np.nan
        means = np.nanmean(table, axis=1)
        best = rates[int(np.nanargmin(means))]
        found[name] = {"rate": best, "loss": np.nanmin(means), "inside": min(rates) < best < max(rates)}
    return found


def one_seed(train, optimizers, rates, seeds):
    return loops(train, optimizers, rates, seeds[:1])


class Stock(keras.optimizers.SGD):
    """Keras' own SGD with other defaults: the right numbers, and no rule is written."""

    def __init__(self, learning_rate=0.01, momentum=0.9, **kwargs):
        kwargs.pop("nesterov", None)
        super().__init__(learning_rate=learning_rate, momentum=momentum, nesterov=True, **kwargs)


class Delegates(LookAhead):
    """Another optimizer does the step."""

    def build(self, variables):
        super().build(variables)
        self.other = keras.optimizers.SGD(0.1, momentum=self.momentum, nesterov=True)
        self.other.build(variables)

    def update_step(self, gradient, variable, learning_rate):
        self.other.update_step(gradient, variable, learning_rate)


class Borrowed(Stock):
    """The step was taken out of Keras beforehand, under another name."""

    taken = keras.optimizers.SGD.update_step

    def update_step(self, gradient, variable, learning_rate):
        self.taken(gradient, variable, learning_rate)


class Copied(Stock):
    """A copy of the function."""

    update_step = types.FunctionType(
        keras.optimizers.SGD.update_step.__code__, vars(sys.modules[keras.optimizers.SGD.__module__])
    )


class Kernel(LookAhead):
    """A kernel of TensorFlow's does the step."""

    def update_step(self, gradient, variable, learning_rate):
        import tensorflow as tf

        v = self.velocities[self._get_variable_index(variable)]
        tf.raw_ops.ResourceApplyKerasMomentum(
            var=getattr(variable, "_value", variable).handle, accum=v._value.handle,
            lr=learning_rate, grad=gradient, momentum=self.momentum, use_nesterov=True,
        )  # fmt: skip


class StockAdam(keras.optimizers.Adam):
    """Keras' own Adam without its epsilon."""

    def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, **kwargs):
        super().__init__(learning_rate, beta_1=beta_1, beta_2=beta_2, epsilon=0.0, **kwargs)


NOT_WRITTEN = {
    "LookAheadSGD": (Stock, Delegates, Borrowed, Copied, Kernel),
    "RootEpsilonAdam": (StockAdam,),
}
RIGHT = {
    "LookAheadSGD": (LookAhead, ThetaForm, Derived, ByName),
    "RootEpsilonAdam": (RootAdam, RateCorrected, Incremental, OwnClock),
    "compare_optimizers": (loops, by_pandas),
}
WRONG: dict[str, dict[str, Any]] = {
    "LookAheadSGD": {
        "look-ahead-forgotten": Heavy,
        "rate-outside-the-velocity": Outside,
        "ascent": Uphill,
        "velocity-not-kept": NotKept,
        "state-shared-between-variables": OneVelocity,
        "rate-read-once": RateOnce,
        "momentum-not-in-config": Forgets,
        "rate-not-in-config": OwnConfig,
        "momentum-fixed": Fixed,
        "state-not-saved": Lazy,
    },
    "RootEpsilonAdam": {
        "epsilon-outside": moving(outside),
        "epsilon-hat": moving(hat),
        "epsilon-not-used": moving(without_epsilon),
        "epsilon-default-of-keras": KerasEpsilon,
        "no-bias-correction": moving(uncorrected),
        "correction-without-power": moving(first_power),
        "counter-in-python": PythonClock,
        "state-shared-between-variables": OnePair,
        "nothing-in-config": NothingSaved,
        "averages-not-kept": AverageForgotten,
        "rate-read-once": AdamRateOnce,
    },
    "compare_optimizers": {"diverged-runs-left-out": skips_nan, "first-seed-only": one_seed},
}
# The same numbers in another way of writing, and one whose numbers say nothing.
ALSO = {"look-ahead-forgotten": OldVelocity}
UNNAMED = NoBuild
