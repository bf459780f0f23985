"""What a submission's processes use, as the system counts it: processor time, memory, what they write."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections import defaultdict
from functools import partial

from course.judging.scripts import Plain

TICK = 1 / os.sysconf("SC_CLK_TCK")
BUFFER = 212_992  # bytes that the system holds at most for one end of a socket pair; for a pipe it is less
TELLS_CHILDREN = os.path.exists(f"/proc/self/task/{os.getpid()}/children")
FEW_FILES = 16  # open ones of each process that are not counted


class Clock:
    """The time that a process and its descendants have used since it began, in seconds.

    `cpu` is processor time of all of them, those that have ended and were waited for included. `wall` is wall time less
    the time in which the process wanted a processor and another had it: on a busy machine it goes slower.
    """

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._cpu = self._wall = 0.0
        self._looked = time.monotonic()
        self._waited: dict[str, int] = {}

    def look(self, descendants: list[int]) -> Plain:
        """The time used until now. What was counted stays so: an ended process that nobody waited for is gone."""
        self._cpu = max(self._cpu, sum(map(_processor_time, descendants)))
        now, waited = time.monotonic(), _waited(self._pid)
        longest = max((waited[thread] - self._waited.get(thread, 0) for thread in waited), default=0) / 1e9
        self._wall += max(0.0, now - self._looked - longest)
        self._looked, self._waited = now, waited
        return {"cpu": self._cpu, "wall": self._wall}


def _processor_time(pid: int) -> float:
    """Seconds that a process and those of its children for which it has waited have run."""
    try:
        fields = _text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) * TICK


def _waited(pid: int) -> dict[str, int]:
    """Nanoseconds for which each thread of a process has waited for a processor; nothing where that is not counted."""
    found = {}
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError, IndexError):
                found[thread] = int(_text(f"/proc/{pid}/task/{thread}/schedstat").split()[1])
    return found


def descendants(pid: int, most: int = sys.maxsize) -> list[int]:
    """Every process that a process has started, and theirs; once there are more than `most`, not all of them: where
    processes start others without end, who counts to the end comes too late.
    """
    of = _children if TELLS_CHILDREN else _by_parent().__getitem__
    found, todo = list[int](), [pid]
    while todo and len(found) <= most:
        children = of(todo.pop())
        found += children
        todo += children
    return found


def _children(pid: int) -> list[int]:
    """The children of a process, as the system tells them; none of one that has just ended."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            found += map(int, _text(f"/proc/{pid}/task/{task}/children").split())
    return found


def _by_parent() -> dict[int, list[int]]:
    """The children of all processes, by looking at each: some systems tell them in no other way."""
    found: dict[int, list[int]] = defaultdict(list)
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            found[int(_text(f"/proc/{name}/stat").rpartition(")")[2].split()[1])].append(int(name))
    return found


def runs(pid: int) -> bool:
    """Whether a process has not ended; one that nobody has waited for yet has."""
    try:
        return _text(f"/proc/{pid}/stat").rpartition(")")[2].split()[0] not in "ZX"
    except (OSError, IndexError):
        return False


def memory(pids: list[int], baseline: int) -> int:
    """Bytes of memory that these processes use together, beside what the parent has imported.

    One process is measured by its pages less those that it was born with. With several that would count nothing where
    each writes to all that it was born with; so they are measured by their shares, which takes the system longer.
    """
    if len(pids) < 2:
        return sum(max(0, resident(pid) - baseline) for pid in pids)
    return sum(_pages(pid, "smaps_rollup", ("Pss_Anon", "Pss_Shmem", "SwapPss"), resident(pid)) for pid in pids)


def resident(pid: int) -> int:
    """Bytes of memory that are no file's: a process's own, those that a fork shares included, and shared ones."""
    return _pages(pid, "status", ("RssAnon", "RssShmem", "VmSwap"), 0)


def kernel_memory(pid: int) -> int:
    """Bytes that the system holds for a process beside its memory: page tables, and what may be in buffers."""
    tables = _pages(pid, "status", ("VmPTE",), 0)
    with contextlib.suppress(OSError):
        return tables + BUFFER * max(0, len(os.listdir(f"/proc/{pid}/fd")) - FEW_FILES)
    return tables


def _pages(pid: int, file: str, names: tuple[str, ...], unknown: int) -> int:
    """Bytes that the system counts under these names in a file about a process."""
    try:
        lines = _text(f"/proc/{pid}/{file}").splitlines()
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        return sum(int(fields[name].split()[0]) * 1024 for name in names)
    except (OSError, ValueError, KeyError):  # it has just ended, or an older system counts less
        return unknown


def written(pid: int) -> int:
    """Bytes that a process, and those of its own that have ended, have written to a disk."""
    try:
        fields = dict(line.split(": ") for line in _text(f"/proc/{pid}/io").splitlines())
        return int(fields["write_bytes"])
    except PermissionError:  # it has just ended, or has made itself unreadable, which no honest code does
        return sys.maxsize if _pages(pid, "status", ("VmRSS",), 0) else 0
    except (OSError, ValueError, KeyError):
        return 0


def _text(path: str) -> str:
    """What a file of /proc says; a process may have given itself a name that is no text. With the system's own calls:
    looks at what submissions use are many.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return b"".join(iter(partial(os.read, descriptor, 2**16), b"")).decode(errors="replace")
    finally:
        os.close(descriptor)
