"""noise_scale(grads) -> (g2, trace, scale). Section 3.15."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise

from ... import draws, promises, questions
from ...reference import noise_scale
from .mistakes import equivalents, mistakes


@dataclass(frozen=True)
class Gradients:
    """N gradients of d parameters: how long their mean is, and how widely they are spread about it."""

    n: int
    d: int
    mean: float = 1.0
    spread: float = 1.0


USUAL, FEW, MANY = Gradients(7, 3), Gradients(4, 5, mean=2.0), Gradients(12, 2, mean=0.6)
ONE = Gradients(6, 1)
LOST = Gradients(6, 3, mean=0.05, spread=2.0)  # so noisy that the estimate of |G|^2 is below 0
TWO = Gradients(2, 3, mean=1.5)
STEEP = Gradients(5, 2, mean=4e4, spread=1e4)  # all of them positive


def arguments(rng: Generator, size: Gradients) -> dict[str, Any]:
    """Draw gradients whose mean and spread are nearly the same in all draws."""
    around = draws.signed(rng, (size.n, size.d), 0.3, 1.5, first=0.2)
    around -= around.mean(axis=0)
    return {"grads": size.mean * draws.signed(rng, (size.d,), 0.6, 1.4, first=0.3) + size.spread * around}


exercise = Exercise(
    reference=noise_scale,
    outputs=("g2", "trace", "scale"),
    arguments=arguments,
    lecture="parameters",
    size=USUAL,
    checks=(
        Check(
            "trace",
            0.75,
            "The trace must be the sum over the parameters of the variance, with divisor N - 1, of their gradients.",
            probes.all_of(
                probes.calls(1, size=USUAL, times=1, what=" of 7 gradients"),
                probes.calls(1, size=FEW, times=1, what=" of 4 gradients"),
                probes.calls(1, size=MANY, times=1, what=" of 12 gradients"),
                probes.calls(1, size=STEEP, times=1, what=" of large gradients"),
            ),
        ),
        Check(
            "squared length",
            1.0,
            "From the squared length of the mean gradient the share of the noise, trace / N, must be taken off.",
            probes.all_of(
                probes.calls(0, size=USUAL, times=1, what=" of 7 gradients"),
                probes.calls(0, size=FEW, times=1, what=" of 4 gradients"),
                probes.calls(0, size=MANY, times=1, what=" of 12 gradients"),
                probes.calls(0, size=STEEP, times=1, what=" of large gradients"),
            ),
        ),
        Check(
            "scale",
            0.5,
            "The scale must be the trace divided by the squared length.",
            probes.all_of(
                probes.calls(2, size=USUAL, times=1, what=" of 7 gradients"),
                probes.calls(2, size=FEW, times=1, what=" of 4 gradients"),
                probes.calls(2, size=MANY, times=1, what=" of 12 gradients"),
                probes.calls(2, size=STEEP, times=1, what=" of large gradients"),
            ),
        ),
        Check(
            "one parameter, two gradients",
            0.25,
            "A single parameter, and two gradients alone, must give the same three numbers.",
            probes.all_of(
                probes.calls(size=ONE, times=1, what=" of one parameter"),
                probes.calls(size=TWO, times=1, what=" of two gradients"),
            ),
        ),
        Check(
            "lost in the noise",
            0.25,
            "Where the estimate of the squared length is below 0 it must be returned as it is.",
            probes.calls(size=LOST, times=1),
        ),
        promises.integer_input(0.15),
        promises.inputs_unchanged(0.1),
    ),
    mistakes=mistakes,
    questions=questions.NOISE_SCALE,
    equivalents=equivalents,
)
