"""The class WarmupCosine(peak, warmup, total): a rate for each batch. Section 3.12."""

from __future__ import annotations

from typing import Any

from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe

from ... import numpy_ways, questions
from ...draws import one
from ...public import callback_ways
from .mistakes import equivalents, mistakes, rule


def WarmupCosine(epochs: int, steps: int, rate: float, peak: float, warmup: int, total: int) -> None:
    """What a way of using the class takes."""


def case(rng: Generator, epochs: int, steps: int, warmup: int, total: int) -> dict[str, Any]:
    """So many epochs of so many batches, and a schedule."""
    return {
        "epochs": epochs,
        "steps": steps,
        "rate": one(rng, 0.21),
        "peak": one(rng, 0.63),
        "warmup": warmup,
        "total": total,
    }


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    """Draw a schedule that ends with the second epoch."""
    return case(rng, 2, 6, 3, 12)


def told(what: str, *numbers: int, output: int = 1, way: str = "batches") -> Probe:
    """Epochs, batches of each, warm-up and total. Expected are the rates in the warm-up (0), or those after it (1); the
    others are asked as well, and tell one mistake from another."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for place, found in enumerate(probes.call(ex, ask, case(rng, *numbers), way=way)):
            (ask.expect if place == output else ask.read)(found, f"{ask.outputs(way)[place]}, {what}")

    return probe


exercise = Exercise(
    reference=rule.variant(),
    asked=WarmupCosine,
    outputs=("rates in the warm-up", "rates after it"),
    arguments=arguments,
    lecture="callbacks",
    size=(),
    rtol=2e-5,
    atol=2e-7,
    public="callback_ways",
    way_words=callback_ways.IN_WORDS,
    way_outputs={"fit batches": ("way of the weight",)},
    messages=callback_ways.MESSAGES["WarmupCosine"],
    failures_alike=True,
    seconds=60.0,
    checks=(
        Check(
            "warm-up",
            1.0,
            "In the warm-up, t < warmup, the rate must be peak (t + 1) / warmup.",
            told("a long warm-up", 1, 7, 5, 20, output=0),
        ),
        Check(
            "cosine",
            1.0,
            "After the warm-up the rate must be peak / 2 (1 + cos(pi (t - warmup) / (total - warmup))).",
            probes.all_of(
                told("a short warm-up", 1, 11, 2, 11),
                told("without a warm-up", 1, 5, 0, 5),
            ),
        ),
        Check(
            "on over the epochs",
            0.5,
            "t must count the batches on over all epochs.",
            told("three epochs", 3, 4, 5, 12),
        ),
        Check(
            "after the end",
            0.25,
            "From t = total on the rate must be 0.",
            told("beyond the end", 2, 5, 2, 7),
        ),
        Check(
            "in a real fit",
            0.25,
            "In a real `fit` the weights must move as these rates move them.",
            told("two epochs", 2, 4, 3, 8, output=0, way="fit batches"),
        ),
    ),
    mistakes=mistakes,
    questions=questions.WARMUP_COSINE,
    equivalents=equivalents,
    ways=numpy_ways.WAYS,
    keywords=("peak", "warmup", "total"),
    further=None,
)
