"""How clipping by the global norm goes wrong, and right in other words."""

from __future__ import annotations

from operator import imul
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import clip_by_global_norm

Array = np.ndarray

rule = Anatomy(
    clip_by_global_norm,
    stages={
        "limit": lambda s: s.max_norm,
        "w": lambda s: s.grad_w,
        "b": lambda s: s.grad_b,
        "squares": lambda s: np.sum(np.square(s.w, dtype=float)) + np.sum(np.square(s.b, dtype=float)),
        "norm": lambda s: np.sqrt(s.squares),
        "long": lambda s: s.norm > s.limit,
        "shorter": lambda s: s.limit / s.norm if s.norm else np.inf,
        "factor": lambda s: s.shorter if s.long else 1.0,
        "w_new": lambda s: s.w * s.factor,
        "b_new": lambda s: s.b * s.factor,
    },
    returns=("w_new", "b_new"),
    should=places.CLIPPING,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": "", **entry})


def _alone(x: Array, limit: float) -> Array:
    """One array clipped by its own norm."""
    norm = np.sqrt(np.sum(np.square(x, dtype=float)))
    return x * (limit / norm if norm > limit else 1.0)


mistakes = (
    _wrong(
        "each-array-by-itself",
        did="Each array is clipped by its own norm.",
        effect="The gradient changes its direction: the longer array loses more than the shorter one.",
        hint="You clip each array by its own norm, so the direction changes. One norm is taken of all entries "
        "together, and one factor multiplies both.",
        w_new=lambda s: _alone(s.w, s.limit),
        b_new=lambda s: _alone(s.b, s.limit),
    ),
    _wrong(
        "by-value",
        did="Each entry is cut to the range from -max_norm to max_norm.",
        effect="The gradient changes its direction: large entries are cut, small ones stay.",
        hint="You cut each entry to the range from -max_norm to max_norm. That is clipping by value, and turns the "
        "gradient. Clipping by the norm multiplies all entries by one factor.",
        w_new=lambda s: np.clip(s.w, -s.limit, s.limit),
        b_new=lambda s: np.clip(s.b, -s.limit, s.limit),
    ),
    _wrong(
        "short-ones-made-longer",
        did="The gradient is always scaled to the length max_norm.",
        effect="Near a minimum, where gradients vanish, the steps stay long: it never settles.",
        hint="You scale short gradients up to max_norm. Only what is longer is shortened: the factor is at most 1.",
        long=lambda s: s.norm > 0,
    ),
    _wrong(
        "zero-by-zero",
        did="The factor is max_norm / n for every n, cut at 1: at n = 0 it is computed as 0 times infinity.",
        effect="Gradients of zeros become NaN, and so do the parameters.",
        hint="Gradients of zeros become NaN: n is 0 there. Divide only if n is above max_norm.",
        factor=lambda s: min(s.limit, s.norm) / s.norm,
    ),
    _wrong(
        "no-root",
        did="The sum of the squares is used as the norm, without its root.",
        effect="Long gradients become far too short.",
        hint="The square root is missing: n is the root of the sum of all squares.",
        norm=lambda s: s.squares,
    ),
    _wrong(
        "sum-of-the-norms",
        did="The norms of the two arrays are added.",
        effect="The norm is too large: gradients are clipped too early, and too short.",
        hint="You add the norms of the two arrays. Add their squares, and take the root of the sum.",
        norm=lambda s: np.linalg.norm(np.ravel(s.w)) + np.linalg.norm(np.ravel(s.b)),
    ),
    _wrong(
        "larger-of-the-norms",
        did="The larger of the two norms is used.",
        effect="The norm is too small: what comes back is longer than max_norm.",
        hint="You take the larger of the two norms. n is the norm of all entries of both arrays together.",
        norm=lambda s: max(np.linalg.norm(np.ravel(s.w)), np.linalg.norm(np.ravel(s.b))),
    ),
    _wrong(
        "norm-of-the-weights",
        did="The norm is that of grad_w alone.",
        effect="A large gradient of the bias goes through.",
        hint="Your norm is that of grad_w alone. n is the norm of all entries of both arrays together.",
        squares=lambda s: np.sum(np.square(s.w, dtype=float)),
    ),
    _wrong(
        "sum-of-sizes",
        did="The norm is the sum of the absolute values.",
        effect="The norm is too large: gradients are clipped too early, and too short.",
        hint="You add up the absolute values. n is the root of the sum of the squares.",
        norm=lambda s: np.sum(np.abs(s.w)) + np.sum(np.abs(s.b)),
    ),
    _wrong(
        "largest-entry",
        did="The norm is the largest absolute value.",
        effect="The norm is too small: what comes back is longer than max_norm.",
        hint="You take the largest entry for the norm. n is the root of the sum of the squares.",
        norm=lambda s: max(np.max(np.abs(s.w)), np.max(np.abs(s.b))),
    ),
    _wrong(
        "root-mean-square",
        did="The norm is the root of the mean square.",
        effect="The norm is too small, by the root of the number of entries.",
        hint="You take the mean of the squares. n is the root of their sum.",
        squares=lambda s: np.mean(np.concatenate([np.ravel(s.w), np.ravel(s.b)]) ** 2.0),
    ),
    _wrong(
        "scaled-to-one",
        did="A long gradient is divided by its norm, and max_norm is forgotten.",
        effect="Long gradients come back with length 1, whatever is allowed.",
        hint="You divide by n alone: long gradients get the length 1. Multiply by max_norm / n.",
        shorter=lambda s: 1 / s.norm,
    ),
    _wrong(
        "divided-by-the-limit",
        did="A long gradient is divided by max_norm.",
        effect="How long it is afterwards depends on how long it was.",
        hint="You divide by max_norm. The factor is max_norm / n.",
        shorter=lambda s: 1 / s.limit,
    ),
    _wrong(
        "factor-upside-down",
        did="A long gradient is multiplied by n / max_norm.",
        effect="Long gradients become longer: what explodes explodes faster.",
        hint="The factor is upside down: you multiply by n / max_norm, which is above 1. It is max_norm / n.",
        shorter=lambda s: s.norm / s.limit,
    ),
    _wrong(
        "factor-squared",
        did="The factor is applied twice.",
        effect="Long gradients come back shorter than max_norm.",
        hint="You multiply by max_norm / n twice. Once makes the length max_norm.",
        factor=lambda s: s.shorter**2 if s.long else 1.0,
    ),
    _wrong(
        "only-the-weights",
        did="grad_w is scaled, and grad_b comes back as it was.",
        effect="The gradient changes its direction.",
        hint="You scale grad_w alone. The same factor multiplies both arrays.",
        b_new=lambda s: s.b * 1.0,
    ),
    _wrong(
        "tiny-number-in-the-norm",
        did="1e-6 is added to the norm.",
        effect="What comes back is a little shorter than max_norm; much shorter if the gradients are tiny.",
        hint="You add 1e-6 to the norm, as PyTorch does. Where n is above max_norm nothing is divided by zero: leave "
        "it out.",
        convention="PyTorch's clip_grad_norm_: max_norm / (n + 1e-6), if that is below 1",
        shorter=lambda s: s.limit / (s.norm + 1e-6),
    ),
    _wrong(
        "nothing-clipped",
        did="The arrays come back as they were.",
        effect="What explodes goes through.",
        hint="Nothing is clipped: long gradients come back as they were.",
        factor=lambda s: 1.0,
    ),
    _wrong(
        "long-ones-dropped",
        did="A long gradient is replaced by zeros.",
        effect="Where the slope is steep nothing moves any more.",
        hint="You return zeros for long gradients. They are shortened, to the length max_norm.",
        shorter=lambda s: 0.0,
    ),
    _wrong(
        "limit-fixed",
        did="max_norm = 1 is written into the code.",
        effect="Right at max_norm = 1 only.",
        hint="You use 1 whatever max_norm is passed. Use max_norm.",
        limit=lambda s: 1.0,
    ),
    _wrong(
        "arrays-exchanged",
        did="grad_b is returned before grad_w.",
        effect="The shapes do not fit the parameters.",
        hint="The results come in the wrong order: `return grad_w, grad_b`.",
        returns=("b_new", "w_new"),
    ),
    _wrong(
        "norm-returned",
        did="The norm is returned, not the arrays.",
        effect="There is no gradient to step along.",
        hint="You return the norm. Return both arrays, shortened: `return grad_w, grad_b`.",
        returns=("norm",),
    ),
    _wrong(
        "nothing-returned",
        did="The function ends without `return`.",
        effect="There is no gradient to step along.",
        hint="Your function returns nothing. End it with `return grad_w, grad_b`.",
        returns=(),
    ),
    _wrong(
        "in-place",
        did="`grad_w *= factor` changes the caller's arrays.",
        effect="Whoever uses the same gradients again finds them clipped already.",
        hint="`*=` changes the arrays that you are given. `grad_w * factor` makes a new one.",
        w_new=lambda s: imul(s.w, s.factor),
        b_new=lambda s: imul(s.b, s.factor),
    ),
    _wrong(
        "shared-if-short",
        did="If nothing is to be clipped, the caller's arrays themselves are returned.",
        effect="Right until somebody changes an array in place; then two of them change.",
        hint="If nothing is to be clipped you return the very arrays that you were given. Return new ones each time.",
        w_new=lambda s: s.w * s.factor if s.long else s.w,
        b_new=lambda s: s.b * s.factor if s.long else s.b,
    ),
    _wrong(
        "rounded",
        did="The results take the type of the inputs (zeros_like, astype).",
        effect="Integer gradients are rounded towards 0.",
        hint="The results take the type of the inputs, so integer gradients are rounded. Let NumPy choose the type.",
        w_new=lambda s: (s.w * s.factor).astype(s.w.dtype),
        b_new=lambda s: (s.b * s.factor).astype(s.b.dtype),
    ),
    _wrong(
        "flattened",
        did="Both arrays come back as one row each.",
        effect="A matrix of weights loses its shape.",
        hint="You return the arrays as rows. Each must have the shape that it came with.",
        w_new=lambda s: np.ravel(s.w) * s.factor,
        b_new=lambda s: np.ravel(s.b) * s.factor,
    ),
)


def _concatenated(s: Any) -> float:
    return float(np.linalg.norm(np.concatenate([np.ravel(s.grad_w), np.ravel(s.grad_b)])))


equivalents = {
    "np.linalg.norm of one row": rule.variant(norm=_concatenated),
    "divided by what is too long": rule.variant(factor=lambda s: 1 / max(1.0, s.norm / s.max_norm)),
    "the larger of both below": rule.variant(factor=lambda s: s.max_norm / max(s.norm, s.max_norm)),
    "np.hypot": rule.variant(norm=lambda s: np.hypot(np.linalg.norm(s.grad_w), np.linalg.norm(s.grad_b))),
    "np.vdot": rule.variant(squares=lambda s: np.vdot(s.w, s.w) + np.vdot(s.b, s.b)),
}
