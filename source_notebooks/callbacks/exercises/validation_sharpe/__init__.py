"""The class ValidationSharpe(x, returns, periods=252): a metric of one's own. Section 3.13."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe

from ... import numpy_ways, questions
from ...draws import near, one
from ...public import callback_ways
from .mistakes import equivalents, mistakes, rule

DAYS = 14
# Two features of each day, and the return: it goes with the first feature, and a little against the second one.
FIRST = (0.9, -0.7, 0.4, 1.2, -1.1, 0.3, -0.5, 0.8, -0.2, -0.9, 0.6, 1.0, -0.4, 0.5)
SECOND = (0.3, 0.8, -0.6, -0.9, -0.3, 0.7, 0.4, -0.8, 1.1, -0.5, 0.9, 0.2, -1.0, -0.7)
RETURNS = (0.02, -0.013, -0.004, 0.015, -0.021, 0.012, 0.003, 0.007, -0.009, -0.017, 0.011, -0.006, 0.005, 0.014)


def ValidationSharpe(w: Any, x: Any, returns: Any, periods: float = 252) -> None:
    """What a way of using the class takes."""


def arguments(rng: Generator, size: Any, off: float = 1.0) -> dict[str, Any]:
    """Draw days with two features, and weights that turn them into positions of both signs. off: how far numbers may be
    off the placed ones."""
    return {
        "w": near(rng, (0.7, -0.4), 0.05 * off),
        "x": np.column_stack([near(rng, FIRST, 0.08 * off), near(rng, SECOND, 0.08 * off)]),
        "returns": near(rng, RETURNS, 8e-4 * off),
        "periods": 252,
    }


def told(what: str, *outputs: int, way: str = "logged", defaults: bool = False, **fixed: Any) -> Probe:
    """One use; in a `fit`, where comparisons decide, of nearly the placed numbers. fixed: arguments that are not drawn;
    `periods` is a number a little off this one."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        given = arguments(rng, (), 0.02 if way.startswith("fit") else 1.0) | fixed
        if "periods" in fixed:
            given["periods"] = one(rng, fixed["periods"])
        results = probes.call(ex, ask, given, defaults, way)
        for place, name in enumerate(ask.outputs(way)):
            (ask.expect if place in (outputs or (0, 1)) else ask.read)(results[place], f"{name}, {what}")

    return probe


exercise = Exercise(
    reference=rule.variant(),
    asked=ValidationSharpe,
    outputs=("val_sharpe",),
    arguments=arguments,
    lecture="callbacks",
    size=(),
    rtol=2e-5,
    atol=1e-6,
    public="callback_ways",
    way_words=callback_ways.IN_WORDS,
    way_outputs={"fit logged": ("epochs run", "last val_sharpe")},
    messages=callback_ways.MESSAGES["ValidationSharpe"],
    failures_alike=True,
    seconds=60.0,
    checks=(
        Check(
            "the ratio",
            1.25,
            "logs['val_sharpe'] must be sqrt(periods) mean / std of the profits, position times return, of all days.",
            probes.all_of(told("252 periods, given"), told("weights of both signs", w=np.array([-0.52, 0.31]))),
        ),
        Check(
            "periods",
            0.5,
            "`periods` must be used as it is given, and be 252 if it is not.",
            probes.all_of(told("12 periods", periods=12.0), told("periods by default", defaults=True)),
        ),
        Check(
            "without risk",
            0.25,
            "Where all profits are alike, as with positions of 0, the ratio must be 0.",
            told("no positions", w=np.zeros(2)),
            rule=False,
        ),
        Check(
            "in a real fit",
            1.0,
            "In a real `fit` the value must reach the history, and an EarlyStopping behind must see it.",
            told("in a real fit", 0, way="fit logged"),
        ),
    ),
    mistakes=mistakes,
    questions=questions.VALIDATION_SHARPE,
    equivalents=equivalents,
    ways=numpy_ways.WAYS,
    keywords=("x", "returns", "periods"),
    further=None,
)
