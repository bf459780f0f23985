"""loss_and_gradients(x, y, W1, b1, W2, b2): arguments of coupled shapes, five results of different shapes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.variants import Anatomy

Array = np.ndarray
RESULTS = ("loss", "dW1", "db1", "dW2", "db2")


def loss_and_gradients(x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: float) -> None:
    """Mean squared error of one hidden layer of tanh, and its gradients. The stages below are the rule."""


def arguments(rng: Generator, size: tuple[int, int, int]) -> dict[str, Any]:
    """Draw n observations of p features, and the weights of h hidden units."""
    n, p, h = size
    return {
        "x": rng.normal(size=(n, p)),
        "y": rng.normal(size=n),
        "W1": rng.normal(size=(p, h)),
        "b1": rng.normal(size=h),
        "W2": rng.normal(size=h),
        "b2": float(rng.normal()),
    }


def far(rng: Generator, size: tuple[int, int, int]) -> Array:
    """Biases so large that tanh is 1 or -1 exactly and its derivative 0."""
    return 1000.0 * probes.signs(rng, (size[2],))


rule = Anatomy(
    loss_and_gradients,
    stages={
        "n": lambda s: len(s.y),
        "a": lambda s: s.x @ s.W1 + s.b1,
        "H": lambda s: np.tanh(s.a),
        "error": lambda s: s.H @ s.W2 + s.b2 - s.y,
        "loss": lambda s: (s.error**2).mean(),
        "r": lambda s: 2 * s.error / s.n,
        "slope": lambda s: 1 - s.H**2,
        "D": lambda s: np.outer(s.r, s.W2) * s.slope,
        "dW1": lambda s: s.x.T @ s.D,
        "db1": lambda s: s.D.sum(axis=0),
        "dW2": lambda s: s.H.T @ s.r,
        "db2": lambda s: s.r.sum(),
    },
    returns=RESULTS,
)


def _of(did: str, hint: str) -> dict[str, str]:
    return {"did": did, "effect": "", "hint": hint, "section": ""}


mistakes = (
    rule.wrong(
        "sum-of-squares",
        **_of("The loss is a sum.", "Your loss is the sum of the squared errors. Divide by n."),
        loss=lambda s: (s.error**2).sum(),
    ),
    rule.wrong(
        "no-factor-two",
        **_of("The 2 of the square is lost.", "All your gradients are half: the square has the derivative 2 (o - y)."),
        r=lambda s: s.error / s.n,
    ),
    rule.wrong(
        "not-a-mean",
        **_of("The gradients are those of a sum.", "Your gradients are those of the sum of squares: divide by n."),
        r=lambda s: 2 * s.error,
    ),
    rule.wrong(
        "slope-of-tanh",
        **_of("The derivative is 1 - H.", "The derivative of tanh is 1 - H**2, you use 1 - H."),
        slope=lambda s: 1 - s.H,
    ),
    rule.wrong(
        "slope-of-a",
        **_of("The derivative is 1 - a**2.", "The derivative of tanh is 1 - H**2 of its value H, you use 1 - A**2."),
        slope=lambda s: 1 - s.a**2,
    ),
    rule.wrong(
        "bias-by-the-mean",
        **_of("b1's gradient is a mean.", "Your db1 is a mean over the observations; the 1/n stands in r already."),
        db1=lambda s: s.D.mean(axis=0),
    ),
    rule.wrong(
        "bias-not-summed",
        **_of("b2's gradient is not summed.", "Your db2 has one entry for each observation. Sum them."),
        db2=lambda s: s.r,
    ),
    rule.wrong(
        "tanh-overflows",
        **_of("tanh by exponentials.", "Your tanh is nan for large numbers: exp overflows. Use `np.tanh`."),
        H=lambda s: (np.exp(s.a) - np.exp(-s.a)) / (np.exp(s.a) + np.exp(-s.a)),
    ),
    rule.wrong(
        "into-the-weights",
        **_of("dW2 is written into W2.", "You write the gradient into W2, which is not yours. Make a new array."),
        dW2=lambda s: np.matmul(s.H.T, s.r, out=s.W2),
    ),
)


def one_by_one(x: Array, y: Array, W1: Array, b1: Array, W2: Array, b2: float) -> tuple[Any, ...]:
    """A loop over the observations."""
    loss, dW1, db1, dW2, db2 = 0.0, np.zeros(W1.shape), np.zeros(len(b1)), np.zeros(len(b1)), 0.0
    for row, target in zip(x, y, strict=True):
        h = np.tanh(row @ W1 + b1)
        r = h @ W2 + b2 - target
        d = 2 * r * W2 * (1 - h) * (1 + h)
        loss, db2 = loss + r**2, db2 + 2 * r
        dW1, db1, dW2 = dW1 + np.outer(row, d), db1 + d, dW2 + 2 * r * h
    n = len(x)
    return loss / n, dW1 / n, db1 / n, dW2 / n, db2 / n


equivalents = {
    "one by one": one_by_one,
    "products by einsum": rule.variant(
        D=lambda s: np.einsum("n,h,nh->nh", s.r, s.W2, s.slope),
        dW1=lambda s: np.einsum("np,nh->ph", s.x, s.D),
        dW2=lambda s: np.einsum("nh,n->h", s.H, s.r),
    ),
    "the derivative by cosh": rule.variant(slope=lambda s: 1 / np.cosh(s.a) ** 2),
    "divided at the end": rule.variant(
        r=lambda s: 2 * s.error,
        dW1=lambda s: s.x.T @ s.D / s.n,
        db1=lambda s: s.D.sum(axis=0) / s.n,
        dW2=lambda s: s.H.T @ s.r / s.n,
        db2=lambda s: s.r.mean(),
    ),
}

exercise = Exercise(
    reference=rule.variant(),
    asked=loss_and_gradients,
    outputs=RESULTS,
    arguments=arguments,
    size=(5, 3, 4),
    checks=(
        Check("loss", 1.0, "The loss must be the mean of the squared errors.", probes.calls(0)),
        Check("output layer", 1.0, "dW2 = H' r and db2 = sum r, with r = 2 (o - y) / n.", probes.calls(3, 4)),
        Check("hidden layer", 1.0, "dW1 = X' D and db1 = sum D, with D = r W2' (1 - H^2).", probes.calls(1, 2)),
        Check("a batch of one", 0.5, "One observation must give its own gradients.", probes.calls(size=(1, 3, 4))),
        Check(
            "saturated",
            0.5,
            "Where tanh is 1 or -1, its derivative is 0 and nothing is nan.",
            probes.calls(fixed={"b1": far}),
        ),
        Check("integers", 0.25, "Integer input must give the same.", probes.integers, rule=False),
        Check("inputs unchanged", 0.25, "Your inputs must stay as they are.", probes.inputs_unchanged, rule=False),
        Check("nothing shared", 0.5, "Results must be new arrays.", probes.nothing_shared(), rule=False),
    ),
    mistakes=mistakes,
    equivalents=equivalents,
)
