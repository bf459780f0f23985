"""Gradient descent, momentum and Nesterov on quadratics, where theory says exactly what happens.

Closed forms: Goh 2017; Lessard, Recht and Packard 2016. x = eta lambda throughout.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tps.optimizers.reference import gradient_descent_step, momentum_step, nesterov_step

from course.workshop.problems import Array, Problem, quadratic
from course.workshop.trajectories import follow

# The modes of a rule on 1/2 lambda theta^2 are the roots of a polynomial in z: the error is a sum of powers z^t.
MODES: dict[Callable[..., Any], Callable[[float, float], Array]] = {
    momentum_step: lambda x, gamma: np.roots([1, -(1 + gamma - x), gamma]),
    nesterov_step: lambda x, gamma: np.roots([1, -(1 + gamma) * (1 - x), gamma * (1 - x)]),
}
# Largest stable x.
LIMITS: dict[Callable[..., Any], Callable[[float], float]] = {
    momentum_step: lambda gamma: 2 + 2 * gamma,
    nesterov_step: lambda gamma: (2 + 2 * gamma) / (1 + 2 * gamma),
}
# Constants tuned for curvatures mu...L, and the rate that they reach.
TUNED: dict[Callable[..., Any], Callable[[float, float], tuple[dict[str, Any], float]]] = {
    gradient_descent_step: lambda mu, L: ({"eta": 2 / (mu + L)}, (L / mu - 1) / (L / mu + 1)),
    momentum_step: lambda mu, L: (
        {
            "eta": (2 / (math.sqrt(mu) + math.sqrt(L))) ** 2,
            "gamma": ((math.sqrt(L) - math.sqrt(mu)) / (math.sqrt(L) + math.sqrt(mu))) ** 2,
        },
        (math.sqrt(L / mu) - 1) / (math.sqrt(L / mu) + 1),
    ),
    nesterov_step: lambda mu, L: (
        {"eta": 4 / (3 * L + mu), "gamma": (math.sqrt(3 * L / mu + 1) - 2) / (math.sqrt(3 * L / mu + 1) + 2)},
        1 - 2 / math.sqrt(3 * L / mu + 1),
    ),
}


def turned(eigenvalues: list[float]) -> Problem:
    """A quadratic whose axes are not its eigen-directions, and whose minimiser is not 0."""
    rng = np.random.default_rng(0)
    n = len(eigenvalues)
    rotation = np.linalg.qr(rng.standard_normal((n, n)))[0]
    return quadratic(eigenvalues, rotation=rotation, minimiser=rng.standard_normal(n), start=rng.standard_normal(n))


def errors(problem: Problem, thetas: Array) -> Array:
    """theta - minimiser, (T+1, n), along the eigen-directions, curvatures ascending."""
    return (thetas - problem.minimiser) @ np.linalg.eigh(problem.hessian)[1]


def one_step(step: Callable[..., Any], curvature: float, **constants: float) -> Array:
    """The matrix of one step on 1/2 curvature theta^2, read off from what the step does to (1, 0) and (0, 1)."""
    if step is gradient_descent_step:
        return np.array([[step(1.0, curvature, **constants)]])
    if step is nesterov_step:
        return np.array([step(theta, v, lambda p: curvature * p, **constants) for theta, v in np.eye(2)]).T
    return np.array([step(theta, v, curvature * theta, **constants) for theta, v in np.eye(2)]).T


def rate(step: Callable[..., Any], curvatures: Array, **constants: float) -> float:
    """By how much a step shrinks the error in the long run, in the worst direction: the spectral radius."""
    return max(np.abs(np.linalg.eigvals(one_step(step, c, **constants))).max() for c in curvatures)


def test_gradient_descent_shrinks_each_direction_by_its_own_factor() -> None:
    problem = turned([0.3, 1.0, 2.0, 7.0, 19.0])
    run = errors(problem, follow(gradient_descent_step, problem, 60, eta=0.1).thetas)
    factors = 1 - 0.1 * problem.eigenvalues
    np.testing.assert_allclose(run, run[0] * factors ** np.arange(61)[:, None], atol=1e-13)


@pytest.mark.parametrize("step", MODES)
@pytest.mark.parametrize("gamma", [0.3, 0.9])
def test_a_run_is_the_sum_of_its_two_modes(step: Callable[..., Any], gamma: float) -> None:
    problem = turned([0.05, 0.4, 1.0, 7.0, 13.0])  # both real and complex roots occur
    run = errors(problem, follow(step, problem, 80, eta=0.1, gamma=gamma).thetas)
    t = np.arange(81)
    for i, curvature in enumerate(problem.eigenvalues):
        z = MODES[step](0.1 * curvature, gamma).astype(complex)
        # v = 0 at the start: as if theta had stood still, so the modes add up to 1 at t = 0 and at t = -1.
        weights = np.linalg.solve(np.array([np.ones(2), 1 / z]), np.ones(2))
        np.testing.assert_allclose(run[:, i], run[0, i] * (weights @ z[:, None] ** t).real, atol=1e-12)


@pytest.mark.parametrize("curvature", [0.01, 1.0, 400.0])
@pytest.mark.parametrize(
    ("step", "gamma"),
    [(gradient_descent_step, None), *((step, gamma) for step in LIMITS for gamma in (0.0, 0.3, 0.9, 0.99))],
)
def test_stability_ends_exactly_where_theory_says(
    step: Callable[..., Any], gamma: float | None, curvature: float
) -> None:
    hyper: dict[str, Any] = {} if gamma is None else {"gamma": gamma}
    limit = (2 if gamma is None else LIMITS[step](gamma)) / curvature
    problem = quadratic([curvature])
    inside = follow(step, problem, 3000, eta=0.995 * limit, **hyper)
    outside = follow(step, problem, 600, eta=1.005 * limit, **hyper)
    assert abs(inside.thetas[-1, 0]) < 1e-5
    assert not abs(outside.thetas[-1, 0]) < 100  # nan, too, is divergence


def test_nesterov_is_stable_in_a_smaller_region_than_the_heavy_ball() -> None:
    problem = quadratic([1.0])
    eta = 2.0  # between 3.8/2.8 and 3.8
    assert abs(follow(momentum_step, problem, 500, eta=eta, gamma=0.9).thetas[-1, 0]) < 1e-6
    assert not abs(follow(nesterov_step, problem, 500, eta=eta, gamma=0.9).thetas[-1, 0]) < 1e6


@pytest.mark.parametrize(
    ("step", "printed", "steps"),
    [(gradient_descent_step, 0.98020, 691), (nesterov_step, 0.88472, 113), (momentum_step, 0.81818, 69)],
)
def test_tuned_rates_at_condition_number_100(step: Callable[..., Any], printed: float, steps: int) -> None:
    constants, theory = TUNED[step](1.0, 100.0)
    measured = rate(step, np.geomspace(1, 100, 41), **constants)
    assert measured == pytest.approx(theory, abs=1e-6)  # a double root is only known to about 1e-8
    assert round(measured, 5) == printed
    assert math.ceil(math.log(1e-6) / math.log(measured)) == steps
    for name in constants:  # the best constants: every small change makes the worst direction slower
        for change in (0.98, 1.02):
            assert rate(step, np.geomspace(1, 100, 41), **{**constants, name: change * constants[name]}) > measured


def test_steps_to_a_millionth_seen_in_a_run() -> None:
    problem = turned([1.0, 100.0])
    needed = {}
    for step in TUNED:
        run = follow(step, problem, 700, **TUNED[step](1.0, 100.0)[0])
        distance = np.linalg.norm(run.thetas - problem.minimiser, axis=1)
        needed[step] = int(np.argmax(distance <= 1e-6 * distance[0]))
    assert needed[gradient_descent_step] == 691
    # A double root costs a factor that grows with t, so the accelerated rules need some steps more than the rate says.
    assert 69 < needed[momentum_step] < needed[nesterov_step] < 160
    assert needed[nesterov_step] > 113


@pytest.mark.parametrize("x", [0.01, 0.1, 0.5])
def test_critical_damping_of_the_heavy_ball(x: float) -> None:
    gamma = (1 - math.sqrt(x)) ** 2
    best = rate(momentum_step, np.array([1.0]), eta=x, gamma=gamma)
    assert best == pytest.approx(math.sqrt(gamma), abs=1e-6)
    assert best < min(rate(momentum_step, np.array([1.0]), eta=x, gamma=c * gamma) for c in (0.9, 0.98, 1.02, 1.1))
    problem = quadratic([1.0])
    over, under = (follow(momentum_step, problem, 300, eta=x, gamma=c * gamma).thetas[:, 0] for c in (0.9, 1.1))
    assert np.all(over > 0), "less momentum creeps to the minimiser from one side"
    assert np.any(under < 0), "more momentum overshoots it"


@pytest.mark.parametrize("gamma", [0.5, 0.9, 0.99])
def test_a_swinging_heavy_ball_slows_down_at_root_gamma_whatever_the_curvature(gamma: float) -> None:
    low, high = (1 - math.sqrt(gamma)) ** 2, (1 + math.sqrt(gamma)) ** 2
    for x in np.linspace(low, high, 22)[1:-1]:
        both = np.abs(np.linalg.eigvals(one_step(momentum_step, x, eta=1.0, gamma=gamma)))
        np.testing.assert_allclose(both, math.sqrt(gamma), rtol=1e-9)


def three_pieces() -> Problem:
    """Lessard, Recht and Packard 2016: a convex function of curvature 1 between 1 and 2, and 25 outside."""

    def value(theta: Array) -> float:
        x = theta[0]
        return 12.5 * x**2 if x < 1 else 0.5 * x**2 + 24 * x - 12 if x < 2 else 12.5 * x**2 - 24 * x + 36

    def gradient(theta: Array) -> Array:
        x = theta[0]
        return np.array([25 * x if x < 1 else x + 24 if x < 2 else 25 * x - 24])

    start = np.array([3.3])
    return Problem("three pieces", value, gradient, np.zeros(1), np.array([[25.0]]), start, "Convex, mu = 1, L = 25.")


def test_the_heavy_ball_can_cycle_for_ever_on_a_convex_function() -> None:
    constants, _ = TUNED[momentum_step](1.0, 25.0)
    assert constants == pytest.approx({"eta": 1 / 9, "gamma": 4 / 9})
    last = follow(momentum_step, three_pieces(), 600, **constants)
    cycle = last.thetas[-3:, 0]
    np.testing.assert_allclose(np.sort(cycle), [-1.8024, 0.6465, 2.1159], atol=5e-5)
    np.testing.assert_allclose(last.thetas[-300:-297, 0], cycle, rtol=1e-12)
    assert last.gradients[-3:].sum() == pytest.approx(0, abs=1e-9), "around a cycle the slopes cancel"


@pytest.mark.parametrize("step", [gradient_descent_step, nesterov_step])
def test_the_others_do_not_cycle_there(step: Callable[..., Any]) -> None:
    constants, _ = TUNED[step](1.0, 25.0)
    assert abs(follow(step, three_pieces(), 600, **constants).thetas[-1, 0]) < 1e-12


@pytest.mark.parametrize("step", [momentum_step, nesterov_step])
def test_without_momentum_there_is_only_gradient_descent(step: Callable[..., Any]) -> None:
    problem = turned([1.0, 5.0, 9.0])
    plain = follow(gradient_descent_step, problem, 30, eta=0.1)
    np.testing.assert_array_equal(follow(step, problem, 30, eta=0.1, gamma=0.0).thetas, plain.thetas)


@pytest.mark.parametrize("step", [momentum_step, nesterov_step])
def test_a_change_of_rate_does_not_touch_the_velocity(tape: Callable[..., Problem], step: Callable[..., Any]) -> None:
    # One kick, and a learning rate that is 0 ever after. eta is inside the velocity, so the ball rolls on: by 1, gamma,
    # gamma^2, ... With eta outside it, as PyTorch and optax have it, it would stop dead.
    run = follow(step, tape([[-1.0]] + [[0.0]] * 19), 20, eta=lambda t: 1.0 if t == 0 else 0.0, gamma=0.5)
    np.testing.assert_array_equal(np.diff(run.thetas[:, 0]), 0.5 ** np.arange(20))
    np.testing.assert_array_equal(run.states["v"][1:], -np.diff(run.thetas, axis=0))  # v is what theta moved by
