"""How an epoch goes wrong, and right in other words."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import train_epoch

Array = np.ndarray


class Step(NamedTuple):
    """One batch of an epoch: its rows, and the weights before and after it."""

    rows: Array
    w: Array
    b: float
    w_after: Array
    b_after: float


def _steps(s: SimpleNamespace) -> list[Step]:
    """The epoch itself, of the stages before it."""
    done, w, b = [], s.start, s.b
    for rows in s.batches:
        at_w, at_b = s.point(w, b)
        e = s.error(at_w, at_b, rows)
        w_after = s.moved(w, s.factor * (s.x[rows].T @ e) / s.divisor(rows))
        e = s.error(s.w_for_b(at_w, w_after), at_b, rows)
        b_after = b - s.factor_b * np.sum(e) / s.divisor(rows)
        done.append(Step(rows, w, b, w_after, b_after))
        w, b = w_after, b_after
    return done


rule = Anatomy(
    train_epoch,
    stages={
        "row": lambda s: s.order,
        "targets": lambda s: s.y,
        "batches": lambda s: [s.row[i : i + s.batch_size] for i in range(0, len(s.row), s.batch_size)],
        "start": lambda s: np.asarray(s.w),
        "error": lambda s: lambda w, b, rows: s.x[rows] @ w + b - s.targets[rows],
        "point": lambda s: lambda w, b: (w, b),
        "w_for_b": lambda s: lambda before, after: before,
        "factor": lambda s: 2 * s.eta,
        "factor_b": lambda s: s.factor,
        "divisor": lambda s: len,
        "moved": lambda s: lambda w, step: w - step,
        "steps": _steps,
        "w_new": lambda s: s.steps[-1].w_after,
        "b_new": lambda s: s.steps[-1].b_after,
        "losses": lambda s: [np.mean(s.error(step.w, step.b, step.rows) ** 2) for step in s.steps],
        "loss": lambda s: np.average(s.losses, weights=[len(step.rows) for step in s.steps]),
    },
    returns=("w_new", "b_new", "loss"),
    should=places.TRAIN_EPOCH,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": "", **entry})


def _cut(rows: Array, sizes: list[int]) -> list[Array]:
    return np.split(rows, np.cumsum(sizes)[:-1])


def _wrapped(s: SimpleNamespace) -> list[Array]:
    count = math.ceil(len(s.row) / s.batch_size) * s.batch_size
    return list(np.resize(s.row, count).reshape(-1, s.batch_size))


def _short_first(s: SimpleNamespace) -> list[Array]:
    rest = len(s.row) % s.batch_size
    sizes = ([rest] if rest else []) + [s.batch_size] * (len(s.row) // s.batch_size)
    return _cut(s.row, sizes)


def _all(s: SimpleNamespace) -> Array:
    return np.arange(len(s.y))


def _into(w: Array, step: Array) -> Array:
    w -= step
    return w


def _shuffled_in_place(s: SimpleNamespace) -> Array:
    """x and y are put into the order of the epoch where they lie; then the rows come one after the other."""
    s.x[:], s.y[:] = s.x[s.order], s.y[s.order]
    return np.arange(len(s.y))


mistakes = (
    _wrong(
        "last-batch-dropped",
        did="What is left after the last full batch is left out.",
        effect="Rows are never used, and with few rows there is no step at all.",
        hint="You leave out the rows after the last full batch. They are a batch as well, a short one.",
        section="training_loop#the-short-last-batch",
        convention="PyTorch's DataLoader with drop_last=True",
        batches=lambda s: [part for part in rule.stages["batches"](s) if len(part) == s.batch_size],
    ),
    _wrong(
        "short-batch-divided-by-batch-size",
        did="The gradient of the short batch is divided by batch_size.",
        effect="The last step is too short.",
        hint="You divide by batch_size. The last batch has fewer rows: divide by the number that it has.",
        section="training_loop#the-short-last-batch",
        divisor=lambda s: lambda rows: s.batch_size,
    ),
    _wrong(
        "divided-by-all-rows",
        did="The gradient of a batch is divided by the number of all rows.",
        effect="Steps that are too short by the number of batches.",
        hint="You divide by the number of all rows. Each batch has its own mean: divide by its own number of rows.",
        section="training_loop#a-batch-is-a-sample-without-replacement",
        divisor=lambda s: lambda rows: len(s.y),
    ),
    _wrong(
        "sum-not-mean",
        did="The gradient of a batch is a sum over its rows.",
        effect="The larger the batch, the longer the step.",
        hint="Your gradient is a sum over the batch. It is the mean: divide by the number of rows.",
        section="training_loop#a-batch-is-a-sample-without-replacement",
        divisor=lambda s: lambda rows: 1,
    ),
    _wrong(
        "no-factor-two",
        did="The 2 of the square's derivative is missing.",
        effect="Steps of half the length.",
        hint="Your steps are half as long: the derivative of (o - y)^2 is 2 (o - y).",
        section="training_loop#the-gradient-layer-by-layer",
        convention="the loss 1/2 (o - y)^2, whose derivative is o - y",
        factor=lambda s: s.eta,
    ),
    _wrong(
        "uphill",
        did="The step goes along the gradient.",
        effect="The loss grows.",
        hint="Your steps go uphill: the gradient is taken off the weights, with o - y as the error.",
        section="training_loop#the-gradient-layer-by-layer",
        factor=lambda s: -2 * s.eta,
    ),
    _wrong(
        "rate-divided-by-batch-size",
        did="The rate is divided by batch_size, and the gradient is a mean already.",
        effect="Steps that are far too short.",
        hint="You divide by the batch size twice: the gradient is a mean already, and eta is used as it is.",
        section="training_loop#a-batch-is-a-sample-without-replacement",
        factor=lambda s: 2 * s.eta / s.batch_size,
    ),
    _wrong(
        "gradients-of-the-start",
        did="All gradients are taken at the weights that the epoch began with.",
        effect="One big step in place of many: to first order the same.",
        hint="You take all gradients at the weights of the start. Each batch's is taken where the one before has led.",
        section="training_loop#one-epoch-is-one-step-to-first-order",
        point=lambda s: lambda w, b: (s.w, s.b),
    ),
    _wrong(
        "bias-sees-the-new-weights",
        did="The weights move first, and the bias's gradient is taken at the new ones.",
        effect="A slightly other path, hard to see.",
        hint="Your bias's gradient is taken with the weights that have just moved. Compute both gradients, then move.",
        section="training_loop#the-gradient-layer-by-layer",
        w_for_b=lambda s: lambda before, after: after,
    ),
    _wrong(
        "bias-not-trained",
        did="b comes back as it was.",
        effect="The mean of the target must be met by the weights.",
        hint="Your b does not move. Its gradient is 2/n times the sum of the errors.",
        section="training_loop#the-gradient-layer-by-layer",
        factor_b=lambda s: 0.0,
    ),
    _wrong(
        "order-ignored",
        did="The rows are used as they lie.",
        effect="The same order in every epoch, whatever was drawn.",
        hint="You use the rows as they lie, whatever `order` is. Cut the batches from `order`.",
        section="training_loop#what-shuffling-does",
        row=lambda s: _all(s),
    ),
    _wrong(
        "order-backwards",
        did="`order` is read from its end.",
        effect="Another order than the one that was drawn.",
        hint="You read `order` from its end. Its first rows make the first batch.",
        section="training_loop#what-shuffling-does",
        row=lambda s: s.order[::-1],
    ),
    _wrong(
        "order-inverted",
        did="`order` is taken for the places of the rows (argsort, or x[order] = x).",
        effect="Another order than the one that was drawn.",
        hint="You use `order` as the place to which each row goes. It is the other way round: order[0] is the row "
        "that comes first.",
        section="training_loop#what-shuffling-does",
        row=lambda s: np.argsort(s.order),
    ),
    _wrong(
        "targets-not-reordered",
        did="x is put into the order, y stays as it is.",
        effect="Each row learns the target of another one.",
        hint="You put x into the new order, and y not: the rows have got the targets of others.",
        section="training_loop#what-shuffling-does",
        targets=lambda s: s.y[np.argsort(s.order)],
    ),
    _wrong(
        "filled-up-from-the-start",
        did="The last batch is filled up with the first rows.",
        effect="These rows count twice.",
        hint="You fill the last batch up with the first rows, which so count twice. It may be short.",
        section="training_loop#the-short-last-batch",
        batches=_wrapped,
    ),
    _wrong(
        "evened-out",
        did="The rows are cut into parts of nearly equal size (np.array_split).",
        effect="Batches smaller than batch_size, and none as short as it should be.",
        hint="Your batches are evened out. All have batch_size rows, but for the last one, which has what is left.",
        section="training_loop#the-short-last-batch",
        batches=lambda s: np.array_split(s.row, math.ceil(len(s.row) / s.batch_size)),
    ),
    _wrong(
        "short-batch-first",
        did="The short batch comes first.",
        effect="Another path, with the same number of steps.",
        hint="Your short batch comes first. It is the last one: what is left at the end.",
        section="training_loop#the-short-last-batch",
        batches=_short_first,
    ),
    _wrong(
        "last-row-of-each-batch-lost",
        did="Each batch ends one row early.",
        effect="One row of each batch is never used.",
        hint="Your batches end one row early. A slice leaves out its stop: order[i : i + batch_size].",
        section="training_loop#the-short-last-batch",
        batches=lambda s: [s.row[i : i + s.batch_size - 1] for i in range(0, len(s.row) - 1, s.batch_size)],
    ),
    _wrong(
        "row-by-row",
        did="Each row is a step of its own.",
        effect="As with a batch size of 1.",
        hint="You make a step after each row. A batch of batch_size rows makes one step together.",
        section="training_loop#a-batch-is-a-sample-without-replacement",
        batches=lambda s: np.array_split(s.row, len(s.row)),
    ),
    _wrong(
        "all-rows-at-once",
        did="All rows make one step.",
        effect="As with a batch size of n.",
        hint="You make one step with all rows. An epoch has as many steps as there are batches.",
        section="training_loop#one-epoch-is-one-step-to-first-order",
        batches=lambda s: [s.row],
    ),
    _wrong(
        "mean-of-batch-means",
        did="The loss is the plain mean of the batches' losses.",
        effect="The rows of a short batch count more than all others.",
        hint="Your loss is the plain mean of the batches' losses. A short batch counts less: weight each by its rows.",
        section="training_loop#the-short-last-batch",
        loss=lambda s: np.mean(s.losses),
    ),
    _wrong(
        "loss-after-the-step",
        did="Each batch's loss is taken after its step.",
        effect="A loss that is too small: it was just fitted to these rows.",
        hint="You take a batch's loss after its step. `fit` takes it before: it comes with the forward pass.",
        section="training_loop#what-fit-logs",
        losses=lambda s: [np.mean(s.error(step.w_after, step.b_after, step.rows) ** 2) for step in s.steps],
    ),
    _wrong(
        "loss-of-the-last-batch",
        did="The loss is that of the last batch.",
        effect="A loss that jumps from epoch to epoch.",
        hint="Your loss is that of the last batch alone. Add up all of them.",
        section="training_loop#what-fit-logs",
        loss=lambda s: s.losses[-1],
    ),
    _wrong(
        "loss-at-the-end",
        did="The loss is that of all rows at the weights of the end.",
        effect="What `evaluate` gives, not what `fit` logs.",
        hint="Your loss is that of all rows at the end, as `evaluate` gives it. `fit` logs the batches' losses of the "
        "way.",
        section="training_loop#what-fit-logs",
        loss=lambda s: np.mean(s.error(s.w_new, s.b_new, _all(s)) ** 2),
    ),
    _wrong(
        "loss-at-the-start",
        did="The loss is that of all rows at the weights of the start.",
        effect="One epoch too old.",
        hint="Your loss is that of all rows at the start. Each batch's loss is taken just before its own step.",
        section="training_loop#what-fit-logs",
        loss=lambda s: np.mean(s.error(np.asarray(s.w), s.b, _all(s)) ** 2),
    ),
    _wrong(
        "sum-of-losses",
        did="The loss is the sum over all rows.",
        effect="It grows with the data.",
        hint="Your loss is a sum over the rows. Divide it by their number.",
        section="training_loop#what-fit-logs",
        loss=lambda s: np.average(s.losses, weights=[len(step.rows) for step in s.steps]) * len(s.y),
    ),
    _wrong(
        "sum-of-batch-means",
        did="The loss is the sum of the batches' losses.",
        effect="It grows with the number of batches.",
        hint="Your loss is the sum of the batches' losses. It is their mean, weighted by their rows.",
        section="training_loop#what-fit-logs",
        loss=lambda s: np.sum(s.losses),
    ),
    _wrong(
        "half-the-square",
        did="The loss is half the mean square.",
        effect="Half of what `fit` logs.",
        hint="Your loss is half the mean square. It is the mean square.",
        section="training_loop#what-fit-logs",
        losses=lambda s: [np.mean(s.error(step.w, step.b, step.rows) ** 2) / 2 for step in s.steps],
    ),
    _wrong(
        "absolute-error",
        did="The loss is the mean absolute error.",
        effect="Another loss than the one whose gradient is followed.",
        hint="Your loss is the mean absolute error. It is the mean of the squares.",
        section="training_loop#what-fit-logs",
        losses=lambda s: [np.mean(np.abs(s.error(step.w, step.b, step.rows))) for step in s.steps],
    ),
    _wrong(
        "rounded",
        did="The weights keep the type in which they came.",
        effect="Integer weights are rounded after each step.",
        hint="Your weights keep the type of w, so integers are rounded at each step. Let NumPy choose the type.",
        moved=lambda s: lambda w, step: (w - step).astype(np.asarray(s.w).dtype),
    ),
    _wrong(
        "in-place",
        did="`w -= ...` changes the caller's array.",
        effect="Who compares with the start compares with the end.",
        hint="`w -= ...` changes the array that you are given. `w = w - ...` makes a new one.",
        moved=lambda s: _into,
    ),
    _wrong(
        "data-shuffled-in-place",
        did="x and y are put into the order where they lie.",
        effect="The caller's rows are in another order afterwards, and a second epoch mixes what was mixed.",
        hint="You reorder the caller's x and y (`x[:] = x[order]`). `x[rows]` is a new array.",
        row=_shuffled_in_place,
    ),
    _wrong(
        "loss-first",
        did="The loss is returned first.",
        effect="What is taken for w is a number.",
        hint="The results come in the wrong order: `return w, b, loss`.",
        returns=("loss", "w_new", "b_new"),
    ),
    _wrong(
        "loss-not-returned",
        did="Only w and b are returned.",
        effect="Nobody sees whether it learns.",
        hint="You return w and b alone. Return the loss as well: `return w, b, loss`.",
        returns=("w_new", "b_new"),
    ),
    _wrong(
        "nothing-returned",
        did="The function ends without `return`.",
        effect="The epoch is lost.",
        hint="Your function returns nothing. End it with `return w, b, loss`.",
        returns=(),
    ),
)


def with_a_column_of_ones(
    w: Array, b: float, x: Array, y: Array, order: Array, batch_size: int, eta: float
) -> tuple[Array, float, float]:
    """The bias is the weight of a column of ones; what is left is cut off the list."""
    theta, rows, total = np.append(np.asarray(w, dtype=float), b), list(order), 0.0
    with_ones = np.column_stack([x, np.ones(len(x))])
    while rows:
        now, rows = rows[:batch_size], rows[batch_size:]
        error = with_ones[now] @ theta - np.asarray(y)[now]
        total += (error**2).sum()
        theta = theta - 2 * eta / len(now) * (error @ with_ones[now])
    return theta[:-1], theta[-1], total / len(y)


def as_keras_keeps_it(
    w: Array, b: float, x: Array, y: Array, order: Array, batch_size: int, eta: float
) -> tuple[Array, float, float]:
    """A running mean of the losses, and NumPy's own split of the rows."""
    mean, seen = 0.0, 0
    for rows in np.split(order, range(batch_size, len(order), batch_size)):
        error = y[rows] - b - np.sum(x[rows] * w, axis=1)
        seen += len(rows)
        mean += len(rows) / seen * (np.square(error).mean() - mean)
        w, b = w + 2 * eta * np.mean(error[:, None] * x[rows], axis=0), b + 2 * eta * np.mean(error)
    return w, b, mean


def in_its_own_copy(
    w: Array, b: float, x: Array, y: Array, order: Array, batch_size: int, eta: float
) -> tuple[Array, Any, Any]:
    """Reordered copies of the data, and in-place steps on a copy of the weights."""
    w, bias, x, y = np.array(w, dtype=float), np.array(b, dtype=float), x[order], y[order]
    losses, sizes = [], []
    for i in range(math.ceil(len(y) / batch_size)):
        part = slice(i * batch_size, (i + 1) * batch_size)
        error = np.einsum("np,p->n", x[part], w) + bias - y[part]
        losses.append(np.mean(error**2))
        sizes.append(len(error))
        w -= eta * 2 * np.einsum("np,n->p", x[part], error) / len(error)
        bias -= eta * 2 * error.sum() / len(error)
    return w, bias, np.dot(losses, sizes) / np.sum(sizes)


equivalents = {
    "a column of ones": with_a_column_of_ones,
    "a running mean": as_keras_keeps_it,
    "in place on copies": in_its_own_copy,
}
