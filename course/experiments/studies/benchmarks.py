"""Forecasts that need no network: what a comparison of optimizers has to be seen beside.

Each reads the data of one seed, as its experiment makes them, and returns the loss that the networks are judged by.
"""

from __future__ import annotations

import numpy as np

from course.experiments.training.models import Array
from course.experiments.training.tasks import Data

DECAY = 0.94  # RiskMetrics (1996), for daily returns
RECENT = 240  # observations: thirty batches of eight
TINY = 1e-12  # a return may be 0, and its logarithm may not


def mean(data: Data) -> float:
    """The mean squared error of the mean of what was seen, output by output."""
    return _squared(np.asarray(data.y).mean(axis=0), data)


def least_squares(data: Data) -> float:
    """The mean squared error of a linear regression."""
    return _squared(_with_one(data.x_val) @ _fitted(_with_one(data.x), data.y), data)


def recent_least_squares(data: Data) -> float:
    """The mean squared error of a linear regression on the last observations alone."""
    x, y = np.asarray(data.x)[-RECENT:], np.asarray(data.y)[-RECENT:]
    return _squared(_with_one(data.x_val) @ _fitted(_with_one(x), y), data)


def effects(data: Data) -> float:
    """The mean squared error of a regression on one indicator for each category."""
    x, judged, y = np.asarray(data.x), np.asarray(data.x_val), np.asarray(data.y)
    size = 1 + max(x.max(), judged.max())
    square, product = np.zeros((size, size)), np.zeros(size)  # of the indicators, without writing them out
    for column in x.T:
        np.add.at(product, column, y)
        for other in x.T:
            np.add.at(square, (column, other), 1)
    return _squared(_solved(square, product)[judged].sum(axis=1), data)


def frequencies(data: Data) -> float:
    """The cross-entropy of the shares of the classes."""
    shares = np.bincount(np.asarray(data.y, dtype=int)) / len(np.asarray(data.y))
    return float(-np.mean(np.log(shares[np.asarray(data.y_val, dtype=int)])))


def constant_variance(data: Data) -> float:
    """QLIKE of the mean of the squared returns."""
    return _qlike(np.full(len(np.asarray(data.y_val)), np.mean(np.asarray(data.y))), data)


def moving_average(data: Data) -> float:
    """QLIKE of the exponential average of the squared returns, of all days before."""
    forecast, forecasts = float(np.mean(np.asarray(data.y))), []
    for square in _returns(data) ** 2:
        forecast = DECAY * forecast + (1 - DECAY) * square
        forecasts.append(forecast)
    return _qlike(np.array(forecasts[-len(np.asarray(data.y_val)) :]), data)


def garch(data: Data) -> float:
    """QLIKE of GARCH(1,1), fitted by maximum likelihood to the days of the training and then carried on."""
    try:
        from arch import arch_model
    except ModuleNotFoundError:
        raise ImportError("GARCH is fitted by the package arch: pip install arch") from None
    returns, judged = _returns(data), len(np.asarray(data.y_val))
    learned = len(returns) - judged + 1  # the return of the last day of the training stands before the first judged
    model = arch_model(returns, mean="Zero", rescale=False)
    fitted = model.fit(last_obs=learned, disp="off", show_warning=False)
    omega, alpha, beta = fitted.params
    h = fitted.conditional_volatility[learned - 1] ** 2
    forecasts = []
    for square in returns[learned - 1 :] ** 2:
        h = omega + alpha * square + beta * h
        forecasts.append(h)
    return _qlike(np.array(forecasts), data)


def _returns(data: Data) -> Array:
    """The returns of all days of the training, and of those that are judged but the last one."""
    x, judged = (np.asarray(part)[:, -1, 0] for part in (data.x, data.x_val))
    return np.concatenate([x[1:], judged])


def _squared(forecast: Array, data: Data) -> float:
    judged = np.asarray(data.y_val)
    return float(np.mean((judged - np.broadcast_to(forecast, judged.shape)) ** 2))


def _qlike(forecast: Array, data: Data) -> float:
    ratio = np.maximum(np.asarray(data.y_val), TINY) / forecast
    return float(np.mean(ratio - np.log(ratio) - 1))


def _with_one(x: object) -> Array:
    table = np.asarray(x)
    return np.column_stack([np.ones(len(table)), table])


def _fitted(x: Array, y: object) -> Array:
    return _solved(x.T @ x, x.T @ np.asarray(y))


def _solved(square: Array, product: Array) -> Array:
    """The weights of least squares. A trace of a ridge chooses among those that fit alike."""
    ridge = 1e-9 * np.trace(square) * np.eye(len(square))
    found: Array = np.linalg.solve(square + ridge, product)
    return found


REGRESSION = {"mean": mean, "least squares": least_squares}
DRIFTING = {"mean": mean, "recent least squares": recent_least_squares}
CATEGORIES = {"mean": mean, "effects": effects}
CURVES = {"mean": mean}
CLASSES = {"mean": frequencies}
VARIANCES = {"mean": constant_variance, "average .94": moving_average, "GARCH": garch}
