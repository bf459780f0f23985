"""The simulated market: its prices are what the script makes, its truth is a covariance, and both agree."""

from __future__ import annotations

from importlib.resources import files

import numpy as np

from course.workshop.data import make_prices
from course.workshop.problems import market, prices


def test_the_prices_are_those_of_the_script() -> None:
    kept = files("course.workshop.data").joinpath("prices.csv").read_text(encoding="utf-8")
    made = [line.split(",") for line in make_prices.simulate().splitlines()]
    assert made[0] == kept.splitlines()[0].split(",")
    drawn = np.array(made[1:], dtype=float)
    assert np.abs(drawn - prices()).max() < 0.011  # a rounding, on another processor


def test_the_truth_is_a_covariance_with_the_given_volatilities() -> None:
    truth = market()
    assert np.allclose(np.diag(truth.correlation), 1, rtol=1e-9)
    assert np.allclose(np.sqrt(np.diag(truth.cov)), truth.volatility, rtol=1e-9)
    assert np.linalg.eigvalsh(truth.cov).min() > 0


def test_the_sample_agrees_with_the_truth_within_what_chance_allows() -> None:
    truth, path = market(), prices()
    returns = path[1:] / path[:-1] - 1
    days = len(returns)
    standard = truth.volatility / np.sqrt(252) / np.sqrt(days)
    assert (np.abs(returns.mean(axis=0) - truth.mu / 252) < 4 * standard).all()
    assert np.allclose(returns.std(axis=0) * np.sqrt(252), truth.volatility, rtol=4 / np.sqrt(2 * days))
