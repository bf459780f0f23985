"""How long a comparison will take on this machine, said before it runs: two epochs of one stack, times the work."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from course.experiments.comparison.protocol import SCHEDULES, Protocol, steps_of
from course.experiments.training import backend
from course.experiments.training.optimizers import Factory, named
from course.experiments.training.replicas import stack_size, train
from course.experiments.training.tasks import Task


def seconds(
    task: Task,
    optimizers: str | Sequence[str] | Mapping[str, Factory],
    protocol: Protocol,
    clock: Callable[[], float] = time.perf_counter,
) -> tuple[float, float]:
    """The seconds that `compare` takes from nothing: if no grid has to grow, and if all grow as often as they may.

    The first optimizer is trained for two epochs. What the first takes longer is compiling, which each optimizer needs
    once; the second is the rate. A stack that is not full takes as long as a full one.
    """
    backend.load()
    factories = named(optimizers)
    seed = protocol.report_seeds[0]
    size = min(protocol.stack, stack_size(task, seed, backend.memory()))
    seeds = (protocol.report_seeds * size)[:size]
    times = [clock()]
    train(
        task,
        next(iter(factories.values())),
        [protocol.rates[0]] * size,
        seeds,
        2,
        schedule=SCHEDULES[protocol.schedule](steps_of(task, protocol)),
        after_epoch=lambda: times.append(clock()),
    )
    first, epoch = (later - before for before, later in pairwise(times))
    tuned = len(factories.keys() - protocol.fixed.keys())
    tries = len(protocol.tuning_seeds)
    stacks = len(factories) * _stacks(len(protocol.report_seeds), size)
    stacks += tuned * _stacks(len(protocol.rates) * tries, size)
    grown = tuned * protocol.rounds * _stacks(2 * tries, size)
    compiling = len(factories) * max(0.0, first - epoch)
    low = compiling + stacks * protocol.epochs * epoch
    return low, low + grown * protocol.epochs * epoch


def _stacks(runs: int, size: int) -> int:
    return -(-runs // size)


def spoken(low: float, high: float) -> str:
    """Two numbers of seconds in words, such as "3 to 5 minutes"."""
    for unit, length in (("hours", 3600), ("minutes", 60)):
        if high >= 2 * length:
            return f"{low / length:.1f} to {high / length:.1f} {unit}"
    return f"{low:.0f} to {high:.0f} seconds"
