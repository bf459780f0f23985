"""The six update rules unrolled: each iterate as a sum over all the gradients so far.

A rule keeps a short memory and updates it at every step. Put into itself down to the first step, it becomes a
formula in which every past gradient has its own weight, and that formula is what this module computes. The result is
the same run (CONVENTIONS: learning rate inside the velocity, eps inside the root, zero start), found in another way,
at a cost that grows with the square of the number of steps.

Notation: g_0, g_1, ... are the gradients, eta_t the learning rate of step t, and the sums run over s = 0, ..., t.
"""

from collections.abc import Callable

import numpy as np

from course.workshop.problems import Array, Problem
from course.workshop.trajectories import Eta, Logbook, Trajectory

_Unrolled = Callable[[Array, Array, Array], tuple[Array, ...]]
"""(thetas (t+1, n), gradients (t+1, n), etas (t+1,)) so far -> the next (theta, states...)."""


def gradient_descent(problem: Problem, steps: int, eta: Eta, start: Array | None = None) -> Trajectory:
    """Gradient descent: theta_{t+1} = theta_0 - sum eta_s g_s (section 3.5)."""

    def unrolled(thetas: Array, g: Array, etas: Array) -> tuple[Array, ...]:
        return (thetas[0] - etas @ g,)

    return _run(unrolled, (), problem, steps, eta, start)


def momentum(problem: Problem, steps: int, eta: Eta, start: Array | None = None, *, gamma: float = 0.9) -> Trajectory:
    """Heavy ball, without a velocity: theta_{t+1} = theta_t - eta_t g_t + gamma (theta_t - theta_{t-1}).

    With v_0 = 0 there is no step before the first: theta_{-1} = theta_0. The state v of the record is the last
    displacement, theta_{t-1} - theta_t (Polyak 1964; section 3.6).
    """

    def unrolled(thetas: Array, g: Array, etas: Array) -> tuple[Array, ...]:
        before = thetas[-2] if len(thetas) > 1 else thetas[-1]
        following = thetas[-1] - etas[-1] * g[-1] + gamma * (thetas[-1] - before)
        return following, thetas[-1] - following

    return _run(unrolled, ("v",), problem, steps, eta, start)


def nesterov(problem: Problem, steps: int, eta: Eta, start: Array | None = None, *, gamma: Eta = 0.9) -> Trajectory:
    """Nesterov through its look-ahead points phi_t = theta_t - gamma v_{t-1}, with phi_0 = theta_0.

    theta_{t+1} = phi_t - eta_t grad L(phi_t) and phi_{t+1} = theta_{t+1} + gamma (theta_{t+1} - theta_t): a gradient
    step from phi, then an extrapolation (Nesterov 1983; section 3.6). gamma may be a function of the step, as eta may:
    for convex losses it grows. The gradients of the record are those at phi.
    """

    def look_ahead(thetas: Array) -> Array:
        before = thetas[-2] if len(thetas) > 1 else thetas[-1]
        coefficient = gamma(len(thetas) - 1) if callable(gamma) else gamma
        return thetas[-1] + coefficient * (thetas[-1] - before)

    def unrolled(thetas: Array, g: Array, etas: Array) -> tuple[Array, ...]:
        following = look_ahead(thetas) - etas[-1] * g[-1]
        return following, thetas[-1] - following

    return _run(unrolled, ("v",), problem, steps, eta, start, asked_at=look_ahead)


def adagrad(problem: Problem, steps: int, eta: Eta, start: Array | None = None, *, eps: float = 1e-8) -> Trajectory:
    """AdaGrad: each step is divided by the root of the sum of all squared gradients (Duchi et al. 2011; 3.6)."""

    def unrolled(thetas: Array, g: Array, etas: Array) -> tuple[Array, ...]:
        r = np.cumsum(g**2, axis=0)
        return thetas[0] - etas @ (g / np.sqrt(r + eps)), r[-1]

    return _run(unrolled, ("r",), problem, steps, eta, start)


def rmsprop(
    problem: Problem,
    steps: int,
    eta: Eta,
    start: Array | None = None,
    *,
    rho: float = 0.9,
    eps: float = 1e-8,
) -> Trajectory:
    """RMSprop: r_{t+1} = (1 - rho) sum rho^(t-s) g_s^2 under the root (Hinton 2012, lecture 6e; section 3.6)."""

    def unrolled(thetas: Array, g: Array, etas: Array) -> tuple[Array, ...]:
        r = (1 - rho) * _discounted_sum(g**2, rho)
        return thetas[-1] - etas[-1] * g[-1] / np.sqrt(r + eps), r

    return _run(unrolled, ("r",), problem, steps, eta, start)


def adam(
    problem: Problem,
    steps: int,
    eta: Eta,
    start: Array | None = None,
    *,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    eps: float = 1e-8,
) -> Trajectory:
    """Adam: the two bias-corrected averages are weighted means of the past, with weights that add up to one.

    The weights are beta^(t-s) divided by their sum, 1 + beta + ... + beta^t: that division is the bias correction
    (Kingma and Ba 2015, section 3; section 3.6). The states m and v of the record are the uncorrected averages.
    """

    def unrolled(thetas: Array, g: Array, etas: Array) -> tuple[Array, ...]:
        sum_1, sum_2 = _discounted_sum(g, beta_1), _discounted_sum(g**2, beta_2)
        one = np.ones((len(g), 1))
        mean = sum_1 / _discounted_sum(one, beta_1)
        mean_square = sum_2 / _discounted_sum(one, beta_2)
        following = thetas[-1] - etas[-1] * mean / np.sqrt(mean_square + eps)
        return following, (1 - beta_1) * sum_1, (1 - beta_2) * sum_2

    return _run(unrolled, ("m", "v"), problem, steps, eta, start)


RULES: dict[str, Callable[..., Trajectory]] = {
    "gradient_descent": gradient_descent,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
}
"""The six rules by name, in the order of the course; `course.workshop.figures` knows the same names."""


def _discounted_sum(x: Array, beta: float) -> Array:
    """sum beta^(t-s) x_s over the rows s = 0, ..., t of x (t+1, n): the newest row has weight 1."""
    return beta ** np.arange(len(x) - 1.0, -1.0, -1.0) @ x


def _run(
    unrolled: _Unrolled,
    states: tuple[str, ...],
    problem: Problem,
    steps: int,
    eta: Eta,
    start: Array | None,
    asked_at: Callable[[Array], Array] | None = None,
) -> Trajectory:
    """Give `unrolled` the whole past at every step and record what it returns.

    The gradient of a step is taken at the last iterate, or where `asked_at` says. A run that leaves the finite
    numbers is stopped and the rest is nan, as in `course.workshop.trajectories.follow`.
    """
    record = Logbook(problem, steps, states, start)
    etas = np.array([eta(t) if callable(eta) else eta for t in range(steps)], dtype=float)
    thetas, gradients = record.trajectory.thetas, record.trajectory.gradients
    row = tuple(record.start)
    with np.errstate(all="ignore"):
        for t in range(steps):
            if not record.add(t, *row):
                return record.trajectory
            past = thetas[: t + 1]
            gradients[t] = problem.gradient(past[-1].copy() if asked_at is None else asked_at(past))
            row = unrolled(past, gradients[: t + 1], etas[: t + 1])
        if record.add(steps, *row):
            gradients[steps] = problem.gradient(row[0].copy())
    return record.trajectory
