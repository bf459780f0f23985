"""What an experiment is, as data: tasks to train on, or a function that measures something else. And what came out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from course.experiments.comparison.protocol import Comparison, Protocol
from course.experiments.comparison.quantities import QUANTITIES
from course.experiments.training.models import Array
from course.experiments.training.optimizers import Factory
from course.experiments.training.tasks import Data, Task

Benchmarks = Mapping[str, Callable[[Data], float]]
"""Name -> the loss of a forecast that nobody trained, on the data of one seed."""


@dataclass(frozen=True)
class Experiment:
    """A comparison of optimizers by training.

    Attributes:
        name: what is typed after `tp compare`, and what a claim names.
        about: one line.
        plan: quick -> the tasks, each with its protocol. The names of the tasks are those in the claims, quick or not.
        optimizers: names of OPTIMIZERS, or name -> function of the learning rate that makes a Keras optimizer.
        benchmarks: task -> what stands beside the optimizers in its table.
    """

    name: str
    about: str
    plan: Callable[[bool], Sequence[tuple[Task, Protocol]]]
    optimizers: Sequence[str] | Mapping[str, Factory]
    benchmarks: Mapping[str, Benchmarks] = field(default_factory=dict)

    def beside(self, task: Task, seeds: Sequence[int]) -> list[Measured]:
        """The losses of the task's benchmarks, seed by seed."""
        found: dict[str, list[float]] = {name: [] for name in self.benchmarks.get(task.name, {})}
        for seed in seeds if found else ():
            data = task.data(seed) if callable(task.data) else task.data
            for name, loss in self.benchmarks[task.name].items():
                found[name].append(loss(data))
        return [Measured(task.name, name, "loss", tuple(losses)) for name, losses in found.items()]


@dataclass(frozen=True)
class Measured:
    """One number, or one number measured several times, of one optimizer.

    Attributes:
        task: on what it was measured; "" if on nothing in particular.
        subject: the optimizer.
        quantity: for example "bytes of state per weight".
        values: the numbers, at least one, none negative. Values of different subjects with the same place are pairs:
            measured in the same round, or on the same seed. One value is exact and needs no interval.
    """

    task: str
    subject: str
    quantity: str
    values: tuple[float, ...]


@dataclass(frozen=True)
class Measurement:
    """An experiment of another kind: memory, seconds, a rule on a surface.

    Attributes:
        name, about: as in `Experiment`.
        measure: quick -> what was measured.
        ahead: quick -> about how many seconds `measure` takes on this machine.
    """

    name: str
    about: str
    measure: Callable[[bool], Sequence[Measured]]
    ahead: Callable[[bool], float]


@dataclass(frozen=True, eq=False)
class Gathered:
    """What came out of an experiment; claims are answered from it.

    Attributes:
        experiment: its name.
        comparisons: of an Experiment, one for each task.
        measured: of a Measurement; of an Experiment, the losses of its benchmarks.
    """

    experiment: str
    comparisons: tuple[Comparison, ...] = ()
    measured: tuple[Measured, ...] = ()

    @property
    def tasks(self) -> list[str]:
        """The names of the tasks."""
        return list(dict.fromkeys([c.task for c in self.comparisons] + [m.task for m in self.measured]))

    def values(self, task: str, subject: str, quantity: str) -> Array:
        """The quantity of the subject on the task, (n,); equal places are pairs. ValueError if there is none."""
        for comparison in self.comparisons:
            if comparison.task == task and subject in comparison.choices and quantity in QUANTITIES:
                return QUANTITIES[quantity](comparison, subject)
        for measured in self.measured:
            if (measured.task, measured.subject, measured.quantity) == (task, subject, quantity):
                return np.array(measured.values)
        raise ValueError(f"experiment {self.experiment}: there is no {quantity!r} of {subject!r} on task {task!r}")

    def inside(self, task: str, subject: str) -> bool:
        """Whether the subject's best rate lies inside its grid; True where nothing was tuned."""
        mine = [c.choices[subject] for c in self.comparisons if c.task == task and subject in c.choices]
        return all(choice.interior for choice in mine)
