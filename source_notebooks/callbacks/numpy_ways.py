"""The ways of `callback_ways`, gone by models in NumPy: what a callback would do, without Keras.

A model is a function of one epoch, or of one batch, with the hyper-parameters by the names that they have in the class.

    watching(epoch, logs, weights, own, fit, ..., hyper) -> (stop, back, now)      a `Patience`
    cutting(epoch, logs, rate, first, fit, ..., hyper) -> new rate                  a `RelativePlateau`
    setting(step, epoch, batch, rate, fit, ..., hyper) -> rate of this batch        a `WarmupCosine`
    measuring(w, ..., hyper) -> what it writes into the logs                        a `ValidationSharpe`

fit: a dict for what is kept in one fit; own: one that lives as long as the callback. back: the weights that would be
held if training ended here; now: those that it goes on with; None where nothing is put back. `tests` holds each way
against the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .public import callback_ways as real

Array = np.ndarray
Names = Sequence[str]
Rule = Callable[..., Any]


def _hyper(names: Names, hyper: Sequence[Any]) -> dict[str, Any]:
    return dict(zip(names, hyper, strict=False))


def _logs(epoch: int, known: dict[str, Any], value: float) -> real.Logs:
    return real.logs_of(epoch, known.get("monitor", "val_loss"), value)


def _watched(rule: Rule, known: dict[str, Any], values: Array, theta: Array, own: dict[str, Any]) -> Any:
    fit: dict[str, Any] = {}
    for epoch, value in enumerate(values):
        weights = real.weights_after(epoch, theta)
        stop, back, _ = rule(epoch, _logs(epoch, known, value), weights, own, fit, **known)
        if stop:
            break
    return real.ended(epoch + 1, weights if back is None else back, real.path(values, theta))


def stopped(rule: Rule, names: Names, values: Array, theta: Array, *hyper: Any) -> Any:
    """A series of monitored values."""
    return _watched(rule, _hyper(names, hyper), values, theta, {})


def again(rule: Rule, names: Names, values: Array, theta: Array, *hyper: Any) -> Any:
    """A second fit; the values of the first are half as large."""
    own: dict[str, Any] = {}
    _watched(rule, _hyper(names, hyper), 0.5 * values, theta, own)
    return _watched(rule, _hyper(names, hyper), values, theta, own)


def fit_stopped(rule: Rule, names: Names, values: Array, theta: Array, *hyper: Any) -> Any:
    """A fit whose weight is its validation loss."""
    known, fit, own = _hyper(names, hyper), {}, {}  # type: ignore[var-annotated]
    weights = np.asarray(theta, dtype=float)
    for epoch, step in enumerate(np.diff(np.concatenate([theta, values]))):
        before, weights = weights, weights + step
        logs = {"loss": float(before[0]), "val_loss": float(weights[0])}
        stop, back, now = rule(epoch, logs, weights, own, fit, **known)
        if stop:
            break
        weights = weights if now is None else now
    return real.ended(epoch + 1, weights if back is None else back, values[:, None])


def _cut(rule: Rule, names: Names, values: Array, rate: float, hyper: Sequence[Any], outside: bool) -> Array:
    known, first, found, fit = _hyper(names, hyper), rate, [], {}  # type: ignore[var-annotated]
    for epoch, value in enumerate(values):
        rate = rule(epoch, _logs(epoch, known, value), rate, first, fit, **known)
        if outside and epoch == real.OUTSIDE:
            rate *= real.SETS
        found.append(rate)
    return np.array(found)


def rates(rule: Rule, names: Names, values: Array, rate: float, *hyper: Any) -> Array:
    """A series of monitored values."""
    return _cut(rule, names, values, rate, hyper, outside=False)


def moved(rule: Rule, names: Names, values: Array, rate: float, *hyper: Any) -> Array:
    """The same, and once something else changes the rate."""
    return _cut(rule, names, values, rate, hyper, outside=True)


def fit_rates(rule: Rule, names: Names, values: Array, rate: float, *hyper: Any) -> Array:
    """A fit whose weight is its validation loss, and moves less where the rate is lower."""
    known, first, fit, start = _hyper(names, hyper), rate, {}, values[0] + 1.0  # type: ignore[var-annotated]
    weight = start
    for epoch, step in enumerate(np.diff(np.concatenate([[start], values]))):
        before, weight = weight, weight + rate / first * step
        rate = rule(epoch, {"loss": before, "val_loss": weight}, rate, first, fit, **known)
    return np.array([rate, weight])


def _set(rule: Rule, names: Names, epochs: int, steps: int, rate: float, hyper: Sequence[Any]) -> list[float]:
    known, found, fit = _hyper(names, hyper), [], {}  # type: ignore[var-annotated]
    for step in range(epochs * steps):
        rate = rule(step, step // steps, step % steps, rate, fit, **known)
        found.append(rate)
    return found


def batches(
    rule: Rule, names: Names, epochs: int, steps: int, rate: float, peak: float, warmup: int, total: int
) -> tuple[Array, Array]:
    """Epochs of so many batches."""
    return real.split(_set(rule, names, epochs, steps, rate, (peak, warmup, total)), warmup)


def fit_batches(rule: Rule, names: Names, epochs: int, steps: int, rate: float, *hyper: Any) -> float:
    """A fit whose gradients are 1, 2, 3, ..."""
    found = _set(rule, names, epochs, steps, rate, hyper)
    return float(np.array(found) @ np.arange(1.0, len(found) + 1))


def logged(rule: Rule, names: Names, w: Array, *hyper: Any) -> float:
    """One epoch."""
    return float(rule(w, **_hyper(names, hyper)))


def fit_logged(rule: Rule, names: Names, w: Array, *hyper: Any) -> tuple[float, float]:
    """A fit with EarlyStopping behind the callback."""
    best, wait = -np.inf, 0
    for epoch, turn in enumerate(real.turns(w)):
        w = w - real.ETA * turn
        value = logged(rule, names, w, *hyper)
        # As Keras' own: what comes first is the best, be it a number or not.
        better = epoch == 0 or value > best
        best, wait = (value, 0) if better else (best, wait + 1)
        if wait >= real.WAITS and epoch > 0:
            break
    return float(epoch + 1), value


WAYS: dict[str, Callable[..., Any]] = {
    "stopped": stopped,
    "again": again,
    "fit stopped": fit_stopped,
    "rates": rates,
    "moved": moved,
    "fit rates": fit_rates,
    "batches": batches,
    "fit batches": fit_batches,
    "logged": logged,
    "fit logged": fit_logged,
}
