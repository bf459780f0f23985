"""Two constructions from the literature on which adaptive rules go wrong in a known way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tps.optimizers.reference import (
    adagrad_step,
    adam_step,
    exponential_decay,
    gradient_descent_step,
    momentum_step,
    nesterov_step,
    rmsprop_step,
)

from course.workshop.problems import Array, Problem
from course.workshop.trajectories import follow

# --- Reddi, Kale and Kumar 2018: online learning on [-1, 1] with the losses C x, -x, -x, C x, ... (best: x = -1) ---

C = 3.0
ROUNDS = 30_000


SLOPES = np.where(np.arange(ROUNDS) % 3 == 0, C, -1.0)  # the derivative of the loss of round t = 1, 2, ...
RATES = 0.5 / np.sqrt(np.arange(1, ROUNDS + 1))  # eta_t = 1 / (2 sqrt t)


def projected_adam(theta: Array, m: Array, v: Array, grad: Array, eta: float) -> tuple[Array, Array, Array]:
    """Adam without bias correction (it is gone at a huge t), then back into [-1, 1]."""
    theta, m, v = adam_step(theta, m, v, grad, 10**6, eta, 0.0, 1 / (1 + C**2), 0.0)
    return np.minimum(np.maximum(theta, -1.0), 1.0), m, v


def projected_amsgrad(theta: Array, v: Array, v_max: Array, grad: Array, eta: float) -> tuple[Array, Array, Array]:
    """The remedy of the same paper: divide by the root of the largest average so far."""
    v = v / (1 + C**2) + (1 - 1 / (1 + C**2)) * grad**2
    v_max = np.maximum(v, v_max)
    return np.minimum(np.maximum(theta - eta * grad / np.sqrt(v_max), -1.0), 1.0), v, v_max


def played(step: Callable[..., tuple[Array, Array, Array]]) -> Array:
    """The points (ROUNDS + 1,) of one number, from 1 on: the slope of a round is known without asking."""
    now = (np.ones(1), np.zeros(1), np.zeros(1))
    points = np.ones(ROUNDS + 1)
    for t, (grad, eta) in enumerate(zip(SLOPES[:, None], RATES, strict=True), start=1):
        now = step(*now, grad, eta)
        points[t] = now[0][0]
    return points


def test_adam_can_end_at_the_worst_point_of_a_convex_problem() -> None:
    adam = played(projected_adam)
    np.testing.assert_array_equal(adam[::3], 1.0)  # after each block of three it is back where it was
    regret = SLOPES @ adam[:-1] - SLOPES @ np.full(ROUNDS, -1.0)
    assert round(regret / ROUNDS, 3) == 0.669  # tends to 2/3: it does not learn
    assert round(played(projected_amsgrad)[-1], 3) == -0.998


# --- Wilson, Roelofs, Stern, Srebro and Recht 2017, section 3.3: least squares with more features than examples ---


def wilson(n: int, p: float, tests: int, rng: np.random.Generator) -> tuple[Problem, Callable[[Array], float], Array]:
    """A training problem, the test accuracy of its weights, and the labels of the test examples.

    An example with label y has the features (y, 1, 1) and, for itself alone, one more 1 if y = 1 and five if y = -1.
    No test example shares those with a training example, so there the weights beyond the third do not count.
    """
    y, y_test = (np.where(rng.random(size) < p, 1.0, -1.0) for size in (n, tests))
    x = np.zeros((n, 3 + 5 * n))
    x[:, :3] = np.column_stack([y, np.ones(n), np.ones(n)])
    for i in range(n):
        x[i, 3 + 5 * i : 3 + 5 * i + (1 if y[i] > 0 else 5)] = 1

    def accuracy(w: Array) -> float:
        return float(np.mean(np.sign(w[0] * y_test + w[1] + w[2]) == y_test))

    best = np.linalg.pinv(x) @ y
    problem = Problem(
        "Wilson 2017",
        lambda w: 0.5 * np.sum((x @ w - y) ** 2),
        lambda w: x.T @ (x @ w - y),
        best,
        x.T @ x,
        np.zeros(3 + 5 * n),
        "Least squares in which one feature is the label.",
    )
    return problem, accuracy, y_test


@pytest.mark.parametrize(
    ("step", "eta", "adaptive"),
    [
        (gradient_descent_step, 0.01, False),
        (momentum_step, 0.01, False),
        (nesterov_step, 0.005, False),
        (adagrad_step, 0.1, True),
        (rmsprop_step, 0.01, True),
        (adam_step, 0.01, True),
    ],
)
def test_adaptive_rules_fit_the_labels_and_do_not_generalise(
    step: Callable[..., Any], eta: float, adaptive: bool
) -> None:
    problem, accuracy, y_test = wilson(60, 0.6, 4000, np.random.default_rng(0))
    run = follow(step, problem, 2000, eta=lambda t: exponential_decay(t, eta, 0.002 if adaptive else 0.0))
    last = run.thetas[-1]
    assert run.values[-1] < 1e-3, "every rule fits the training set"
    if adaptive:
        # All weights that matter grow by the same amount, whatever their gradients: to +-1/4, where the fit is exact.
        used = problem.gradient(problem.start) != 0
        np.testing.assert_allclose(last[used], -np.sign(problem.gradient(problem.start))[used] / 4, atol=0.01)
        assert accuracy(last) == np.mean(y_test > 0), "it answers 1 to everything"
        assert round(accuracy(last), 4) == 0.6098
    else:
        np.testing.assert_allclose(last, problem.minimiser, atol=1e-3)  # the solution of least norm
        assert accuracy(last) == 1
