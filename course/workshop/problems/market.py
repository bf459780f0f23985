"""Ten simulated stocks: their prices, and the truth behind them, which no real market tells."""

from dataclasses import dataclass

import numpy as np

from course.workshop.data import read_csv, read_json
from course.workshop.problems.problem import Array


@dataclass(frozen=True)
class Market:
    """What prices were simulated with, per year.

    names: of the n stocks. mu: mean simple returns (n,). volatility: (n,). loadings: (n, k), how much of each of k
    independent shocks a stock takes; each row has length 1. rf: the riskless rate.
    """

    names: tuple[str, ...]
    mu: Array
    volatility: Array
    loadings: Array
    rf: float

    @property
    def correlation(self) -> Array:
        """Of the returns, (n, n)."""
        return self.loadings @ self.loadings.T

    @property
    def cov(self) -> Array:
        """Of the returns, (n, n), per year."""
        return self.correlation * np.outer(self.volatility, self.volatility)


def market() -> Market:
    """The truth behind `prices`."""
    truth = read_json("prices.json")
    mu, volatility, loadings = (np.array(truth[name]) for name in ("mu", "volatility", "loadings"))
    return Market(tuple(truth["names"]), mu, volatility, loadings, truth["rf"])


def prices() -> Array:
    """Daily prices (757, 10), three years and the day before (`course/workshop/data/make_prices.py`)."""
    return read_csv("prices.csv")
