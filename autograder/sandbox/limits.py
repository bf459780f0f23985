"""What a submission may use. Time is processor time: how busy a machine is must not decide about a mark."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import cache

NOMINAL = 0.012  # processor seconds that `_work` takes on the machine for which the limits were set


@dataclass(frozen=True)
class Seconds:
    """Time as a submission uses it: processor time of all its processes, and wall time.

    Wall time for which it had to wait for a processor does not count.
    """

    cpu: float = 0.0
    wall: float = 0.0

    def __add__(self, other: Seconds) -> Seconds:
        return Seconds(self.cpu + other.cpu, self.wall + other.wall)

    def __sub__(self, other: Seconds) -> Seconds:
        return Seconds(self.cpu - other.cpu, self.wall - other.wall)

    def fits(self, limit: Seconds) -> bool:
        """Whether neither is above the limit."""
        return self.cpu <= limit.cpu and self.wall <= limit.wall


NOTHING = Seconds()


@dataclass(frozen=True)
class Limits:
    """What a submission may use. Seconds are processor time of all processes of a submission together, sizes bytes.

    Code that sleeps may take `patience` times as long. A submission has `submission` seconds for its solutions and the
    exercises, and as many for what else it runs; when they are used up, each cell and each exercise still has `least`.
    `memory` and `processes` hold for all processes of a submission together and are watched ten times a second; what a
    process can reach in between is bounded by the system's own limits on each, of the same size. `disk` bounds all that
    is written where a submission cannot be given a scratch disk of its own.
    """

    cell: float = 10.0
    exercise: float = 5.0
    submission: float = 60.0
    least: float = 1.0
    patience: float = 4.0
    memory: int = 2 * 2**30
    processes: int = 64
    file_size: int = 64 * 2**20
    disk: int = 256 * 2**20
    open_files: int = 256
    output: int = 16 * 2**20
    output_kept: int = 16 * 2**10

    def resources(self) -> dict[str, int]:
        """The part that the operating system enforces on each process, by the names of `resource`."""
        return {
            "DATA": self.memory + 2**30,  # what the parent has imported counts here as well
            "FSIZE": self.file_size,
            "NOFILE": self.open_files,
            "NPROC": 4 * self.processes,  # of the user; unless we are root, all submissions are one user's
            "CORE": 1,  # a byte: with 0 a crash would still be piped to a program that collects such
        }

    def times(self, factor: float) -> Limits:
        """With so many times the processor time; who sleeps gets no more, unless who works would get less."""
        return replace(
            self,
            cell=self.cell * factor,
            exercise=self.exercise * factor,
            submission=self.submission * factor,
            least=self.least * factor,
            patience=max(1.0, self.patience / factor),
        )

    def of(self, cpu: float) -> Seconds:
        """So much processor time, and the wall time that goes with it."""
        return Seconds(cpu, cpu * self.patience)


@dataclass
class Fund:
    """What is left of the seconds that a submission has for some of its code, in all of its processes together."""

    left: Seconds

    def within(self, limit: Seconds, least: Seconds) -> Seconds:
        """As much of a limit as is left, and at least `least`."""
        return Seconds(
            max(least.cpu, min(limit.cpu, self.left.cpu)),
            max(least.wall, min(limit.wall, self.left.wall)),
        )


@cache
def slowness() -> float:
    """How much slower this machine is than the one for which the limits were set; 1 if it is not.

    In processor time, measured once in a process.
    """
    return max(1.0, min(_measured() for _ in range(3)) / NOMINAL)


def _measured() -> float:
    began = time.thread_time()
    _work()
    return time.thread_time() - began


def _work() -> None:
    sum(number * number % 7 for number in range(150_000))
