"""Two-dimensional test functions on which optimisers are compared by custom: Rosenbrock, Beale, Himmelblau."""

from collections.abc import Callable

import numpy as np

from course.workshop.problems.problem import Array, Problem, hessian_by_complex_step


def rosenbrock() -> Problem:
    """(1 - x)^2 + 100 (y - x^2)^2: a curved valley with a flat floor (Rosenbrock 1960)."""

    def value(theta: Array) -> float:
        x, y = theta
        return (1 - x) ** 2 + 100 * (y - x**2) ** 2

    def gradient(theta: Array) -> Array:
        x, y = theta
        return np.array([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])

    return _surface(
        "Rosenbrock",
        value,
        gradient,
        minimiser=(1.0, 1.0),
        start=(-1.2, 1.0),
        about="(1 - x)^2 + 100 (y - x^2)^2, a curved valley with a flat floor (Rosenbrock 1960).",
        window=(-2.0, 2.0, -1.0, 3.0),
    )


def beale() -> Problem:
    """The sum over i = 1, 2, 3 of (c_i - x (1 - y^i))^2, c = (1.5, 2.25, 2.625) (Beale 1958)."""
    terms = ((1, 1.5), (2, 2.25), (3, 2.625))

    def value(theta: Array) -> float:
        x, y = theta
        return sum((c - x * (1 - y**i)) ** 2 for i, c in terms)

    def gradient(theta: Array) -> Array:
        x, y = theta
        residuals = [(i, c - x * (1 - y**i)) for i, c in terms]
        by_x = sum(-2 * r * (1 - y**i) for i, r in residuals)
        by_y = sum(2 * r * x * i * y ** (i - 1) for i, r in residuals)
        return np.array([by_x, by_y])

    return _surface(
        "Beale",
        value,
        gradient,
        minimiser=(3.0, 0.5),
        start=(1.0, 1.0),
        about="A sum of three squares with a plateau between steep walls (Beale 1958).",
        window=(0.0, 4.5, -1.5, 1.5),
    )


def himmelblau() -> Problem:
    """(x^2 + y - 11)^2 + (x + y^2 - 7)^2: four minima of equal depth; (3, 2) is the one given (Himmelblau 1972)."""

    def value(theta: Array) -> float:
        x, y = theta
        return (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2

    def gradient(theta: Array) -> Array:
        x, y = theta
        a, b = x**2 + y - 11, x + y**2 - 7
        return np.array([4 * x * a + 2 * b, 2 * a + 4 * y * b])

    return _surface(
        "Himmelblau",
        value,
        gradient,
        minimiser=(3.0, 2.0),
        start=(0.0, 0.0),
        about="(x^2 + y - 11)^2 + (x + y^2 - 7)^2, four minima of depth 0, one at (3, 2) (Himmelblau 1972).",
        window=(-5.5, 5.5, -5.5, 5.5),
    )


def _surface(
    name: str,
    value: Callable[[Array], float],
    gradient: Callable[[Array], Array],
    *,
    minimiser: tuple[float, float],
    start: tuple[float, float],
    about: str,
    window: tuple[float, float, float, float],
) -> Problem:
    """A problem whose Hessian is taken from its gradient."""
    star = np.array(minimiser)
    hessian = hessian_by_complex_step(gradient, star)
    return Problem(name, value, gradient, star, hessian, np.array(start), about, window)
