"""One submission's process as the grader sees it: run a cell, ask a script, within limits; trust no reply."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from autograder.harmless import line, whole
from autograder.sandbox.inside.frames import LONGEST_VALUE, frame
from autograder.sandbox.limits import NOTHING, Fund, Limits, Seconds
from autograder.sandbox.watch import SILENCE, Died, Killed, Watch, readable
from course.judging import scripts
from course.judging.scripts import Answers, Asked, Failure, Plain, Read, Script, Value

LONGEST_MESSAGE = 4 * 2**20  # bytes of one message from the child; the largest honest one is a few hundred kilobytes
LONGEST_TEXT = 8000  # characters of each part of an error
GRACE = 1.0  # seconds between the interrupt and the kill, as in `Limits`
SENT = 60.0  # seconds within which the child must take a message; it does nothing else then


@dataclass(frozen=True)
class Ran:
    """What running a cell came to. stopped: why it was, in words. value: the text of its last value, if it has one."""

    output: str
    error: Plain | None
    stopped: str = ""
    value: str | None = None


@dataclass
class _Request:
    """One request while it is waited for: what it may use and has used, what was printed, whether it was stopped."""

    message: Plain
    limit: Seconds
    most: int
    oracles: Mapping[str, scripts.Oracle] = field(default_factory=dict)
    used: Seconds = NOTHING
    kept: bytes = b""
    dropped: int = 0
    stopped: str = ""
    alone: bool = False  # whether all else of the submission was ended since it was sent

    @property
    def over(self) -> str:
        """Whether it has used or printed too much: what it did, in words."""
        if self.dropped > self.most:
            return "printed without end"
        if self.used.cpu > self.limit.cpu:
            return f"ran for more than {self.limit.cpu:.3g} s"
        return "" if self.used.fits(self.limit) else f"took more than {self.limit.wall:.3g} s"

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

    def __init__(self, watch: Watch, sock: socket.socket, output: int, limits: Limits) -> None:
        self._watch = watch
        self._sock = sock
        self._output = output
        self._limits = limits
        self._next = 0
        self._buffer = b""
        self._closed = False
        self._charged = NOTHING  # of what was used, what has been taken from a fund

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def others_ended(self) -> bool:
        """Whether processes that the learner's code had started were ended before it was asked something."""
        return self._watch.others_ended

    def close(self) -> None:
        """End the child and everything that it started; returns when it is gone."""
        if self._closed:
            return
        self._closed = True
        self._watch.close()
        self._sock.close()
        os.close(self._output)

    def wait_until_ready(self, seconds: float) -> None:
        """Return when the child is shut in. OSError if it is not: nothing of the learner's has run yet."""
        end = time.monotonic() + seconds
        with contextlib.suppress(Died, Killed):
            while readable(self._sock.fileno(), end - time.monotonic()):
                if self._receive() == {"id": 0}:
                    return
        self.close()
        raise OSError("the process could not be shut in")

    def run(self, source: str, seconds: float | None = None, fund: Fund | None = None, goes_on: bool = True) -> Ran:
        """Run a cell, for the processor time of a cell unless another is given, and within what a fund has left.

        The error is that of the first statement that failed; with `goes_on` those after it run all the same. Died if
        the process does not survive it, Killed if somebody ended it.
        """
        message = {"run": source, "goes_on": goes_on}
        request = self._request(message, self._limits.cell if seconds is None else seconds, fund)
        reply = self._answer(request, fund)
        error, value = reply.get("error"), reply.get("value")
        if error is not None and not (
            isinstance(error, dict) and all(isinstance(error.get(k), str) for k in ("name", "text", "traceback"))
        ):
            raise self._broken()
        if error is not None:
            error = {name: whole(error[name][:LONGEST_TEXT]) for name in ("name", "text", "traceback")}
        if value is not None:
            value = line(value[:LONGEST_VALUE]) if isinstance(value, str) else None
        return Ran(request.text, error, request.stopped, value)

    def forget(self) -> None:
        """Empty the namespace, as for a new notebook. Died as in `run`."""
        self._answer(self._request({"forget": True}, self._limits.cell))

    def ask(
        self,
        script: Script,
        oracles: Mapping[str, Plain],
        public: Mapping[str, str] | None = None,
        seconds: float | None = None,
        fund: Fund | None = None,
        not_by: Sequence[str] = (),
        once_defined: str = "",
    ) -> tuple[Answers, bool]:
        """Have a script performed on the learner's functions; oracles are answered here. Died and Killed as in `run`.

        `public` has, by its name, the source of the module that uses a class, `seconds` the processor time of this
        exercise if it is more than that of others; `not_by` names what may not answer: then no other process of the
        submission lives on. Nothing is asked as long as the name `once_defined` has no value. Returns the answers and
        whether the time limit cut the asking short.
        """
        asked = {name: scripts.Recorded(scripts.oracle(spec)) for name, spec in oracles.items()}
        names_of = {"oracles": list(asked), "public": dict(public or {}), "not_by": list(not_by)}
        message = {"ask": scripts.encoded(script, notes=False), "once_defined": once_defined, **names_of}
        request = self._request(message, max(self._limits.exercise, seconds or 0.0), fund, asked)
        answers = self._answer(request, fund).get("answers")
        if not isinstance(answers, dict) or (answers and not_by and not request.alone):
            raise self._broken()
        names = {op.answer for op in script if isinstance(op, Read | Asked)}
        found = {name: _harmless(scripts.value(answers[name])) for name in names & answers.keys()}
        for op in script:
            if isinstance(op, Asked) and op.answer in found:  # where an oracle was asked is known here, from itself
                found[op.answer] = scripts.where_asked(asked[op.oracle], found[op.answer], op.name)
        return found, bool(request.stopped)

    def _request(
        self,
        message: Plain,
        seconds: float,
        fund: Fund | None = None,
        oracles: Mapping[str, scripts.Oracle] | None = None,
    ) -> _Request:
        limit = self._limits.of(seconds)
        if fund is not None:
            limit = fund.within(limit, self._limits.of(self._limits.least))
        return _Request(message, limit, self._limits.output, oracles or {})

    def _answer(self, request: _Request, fund: Fund | None = None) -> Plain:
        """Send a request and wait for its reply, draining output, answering oracles and keeping the time."""
        self._next += 1
        self._send(request.message | {"id": self._next})
        self._watch.listen()
        began: Seconds | None = None
        heard = time.monotonic()
        poll = select.poll()
        for fd in (self._sock.fileno(), self._output, self._watch.fileno()):
            poll.register(fd, select.POLLIN)
        try:
            while True:
                ready = {fd for fd, _ in poll.poll(SILENCE * 1000)}
                if self._watch.fileno() in ready:
                    self._watch.listen()
                    heard = time.monotonic()
                    began = began or self._watch.used  # as first told: what was used before is not this request's
                    request.used = self._watch.used - began
                elif time.monotonic() > heard + SILENCE:
                    self._watch.give_up()
                if self._output in ready and not request.hear(self._read_output(), self._limits.output_kept):
                    poll.unregister(self._output)  # the learner's code closed it; that is no fault
                if self._sock.fileno() in ready:
                    if (reply := self._reply(request)) is not None:
                        request.hear(self._read_output(wait=False), self._limits.output_kept)
                        return reply
                elif self._watch.ended:
                    raise self._gone()
                if request.over:
                    self._stop(request)
        finally:
            if fund is not None:
                fund.left -= self._watch.used - self._charged
            self._charged = self._watch.used

    def _stop(self, request: _Request) -> None:
        """Interrupt what runs too long or prints too much. Died if that was done before."""
        if request.stopped:
            self.close()
            raise Died("timed_out", "ran too long and did not react to being stopped")
        request.stopped = request.over
        request.limit, request.most = request.used + self._limits.of(GRACE), request.dropped + self._limits.output
        self._watch.interrupt()

    def _gone(self) -> Died | Killed:
        """What to raise when the child has hung up."""
        reason = self._watch.reason()
        self.close()
        return reason

    def _reply(self, request: _Request) -> Plain | None:
        """The reply to a request, once it is there; an oracle that is asked in between is answered."""
        message = self._receive()
        if message is None:
            return None
        if "oracle" in message:
            self._send({"value": self._asked(message, request.oracles)})
            return None
        if "alone" in message:
            request.alone = self._watch.leave_alone()
            self._send({"alone": request.alone})
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
            self._sock.settimeout(SENT)
            self._sock.sendall(frame(message))
        except OSError:
            raise self._gone() from None

    def _receive(self) -> Plain | None:
        """One message if it is complete, None if more must come. Everything is checked: a learner may write here."""
        try:
            self._sock.settimeout(0)
            chunk = self._sock.recv(2**16)
        except BlockingIOError:
            return None
        except OSError:
            raise self._gone() from None
        if not chunk:
            raise self._gone()
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
        if not wait and not readable(self._output, 0):
            return b""
        try:
            return os.read(self._output, 2**16)
        except OSError:
            return b""

    def _broken(self) -> Died:
        self.close()
        return Died("crashed", "sent something that is no answer")


def _harmless(answer: Value) -> Value:
    """An answer whose reason, if it is a failure, is a line that can be shown anywhere."""
    return Failure(line(answer.reason), line(answer.line)) if isinstance(answer, Failure) else answer
