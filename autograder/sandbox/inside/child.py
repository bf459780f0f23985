"""A child: shut in, then an IPython shell that runs a submission's cells and answers calls, over a socket."""

from __future__ import annotations

import contextlib
import os
import platform
import random
import signal
import socket
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from autograder.sandbox.inside import calls, confine
from autograder.sandbox.inside.frames import LONGEST_VALUE, SEND, frame, receive
from autograder.sandbox.inside.untouched import PutBack
from course.judging import scripts
from course.judging.barred import Functions, Marks, barred
from course.judging.public import compiled, made, table
from course.judging.scripts import Plain, Way

PROC = (
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/sys/kernel",
    "/proc/sys/vm",
)
DEVICES = ("/dev/null", "/dev/full", "/dev/random", "/dev/urandom")
LONGEST_TRACEBACK = 3000  # characters
MOST_TRACEBACKS = 2  # of one cell: what fails later mostly follows from the first


@dataclass(frozen=True)
class Tools:
    """What the parent has made ready for all children: the shell, what they may read of the system, what puts back that
    through which messages go, that through which a learner's functions are used, and his classes, before they are asked
    and meanwhile; and what tells the code that may not answer.
    """

    shell: Any
    readable: Sequence[Path]
    messages: PutBack
    functions: PutBack
    classes: PutBack
    meanwhile: PutBack
    known: tuple[Marks, Functions]


class Child:
    """One submission's process: an IPython shell and the socket to the grader.

    `sources` are those of the public part's modules, by name, loaded before any code of the learner's.
    """

    def __init__(self, sock: socket.socket, shell: Any, sources: Mapping[str, str]) -> None:
        self._sock, self._shell = sock, shell
        self._stop: type[BaseException] | None = None
        for name, source in sources.items():
            made(name, source)

    def serve(self, tools: Tools) -> None:
        """Answer until the grader hangs up. The learner's code can find all that is kept in an object, and replace it,
        and since Python 3.13 the names of a frame that runs, too, but not what a loop goes over. So the names here are
        set anew before each message; what puts everything back, this class included, is among them."""
        shown: list[Any] = []  # which was not there when the parent hid all others from the garbage collector
        ours = Child._ask, Child._run, self._sock, shown, tools.known
        theirs = tools.messages, tools.functions, tools.classes, tools.meanwhile
        for (answering, running, sock, shown, known), (messages, functions, classes, meanwhile) in repeat(
            (ours, theirs)
        ):
            messages()
            message = receive(sock)
            if "id" not in message:  # an answer to what was asked before an interrupt
                continue
            signal.signal(signal.SIGINT, self._interrupted)
            if "run" in message:
                reply = running(self, message["run"], message["goes_on"])
            elif "forget" in message:
                self._shell.reset(new_session=False)
                reply = {}
            elif message["once_defined"] and message["once_defined"] not in self._shell.user_ns:
                reply = {"answers": {}}
            else:
                (classes if message["public"] else functions)()
                put_back = meanwhile if message["public"] else functions
                reply = {"answers": answering(self, message, sock, put_back, known, shown)}
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):
                    stream.flush()
            messages()
            SEND(sock, frame(reply | {"id": message["id"]}))

    def _interrupted(self, *_: object) -> None:
        """The time limit: stop the learner's code, but never our own."""
        if self._stop is not None:
            stop, self._stop = self._stop, None
            raise stop

    def _run(self, source: str, goes_on: bool) -> Plain:
        text = None
        try:
            self._stop = KeyboardInterrupt
            value = self._shell.run(source, goes_on)
            if value is not None:
                text = self._shell.display_formatter.format(value)[0].get("text/plain")
            self._stop = None
        except BaseException as escaped:
            self._stop = None
            return {"error": {"name": type(escaped).__name__, "text": scripts.reason_of(escaped), "traceback": ""}}
        if not self._shell.failures:
            return {"error": None, "value": text[:LONGEST_VALUE] if isinstance(text, str) else None}
        first, _ = self._shell.failures[0]
        shown = ["\n".join(traceback)[-LONGEST_TRACEBACK:] for _, traceback in self._shell.failures[:MOST_TRACEBACKS]]
        return {
            "error": {
                "name": type(first).__name__[:100],
                "text": scripts.reason_of(first),
                "traceback": "\n\n".join(filter(None, shown)),
            }
        }

    def _ask(
        self,
        message: Plain,
        sock: socket.socket,
        put_back: PutBack,
        known: tuple[Marks, Functions],
        shown: object,
    ) -> Plain:
        def remote(name: str) -> scripts.Oracle:
            def asked(point: np.ndarray) -> np.ndarray:
                sock.sendall(frame({"oracle": name, "point": scripts.plain(scripts.answer(point))}))
                found = scripts.value(receive(sock)["value"])
                if isinstance(found, scripts.Failure):
                    raise ValueError(found.reason)
                return found

            return asked

        def alone() -> Iterator[scripts.Operation]:
            """The script, before which all that the learner's code has started is ended; nothing new is started then,
            since it is performed already."""
            SEND(sock, frame({"alone": True}))
            receive(sock)
            yield from script

        script = scripts.decoded(message["ask"])
        self._stop = scripts.Stopped
        try:
            with warnings.catch_warnings(action="ignore"), barred(message["not_by"], known, shown) as bar:

                def ready() -> None:
                    put_back()
                    bar.lower()

                ways = {k: v for name, source in message["public"].items() for k, v in _ways(name, source, ready)}
                oracles = {name: remote(name) for name in message["oracles"]}
                asked = alone() if message["not_by"] else script
                answers = scripts.perform(asked, self._shell.user_ns, oracles, ways=ways)
                put_back()
        except scripts.Stopped:
            return {}
        finally:
            self._stop = None
        return {name: scripts.plain(answer) for name, answer in answers.items()}


def _ways(name: str, source: str, ready: PutBack) -> Iterator[tuple[str, Way]]:
    """The ways of a public module, by name. It is made anew for each use of one, after all that it imports is `ready`:
    what was done to it before, or in an earlier use, is not in it."""
    code = compiled(name, source)

    def anew(way: str) -> Way:
        def go(*args: Any) -> Any:
            ready()
            return table(made(name, source, code))[way](*args)

        return go

    for way in table(made(name, source, code)):
        yield way, anew(way)


def begin(sock: socket.socket, output: int, request: Plain, tools: Tools, outside: bool) -> NoReturn:
    """What runs the submission: shut in first, then served."""
    code = 1
    try:
        os.setsid()  # not in the group of the guard, who could be killed with it
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        confine.die_with_parent()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        _close_all_but(sock.fileno())
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
        sources = {name: Path(path).read_text(encoding="utf-8") for name, path in request["public"].items()}
        _shut_in(request, outside, tools.readable)
        random.seed()
        np.random.seed()  # noqa: NPY002  the learner's code may use the global state, which a fork copies
        child = Child(sock, tools.shell, sources)
        sock.sendall(frame({"id": 0}))  # shut in, and ready
        child.serve(tools)
    except EOFError:
        code = 0
    finally:
        os._exit(code)


def _shut_in(request: Plain, outside: bool, readable: Sequence[Path]) -> None:
    """Take every layer that there is. RuntimeError if one that was promised does not hold: then nothing is run."""
    directory, sandbox = request["directory"], request["sandbox"]
    files = {path: path.read_bytes() for path in Path(directory).rglob("*") if path.is_file()}
    if outside and not confine.remount(readable, request["hidden"], directory):
        raise RuntimeError
    for path, content in files.items():  # the directory now lies in a /tmp of our own
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    os.makedirs(directory, exist_ok=True)
    os.chdir(directory)
    sys.path.append(directory)  # where the notebook lies; after all else, which nothing there is to hide
    os.environ.update(HOME=directory, TMPDIR=directory)
    confine.limit(request["limits"], own_user=outside or os.geteuid() >= confine.NOBODY)
    if not sandbox:
        return
    if not confine.drop_privileges():
        raise RuntimeError
    confine.die_with_parent()
    system, cut = confine.without(readable, request["hidden"])
    read = [*map(str, system), *(["/proc"] if outside else PROC)]
    write = [directory, *DEVICES, *(["/tmp", "/dev/shm", "/var/tmp"] if outside else [])]
    landlock = confine.landlock_version()
    if landlock and not confine.landlock(read, write, cut):
        raise RuntimeError
    if platform.machine() in calls.ARCHITECTURES and not calls.seccomp(not outside, not outside and landlock < 6):
        raise RuntimeError


def _close_all_but(keep: int) -> None:
    for fd in map(int, os.listdir("/proc/self/fd")):
        if fd > 2 and fd != keep:
            with contextlib.suppress(OSError):
                os.close(fd)
