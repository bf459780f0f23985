"""Grade many submissions: workers run and judge them, this process alone reads submissions and writes the gradebook.

The workers are threads of this process, since the work is done in the submissions' own processes; or, if a scheduler is
given, the workers of a Dask cluster, which takes the very same calls.
"""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from autograder.classroom.grade import Task, max_score, task
from autograder.classroom.layout import Classroom
from autograder.classroom.reading import Unreadable, read, submission
from autograder.classroom.rebuild import rebuild
from autograder.classroom.results import UNREADABLE, Result, keep, kept
from autograder.classroom.worker import warm_parent, work
from autograder.faults import Fault, WrongUsage
from autograder.kernels import Limits

if TYPE_CHECKING:
    from autograder.classroom.record import Recorder

LIMITS = Limits()
ANSWERS_WITHIN = 10  # seconds for a scheduler
AHEAD = 4  # tasks in flight for each worker: enough to keep it busy, few enough to keep memory flat
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE}  # stop everything, not one submission
Outcome = tuple[str, Result | None, str]


class Batch:
    """One run over a class. Iterate over it: (student, result, "") as each is recorded, or (student, None, reason).

    One submission that cannot be graded or recorded stops no other. What is kept and recorded is not done again unless
    `fresh`. A task whose worker died is given to another one, three times. A full disk or a gradebook that cannot be
    written is a Fault. With `dry_run` nothing is kept or recorded.
    """

    def __init__(
        self,
        classroom: Classroom,
        tp: str,
        students: list[str],
        workers: int,
        *,
        limits: Limits = LIMITS,
        fresh: bool = False,
        scheduler: str | None = None,
        sandbox: bool = True,
        dry_run: bool = False,
    ) -> None:
        self._classroom, self._tp, self._students = classroom, tp, students
        self._workers, self._limits, self._fresh = workers, limits, fresh
        self._scheduler, self._sandbox, self._dry_run = scheduler, sandbox, dry_run
        self._release = read(classroom.release(tp))
        self._repairs: dict[str, list[str]] = {}
        self._notebooks: dict[str, NotebookNode] = {}
        self._records: Recorder | None = None
        self._stack = ExitStack()

    def __iter__(self) -> Iterator[Outcome]:
        with ExitStack() as stack:
            with _said_in_one_line():
                stack.enter_context(self._classroom.held())
            self._stack = stack
            workers: Executor | None = None
            running: dict[Future[Result], tuple[str, str]] = {}
            for student in self._students:
                try:
                    todo = self._prepared(student)
                except (OSError, RecursionError) as error:  # whatever a student's folder may hold
                    if isinstance(error, OSError) and error.errno in FULL:
                        raise
                    yield student, None, _one_line(error)
                    continue
                if isinstance(todo, Result):
                    yield self._recorded(todo)
                    continue
                if workers is None:
                    if self._scheduler is None:
                        warm_parent(todo.modules, self._sandbox).start()  # by the thread that lasts longest
                    workers = stack.enter_context(self._executor())
                running[workers.submit(work, todo, self._sandbox)] = student, todo.key
                if len(running) >= AHEAD * self._workers:
                    yield from self._finished(running)
            while running:
                yield from self._finished(running)

    def _prepared(self, student: str) -> Task | Result:
        """The task of grading a submission, or its result if that is known already."""
        try:
            submitted, found = submission(self._classroom, self._tp, student, self._release)
        except Unreadable as error:
            points = max_score(self._release)
            return Result(student, self._tp, UNREADABLE, points, "", repairs=[f"Not graded: {error}."])
        notebook, repairs = rebuild(submitted, self._release)
        self._notebooks[student], self._repairs[student] = notebook, [*found, *repairs]
        todo = task(self._classroom, self._tp, student, notebook, self._limits)
        known = kept(self._classroom, self._tp, student)
        return todo if self._fresh or known is None or known.key != todo.key else known

    def _finished(self, running: dict[Future[Result], tuple[str, str]]) -> Iterator[Outcome]:
        """Record what has been graded since the last look; waits for at least one."""
        for future in wait(running, return_when=FIRST_COMPLETED).done:
            student, key = running.pop(future)
            try:
                result = future.result()
                if result.key != key:
                    raise RuntimeError("its worker has another version of the grader than this machine")
            except Fault:
                raise  # this system cannot run submissions at all
            except Exception as error:  # of a worker or its machine; the submission itself cannot cause one
                yield student, None, _one_line(error)
            else:
                yield self._recorded(result)

    def _recorded(self, result: Result) -> Outcome:
        """Keep and record a result, unless that has been done."""
        notebook = self._notebooks.pop(result.student, None)
        repairs = self._repairs.pop(result.student, result.repairs)
        there = self._classroom.root / "autograded" / result.student / self._tp / f"{self._tp}.ipynb"
        if result.recorded and result.repairs == repairs and there.is_file():
            return result.student, result, ""
        result.repairs, result.recorded = repairs, False
        if self._dry_run:
            return result.student, result, ""
        records = self._opened()
        try:
            with _said_in_one_line():
                keep(self._classroom, result)
                if notebook is not None:
                    records.record(result, notebook)
                    result.recorded = True
                    keep(self._classroom, result)
        except (OSError, ValueError) as error:
            return result.student, None, _one_line(error)
        return result.student, result, ""

    def _opened(self) -> Recorder:
        """The recorder, opened when there is something to record: the workers start while nbgrader is imported."""
        if self._records is None:
            from autograder.classroom.record import recorder

            self._records = self._stack.enter_context(recorder(self._classroom, self._tp))
        return self._records

    @contextmanager
    def _executor(self) -> Iterator[Executor]:
        """Threads of this process, or the workers of a Dask cluster; both take the same calls."""
        if self._scheduler is None:
            threads = ThreadPoolExecutor(self._workers)
            try:
                yield threads
            finally:
                threads.shutdown(cancel_futures=True)
            return
        try:
            from distributed import Client  # heavy, and rarely asked for
        except ImportError:
            raise WrongUsage("--scheduler needs Dask: install the extra `cluster`") from None
        if not re.fullmatch(r"\w+://\S+:\d+", self._scheduler):
            raise WrongUsage(f"--scheduler takes an address such as tcp://localhost:8786, not {self._scheduler!r}")
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # a failed task is told once, by us
        try:
            client = Client(self._scheduler, timeout=ANSWERS_WITHIN, set_as_default=False)
        except (OSError, ValueError, TimeoutError) as error:
            raise WrongUsage(f"no Dask scheduler answers at {self._scheduler} ({error})") from None
        with client, client.get_executor(pure=False, retries=3) as cluster:
            self._workers = max(self._workers, sum(client.nthreads().values()))
            yield cluster


@contextmanager
def _said_in_one_line() -> Iterator[None]:
    """What concerns the whole classroom is a Fault: a full disk, a folder that cannot be written."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL or isinstance(error, PermissionError):
            raise Fault(
                f"{error.filename or 'the classroom'} cannot be written: {error.strerror}; grade again"
            ) from None
        raise


def _one_line(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())}"
