"""Following a step function: what it is called with, what is recorded, and what is refused in one line."""

import numpy as np
import pytest

from course.workshop.problems import Problem, noisy_quadratic, quadratic, ravine, rosenbrock
from course.workshop.trajectories import follow


def descend(theta, grad, eta):
    return theta - eta * grad


def two_states(theta, a, b, grad, t, eta, gain=1.0, lag=2.0):
    """Not a rule of the course: `a` counts the steps, `b` holds the last gradient."""
    return theta - eta * gain * grad, a + 1, grad


def look_ahead(theta, v, grad_fn, eta):
    """Not a rule of the course either: asks twice, and answers with the second."""
    grad_fn(theta)
    return theta - eta * grad_fn(theta + 1.0), v


def test_a_step_is_followed_to_its_closed_form() -> None:
    p = quadratic([1.0, 10.0], start=[3.0, -2.0])
    run = follow(descend, p, 50, eta=0.05)
    t = np.arange(51)[:, None]
    np.testing.assert_allclose(run.thetas, p.start * (1 - 0.05 * np.array([1.0, 10.0])) ** t, rtol=1e-12)
    np.testing.assert_allclose(run.gradients, run.thetas * [1.0, 10.0])
    np.testing.assert_allclose(run.values, 0.5 * (run.thetas**2 @ [1.0, 10.0]))
    assert run.states == {}


def test_states_start_at_zero_and_row_t_holds_what_stood_before_step_t() -> None:
    run = follow(two_states, ravine(), 4, eta=0.01)
    assert list(run.states) == ["a", "b"]
    np.testing.assert_array_equal(run.states["a"], np.arange(5)[:, None] * np.ones(2))
    np.testing.assert_array_equal(run.states["b"], np.vstack([np.zeros(2), run.gradients[:-1]]))


def test_the_step_counts_from_one_and_the_learning_rate_from_zero() -> None:
    seen: list[tuple[int, float]] = []

    def step(theta, grad, t, eta):
        seen.append((t, eta))
        return theta

    follow(step, ravine(), 3, eta=lambda t: 10.0 * t)
    assert seen == [(1, 0.0), (2, 10.0), (3, 20.0)]


def test_hyper_parameters_reach_the_step_and_defaults_stay() -> None:
    seen = []

    def step(theta, grad, eta, gain=1.0, lag=2.0):
        seen.append((gain, lag))
        return theta

    follow(step, ravine(), 1, eta=0.1, lag=5.0)
    assert seen == [(1.0, 5.0)]


def test_the_gradient_recorded_is_the_last_one_asked_for() -> None:
    p = quadratic([1.0, 2.0])
    run = follow(look_ahead, p, 3, eta=0.1)
    np.testing.assert_allclose(run.gradients[:-1], (run.thetas[:-1] + 1.0) * [1.0, 2.0])
    np.testing.assert_allclose(run.gradients[-1], run.thetas[-1] * [1.0, 2.0])


def test_a_noisy_gradient_is_drawn_once_a_step() -> None:
    p = noisy_quadratic(np.random.default_rng(0), [1.0, 2.0], 1.0)
    run = follow(two_states, p, 5, eta=0.1)
    draws = np.random.default_rng(0).standard_normal((6, 2))
    np.testing.assert_allclose(run.gradients, run.thetas * [1.0, 2.0] + draws)


def test_a_step_that_writes_into_its_arguments_cannot_alter_the_record() -> None:
    def vandal(theta, a, b, grad, eta):
        new = theta - eta * grad
        theta[:] = a[:] = grad[:] = 99.0
        b += 1.0
        return new, b, b

    p = ravine()
    start = np.array([1.0, 2.0])
    run = follow(vandal, p, 5, eta=0.01, start=start)
    clean = follow(descend, p, 5, eta=0.01, start=start)
    np.testing.assert_array_equal(run.thetas, clean.thetas)
    np.testing.assert_array_equal(run.gradients, clean.gradients)
    np.testing.assert_array_equal(run.states["a"][:, 0], np.arange(6))
    np.testing.assert_array_equal(start, [1.0, 2.0])


def test_a_step_that_keeps_its_arrays_cannot_alter_the_record() -> None:
    kept = np.zeros(2)

    def hoarder(theta, grad, eta):
        kept[:] = theta - eta * grad
        return kept

    run = follow(hoarder, ravine(), 5, eta=0.01)
    np.testing.assert_array_equal(run.thetas, follow(descend, ravine(), 5, eta=0.01).thetas)


def test_a_run_that_leaves_the_finite_numbers_ends_in_nan_without_a_warning() -> None:
    run = follow(descend, rosenbrock(), 100, eta=1.0)
    alive = np.isfinite(run.values)
    assert 2 < alive.sum() < 20
    assert alive[: alive.sum()].all()
    assert np.isfinite(run.thetas[alive]).all()
    assert np.isnan(run.thetas[~alive]).all()
    assert np.isnan(run.gradients[~alive]).all()
    assert np.isnan(run.values[~alive]).all()


def test_a_run_stops_calling_the_step_once_it_has_diverged() -> None:
    calls = []

    def explode(theta, grad, eta):
        calls.append(1)
        return theta * np.inf

    follow(explode, ravine(), 100, eta=1.0)
    assert len(calls) == 1


def test_no_steps_record_the_start() -> None:
    run = follow(descend, ravine(), 0, eta=0.1)
    np.testing.assert_array_equal(run.thetas, [ravine().start])
    assert run.values.shape == (1,)


def test_lists_and_integers_are_read_as_arrays() -> None:
    def step(theta, v, grad, eta):
        return [0, 1], (2, 3)

    run = follow(step, ravine(), 1, eta=0.1)
    assert run.thetas.dtype == float
    np.testing.assert_array_equal(run.states["v"][1], [2.0, 3.0])


def no_theta(x, grad, eta):
    return x


def no_grad(theta, eta):
    return theta


def no_eta(theta, grad):
    return theta


def needs_gamma(theta, grad, eta, gamma):
    return theta


@pytest.mark.parametrize(
    ("step", "hyper", "message"),
    [
        (no_theta, {}, "no_theta.x, grad, eta. is no step function: its first parameter must be theta"),
        (no_grad, {}, "must take grad or grad_fn"),
        (no_eta, {}, "must take the learning rate eta"),
        (descend, {"gamma": 0.9}, "descend.theta, grad, eta. has no hyper-parameter gamma"),
        (needs_gamma, {}, "also needs a value for gamma"),
        (lambda theta, grad, eta: None, {}, "returned None as theta"),
        (lambda theta, grad, eta: (theta, grad), {}, "returned 2 values; it must return theta alone"),
        (lambda theta, v, grad, eta: theta, {}, r"returned one array; it must return \(theta, v\)"),
        (lambda theta, v, grad, eta: None, {}, r"returned None; it must return \(theta, v\)"),
        (lambda theta, v, grad, eta: (theta, v, grad), {}, r"returned 3 values; it must return \(theta, v\)"),
        (
            lambda theta, v, grad, eta: (theta, v[:1]),
            {},
            r"returned v with shape \(1,\); it must keep the shape \(2,\)",
        ),
        (lambda theta, v, grad, eta: (theta, 0.0), {}, r"returned v with shape \(\)"),
        (lambda theta, v, grad, eta: (theta, "no"), {}, "returned a str as v; it must be an array of real numbers"),
        (lambda theta, v, grad, eta: (theta, [[1, 2], [3]]), {}, "returned a list as v"),
        (lambda theta, grad, eta: theta * 1j, {}, "returned an array of complex128 as theta"),
        (lambda theta, grad_fn, eta: theta - grad_fn(theta[:1]), {}, r"grad_fn was asked at shape \(1,\)"),
    ],
)
def test_wrong_use_gets_one_clear_line(step, hyper, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        follow(step, ravine(), 3, eta=0.1, **hyper)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("steps", [-1, 2.0, True, "3"])
def test_steps_must_be_a_count(steps) -> None:
    with pytest.raises(ValueError, match="whole number"):
        follow(descend, ravine(), steps, eta=0.1)


def test_a_start_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match=r"start has shape \(3,\), but the problem needs \(2,\)"):
        follow(descend, ravine(), 3, eta=0.1, start=np.zeros(3))


def test_an_error_inside_the_step_is_the_steps_own() -> None:
    def unwritten(theta, grad, eta):
        raise NotImplementedError("write me")

    with pytest.raises(NotImplementedError, match="write me"):
        follow(unwritten, ravine(), 3, eta=0.1)


def test_the_problem_is_given_copies_too() -> None:
    def scribble(theta):
        theta[:] = 0.0
        return np.ones(2)

    p = ravine()
    bad = Problem("scribbles", p.value, scribble, p.minimiser, p.hessian, p.start, "")
    run = follow(descend, bad, 2, eta=1.0)
    np.testing.assert_array_equal(run.thetas, p.start - np.arange(3)[:, None])
