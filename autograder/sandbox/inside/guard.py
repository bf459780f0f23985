"""The guard: the process between the parent and a child, which shuts the child in and watches what it uses."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import sys
import time
from pathlib import Path
from typing import NoReturn

from autograder.sandbox.inside import confine
from autograder.sandbox.inside.child import Tools, begin
from autograder.sandbox.inside.frames import frame
from course.judging.scripts import Plain

WATCH = 0.1  # seconds between two looks at a child's memory


def guard(sock: socket.socket, output: int, request: Plain, tools: Tools, layers: Plain) -> NoReturn:
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
            begin(sock, output, request, tools, outside)
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
        pids = _descendants(os.getpid(), most=request["processes"])
        reason = None
        if len(pids) > request["processes"]:  # first: to measure the memory of many takes long
            reason = "too_many_processes"
        elif _memory(pids, baseline) > request["memory"]:
            reason = "out_of_memory"
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


def _descendants(pid: int, most: int = sys.maxsize) -> list[int]:
    """Every process that a process has started, and theirs; once there are more than `most`, not all of them: where
    processes start others without end, who counts to the end comes too late.
    """
    found, todo = list[int](), [pid]
    while todo and len(found) <= most:
        looked_at = todo.pop()
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{looked_at}/task"):
                children = [int(child) for child in Path(f"/proc/{looked_at}/task/{task}/children").read_text().split()]
                found += children
                todo += children
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
