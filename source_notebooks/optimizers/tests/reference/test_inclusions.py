"""Each rule contains a simpler one in a limit of its constants (Choi et al. 2019), so each answers for the other."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike
from tps.optimizers.reference import (
    adagrad_step,
    adam_step,
    gradient_descent_step,
    momentum_step,
    rmsprop_step,
)

from course.workshop.problems import Array, Problem, quadratic, ravine, rosenbrock
from course.workshop.trajectories import follow

Tape = Callable[[ArrayLike], Problem]


def series() -> Array:
    return np.random.default_rng(11).standard_normal((60, 4))


def test_adam_with_a_huge_epsilon_averages_the_gradient(tape: Tape) -> None:
    # eps stands inside the root here, so the rate that keeps the step finite is a sqrt(eps). (Outside: a eps.)
    g, a = series(), 0.3
    average = -a * pd.DataFrame(g).ewm(alpha=0.1, adjust=True).mean().to_numpy()
    off = {}
    for eps in (1e6, 1e8):
        run = follow(adam_step, tape(g), len(g), eta=a * np.sqrt(eps), eps=eps)
        off[eps] = np.abs(np.diff(run.thetas, axis=0) - average).max()
    assert off[1e8] < 1e-8
    assert off[1e6] / off[1e8] == pytest.approx(100, rel=0.02)  # the distance to the limit goes as vh / (2 eps)


def test_averaged_momentum_tends_to_the_heavy_ball() -> None:
    # Once 1 - beta_1^t is 1, the average moves by the heavy ball's steps with the rate a (1 - beta_1).
    problem, eps = ravine(25.0), 1e14

    def late_adam(theta: Array, m: Array, v: Array, grad: Array, eta: float) -> tuple[Array, Array, Array]:
        return adam_step(theta, m, v, grad, 10**7, eta, eps=eps)

    adam = follow(late_adam, problem, 100, eta=0.2 * np.sqrt(eps)).thetas
    np.testing.assert_allclose(adam, follow(momentum_step, problem, 100, eta=0.02).thetas, atol=1e-9)


@pytest.mark.parametrize("step", [adagrad_step, rmsprop_step])
def test_the_others_with_a_huge_epsilon_are_gradient_descent(step: Callable[..., object]) -> None:
    problem = rosenbrock()
    plain = follow(gradient_descent_step, problem, 50, eta=1e-4).thetas
    off = {
        eps: np.abs(follow(step, problem, 50, eta=1e-4 * np.sqrt(eps), eps=eps).thetas - plain).max()
        for eps in (1e12, 1e14)
    }
    assert off[1e14] < 1e-7
    assert off[1e12] / off[1e14] == pytest.approx(100, rel=0.05)


def test_adam_without_the_first_average_is_rmsprop_once_the_correction_is_gone(tape: Tape) -> None:
    def late_adam(theta: Array, m: Array, v: Array, grad: Array, eta: float) -> tuple[Array, Array, Array]:
        return adam_step(theta, m, v, grad, 10**6, eta, beta_1=0.0, beta_2=0.9, eps=1e-3)

    g = series()
    adam, rmsprop = (follow(late_adam, tape(g), 60, eta=0.1), follow(rmsprop_step, tape(g), 60, eta=0.1, eps=1e-3))
    np.testing.assert_allclose(adam.thetas, rmsprop.thetas, rtol=1e-12)


def test_adam_with_nearly_equal_weights_is_adagrad_at_a_falling_rate(tape: Tape) -> None:
    # beta_2 -> 1 makes vh the plain mean of the squares, AdaGrad's sum divided by t (Kingma and Ba 2015, section 5).
    g = series()
    adam = follow(adam_step, tape(g), 60, eta=lambda t: 0.1 / np.sqrt(t + 1), beta_1=0.0, beta_2=1 - 1e-9, eps=0.0)
    adagrad = follow(adagrad_step, tape(g), 60, eta=0.1, eps=0.0)
    np.testing.assert_allclose(adam.thetas, adagrad.thetas, rtol=1e-5)


def test_adam_without_memory_keeps_only_the_sign() -> None:
    problem = quadratic([1.0, 100.0], angle=0.4)
    run = follow(adam_step, problem, 40, eta=0.03, beta_1=0.0, beta_2=0.0, eps=0.0)
    np.testing.assert_allclose(np.diff(run.thetas, axis=0), -0.03 * np.sign(run.gradients[:-1]), rtol=1e-12)
