"""How a run starts and what it reads: Keras' own distributions, and each observation once in each epoch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from course.experiments.training import backend, dense, embedding, gru, lstm
from course.experiments.training.batches import cut, order
from course.experiments.training.models import Model
from tests.experiments.training.problems import TASKS

MODELS = [dense(30, (50,)), lstm(5, 20, 25), gru(5, 20, 25), embedding(60, 3, 20, (30,))]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_runs_start_as_keras_starts_them(model: Model) -> None:
    from course.experiments.training.separate import keras_model

    ours = model.initial(0)
    backend.load().utils.set_random_seed(1)
    network = keras_model(model, ours)
    theirs = [variable.numpy() for variable in backend.load().models.clone_model(network).weights]
    assert [w.shape for w in ours] == [w.shape for w in theirs]
    for our, their in zip(ours, theirs, strict=True):
        if len(np.unique(their)) <= 2:  # biases: zeros, or zeros and ones
            assert np.array_equal(our, their)
        elif our.size >= 500:  # enough to know the spread and the shape of a distribution to a few percent
            assert np.std(our) == pytest.approx(np.std(their), rel=0.1)
            assert np.quantile(np.abs(our), 0.9) == pytest.approx(np.quantile(np.abs(their), 0.9), rel=0.1)


@pytest.mark.parametrize("model", [lstm(5, 3, 8), gru(5, 3, 8)], ids=lambda model: model.name)
def test_recurrent_kernels_start_orthogonal(model: Model) -> None:
    recurrent = model.initial(3)[1]
    np.testing.assert_allclose(recurrent @ recurrent.T, np.eye(8), atol=1e-12)


def test_the_start_depends_on_the_seed_alone() -> None:
    model = MODELS[0]
    assert all(np.array_equal(a, b) for a, b in zip(model.initial(2), model.initial(2), strict=True))
    assert not np.array_equal(model.initial(2)[0], model.initial(3)[0])


@pytest.mark.parametrize(("n", "batch"), [(12, 4), (13, 4), (3, 8), (1, 1), (9, 8)])
def test_an_epoch_reads_each_observation_once_and_weighs_them_alike(n: int, batch: int) -> None:
    task = TASKS["dense"]
    orders = np.stack([order(task, n, seed, 1) for seed in (0, 1, 2)])
    rows, shares, portions = cut(orders, batch)
    steps, replicas, size = rows.shape
    assert (steps, replicas) == (-(-n // batch), 3)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    assert portions.sum() == pytest.approx(1)
    weights = np.zeros((3, n))
    for step in range(steps):
        for replica in range(3):
            np.add.at(weights[replica], rows[step, replica], shares[step] * portions[step])
    np.testing.assert_allclose(weights, 1 / n)
    assert size <= batch


def test_orders_differ_between_seeds_and_epochs_and_repeat_for_the_same() -> None:
    task = TASKS["dense"]
    orders = {tuple(order(task, 20, seed, epoch)) for seed in (0, 1) for epoch in (1, 2)}
    assert len(orders) == 4
    assert all(sorted(found) == list(range(20)) for found in orders)
    assert np.array_equal(order(task, 20, 0, 1), order(task, 20, 0, 1))
    assert np.array_equal(order(replace(task, shuffle=False), 20, 0, 1), np.arange(20))
