"""Train a model with many optimizers, rates and seeds, and keep a table that goes on where it was."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import numpy as np

from course.experiments.training import backend
from course.experiments.training.bar import Bar
from course.experiments.training.identity import keys
from course.experiments.training.optimizers import OPTIMIZERS, Factory, Schedule, named
from course.experiments.training.replicas import Trained, forget, stack_size, train
from course.experiments.training.runs import Results, Run, Table, curve
from course.experiments.training.tasks import Task

Place = tuple[float, int]
"""A rate and a seed."""


def sweep(
    task: Task,
    optimizers: str | Sequence[str] | Mapping[str, Factory] = tuple(OPTIMIZERS),
    rates: Sequence[float] | Mapping[str, Sequence[float]] = (0.001, 0.01, 0.1),
    seeds: int | Sequence[int] = 10,
    epochs: int = 20,
    *,
    schedule: Schedule | None = None,
    table: str | Path | None = None,
    memory: float | None = None,
    stack: int | None = None,
    progress: bool | Bar = True,
) -> Results:
    """Train `task` with each optimizer at each rate from each seed.

    Args:
        task: what to learn.
        optimizers: names of OPTIMIZERS, or name -> function of the learning rate that makes a Keras optimizer. It
            must treat each number of a variable by itself, as all of OPTIMIZERS do.
        rates: learning rates for all optimizers, or optimizer -> rates.
        seeds: how many (then 0, 1, ...), or which. The same seed means the same start and the same batches for every
            optimizer and rate, so that runs can be compared in pairs.
        epochs: how many.
        schedule: multiplies the rates at step t = 0, 1, ..., see `Schedule`.
        table: a CSV file; runs found there are not run again, and new ones are added as they are done.
        memory: bytes that one stack of runs may take, by estimate; more runs than fit are trained in turn. By default
            one gigabyte, and 16 on a GPU.
        stack: how many runs are trained together, if that many fit; by default all. Sweeps of one task with the same
            `stack` are compiled once.
        progress: print the line that says what runs where, and a progress bar; or a bar that expects these runs.

    Raises:
        ValueError: in one line, if something does not fit together.
    """
    factories = named(optimizers)
    grid = _grid(list(factories), rates)
    chosen = _seeds(seeds)
    if isinstance(epochs, bool) or not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs must be a whole number, 1 or more, got {epochs!r}")
    backend.load()
    here = backend.where()
    room = backend.memory() if memory is None else memory
    wanted = {name: keys(task, name, factories[name], grid[name], chosen, epochs, schedule, here) for name in factories}
    file = None if table is None else Table(table)
    known = {run.key: run for run in (file.read() if file else ())}
    todo = {name: [place for place, key in places.items() if key not in known] for name, places in wanted.items()}
    total, new = sum(map(len, wanted.values())), sum(map(len, todo.values()))
    if progress is True:
        print(f"{task.name}, {task.model.name}: {total} runs, {new} of them new. {here}")
    with nullcontext(progress) if isinstance(progress, Bar) else Bar(total * epochs, shown=progress) as bar:
        bar.advance(task.name, (total - new) * epochs)
        for name, places in todo.items():
            fitting = stack_size(task, chosen[0], room)
            size = min(fitting, stack or fitting)
            for first in range(0, len(places), size):
                part = places[first : first + size]
                # Every stack of an optimizer has the same size, so that it is compiled once; what fills up is dropped.
                filled = part + part[-1:] * (size - len(part) if stack or len(places) > size else 0)
                bar.advance(f"{task.name}, {name}: compiling", 0)
                began = time.perf_counter()
                done = train(
                    task,
                    factories[name],
                    [rate for rate, _ in filled],
                    [seed for _, seed in filled],
                    epochs,
                    schedule=schedule,
                    after_epoch=partial(bar.advance, f"{task.name}, {name}", len(part)),
                )
                seconds = (time.perf_counter() - began) / len(part)
                runs = [
                    _run(task, name, place, epochs, done, r, seconds, here, wanted[name][place])
                    for r, place in enumerate(part)
                ]
                known |= {run.key: run for run in runs}
                if file:
                    file.add(runs)
            if size == fitting and len(places) > size:
                forget()  # stacks that fill the memory are not kept beside the next optimizer's
    return Results(tuple(known[key] for places in wanted.values() for key in places.values()))


def _run(
    task: Task,
    optimizer: str,
    place: Place,
    epochs: int,
    done: Trained,
    r: int,
    seconds: float,
    here: backend.Where,
    key: str,
) -> Run:
    """Replica r as a row of the table."""
    return Run(
        task=task.name,
        model=task.model.name,
        optimizer=optimizer,
        rate=place[0],
        seed=place[1],
        epochs=epochs,
        diverged=int(done.diverged[r]) or None,
        loss=curve(done.loss[r]),
        val_loss=curve(None if done.val_loss is None else done.val_loss[r]),
        val_accuracy=curve(None if done.val_accuracy is None else done.val_accuracy[r]),
        seconds=round(seconds, 6),
        backend=here.backend,
        device=here.device,
        precision=here.precision,
        versions=here.versions,
        key=key,
    )


def _grid(names: Sequence[str], rates: Sequence[float] | Mapping[str, Sequence[float]]) -> dict[str, list[float]]:
    """Optimizer -> its rates; ValueError if some are missing, doubled or no positive numbers."""
    if isinstance(rates, Mapping):
        if missing := [name for name in names if name not in rates]:
            raise ValueError(f"there are no rates for {missing[0]}")
        if unknown := [name for name in rates if name not in names]:
            raise ValueError(f"there are rates for {unknown[0]}, which is not among the optimizers")
        grid = {name: [float(rate) for rate in rates[name]] for name in names}
    else:
        grid = {name: [float(rate) for rate in rates] for name in names}
    for name, found in grid.items():
        if not found or len(set(found)) < len(found) or not all(0 < rate < np.inf for rate in found):
            raise ValueError(f"the rates of {name} must be different positive numbers, got {found}")
    return grid


def _seeds(seeds: int | Sequence[int]) -> list[int]:
    """The seeds; ValueError if there are none, or some are doubled or negative."""
    chosen = list(range(seeds)) if isinstance(seeds, int) else [int(seed) for seed in seeds]
    if not chosen or len(set(chosen)) < len(chosen) or min(chosen) < 0:
        raise ValueError(f"seeds must be a count, 1 or more, or different whole numbers from 0 on, got {seeds!r}")
    return chosen
