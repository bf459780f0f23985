"""The process in which a learner's notebook runs when it is graded: it runs cells and answers calls.

A parent imports what notebooks need, computes nothing, and forks one child for each submission, so that a child is
ready at once. The parent is started by the grader with a Unix socket and the names of the modules:

    python -m course.kernel FD MODULE...

Over that socket the grader sends {"fork": {"directory": path, "limits": {name: number}}} with two file descriptors,
the child's own socket and the pipe for its output; the parent answers {"forked": pid} and, later, {"exited": pid}.
Over its own socket a child gets {"id": n, "run": source} or {"id": n, "ask": script, "oracles": [name...]}, answers
{"id": n, "error": null | {...}} or {"id": n, "answers": {...}}, and in between asks {"gradient": name, "point": plain}.

The child knows no test, no expected value and no grade. Whatever it sends is checked where it arrives. POSIX only.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import random
import resource
import select
import signal
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from course import calls
from course.calls import Plain

LONGEST_TRACEBACK = 6000  # characters


def frame(message: Plain) -> bytes:
    """A message as it travels: four bytes of length, then JSON."""
    body = json.dumps(message).encode()
    return len(body).to_bytes(4, "big") + body


def receive(sock: socket.socket) -> Plain:
    """The next message of a trusted peer. EOFError at the end of the stream."""
    length = int.from_bytes(_exactly(sock, 4), "big")
    message: Plain = json.loads(_exactly(sock, length))
    return message


def _exactly(sock: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        more = sock.recv(count - len(data))
        if not more:
            raise EOFError
        data += more
    return data


class Child:
    """One submission's process: an IPython shell and the socket to the grader."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._shell = _shell()
        self._stop: type[BaseException] | None = None

    def serve(self) -> None:
        """Answer until the grader hangs up."""
        while True:
            message = receive(self._sock)
            signal.signal(signal.SIGINT, self._interrupted)
            if "run" in message:
                reply = {"error": self._run(message["run"])}
            else:
                reply = {"answers": self._ask(message["ask"], message["oracles"])}
            for stream in (sys.stdout, sys.stderr):
                with contextlib.suppress(Exception):
                    stream.flush()
            self._sock.sendall(frame(reply | {"id": message["id"]}))

    def _interrupted(self, *_: object) -> None:
        """The time limit: stop the learner's code, but never our own."""
        if self._stop is not None:
            stop, self._stop = self._stop, None
            raise stop

    def _run(self, source: str) -> Plain | None:
        self._shell.failure = None
        try:
            self._stop = KeyboardInterrupt
            result = self._shell.run_cell(source, store_history=False)
            self._stop = None
        except BaseException as escaped:
            self._stop = None
            return {"name": type(escaped).__name__, "text": calls.reason_of(escaped), "traceback": ""}
        error = result.error_before_exec or result.error_in_exec
        if error is None:
            return None
        return {
            "name": type(error).__name__[:100],
            "text": calls.reason_of(error),
            "traceback": "\n".join(self._shell.failure or [])[-LONGEST_TRACEBACK:],
        }

    def _ask(self, script: list[Plain], oracles: list[str]) -> calls.Answers:
        def remote(name: str) -> calls.Oracle:
            def gradient(point: np.ndarray) -> np.ndarray:
                self._sock.sendall(frame({"gradient": name, "point": calls.plain(point)}))
                found = calls.value(receive(self._sock)["value"])
                if isinstance(found, calls.Failure):
                    raise ValueError(found.reason)
                return found

            return gradient

        self._stop = calls.Stopped
        try:
            return calls.perform(script, self._shell.user_ns, {name: remote(name) for name in oracles})
        except calls.Stopped:
            return {}
        finally:
            self._stop = None


def _shell() -> Any:
    """An IPython shell without terminal, history or display: tracebacks are kept, pictures are dropped."""
    from IPython.core.displaypub import DisplayPublisher
    from IPython.core.history import HistoryManager
    from IPython.core.interactiveshell import InteractiveShell

    class Quiet(DisplayPublisher):
        def publish(self, data: Any, *_: Any, **__: Any) -> None:
            if isinstance(data, dict) and isinstance(data.get("text/plain"), str):
                print(data["text/plain"][:2000])

    class Shell(InteractiveShell):
        failure: list[str] | None = None

        def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
            self.failure = [str(line) for line in stb]

        def enable_gui(self, gui: Any = None) -> None:
            """Event loops have no place here."""

        def init_history(self) -> None:
            self.history_manager = HistoryManager(shell=self, parent=self, enabled=False)

    shell = Shell.instance(display_pub_class=Quiet, colors="nocolor", autoindent=False)
    sys.modules["__main__"] = shell.user_module
    return shell


def _become_child(sock: socket.socket, output: int, directory: str, limits: dict[str, int]) -> NoReturn:
    """What happens in the forked process; never returns."""
    code = 1
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: a dying parent takes its children along
        os.setsid()
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        keep = sock.fileno()
        for fd in os.listdir("/proc/self/fd"):
            if int(fd) > 2 and int(fd) != keep:
                with contextlib.suppress(OSError):
                    os.close(int(fd))
        sys.stdin = open(0, closefd=False)  # noqa: SIM115
        sys.stdout = open(1, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
        os.chdir(directory)
        os.environ.update(HOME=directory, TMPDIR=directory)
        for name, number in limits.items():
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (number, number))
        random.seed()
        np.random.seed()  # noqa: NPY002  the learner's code may use the global state, which a fork copies
        Child(sock).serve()
    except EOFError:
        code = 0
    finally:
        os._exit(code)


def _hide_checkout() -> None:
    """Take the folder that `course` came from off the path, unless it is where packages are installed.

    In an instructor's checkout that folder holds the grader as well, and a learner's code has no business there.
    """
    home = Path(calls.__file__).resolve().parents[1]
    if home.name != "site-packages":
        sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != home]


def main() -> None:
    """Import the given modules, then fork a child whenever asked, until the grader hangs up."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for module in sys.argv[2:]:
        importlib.import_module(module)
    _hide_checkout()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which tells us
    running: dict[int, int] = {}
    control.sendall(frame({"ready": os.getpid()}))
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd != control.fileno():
                poll.unregister(fd)
                pid = running.pop(fd)
                os.waitpid(pid, 0)
                os.close(fd)
                control.sendall(frame({"exited": pid}))
                continue
            try:
                size = control.recv(4, socket.MSG_PEEK)
                if not size:
                    raise EOFError
                data, fds, _, _ = socket.recv_fds(control, 4, 2)
                request = json.loads(_exactly(control, int.from_bytes(data, "big")))["fork"]
            except (EOFError, ConnectionError):
                for pid in running.values():
                    with contextlib.suppress(ProcessLookupError):
                        os.killpg(pid, signal.SIGKILL)
                return
            pid = os.fork()
            if pid == 0:
                _become_child(socket.socket(fileno=fds[0]), fds[1], request["directory"], request["limits"])
            for received in fds:
                os.close(received)
            pidfd = os.pidfd_open(pid)
            running[pidfd] = pid
            poll.register(pidfd, select.POLLIN)
            control.sendall(frame({"forked": pid}))


if __name__ == "__main__":
    main()
