"""What decides the result of a run, in a few letters: so that a table never mixes runs that differ in anything."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Sequence
from typing import Any

import numpy as np

from course.experiments.training.backend import Where
from course.experiments.training.optimizers import Factory, Schedule, checked
from course.experiments.training.tasks import Task


def keys(
    task: Task,
    name: str,
    factory: Factory,
    rates: Sequence[float],
    seeds: Sequence[int],
    epochs: int,
    schedule: Schedule | None,
    where: Where,
) -> dict[tuple[float, int], str]:
    """(rate, seed) -> key of the run, rate by rate.

    In it are the names, the model, the data itself, the loss, the batches, the optimizer's class with its code and
    options, the schedule, the epochs, the rate, the seed, the backend and the precision. The device and the versions
    are not: they stand in the table.
    """
    common = [
        task.name,
        repr(task.model),
        task.loss if isinstance(task.loss, str) else _code(task.loss),
        task.batch_size,
        task.shuffle,
        name,
        _optimizer(name, factory),
        _schedule(schedule, epochs * -(-len(np.asarray(task.arrays(seeds[0]).x)) // task.batch_size)),
        epochs,
        where.backend,
        where.precision,
    ]
    shared = None if callable(task.data) else _data(task, 0)
    data = {seed: shared or _data(task, seed) for seed in seeds}
    return {(rate, seed): _digest([*common, rate, seed, data[seed]]) for rate in rates for seed in seeds}


def _digest(parts: list[Any]) -> str:
    return hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:16]


def _data(task: Task, seed: int) -> str:
    data = task.arrays(seed)
    digest = hashlib.sha256()
    for array in (data.x, data.y, data.x_val, data.y_val):
        found = np.asarray(0 if array is None else array)
        digest.update(f"{found.dtype}{found.shape}".encode())
        digest.update(np.ascontiguousarray(found).tobytes())
    return digest.hexdigest()


def _optimizer(name: str, factory: Factory) -> list[Any]:
    """The class, its code and its options, without the learning rate and the name that Keras counts up."""
    optimizer = checked(name, factory, 0.5)
    options = {key: value for key, value in optimizer.get_config().items() if key not in ("name", "learning_rate")}
    return [_code(type(optimizer)), options]


def _schedule(schedule: Schedule | None, steps: int) -> Any:
    if schedule is None:
        return None
    if hasattr(schedule, "get_config"):
        return [_code(type(schedule)), schedule.get_config()]
    return [_code(schedule), [float(schedule(t)) for t in range(steps)]]


def _code(thing: Any) -> str:
    """The name of a function or class and its source, as far as Python can find it."""
    try:
        source = inspect.getsource(thing)
    except (OSError, TypeError):
        source = ""
    return f"{thing.__module__}.{thing.__qualname__} {source}"
