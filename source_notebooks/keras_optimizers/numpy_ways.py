"""The ways of `optimizer_ways`, gone by models in NumPy: what a Keras optimizer would do, without Keras.

A model is a function of one variable and one step,

    rule(theta, grad, t, learning_rate, ..., optimizer=Optimizer) -> new theta

with the hyper-parameters by the names that they have in Keras. `tests` holds each way against the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .public.optimizer_ways import CHANGES, PARTS, ROUNDS, STEPS, STOPS

# With TensorFlow: once more for a model that is new, to find the variables. A model that was loaded has them.
TRACES = 2

Array = np.ndarray
Rule = Callable[..., Array]
Names = Sequence[str]


@dataclass
class Optimizer:
    """What an optimizer keeps between steps, and how it came about.

    first_rate: the learning rate when it was made. slots: what it keeps, by name and variable; Keras saves it with the
    model. untracked: the same for what Keras does not know of. variable: the index of the one that is updated.
    configured: made from a configuration. calls: how often its Python code has run, for this variable or another.
    traces: how often it runs in a compiled `fit`, all before the first step; 0 if it is not compiled.
    """

    first_rate: float
    slots: dict[tuple[str, int], Any] = field(default_factory=dict)
    untracked: dict[tuple[str, int], Any] = field(default_factory=dict)
    variable: int = 0
    configured: bool = False
    traces: int = 0
    calls: int = 0


def _stepped(
    rule: Rule,
    optimizer: Optimizer,
    parts: list[Array],
    rows: Array,
    rates: Sequence[float],
    hyper: dict[str, float],
    begin: int = 1,
) -> list[Array]:
    """The weights after each row of gradients; `parts` are the variables, `rates` one for each row."""
    cuts = np.cumsum([len(part) for part in parts])[:-1]
    found = []
    for number, (row, rate) in enumerate(zip(rows, rates, strict=True)):
        for i, grad in enumerate(np.split(row, cuts)):
            optimizer.variable = i
            optimizer.calls += optimizer.traces * (number == 0) if optimizer.traces else 1
            parts[i] = np.asarray(rule(parts[i], grad, begin + number, rate, **hyper, optimizer=optimizer))
        found.append(np.concatenate(parts))
    return found


def _rows(theta: Array, grads: Array) -> Array:
    return np.asarray(grads, dtype=float).reshape(STEPS, len(theta))


def _way(
    several: bool = False, changing: bool = False, traces: int = 0, configured: bool = False, rounds: int = 1
) -> Callable[..., tuple[Array, ...]]:
    def way(rule: Rule, names: Names, theta: Array, grads: Array, eta: float, *hyper: float) -> tuple[Array, ...]:
        parts = np.split(theta, np.cumsum([int(np.prod(shape)) for shape in PARTS])[:-1]) if several else [theta]
        rows = np.tile(_rows(theta, grads), (rounds, 1))
        rates = [eta / 2 if changing and k >= CHANGES else eta for k in range(len(rows))]
        known = dict(zip(names, hyper, strict=False))
        optimizer = Optimizer(eta, traces=traces, configured=configured)
        return tuple(_stepped(rule, optimizer, parts, rows, rates, known))[rounds - 1 :: rounds]

    return way


def _saved(rule: Rule, names: Names, theta: Array, grads: Array, eta: float, *hyper: float) -> tuple[Array, ...]:
    rows, known = _rows(theta, grads), dict(zip(names, hyper, strict=False))
    before = Optimizer(eta, traces=TRACES)
    found = _stepped(rule, before, [theta], rows[:STOPS], [eta] * STOPS, known)
    after = Optimizer(eta, slots=before.slots, configured=True, traces=1)
    rest = _stepped(rule, after, [found[-1]], rows[STOPS:], [eta] * (STEPS - STOPS), known, STOPS + 1)
    return tuple(found + rest)


WAYS: dict[str, Callable[..., tuple[Array, ...]]] = {
    "applied": _way(),
    "many steps": _way(rounds=ROUNDS),
    "several variables": _way(several=True),
    "a changing rate": _way(changing=True),
    "fit": _way(traces=TRACES),
    "rebuilt": _way(configured=True),
    "saved": _saved,
}
