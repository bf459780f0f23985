"""Work that is shared out over processes, under a progress bar."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

_work: Callable[[Any], Any] | None = None  # what a forked process does: functions of TPs cannot be sent to it


def _do(task: Any) -> Any:
    assert _work is not None
    return _work(task)


def in_processes(
    work: Callable[[Any], Any], tasks: Sequence[Any], workers: int, title: str, console: Console | None = None
) -> Iterator[tuple[Any, Any]]:
    """Each task with its result, in order. The processes are forks of this one; the bar goes to stderr."""
    global _work
    _work = work
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    show = Console(stderr=True) if console is None else console
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(workers, mp_context=fork) as pool, Progress(*columns, console=show) as bar:
        at_once = max(1, min(16, len(tasks) // 32))
        results = pool.map(_do, tasks, chunksize=at_once)
        done: Iterable[Any] = bar.track(results, total=len(tasks), description=title)
        yield from zip(tasks, done, strict=True)
