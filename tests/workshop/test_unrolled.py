"""The unrolled rules: closed forms on quadratics, averages that pandas computes, and the step-by-step reference."""

import numpy as np
import pandas as pd
import pytest
from tps.optimizers.reference import rules

from course.workshop.problems import Problem, mean_variance, quadratic, ravine, rosenbrock, yield_curve
from course.workshop.trajectories import follow
from course.workshop.unrolled import RULES, adagrad, adam, gradient_descent, momentum, nesterov, rmsprop

EIGENVALUES = np.array([1.0, 4.0, 25.0])
STATES = {"gradient_descent": [], "momentum": ["v"], "nesterov": ["v"], "adagrad": ["r"], "rmsprop": ["r"]}
STATES["adam"] = ["m", "v"]


def axes() -> Problem:
    return quadratic(EIGENVALUES, start=[1.0, -2.0, 0.5])


def tape(gradients: np.ndarray) -> Problem:
    """A problem that answers with these gradients in turn, wherever it is asked."""
    answers = iter([*gradients, np.zeros(gradients.shape[1])])
    n = gradients.shape[1]
    return Problem("tape", lambda theta: 0.0, lambda theta: next(answers), np.zeros(n), np.eye(n), np.zeros(n), "")


def gradients_of_many_sizes(rng: np.random.Generator, steps: int = 60) -> np.ndarray:
    """(steps, 4): a size of its own for every entry, from 1e-4 to 1e2; one column starts with zeros."""
    g = rng.standard_normal((steps, 4)) * 10.0 ** rng.uniform(-4, 2, (steps, 4))
    g[:7, 2] = 0.0
    return g


def two_term(first: float, second: float, start: np.ndarray, t: np.ndarray) -> np.ndarray:
    """x_t for x_{t+1} = first x_t - second x_{t-1}, x_{-1} = x_0 = start, from the roots of z^2 - first z + second."""
    z1, z2 = np.roots([1.0, -first, second]).astype(complex)
    c1 = (1 - 1 / z2) / (1 / z1 - 1 / z2)
    return (start * (c1 * z1**t + (1 - c1) * z2**t)).real


def test_gradient_descent_contracts_each_direction_by_one_minus_eta_lambda() -> None:
    eta, t = 0.07, np.arange(41)[:, None]
    run = gradient_descent(axes(), 40, eta)
    np.testing.assert_allclose(run.thetas, axes().start * (1 - eta * EIGENVALUES) ** t, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(run.gradients, run.thetas * EIGENVALUES)


@pytest.mark.parametrize(("eta", "gamma"), [(0.03, 0.9), (0.05, 0.5), (0.1, 0.7), (0.02, 0.95)])
def test_momentum_follows_the_roots_of_its_recurrence(eta: float, gamma: float) -> None:
    run = momentum(axes(), 40, eta, gamma=gamma)
    for i, lam in enumerate(EIGENVALUES):
        expected = two_term(1 + gamma - eta * lam, gamma, axes().start[i], np.arange(41))
        np.testing.assert_allclose(run.thetas[:, i], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("eta", "gamma"), [(0.03, 0.9), (0.035, 0.5), (0.01, 0.7)])
def test_nesterov_follows_the_roots_of_its_recurrence(eta: float, gamma: float) -> None:
    run = nesterov(axes(), 40, eta, gamma=gamma)
    for i, lam in enumerate(EIGENVALUES):
        c = 1 - eta * lam
        expected = two_term(c * (1 + gamma), c * gamma, axes().start[i], np.arange(41))
        np.testing.assert_allclose(run.thetas[:, i], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    ("rule", "limit"),
    [
        (gradient_descent, 2.0),
        (momentum, 2 + 2 * 0.9),
        (nesterov, (2 + 2 * 0.9) / (1 + 2 * 0.9)),
    ],
)
def test_stability_limits(rule, limit: float) -> None:
    p = quadratic([1.0])
    assert abs(rule(p, 2000, 0.99 * limit).thetas[-1, 0]) < 1e-3
    assert not abs(rule(p, 2000, 1.01 * limit).thetas[-1, 0]) < 1e3


def test_nesterov_with_a_growing_coefficient_keeps_the_guarantee_for_convex_losses() -> None:
    """L(theta_T) - L* <= 2 lambda_max |theta_0 - theta*|^2 / (T + 1)^2 (Nesterov 1983): on a chain of springs."""
    n, steps = 80, 60
    spring = 2 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)
    chain = quadratic(*np.linalg.eigh(spring)[:1], rotation=np.linalg.eigh(spring)[1], start=np.ones(n))
    gap = nesterov(chain, steps, 1 / 4, gamma=lambda t: (t - 1) / (t + 2)).values[1:]
    assert np.all(gap <= 2 * 4 * n / (np.arange(1, steps + 1) + 1) ** 2)
    constant = nesterov(chain, steps, 1 / 4, gamma=0.0).values[1:]
    assert gap[-1] < constant[-1] / 2


def test_nesterov_records_the_gradients_at_the_look_ahead_points() -> None:
    run = nesterov(axes(), 20, 0.02, gamma=0.8)
    phi = run.thetas - 0.8 * run.states["v"]
    np.testing.assert_allclose(run.gradients[:-1], phi[:-1] * EIGENVALUES, rtol=1e-9, atol=1e-14)
    # and phi moves as Keras and PyTorch write it: phi <- phi - gamma v_new - eta g(phi)
    moved = phi[:-1] - 0.8 * run.states["v"][1:] - 0.02 * run.gradients[:-1]
    np.testing.assert_allclose(phi[1:], moved, rtol=1e-9, atol=1e-14)


def test_adagrad_under_a_constant_gradient_walks_like_one_over_root_t() -> None:
    g = np.array([3.0, -0.02])
    run = adagrad(tape(np.tile(g, (50, 1))), 50, 0.1, eps=0.0)
    t = np.arange(1, 51)[:, None]
    np.testing.assert_allclose(np.diff(run.thetas, axis=0), -0.1 * np.sign(g) / np.sqrt(t), rtol=1e-9)


@pytest.mark.parametrize("rule", [adagrad, rmsprop, adam])
def test_adaptive_rules_do_not_see_the_scale_of_a_coordinate(rule) -> None:
    g = np.random.default_rng(0).standard_normal((40, 3))
    run = rule(tape(g), 40, 0.1, eps=0.0)
    scaled = rule(tape(g * [1e-3, 1.0, 1e5]), 40, 0.1, eps=0.0)
    np.testing.assert_allclose(scaled.thetas, run.thetas, rtol=1e-10, atol=1e-12)


def test_rmsprop_r_is_the_exponentially_weighted_variance_of_riskmetrics() -> None:
    returns = 0.01 * np.random.default_rng(1).standard_normal((250, 2))
    run = rmsprop(tape(returns), 250, 0.1, rho=0.94)
    squares = pd.DataFrame(np.vstack([np.zeros(2), returns**2]))
    np.testing.assert_allclose(run.states["r"], squares.ewm(alpha=0.06, adjust=False).mean(), rtol=1e-12)


def test_the_first_step_of_adam_is_eta_times_the_sign() -> None:
    g = np.array([[1e-3, -5.0, 200.0]])
    for betas in ((0.9, 0.999), (0.0, 0.5), (0.99, 0.9)):
        run = adam(tape(g), 1, 0.2, beta_1=betas[0], beta_2=betas[1], eps=0.0)
        np.testing.assert_allclose(run.thetas[1], -0.2 * np.sign(g[0]), rtol=1e-12)


def test_eps_in_the_root_halves_the_step_of_a_gradient_of_its_root_over_root_three() -> None:
    run = adam(tape(np.array([[1e-4 / np.sqrt(3)]])), 1, 1.0)
    np.testing.assert_allclose(run.thetas[1], -0.5)


def test_adams_means_are_the_adjusted_averages_of_pandas() -> None:
    g = gradients_of_many_sizes(np.random.default_rng(2))
    run = adam(tape(g), len(g), 0.1, eps=1e-3)
    frame = pd.DataFrame(g)
    m_hat = frame.ewm(alpha=1 - 0.9, adjust=True).mean().to_numpy()
    v_hat = (frame**2).ewm(alpha=1 - 0.999, adjust=True).mean().to_numpy()
    np.testing.assert_allclose(np.diff(run.thetas, axis=0), -0.1 * m_hat / np.sqrt(v_hat + 1e-3), rtol=1e-9, atol=1e-14)
    t = np.arange(1, len(g) + 1)[:, None]
    np.testing.assert_allclose(run.states["m"][1:] / (1 - 0.9**t), m_hat, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(run.states["v"][1:] / (1 - 0.999**t), v_hat, rtol=1e-9, atol=1e-14)


def test_adam_under_a_constant_gradient_walks_at_eta() -> None:
    run = adam(tape(np.tile([0.3, -7.0], (100, 1))), 100, 0.05, eps=0.0)
    np.testing.assert_allclose(np.diff(run.thetas, axis=0), np.tile([-0.05, 0.05], (100, 1)), rtol=1e-10)


def test_no_step_of_adam_is_longer_than_its_bound_and_growing_gradients_reach_it() -> None:
    """Cauchy-Schwarz: |m|/sqrt(v) is at most (1-b1)/sqrt((1-b2)(1-b1^2/b2)), attained if gradients grow by b2/b1."""
    b1, b2 = 0.9, 0.99
    bound = (1 - b1) / np.sqrt((1 - b2) * (1 - b1**2 / b2))
    rng = np.random.default_rng(3)
    run = adam(tape(gradients_of_many_sizes(rng, 200)), 200, 1.0, beta_2=b2)
    late = np.abs(np.diff(run.thetas, axis=0))[100:]  # where both corrections are close to 1
    assert np.max(late) <= bound * np.sqrt(1 - b2**100) / (1 - b1**100)
    growing = adam(tape(((b2 / b1) ** np.arange(1500.0))[:, None]), 1500, 1.0, beta_2=b2)
    assert abs(np.diff(growing.thetas[-2:, 0])[0]) == pytest.approx(bound, rel=1e-6)


def test_a_lone_gradient_after_a_long_silence_steps_by_the_ratio_of_the_weights() -> None:
    bound = (1 - 0.5) / np.sqrt(1 - 0.9)
    lone = np.zeros((400, 1))
    lone[-1] = 1.0
    run = adam(tape(lone), 400, 1.0, beta_1=0.5, beta_2=0.9, eps=1e-30)
    assert abs(run.thetas[-1, 0]) == pytest.approx(bound, rel=1e-12)


@pytest.mark.parametrize("eta", [0.004, lambda t: 0.004 / (1 + t / 10)], ids=["constant", "falling"])
@pytest.mark.parametrize("make", [ravine, rosenbrock, mean_variance, yield_curve])
@pytest.mark.parametrize("name", RULES)
def test_unrolled_and_step_by_step_are_the_same_run(name: str, make, eta) -> None:
    step = getattr(rules, f"{name}_step")
    p = make()
    expected, run = follow(step, p, 60, eta=eta), RULES[name](p, 60, eta)
    # Two orders of summation: their rounding errors of 1e-16 grow by the condition of sixty steps.
    for part in ("thetas", "values", "gradients"):
        np.testing.assert_allclose(getattr(run, part), getattr(expected, part), rtol=1e-7, atol=1e-9, err_msg=part)
    assert list(run.states) == list(expected.states) == STATES[name]
    for state in run.states:
        np.testing.assert_allclose(run.states[state], expected.states[state], rtol=1e-7, atol=1e-9)


HYPER = {
    "momentum": {"gamma": 0.5},
    "nesterov": {"gamma": 0.5},
    "adagrad": {"eps": 1e-3},
    "rmsprop": {"rho": 0.6, "eps": 1e-3},
    "adam": {"beta_1": 0.6, "beta_2": 0.8, "eps": 1e-3},
}


@pytest.mark.parametrize("name", HYPER)
def test_hyper_parameters_mean_the_same_in_both_forms(name: str) -> None:
    g = gradients_of_many_sizes(np.random.default_rng(4))
    step = getattr(rules, f"{name}_step")
    expected = follow(step, tape(g), len(g), eta=0.1, **HYPER[name])
    run = RULES[name](tape(g), len(g), 0.1, **HYPER[name])
    np.testing.assert_allclose(run.thetas, expected.thetas, rtol=1e-9, atol=1e-12)
    default = RULES[name](tape(g), len(g), 0.1)
    assert not np.allclose(run.thetas, default.thetas)


@pytest.mark.parametrize("name", ["gradient_descent", "momentum", "nesterov"])
def test_a_run_that_leaves_the_finite_numbers_ends_in_nan_without_a_warning(name: str) -> None:
    run = RULES[name](rosenbrock(), 50, 1.0)
    alive = np.isfinite(run.values)
    assert 1 < alive.sum() < 20
    assert np.isnan(run.thetas[~alive]).all()


def test_another_start_and_its_shape() -> None:
    np.testing.assert_array_equal(adam(ravine(), 3, 0.1, start=np.array([5.0, 6.0])).thetas[0], [5.0, 6.0])
    with pytest.raises(ValueError, match="start has shape"):
        adam(ravine(), 3, 0.1, start=np.zeros(3))
