"""The references, held against what others know: closed forms, searches, complex steps, and SciPy itself."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from tps.general_optimization.draws import (
    ALL,
    CLOSER,
    CORRELATION,
    DAYS,
    HEDGED,
    LOSS,
    SOME,
    covariances,
    market,
    with_best,
)
from tps.general_optimization.reference import (
    annual_sharpe,
    calmest,
    covariance,
    long_only,
    portfolio,
    sharpe_gradient,
    softmax_step,
    tangency,
)

from tests.shared import fresh_seeds

Array = np.ndarray
SEEDS = fresh_seeds(5)
seeds = pytest.mark.parametrize("seed", SEEDS)


def ratio(w: Array, mu: Array, cov: Array, rf: float) -> float:
    return w @ (mu - rf) / np.sqrt(w @ cov @ w)


def searched(e: Array, cov: Array) -> Array:
    """The best of the tangency portfolios of all supports in which no weight is negative."""
    best, n = np.zeros(len(e)), len(e)
    for support in (list(s) for k in range(1, n + 1) for s in combinations(range(n), k)):
        x = np.linalg.solve(cov[np.ix_(support, support)], e[support])
        w = np.zeros(n)
        w[support] = x / x.sum()
        if (x > 0).all() and (not best.any() or ratio(w, e, cov, 0.0) > ratio(best, e, cov, 0.0)):
            best = w
    return best


@seeds
def test_a_covariance_is_that_of_what_loads_on_shocks(seed: int) -> None:
    rng = np.random.default_rng(seed)
    loadings, volatility = rng.normal(size=(4, 6)), rng.uniform(0.1, 0.4, 4)
    correlation, cov = covariance(loadings, volatility)
    unit = loadings / np.linalg.norm(loadings, axis=1, keepdims=True)
    shocks = np.linalg.qr(rng.normal(size=(200, 7)) - 0.0)[0][:, :6] * np.sqrt(200)  # of mean square 1, orthogonal
    drawn = shocks @ unit.T * volatility
    assert np.allclose(drawn.T @ drawn / 200, cov, rtol=1e-10)
    assert np.allclose(np.diag(correlation), 1)
    assert np.linalg.eigvalsh(correlation).min() > 0


@seeds
def test_the_gradient_is_that_of_the_complex_step_and_has_no_part_along_w(seed: int) -> None:
    rng = np.random.default_rng(seed)
    given = with_best(rng, ALL)
    w = rng.dirichlet(np.ones(5))
    steps = w + 1e-30j * np.eye(5)
    by_step = [(z @ (given["mu"] - given["rf"]) / np.sqrt(z @ given["cov"] @ z)).imag / 1e-30 for z in steps]
    gradient = sharpe_gradient(w, **given)
    assert np.allclose(gradient, by_step, rtol=1e-12)
    assert abs(w @ gradient) < 1e-13
    best = tangency(**given)
    assert np.abs(sharpe_gradient(best, **given)).max() < 1e-11
    e = given["mu"] - given["rf"]
    assert ratio(best, **given) == pytest.approx(np.sqrt(e @ np.linalg.solve(given["cov"], e)), rel=1e-10)


@seeds
def test_the_slope_through_a_softmax_is_that_of_the_complex_step(seed: int) -> None:
    rng = np.random.default_rng(seed)
    z, g = rng.normal(size=5), rng.normal(size=5)
    steps = np.exp(z + 1e-30j * np.eye(5))
    by_step = ((steps / steps.sum(axis=1, keepdims=True)) @ g).imag / 1e-30
    w, slope = softmax_step(z, g)
    assert w.sum() == pytest.approx(1)
    assert np.allclose(slope, by_step, rtol=1e-12)


@seeds
@pytest.mark.parametrize("days", [1, DAYS])
def test_without_shorts_the_search_over_supports_agrees_and_the_placed_weights_are_held(seed: int, days: int) -> None:
    for x in (ALL, SOME):
        given = market(np.random.default_rng(seed), x, days)
        best, calm = long_only(**given)
        e = given["mu"] - given["rf"]
        assert np.allclose(best, searched(e, given["cov"]), atol=1e-10)
        assert np.allclose(calm, searched(np.ones(5), given["cov"]), atol=1e-10)
        assert (best > 0.05).sum() == (np.array(x) > 0).sum()
        slopes = sharpe_gradient(best, **given) * np.sqrt(days)
        assert (slopes[best == 0] < -0.2).all()  # nobody is left out by a hair


@seeds
def test_a_hedge_is_held_although_it_earns_less_than_rf_and_a_mere_loss_is_not(seed: int) -> None:
    """apart: by how much the weights are others if a negative excess return loses its sign, or counts as zero."""
    rng = np.random.default_rng(seed)
    cases = ((market(rng, ALL, correlation=HEDGED), True, np.array([0.05, 0.05])),)
    cases += ((market(rng, SOME, slope=LOSS), False, np.array([0.05, 0.0])),)
    for given, held, apart in cases:
        excess = given["mu"] - given["rf"]
        best, _ = long_only(**given)
        assert np.allclose(best, searched(excess, given["cov"]), atol=1e-10)
        assert (excess < -0.02).any()
        assert ((best > 0.05) == held)[excess < -0.02].all()
        others = [long_only(e, given["cov"], 0.0)[0] for e in (np.abs(excess), np.maximum(excess, 0))]
        assert (np.abs(others - best).max(axis=1) >= apart).all()


@seeds
@pytest.mark.parametrize(("correlation", "apart"), [(CORRELATION, 0.01), (CLOSER, 0.06)], ids=["alike", "closer"])
def test_the_calmest_portfolio_holds_three_and_each_of_them_clearly(seed: int, correlation: Any, apart: float) -> None:
    """apart: how far it is from the one that may be short, cut off at zero; twice what a criterion lets pass."""
    cov = covariances(np.random.default_rng(seed), correlation)
    free = np.maximum(np.linalg.solve(cov, np.ones(5)), 0)
    assert np.abs(free / free.sum() - calmest(cov)).max() > apart
    calm = calmest(cov)
    assert sorted(calm > 0) == [False, False, True, True, True]
    assert calm[calm > 0].min() > 0.06
    slope = cov @ calm / (calm @ cov @ calm) - 1
    assert (slope[calm == 0] > 0.1).all()


def test_scipy_gives_the_start_back_for_a_daily_variance_and_calls_it_a_success() -> None:
    """Why one criterion asks for daily figures: seen with every SciPy since 1.9."""
    cov = covariances(np.random.default_rng(SEEDS[0])) / DAYS
    budget = {"type": "eq", "fun": lambda w: w.sum() - 1}
    found = minimize(lambda w: w @ cov @ w, np.full(5, 0.2), method="SLSQP", bounds=[(0, 1)] * 5, constraints=budget)
    assert found.success
    assert np.abs(found.x - 0.2).max() < 1e-6
    assert np.abs(calmest(cov) - 0.2).max() > 0.1


def test_a_year_of_returns() -> None:
    returns = np.array([0.02, -0.01, 0.03, 0.00])
    assert annual_sharpe(returns, rf=0.0, periods=12) == pytest.approx(np.sqrt(12) * 0.01 / np.sqrt(0.001 / 3))
    assert annual_sharpe(returns, rf=0.12, periods=12) == pytest.approx(0.0, abs=1e-12)


def test_what_has_no_volatility_has_no_ratio() -> None:
    assert portfolio(np.array([1.0, 0.0]), np.array([0.05, 0.1]), np.diag([0.0, 0.04])) == (0.05, 0.0, 0.0)
