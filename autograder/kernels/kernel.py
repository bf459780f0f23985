"""One submission's process as the grader sees it: run a cell, ask a script, within limits; trust no reply."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.harmless import line, whole
from course import calls
from course.calls import Answers, Failure, Plain, Value
from course.kernel import frame

LONGEST_MESSAGE = 4 * 2**20  # bytes of one message from the child; the largest honest one is a few hundred kilobytes
LONGEST_TEXT = 8000  # characters of each part of an error
GRACE = 1.0  # seconds between the interrupt and the kill
DEATHS = {  # what a guard tells: the status, and in words
    "out_of_memory": ("out_of_memory", "used too much memory"),
    "too_many_processes": ("crashed", "started too many processes"),
    "too_much_written": ("crashed", "wrote too much to its disk"),
}


@dataclass(frozen=True)
class Limits:
    """What a submission may use. Seconds are wall time, sizes bytes.

    `memory` and `processes` hold for all processes of a submission together and are watched ten times a second; what a
    process can reach in between is bounded by the system's own limits on each, of the same size. `disk` bounds all that
    is written where a submission cannot be given a scratch disk of its own.
    """

    cell: float = 10.0
    exercise: float = 5.0
    submission: float = 60.0
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
            "CPU": int(self.submission) + 5,
            "CORE": 1,  # a byte: with 0 a crash would still be piped to a program that collects such
        }


@dataclass
class Budget:
    """What is left of the seconds that a submission may run, in all of its processes together.

    Only the time counts in which its code is asked for something: what the grader needs to start a process, or to
    judge, on a busy machine, is not the submission's.
    """

    seconds: float


class KernelDied(Exception):
    """The process is gone; `reason` is "timed_out", "out_of_memory" or "crashed", the text says more."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True)
class Ran:
    """What running a cell came to."""

    output: str
    error: Plain | None
    timed_out: bool = False


class Kernel:
    """A forked child. Made by `WarmParent.kernel()`; use as a context manager."""

    def __init__(self, guard: int, sock: socket.socket, output: int, limits: Limits, budget: Budget) -> None:
        self._guard = guard  # a descriptor of the process that shut the child in: signals for the child go to it
        self._sock = sock
        self._output = output
        self._limits = limits
        self._budget = budget
        self._next = 0
        self._buffer = b""
        self._closed = False

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the child and everything that it started; returns when it is gone."""
        if self._closed:
            return
        self._closed = True
        poll = select.poll()
        poll.register(self._guard, select.POLLIN)
        self._signal(signal.SIGTERM)
        if not poll.poll(GRACE * 2000):
            self._signal(signal.SIGKILL)
            poll.poll(GRACE * 2000)
        self._sock.close()
        os.close(self._output)
        os.close(self._guard)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._guard, number)

    def wait_until_ready(self, seconds: float) -> None:
        """Return when the child is shut in. OSError if it is not: nothing of the learner's has run yet."""
        poll, end = select.poll(), time.monotonic() + seconds
        poll.register(self._sock, select.POLLIN)
        try:
            while poll.poll(max(0.0, end - time.monotonic()) * 1000):
                if self._receive() == {"id": 0}:
                    return
        except KernelDied:
            pass
        self.close()
        raise OSError("the process could not be shut in")

    def run(self, source: str) -> Ran:
        """Run a cell. KernelDied if the process does not survive it."""
        reply, output, late = self._request({"run": source}, self._limits.cell, {})
        error = reply.get("error")
        if error is not None and not (
            isinstance(error, dict) and all(isinstance(error.get(k), str) for k in ("name", "text", "traceback"))
        ):
            raise self._broken()
        if error is not None:
            error = {name: whole(error[name][:LONGEST_TEXT]) for name in ("name", "text", "traceback")}
        return Ran(output, error, late)

    def ask(self, script: list[Plain], oracles: dict[str, Plain], seconds: float | None = None) -> tuple[Answers, bool]:
        """Have a script performed on the learner's functions; gradients are answered here. KernelDied as in `run`.

        `seconds` if this exercise may take longer than others. Returns the answers and whether the time limit cut the
        asking short.
        """
        limit = max(self._limits.exercise, seconds or 0.0)
        gradients = {name: calls.oracle(spec) for name, spec in oracles.items()}
        reply, _, late = self._request({"ask": calls.encoded(script), "oracles": list(gradients)}, limit, gradients)
        answers = reply.get("answers")
        if not isinstance(answers, dict):
            raise self._broken()
        asked = {op["as"] for op in script if "as" in op}
        return {name: _harmless(calls.value(answers[name])) for name in asked & answers.keys()}, late

    def _request(self, message: Plain, seconds: float, gradients: dict[str, calls.Oracle]) -> tuple[Plain, str, bool]:
        """Send a request and wait for its reply, draining output, answering gradients and keeping the time."""
        began = time.monotonic()
        try:
            return self._answered(message, seconds, began + self._budget.seconds, gradients)
        finally:
            self._budget.seconds -= time.monotonic() - began

    def _answered(
        self, message: Plain, seconds: float, ends: float, gradients: dict[str, calls.Oracle]
    ) -> tuple[Plain, str, bool]:
        self._next += 1
        self._send(message | {"id": self._next})
        deadline = min(time.monotonic() + seconds, ends)
        kept, dropped, late = b"", 0, False
        most = self._limits.output
        poll = select.poll()
        for fd in (self._sock.fileno(), self._output, self._guard):
            poll.register(fd, select.POLLIN)
        while True:
            left = deadline - time.monotonic()
            if left <= 0 or dropped > most:
                if late or ends <= time.monotonic():
                    self.close()
                    raise KernelDied("timed_out", "ran too long and did not react to being stopped")
                late, deadline, most = True, time.monotonic() + GRACE, dropped + self._limits.output
                self._signal(signal.SIGINT)
                continue
            ready = {fd for fd, _ in poll.poll(left * 1000)}
            if self._output in ready:
                chunk = self._read_output()
                if not chunk:
                    poll.unregister(self._output)  # the learner's code closed it; that is no fault
                room = self._limits.output_kept - len(kept)
                kept += chunk[:room]
                dropped += len(chunk) - len(chunk[:room])
            if self._sock.fileno() in ready:
                reply = self._receive()
                if reply is not None and "died" in reply:
                    self.close()
                    raise KernelDied(*DEATHS.get(str(reply["died"]), ("crashed", "ended")))
                if reply is not None and "gradient" in reply:
                    self._send({"value": self._gradient(reply, gradients)})
                elif reply is not None:
                    if reply.get("id") != self._next:
                        raise self._broken()
                    kept += self._read_output(wait=False)[: max(0, self._limits.output_kept - len(kept))]
                    text = kept.decode(errors="replace") + ("\n[more output was dropped]" if dropped else "")
                    return reply, text, late
            elif self._guard in ready:
                raise self._died()

    @staticmethod
    def _gradient(request: Plain, gradients: dict[str, calls.Oracle]) -> Plain:
        ask = gradients.get(str(request.get("gradient")))
        point = calls.value(request.get("point", {}))
        if ask is None or isinstance(point, calls.Failure):
            return {"error": "grad_fn takes one array of numbers"}
        try:
            with np.errstate(all="ignore"):
                return calls.plain(calls.answer(ask(point)))
        except ValueError as error:
            return {"error": str(error)}

    def _send(self, message: Plain) -> None:
        try:
            self._sock.settimeout(5.0)
            self._sock.sendall(frame(message))
        except OSError:
            raise self._died() from None

    def _receive(self) -> Plain | None:
        """One message if it is complete, None if more must come. Everything is checked: a learner may write here."""
        try:
            self._sock.settimeout(0)
            chunk = self._sock.recv(2**16)
        except BlockingIOError:
            return None
        except OSError:
            raise self._died() from None
        if not chunk:
            raise self._died()
        self._buffer += chunk
        if len(self._buffer) < 4:
            return None
        length = int.from_bytes(self._buffer[:4], "big")
        if length > LONGEST_MESSAGE:
            raise self._broken()
        if len(self._buffer) < 4 + length:
            return None
        body, self._buffer = self._buffer[4 : 4 + length], self._buffer[4 + length :]
        if self._buffer:
            raise self._broken()  # we ask one thing at a time; a second answer is not the child's own
        try:
            message: Any = json.loads(body)
        except (ValueError, RecursionError):
            raise self._broken() from None
        if not isinstance(message, dict):
            raise self._broken()
        return message

    def _read_output(self, wait: bool = True) -> bytes:
        if not wait and not select.select([self._output], [], [], 0)[0]:
            return b""
        try:
            return os.read(self._output, 2**16)
        except OSError:
            return b""

    def _died(self) -> KernelDied:
        self.close()
        return KernelDied("crashed", "the process ended")

    def _broken(self) -> KernelDied:
        self.close()
        return KernelDied("crashed", "the process sent something that is no answer")


def _harmless(answer: Value) -> Value:
    """An answer whose reason, if it is a failure, is a line that can be shown anywhere."""
    return Failure(line(answer.reason)) if isinstance(answer, Failure) else answer
