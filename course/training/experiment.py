"""What an experiment is, as data: tasks for training comparisons, or a function that measures something else."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from course.training.optimizers import Factory
from course.training.protocol import Protocol
from course.training.tasks import Task


@dataclass(frozen=True)
class Experiment:
    """A comparison of optimizers by training.

    Attributes:
        name: what is typed after `tp compare`, and what a claim names.
        about: one line.
        plan: quick -> the tasks, each with its protocol. The names of the tasks are those in the claims, quick or not.
        optimizers: names of OPTIMIZERS, or name -> function of the learning rate that makes a Keras optimizer.
    """

    name: str
    about: str
    plan: Callable[[bool], Sequence[tuple[Task, Protocol]]]
    optimizers: Sequence[str] | Mapping[str, Factory]


@dataclass(frozen=True)
class Measured:
    """One number, or one number measured several times, of one optimizer.

    Attributes:
        task: on what it was measured; "" if on nothing in particular.
        subject: the optimizer.
        quantity: for example "bytes of state per weight"; what is lower is better, unless the claim says otherwise.
        values: the numbers, at least one, all positive. Values of different subjects with the same place are pairs:
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
    """

    name: str
    about: str
    measure: Callable[[bool], Sequence[Measured]]
