"""A child: an IPython shell that runs a submission's cells and answers calls, over a socket, and nothing else."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
import warnings
from typing import Any

import numpy as np

from course import calls
from course.calls import Plain
from course.kernel import frame, receive
from course.kernel.untouched import Untouched
from course.ways import WAYS

LONGEST_TRACEBACK = 6000  # characters


class Child:
    """One submission's process: an IPython shell and the socket to the grader.

    Before the learner's functions are called the modules of `functions` are put back, before classes are used
    those of `classes`.
    """

    def __init__(self, sock: socket.socket, shell: Any, functions: Untouched, classes: Untouched) -> None:
        self._sock = sock
        self._shell = shell
        self._functions = functions
        self._ways = {name: classes.first(way) for name, way in WAYS.items()}
        self._stop: type[BaseException] | None = None

    def serve(self) -> None:
        """Answer until the grader hangs up."""
        while True:
            message = receive(self._sock)
            signal.signal(signal.SIGINT, self._interrupted)
            if "run" in message:
                reply = {"error": self._run(message["run"])}
            else:
                reply = {"answers": self._ask(calls.decoded(message["ask"]), message["oracles"])}
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

    def _ask(self, script: list[Plain], oracles: list[str]) -> Plain:
        def remote(name: str) -> calls.Oracle:
            def gradient(point: np.ndarray) -> np.ndarray:
                self._sock.sendall(frame({"gradient": name, "point": calls.plain(calls.answer(point))}))
                found = calls.value(receive(self._sock)["value"])
                if isinstance(found, calls.Failure):
                    raise ValueError(found.reason)
                return found

            return gradient

        self._functions.put_back()
        self._stop = calls.Stopped
        try:
            with warnings.catch_warnings(action="ignore"):
                gradients = {name: remote(name) for name in oracles}
                answers = calls.perform(script, self._shell.user_ns, gradients, ways=self._ways)
        except calls.Stopped:
            return {}
        finally:
            self._stop = None
        return {name: calls.plain(answer) for name, answer in answers.items()}


def new_shell() -> Any:
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

    shell: Any = Shell.instance(display_pub_class=Quiet, colors="nocolor", autoindent=False)
    shell.run_cell("None", store_history=False)  # imports, once for all, what the first cell needs
    sys.modules["__main__"] = shell.user_module
    return shell
