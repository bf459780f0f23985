"""The class RelativePlateau(monitor, factor, patience, threshold, cooldown, min_lr): cut the rate. Section 3.11."""

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

FLAT = (5.0, 4.0, 3.0, 3.1, 3.2, 2.0, 2.1)
LONG = (5.0, 4.0, 4.1, 4.3, 4.2, 4.4, 4.1, 4.2, 3.0, 3.1, 3.2)
NOW_AND_THEN = (5.0, 5.1, 4.0, 4.1, 3.0, 3.1, 2.0, 2.1)  # never two epochs in a row without an improvement
SAW = (5.0, 4.0, 4.8, 4.4, 4.9, 4.5, 4.95)  # every other epoch is better than the one before, none than the second
# Thresholds of a fifth: 4.1 and 3.9 are no improvement on 5, 3.7 is one; 3.1 is none on that; 2.8 is one.
BY_A_FIFTH = (5.0, 4.1, 3.7, 3.4, 3.1, 2.8, 2.4, 2.3)
BETWEEN = (5.0, 4.08, 3.9, 3.8, 3.7, 2.72)  # the second is below best / 1.2, not below best * 0.8
A_LITTLE_WORSE = (4.0, 4.4, 4.7, 5.0, 5.3, 5.6)
SMALL = 1e-6  # daily squared returns are of this size
FAR_BELOW = (5.0, 3.0, 1.0, 0.2, 0.1, 0.05)
LONG_PLATEAU = (5.0,) + (4.0,) * 12
IN_COOLDOWN = (5.0, 5.2, 5.3, 3.0, 3.5, 3.6, 3.7, 3.8, 3.9)  # the best comes just after a cut


def RelativePlateau(
    values: Any,
    rate: float,
    monitor: str = "val_loss",
    factor: float = 0.5,
    patience: int = 2,
    threshold: float = 0.01,
    cooldown: int = 0,
    min_lr: float = 0.0,
) -> None:
    """What a way of using the class takes."""


def case(rng: Generator, values: Sequence[float], scale: float = 1.0, **hyper: Any) -> dict[str, Any]:
    """A series, and a rate to begin with."""
    return {
        "values": scale * near(rng, values, 0.002),
        "rate": one(rng, 0.83),
        "monitor": "val_loss",
        "factor": 0.5,
        "patience": 2,
        "threshold": 0.01,
        "cooldown": 0,
        "min_lr": 0.0,
        **hyper,
    }


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    """Draw a series with a plateau."""
    return case(rng, FLAT)


def told(
    what: str,
    values: Sequence[float],
    way: str = "rates",
    defaults: bool = False,
    scale: float = 1.0,
    **hyper: Any,
) -> Probe:
    """One series in one of the ways. hyper: `factor`, `threshold` and `min_lr` are numbers a little off these."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        own = {name: one(rng, hyper[name]) for name in ("factor", "threshold", "min_lr") if name in hyper}
        given = case(rng, values, scale, **(hyper | own))
        (found,) = probes.call(ex, ask, given, defaults, way)
        ask.expect(found, f"{ex.outputs[0]}, {what}")

    return probe


exercise = Exercise(
    reference=rule.variant(),
    asked=RelativePlateau,
    outputs=("learning rates",),
    arguments=arguments,
    lecture="callbacks",
    size=(),
    rtol=1e-5,
    atol=1e-9,
    tolerances={"fit rates": (1e-4, 1e-5)},
    public="callback_ways",
    way_words=callback_ways.IN_WORDS,
    messages=callback_ways.MESSAGES["RelativePlateau"],
    failures_alike=True,
    seconds=60.0,
    checks=(
        Check(
            "the first cut",
            0.75,
            "The rate must be multiplied by `factor` (0.5) after `patience` (2) epochs without an improvement.",
            probes.all_of(
                told("a plateau", FLAT),
                told("a plateau, all by default", FLAT, defaults=True),
                told("another factor and patience", LONG, factor=0.37, patience=4),
                told("another value watched", FLAT, monitor="val_mae", patience=1),
            ),
        ),
        Check(
            "relative threshold",
            0.75,
            "An improvement is a value below best * (1 - threshold), whatever the size of the loss.",
            probes.all_of(
                told("by a fifth", BY_A_FIFTH, threshold=0.2),
                told("between two bounds", BETWEEN, threshold=0.2),
                told("a little worse", A_LITTLE_WORSE, threshold=0.15),
                told("a small loss", FLAT, scale=SMALL),
                told("a small loss, falling", FAR_BELOW, scale=SMALL, threshold=0.2),
            ),
        ),
        Check(
            "the best so far",
            0.5,
            "An epoch must be compared with the best so far, and an improvement sets the count to 0.",
            probes.all_of(told("a saw", SAW, patience=3), told("in turns", NOW_AND_THEN)),
        ),
        Check(
            "again and again",
            0.5,
            "After a reduction the count begins at 0; each one multiplies the rate that is there.",
            probes.all_of(
                told("a long plateau", LONG_PLATEAU, factor=0.8, patience=3),
                told("another hand on the rate", LONG_PLATEAU, way="moved"),
            ),
        ),
        Check(
            "cooldown",
            0.75,
            "After a reduction exactly `cooldown` epochs are not counted; their best counts.",
            probes.all_of(
                told("a cooldown of 1", LONG_PLATEAU, cooldown=1),
                told("a cooldown of 3", LONG_PLATEAU, patience=3, cooldown=3),
                told("a best in a cooldown", IN_COOLDOWN, cooldown=2),
            ),
        ),
        Check(
            "min_lr",
            0.5,
            "The rate must come down to `min_lr`, and not below.",
            told("down to min_lr", LONG_PLATEAU, min_lr=0.06),
        ),
        Check(
            "in a real fit",
            0.25,
            "In a real `fit` the optimizer must train with the new rate.",
            told("in a real fit", LONG[:9], way="fit rates"),
        ),
    ),
    mistakes=mistakes,
    questions=questions.RELATIVE_PLATEAU,
    equivalents=equivalents,
    ways=numpy_ways.WAYS,
    keywords=("monitor", "factor", "patience", "threshold", "cooldown", "min_lr"),
    further=None,
)
