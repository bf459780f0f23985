"""Stacked runs are the runs that `model.fit` makes one by one; what happens in one of them touches no other.

Tolerance: both ways do the same operations on each number, and differ only in the order in which products of matrices
and means over a batch are summed. Weights and losses here are of order 1, where float32 has a spacing of 1.2e-7, and
the sums have at most 60 terms; 9 steps at rates up to 0.05 were seen to differ by 5e-7. The bound is 5e-6. A wrong
batch or rate differs by 1e-3 and more, as the planted failures show.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from course.experiments.training import OPTIMIZERS, Data, Task, Trained, backend, dense, train
from tests.experiments.training.problems import TASKS

# Keras' variables do not take numpy 2's `copy` argument yet; nothing that we call can change that.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

TOLERANCE = 5e-6
RATES, SEEDS, EPOCHS = [0.001, 0.05, 0.01], [4, 4, 7], 3

# Every optimizer and every kind of model; the whole product with `pytest -m full`.
FEW = [*(("dense", name) for name in OPTIMIZERS), ("lstm", "momentum"), ("gru", "rmsprop"), ("embedding", "adam")]
FEW += [("images", "adam"), ("series", "momentum")]
PAIRS = [
    pytest.param(kind, name, marks=[] if (kind, name) in FEW else [pytest.mark.full])
    for kind in TASKS
    for name in OPTIMIZERS
]


def difference(ones: Any, others: Any) -> float:
    return max(float(np.abs(np.asarray(a) - np.asarray(b)).max()) for a, b in zip(ones, others, strict=True))


@cache
def stacked(kind: str, name: str) -> Trained:
    """The three runs of a task with an optimizer, trained once: most of it is compilation."""
    return train(TASKS[kind], name, RATES, SEEDS, EPOCHS)


@pytest.fixture
def fit() -> Callable[..., Any]:
    from course.experiments.training.separate import fit

    return fit


@pytest.mark.parametrize(("kind", "name"), PAIRS)
def test_stacked_runs_equal_separate_fits(fit: Callable[..., Any], kind: str, name: str) -> None:
    done = stacked(kind, name)
    weights, history = fit(TASKS[kind], OPTIMIZERS[name], RATES[1], SEEDS[1], EPOCHS)
    assert difference(weights, done.weights_of(1)) < TOLERANCE
    assert difference([history["loss"]], [done.loss[1]]) < TOLERANCE
    assert done.val_loss is not None
    assert difference([history["val_loss"]], [done.val_loss[1]]) < TOLERANCE
    assert difference(weights, done.weights_of(0)) > 1e-3, "another rate from the same seed"
    assert difference(weights, done.weights_of(2)) > 1e-3, "another seed"


def test_the_order_of_the_batches_is_seen(fit: Callable[..., Any]) -> None:
    weights, _ = fit(replace(TASKS["dense"], shuffle=False), OPTIMIZERS["adam"], RATES[1], SEEDS[1], EPOCHS)
    in_order = train(replace(TASKS["dense"], shuffle=False), "adam", RATES, SEEDS, EPOCHS)
    assert difference(weights, in_order.weights_of(1)) < TOLERANCE
    assert difference(weights, stacked("dense", "adam").weights_of(1)) > 1e-3, "in another order"


def test_a_schedule_of_keras_and_the_same_one_written_by_hand(fit: Callable[..., Any]) -> None:
    schedules = backend.load().optimizers.schedules
    of_keras = train(TASKS["dense"], "nesterov", RATES, SEEDS, EPOCHS, schedule=schedules.ExponentialDecay(1.0, 3, 0.5))
    by_hand = train(TASKS["dense"], "nesterov", RATES, SEEDS, EPOCHS, schedule=lambda t: 0.5 ** (t / 3))
    stock = lambda rate: OPTIMIZERS["nesterov"](schedules.ExponentialDecay(rate, 3, 0.5))  # noqa: E731
    weights, _ = fit(TASKS["dense"], stock, RATES[1], SEEDS[1], EPOCHS)
    assert difference(weights, of_keras.weights_of(1)) < TOLERANCE
    assert difference(weights, by_hand.weights_of(1)) < TOLERANCE
    assert difference(weights, stacked("dense", "nesterov").weights_of(1)) > 1e-3, "at a constant rate"


def test_a_diverging_run_is_recorded_and_no_bit_of_the_others_changes() -> None:
    for name in ("momentum", "adam"):
        tame = train(TASKS["dense"], name, [0.01, 0.02, 0.03], [0, 1, 2], 4)
        wild = train(TASKS["dense"], name, [0.01, 1e30, 0.03], [0, 1, 2], 4)
        assert tame.diverged.tolist() == [0, 0, 0]
        assert wild.diverged[[0, 2]].tolist() == [0, 0]
        lost = int(wild.diverged[1])
        assert 1 <= lost <= 4
        assert np.isfinite(wild.loss[1, : lost - 1]).all()
        assert np.isnan(wild.loss[1, lost - 1 :]).all()
        for replica in (0, 2):
            assert difference(tame.weights_of(replica), wild.weights_of(replica)) == 0
            assert np.array_equal(tame.loss[replica], wild.loss[replica])


def test_a_run_that_diverges_slowly_is_recorded_when_it_does() -> None:
    # One step per epoch on L = (w + b)^2, from x = 1 and y = 0: at eta = 2.5e9 a step multiplies w + b by 1 - 4 eta,
    # some -1e10, and L by 1e20. L leaves float32 (3.4e38) with the second step; the weights are far from its end then.
    x, y = np.ones((1, 1)), np.zeros(1)
    task = Task("line", dense(1, hidden=()), Data(x, y, x, y))
    with_validation = train(task, "gradient_descent", [2.5e9, 0.1], [0, 0], 6)
    without = train(replace(task, data=Data(x, y)), "gradient_descent", [2.5e9, 0.1], [0, 0], 6)
    assert with_validation.diverged.tolist() == [2, 0], "the loss after the second step"
    assert without.diverged.tolist() == [3, 0], "the loss before the third step"
    assert without.val_loss is None
    assert without.val_accuracy is None


def test_a_seed_may_have_data_of_its_own(fit: Callable[..., Any]) -> None:
    def draw(seed: int) -> Data:
        rng = np.random.default_rng(seed)
        x = rng.standard_normal((50, 5))
        return Data(x[:30], x[:30, 0], x[30:], x[30:, 0])

    task = replace(TASKS["dense"], data=draw)
    done = train(task, "adam", RATES, SEEDS, EPOCHS)
    for replica in (1, 2):
        weights, history = fit(task, OPTIMIZERS["adam"], RATES[replica], SEEDS[replica], EPOCHS)
        assert difference(weights, done.weights_of(replica)) < TOLERANCE
        assert done.val_loss is not None
        assert difference([history["val_loss"]], [done.val_loss[replica]]) < TOLERANCE


@pytest.mark.parametrize(("kind", "name"), [("gru", "rmsprop"), ("embedding", "adam")])
def test_accuracy_is_the_share_of_right_labels(kind: str, name: str) -> None:
    from course.experiments.training.separate import keras_model

    done = stacked(kind, name)
    data = TASKS[kind].arrays(0)
    outputs = np.asarray(keras_model(TASKS[kind].model, done.weights_of(1)).predict(data.x_val, verbose=0))
    labels = outputs.argmax(axis=1) if kind == "gru" else outputs[:, 0] > 0
    assert done.val_accuracy is not None
    assert done.val_accuracy[1, -1] == pytest.approx(np.mean(labels == np.asarray(data.y_val).ravel()), abs=1e-6)
    assert stacked("dense", "adam").val_accuracy is None


def test_what_keras_does_to_a_category_that_occurs_twice_in_a_batch() -> None:
    """Why `separate` has an embedding layer of its own: on TensorFlow, Keras squares the two gradients one by one.

    Category 0 occurs twice, with gradients 1 and 1. AdaGrad's first step is eta g / |g| = eta, whatever g is; from the
    squares one by one it is eta 2 / sqrt(2). When this fails, Keras has mended it, and `_Embedding` can go.
    """
    keras = backend.load()
    steps = []
    for full in (True, False):
        network = keras.Sequential([keras.Input((2,), dtype="int32"), _embedding(keras, full)])
        network.compile(keras.optimizers.Adagrad(0.125, initial_accumulator_value=0.0, epsilon=1e-30), loss=_sum)
        network.set_weights([np.ones((1, 1), dtype="float32")])
        network.fit(np.zeros((1, 2), dtype="int32"), np.zeros((1, 2, 1), dtype="float32"), verbose=0)
        steps.append(1 - float(network.get_weights()[0][0, 0]))
    one_by_one = np.sqrt(2) if backend.where().backend == "tensorflow" else 1.0
    np.testing.assert_allclose(steps, [0.125, 0.125 * one_by_one], rtol=1e-6)


def _embedding(keras: Any, full: bool) -> Any:
    from course.experiments.training.separate import _Embedding

    return (_Embedding if full else keras.layers.Embedding)(1, 1)


def _sum(y: Any, outputs: Any) -> Any:
    return backend.load().ops.sum(outputs + 0 * y, axis=(1, 2))
