"""clip_by_global_norm(grad_w, grad_b, max_norm) -> (grad_w, grad_b)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.random import Generator
from tps.optimizers import step_probes

from autograder.exercises import libraries, probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe
from autograder.exercises.probes import Fixed, all_of
from course.judging.scripts import SHAPE

from ... import questions
from ...reference import clip_by_global_norm
from .mistakes import equivalents, mistakes

Size = tuple[tuple[int, ...], tuple[int, ...]]  # of the two gradients
WEIGHTS: Size = ((2, 3), (3,))


def gradients(rng: Generator, size: Size) -> tuple[np.ndarray, np.ndarray]:
    """The gradients of weights and of a bias, of both signs and of very different sizes."""
    w, b = size
    return step_probes.averages(rng, w), 3.0 * step_probes.points(rng, b)


def arguments(rng: Generator, size: Size) -> dict[str, Any]:
    """Draw the arguments of one call, in which the norm is above what is allowed."""
    w, b = gradients(rng, size)
    return {"grad_w": w, "grad_b": b, "max_norm": share_of_the_norm(w, b, float(rng.uniform(0.32, 0.36)))}


def share_of_the_norm(w: np.ndarray, b: np.ndarray, share: float) -> float:
    """What is allowed, as a share of the global norm."""
    return float(share * np.sqrt(np.sum(w**2) + np.sum(b**2)))


def at(share: float, what: str, size: Size = WEIGHTS, change: Callable[..., Any] | None = None) -> Probe:
    """Ask once, at this share of the norm; `change` makes other gradients of those that are drawn.

    They are long ones: what is added to the norm against a division by zero leaves no trace on them.
    """

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        w, b = (1e4 * gradient for gradient in gradients(rng, size))
        w, b = change(w, b) if change else (w, b)
        allowed = share_of_the_norm(w, b, share * rng.uniform(0.98, 1.02))
        for ref, name in zip(ask.call(ask.put(w), ask.put(b), allowed), ex.outputs, strict=True):
            ask.expect(ref, f"{name}, {what}")

    return probe


def shapes(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Arrays of any shapes give what their entries give in a row."""
    arguments = ex.arguments(rng, ((12,), (4,)))
    row = probes.call(ex, ask, arguments)
    likes = [ask.read(ref, f"{name} of one row, to compare with") for ref, name in zip(row, ex.outputs, strict=True)]
    for w, b in (((3, 4), (4,)), ((2, 3, 2), (2, 2))):
        shaped = arguments | {"grad_w": arguments["grad_w"].reshape(w), "grad_b": arguments["grad_b"].reshape(b)}
        for ref, name, like in zip(probes.call(ex, ask, shaped, kind=SHAPE), ex.outputs, likes, strict=True):
            ask.expect_like(ref, f"{name}, shapes {w} and {b}", like)


def no_gradient(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Gradients of zeros stay zeros."""
    w, b = (np.zeros(shape) for shape in WEIGHTS)
    for ref, name in zip(ask.call(ask.put(w), ask.put(b), float(rng.uniform(0.5, 0.9))), ex.outputs, strict=True):
        ask.expect(ref, name)


def huge(w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradients that have exploded."""
    return 1e8 * w, 1e8 * b


def small(w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Gradients far below 1."""
    return 1e-8 * w, 1e-8 * b


def one_sided(w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Only the weights have a gradient."""
    return w, 0.0 * b


def other_sided(w: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Only the bias has a gradient."""
    return 0.0 * w, b


SHORT: Fixed = {"max_norm": 1e3}  # nothing has to be clipped

exercise = Exercise(
    reference=clip_by_global_norm,
    outputs=("grad_w", "grad_b"),
    not_by=(*libraries.OPTIMIZERS, *libraries.CLIPPING),
    arguments=arguments,
    size=WEIGHTS,
    checks=(
        Check(
            "a long gradient",
            0.8,
            "Above max_norm both arrays must be multiplied by max_norm / n, n the norm of all their entries.",
            all_of(
                at(0.35, "a third of the norm is allowed"),
                at(0.02, "a fiftieth of the norm is allowed"),
                at(0.35, "a row of four and one number", ((4,), (1,))),
                at(0.35, "without a gradient of the bias", change=one_sided),
                at(0.35, "without a gradient of the weights", change=other_sided),
                at(1e-8, "exploded gradients", change=huge),
            ),
        ),
        Check(
            "small numbers",
            0.1,
            "Where max_norm is a small number, too, the factor must be max_norm / n and nothing else.",
            at(0.35, "both are small", change=small),
        ),
        Check(
            "just above and just below",
            0.5,
            "It is the global norm that decides: just above max_norm the gradient is shortened, just below it stays.",
            all_of(at(0.9, "a little above"), at(1.1, "a little below")),
        ),
        Check(
            "a short gradient",
            0.3,
            "Below max_norm both arrays must come back with the same numbers: nothing is made longer.",
            all_of(at(4.0, "four times the norm is allowed"), at(4.0, "small numbers, and short enough", change=small)),
            rule=False,
        ),
        Check("no gradient", 0.1, "Zeros must stay zeros (0/0 gives NaN).", no_gradient, rule=False),
        Check(
            "any shapes",
            0.05,
            "Arrays of any shapes must give what their entries give in a row, each in its shape.",
            shapes,
            rule=False,
        ),
        Check(
            "integer input",
            0.05,
            "Integer arrays must give what the same numbers as floats give (is something rounded to whole numbers?).",
            probes.integers,
            rule=False,
        ),
        Check(
            "inputs unchanged",
            0.05,
            "The function must not change the arrays it is given (`x *= ...`, `x[:] = ...` and `out=x` do).",
            probes.inputs_unchanged,
            rule=False,
        ),
        Check(
            "nothing shared",
            0.05,
            "Return new arrays, also where nothing is clipped: overwriting an input later changed your result.",
            probes.nothing_shared(SHORT),
            rule=False,
        ),
    ),
    mistakes=mistakes,
    questions=questions.CLIPPING,
    equivalents=equivalents,
)
