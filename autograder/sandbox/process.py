"""One submission's process as the grader sees it: run a cell, ask a script, within limits; trust no reply."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.harmless import line, whole
from autograder.sandbox.inside.frames import frame
from course.judging import scripts
from course.judging.scripts import Answers, Asked, Failure, Plain, Read, Script, Value

LONGEST_MESSAGE = 4 * 2**20  # bytes of one message from the child; the largest honest one is a few hundred kilobytes
LONGEST_VALUE = 200  # characters of a cell's last value
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


class Died(Exception):
    """The process is gone; `reason` is "timed_out", "out_of_memory" or "crashed", the text says what it did."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


@dataclass(frozen=True)
class Ran:
    """What running a cell came to; `value` is the text of its last value, if it has one."""

    output: str
    error: Plain | None
    timed_out: bool = False
    value: str | None = None


@dataclass
class _Request:
    """One request while it is waited for: until when, how much output was kept and dropped, whether it was stopped."""

    message: Plain
    seconds: float
    oracles: Mapping[str, scripts.Oracle] = field(default_factory=dict)
    deadline: float = 0.0
    most: int = 0
    kept: bytes = b""
    dropped: int = 0
    late: bool = False

    def hear(self, chunk: bytes, kept: int) -> bool:
        """Keep output as long as there is room for it. Returns whether there was any."""
        room = kept - len(self.kept)
        self.kept += chunk[:room]
        self.dropped += len(chunk) - len(chunk[:room])
        return bool(chunk)

    @property
    def text(self) -> str:
        """The output that was kept."""
        return self.kept.decode(errors="replace") + ("\n[more output was dropped]" if self.dropped else "")


class Process:
    """A forked child. Made by `WarmParent.process()`; use as a context manager."""

    def __init__(self, guard: int, sock: socket.socket, output: int, limits: Limits, budget: Budget) -> None:
        self._guard = guard  # a descriptor of the process that shut the child in: signals for the child go to it
        self._sock = sock
        self._output = output
        self._limits = limits
        self._budget = budget
        self._next = 0
        self._buffer = b""
        self._closed = False

    def __enter__(self) -> Process:
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
        except Died:
            pass
        self.close()
        raise OSError("the process could not be shut in")

    def run(self, source: str, seconds: float | None = None, goes_on: bool = True) -> Ran:
        """Run a cell, for the seconds of a cell unless others are given. Died if the process does not survive it.

        The error is that of the first statement that failed; with `goes_on` those after it run all the same.
        """
        request = _Request({"run": source, "goes_on": goes_on}, self._limits.cell if seconds is None else seconds)
        reply = self._answer(request)
        error, value = reply.get("error"), reply.get("value")
        if error is not None and not (
            isinstance(error, dict) and all(isinstance(error.get(k), str) for k in ("name", "text", "traceback"))
        ):
            raise self._broken()
        if error is not None:
            error = {name: whole(error[name][:LONGEST_TEXT]) for name in ("name", "text", "traceback")}
        if value is not None:
            value = line(value[:LONGEST_VALUE]) if isinstance(value, str) else None
        return Ran(request.text, error, request.late, value)

    def forget(self) -> None:
        """Empty the namespace, as for a new notebook. Died as in `run`."""
        self._answer(_Request({"forget": True}, self._limits.cell))

    def defines(self, name: str) -> bool:
        """Whether a name has a value by now. Died as in `run`."""
        return self._answer(_Request({"defined": name}, self._limits.cell)).get("defined") is True

    def ask(
        self, script: Script, oracles: Mapping[str, Plain], public: str = "", seconds: float | None = None
    ) -> tuple[Answers, bool]:
        """Have a script performed on the learner's functions; oracles are answered here. Died as in `run`.

        `public` names the module of the public part that uses a class, `seconds` how long this exercise may take if
        longer than others. Returns the answers and whether the time limit cut the asking short.
        """
        asked = {name: scripts.oracle(spec) for name, spec in oracles.items()}
        message = {"ask": scripts.encoded(script), "oracles": list(asked), "public": public}
        request = _Request(message, max(self._limits.exercise, seconds or 0.0), asked)
        answers = self._answer(request).get("answers")
        if not isinstance(answers, dict):
            raise self._broken()
        names = {op.answer for op in script if isinstance(op, Read | Asked)}
        return {name: _harmless(scripts.value(answers[name])) for name in names & answers.keys()}, request.late

    def _answer(self, request: _Request) -> Plain:
        """Send a request and wait for its reply, draining output, answering oracles and keeping the time."""
        began = time.monotonic()
        request.deadline, request.most = began + request.seconds, self._limits.output
        self._next += 1
        self._send(request.message | {"id": self._next})
        poll = select.poll()
        for fd in (self._sock.fileno(), self._output, self._guard):
            poll.register(fd, select.POLLIN)
        try:
            while True:
                left = min(request.deadline, began + self._budget.seconds) - time.monotonic()
                if left <= 0 or request.dropped > request.most:
                    self._stop(request, over=began + self._budget.seconds <= time.monotonic())
                    continue
                ready = {fd for fd, _ in poll.poll(left * 1000)}
                if self._output in ready and not request.hear(self._read_output(), self._limits.output_kept):
                    poll.unregister(self._output)  # the learner's code closed it; that is no fault
                if self._sock.fileno() in ready:
                    if (reply := self._reply(request)) is not None:
                        request.hear(self._read_output(wait=False), self._limits.output_kept)
                        return reply
                elif self._guard in ready:
                    raise self._died()
        finally:
            self._budget.seconds -= time.monotonic() - began

    def _stop(self, request: _Request, over: bool) -> None:
        """Interrupt what runs too long or prints too much. Died if that was done before, or if the budget is over."""
        if request.late or over:
            self.close()
            raise Died("timed_out", "ran too long and did not react to being stopped")
        request.late = True
        request.deadline, request.most = time.monotonic() + GRACE, request.dropped + self._limits.output
        self._signal(signal.SIGINT)

    def _reply(self, request: _Request) -> Plain | None:
        """The reply to a request, once it is there; an oracle that is asked in between is answered."""
        message = self._receive()
        if message is None:
            return None
        if "died" in message:
            self.close()
            raise Died(*DEATHS.get(str(message["died"]), ("crashed", "ended")))
        if "oracle" in message:
            self._send({"value": self._asked(message, request.oracles)})
            return None
        if message.get("id") != self._next:
            raise self._broken()
        return message

    @staticmethod
    def _asked(message: Plain, oracles: Mapping[str, scripts.Oracle]) -> Plain:
        ask = oracles.get(str(message.get("oracle")))
        point = scripts.value(message.get("point", {}))
        if ask is None or isinstance(point, scripts.Failure):
            return {"error": "the function takes one array of numbers"}
        try:
            with np.errstate(all="ignore"):
                return scripts.plain(scripts.answer(ask(point)))
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

    def _died(self) -> Died:
        self.close()
        return Died("crashed", "ended")

    def _broken(self) -> Died:
        self.close()
        return Died("crashed", "sent something that is no answer")


def _harmless(answer: Value) -> Value:
    """An answer whose reason, if it is a failure, is a line that can be shown anywhere."""
    return Failure(line(answer.reason)) if isinstance(answer, Failure) else answer
