"""How the softmax and its slope go wrong, and right in other words."""

from __future__ import annotations

from operator import isub
from typing import Any

import numpy as np
from scipy.special import softmax

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import softmax_step

rule = Anatomy(
    softmax_step,
    stages={
        "top": lambda s: np.max(s.z),
        "exps": lambda s: np.exp(s.z - s.top),
        "total": lambda s: np.sum(s.exps),
        "w": lambda s: s.exps / s.total,
        "mean": lambda s: s.w @ s.grad_w,
        "grad_z": lambda s: s.w * (s.grad_w - s.mean),
    },
    returns=("w", "grad_z"),
    should=places.SOFTMAX_STEP,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": "general_optimization#weights-that-stay-weights-softmax", **entry})


mistakes = (
    _wrong(
        "own-weight-only",
        did="w_i g_i: the sum of the weights is not held.",
        effect="Right for the Sharpe ratio, where w'g = 0, and for no other goal.",
        hint="You return w * g. One weight grows at the cost of all others: subtract w'g from g first.",
        mean=lambda s: 0.0,
    ),
    _wrong(
        "diagonal-only",
        did="w_i (1 - w_i) g_i: only the diagonal of the Jacobian.",
        effect="What the other weights lose has no effect.",
        hint="You use the diagonal of the Jacobian only, w (1 - w) g. Each z_i moves all weights: w_i (g_i - w'g).",
        grad_z=lambda s: s.w * (1 - s.w) * s.grad_w,
    ),
    _wrong(
        "no-weight",
        did="g_i - w'g without w_i in front.",
        effect="Assets that are hardly held move as fast as large positions.",
        hint="w is missing in front: w_i (g_i - w'g).",
        grad_z=lambda s: s.grad_w - s.mean,
    ),
    _wrong(
        "plain-mean",
        did="The plain mean of g is subtracted.",
        effect="The entries do not sum to zero.",
        hint="You subtract the plain mean of g. The mean is taken with the weights: w'g.",
        mean=lambda s: np.mean(s.grad_w),
    ),
    _wrong(
        "mean-cut-off",
        did="w'g is cut off below -1.",
        effect="For steep slopes the entries no longer sum to zero.",
        hint="Where w'g is far below zero you subtract another number. Subtract w'g as it is, however large.",
        mean=lambda s: np.maximum(s.w @ s.grad_w, -1.0),
    ),
    _wrong(
        "mean-without-its-sign",
        did="The absolute value of w'g is subtracted.",
        effect="Right where w'g is positive only.",
        hint="You subtract w'g as if it were never negative. It has a sign: subtract it as it is.",
        mean=lambda s: np.abs(s.w @ s.grad_w),
    ),
    _wrong(
        "sum-of-slopes",
        did="The sum of g is subtracted.",
        effect="The entries do not sum to zero.",
        hint="You subtract the sum of g. What is subtracted is w'g, the mean with the weights.",
        mean=lambda s: np.sum(s.grad_w),
    ),
    _wrong(
        "slope-by-w",
        did="grad_w comes back as it is.",
        effect="The steps of z ignore that weights sum to 1.",
        hint="You return the gradient by w. That by z is w_i (g_i - w'g).",
        grad_z=lambda s: s.grad_w * 1.0,
    ),
    _wrong(
        "descends",
        did="The gradient has the wrong sign.",
        effect="Who goes down goes up.",
        hint="Your gradient by z has the wrong sign in every entry: w_i (g_i - w'g).",
        grad_z=lambda s: s.w * (s.mean - s.grad_w),
    ),
    _wrong(
        "overflow",
        did="exp(z) is taken of z as it is.",
        effect="From z = 710 on exp is infinite, and the weights are NaN.",
        hint="exp of a large z is infinite, and infinity over infinity NaN. Take max z out first: the weights stay the "
        "same.",
        top=lambda s: 0.0,
    ),
    _wrong(
        "mean-taken-out",
        did="The mean of z is taken out, not the greatest.",
        effect="Where one z is far above the others exp is still infinite.",
        hint="What you take out of z is not its greatest entry, so one far above the others is too large for exp. Take "
        "the greatest out.",
        top=lambda s: np.mean(s.z),
        also={"the smallest z is taken out": {"top": lambda s: np.min(s.z)}},
    ),
    _wrong(
        "divided-by-the-largest",
        did="The exponentials are divided by the largest one.",
        effect="The largest weight is 1, and the sum is above it.",
        hint="You divide by the largest exponential. The weights sum to 1: divide by the sum.",
        total=lambda s: np.max(s.exps),
    ),
    _wrong(
        "z-divided-by-its-sum",
        did="z is divided by its sum, without exponentials.",
        effect="Weights can be negative, and z = 0 gives NaN.",
        hint="You divide z by its sum. Weights that are never negative are made of exp(z).",
        w=lambda s: s.z / np.sum(s.z),
    ),
    _wrong(
        "sigmoids",
        did="The sigmoid of each z, without a sum.",
        effect="The weights do not sum to 1.",
        hint="You take the sigmoid of each z. A softmax divides by the sum over all of them.",
        w=lambda s: 1 / (1 + np.exp(-np.clip(s.z, -700, 700))),
    ),
    _wrong(
        "logarithms",
        did="The logarithms of the weights are returned.",
        effect="The weights are negative.",
        hint="You return the logarithms of the weights. Return the weights.",
        w=lambda s: s.z - s.top - np.log(s.total),
    ),
    _wrong(
        "powers-of-two",
        did="2^z is used for exp(z).",
        effect="The weights are more alike than asked, as with a temperature.",
        hint="Your weights are powers of 2. Use exp.",
        exps=lambda s: 2.0 ** (s.z - s.top),
    ),
    _wrong(
        "order",
        did="The gradient comes before the weights.",
        effect="Who unpacks the results takes one for the other.",
        hint="The results come in the wrong order: `return w, grad_z`.",
        returns=("grad_z", "w"),
    ),
    _wrong(
        "rounded",
        did="The results take the type of z (zeros_like, astype).",
        effect="Integer z give weights of 0.",
        hint="The results take the type of z, so with integer z they are rounded. Let NumPy choose the type.",
        w=lambda s: (s.exps / s.total).astype(s.z.dtype),
    ),
    _wrong(
        "in-place",
        did="`z -= z.max()` changes the caller's array.",
        effect="The path of z is shifted at each step.",
        hint="`-=` changes the array that you are given. `z - z.max()` makes a new one.",
        exps=lambda s: np.exp(isub(s.z, s.top)),
    ),
)


def _jacobian(s: Any) -> Any:
    return (np.diag(s.w) - np.outer(s.w, s.w)) @ s.grad_w


equivalents = {
    "the whole Jacobian": rule.variant(grad_z=_jacobian),
    "scipy.special.softmax": rule.variant(w=lambda s: softmax(s.z)),
    "by the logarithm of the sum": rule.variant(
        w=lambda s: np.exp(s.z - (s.top + np.log(np.sum(np.exp(s.z - s.top)))))
    ),
    "two products": rule.variant(grad_z=lambda s: s.w * s.grad_w - s.w * np.sum(s.w * s.grad_w)),
}
