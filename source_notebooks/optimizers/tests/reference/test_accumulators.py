"""AdaGrad and RMSprop: what they accumulate, as numpy and pandas do it, and what they cannot see."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import ArrayLike
from tps.optimizers.reference import adagrad_step, adam_step, rmsprop_step

from course.workshop.problems import Array, Problem, quadratic, rosenbrock
from course.workshop.trajectories import follow

Tape = Callable[[ArrayLike], Problem]
RULES: list[Callable[..., Any]] = [adagrad_step, rmsprop_step]


def returns() -> Array:
    """(400, 3): a calm year, a wild one, and one asset that seldom trades; daily, about 1 %."""
    rng = np.random.default_rng(3)
    r = 0.01 * rng.standard_normal((400, 3))
    r[200:] *= 4
    r[:, 2] *= rng.random(400) < 0.1
    return r


@pytest.mark.parametrize("eps", [1e-8, 1e-3])
def test_adagrad_adds_up_every_square(tape: Tape, eps: float) -> None:
    g = returns()
    run = follow(adagrad_step, tape(g), len(g), eta=0.1, eps=eps)
    total = np.cumsum(g**2, axis=0)
    np.testing.assert_allclose(run.states["r"][1:], total, rtol=1e-12)
    np.testing.assert_allclose(np.diff(run.thetas, axis=0), -0.1 * g / np.sqrt(total + eps), rtol=1e-9, atol=1e-13)


def test_adagrad_slows_down_as_one_over_the_root_of_t(tape: Tape) -> None:
    run = follow(adagrad_step, tape(np.full((200, 1), -0.7)), 200, eta=0.5, eps=0.0)
    np.testing.assert_allclose(np.diff(run.thetas[:, 0]), 0.5 / np.sqrt(np.arange(1, 201)), rtol=1e-12)


@pytest.mark.parametrize("eps", [1e-8, 1e-3])
@pytest.mark.parametrize("rho", [0.9, 0.94, 0.5])
def test_rmsprop_divides_by_the_riskmetrics_volatility(tape: Tape, rho: float, eps: float) -> None:
    # RiskMetrics (1996): variance <- lambda variance + (1 - lambda) return^2, lambda 0.94 for daily data, here started
    # at 0. pandas starts at its first value, so that value is a 0.
    g = returns()
    run = follow(rmsprop_step, tape(g), len(g), eta=0.1, rho=rho, eps=eps)
    squares = pd.DataFrame(np.vstack([np.zeros(3), g**2]))
    variance = squares.ewm(alpha=1 - rho, adjust=False).mean().to_numpy()
    np.testing.assert_allclose(run.states["r"], variance, rtol=1e-10, atol=1e-18)
    steps = -0.1 * g / np.sqrt(variance[1:] + eps)
    np.testing.assert_allclose(np.diff(run.thetas, axis=0), steps, rtol=1e-9, atol=1e-13)


def test_rmsprop_forgets_and_adagrad_does_not(tape: Tape) -> None:
    g = np.vstack([np.full((50, 1), 100.0), np.full((300, 1), 0.1)])  # a crisis, then calm
    late = {step: np.abs(np.diff(follow(step, tape(g), 350, eta=1.0).thetas[:, 0]))[-1] for step in RULES}
    assert late[rmsprop_step] == pytest.approx(1, rel=1e-6)
    assert late[adagrad_step] == pytest.approx(0.1 / np.sqrt(50 * 100.0**2), rel=1e-3)


@pytest.mark.parametrize("step", [*RULES, adam_step])
@pytest.mark.parametrize("factor", [2.0**-20, 8.0, 2.0**30])
def test_the_unit_of_the_loss_does_not_matter(step: Callable[..., Any], factor: float) -> None:
    # Without eps the size of the loss cancels. Powers of two are exact, so not a single bit may change.
    problem = rosenbrock()
    scaled = dataclasses.replace(
        problem,
        value=lambda theta: factor * problem.value(theta),
        gradient=lambda theta: factor * problem.gradient(theta),
    )
    expected = follow(step, problem, 100, eta=0.01, eps=0.0).thetas
    np.testing.assert_array_equal(follow(step, scaled, 100, eta=0.01, eps=0.0).thetas, expected)


@pytest.mark.parametrize("step", [*RULES, adam_step])
def test_the_curvature_along_the_axes_does_not_matter(step: Callable[..., Any]) -> None:
    ravine = follow(step, quadratic([1.0, 4.0**6]), 100, eta=0.01, eps=0.0).thetas
    bowl = follow(step, quadratic([1.0, 1.0]), 100, eta=0.01, eps=0.0).thetas
    np.testing.assert_array_equal(ravine, bowl)


@pytest.mark.parametrize("step", [*RULES, adam_step])
def test_a_coordinate_that_sees_no_gradient_does_not_move(step: Callable[..., Any], tape: Tape) -> None:
    run = follow(step, tape([[0.0, 1.0], [0.0, 2.0], [0.0, 0.0]]), 3, eta=0.1)
    np.testing.assert_array_equal(run.thetas[:, 0], 0)


def test_the_default_epsilon_sets_a_floor_on_the_gradient() -> None:
    # eps = 1e-8 inside the root: 1e-4 on the gradient for AdaGrad's first step, sqrt(10) times that for RMSprop's,
    # whose average has so far seen only a tenth of g^2.
    zero, g = np.zeros(2), np.array([1e-4, np.sqrt(10) * 1e-4])
    np.testing.assert_allclose(-adagrad_step(zero, zero, g, 1.0)[0][0], 1 / np.sqrt(2), rtol=1e-9)
    np.testing.assert_allclose(-rmsprop_step(zero, zero, g, 1.0)[0][1], np.sqrt(10) / np.sqrt(2), rtol=1e-9)


def test_without_memory_rmsprop_keeps_only_the_sign(tape: Tape) -> None:
    g = returns()[:, :2]
    run = follow(rmsprop_step, tape(g), len(g), eta=0.1, rho=0.0, eps=0.0)
    np.testing.assert_allclose(np.diff(run.thetas, axis=0), -0.1 * np.sign(g), rtol=1e-12)
