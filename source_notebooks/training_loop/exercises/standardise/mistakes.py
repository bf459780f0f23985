"""How standardising goes wrong, and right in other words."""

from __future__ import annotations

from operator import isub
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import standardise

Array = np.ndarray

SECTION = "parameters#the-curvature-of-one-feature"
OF_THE_PAST = "parameters#which-statistics-for-the-test-set"
RANGE = "parameters#between-0-and-1-is-not-standardised"
DIGITS = "parameters#the-digits-of-a-variance"

rule = Anatomy(
    standardise,
    stages={
        "mean": lambda s: np.mean(s.train, axis=0),
        "deviation": lambda s: np.std(s.train, axis=0),
        "scale": lambda s: np.where(s.deviation > 0, s.deviation, 1.0),
        "mean_test": lambda s: s.mean,
        "scale_test": lambda s: s.scale,
        "train_z": lambda s: (s.train - s.mean) / s.scale,
        "test_z": lambda s: (s.test - s.mean_test) / s.scale_test,
    },
    returns=("train_z", "test_z"),
    should=places.STANDARDISE,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": SECTION, **entry})


def _safe(deviation: Array) -> Array:
    return np.where(deviation > 0, deviation, 1.0)


def _both(s: Any) -> Array:
    return np.concatenate([s.train, s.test])


def _ratio(top: Array, below: Array) -> Array:
    with np.errstate(all="ignore"):
        return top / below


mistakes = (
    _wrong(
        "test-by-itself",
        section=OF_THE_PAST,
        did="The test rows are standardised by their own mean and deviation.",
        effect="A test set that lies higher than the training set looks like it: what has changed is hidden.",
        hint="You measure the test rows by themselves. At the time of a forecast their mean is not known: use that of "
        "the training rows.",
        mean_test=lambda s: np.mean(s.test, axis=0),
        scale_test=lambda s: _safe(np.std(s.test, axis=0)),
    ),
    _wrong(
        "all-rows-together",
        section=OF_THE_PAST,
        did="Mean and deviation are those of training and test rows together.",
        effect="The future leaks into the training rows.",
        hint="Your mean and deviation know the test rows. They come from the training rows alone.",
        mean=lambda s: np.mean(_both(s), axis=0),
        deviation=lambda s: np.std(_both(s), axis=0),
    ),
    _wrong(
        "test-mean",
        section=OF_THE_PAST,
        did="The test rows are centred by their own mean, and divided by the training deviation.",
        effect="A test set that lies higher than the training set loses that.",
        hint="You take the mean of the test rows from them. It is the mean of the training rows.",
        mean_test=lambda s: np.mean(s.test, axis=0),
    ),
    _wrong(
        "test-deviation",
        section=OF_THE_PAST,
        did="The test rows are centred by the training mean, and divided by their own deviation.",
        effect="A test set that moves more than the training set loses that.",
        hint="You divide the test rows by their own deviation. It is that of the training rows.",
        scale_test=lambda s: _safe(np.std(s.test, axis=0)),
    ),
    _wrong(
        "divisor-n-minus-one",
        did="The deviation has the divisor n - 1, as in pandas.",
        effect="All numbers are a little too small; of a single row nothing is left but NaN.",
        hint="Your deviation has the divisor n - 1. Here it is n: NumPy's `std` as it is.",
        convention="pandas' std and statisticians' sample deviation; z is smaller by sqrt((n - 1) / n)",
        deviation=lambda s: _sample(s.train),
    ),
    _wrong(
        "whole-array",
        did="One mean and one deviation are taken of all columns together.",
        effect="A column of returns beside a column of prices stays what it was: next to nothing.",
        hint="You take one mean and one deviation of the whole array. Each column has its own: axis=0.",
        mean=lambda s: np.mean(s.train),
        deviation=lambda s: np.std(s.train),
    ),
    _wrong(
        "row-by-row",
        did="Each row is brought to mean 0 and deviation 1 (axis=1).",
        effect="Prices, returns and volumes are averaged with each other.",
        hint="You standardise each row. Rows are observations; it is each column that has a mean and a deviation.",
        train_z=lambda s: _rows(s.train),
        test_z=lambda s: _rows(s.test),
    ),
    _wrong(
        "by-the-variance",
        did="The centred column is divided by its variance.",
        effect="The unit is wrong: a column of small numbers becomes one of large ones.",
        hint="You divide by the variance. Divide by its root, the standard deviation.",
        scale=lambda s: np.where(s.deviation > 0, s.deviation**2, 1.0),
    ),
    _wrong(
        "only-centred",
        did="The mean is taken off, and nothing is divided.",
        effect="Columns keep their sizes, and the loss its ravine.",
        hint="You only take off the mean. Divide by the deviation as well.",
        scale=lambda s: np.ones_like(s.deviation),
    ),
    _wrong(
        "not-centred",
        did="The columns are divided by their deviation, and keep their mean.",
        effect="A price stays far from 0, and its weight is tied to the bias.",
        hint="You divide by the deviation, and do not take off the mean.",
        train_z=lambda s: s.train / s.scale,
        test_z=lambda s: s.test / s.scale,
    ),
    _wrong(
        "divided-before-centred",
        did="The column is divided first, and then its mean in the old unit is taken off.",
        effect="The mean is not 0 afterwards.",
        hint="You divide x alone by the deviation, and then take off the mean of the undivided x: add brackets.",
        train_z=lambda s: s.train / s.scale - s.mean,
        test_z=lambda s: s.test / s.scale - s.mean,
    ),
    _wrong(
        "sign-turned",
        did="x is taken off the mean.",
        effect="What was high is low.",
        hint="Your sign is turned: it is x minus the mean.",
        train_z=lambda s: (s.mean - s.train) / s.scale,
        test_z=lambda s: (s.mean - s.test) / s.scale,
    ),
    _wrong(
        "min-max",
        section=RANGE,
        did="Columns are brought to the range from 0 to 1.",
        effect="The mean is near one half, and the ravine between weight and bias is not gone.",
        hint="You bring the columns to the range from 0 to 1. Standardised means mean 0 and deviation 1.",
        mean=lambda s: np.min(s.train, axis=0),
        deviation=lambda s: np.max(s.train, axis=0) - np.min(s.train, axis=0),
    ),
    _wrong(
        "by-the-range",
        section=RANGE,
        did="The centred column is divided by its range.",
        effect="The deviation is below one half.",
        hint="You divide by the range, largest minus smallest. Divide by the standard deviation.",
        deviation=lambda s: np.max(s.train, axis=0) - np.min(s.train, axis=0),
    ),
    _wrong(
        "by-the-largest",
        section=RANGE,
        did="The centred column is divided by its largest absolute value.",
        effect="The deviation is below 1.",
        hint="You divide by the largest distance from the mean. Divide by the standard deviation.",
        deviation=lambda s: np.max(np.abs(s.train - s.mean), axis=0),
    ),
    _wrong(
        "mean-absolute-deviation",
        did="The deviation is the mean of the absolute distances.",
        effect="All numbers are a little too large.",
        hint="Your deviation is the mean of |x - m|. It is the root of the mean of (x - m)^2.",
        deviation=lambda s: np.mean(np.abs(s.train - s.mean), axis=0),
    ),
    _wrong(
        "root-mean-square",
        did="The deviation is the root of the mean square, about 0.",
        effect="A price is divided by its level, not by its spread.",
        hint="Your deviation is that from 0. It is that from the mean: sqrt(mean of (x - m)^2).",
        deviation=lambda s: np.sqrt(np.mean(np.square(s.train, dtype=float), axis=0)),
    ),
    _wrong(
        "length-of-the-column",
        did="The centred column is divided by its length, the root of the sum of squares.",
        effect="The more rows, the smaller the numbers.",
        hint="You divide by the root of the sum of squares. It is the root of their mean.",
        deviation=lambda s: np.sqrt(np.sum((s.train - s.mean) ** 2, axis=0)),
    ),
    _wrong(
        "median-and-quartiles",
        did="Median and interquartile range are taken for mean and deviation.",
        effect="Robust against outliers; the deviation is not 1.",
        hint="You use the median and the interquartile range. Here they are the mean and the standard deviation.",
        convention="scikit-learn's RobustScaler",
        mean=lambda s: np.median(s.train, axis=0),
        deviation=lambda s: np.subtract(*np.percentile(s.train, [75, 25], axis=0)),
    ),
    _wrong(
        "divided-by-zero",
        section=OF_THE_PAST,
        did="A column without spread is divided by 0.",
        effect="NaN in one column, and after one step in all weights.",
        hint="A column whose deviation is 0 becomes NaN or infinite. Divide it by 1.",
        train_z=lambda s: _ratio(s.train - s.mean, s.deviation),
        test_z=lambda s: _ratio(s.test - s.mean, s.deviation),
    ),
    _wrong(
        "small-number-added",
        section=OF_THE_PAST,
        did="A small number is added to the deviation.",
        effect="All numbers are a little too small, and a new value in a column without spread becomes enormous.",
        hint="You add a small number to the deviation. Use it as it is, and 1 where it is 0: a test value that differs "
        "from a constant column would be divided by next to nothing.",
        scale=lambda s: s.deviation + 1e-8,
    ),
    _wrong(
        "small-number-for-zero",
        section=OF_THE_PAST,
        did="A deviation of 0 is replaced by a small number.",
        effect="A new value in a column without spread becomes enormous.",
        hint="Where the deviation is 0 you divide by a tiny number: a test value that differs from the constant "
        "becomes enormous. Divide by 1.",
        scale=lambda s: np.where(s.deviation > 0, s.deviation, 1e-8),
    ),
    _wrong(
        "no-spread-no-test",
        section=OF_THE_PAST,
        did="A column without spread is set to 0 in the test rows as well.",
        effect="That the column has begun to move is not seen.",
        hint="You set a column without spread to 0 in the test rows, too. There it is only centred: what differs from "
        "the constant stays to be seen.",
        test_z=lambda s: np.where(s.deviation > 0, (s.test - s.mean_test) / s.scale_test, 0.0),
    ),
    _wrong(
        "no-spread-left-alone",
        section=OF_THE_PAST,
        did="A column without spread keeps its value.",
        effect="One more bias, of the size of the level.",
        hint="You leave a column without spread as it is. Its mean is taken off all the same.",
        train_z=lambda s: np.where(s.deviation > 0, (s.train - s.mean) / s.scale, s.train),
        test_z=lambda s: np.where(s.deviation > 0, (s.test - s.mean_test) / s.scale_test, s.test),
    ),
    _wrong(
        "digits-lost",
        section=DIGITS,
        did="The variance is computed as the mean of squares minus the squared mean.",
        effect="Where the level is far above the spread two large numbers are subtracted, and the digits are gone.",
        hint="At a high level your deviation is wrong: it is the root of a difference of two large numbers. Take the "
        "mean off first, then square: `np.std` does.",
        deviation=lambda s: np.sqrt(
            np.maximum(np.mean(np.square(s.train, dtype=float), axis=0) - np.square(s.mean), 0)
        ),
    ),
    _wrong(
        "single-precision",
        section=DIGITS,
        did="The arrays are converted to float32 first.",
        effect="Seven digits are left, and of a column of times none.",
        hint="You work in float32, which has seven digits. Convert the result, if you must; compute in float64.",
        train_z=lambda s: (np.float32(s.train) - np.float32(s.mean)) / np.float32(s.scale),
        test_z=lambda s: (np.float32(s.test) - np.float32(s.mean_test)) / np.float32(s.scale_test),
    ),
    _wrong(
        "rounded",
        did="The results take the type of the inputs (zeros_like, astype).",
        effect="Integer columns are rounded towards 0.",
        hint="The results take the type of the inputs, so integers are rounded. Let NumPy choose the type.",
        train_z=lambda s: ((s.train - s.mean) / s.scale).astype(s.train.dtype),
        test_z=lambda s: ((s.test - s.mean_test) / s.scale_test).astype(s.test.dtype),
    ),
    _wrong(
        "in-place",
        did="`train -= mean` changes the caller's array.",
        effect="The prices are gone, and a second call finds them centred.",
        hint="`-=` changes the arrays that you are given. `train - mean` makes a new one.",
        train_z=lambda s: isub(s.train, s.mean) / s.scale,
    ),
    _wrong(
        "written-into-train",
        did="The result is written into the caller's array and that is returned.",
        effect="The prices are gone, and what is returned is the array that was passed.",
        hint="You write the result into the array that you are given, and return it. Make a new array.",
        train_z=lambda s: _into(s.train, (s.train - s.mean) / s.scale),
        test_z=lambda s: _into(s.test, (s.test - s.mean_test) / s.scale_test),
    ),
    _wrong(
        "test-as-it-was",
        section=OF_THE_PAST,
        did="The test rows come back as they were.",
        effect="The network sees prices where it learnt z.",
        hint="You return the test rows as they came. They are standardised, too, with the numbers of the training "
        "rows.",
        test_z=lambda s: s.test * 1.0,
    ),
    _wrong(
        "exchanged",
        section=OF_THE_PAST,
        did="test_z is returned before train_z.",
        effect="The network learns from the test rows.",
        hint="The results come in the wrong order: `return train_z, test_z`.",
        returns=("test_z", "train_z"),
    ),
    _wrong(
        "training-rows-alone",
        did="Only train_z is returned.",
        effect="There is nothing to be judged by.",
        hint="You return train_z alone. Return both: `return train_z, test_z`.",
        returns=("train_z",),
    ),
    _wrong(
        "nothing-returned",
        did="The function ends without `return`.",
        effect="There is nothing to learn from.",
        hint="Your function returns nothing. End it with `return train_z, test_z`.",
        returns=(),
    ),
)


def _sample(x: Array) -> Array:
    """The deviation with the divisor n - 1; NaN of a single row."""
    with np.errstate(all="ignore"):
        return np.sqrt(np.sum((x - np.mean(x, axis=0)) ** 2, axis=0) / np.float64(len(x) - 1))


def _rows(x: Array) -> Array:
    return (x - np.mean(x, axis=1, keepdims=True)) / _safe(np.std(x, axis=1, keepdims=True))


def _into(x: Array, numbers: Array) -> Array:
    x[:] = numbers
    return x


def column_by_column(train: Array, test: Array) -> tuple[Array, Array]:
    """A loop over the columns."""
    parts = []
    for column, other in zip(train.T, test.T, strict=True):
        mean = sum(column) / len(column)
        scale = (sum((x - mean) ** 2 for x in column) / len(column)) ** 0.5 or 1.0
        parts.append(((column - mean) / scale, (other - mean) / scale))
    return np.array([a for a, _ in parts]).T, np.array([b for _, b in parts]).T


equivalents = {
    "column by column": column_by_column,
    "1 added where the deviation is 0": rule.variant(scale=lambda s: s.deviation + (s.deviation == 0)),
    "a threshold": rule.variant(scale=lambda s: np.where(s.deviation < 1e-12, 1.0, s.deviation)),
    "centred first": rule.variant(deviation=lambda s: np.linalg.norm(s.train - s.mean, axis=0) / len(s.train) ** 0.5),
    "as one array": rule.variant(
        train_z=lambda s: ((_both(s) - s.mean) / s.scale)[: len(s.train)],
        test_z=lambda s: ((_both(s) - s.mean) / s.scale)[len(s.train) :],
    ),
}
