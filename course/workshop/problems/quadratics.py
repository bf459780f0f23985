"""Quadratic losses: any spectrum and rotation, the ravine, one with a noisy gradient, and mean-variance."""

from collections.abc import Sequence

import numpy as np

from course.workshop.problems.problem import Array, Problem

_RISK_AVERSION = 5.0
_VOLATILITY = 0.20  # of each asset, per year
_LOWEST_RETURN, _HIGHEST_RETURN = 0.04, 0.08  # expected excess returns, per year


def quadratic(
    eigenvalues: Sequence[float] | Array,
    angle: float = 0.0,
    *,
    rotation: Array | None = None,
    minimiser: Sequence[float] | Array | None = None,
    start: Sequence[float] | Array | None = None,
    name: str = "quadratic",
    about: str = "1/2 (theta - theta*)' H (theta - theta*): the model of any smooth loss near a minimiser.",
) -> Problem:
    """1/2 (theta - theta*)' H (theta - theta*), where H has the given eigenvalues.

    Args:
        eigenvalues: the n curvatures, positive, in any order.
        angle: in radians, with n = 2: the eigen-directions are (cos, sin) and (-sin, cos) of it.
        rotation: orthogonal matrix (n, n) whose column i is the direction of eigenvalue i; instead of `angle`.
        minimiser: theta* (n,); 0 if not given.
        start: (n,); if not given, theta* plus one unit along every eigen-direction.
        name: for titles.
        about: one line.

    Raises:
        ValueError: a curvature is not positive and finite, or the rotation does not fit or is not orthogonal.
    """
    curvatures = np.array(eigenvalues, dtype=float)
    if curvatures.ndim != 1 or curvatures.size == 0 or not np.all((curvatures > 0) & (curvatures < np.inf)):
        raise ValueError(f"eigenvalues must be positive, finite numbers, got {eigenvalues}")
    n = curvatures.size
    q = _rotation(n, angle, rotation)
    h = (q * curvatures) @ q.T
    h = (h + h.T) / 2
    star = np.zeros(n) if minimiser is None else np.array(minimiser, dtype=float)
    first = star + q.sum(axis=1) if start is None else np.array(start, dtype=float)

    def value(theta: Array) -> float:
        d = theta - star
        return 0.5 * (d @ h @ d)

    def gradient(theta: Array) -> Array:
        return h @ (theta - star)

    window = _window(star, first) if star.shape == first.shape == (2,) else None
    return Problem(name, value, gradient, star, h, first, about, window)


def ravine(kappa: float = 25.0) -> Problem:
    """A long, narrow valley in two dimensions: curvatures 1 and kappa (>= 1), rotated by 20 degrees.

    The start is 4 units away along the floor of the valley and 1 unit up its wall.
    """
    if not kappa >= 1:
        raise ValueError(f"kappa is the ratio of the two curvatures and at least 1, got {kappa}")
    angle = np.deg2rad(20.0)
    floor = np.array([np.cos(angle), np.sin(angle)])
    wall = np.array([-np.sin(angle), np.cos(angle)])
    return quadratic(
        [1.0, kappa],
        angle,
        start=-4.0 * floor + wall,
        name=f"ravine (kappa = {kappa:g})",
        about="A quadratic valley with curvatures 1 and kappa, turned by 20 degrees.",
    )


def noisy_quadratic(rng: np.random.Generator, eigenvalues: Sequence[float] | Array, noise: float) -> Problem:
    """A quadratic (axes as eigen-directions, minimiser 0) whose gradient is seen with noise; its value is exact.

    Each call of `gradient` draws from `rng` and adds independent normal noise of standard deviation `noise` to
    every coordinate: the model of a mini-batch gradient (e.g. Schaul, Zhang and LeCun 2013, section 4).
    """
    if not noise >= 0:
        raise ValueError(f"noise is a standard deviation and not negative, got {noise}")
    exact = quadratic(eigenvalues)

    def gradient(theta: Array) -> Array:
        return exact.gradient(theta) + noise * rng.standard_normal(exact.minimiser.size)

    return Problem(
        "noisy quadratic",
        exact.value,
        gradient,
        exact.minimiser,
        exact.hessian,
        exact.start,
        f"A quadratic; each gradient carries normal noise of standard deviation {noise:g} per coordinate.",
        exact.window,
    )


def mean_variance(n: int = 10, rho: float = 0.5) -> Problem:
    """The mean-variance portfolio of n assets with equal volatilities, each pair correlated by rho.

    L(w) = a/2 w' Sigma w - mu' w: minus the certainty equivalent, per year, of the weights w (n,), in fractions
    of wealth; the rest is in cash. Risk aversion a = 5, volatilities 20 %, expected excess returns mu evenly
    spaced from 4 % to 8 %. The start is all cash, w = 0.

    Sigma has two curvatures: 1 + (n-1) rho along (1, ..., 1), the market factor, and 1 - rho across it, the
    long-short portfolios. So kappa = (1 + (n-1) rho)/(1 - rho) for rho >= 0: the market is the stiff direction.

    Raises:
        ValueError: n < 2, or rho outside (-1/(n-1), 1), where Sigma is no covariance of full rank.
    """
    if n < 2:
        raise ValueError(f"a correlation needs at least 2 assets, got n = {n}")
    if not -1 / (n - 1) < rho < 1:
        raise ValueError(f"{n} assets can all be correlated by rho only for -1/{n - 1} < rho < 1, got {rho}")
    h: Array = _RISK_AVERSION * _VOLATILITY**2 * ((1 - rho) * np.eye(n) + rho * np.ones((n, n)))
    mu: Array = np.linspace(_LOWEST_RETURN, _HIGHEST_RETURN, n)

    def value(w: Array) -> float:
        return 0.5 * (w @ h @ w) - mu @ w

    def gradient(w: Array) -> Array:
        return h @ w - mu

    return Problem(
        f"mean-variance ({n} assets, rho = {rho:g})",
        value,
        gradient,
        np.linalg.solve(h, mu),
        h,
        np.zeros(n),
        "Markowitz portfolio of equally correlated assets: minus the certainty equivalent per year.",
        (-0.4, 0.6, -0.4, 0.6) if n == 2 else None,
    )


def _rotation(n: int, angle: float, rotation: Array | None) -> Array:
    """The orthogonal matrix (n, n) of the eigen-directions, one a column."""
    if rotation is None:
        if angle == 0.0:
            return np.eye(n)
        if n != 2:
            raise ValueError(f"angle turns a plane; with {n} eigenvalues give rotation, an orthogonal matrix")
        return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if angle != 0.0:
        raise ValueError("give either angle or rotation, not both")
    q = np.array(rotation, dtype=float)
    if q.shape != (n, n) or not np.allclose(q @ q.T, np.eye(n), atol=1e-8):
        raise ValueError(f"rotation must be an orthogonal matrix of shape ({n}, {n})")
    return q


def _window(star: Array, start: Array) -> tuple[float, float, float, float]:
    """A rectangle around the minimiser that holds the start with a margin, at most twice as long as wide."""
    reach = 1.25 * np.abs(start - star)
    half = np.maximum(reach, np.max(reach) / 2)
    half = np.where(half > 0, half, 1.0)
    low, high = (star - half).tolist(), (star + half).tolist()
    return (low[0], high[0], low[1], high[1])
