"""The exercises of each TP, in the order of its notebook."""

from autograder.exercises import adagrad, adam, gradient_descent, momentum, nesterov, rmsprop, schedules
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
}
