"""The class Patience(monitor="val_loss", patience=3, min_delta=0.0, mode="min"): stop in time. Section 3.10."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe

from ... import numpy_ways, questions
from ...draws import near, one
from ...public import callback_ways
from .mistakes import equivalents, mistakes, rule

NAN, MISSING = float("nan"), callback_ways.MISSING

# The best value is 2.5; before it and after it values go up and down.
UPS_AND_DOWNS = (5.0, 4.0, 3.0, 3.6, 3.2, 2.5, 2.9, 3.3, 2.8, 1.0)
STILL = (3.0, 2.0, 2.0, 2.0, 1.5, 1.2)  # it stands still, and falls again
WORSE_ONCE = (4.0, 3.0, 3.5, 2.0, 1.0)
SAW = (5.0, 4.0, 4.6, 4.3, 4.5, 4.2, 3.0, 2.0)  # after the second epoch every other one is better than the one before
CREEP = tuple(5.0 - 0.4 * epoch for epoch in range(8))  # by less than a min_delta of 1, and in time by more
SLOWER = (6.0, 4.8, 4.5, 4.2, 4.1)  # one improvement by more than 1, then none
A_LITTLE_WORSE = (4.0, 2.0, 2.3, 2.6, 2.9, 3.2, 1.0)  # each by less than a min_delta of 0.5
TO_THE_END = (5.0, 4.0, 2.0, 2.5, 2.4, 3.0)
SCORE = (-0.5, 0.3, 0.4, 0.9, 0.8, 0.85, 0.7, 1.5)
NOW_AND_THEN = (5.0, MISSING, MISSING, MISSING, 4.0, MISSING, 4.5, 4.6, 4.7)
NAN_FIRST = (NAN, 5.0, 4.0, 3.0, 3.5, 2.0)
NAN_ONLY = (NAN, NAN, NAN, 3.0)
NAN_LATER = (5.0, 4.0, NAN, NAN, NAN, 4.5)


def Patience(
    values: Any,
    theta: Any,
    monitor: str = "val_loss",
    patience: int = 3,
    min_delta: float = 0.0,
    mode: str = "min",
) -> None:
    """What a way of using the class takes."""


def case(rng: Generator, values: Sequence[float], weights: int = 2, **hyper: Any) -> dict[str, Any]:
    """A series, with weights to start from."""
    theta = rng.uniform(1.1, 1.9, size=weights)
    return {
        "values": near(rng, values),
        "theta": theta,
        "monitor": "val_loss",
        "patience": 3,
        "min_delta": 0.0,
        "mode": "min",
        **hyper,
    }


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    """Draw a series that goes up and down."""
    return case(rng, UPS_AND_DOWNS)


def told(
    what: str, values: Sequence[float], *outputs: int, way: str = "stopped", defaults: bool = False, **hyper: Any
) -> Probe:
    """One series in one of the ways. Expected are the epochs (0), the weights at the end (1), or both; what is left is
    asked as well, and tells one mistake from another. hyper: a `min_delta` is one a little off it."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        own = {**hyper, **({"min_delta": one(rng, hyper["min_delta"])} if "min_delta" in hyper else {})}
        given = case(rng, values, 1 if way.startswith("fit") else 2, **own)
        results = probes.call(ex, ask, given, defaults, way)
        for place, name in enumerate(ex.outputs):
            (ask.expect if min(place, 1) in (outputs or (0, 1)) else ask.read)(results[place], f"{name}, {what}")

    return probe


exercise = Exercise(
    reference=rule.variant(),
    asked=Patience,
    outputs=("epochs run", "epoch whose weights are held", "weights at the end"),
    arguments=arguments,
    lecture="callbacks",
    size=(),
    rtol=1e-5,
    atol=1e-5,
    public="callback_ways",
    way_words=callback_ways.IN_WORDS,
    messages=callback_ways.MESSAGES["Patience"],
    failures_alike=True,
    seconds=60.0,
    checks=(
        Check(
            "when it stops",
            1.25,
            "Training must stop after `patience` epochs in a row (3 if it is left out) without an improvement.",
            probes.all_of(
                told("ups and downs", UPS_AND_DOWNS, 0, defaults=True),
                told("standing still", STILL, 0, patience=2),
                told("one worse epoch", WORSE_ONCE, 0, patience=1),
            ),
        ),
        Check(
            "the best so far",
            0.75,
            "An epoch must be compared with the best so far, not with the one before, nor with the first.",
            probes.all_of(
                told("a saw", SAW, 0, patience=4),
                told("a saw, less patience", SAW, 0, patience=2),
            ),
        ),
        Check(
            "min_delta",
            0.75,
            "An improvement is one on the best by more than `min_delta`: value < best - min_delta.",
            probes.all_of(
                told("creeping", CREEP, 0, patience=2, min_delta=1.0),
                told("creeping, more patience", CREEP, 0, patience=3, min_delta=1.0),
                told("a little worse each time", A_LITTLE_WORSE, 0, patience=3, min_delta=0.5),
            ),
        ),
        Check(
            "the best weights are back",
            1.0,
            "After training the model must hold the weights of the best epoch.",
            probes.all_of(
                told("ups and downs", UPS_AND_DOWNS, 1),
                told("one worse epoch", WORSE_ONCE, 1, patience=1),
            ),
        ),
        Check(
            "back without a stop",
            0.5,
            "The best weights must come back in a run that was never stopped early, too.",
            probes.all_of(
                told("to the end", TO_THE_END, patience=9),
                told("to the end, with min_delta", SLOWER, patience=9, min_delta=1.0),
            ),
        ),
        Check(
            "the higher the better",
            0.5,
            "With mode `max` an improvement is value > best + min_delta.",
            told("a score", SCORE, patience=3, min_delta=0.25, mode="max", monitor="val_sharpe"),
        ),
        Check(
            "a value now and then",
            0.25,
            "An epoch whose logs lack the monitored value changes nothing.",
            told("now and then", NOW_AND_THEN, patience=2),
        ),
        Check(
            "NaN",
            0.25,
            "NaN is never an improvement, at the first epoch or later, and its epochs count.",
            probes.all_of(
                told("NaN first", NAN_FIRST, patience=2),
                told("NaN later", NAN_LATER, patience=3),
                told("nothing but NaN", NAN_ONLY, 0, patience=2),
            ),
        ),
        Check(
            "a second fit",
            0.25,
            "In a second `fit` the callback must begin anew.",
            told("after another fit", UPS_AND_DOWNS, way="again"),
        ),
        Check(
            "in a real fit",
            0.5,
            "In a real `fit` it must stop at the same epoch, and put the same weights back.",
            told("in a real fit", UPS_AND_DOWNS, way="fit stopped"),
        ),
    ),
    mistakes=mistakes,
    questions=questions.PATIENCE,
    equivalents=equivalents,
    ways=numpy_ways.WAYS,
    keywords=("monitor", "patience", "min_delta", "mode"),
    further=None,
)
