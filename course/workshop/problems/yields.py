"""Fit the Nelson-Siegel-Svensson curve to government yields by least squares: six parameters, kappa near 10^4."""

from collections.abc import Callable

import numpy as np

from course.workshop.data import read_csv, read_minimiser
from course.workshop.problems.problem import Array, Problem, hessian_by_complex_step


def yield_curve() -> Problem:
    """Half the mean squared error, in (percent per year)^2, of a Nelson-Siegel-Svensson curve.

    The parameters are theta = (b0, b1, b2, b3, log d1, log d2): a level, a slope and two humps in percent per year,
    and the logarithms of the two decay times in years, which may then be any real numbers. See `svensson_curve`.

    The yields are simulated (`course/workshop/data/make_yield_curve.py`). The minimiser is the one near the curve that
    was simulated. Other parameters give nearly the same curve, which is what makes the fit ill-conditioned (Gilli,
    Grosse and Schumann 2010).
    """
    value, gradient = least_squares(*observed_yields())
    minimiser = read_minimiser("yield_curve.json")
    return Problem(
        "yield curve (Nelson-Siegel-Svensson)",
        value,
        gradient,
        minimiser,
        hessian_by_complex_step(gradient, minimiser),
        np.array([2.0, -1.0, -1.0, 1.0, 0.0, np.log(8.0)]),
        "Least-squares fit of a Nelson-Siegel-Svensson curve to simulated yields (Svensson 1994).",
    )


def least_squares(maturities: Array, observed: Array) -> tuple[Callable[[Array], float], Callable[[Array], Array]]:
    """The loss of `yield_curve` and its gradient, for yields (N,) observed at maturities (N,)."""

    def value(theta: Array) -> float:
        error = svensson_curve(theta, maturities) - observed
        return np.mean(error**2).item() / 2

    def gradient(theta: Array) -> Array:
        error = svensson_curve(theta, maturities) - observed
        return _jacobian(theta, maturities) @ error / len(maturities)

    return value, gradient


def svensson_curve(theta: Array, maturities: Array) -> Array:
    """The zero-coupon yields, in percent per year, at the maturities (N,) in years (Svensson 1994).

    y(tau) = b0 + b1 s(tau/d1) + b2 (s(tau/d1) - exp(-tau/d1)) + b3 (s(tau/d2) - exp(-tau/d2)),
    s(x) = (1 - exp(-x))/x, with theta (6,) = (b0, b1, b2, b3, log d1, log d2). As tau goes to 0 the yield tends to
    b0 + b1, and as tau grows to b0.
    """
    b0, b1, b2, b3 = theta[:4]
    (s1, e1, _), (s2, e2, _) = _loadings(theta, maturities)
    return b0 + b1 * s1 + b2 * (s1 - e1) + b3 * (s2 - e2)


def observed_yields() -> tuple[Array, Array]:
    """The maturities (N,) in years and the simulated yields (N,) in percent per year."""
    columns = read_csv("yield_curve.csv")
    return columns[:, 0], columns[:, 1]


def _loadings(theta: Array, maturities: Array) -> list[tuple[Array, Array, Array]]:
    """For each of the two decay times d, with x = tau/d: s(x), exp(-x) and x."""
    loadings = []
    for log_d in theta[4:]:
        x = maturities * np.exp(-log_d)
        e = np.exp(-x)
        loadings.append(((1 - e) / x, e, x))
    return loadings


def _jacobian(theta: Array, maturities: Array) -> Array:
    """The derivatives (6, N) of the yields by the parameters.

    With x = tau exp(-log d): dx/d(log d) = -x, so ds/d(log d) = s - e and d(exp(-x))/d(log d) = x e.
    """
    _, b1, b2, b3 = theta[:4]
    (s1, e1, x1), (s2, e2, x2) = _loadings(theta, maturities)
    by_log_d1 = b1 * (s1 - e1) + b2 * (s1 - e1 - x1 * e1)
    by_log_d2 = b3 * (s2 - e2 - x2 * e2)
    return np.stack([np.ones_like(s1), s1, s1 - e1, s2 - e2, by_log_d1, by_log_d2])
