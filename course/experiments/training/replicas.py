"""Train many runs of one model as one stack: each with its own start, batches, rate and fate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from course.experiments.training import backend
from course.experiments.training.batches import Batches, cut, order, stack
from course.experiments.training.models import Array, Model
from course.experiments.training.optimizers import Factory, Schedule, named
from course.experiments.training.tasks import Loss, Task

VALIDATION_ROWS = 256  # validation goes through the data in slices of this size, so that memory stays bounded


@dataclass(frozen=True, eq=False)
class Trained:
    """R runs trained together.

    Attributes:
        loss: (R, epochs), the mean over an epoch of the losses of its batches, each before its step, as `fit` has it.
        val_loss, val_accuracy: (R, epochs), after the epoch; None without validation data, and without labels.
        diverged: (R,), the epoch 1, 2, ... in which a run left the finite numbers, 0 if it never did.
        weights: each (R, *shape), in Keras' order.

    The curves are nan from the diverged epoch on.
    """

    loss: Array
    val_loss: Array | None
    val_accuracy: Array | None
    diverged: Array
    weights: list[Array]

    def weights_of(self, replica: int) -> list[Array]:
        """The weights of one run, as `set_weights` of a Keras model takes them."""
        return [weight[replica] for weight in self.weights]


def train(
    task: Task,
    optimizer: str | Factory,
    rates: Sequence[float],
    seeds: Sequence[int],
    epochs: int,
    *,
    schedule: Schedule | None = None,
    after_epoch: Callable[[], None] = lambda: None,
) -> Trained:
    """Train R runs as one stack; run r has the rate rates[r] and the seed seeds[r].

    Args:
        task: what to learn.
        optimizer: a name of OPTIMIZERS, or a function of the learning rate that makes a Keras optimizer.
        rates: R learning rates. seeds: R seeds. epochs: how many.
        schedule: multiplies the rates at step t = 0, 1, ..., see `Schedule`.
        after_epoch: called after each epoch.

    Raises:
        ValueError: in one line, if something does not fit together.
    """
    backend.load()
    from course.experiments.training.engine import Examples, on_device

    name, factory = (optimizer, named(optimizer)[optimizer]) if isinstance(optimizer, str) else ("given", optimizer)
    if len(rates) != len(seeds):
        raise ValueError(f"train needs one rate and one seed for each run, and got {len(rates)} and {len(seeds)}")
    data, which, n, n_val = stack(task, seeds)

    def batches(epoch: int) -> Batches:
        orders = {seed: order(task, n, seed, epoch) for seed in dict.fromkeys(seeds)}
        return cut(np.stack([orders[seed] for seed in seeds]) + n * which[:, None], task.batch_size)

    validation = None
    if n_val:
        slices = cut(np.arange(n_val) + n_val * which[:, None], VALIDATION_ROWS)
        validation = Examples(on_device(data.x_val), on_device(data.y_val), Batches(*map(on_device, slices)))
    first = batches(1)
    steps = epochs * len(first.rows) if schedule else 0
    trainer = _trainer(task.model, task.loss, name, factory, len(rates), schedule, steps, backend.where().precision)
    starts = {seed: task.model.initial(seed) for seed in dict.fromkeys(seeds)}
    trainer.start([np.stack(w) for w in zip(*(starts[s] for s in seeds), strict=True)], np.asarray(rates, dtype=float))
    training = Examples(on_device(data.x), on_device(data.y), Batches(*map(on_device, first)))

    curves = np.full((3, len(rates), epochs), np.nan)
    diverged = np.zeros(len(rates), dtype=int)
    for epoch in range(1, epochs + 1):
        if epoch > 1:
            training = training._replace(batches=Batches(*map(on_device, batches(epoch))))
        done = trainer.epoch(training, validation)
        lost = ~(done.finite & np.isfinite(done.loss) & (np.isfinite(done.val_loss) | (validation is None)))
        diverged[lost & (diverged == 0)] = epoch
        curves[:, :, epoch - 1] = np.where(diverged > 0, np.nan, [done.loss, done.val_loss, done.val_accuracy])
        after_epoch()
    loss, val_loss, val_accuracy = curves
    labelled = validation is not None and trainer.labelled
    return Trained(loss, val_loss if n_val else None, val_accuracy if labelled else None, diverged, trainer.weights)


@lru_cache(maxsize=8)
def _trainer(
    model: Model,
    loss: Loss,
    name: str,
    factory: Factory,
    replicas: int,
    schedule: Schedule | None,
    steps: int,
    precision: str,
) -> Any:
    """A trainer with what it has compiled, kept for the next stack of the same kind."""
    from course.experiments.training.engine import Trainer

    return Trainer(model, loss, name, factory, replicas, schedule, steps)


def forget() -> None:
    """Free the memory of the trainers that were kept."""
    _trainer.cache_clear()


def stack_size(task: Task, seed: int, memory: float) -> int:
    """How many runs fit into `memory` bytes, by estimate; at least one."""
    data = task.arrays(seed)
    n, inputs = len(np.asarray(data.x)), int(np.prod(task.model.inputs))
    made = sum(layer.numbers for layer in task.model.layers) + inputs
    # Weights, gradients, two states and what is on the way; then a batch there and back, or a slice of validation.
    numbers = 5 * task.model.size + max(3 * min(n, task.batch_size), VALIDATION_ROWS) * made
    own = n * (2 + (inputs if callable(task.data) else 0))  # the order of the epoch, the data of the seed
    return max(1, int(memory // (8 * (numbers + own))))
