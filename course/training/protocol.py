"""The honest comparison: tune each optimizer with the same budget, then judge it on seeds that tuned nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from course.training.models import Array
from course.training.optimizers import Factory
from course.training.results import Results
from course.training.tasks import Task


@dataclass(frozen=True)
class Protocol:
    """How an experiment is run; decided before it runs.

    Attributes:
        rates: the starting grid, evenly spaced in the logarithm, ascending; the same for every optimizer.
        tuning_seeds: the seeds on which a rate is chosen.
        report_seeds: the seeds on which the chosen rate is judged; none of them has tuned anything.
        epochs: of every run.
        rounds: how often the grid may grow, at most. In each round every optimizer gets two more rates.
        fixed: optimizer -> the one rate with which it runs, untuned; for claims about defaults.
    """

    rates: tuple[float, ...] = (1e-4, 10**-3.5, 1e-3, 10**-2.5, 1e-2, 10**-1.5, 1e-1)
    tuning_seeds: tuple[int, ...] = (0, 1, 2, 3, 4)
    report_seeds: tuple[int, ...] = tuple(range(100, 130))
    epochs: int = 40
    rounds: int = 4
    fixed: Mapping[str, float] = field(default_factory=dict)


QUICK = Protocol(rates=(1e-4, 1e-3, 1e-2, 1e-1), tuning_seeds=(0, 1, 2), report_seeds=tuple(range(100, 110)), epochs=20)
"""A protocol for minutes; vary it with `dataclasses.replace`."""


@dataclass(frozen=True)
class Choice:
    """What tuning found for one optimizer.

    Attributes:
        rate: the best rate. interior: whether a lower and a higher rate were tried and were worse.
        rates: all rates that were tried, ascending; losses: their geometric means over the tuning seeds (inf: a run
            diverged). trials: how many rates were tried, 0 for a fixed rate.
    """

    rate: float
    interior: bool
    rates: tuple[float, ...]
    losses: tuple[float, ...]
    trials: int


@dataclass(frozen=True, eq=False)
class Comparison:
    """One task, all optimizers.

    Attributes:
        task: its name.
        protocol: as it was run.
        choices: optimizer -> its rate.
        tuning, report: all runs.
        steps: optimizer -> how many optimizer steps were spent on it, tuning included.
        where: what ran it, in one line.
    """

    task: str
    protocol: Protocol
    choices: Mapping[str, Choice]
    tuning: Results
    report: Results
    steps: Mapping[str, int]
    where: str

    @property
    def subjects(self) -> list[str]:
        """The optimizers."""
        return list(self.choices)

    def values(self, subject: str, quantity: str = "loss") -> Array:
        """The quantity, one of QUANTITIES, for each report seed (seeds,), in the order of `protocol.report_seeds`."""
        raise NotImplementedError


def compare(
    task: Task,
    optimizers: str | Sequence[str] | Mapping[str, Factory],
    protocol: Protocol,
    *,
    table: str | Path | None = None,
    progress: bool | Callable[[str, int], None] = True,
) -> Comparison:
    """Tune and judge each optimizer on the task; runs found in the table (a CSV file) are not run again."""
    raise NotImplementedError
