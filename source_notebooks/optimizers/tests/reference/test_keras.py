"""The rules against Keras' optimizers: an implementation written by others, step by step on the same gradients.

Keras casts gamma and the betas by way of float32, so constants are exact in binary here (0.5, 0.75, ...) and the
tolerances are those of float64; one test holds the defaults, at float32 tolerance.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
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
    step_decay,
)

from course.workshop.problems import Array, Problem, quadratic
from course.workshop.trajectories import follow

# TensorFlow's tensors do not take numpy 2's `copy` argument yet; nothing that we call can change that.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

STEPS = 50
ETA = 0.125


@pytest.fixture(scope="module")
def problem() -> Problem:
    rng = np.random.default_rng(5)
    rotation = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    return quadratic([0.1, 0.5, 1.0, 2.0, 5.0], rotation=rotation, start=rng.standard_normal(5))


@pytest.fixture
def keras_run(keras: ModuleType, problem: Problem) -> Callable[..., Array]:
    """Run a Keras optimizer on the problem; returns its iterates (T+1, 5)."""

    def run(optimizer: Any, eta: Callable[[int], float] | None = None) -> Array:
        variable = keras.Variable(problem.start, dtype="float64")
        optimizer.build([variable])
        thetas = [problem.start]
        for t in range(STEPS):
            if eta is not None:
                optimizer.learning_rate = eta(t)
            gradient = keras.ops.convert_to_tensor(problem.gradient(thetas[-1]), dtype="float64")
            optimizer.apply([gradient], [variable])
            thetas.append(variable.numpy().copy())
        return np.stack(thetas)

    return run


def test_gradient_descent(keras: ModuleType, keras_run: Callable[..., Array], problem: Problem) -> None:
    run = follow(gradient_descent_step, problem, STEPS, eta=ETA)
    np.testing.assert_allclose(run.thetas, keras_run(keras.optimizers.SGD(ETA)), rtol=0, atol=1e-14)


@pytest.mark.parametrize("gamma", [0.5, 0.875])
def test_momentum(keras: ModuleType, keras_run: Callable[..., Array], problem: Problem, gamma: float) -> None:
    run = follow(momentum_step, problem, STEPS, eta=ETA, gamma=gamma)
    theirs = keras_run(keras.optimizers.SGD(ETA, momentum=gamma))
    np.testing.assert_allclose(run.thetas, theirs, rtol=0, atol=1e-14)


def test_momentum_keeps_the_learning_rate_inside_the_velocity(
    keras: ModuleType, keras_run: Callable[..., Array], problem: Problem
) -> None:
    def eta(t: int) -> float:
        return step_decay(t, 0.25, 0.5, 10)

    run = follow(momentum_step, problem, STEPS, eta=eta, gamma=0.75)
    theirs = keras_run(keras.optimizers.SGD(0.25, momentum=0.75), eta)
    np.testing.assert_allclose(run.thetas, theirs, rtol=0, atol=1e-14)


@pytest.mark.parametrize("gamma", [0.5, 0.875])
def test_nesterov_in_the_variable_that_keras_stores(
    keras: ModuleType, keras_run: Callable[..., Array], problem: Problem, gamma: float
) -> None:
    run = follow(nesterov_step, problem, STEPS, eta=ETA, gamma=gamma)
    theirs = keras_run(keras.optimizers.SGD(ETA, momentum=gamma, nesterov=True))
    phi = run.thetas - gamma * run.states["v"]
    np.testing.assert_allclose(phi, theirs, rtol=0, atol=1e-14)
    assert np.abs(run.thetas - theirs).max() > 1e-2, "theta itself is another point"


@pytest.mark.parametrize("eps", [2.0**-24, 2.0**-6])
@pytest.mark.parametrize("rho", [0.75, 0.9])
def test_rmsprop(keras: ModuleType, keras_run: Callable[..., Array], problem: Problem, rho: float, eps: float) -> None:
    run = follow(rmsprop_step, problem, STEPS, eta=ETA / 4, rho=rho, eps=eps)
    theirs = keras_run(keras.optimizers.RMSprop(ETA / 4, rho=rho, epsilon=eps))
    np.testing.assert_allclose(run.thetas, theirs, rtol=0, atol=1e-14)


@pytest.mark.parametrize("eps", [2.0**-24, 2.0**-6])
def test_adagrad_started_at_zero(
    keras: ModuleType, keras_run: Callable[..., Array], problem: Problem, eps: float
) -> None:
    run = follow(adagrad_step, problem, STEPS, eta=ETA, eps=eps)
    theirs = keras_run(keras.optimizers.Adagrad(ETA, initial_accumulator_value=0.0, epsilon=eps))
    np.testing.assert_allclose(run.thetas, theirs, rtol=0, atol=1e-14)
    by_default = keras_run(keras.optimizers.Adagrad(ETA, epsilon=eps))
    assert np.abs(run.thetas - by_default).max() > 1e-3, "Keras starts the accumulator at 0.1"


@pytest.mark.parametrize(("beta_1", "beta_2"), [(0.5, 0.75), (0.875, 0.96875)])
def test_adam_without_epsilon(
    keras: ModuleType, keras_run: Callable[..., Array], problem: Problem, beta_1: float, beta_2: float
) -> None:
    run = follow(adam_step, problem, STEPS, eta=ETA / 4, beta_1=beta_1, beta_2=beta_2, eps=0.0)
    theirs = keras_run(keras.optimizers.Adam(ETA / 4, beta_1=beta_1, beta_2=beta_2, epsilon=0.0))
    np.testing.assert_allclose(run.thetas, theirs, rtol=0, atol=1e-12)


@pytest.mark.parametrize("eps_hat", [2.0**-20, 2.0**-4])
def test_adam_with_the_epsilon_that_makes_it_keras(
    keras: ModuleType, keras_run: Callable[..., Array], problem: Problem, eps_hat: float
) -> None:
    beta_1, beta_2 = 0.5, 0.75

    def with_eps_hat(theta: Array, m: Array, v: Array, grad: Array, t: int, eta: float) -> tuple[Array, Array, Array]:
        # Keras divides by sqrt(vh) + e, e = eps_hat / sqrt(1 - beta_2^t); that is sqrt(vh + eps) for
        # eps = e^2 + 2 e sqrt(vh), another one at each coordinate and step.
        new_v = adam_step(theta, m, v, grad, t, eta, beta_1, beta_2)[2]
        e = eps_hat / np.sqrt(1 - beta_2**t)
        eps = e**2 + 2 * e * np.sqrt(new_v / (1 - beta_2**t))
        return adam_step(theta, m, v, grad, t, eta, beta_1, beta_2, eps)

    theirs = keras_run(keras.optimizers.Adam(ETA / 4, beta_1=beta_1, beta_2=beta_2, epsilon=eps_hat))
    np.testing.assert_allclose(follow(with_eps_hat, problem, STEPS, eta=ETA / 4).thetas, theirs, rtol=0, atol=1e-12)
    plain = follow(adam_step, problem, STEPS, eta=ETA / 4, beta_1=beta_1, beta_2=beta_2, eps=eps_hat).thetas
    assert np.abs(plain - theirs).max() > 1e-6, "the same number as eps is another rule"


def test_the_defaults_agree_at_float32(keras: ModuleType, keras_run: Callable[..., Array], problem: Problem) -> None:
    optimizers = keras.optimizers
    momentum = follow(momentum_step, problem, STEPS, eta=0.1).thetas
    nesterov = follow(nesterov_step, problem, STEPS, eta=0.1)
    adam = follow(adam_step, problem, STEPS, eta=0.1, eps=0.0).thetas
    rmsprop = follow(rmsprop_step, problem, STEPS, eta=0.01, eps=1e-7).thetas
    assert np.abs(momentum - keras_run(optimizers.SGD(0.1, momentum=0.9))).max() < 1e-6
    phi = nesterov.thetas - 0.9 * nesterov.states["v"]
    assert np.abs(phi - keras_run(optimizers.SGD(0.1, momentum=0.9, nesterov=True))).max() < 1e-6
    assert np.abs(adam - keras_run(optimizers.Adam(0.1, epsilon=0.0))).max() < 1e-5
    assert np.abs(rmsprop - keras_run(optimizers.RMSprop(0.01))).max() < 1e-13


@pytest.mark.parametrize("t", [0, 1, 7, 8, 9, 15, 16, 100])
def test_schedules(keras: ModuleType, t: int) -> None:
    schedule = keras.optimizers.schedules.ExponentialDecay
    stairs = schedule(0.25, decay_steps=8, decay_rate=0.5, staircase=True)
    smooth = schedule(0.25, decay_steps=8, decay_rate=0.5)
    assert step_decay(t, 0.25, 0.5, 8) == float(stairs(t))
    # Keras computes its schedules in float32: exact above, where every number is a power of two, but not here.
    assert exponential_decay(t, 0.25, np.log(2) / 8) == pytest.approx(float(smooth(t)), rel=1e-6)
