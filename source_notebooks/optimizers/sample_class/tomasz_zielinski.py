# All eight right: type hints, dataclasses and a NamedTuple in between; arrays cast to float64 on entry.
# expect: {}
# ruff: noqa
# fmt: off

# %% grade_id="gradient_descent_step"
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def as_floats(x: npt.ArrayLike) -> Floats:
    return np.array(x, dtype=np.float64, copy=True)


def gradient_descent_step(theta: npt.ArrayLike, grad: npt.ArrayLike, eta: float) -> Floats:
    new_theta = as_floats(theta)
    new_theta -= eta * as_floats(grad)
    return new_theta

# %% grade_id="momentum_step"
class Ball(NamedTuple):
    theta: Floats
    v: Floats

    def pushed(self, push: Floats, keep: float) -> Ball:
        v = keep * self.v + push
        return Ball(self.theta - v, v)


def momentum_step(
    theta: npt.ArrayLike, v: npt.ArrayLike, grad: npt.ArrayLike, eta: float, gamma: float = 0.9
) -> tuple[Floats, Floats]:
    return Ball(as_floats(theta), as_floats(v)).pushed(eta * as_floats(grad), keep=gamma)

# %% grade_id="nesterov_step"
def nesterov_step(
    theta: npt.ArrayLike,
    v: npt.ArrayLike,
    grad_fn: Callable[[Floats], Floats],
    eta: float,
    gamma: float = 0.9,
) -> tuple[Floats, Floats]:
    ball = Ball(as_floats(theta), as_floats(v))
    drift: Floats = gamma * ball.v
    push: Floats = eta * as_floats(grad_fn(ball.theta - drift))
    return ball.pushed(push, keep=gamma)

# %% grade_id="adagrad_step"
def adagrad_step(
    theta: npt.ArrayLike, r: npt.ArrayLike, grad: npt.ArrayLike, eta: float, eps: float = 1e-8
) -> tuple[Floats, Floats]:
    theta_, r_, g = as_floats(theta), as_floats(r), as_floats(grad)
    r_ += g**2
    rates: Floats = eta / np.sqrt(r_ + eps)
    theta_ -= rates * g
    return theta_, r_

# %% grade_id="rmsprop_step"
def rmsprop_step(
    theta: npt.ArrayLike, r: npt.ArrayLike, grad: npt.ArrayLike, eta: float, rho: float = 0.9, eps: float = 1e-8
) -> tuple[Floats, Floats]:
    theta_, r_, g = as_floats(theta), as_floats(r), as_floats(grad)
    r_ *= rho
    r_ += (1.0 - rho) * g**2
    rates: Floats = eta / np.sqrt(r_ + eps)
    theta_ -= rates * g
    return theta_, r_

# %% grade_id="adam_step"
@dataclass(frozen=True)
class Moment:
    value: Floats
    beta: float

    def updated(self, x: Floats) -> Moment:
        return Moment(self.beta * self.value + (1.0 - self.beta) * x, self.beta)

    def corrected(self, t: int) -> Floats:
        return self.value / (1.0 - self.beta**t)


def adam_step(
    theta: npt.ArrayLike,
    m: npt.ArrayLike,
    v: npt.ArrayLike,
    grad: npt.ArrayLike,
    t: int,
    eta: float,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    eps: float = 1e-8,
) -> tuple[Floats, Floats, Floats]:
    g = as_floats(grad)
    first = Moment(as_floats(m), beta_1).updated(g)
    second = Moment(as_floats(v), beta_2).updated(g**2)
    step = eta * first.corrected(t) / np.sqrt(second.corrected(t) + eps)
    return as_floats(theta) - step, first.value, second.value

# %% grade_id="step_decay"
def step_decay(t: int, eta_0: float, gamma: float, s: int) -> float:
    drops, _ = divmod(t, s)
    return float(eta_0) * float(gamma) ** drops

# %% grade_id="exponential_decay"
def exponential_decay(t: int, eta_0: float, k: float) -> float:
    return float(np.exp(np.log(eta_0) - k * t))
