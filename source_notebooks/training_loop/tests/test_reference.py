"""The reference against what is known without it: closed forms, complex steps, all samples and all subsets."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from tps.training_loop.reference import (
    batch_size_for,
    loss_and_gradients,
    noise_scale,
    standardise,
    train_epoch,
    walk_forward,
)

RNG = np.random.default_rng(7)


def test_the_batch_size_is_the_largest_power_of_two_that_leaves_enough_batches() -> None:
    for least in (2, 3, 7, 100):
        for n in (*range(1, 1500), 99 * 2**10, 99 * 2**10 + 1):
            found = batch_size_for(n, least)
            assert found == 1 or math.ceil(n / found) >= least, (n, least)
            assert math.ceil(n / (2 * found)) < least, (n, least)
            assert found.bit_count() == 1


def test_standardised_columns_have_mean_0_and_deviation_1_and_can_be_undone() -> None:
    train, test = RNG.normal(5.0, 3.0, size=(40, 3)), RNG.normal(9.0, 1.0, size=(7, 3))
    train_z, test_z = standardise(train, test)
    assert np.allclose(train_z.mean(axis=0), 0, atol=1e-14)
    assert np.allclose((train_z**2).mean(axis=0), 1)
    # A line through two training rows gives back every other row.
    slope = (train[0] - train[1]) / (train_z[0] - train_z[1])
    assert np.allclose(train[0] + slope * (test_z - train_z[0]), test)


def test_a_constant_column_is_centred_and_nothing_else() -> None:
    train_z, test_z = standardise(np.full((4, 1), 2.5), np.array([[2.5], [3.0]]))
    assert train_z.ravel().tolist() == [0, 0, 0, 0]
    assert test_z.ravel().tolist() == [0, 0.5]


@pytest.mark.parametrize(("n", "train", "test", "gap"), [(40, 12, 5, 3), (23, 4, 6, 0), (17, 12, 5, 0), (16, 12, 5, 0)])
def test_each_row_is_tested_at_most_once_and_never_learnt_from_within_the_gap(
    n: int, train: int, test: int, gap: int
) -> None:
    folds = walk_forward(n, train, test, gap)
    tested = [row for fold in folds for row in range(fold[2], fold[3])]
    first = train + gap
    assert tested == list(range(first, first + test * len(folds)))
    assert n - test < first + test * len(folds) <= n or not len(folds)
    assert len(folds) == max((n - first) // test, 0)
    for learn, learnt, judge, _ in folds:
        assert (learnt - learn, judge - learnt) == (train, gap)


def test_one_batch_of_all_rows_is_a_step_of_gradient_descent_on_least_squares() -> None:
    x, y, w, b = RNG.normal(size=(20, 3)), RNG.normal(size=20), RNG.normal(size=3), 0.3
    ones = np.column_stack([x, np.ones(20)])
    best = np.linalg.lstsq(ones, y, rcond=None)[0]
    hessian = 2 * ones.T @ ones / 20
    new_w, new_b, _ = train_epoch(w, b, x, y, np.arange(20), 20, 0.1)
    # The error goes by I - eta H, whatever the data.
    assert np.allclose(np.append(new_w, new_b) - best, (np.eye(4) - 0.1 * hessian) @ (np.append(w, b) - best))


def test_a_batch_of_one_row_at_the_right_rate_meets_that_row_exactly() -> None:
    x, y = RNG.normal(size=(4, 2)), RNG.normal(size=4)
    for row in range(4):
        rate = 1 / (2 * (x[row] @ x[row] + 1))
        w, b, _ = train_epoch(np.ones(2), 0.5, x, y, np.array([row]), 1, rate)
        assert x[row] @ w + b == pytest.approx(y[row])


def test_without_a_rate_the_loss_of_an_epoch_is_the_mean_square_whatever_the_batches() -> None:
    x, y, w = RNG.normal(size=(11, 2)), RNG.normal(size=11), RNG.normal(size=2)
    for size in (1, 2, 3, 4, 10, 11, 50):
        _, _, loss = train_epoch(w, 0.2, x, y, RNG.permutation(11), size, 0.0)
        assert loss == pytest.approx(np.mean((x @ w + 0.2 - y) ** 2))


def test_the_gradients_are_those_of_the_complex_step() -> None:
    names = ("W1", "b1", "W2", "b2")
    x, y = RNG.normal(size=(6, 3)), RNG.normal(size=6)
    weights: dict[str, Any] = dict(zip(names, (RNG.normal(size=s) for s in ((3, 4), 4, 4, ())), strict=True))

    def loss(W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
        return np.mean((np.tanh(x @ W1 + b1) @ W2 + b2 - y) ** 2)

    own, *gradients = loss_and_gradients(x, y, *weights.values())
    assert own == pytest.approx(loss(**weights), rel=1e-14)
    for name, gradient in zip(names, gradients, strict=True):
        for place in np.ndindex(np.shape(weights[name])):
            moved = np.array(weights[name], dtype=complex)
            moved[place] += 1e-30j
            assert np.asarray(gradient)[place] == pytest.approx(loss(**weights | {name: moved}).imag / 1e-30, rel=1e-12)


def test_the_estimates_have_no_bias_over_all_samples_with_replacement() -> None:
    """Over all samples of three from five equally likely gradients: that is what unbiased means."""
    cloud = np.array([[1.0, 0.0], [2.0, -1.0], [0.5, 3.0], [-1.0, 1.0], [4.0, 0.5]])
    with np.errstate(all="ignore"):
        found = [noise_scale(cloud[list(rows)])[:2] for rows in itertools.product(range(5), repeat=3)]
    g2, trace = np.mean(found, axis=0)
    assert g2 == pytest.approx(np.sum(cloud.mean(axis=0) ** 2))
    assert trace == pytest.approx(cloud.var(axis=0).sum())


@pytest.mark.parametrize("batch", [1, 2, 4])
def test_the_mean_squared_length_over_all_batches_follows_from_them(batch: int) -> None:
    grads = RNG.normal(size=(6, 3)) + 1.0
    g2, trace, scale = noise_scale(grads)
    lengths = [np.sum(grads[list(c)].mean(axis=0) ** 2) for c in itertools.combinations(range(6), batch)]
    assert np.mean(lengths) == pytest.approx(g2 + trace / batch)
    assert scale == pytest.approx(trace / g2)
