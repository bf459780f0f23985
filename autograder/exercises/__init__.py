"""The exercises of each TP, in the order of its notebook."""

from autograder.exercises import (
    adagrad,
    adam,
    compare_optimizers,
    gradient_descent,
    look_ahead_sgd,
    momentum,
    nesterov,
    rmsprop,
    root_epsilon_adam,
    schedules,
)
from autograder.exercises.exercise import Exercise

EXERCISES: dict[str, tuple[Exercise, ...]] = {
    "optimizers": (
        gradient_descent.exercise,
        momentum.exercise,
        nesterov.exercise,
        adagrad.exercise,
        rmsprop.exercise,
        adam.exercise,
        schedules.step_exercise,
        schedules.exponential_exercise,
    ),
    "keras_optimizers": (
        look_ahead_sgd.exercise,
        root_epsilon_adam.exercise,
        compare_optimizers.exercise,
    ),
}
