"""The right answers: the six update rules and the two schedules, as the course's formulas write them."""

from .rules import (
    adagrad_step,
    adam_step,
    gradient_descent_step,
    momentum_step,
    nesterov_step,
    rmsprop_step,
)
from .schedules import exponential_decay, step_decay

__all__ = [
    "adagrad_step",
    "adam_step",
    "exponential_decay",
    "gradient_descent_step",
    "momentum_step",
    "nesterov_step",
    "rmsprop_step",
    "step_decay",
]
