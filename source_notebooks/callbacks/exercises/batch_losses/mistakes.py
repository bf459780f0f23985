"""How the losses of single batches go wrong, and right in other words."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

from ... import places

Array = np.ndarray
LOGGED = "training_loop#what-fit-logs"


def batch_losses(means: Array, sizes: Array) -> Array:
    """The loss (K,) of each batch: means (K,) are those of all rows so far, sizes (K,) the batches' rows."""
    raise NotImplementedError  # its signature is what counts: the stages below are the rule


def _before(totals: Array) -> Array:
    """The totals (K,) before each batch: 0, and all but the last."""
    return np.concatenate([[0.0], totals[:-1]])


rule = Anatomy(
    batch_losses,
    stages={
        "rows": lambda s: np.cumsum(s.sizes),
        "totals": lambda s: s.rows * s.means,
        "before": lambda s: _before(s.totals),
        "sums": lambda s: s.totals - s.before,
        "losses": lambda s: s.sums / s.sizes,
    },
    returns=("losses",),
    should=places.BATCH_LOSSES,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": LOGGED, **entry})


mistakes = (
    _wrong(
        "means-returned",
        did="The running means are returned.",
        effect="Each number still holds all batches before it, and lags behind.",
        hint="You return the means. Each of them is over all rows so far: undo that.",
        losses=lambda s: np.array(s.means, dtype=float),
    ),
    _wrong(
        "differences-of-means",
        did="Each mean minus the one before.",
        effect="The later the batch, the smaller the number: a mean of many rows moves little.",
        hint="You subtract means. Subtract totals, mean times rows so far, and divide by the batch's rows.",
        losses=lambda s: s.means - _before(s.means),
    ),
    _wrong(
        "batches-counted-for-rows",
        did="k m_k - (k - 1) m_{k-1}: batches are counted, not rows.",
        effect="Right while all batches have one size; a short last one comes out wrong.",
        hint="You count batches. Where their sizes differ the mean counts rows: use the sum of the sizes so far.",
        rows=lambda s: np.arange(1.0, len(s.sizes) + 1),
        losses=lambda s: s.sums,
        also={
            "the first size for all": {
                "rows": lambda s: s.sizes[0] * np.arange(1.0, len(s.sizes) + 1),
                "losses": lambda s: s.sums / s.sizes[0],
            }
        },
    ),
    _wrong(
        "this-size-times-the-number",
        did="The rows so far are taken as the number of the batch times its own size.",
        effect="Right while all batches have one size.",
        hint="You take k times the size of batch k for the rows so far. Add the sizes up: `np.cumsum(sizes)`.",
        rows=lambda s: s.sizes * np.arange(1.0, len(s.sizes) + 1),
    ),
    _wrong(
        "divided-by-the-first-size",
        did="All sums are divided by the first batch's rows.",
        effect="A short last batch seems to have a small loss.",
        hint="You divide each sum by the first batch's rows. Divide by the rows of the batch itself.",
        losses=lambda s: s.sums / s.sizes[0],
    ),
    _wrong(
        "divided-by-all-rows-so-far",
        did="What a batch adds is divided by all rows so far.",
        effect="The losses seem to fall like one over the number of the batch.",
        hint="You divide by the rows so far. What a batch adds belongs to its own rows.",
        losses=lambda s: s.sums / s.rows,
    ),
    _wrong(
        "shares-of-the-epoch",
        did="What a batch adds is divided by the rows of the whole epoch.",
        effect="The numbers add up to the loss of the epoch: they are shares, not losses.",
        hint="You divide by all rows of the epoch. Divide by the rows of the batch.",
        losses=lambda s: s.sums / s.rows[-1],
    ),
    _wrong(
        "sums-returned",
        did="What a batch adds to the total is not divided.",
        effect="The loss of a batch grows with its rows.",
        hint="You return the sum over a batch's rows. Divide by their number.",
        losses=lambda s: s.sums,
    ),
    _wrong(
        "totals-not-subtracted",
        did="The totals so far are divided by the batch's rows.",
        effect="The numbers grow from batch to batch.",
        hint="You divide totals. Take off what was there before the batch.",
        sums=lambda s: s.totals,
    ),
    _wrong(
        "totals-from-batch-sizes",
        did="A mean is multiplied by the rows of its own batch, not by all rows so far.",
        effect="Totals that go up and down, and losses below zero.",
        hint="You multiply each mean by its own batch's rows. The mean is over all rows so far.",
        rows=lambda s: s.sizes,
    ),
    _wrong(
        "previous-mean-with-new-rows",
        did="Both means are multiplied by the rows after the batch.",
        effect="The change of the mean, blown up; the batch's own level is missing.",
        hint="You multiply the mean before the batch by the rows after it. It belongs to the rows before it.",
        before=lambda s: s.rows * _before(s.means),
    ),
    _wrong(
        "backwards",
        did="The later total is subtracted from the earlier one.",
        effect="All losses are negative.",
        hint="Your losses have the wrong sign: the total after the batch minus the total before it.",
        sums=lambda s: s.before - s.totals,
    ),
    _wrong(
        "first-missing",
        did="`np.diff` of the totals: the first batch has no entry.",
        effect="One number too few.",
        hint="`np.diff` gives one number less. Before the first batch the total is 0: `np.diff(totals, prepend=0)`.",
        losses=lambda s: s.sums[1:] / s.sizes[1:],
    ),
    _wrong(
        "first-set-to-zero",
        did="The first total is taken for the one before it.",
        effect="The first batch seems to have no loss.",
        hint="Your first loss is 0. Before the first batch the total is 0, so its loss is the first mean.",
        before=lambda s: np.concatenate([s.totals[:1], s.totals[:-1]]),
    ),
    _wrong(
        "averaged-again",
        did="A running mean is taken of the means.",
        effect="Twice as smooth, and twice as late.",
        hint="You average once more. The means are averages already: undo it.",
        losses=lambda s: np.cumsum(s.means) / np.arange(1, len(s.means) + 1),
    ),
    _wrong(
        "one-number",
        did="The mean of the whole epoch is returned.",
        effect="What was asked of each batch is told of all of them.",
        hint="You return one number. Return one for each batch.",
        losses=lambda s: float(s.totals[-1] / s.rows[-1]),
    ),
    _wrong(
        "means-overwritten",
        did="The means are multiplied in place.",
        effect="The losses are right, and the caller's array is not what it was.",
        hint="You change `means` itself, by `*=` or `out=`. Make a new array: `totals = rows * means`.",
        totals=lambda s: np.multiply(s.means, s.rows, out=s.means),
    ),
)


def _loop(means: Array, sizes: Array) -> Array:
    found, total, rows = [], 0.0, 0
    for mean, size in zip(means, sizes, strict=True):
        rows += size
        found.append((mean * rows - total) / size)
        total = mean * rows
    return np.array(found)


def _solved(means: Array, sizes: Array) -> Array:
    """The means are a triangular matrix times the losses."""
    shares = np.tril(np.broadcast_to(sizes, (len(sizes), len(sizes)))) / np.cumsum(sizes)[:, None]
    found: Array = np.linalg.solve(shares, means)
    return found


def _from_the_last(means: Array, sizes: Array) -> Array:
    """The mean, and how far the rows before pulled it."""
    before = np.cumsum(sizes) - sizes
    found: Array = means + before / sizes * (means - np.concatenate([means[:1], means[:-1]]))
    return found


equivalents = {
    "a loop": _loop,
    "np.diff": lambda means, sizes: np.diff(means * np.cumsum(sizes), prepend=0) / sizes,
    "a triangular system": _solved,
    "a correction of the mean": _from_the_last,
}
