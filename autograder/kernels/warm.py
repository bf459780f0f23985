"""A parent process that has imported the notebooks' world and forks a ready child for each submission."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

from autograder.kernels.kernel import Kernel, Limits
from course.kernel import frame, receive

PRELOADED = (
    "IPython.core.interactiveshell",
    "matplotlib.pyplot",
    "course.check",
    "course.figures",
    "course.problems",
    "course.trajectories",
)
START = 60.0  # seconds within which the parent must be ready; a slow disk with a cold cache needs some


class WarmParent:
    """Starts on first use, is started again should it die, and takes its children along when closed.

    Nothing of the grader is in it: it runs `course.kernel` with a bare environment, from `directory`.
    """

    def __init__(self, directory: Path, modules: tuple[str, ...] = PRELOADED) -> None:
        self._directory = directory
        self._modules = modules
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def __enter__(self) -> WarmParent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the parent; its children die with it."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2.0)
            self._process.kill()
            self._process.wait()
        self._control = self._process = None

    def kernel(self, directory: Path, limits: Limits, ends: float | None = None) -> Kernel:
        """A fresh process for one submission, working in `directory`. OSError if none can be started.

        `ends` is the moment (of `time.monotonic`) at which the submission's time is over.
        """
        for attempt in (1, 2, 3):
            try:
                return self._fork(directory, limits, time.monotonic() + limits.submission if ends is None else ends)
            except (OSError, EOFError, ValueError):
                self.close()
                if attempt == 3:
                    raise OSError("no kernel could be started; see the grader's log") from None
        raise AssertionError

    def _fork(self, directory: Path, limits: Limits, ends: float) -> Kernel:
        control = self._started()
        ours, theirs = socket.socketpair()
        read, write = os.pipe2(os.O_CLOEXEC)
        try:
            request = frame({"fork": {"directory": str(directory), "limits": limits.resources()}})
            socket.send_fds(control, [request[:4]], [theirs.fileno(), write])
            control.sendall(request[4:])
            while "forked" not in (reply := receive(control)):
                pass  # a message about a child that ended
        except BaseException:
            ours.close()
            os.close(read)
            raise
        finally:
            theirs.close()
            os.close(write)
        return Kernel(reply["forked"], ours, read, limits, ends)

    def _started(self) -> socket.socket:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        self.close()
        ours, theirs = socket.socketpair()
        self._directory.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-W", "ignore", "-m", "course.kernel", str(theirs.fileno()), *self._modules],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=self._directory,
            env=_environment(self._directory),
            start_new_session=True,
        )
        theirs.close()
        self._control = ours
        ours.settimeout(START)
        if "ready" not in receive(ours):
            raise OSError("the parent of the kernels did not start")
        ours.settimeout(10.0)
        return ours


def _environment(directory: Path) -> dict[str, str]:
    """No secrets, no display, one thread for each process: what a submission finds in os.environ."""
    return {
        "PATH": os.defpath,
        "HOME": str(directory),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(directory / "matplotlib"),
        "IPYTHONDIR": str(directory / "ipython"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
