"""What the students write, as the lecture derives it."""

from .ratios import annual_sharpe, covariance, portfolio
from .slopes import sharpe_gradient, softmax_step
from .weights import calmest, long_only, tangency

__all__ = [
    "annual_sharpe",
    "calmest",
    "covariance",
    "long_only",
    "portfolio",
    "sharpe_gradient",
    "softmax_step",
    "tangency",
]
