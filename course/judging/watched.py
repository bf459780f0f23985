"""What a learner's function may use while it is checked: an endless loop or a giant array ends in one message.

A thread watches the call, and stops it as Ctrl-C would, which works on every system; in a thread that sees no signals,
by an exception. What runs in C ends first, and on Windows what waits. On Linux the system also refuses memory beyond
the limit, before it is used.
"""

from __future__ import annotations

import _thread
import contextlib
import ctypes
import signal
import sys
import threading
import time
from collections.abc import Iterator
from types import FrameType, TracebackType
from typing import Any

import psutil

from course.judging.scripts import Stopped, UsedTooMuch

SECONDS = 5.0  # of processor time for one exercise, as in grading
GENEROUS = 2.0  # a learner's machine may be slower than the grader's: so many times that
PATIENCE = 4.0  # who waits rather than works may take so many times as long
IDLE = 0.1  # of that time: who uses less of the processor waits
MEMORY = 2 * 2**30  # bytes beyond what is in use, as in grading
EVERY = 0.05  # seconds between two looks
AGAIN = 0.5  # seconds after which what was stopped and goes on is stopped once more, and interrupted where it waits
OWN_MEMORY = ("tensorflow", "jax", "torch")  # which reserve memory for themselves; the system's limit could break them


class Interrupted(KeyboardInterrupt):
    """Raised when the learner interrupts a check. IPython shows its one line, and no traceback."""

    def __init__(self, exercise: str) -> None:
        super().__init__(f"You interrupted the check of {exercise}. Run the cell again to repeat it.")

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


class Limits:
    """A context in which calls are watched: each stands in the context `call`, and all of them share the limits."""

    def __init__(self, seconds: float = SECONDS * GENEROUS, memory: int = MEMORY) -> None:
        """seconds: of processor time; memory: bytes that may be used beyond what is in use."""
        self.call = _Call()
        self._seconds, self._memory = seconds, memory
        self._over = threading.Event()
        self._entered = contextlib.ExitStack()

    def __enter__(self) -> Limits:
        self._watcher = threading.Thread(target=self._watch, name="limits of the check", daemon=True)
        self._entered.enter_context(_refused_beyond(self._memory))
        self._entered.enter_context(self.call.interruptible())
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watcher.join()
        self._entered.close()

    def _watch(self) -> None:
        process = psutil.Process()
        before = process.memory_info().rss
        cpu, wall = time.process_time(), time.monotonic()
        while not self._over.wait(EVERY):
            used, passed = time.process_time() - cpu, time.monotonic() - wall
            if process.memory_info().rss - before > self._memory:
                self.call.stop(UsedTooMuch)
            elif too_long(used, passed, self._seconds):
                self.call.stop(Stopped)


def too_long(used: float, passed: float, seconds: float) -> bool:
    """Whether a call that has used so much processor time, while so much time passed, is stopped."""
    return used > seconds or (passed > seconds * PATIENCE and used < IDLE * passed)


class _Call:
    """The context of one call after the other, in one thread; another thread may stop the one that goes on."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self._signals = False  # whether a signal can raise in this thread
        self._sent = False  # whether the next signal is ours
        self._lock = threading.Lock()
        self._going_on = False
        self._stopped: type[Stopped] | None = None
        self._last = -AGAIN

    def __enter__(self) -> None:
        with self._lock:
            self._going_on = True

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._lock:
            self._going_on = False
        if self._stopped is not None and not self._signals:
            with contextlib.suppress(Stopped):  # what was raised and not seen yet is seen here
                for _ in range(10):
                    pass
        if isinstance(error, MemoryError):
            self._stopped = UsedTooMuch
        if self._stopped is not None and (error is None or isinstance(error, MemoryError)):
            raise self._stopped().with_traceback(error.__traceback__ if error else None)

    @contextlib.contextmanager
    def interruptible(self) -> Iterator[None]:
        """Let a signal stop the call: the one of Ctrl-C, which wakes what waits. Those of the learner stay his."""
        theirs = signal.getsignal(signal.SIGINT)
        if threading.current_thread() is not threading.main_thread() or theirs is None:
            yield
            return

        def interrupted(number: int, frame: FrameType | None) -> None:
            if not self._sent:
                raise KeyboardInterrupt
            self._sent = False
            if self._going_on and self._stopped is not None:
                raise self._stopped

        signal.signal(signal.SIGINT, interrupted)
        self._signals = True
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, theirs)

    def stop(self, kind: type[Stopped]) -> None:
        """Raise in the call that goes on, if one does; to be repeated, as it may catch what is raised."""
        with self._lock:
            now = time.monotonic()
            if not self._going_on or now - self._last < AGAIN:
                return
            self._stopped, self._last = self._stopped or kind, now
            if not self._signals:
                _raise_in(self._thread, self._stopped)
                return
            self._sent = True
            if hasattr(signal, "pthread_kill"):
                signal.pthread_kill(self._thread, signal.SIGINT)
            else:  # on Windows, which wakes nobody
                _thread.interrupt_main()


def _raise_in(thread: int, kind: type[BaseException]) -> None:
    """Raise in another thread at its next step in Python. It cannot be taken back: CPython 3.11 would go on looking for
    it at each step, and for ever with a profiler."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(kind))


@contextlib.contextmanager
def _refused_beyond(memory: int) -> Iterator[None]:
    """On Linux, let this process have so many more bytes: NumPy then raises MemoryError before it takes them."""
    if sys.platform != "linux" or any(name in sys.modules for name in OWN_MEMORY):
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = _data() + memory
    lower = soft == resource.RLIM_INFINITY or wanted < soft
    if lower:
        resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    try:
        yield
    finally:
        if lower:
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data() -> int:
    """Bytes that the system counts for RLIMIT_DATA."""
    counted: Any = psutil.Process().memory_info()
    return int(counted.data)
