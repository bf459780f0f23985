"""Work that is shared out over processes, under a progress bar."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
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
    """Each task with its result, in order. The processes are forks of this one, but for a single task or worker; the
    bar goes to stderr."""
    global _work
    _work = work
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    bar = Progress(*columns, console=Console(stderr=True) if console is None else console)
    with ExitStack() as stack:
        results: Iterable[Any]
        if min(workers, len(tasks)) < 2:
            results = map(_do, tasks)
        else:
            # This forks: before the bar, which has a thread. What a fork was born with it leaves alone: TensorFlow's
            # functions would then ask threads that only the parent has.
            forks = multiprocessing.get_context("fork")
            pool = stack.enter_context(ProcessPoolExecutor(workers, forks, initializer=gc.freeze))
            results = pool.map(_do, tasks, chunksize=max(1, min(16, len(tasks) // 32)))
        stack.enter_context(bar)
        yield from zip(tasks, bar.track(results, total=len(tasks), description=title), strict=True)
