"""The parent: import, then fork a guard with a confined child whenever asked, until the grader hangs up."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import platform
import select
import signal
import socket
import sys
from pathlib import Path

import numpy as np

import autograder
import course
from autograder.sandbox.inside import absent, calls, child, confine, frames
from autograder.sandbox.inside.child import Tools
from autograder.sandbox.inside.frames import exactly, frame
from autograder.sandbox.inside.guard import guard
from autograder.sandbox.inside.shell import new_shell
from autograder.sandbox.inside.untouched import untouched
from course.judging.barred import known_by, refuse_loading
from course.judging.scripts import Plain

TALKING = ("json",)  # the packages through which messages go
ASKING = ("course", "builtins", *TALKING)  # and those through which a learner's code is asked
OURS = (child, frames)  # and our own modules, which only look as if they were not there
FOR_NOBODY = (sys.executable, os.path.realpath(sys.executable), np.__file__, course.__file__)


def main() -> None:
    """Serve the grader on the socket whose number is the first argument; the second one says what to import."""
    control, setup = socket.socket(fileno=int(sys.argv[1])), json.loads(sys.argv[2])
    absent.hide()
    gc.disable()  # nothing that is imported is garbage
    for module in setup["modules"]:
        with contextlib.suppress(Exception):  # what is missing here will be missed, and told, in the notebook
            importlib.import_module(module)
    _hide_the_grader()
    guarded, known = (*ASKING, *setup["guarded"]), known_by(setup["not_by"])
    # All of TensorFlow: too dear before each use, and not needed where no class is used with a framework.
    barring = {name.partition(".")[0] for name in setup["not_by"] if setup["guarded"]}
    refuse_loading(*known)
    messages, functions, classes = (untouched(each, OURS) for each in (TALKING, ASKING, (*guarded, *barring)))
    meanwhile = untouched(guarded, OURS, {function for function, _ in known[1]})  # what is barred stays so
    tools = Tools(new_shell(), confine.readable(), messages, functions, classes, meanwhile, known)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which tells us
    guards: dict[int, int] = {}
    layers = confinement()
    gc.enable()
    gc.collect()
    gc.freeze()  # a child's garbage collector need not walk, and so copy, all that was imported
    control.sendall(frame({"ready": layers}))
    poll = select.poll()
    poll.register(control, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd != control.fileno():
                poll.unregister(fd)
                os.waitpid(guards.pop(fd), 0)
                os.close(fd)
                continue
            if not control.recv(1, socket.MSG_PEEK):
                os._exit(0)  # at once; the guards and their children die with us
            length, fds, _, _ = socket.recv_fds(control, 4, 3)
            request = json.loads(exactly(control, int.from_bytes(length, "big")))["fork"]
            pid = os.fork()
            if pid == 0:
                watch = socket.socket(fileno=fds[2])
                guard(socket.socket(fileno=fds[0]), fds[1], watch, request, tools, layers)
            for received in fds:
                os.close(received)
            forked = os.pidfd_open(pid)
            guards[forked] = pid
            poll.register(forked, select.POLLIN)
            socket.send_fds(control, [frame({"forked": True})], [forked])


def confinement() -> Plain:
    """What this system grants: found out by trying, in a process of its own."""
    read, write = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            granted = confine.enter_namespaces()
            if granted and (child := os.fork()) == 0:
                try:
                    granted = confine.remount(confine.readable(), [])
                except OSError:
                    granted = False
                os._exit(0 if granted else 1)
            os.write(write, b"1" if granted and os.waitpid(child, 0)[1] == 0 else b"0")
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        namespaces = pipe.read() == b"1"
    return {
        "namespaces": namespaces,
        "landlock": confine.landlock_version(),
        "seccomp": platform.machine() in calls.ARCHITECTURES,
        "nobody": os.geteuid() == 0 and _nobody_can_read(),
    }


def _nobody_can_read() -> bool:
    """Whether another user reaches this Python; one that is installed below /root is root's alone."""
    read, write = os.pipe()
    if (pid := os.fork()) == 0:
        with contextlib.suppress(OSError):
            confine.become_nobody(0)
            os.write(write, b"1" if all(os.access(path, os.R_OK) for path in FOR_NOBODY) else b"0")
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        return pipe.read() == b"1"


def _hide_the_grader() -> None:
    """Let no `import` find the grader, nor anything else in a checkout of it or of `course`.

    In an instructor's checkout there are tests and solutions, and a learner's code has no business there. Where
    packages are installed, `course` lies among them and stays.
    """
    for name in ("PYTHONPATH", "PYTHONUSERBASE"):
        os.environ.pop(name, None)
    sys.path[:] = [entry for entry in sys.path if not _is_checkout(Path(entry))]
    for name in [name for name in sys.modules if name.partition(".")[0] == autograder.__name__]:
        del sys.modules[name]


def _is_checkout(folder: Path) -> bool:
    ours = (module.__name__ for module in (course, autograder))
    return not confine.has_packages(folder) and any((folder / name).is_dir() for name in ours)


if __name__ == "__main__":
    main()
