"""How long an experiment will take on this machine, said before it runs: two epochs of one stack, times the work."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

from course.experiments.comparison.protocol import SCHEDULES, Protocol, steps_of
from course.experiments.training import backend
from course.experiments.training.optimizers import Factory, Schedule, named
from course.experiments.training.replicas import stack_size, train
from course.experiments.training.tasks import Task

Optimizers = str | Sequence[str] | Mapping[str, Factory]
Clock = Callable[[], float]


def seconds(
    task: Task, optimizers: Optimizers, protocol: Protocol, clock: Clock = time.perf_counter
) -> tuple[float, float]:
    """The seconds that `compare` takes from nothing: if no grid has to grow, and if all grow as often as they may."""
    backend.load()
    factories, seeds = named(optimizers), protocol.report_seeds
    size = min(protocol.stack, stack_size(task, seeds[0], backend.memory()))
    schedule = SCHEDULES[protocol.schedule](steps_of(task, protocol))
    compiling, epoch = pace(task, factories, protocol.rates[0], (seeds * size)[:size], schedule, clock)
    tuned = len(factories.keys() - protocol.fixed.keys())
    tries = len(protocol.tuning_seeds)
    stacks = len(factories) * _stacks(len(seeds), size)
    stacks += tuned * _stacks(len(protocol.rates) * tries, size)
    grown = tuned * protocol.rounds * _stacks(2 * tries, size)
    low = len(factories) * compiling + stacks * protocol.epochs * epoch
    return low, low + grown * protocol.epochs * epoch


def of_sweep(
    task: Task,
    optimizers: Optimizers,
    rates: Sequence[float],
    seeds: Sequence[int],
    epochs: int,
    clock: Clock = time.perf_counter,
) -> float:
    """The seconds that `sweep` takes from nothing."""
    backend.load()
    factories, runs = named(optimizers), len(rates) * len(seeds)
    size = min(runs, stack_size(task, seeds[0], backend.memory()))
    compiling, epoch = pace(task, factories, rates[0], (list(seeds) * size)[:size], None, clock)
    return len(factories) * (compiling + _stacks(runs, size) * epochs * epoch)


def pace(
    task: Task,
    optimizers: Optimizers,
    rate: float,
    seeds: Sequence[int],
    schedule: Schedule | None = None,
    clock: Clock = time.perf_counter,
) -> tuple[float, float]:
    """The seconds of compiling, which each optimizer needs once, and of an epoch of a stack with these seeds.

    The first optimizer is trained for two epochs: what the first takes longer is compiling. A stack that is not full
    takes as long as a full one.
    """
    first = next(iter(named(optimizers).values()))
    times = [clock()]
    train(task, first, [rate] * len(seeds), seeds, 2, schedule=schedule, after_epoch=lambda: times.append(clock()))
    once, epoch = (later - before for before, later in pairwise(times))
    return max(0.0, once - epoch), epoch


def _stacks(runs: int, size: int) -> int:
    return -(-runs // size)


def spoken(low: float, high: float) -> str:
    """Two numbers of seconds in words, such as "3.1 to 5.0 minutes"; one number, "about 3.1 minutes", if they agree."""
    unit, length, digits = "seconds", 1, 0
    for longer, seconds_of_it in (("minutes", 60), ("hours", 3600)):
        if high >= 2 * seconds_of_it:
            unit, length, digits = longer, seconds_of_it, 1
    shortest, longest = (f"{value / length:.{digits}f}" for value in (low, high))
    return f"about {longest} {unit}" if shortest == longest else f"{shortest} to {longest} {unit}"
