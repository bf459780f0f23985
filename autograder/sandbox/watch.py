"""What a guard tells the grader of its child: what it used, and how it ended. A learner's code cannot speak here."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket

from autograder.sandbox.inside.frames import ALONE, BY_OTHERS
from autograder.sandbox.limits import Seconds
from course.judging.scripts import Plain

SILENCE = 120.0  # seconds without a word from a guard after which it is given up; it speaks ten times a second
SIGNS = 20  # of life from the guard after which a child that has hung up is alive, and did so itself
LAST = 60.0  # seconds that a guard has to leave nothing behind
GONE = "gone"  # of a guard: it ended without a word
DEATHS = {  # what a guard tells: the status, and in words
    "out_of_memory": ("out_of_memory", "used too much memory"),
    "too_many_processes": ("crashed", "started too many processes"),
    "too_much_written": ("crashed", "wrote too much to its disk"),
}


class Died(Exception):
    """The process has ended by what it did: `reason` is "timed_out", "out_of_memory" or "crashed", the text how."""

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(text)
        self.reason = reason


class Killed(Exception):
    """The process, or one that it needs, was ended by somebody else: by hand, or by a system short of memory.

    That says nothing about what the process was doing.
    """

    def __init__(self) -> None:
        super().__init__("its process was ended from outside")


class Watch:
    """The guard of one child. `used` is what the child has used as far as was told, `others_ended` whether processes
    that it had started were ended before it was asked something."""

    def __init__(self, guard: int, sock: socket.socket) -> None:
        self.used = Seconds()
        self.others_ended = False
        self._guard, self._sock = guard, sock
        self._signs = 0  # how often it was told what was used
        self._ended: str | None = None
        self._alone = False

    def fileno(self) -> int:
        """The descriptor on which the guard can be heard."""
        return self._sock.fileno()

    @property
    def ended(self) -> bool:
        """Whether the child has ended."""
        return self._ended is not None

    def listen(self) -> None:
        """Take what the guard has told since the last time."""
        while self._ended is None:
            try:
                told = self._sock.recv(4096, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return
            except OSError:
                told = b""
            word: Plain = json.loads(told) if told else {"ended": GONE}
            if "ended" in word:
                self._ended = word["ended"]
            elif "alone" in word:
                self._alone = True
                self.others_ended |= word["others"]
            else:
                self.used, self._signs = Seconds(word["cpu"], word["wall"]), self._signs + 1

    def give_up(self) -> None:
        """Take a guard that says nothing any more for one that has ended."""
        self._ended = self._ended or GONE

    def interrupt(self) -> None:
        """Have the child's code interrupted."""
        with contextlib.suppress(OSError):
            self._sock.send(b"!")

    def leave_alone(self) -> bool:
        """Have all that the child has started ended; False if the guard has ended, or says nothing any more."""
        self._alone = False
        with contextlib.suppress(OSError):
            self._sock.send(ALONE)
        while self._ended is None and not self._alone:
            if not readable(self.fileno(), SILENCE):
                self.give_up()
            self.listen()
        return self._alone

    def reason(self) -> Died | Killed:
        """Why a child has hung up. Waits for the guard to tell; it speaks on if the child has not ended."""
        signs = self._signs
        while self._ended is None and self._signs < signs + SIGNS:
            if not readable(self.fileno(), SILENCE):
                self.give_up()
            self.listen()
        if self._ended in (BY_OTHERS, GONE):
            return Killed()
        return Died(*DEATHS.get(str(self._ended), ("crashed", "ended")))

    def close(self) -> None:
        """Have the child ended, with everything that it started; returns when it is gone."""
        self._sock.close()  # the guard ends the child when it has nobody to tell
        if not readable(self._guard, LAST):
            with contextlib.suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._guard, signal.SIGKILL)
            readable(self._guard, LAST)
        os.close(self._guard)


def readable(descriptor: int, seconds: float) -> bool:
    """Wait until there is something to read, or an end; False if there is not."""
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(max(0.0, seconds) * 1000))
