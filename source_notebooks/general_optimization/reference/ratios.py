"""What a portfolio earns and risks: from returns, from loadings, from weights."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def annual_sharpe(returns: Array, rf: float = 0.02, periods: int = 252) -> float:
    """The Sharpe ratio per year of returns (T,) per period.

        sqrt(periods) mean(r - rf / periods) / std(r - rf / periods)

    rf: the riskless rate per year. std: that of a sample, with T - 1. Returns a float. (Sharpe 1966, 1994.)
    """
    excess = np.asarray(returns) - rf / periods
    return float(np.sqrt(periods) * excess.mean() / excess.std(ddof=1))


def covariance(loadings: Array, volatility: Array) -> tuple[Array, Array]:
    """The correlation and the covariance (n, n) of assets that load on independent shocks.

        R = A A' with its diagonal brought to 1,  C = D R D

    loadings: A (n, k). volatility: (n,), the diagonal of D. Returns (R, C).
    """
    gram = np.asarray(loadings, dtype=float) @ np.asarray(loadings, dtype=float).T
    length = np.sqrt(np.diag(gram))
    correlation = gram / np.outer(length, length)
    return correlation, correlation * np.outer(volatility, volatility)


def portfolio(w: Array, mu: Array, cov: Array, rf: float = 0.02) -> tuple[float, float, float]:
    """Mean return w'mu, volatility s = sqrt(w'C w) and Sharpe ratio (w'mu - rf) / s of weights (n,) with sum 1.

    Without volatility the ratio is 0. Returns three floats. (Markowitz 1952, Sharpe 1966.)
    """
    mean = w @ mu
    risk = np.sqrt(w @ cov @ w)
    return float(mean), float(risk), float((mean - rf) / risk) if risk > 0 else 0.0
