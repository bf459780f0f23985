"""The parent: import, then fork a confined child whenever asked, until the grader hangs up."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import platform
import random
import select
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import numpy as np

import course
from course.calls import Plain
from course.kernel import confine, exactly, frame
from course.kernel.child import Child, new_shell
from course.kernel.untouched import Untouched

FUNCTIONS = ("course",)  # the packages through which a learner's functions are used
CLASSES = ("course", "keras")  # and those through which classes are
WATCH = 0.1  # seconds between two looks at a child's memory
PROC = (
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/proc/filesystems",
    "/proc/sys/kernel",
    "/proc/sys/vm",
)
FOR_NOBODY = (sys.executable, os.path.realpath(sys.executable), np.__file__, course.__file__)
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")


def main() -> None:
    """Serve the grader on the socket whose number is the first argument; the others are modules to import."""
    control = socket.socket(fileno=int(sys.argv[1]))
    for module in sys.argv[2:]:
        with contextlib.suppress(Exception):  # what is missing here will be missed, and told, in the notebook
            importlib.import_module(module)
    _hide_checkout()
    shell, functions, classes = new_shell(), Untouched(FUNCTIONS), Untouched(CLASSES)

    def serve(sock: socket.socket) -> None:
        Child(sock, shell, functions, classes).serve()

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the grader, which tells us
    guards: dict[int, int] = {}
    layers = confinement()
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
            length, fds, _, _ = socket.recv_fds(control, 4, 2)
            request = json.loads(exactly(control, int.from_bytes(length, "big")))["fork"]
            pid = os.fork()
            if pid == 0:
                _guard(socket.socket(fileno=fds[0]), fds[1], request, serve, layers)
            for received in fds:
                os.close(received)
            guard = os.pidfd_open(pid)
            guards[guard] = pid
            poll.register(guard, select.POLLIN)
            socket.send_fds(control, [frame({"forked": True})], [guard])


def confinement() -> Plain:
    """What this system grants: found out by trying, in a process of its own."""
    read, write = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            granted = confine.enter_namespaces()
            if granted and (child := os.fork()) == 0:
                os._exit(0 if confine.remount([]) else 1)
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
        "seccomp": platform.machine() in confine.ARCHITECTURES,
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


def _guard(
    sock: socket.socket, output: int, request: Plain, serve: Callable[[socket.socket], None], layers: Plain
) -> NoReturn:
    """The process between the parent and the child: shuts the child in, watches it, leaves nothing of it behind."""
    code = 1
    try:
        os.setsid()
        if not request["sandbox"]:
            layers = {}
        if layers.get("nobody"):
            _hand_over(request["directory"], confine.nobody(os.getpid()))
            confine.become_nobody(os.getpid())
        outside = bool(layers.get("namespaces")) and confine.enter_namespaces()
        confine.die_with_parent(signal.SIGTERM)  # only now: a change of user forgets it
        confine.adopt_orphans()
        baseline = _resident(os.getpid())
        child = os.fork()
        if child == 0:
            _child(sock, output, request, serve, outside)
        os.close(output)
        for number, passed_on in ((signal.SIGINT, signal.SIGINT), (signal.SIGTERM, signal.SIGKILL)):
            signal.signal(number, lambda _, __, passed_on=passed_on: os.kill(child, passed_on))  # type: ignore[misc]
        _watch(child, sock, request, baseline, shared_disk=bool(request["sandbox"]) and not outside)
        code = 0
    finally:
        os._exit(code)


def _hand_over(directory: str, uid: int) -> None:
    for folder, _, files in os.walk(directory):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            os.chown(path, uid, uid, follow_symlinks=False)


def _watch(child: int, sock: socket.socket, request: Plain, baseline: int, shared_disk: bool) -> None:
    """Wait for the child's end; end it if all of its processes together use too much."""
    watched = select.poll()
    watched.register(os.pidfd_open(child), select.POLLIN)
    while not watched.poll(WATCH * 1000):
        pids = _descendants(os.getpid())
        reason = None
        if _memory(pids, baseline) > request["memory"]:
            reason = "out_of_memory"
        elif len(pids) > request["processes"]:
            reason = "too_many_processes"
        elif shared_disk and sum(map(_written, [os.getpid(), *pids])) > request["disk"]:
            reason = "too_much_written"
        if reason:
            with contextlib.suppress(OSError):
                sock.setblocking(False)
                sock.send(frame({"died": reason}))
            os.kill(child, signal.SIGKILL)
            break
    os.waitpid(child, 0)
    while left := _descendants(os.getpid()):  # without a process namespace, what it left running has become ours
        for number in (signal.SIGSTOP, signal.SIGKILL):  # what has stopped forks no more
            for pid in left if number == signal.SIGKILL else [*left, *_descendants(os.getpid())]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        time.sleep(0.001)


def _descendants(pid: int) -> list[int]:
    """Every process that a process has started, and theirs."""
    found: list[int] = []
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            for child in Path(f"/proc/{pid}/task/{task}/children").read_text().split():
                found += [int(child), *_descendants(int(child))]
    return found


def _memory(pids: list[int], baseline: int) -> int:
    """Bytes of memory that these processes use together, beside what the parent has imported.

    One process is measured by its pages less those that it was born with. With several that would count nothing where
    each writes to all that it was born with; so they are measured by their shares, which takes the system longer.
    """
    if len(pids) < 2:
        return sum(max(0, _resident(pid) - baseline) for pid in pids)
    return sum(_pages(pid, "smaps_rollup", ("Pss_Anon", "Pss_Shmem", "SwapPss"), _resident(pid)) for pid in pids)


def _resident(pid: int) -> int:
    """Bytes of memory that are no file's: a process's own, those that a fork shares included, and shared ones."""
    return _pages(pid, "status", ("RssAnon", "RssShmem", "VmSwap"), 0)


def _pages(pid: int, file: str, names: tuple[str, ...], unknown: int) -> int:
    """Bytes that the system counts under these names in a file about a process."""
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
        fields = dict(line.split(":", 1) for line in lines if ":" in line)
        return sum(int(fields[name].split()[0]) * 1024 for name in names)
    except (OSError, ValueError, KeyError):  # it has just ended, or an older system counts less
        return unknown


def _written(pid: int) -> int:
    """Bytes that a process, and those of its own that have ended, have written to a disk."""
    try:
        fields = dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())
        return int(fields["write_bytes"])
    except PermissionError:  # it has made itself unreadable, which no honest code does
        return sys.maxsize
    except (OSError, ValueError, KeyError):
        return 0


def _child(
    sock: socket.socket, output: int, request: Plain, serve: Callable[[socket.socket], None], outside: bool
) -> NoReturn:
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
        _shut_in(request, outside)
        random.seed()
        np.random.seed()  # noqa: NPY002  the learner's code may use the global state, which a fork copies
        sock.sendall(frame({"id": 0}))  # shut in, and ready
        serve(sock)
    except EOFError:
        code = 0
    finally:
        os._exit(code)


def _shut_in(request: Plain, outside: bool) -> None:
    """Take every layer that there is. RuntimeError if one that was promised does not hold: then nothing is run."""
    directory, sandbox = request["directory"], request["sandbox"]
    files = {path: path.read_bytes() for path in Path(directory).rglob("*") if path.is_file()}
    if outside and not confine.remount(request["hidden"], directory):
        raise RuntimeError
    for path, content in files.items():  # the directory now lies in a /tmp of our own
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    os.makedirs(directory, exist_ok=True)
    os.chdir(directory)
    os.environ.update(HOME=directory, TMPDIR=directory)
    confine.limit(request["limits"], own_user=outside or os.geteuid() >= confine.NOBODY)
    if not sandbox:
        return
    if not confine.drop_privileges():
        raise RuntimeError
    confine.die_with_parent()
    system, cut = confine.without(confine.readable(), request["hidden"])
    read = [*map(str, system), *(["/proc"] if outside else PROC)]
    write = [directory, *DEVICES, *(["/tmp", "/dev/shm", "/var/tmp"] if outside else [])]
    landlock = confine.landlock_version()
    if landlock and not confine.landlock(read, write, cut):
        raise RuntimeError
    if platform.machine() in confine.ARCHITECTURES and not confine.seccomp(not outside, not outside and landlock < 6):
        raise RuntimeError


def _close_all_but(keep: int) -> None:
    for fd in map(int, os.listdir("/proc/self/fd")):
        if fd > 2 and fd != keep:
            with contextlib.suppress(OSError):
                os.close(fd)


def _hide_checkout() -> None:
    """Take the folder that `course` came from off the path, unless it is where packages are installed.

    In an instructor's checkout that folder holds the grader as well, and a learner's code has no business there.
    """
    home = Path(course.__file__).resolve().parents[1]
    if home.name != "site-packages":
        sys.path[:] = [entry for entry in sys.path if Path(entry or ".").resolve() != home]


if __name__ == "__main__":
    main()
