"""Grade many submissions: worker processes run and judge them, this process alone writes to the gradebook."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from nbformat import NotebookNode

from autograder.classroom.grade import Result, keep
from autograder.classroom.layout import Classroom
from autograder.classroom.record import record
from autograder.classroom.worker import start, work
from autograder.faults import Fault
from autograder.kernels import Limits

LIMITS = Limits()

Graded = tuple[Result, NotebookNode | None]
Outcome = tuple[str, Result | None, str]


def grade_all(
    classroom: Classroom, tp: str, students: list[str], workers: int, limits: Limits = LIMITS, fresh: bool = False
) -> Iterator[Outcome]:
    """Grade and record submissions; yields (student, result, "") as each is recorded, or (student, None, reason).

    One submission that cannot be graded or recorded stops no other. A worker that dies is replaced; what it was
    working on is tried once more, in a process of its own.
    """
    classroom.secret()  # made once, here, before several workers ask for it
    again: list[str] = []
    with _pool(classroom, min(workers, len(students))) as pool:
        futures = {pool.submit(work, classroom, tp, s, limits, fresh): s for s in students}
        for future in as_completed(futures):
            outcome = _recorded(classroom, tp, futures[future], future)
            if outcome is None:
                again.append(futures[future])
            else:
                yield outcome
    for student in again:
        with _pool(classroom, 1) as pool:
            future = pool.submit(work, classroom, tp, student, limits, fresh)
            yield _recorded(classroom, tp, student, future) or (student, None, "the worker process died, twice")


def _recorded(classroom: Classroom, tp: str, student: str, future: Future[Graded]) -> Outcome | None:
    """Record one graded submission; None if its worker died."""
    try:
        result, notebook = future.result()
        if notebook is not None and not result.recorded:
            record(classroom, tp, student, notebook)
            result.recorded = True
            keep(classroom, result)
    except BrokenProcessPool:
        return None
    except (Fault, OSError) as error:
        return student, None, " ".join(str(error).split())
    return student, result, ""


def _pool(classroom: Classroom, workers: int) -> ProcessPoolExecutor:
    spawn = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(workers, mp_context=spawn, initializer=start, initargs=(classroom,))
