"""Estimate the volatility of daily returns: the likelihood of a GARCH(1,1) model in unconstrained parameters."""

from collections.abc import Callable

import numpy as np

from course.workshop.data import read_csv, read_minimiser
from course.workshop.problems.problem import Array, Problem, hessian_by_complex_step


def garch() -> Problem:
    """Minus the Gaussian log-likelihood per observation of GARCH(1,1) (Bollerslev 1986), in nats.

    The variance of day t, given the returns y before it, is h_t = omega + alpha y_{t-1}^2 + beta h_{t-1}; h_0 is the
    sample variance. L = 1/(2T) sum (log(2 pi h_t) + y_t^2/h_t).

    The parameters are theta = (log s, a, b), any real numbers: s is the long-run variance in (percent per day)^2, and
    alpha, beta and 1 - alpha - beta are the softmax of (a, b, 0). So omega = s (1 - alpha - beta) and the alpha and
    beta are positive with a sum under 1, whatever theta is. See `garch_coefficients`.

    The returns are simulated (`course/workshop/data/make_garch_returns.py`).
    """
    value, gradient = likelihood(daily_returns())
    minimiser = read_minimiser("garch_returns.json")
    return Problem(
        "GARCH(1,1)",
        value,
        gradient,
        minimiser,
        hessian_by_complex_step(gradient, minimiser),
        np.array([1.0, 0.0, 0.0]),
        "Minus the Gaussian log-likelihood per day of GARCH(1,1) on simulated returns (Bollerslev 1986).",
    )


def likelihood(y: Array) -> tuple[Callable[[Array], float], Callable[[Array], Array]]:
    """The loss of `garch` and its gradient, for returns y (T,) in percent."""
    y2 = y**2
    before = np.concatenate([[np.mean(y2)], y2[:-1]])  # y_{t-1}^2; on day 0 the sample variance stands in

    def variances(omega: float, alpha: float, beta: float) -> Array:
        # Day 0 is the sample variance whatever theta is: x_0 = h_0, with nothing before it.
        return _recursion(np.concatenate([before[:1], omega + alpha * before[1:]]), beta)

    def value(theta: Array) -> float:
        h = variances(*garch_coefficients(theta))
        return np.mean(np.log(2 * np.pi * h) + y2 / h).item() / 2

    def gradient(theta: Array) -> Array:
        omega, alpha, beta = garch_coefficients(theta)
        h = variances(omega, alpha, beta)
        # The derivatives of h_t follow the recursion of h_t itself, fed with 1, y_{t-1}^2 and h_{t-1}; h_0 is fixed.
        fed = (np.ones_like(h), before, np.concatenate([h[:1], h[:-1]]))
        h_by_coefficients = np.stack([_recursion(np.concatenate([[0.0], x[1:]]), beta) for x in fed])
        # The softmax p of (a, b, 0) has dp_i/da_j = p_i (1{i = j} - p_j); omega = s p_3.
        coefficients_by_theta = np.array(
            [
                [omega, -omega * alpha, -omega * beta],
                [0.0, alpha * (1 - alpha), -alpha * beta],
                [0.0, -alpha * beta, beta * (1 - beta)],
            ]
        )
        loss_by_h = 0.5 * (1 - y2 / h) / h / len(h)
        return loss_by_h @ h_by_coefficients.T @ coefficients_by_theta

    return value, gradient


def garch_coefficients(theta: Array) -> tuple[float, float, float]:
    """(omega, alpha, beta) of the unconstrained theta (3,); omega in (percent per day)^2."""
    log_s, a, b = theta
    largest = max(a.real, b.real, 0.0)  # taken out of the softmax so that its exponentials cannot overflow
    p = np.exp(np.array([a - largest, b - largest, -largest]))
    alpha, beta, rest = p / p.sum()
    return np.exp(log_s) * rest, alpha, beta


def daily_returns() -> Array:
    """The simulated daily returns (T,), in percent."""
    return read_csv("garch_returns.csv")[:, 0]


def _recursion(x: Array, beta: float) -> Array:
    """h_t = x_t + beta h_{t-1} with h_{-1} = 0, for x (T,), by doubling instead of day by day.

    Once k days are in the sum, h_t = x_t + beta x_{t-1} + ... + beta^(k-1) x_{t-k+1}. To it is added beta^k times
    the sum that ends on day t - k, which makes it 2k days: a thousand days take ten doublings.
    """
    h = x.astype(np.result_type(x, beta))
    k = 1
    while k < len(h):
        h[k:] = h[k:] + beta**k * h[:-k]
        k *= 2
    return h
