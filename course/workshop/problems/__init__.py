"""Objectives to minimise: value, gradient, minimiser, curvature, where to start; plane surfaces and finance.

from course.workshop.problems import rosenbrock
problem = rosenbrock()
problem.value(problem.start), problem.gradient(problem.start), problem.condition_number
"""

from course.workshop.problems.market import Market, market, prices
from course.workshop.problems.problem import Array, Problem
from course.workshop.problems.quadratics import mean_variance, noisy_quadratic, quadratic, ravine
from course.workshop.problems.surfaces import beale, himmelblau, rosenbrock
from course.workshop.problems.volatility import daily_returns, garch, garch_coefficients
from course.workshop.problems.yields import observed_yields, svensson_curve, yield_curve

__all__ = [
    "Array",
    "Market",
    "Problem",
    "beale",
    "daily_returns",
    "garch",
    "garch_coefficients",
    "himmelblau",
    "market",
    "mean_variance",
    "noisy_quadratic",
    "observed_yields",
    "prices",
    "quadratic",
    "ravine",
    "rosenbrock",
    "svensson_curve",
    "yield_curve",
]
