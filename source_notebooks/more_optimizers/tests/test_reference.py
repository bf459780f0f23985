"""The reference against Keras' own optimizers, and against closed forms where Keras does otherwise.

Keras casts the betas by way of float32, so constants are exact in binary; the tolerances are those of float64.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from tps.more_optimizers.exercises.nadam.mistakes import mistakes as nadam_mistakes
from tps.more_optimizers.reference import (
    adadelta_step,
    adamw_step,
    amsgrad_step,
    clip_by_global_norm,
    nadam_step,
    warmup_cosine,
)
from tps.optimizers.reference import adam_step, rmsprop_step

from course.experiments.training import backend
from course.workshop.problems import Array, Problem, quadratic
from course.workshop.trajectories import follow

# TensorFlow's tensors do not take numpy 2's `copy` argument yet; nothing that we call can change that.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

STEPS, ETA = 40, 1 / 32
EXACT: dict[str, float] = {"beta_1": 0.5, "beta_2": 0.75}


@pytest.fixture(scope="module")
def keras() -> Iterator[ModuleType]:
    """Keras in float64: with the default floatx the learning rate would be rounded to float32."""
    found = backend.load()
    if found.backend.backend() != "tensorflow":
        pytest.skip(f"Keras was already started on {found.backend.backend()}")
    before = found.config.floatx()
    found.config.set_floatx("float64")
    yield found
    found.config.set_floatx(before)


@pytest.fixture(scope="module")
def problem() -> Problem:
    rng = np.random.default_rng(5)
    rotation = np.linalg.qr(rng.standard_normal((5, 5)))[0]
    return quadratic([0.1, 0.5, 1.0, 2.0, 5.0], rotation=rotation, start=rng.standard_normal(5))


@pytest.fixture
def keras_run(keras: ModuleType, problem: Problem) -> Callable[..., Array]:
    """Run a Keras optimizer on the problem; returns its iterates (T+1, 5)."""

    def run(optimizer: Any, first: int = 0) -> Array:
        variable = keras.Variable(problem.start, dtype="float64")
        optimizer.build([variable])
        optimizer.iterations.assign(first)
        thetas = [problem.start]
        for _ in range(STEPS):
            gradient = keras.ops.convert_to_tensor(problem.gradient(thetas[-1]), dtype="float64")
            optimizer.apply([gradient], [variable])
            thetas.append(variable.numpy().copy())
        return np.stack(thetas)

    return run


def same(ours: Array, theirs: Array, atol: float = 1e-12) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=atol)


def test_amsgrad(keras: ModuleType, keras_run: Callable[..., Array], problem: Problem) -> None:
    theirs = keras_run(keras.optimizers.Adam(ETA, **EXACT, epsilon=0.0, amsgrad=True))
    same(follow(amsgrad_step, problem, STEPS, eta=ETA, eps=0.0, **EXACT).thetas, theirs)
    adam = keras_run(keras.optimizers.Adam(ETA, **EXACT, epsilon=0.0))
    assert np.abs(adam - theirs).max() > 1e-3, "on this problem the maximum makes a difference"


def test_adamw(keras: ModuleType, keras_run: Callable[..., Array], problem: Problem) -> None:
    theirs = keras_run(keras.optimizers.AdamW(ETA, weight_decay=0.5, **EXACT, epsilon=0.0))
    same(follow(adamw_step, problem, STEPS, eta=ETA, weight_decay=0.5, eps=0.0, **EXACT).thetas, theirs)
    by_default = follow(adamw_step, problem, STEPS, eta=ETA, eps=0.0).thetas
    same(by_default, keras_run(keras.optimizers.AdamW(ETA, epsilon=0.0)), atol=1e-5)  # 0.004 and the betas in float32


def test_nadam_where_keras_has_warmed_its_momentum_up(
    keras: ModuleType, keras_run: Callable[..., Array], problem: Problem
) -> None:
    """From step 3000 on its beta_1 is constant to the last digit. beta_2 = 0: there the other correction is 1. The rate
    is small enough that no gradient changes its sign, where the last digit would decide."""
    theirs = keras_run(keras.optimizers.Nadam(ETA / 16, beta_1=0.5, beta_2=0.0, epsilon=0.0), first=3000)
    same(follow(nadam_step, problem, STEPS, eta=ETA / 16, beta_1=0.5, beta_2=0.0, eps=0.0).thetas, theirs)


def test_nadam_with_the_momentum_warmed_up_is_keras_from_the_start(
    keras: ModuleType, keras_run: Callable[..., Array], problem: Problem
) -> None:
    """The published convention that the catalogue names."""
    theirs = keras_run(keras.optimizers.Nadam(ETA, **EXACT, epsilon=0.0))
    wrong = next(wrong.function for wrong in nadam_mistakes if wrong.id == "momentum-warmed-up")

    def warmed(theta: Array, m: Array, v: Array, grad: Array, t: int, eta: float) -> tuple[Array, Array, Array]:
        return wrong(theta, m, v, grad, t, eta, **EXACT, eps=0.0)

    same(follow(warmed, problem, STEPS, eta=ETA).thetas, theirs, atol=1e-8)  # its 0.96 went through float32


def test_nadam_without_momentum_is_adam_without_momentum(problem: Problem) -> None:
    one, other = (follow(step, problem, STEPS, eta=ETA, beta_1=0.0) for step in (nadam_step, adam_step))
    same(one.thetas, other.thetas, atol=1e-15)


def test_nadam_is_adam_one_update_later(problem: Problem) -> None:
    """Its numerator is Adam's m_hat of the next step, if the corrected gradient comes once more."""
    theta, m, v, g, t = problem.start, np.full(5, 0.3), np.ones(5), np.arange(5.0), 3
    _, m_now, _ = adam_step(theta, m, v, g, t, 1.0)
    again = g * (1 - 0.9 ** (t + 1)) / (1 - 0.9**t)
    _, m_next, _ = adam_step(theta, m_now, v, again, t + 1, 1.0)
    moved, _, v_now = nadam_step(theta, m, v, g, t, 1.0, eps=0.0)
    same(theta - moved, m_next / (1 - 0.9 ** (t + 1)) / np.sqrt(v_now / (1 - 0.999**t)))


@pytest.mark.parametrize("eps", [2.0**-20, 2.0**-6])
def test_adadelta(keras: ModuleType, keras_run: Callable[..., Array], problem: Problem, eps: float) -> None:
    theirs = keras_run(keras.optimizers.Adadelta(0.5, rho=0.9, epsilon=eps))
    same(follow(adadelta_step, problem, STEPS, eta=0.5, rho=0.9, eps=eps).thetas, theirs)
    assert np.abs(follow(adadelta_step, problem, STEPS, eta=1.0, rho=0.9, eps=eps).thetas - theirs).max() > 1e-4


def test_adadelta_does_not_depend_on_the_unit_of_the_loss_and_moves_in_that_of_theta(problem: Problem) -> None:
    """Its first step is sqrt(eps / (1 - rho)) long for any gradient; RMSprop's, at the rate sqrt(eps)."""
    theta, zero = np.zeros(3), np.zeros(3)
    for scale in (1.0, 1e4):
        moved = adadelta_step(theta, zero, zero, scale * np.array([300.0, -20.0, 5.0]))[0]
        np.testing.assert_allclose(moved, np.sqrt(1e-6 / 0.05) * np.array([-1, 1, -1]), rtol=1e-6)
    g = np.array([300.0, -20.0, 5.0])
    rms = rmsprop_step(theta, zero, g, np.sqrt(1e-6), 0.95, 1e-6)[0]
    same(adadelta_step(theta, zero, zero, g)[0], rms, atol=1e-18)


@pytest.mark.parametrize("max_norm", [0.5, 4.0, 5.0, 7.5])
def test_clipping(keras: ModuleType, max_norm: float) -> None:
    grads = [np.array([[3.0, 0.0], [0.0, 0.0]]), np.array([0.0, 4.0])]
    optimizer = keras.optimizers.SGD(1.0, global_clipnorm=max_norm)
    variables = [keras.Variable(np.zeros(grad.shape), dtype="float64") for grad in grads]
    optimizer.build(variables)
    optimizer.apply([keras.ops.convert_to_tensor(grad) for grad in grads], variables)
    clipped = clip_by_global_norm(*grads, max_norm)
    for ours, theirs, grad in zip(clipped, variables, grads, strict=True):
        same(ours, -theirs.numpy(), atol=1e-15)
        same(ours, grad * min(1.0, max_norm / 5.0), atol=1e-15)


@pytest.mark.parametrize("constants", [(0.25, 8, 32, 0.125), (0.25, 8, 32, 0.0), (1.0, 4, 8, 0.5)])
def test_warm_up_and_cosine(keras: ModuleType, constants: tuple[float, int, int, float]) -> None:
    top, warmup, decay, alpha = constants
    theirs = keras.optimizers.schedules.CosineDecay(0.0, decay, alpha, warmup_target=top, warmup_steps=warmup)
    for t in range(warmup + 2 * decay):
        # Keras computes its schedules in float32.
        assert warmup_cosine(t, top, warmup, decay, alpha) == pytest.approx(float(theirs(t)), rel=1e-6, abs=1e-7)


def test_without_warm_up_the_fall_begins_at_the_top(keras: ModuleType) -> None:
    theirs = keras.optimizers.schedules.CosineDecay(0.25, 32)
    for t in range(40):
        assert warmup_cosine(t, 0.25, 0, 32) == pytest.approx(float(theirs(t)), rel=1e-6, abs=1e-7)


def test_amsgrad_walks_where_adam_does_not() -> None:
    """Reddi, Kale and Kumar 2018: the losses 3x, -x, -x on [-1, 1]. Adam is at the worst point after each block."""

    def ends(step: Callable[..., Any], states: int) -> list[float]:
        x, state, found = np.ones(1), [np.zeros(1)] * states, []
        for t in range(1, 901):
            slope = np.array([3.0 if t % 3 == 1 else -1.0])
            x, *state = step(x, *state, slope, t, 0.5 / np.sqrt(t), beta_1=0.0, beta_2=0.1)
            x = np.clip(x, -1, 1)
            found += [float(x[0])] if t % 3 == 0 else []
        return found

    assert min(ends(adam_step, 2)) > 0.99
    assert ends(amsgrad_step, 3)[-1] < -0.9


def test_the_decay_of_adamw_is_the_same_share_for_all_weights_and_that_in_the_gradient_is_not() -> None:
    sizes, rng = np.array([0.01, 1.0, 10.0]), np.random.default_rng(3)
    beside, inside = np.ones((40, 3)), np.ones((40, 3))
    states = [[np.zeros((40, 3))] * 2, [np.zeros((40, 3))] * 2]
    for t in range(1, 1501):
        noise = sizes * rng.standard_normal((40, 3))
        beside, *states[0] = adamw_step(beside, *states[0], noise, t, 0.001, weight_decay=0.5)
        inside, *states[1] = adam_step(inside, *states[1], noise + 0.5 * inside, t, 0.001)
    np.testing.assert_allclose(beside.mean(axis=0), np.exp(-0.001 * 0.5 * 1500), atol=0.05)
    assert inside.mean(axis=0)[0] < 0.1
    assert inside.mean(axis=0)[2] > 0.8
