"""The honest comparison: tune each optimizer with the same budget, then judge it on seeds that tuned nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from course.experiments.comparison.statistics import FEWEST, log_ratios
from course.experiments.comparison.tuning import Choice, Scores, fixed, rounded, tune
from course.experiments.training import backend
from course.experiments.training.bar import Bar
from course.experiments.training.optimizers import Factory, Schedule, named
from course.experiments.training.runs import Results
from course.experiments.training.sweep import sweep
from course.experiments.training.tasks import Task


@cache
def _cosine(steps: int) -> Schedule:
    def factor(t: int) -> float:
        return (1 + math.cos(math.pi * t / steps)) / 2

    return factor


SCHEDULES: dict[str, Callable[[int], Schedule | None]] = {"": lambda steps: None, "cosine": _cosine}
"""Name -> how many steps there are -> what multiplies the rates."""


@dataclass(frozen=True)
class Protocol:
    """How a comparison is run; decided before it runs.

    Attributes:
        rates: the starting grid, evenly spaced in the logarithm, ascending; the same for every optimizer.
        tuning_seeds: the seeds on which a rate is chosen.
        report_seeds: the seeds on which the chosen rate is judged; none of them has tuned anything.
        epochs: of every run.
        rounds: how often the grids may grow, at most; see `tuning`.
        resolution: they grow until the rates beside each best one are at most so many times higher or lower.
        fixed: optimizer -> the one rate with which it runs, untuned; for claims about defaults.
        schedule: "cosine" lets every rate fall to 0 in half a wave of the cosine; without it rates stay as they are.
    """

    rates: tuple[float, ...] = (1e-4, 10**-3.5, 1e-3, 10**-2.5, 1e-2, 10**-1.5, 1e-1)
    tuning_seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    report_seeds: tuple[int, ...] = tuple(range(100, 130))
    epochs: int = 40
    rounds: int = 4
    resolution: float = 10**0.5
    fixed: Mapping[str, float] = field(default_factory=dict)
    schedule: str = ""

    def __post_init__(self) -> None:
        """ValueError, in one line, for a protocol that compares nothing."""
        rates = self.rates
        if len(rates) < 3 or not all(0 < low < high for low, high in pairwise(rates)):
            raise ValueError(f"protocol: rates must be three positive numbers or more, ascending, got {rates}")
        if both := set(self.tuning_seeds) & set(self.report_seeds):
            raise ValueError(f"protocol: seed {min(both)} both tunes and reports: judge on seeds that tuned nothing")
        if len(set(self.report_seeds)) < FEWEST or not self.tuning_seeds:
            raise ValueError(f"protocol: at least one seed must tune, and at least {FEWEST} must report")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"protocol: there is no schedule {self.schedule!r}; there is 'cosine'")
        if self.rounds < 0 or self.epochs < 1 or self.resolution <= 1:
            raise ValueError("protocol: epochs must be 1 or more, rounds 0 or more, and the resolution above 1")

    @property
    def stack(self) -> int:
        """How many runs are trained together, so that one compilation serves the whole comparison."""
        return max(len(self.rates) * len(self.tuning_seeds), len(self.report_seeds))


QUICK = Protocol(rates=(1e-4, 1e-3, 1e-2, 1e-1), tuning_seeds=(0, 1, 2), report_seeds=tuple(range(100, 110)), epochs=20)
"""A protocol for minutes; vary it with `dataclasses.replace`."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """One task, all optimizers.

    Attributes:
        task: its name.
        protocol: as it was run.
        choices: optimizer -> its rate.
        tuning: all runs that tuned.
        report: the runs at the chosen rates, one for each optimizer and report seed.
        steps: how many optimizer steps one run has.
        where: what ran it, in one line.
    """

    task: str
    protocol: Protocol
    choices: Mapping[str, Choice]
    tuning: Results
    report: Results
    steps: int
    where: str

    @property
    def optimizers(self) -> list[str]:
        """Their names."""
        return list(self.choices)

    def runs(self, optimizer: str) -> int:
        """How many runs were spent on it, tuning included."""
        return len(self.tuning.where(optimizer=optimizer)) + len(self.report.where(optimizer=optimizer))

    def singles(self) -> dict[str, int]:
        """Optimizer -> how many of the single comparisons at one rate and one seed of the starting grid it wins."""
        cells: dict[tuple[float, int], list[tuple[float, str]]] = {}
        for run in self.tuning:
            if run.rate in map(rounded, self.protocol.rates):
                cells.setdefault((run.rate, run.seed), []).append((run.score, run.optimizer))
        winners = [min(cell)[1] for cell in cells.values()]
        return {name: winners.count(name) for name in self.optimizers if self.choices[name].tuned}


def compare(
    task: Task,
    optimizers: str | Sequence[str] | Mapping[str, Factory],
    protocol: Protocol,
    *,
    table: str | Path | None = None,
    progress: bool | Bar = True,
) -> Comparison:
    """Tune each optimizer on the task and judge it at its best rate.

    Args:
        task: what to learn. If its data is a function of the seed, each seed is judged on data of its own; if not, the
            intervals tell what other starts and batches would give, and nothing of other data.
        optimizers: as in `sweep`.
        protocol: how.
        table: a CSV file; runs found there are not run again, so a comparison that was killed goes on.
        progress: print the line that says what runs where, and a progress bar; or a bar that expects `planned` epochs.

    Raises:
        ValueError: in one line, if something does not fit together.
    """
    factories = named(optimizers)
    if unknown := protocol.fixed.keys() - factories.keys():
        raise ValueError(f"protocol: the rate of {sorted(unknown)[0]!r} is fixed, and it is not among the optimizers")
    backend.load()
    steps = steps_of(task, protocol)
    schedule = SCHEDULES[protocol.schedule](steps)
    if progress is True:
        print(f"{task.name}, {task.model.name}, {len(factories)} optimizers. {backend.where()}")
    expected = planned(factories, protocol)
    with nullcontext(progress) if isinstance(progress, Bar) else Bar(expected, shown=progress) as bar:

        def run(rates: Mapping[str, Sequence[float]], seeds: Sequence[int]) -> Results:
            chosen = {name: factories[name] for name in rates}
            size = protocol.stack
            return sweep(
                task, chosen, rates, seeds, protocol.epochs, schedule=schedule, table=table, stack=size, progress=bar
            )

        tuned = [name for name in factories if name not in protocol.fixed]
        tuning = Results(())

        def score(new: Mapping[str, list[float]]) -> Scores:
            nonlocal tuning
            if len(tuning):
                bar.expect(sum(map(len, new.values())) * len(protocol.tuning_seeds) * protocol.epochs)
            done = run(new, protocol.tuning_seeds)
            tuning += done
            return {name: geometric_means(done.where(optimizer=name)) for name in new}

        found = tune(tuned, protocol.rates, score, protocol.rounds, protocol.resolution) if tuned else {}
        choices = {n: found[n] if n in found else fixed(protocol.fixed[n]) for n in factories}
        report = run({name: [choice.rate] for name, choice in choices.items()}, protocol.report_seeds)
    return Comparison(task.name, protocol, choices, tuning, report, steps, str(backend.where()))


def steps_of(task: Task, protocol: Protocol) -> int:
    """How many optimizer steps one run has."""
    n = len(np.asarray(task.arrays(protocol.report_seeds[0]).x))
    return protocol.epochs * -(-n // task.batch_size)


def planned(optimizers: str | Sequence[str] | Mapping[str, Factory], protocol: Protocol) -> int:
    """How many epochs a comparison trains if no grid has to grow."""
    names = named(optimizers)
    tuned = len(names.keys() - protocol.fixed.keys())
    runs = tuned * len(protocol.rates) * len(protocol.tuning_seeds) + len(names) * len(protocol.report_seeds)
    return runs * protocol.epochs


def dishonest(
    task: Task,
    optimizers: str | Sequence[str] | Mapping[str, Factory],
    protocol: Protocol,
    rates: Sequence[float] | None = None,
    *,
    table: str | Path | None = None,
    progress: bool | Bar = True,
) -> dict[float, list[tuple[str, float]]]:
    """What one reads everywhere: one rate for all optimizers, one seed. Here once for each of several rates.

    Returns:
        rate -> (optimizer, loss), the best first. At another rate the order is another one. Empty if none is tuned.

    The seed is the first that tunes; the rates, by default, are all of the starting grid: with a table these runs are
    part of the honest comparison and cost nothing more.
    """
    grid = [rounded(rate) for rate in rates or protocol.rates]
    tuned = {name: factory for name, factory in named(optimizers).items() if name not in protocol.fixed}
    if not tuned:
        return {}
    seeds = protocol.tuning_seeds[:1]
    schedule, size = SCHEDULES[protocol.schedule](steps_of(task, protocol)), protocol.stack
    runs = sweep(
        task, tuned, grid, seeds, protocol.epochs, schedule=schedule, table=table, stack=size, progress=progress
    )
    scores = {rate: sorted((run.score, run.optimizer) for run in runs.where(rate=rate)) for rate in grid}
    return {rate: [(name, score) for score, name in found] for rate, found in scores.items()}


def geometric_means(runs: Results) -> dict[float, float]:
    """Rate -> the geometric mean of the losses over the seeds; inf if a run diverged. The runs are of one optimizer."""
    rates, _, scores = runs.scores()
    means = log_ratios(scores, np.ones_like(scores)).mean(axis=1)
    return {rate: float(np.exp(mean)) for rate, mean in zip(rates, means, strict=True)}
