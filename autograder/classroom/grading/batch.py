"""Grade many submissions: workers run and judge them, this process alone reads submissions and writes the gradebook.

The workers are threads of this process, since the work is done in the submissions' own processes; or, if a scheduler is
given, the workers of a Dask cluster, which takes the very same calls.
"""

from __future__ import annotations

import errno
import logging
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from autograder.classroom.assignment import Assignment, assignment
from autograder.classroom.grading.job import Job
from autograder.classroom.grading.prepare import prepared
from autograder.classroom.grading.results import UNREADABLE, Result, keep, kept
from autograder.classroom.grading.worker import warm_parent, work
from autograder.classroom.intake.reading import Unreadable
from autograder.classroom.layout import Classroom
from autograder.faults import Fault, WrongUsage
from autograder.sandbox.limits import Limits

if TYPE_CHECKING:
    from autograder.classroom.grading.record import Recorder

LIMITS = Limits()
ANSWERS_WITHIN = 10  # seconds for a scheduler
AHEAD = 4  # tasks in flight for each worker: enough to keep it busy, few enough to keep memory flat
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EMFILE}  # stop everything, not one submission
Done = tuple[str, Result | None, str]


class Batch:
    """One run over a class. Iterate over it: (student, result, "") as each is recorded, or (student, None, reason).

    One submission that cannot be graded or recorded stops no other. What is kept and recorded is not done again unless
    `fresh`. A task whose worker died is given to another one, three times. A full disk or a gradebook that cannot be
    written is a Fault. With `dry_run` nothing is kept or recorded.
    """

    def __init__(
        self,
        classroom: Classroom,
        name: str,
        students: list[str],
        workers: int,
        *,
        limits: Limits = LIMITS,
        fresh: bool = False,
        scheduler: str | None = None,
        sandbox: bool = True,
        dry_run: bool = False,
    ) -> None:
        self._classroom, self._name, self._students = classroom, name, students
        self._workers, self._limits, self._fresh = workers, limits, fresh
        self._scheduler, self._sandbox, self._dry_run = scheduler, sandbox, dry_run
        self._assignment: Assignment = assignment(classroom, name)
        self._repairs: dict[str, list[str]] = {}
        self._notebooks: dict[str, Mapping[str, NotebookNode]] = {}
        self._sources: dict[str, dict[str, str]] | None = None
        self._records: Recorder | None = None
        self._stack = ExitStack()

    @property
    def max_score(self) -> float:
        """Points of all exercises together."""
        return self._assignment.max_score

    def __iter__(self) -> Iterator[Done]:
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
                        warm_parent(
                            todo.modules, todo.guarded, todo.not_by, self._sandbox
                        ).start()  # by the longest-lived thread
                    workers = stack.enter_context(self._executor())
                exercises = self._assignment.exercises if self._scheduler is None else None
                running[workers.submit(work, todo, exercises, self._sandbox)] = student, todo.key
                if not self._dry_run:
                    self._opened()  # a gradebook or a policy that is broken is said before anybody is recorded
                if len(running) >= AHEAD * self._workers:
                    yield from self._finished(running)
            while running:
                yield from self._finished(running)

    def _prepared(self, student: str) -> Job | Result:
        """The job of grading a submission, or its result if that is known already."""
        try:
            todo, repairs = prepared(
                self._classroom,
                self._assignment,
                student,
                self._limits,
                self._hidden_tests(),
                elsewhere=self._scheduler is not None,
            )
        except Unreadable as error:
            points = self._assignment.max_score
            return Result(student, self._name, UNREADABLE, points, "", repairs=[f"Not graded: {error}."])
        self._notebooks[student], self._repairs[student] = todo.notebooks, repairs
        known = kept(self._classroom, self._name, student)
        return todo if self._fresh or known is None or known.key != todo.key else known

    def _hidden_tests(self) -> dict[str, dict[str, str]]:
        """The sources of plain tests, which only the gradebook holds; it is opened for them if there are any."""
        if self._sources is None:
            from autograder.classroom.assignment import test_sources

            self._sources = test_sources(self._opened().gradebook, self._name) if self._assignment.plain else {}
        return self._sources

    def _finished(self, running: dict[Future[Result], tuple[str, str]]) -> Iterator[Done]:
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
                yield self._not_graded(student, key, _one_line(error))
            else:
                yield self._recorded(result)

    def _not_graded(self, student: str, key: str, why: str) -> Done:
        """Take back what an earlier hand-in earned: it is no mark of this one."""
        known = kept(self._classroom, self._name, student)
        if not self._dry_run and known is not None and known.key != key:
            try:
                with _said_in_one_line():
                    self._opened().withdraw(student)
            except (OSError, ValueError) as error:
                why = f"{why}; and {_one_line(error)}"
        return student, None, why

    def _recorded(self, result: Result) -> Done:
        """Keep and record a result, unless it stands already where it has to."""
        notebooks = self._notebooks.pop(result.student, None)
        repairs = self._repairs.pop(result.student, result.repairs)
        told = result.repairs != repairs
        result.repairs = repairs
        if self._dry_run:
            return result.student, result, ""
        records = self._opened()
        try:
            with _said_in_one_line():
                if notebooks is None:
                    keep(self._classroom, result)
                    records.withdraw(result.student)
                elif not result.recorded or told or not records.stands(result, notebooks):
                    keep(self._classroom, result)
                    records.record(result, notebooks)
                    result.recorded = True
                    keep(self._classroom, result)
        except (OSError, ValueError) as error:
            return result.student, None, _one_line(error)
        return result.student, result, ""

    def _opened(self) -> Recorder:
        """The recorder, opened when there is something to record: the workers start while nbgrader is imported."""
        if self._records is None:
            from autograder.classroom.grading.record import recorder

            self._records = self._stack.enter_context(recorder(self._classroom, self._name))
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
