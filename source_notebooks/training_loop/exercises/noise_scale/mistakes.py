"""How the noise scale goes wrong, and right in other words."""

from __future__ import annotations

from operator import isub
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import noise_scale

Array = np.ndarray
SECTION = "parameters#the-noise-scale"

rule = Anatomy(
    noise_scale,
    stages={
        "g": lambda s: s.grads,
        "n": lambda s: len(s.g),
        "mean": lambda s: np.mean(s.g, axis=0),
        "around": lambda s: s.g - s.mean,
        "variances": lambda s: np.sum(s.around**2, axis=0) / (s.n - 1),
        "trace": lambda s: np.sum(s.variances),
        "length": lambda s: np.sum(s.mean**2),
        "noise": lambda s: s.trace / s.n,
        "g2": lambda s: s.length - s.noise,
        "scale": lambda s: s.trace / s.g2,
    },
    returns=("g2", "trace", "scale"),
    should=places.NOISE_SCALE,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": SECTION, **entry})


mistakes = (
    _wrong(
        "divisor-n",
        did="The variances have the divisor N.",
        effect="The noise is estimated too small, by (N - 1) / N.",
        hint="Your variances have the divisor N, NumPy's default. They are estimates from a sample: N - 1, ddof=1.",
        variances=lambda s: np.mean(s.around**2, axis=0),
    ),
    _wrong(
        "noise-not-taken-off",
        did="The squared length of the mean gradient is returned as it is.",
        effect="Too large: the noise of the mean has a length of its own. The scale is too small.",
        hint="Your g2 is the squared length of the mean gradient. The noise adds trace / N to it: take that off.",
        noise=lambda s: 0.0,
    ),
    _wrong(
        "noise-added",
        did="The share of the noise is added.",
        effect="What is too large already becomes larger.",
        hint="You add trace / N. The squared length of the mean has it too much: take it off.",
        g2=lambda s: s.length + s.noise,
    ),
    _wrong(
        "whole-trace-taken-off",
        did="The trace itself is taken off, not divided by N.",
        effect="The noise of one gradient is taken off that of the mean of N.",
        hint="You take off the whole trace. The mean of N gradients has the noise trace / N.",
        noise=lambda s: s.trace,
    ),
    _wrong(
        "divided-by-n-minus-one",
        did="trace / (N - 1) is taken off.",
        effect="Too much is taken off.",
        hint="You take off trace / (N - 1). N - 1 stands in the variances; the mean of N gradients has the noise "
        "trace / N.",
        noise=lambda s: s.trace / (s.n - 1),
    ),
    _wrong(
        "mean-of-squared-lengths",
        did="The mean of the squared lengths of the gradients is taken for the squared length of their mean.",
        effect="The noise of single gradients is taken for signal.",
        hint="You take the mean of the gradients' squared lengths. Take the mean gradient first, then its squared "
        "length.",
        length=lambda s: np.mean(np.sum(np.square(s.g, dtype=float), axis=1)),
    ),
    _wrong(
        "length-not-squared",
        did="The length of the mean gradient is not squared.",
        effect="A length minus a square.",
        hint="You take the length of the mean gradient. g2 is its square.",
        length=lambda s: np.sqrt(np.sum(s.mean**2)),
    ),
    _wrong(
        "mean-over-the-parameters",
        did="Squares are averaged over the parameters, not added.",
        effect="The squared length is too small, by the number of parameters.",
        hint="You average the squares of the mean gradient's entries. The squared length is their sum.",
        length=lambda s: np.mean(s.mean**2),
    ),
    _wrong(
        "trace-by-the-mean",
        did="The variances are averaged over the parameters, not added.",
        effect="The trace is too small, by the number of parameters.",
        hint="You average the variances over the parameters. The trace is their sum.",
        trace=lambda s: np.mean(s.variances),
    ),
    _wrong(
        "both-by-the-mean",
        did="Variances and squares are averaged over the parameters.",
        effect="Both are too small, by the number of parameters; their ratio is right.",
        hint="You average over the parameters in both. The ratio is right; trace and g2 are sums.",
        trace=lambda s: np.mean(s.variances),
        length=lambda s: np.mean(s.mean**2),
    ),
    _wrong(
        "all-covariances-added",
        did="All entries of the covariance matrix are added.",
        effect="What lies beside the diagonal does not belong to the trace.",
        hint="You add up the whole covariance matrix. The trace is the sum of its diagonal, the variances.",
        trace=lambda s: np.sum(s.around.T @ s.around) / (s.n - 1),
    ),
    _wrong(
        "determinant-for-trace",
        did="The variances are multiplied with each other.",
        effect="One small variance makes all of the noise small.",
        hint="You multiply the variances. The trace is their sum.",
        trace=lambda s: np.prod(s.variances),
    ),
    _wrong(
        "deviations-added",
        did="Standard deviations are added, not variances.",
        effect="Another unit than the squared length.",
        hint="You add standard deviations. The trace is the sum of variances.",
        trace=lambda s: np.sum(np.sqrt(s.variances)),
    ),
    _wrong(
        "one-variance-of-all",
        did="One variance is taken of all numbers of the array.",
        effect="Differences between the parameters are taken for noise.",
        hint="You take one variance of the whole array. Each parameter has its own: axis=0, and then the sum.",
        trace=lambda s: np.var(s.g, ddof=1),
    ),
    _wrong(
        "rows-for-columns",
        did="The rows are taken for the parameters (axis=1).",
        effect="Differences between the parameters are taken for noise.",
        hint="You average over the parameters of each gradient. Average over the gradients: rows are observations.",
        g=lambda s: np.transpose(s.grads),
    ),
    _wrong(
        "upside-down",
        did="The scale is the squared length divided by the trace.",
        effect="Signal to noise, not noise to signal.",
        hint="Your scale is upside down: it is trace / g2.",
        scale=lambda s: s.g2 / s.trace,
    ),
    _wrong(
        "scale-with-the-noise-left-in",
        did="The scale divides by the squared length of the mean, with its noise.",
        effect="It can never be larger than N.",
        hint="Your scale divides by the squared length of the mean gradient. Divide by g2, from which the noise is "
        "taken off.",
        scale=lambda s: s.trace / s.length,
    ),
    _wrong(
        "root-of-the-scale",
        did="The root of the scale is returned.",
        effect="Noise to signal in lengths; the batch size needs squares.",
        hint="You take the root of the ratio. The scale is trace / g2 itself.",
        scale=lambda s: np.sign(s.trace / s.g2) * np.sqrt(np.abs(s.trace / s.g2)),
    ),
    _wrong(
        "noise-of-the-mean",
        did="The scale divides the noise of the mean, trace / N, by g2.",
        effect="It falls as more gradients are looked at.",
        hint="Your scale is trace / N / g2, and depends on N. It belongs to one observation: trace / g2.",
        scale=lambda s: s.noise / s.g2,
    ),
    _wrong(
        "ratios-added",
        did="The ratio is taken of each parameter, and then the sum.",
        effect="One parameter at its minimum makes the noise endless.",
        hint="You take the ratio for each parameter by itself. Add up first, numerator and denominator, then divide.",
        scale=lambda s: np.sum(s.variances / (s.mean**2 - s.variances / s.n)),
    ),
    _wrong(
        "never-below-zero",
        did="A squared length below 0 is replaced by 0.",
        effect="Averages of many estimates come out too large.",
        hint="You cut g2 off at 0. An estimate without bias must be allowed to be too small as well: return it as it "
        "is.",
        g2=lambda s: np.maximum(s.length - s.noise, 0.0),
        scale=lambda s: _ratio(s.trace, s.g2),
    ),
    _wrong(
        "absolute-value",
        did="The absolute value of the estimate is returned.",
        effect="Averages of many estimates come out too large.",
        hint="You take the absolute value of g2. An estimate without bias may be below 0: return it as it is.",
        g2=lambda s: np.abs(s.length - s.noise),
    ),
    _wrong(
        "rounded",
        did="The mean takes the type of the input (astype, an integer array that is filled).",
        effect="Of integer gradients the mean is rounded.",
        hint="Your mean takes the type of the input, so of integers it is rounded. Let NumPy choose the type.",
        mean=lambda s: np.mean(s.g, axis=0).astype(np.asarray(s.grads).dtype),
    ),
    _wrong(
        "in-place",
        did="`grads -= mean` changes the caller's array.",
        effect="The gradients that should be used next are gone.",
        hint="`-=` changes the array that you are given. `grads - mean` makes a new one.",
        around=lambda s: isub(s.grads, s.mean),
    ),
    _wrong(
        "scale-alone",
        did="Only the scale is returned.",
        effect="What it is made of is lost.",
        hint="You return the scale alone. Return all three: `return g2, trace, scale`.",
        returns=("scale",),
    ),
    _wrong(
        "trace-first",
        did="The trace is returned before g2.",
        effect="Noise is taken for signal.",
        hint="The results come in the wrong order: `return g2, trace, scale`.",
        returns=("trace", "g2", "scale"),
    ),
    _wrong(
        "nothing-returned",
        did="The function ends without `return`.",
        effect="There is no noise scale.",
        hint="Your function returns nothing. End it with `return g2, trace, scale`.",
        returns=(),
    ),
)


def _ratio(top: float, below: float) -> Any:
    with np.errstate(all="ignore"):
        return np.divide(top, below)


def by_pairs(grads: Array) -> tuple[float, float, float]:
    """Products of different gradients have no noise in their mean."""
    products = grads @ grads.T
    n, own = len(grads), np.trace(products)
    g2 = (products.sum() - own) / (n * (n - 1))
    trace = own / n - g2
    return g2, trace, trace / g2


def by_two_batch_sizes(grads: Array) -> tuple[float, float, float]:
    """Mean squared lengths at the batch sizes 1 and N."""
    n = len(grads)
    small, large = np.mean(np.linalg.norm(grads, axis=1) ** 2), np.linalg.norm(np.mean(grads, axis=0)) ** 2
    g2, trace = (n * large - small) / (n - 1), (small - large) / (1 - 1 / n)
    return g2, trace, trace / g2


def by_the_covariance(grads: Array) -> list[float]:
    """The trace of the whole matrix."""
    covariance = np.atleast_2d(np.cov(grads, rowvar=False))
    trace = np.trace(covariance)
    g2 = np.dot(grads.mean(0), grads.mean(0)) - trace / grads.shape[0]
    return [g2, trace, trace / g2]


equivalents = {
    "by pairs": by_pairs,
    "by two batch sizes": by_two_batch_sizes,
    "by the covariance matrix": by_the_covariance,
}
