"""Adam: what the first step can and cannot show, the averages as pandas computes them, how long a step can be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from tps.optimizers.reference import adam_step

from course.workshop.problems import Array, Problem
from course.workshop.trajectories import follow

Tape = Callable[[ArrayLike], Problem]
BETAS = [(0.9, 0.999), (0.8, 0.95), (0.5, 0.5), (0.99, 0.9)]


def jumping_gradients() -> Array:
    """(300, 3): both signs, eight orders of magnitude, and runs of exact zeros."""
    rng = np.random.default_rng(7)
    g = rng.standard_normal((300, 3)) * 10.0 ** rng.uniform(-6, 2, (300, 3))
    g[40:60] = 0
    g[:5, 2] = 0
    return g


@settings(deadline=None)
@given(
    g=st.floats(1e-3, 1e6) | st.floats(-1e6, -1e-3),
    beta_1=st.floats(0, 0.999),
    beta_2=st.floats(0, 0.9999),
    eta=st.floats(1e-4, 10),
)
def test_the_first_step_has_length_eta_whatever_the_gradient_and_the_betas(
    g: float, beta_1: float, beta_2: float, eta: float
) -> None:
    theta, _, _ = adam_step(0.0, 0.0, 0.0, g, 1, eta, beta_1=beta_1, beta_2=beta_2, eps=0)
    assert theta == pytest.approx(-eta * np.sign(g), rel=1e-9)


def test_the_default_epsilon_is_a_floor_of_one_ten_thousandth_on_the_gradient() -> None:
    # Inside the root eps = 1e-8 weighs as much as a gradient of 1e-4; outside it, this step would have length 1.
    theta, _, _ = adam_step(np.zeros(3), np.zeros(3), np.zeros(3), np.array([1e-2, 1e-4, 1e-6]), 1, 1.0)
    np.testing.assert_allclose(-theta, [1 / np.sqrt(1.0001), 1 / np.sqrt(2), 1 / np.sqrt(10001)], rtol=1e-9)


@pytest.mark.parametrize("eps", [1e-8, 1e-3])
@pytest.mark.parametrize(("beta_1", "beta_2"), BETAS)
def test_each_step_is_a_ratio_of_the_averages_that_pandas_computes(
    tape: Tape, beta_1: float, beta_2: float, eps: float
) -> None:
    g = jumping_gradients()
    run = follow(adam_step, tape(g), len(g), eta=0.01, beta_1=beta_1, beta_2=beta_2, eps=eps)
    m_hat = pd.DataFrame(g).ewm(alpha=1 - beta_1, adjust=True).mean().to_numpy()
    v_hat = pd.DataFrame(g**2).ewm(alpha=1 - beta_2, adjust=True).mean().to_numpy()
    t = np.arange(1, len(g) + 1)[:, None]
    np.testing.assert_allclose(run.states["m"][1:] / (1 - beta_1**t), m_hat, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(run.states["v"][1:] / (1 - beta_2**t), v_hat, rtol=1e-9, atol=1e-13)
    np.testing.assert_allclose(np.diff(run.thetas, axis=0), -0.01 * m_hat / np.sqrt(v_hat + eps), rtol=1e-9, atol=1e-13)


def test_bias_correction_keeps_the_steps_from_starting_too_large(tape: Tape) -> None:
    run = follow(adam_step, tape(np.full((2500, 1), -3.0)), 2500, eta=1.0, eps=0.0)
    np.testing.assert_allclose(np.diff(run.thetas[:, 0]), 1, rtol=1e-9)  # a constant gradient: every step is eta
    # The stored averages are not corrected. A rule that used them as they are would make steps of this length:
    t = np.arange(1, 2501)
    raw = np.abs(run.states["m"][1:, 0]) / np.sqrt(run.states["v"][1:, 0])
    np.testing.assert_allclose(raw, (1 - 0.9**t) / np.sqrt(1 - 0.999**t), rtol=1e-9)
    assert round(raw[0], 3) == 3.162
    assert (np.argmax(raw) + 1, round(raw.max(), 3)) == (12, 6.569)
    assert t[raw >= 1.05].max() + 1 == 2375


@pytest.mark.parametrize(("beta_1", "beta_2"), [*BETAS, (0.9, 0.98), (0.0, 0.9), (0.5, 0.99)])
def test_a_gradient_after_a_long_silence(beta_1: float, beta_2: float) -> None:
    theta, _, _ = adam_step(0.0, 0.0, 0.0, 5.0, 10**6, 1.0, beta_1=beta_1, beta_2=beta_2, eps=0)
    assert -theta == pytest.approx((1 - beta_1) / np.sqrt(1 - beta_2), rel=1e-9)
    if (beta_1, beta_2) == (0.9, 0.999):
        assert round(float(-theta), 4) == 3.1623


def longest_step(t: int, beta_1: float, beta_2: float) -> float:
    """The largest |mh| / sqrt(vh) after t gradients.

    By Cauchy and Schwarz: mh = sum a g <= sqrt(sum a^2 / c) sqrt(sum c g^2), where sum c g^2 = vh.
    """
    age = np.arange(t)
    a, c = beta_1**age / np.sum(beta_1**age), beta_2**age / np.sum(beta_2**age)
    return float(np.sqrt(np.sum(a**2 / c)))


@settings(deadline=None, max_examples=60)
@given(
    series=st.lists(st.floats(-1e3, 1e3).filter(lambda g: g == 0 or abs(g) > 1e-3), min_size=2, max_size=40),
    betas=st.sampled_from([*BETAS, (0.9, 0.98)]),
)
def test_no_series_of_gradients_makes_a_longer_step(
    tape: Tape, series: list[float], betas: tuple[float, float]
) -> None:
    n = len(series)
    run = follow(adam_step, tape(np.c_[series]), n, eta=1.0, beta_1=betas[0], beta_2=betas[1], eps=1e-30)
    limit = np.array([longest_step(t, *betas) for t in range(1, n + 1)])
    assert np.all(np.abs(np.diff(run.thetas[:, 0])) <= limit * (1 + 1e-9))


@pytest.mark.parametrize(("beta_1", "beta_2", "longest"), [(0.9, 0.999, 7.270), (0.9, 0.98, 1.698)])
def test_growing_gradients_make_the_longest_step(tape: Tape, beta_1: float, beta_2: float, longest: float) -> None:
    # Equality in Cauchy-Schwarz: each gradient larger than the last by beta_2 / beta_1. So the paper's bounds (section
    # 2.1), 3.1623 eta for the first pair and eta for the second, are no bounds: they speak of a lone gradient.
    g = (beta_2 / beta_1) ** np.arange(400.0)[:, None]
    run = follow(adam_step, tape(g), 400, eta=1.0, beta_1=beta_1, beta_2=beta_2, eps=0.0)
    last = abs(run.thetas[-1, 0] - run.thetas[-2, 0])
    assert last == pytest.approx(longest_step(400, beta_1, beta_2), rel=1e-9)
    everlasting = (1 - beta_1) / np.sqrt((1 - beta_2) * (1 - beta_1**2 / beta_2))
    assert round(everlasting, 3) == longest
    assert longest_step(20_000, beta_1, beta_2) == pytest.approx(everlasting, rel=1e-6)
