"""The guard: the process between the parent and a child, which shuts the child in and watches what it uses."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import socket
import time
from pathlib import Path
from typing import NoReturn

from autograder.sandbox.inside import confine, usage
from autograder.sandbox.inside.child import Tools, begin
from autograder.sandbox.inside.frames import ALONE, BY_ITSELF, BY_OTHERS
from course.judging.scripts import Plain

WATCH = 0.1  # seconds between two looks at what a child uses
FEW = 4  # processes that a child may have beside it without standing back behind other submissions
LAST = 19  # of the priorities


def guard(
    sock: socket.socket, output: int, watch: socket.socket, request: Plain, tools: Tools, layers: Plain
) -> NoReturn:
    """The process between the parent and the child: shuts the child in, watches it, leaves nothing of it behind.

    Over `watch`, which the child does not have, it tells the grader what the child has used and how it ended, and is
    told to interrupt it, or to end all that it has started; when the grader hangs up it ends it.
    """
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
        baseline = usage.resident(os.getpid())
        child = os.fork()
        if child == 0:
            begin(sock, output, request, tools, outside)
        os.close(output)
        sock.close()
        signal.signal(signal.SIGTERM, lambda *_: _kill(child))  # the parent has ended
        _watch(child, watch, request, baseline, shared_disk=bool(request["sandbox"]) and not outside)
        code = 0
    finally:
        os._exit(code)


def _hand_over(directory: str, uid: int) -> None:
    for folder, _, files in os.walk(directory):
        for path in (folder, *(os.path.join(folder, name) for name in files)):
            os.chown(path, uid, uid, follow_symlinks=False)


def _watch(child: int, watch: socket.socket, request: Plain, baseline: int, shared_disk: bool) -> None:
    """Wait for the child's end; end it if all of its processes together use too much, or if the grader hangs up."""
    ended, clock = os.pidfd_open(child), usage.Clock(child)
    poll = select.poll()
    for fd in (ended, watch.fileno()):
        poll.register(fd, select.POLLIN)
    reason, behind = None, set[int]()
    while reason is None:
        ready = {fd for fd, _ in poll.poll(WATCH * 1000)}
        if ended in ready:
            break
        if watch.fileno() in ready:
            if not (word := _heard(watch)):
                reason = "closed"
                break
            if word == ALONE:
                _kill(child, signal.SIGSTOP)  # a thread of it could start processes faster than they are ended
                others = _end_all(but=child)
                _kill(child, signal.SIGCONT)
                _tell(watch, {"alone": True, "others": others})
            else:
                os.kill(child, signal.SIGINT)
        pids = usage.descendants(os.getpid(), most=request["processes"])
        _tell(watch, clock.look(pids), socket.MSG_DONTWAIT)
        behind |= {pid for pid in pids[1 + FEW :] if pid not in behind and _stands_back(pid, child)}
        reason = _too_much(pids, request, baseline, shared_disk)
    if reason is not None:
        _kill(child)
    os.waitid(os.P_PIDFD, ended, os.WEXITED | os.WNOWAIT)
    limited = resource.prlimit(child, resource.RLIMIT_CPU) != resource.getrlimit(resource.RLIMIT_CPU)
    _, status = os.waitpid(child, 0)
    # Nothing in it can send it SIGKILL: it is the first of its process namespace, or the filter of calls refuses. Only
    # the system does, if it has set itself a limit.
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL and not limited
    _tell(watch, {"ended": reason or (BY_OTHERS if killed else BY_ITSELF)})
    _end_all()


def _heard(watch: socket.socket) -> bytes:
    """What the grader says, in one byte; nothing once it has hung up, also with words of ours unread."""
    try:
        return watch.recv(1)
    except ConnectionResetError:
        return b""


def _stands_back(pid: int, child: int) -> bool:
    """Give a process only the time that nobody else wants. False if the system does not let us now.

    Some share out time among sessions first, so that each session of a submission would have as much as a neighbour.
    Where they do not, the file of the session's share is not there or is empty.
    """
    try:
        os.setpriority(os.PRIO_PROCESS, pid, LAST)
        group = Path(f"/proc/{pid}/autogroup")
        if os.getsid(pid) != os.getsid(child) and group.exists() and group.read_text():
            group.write_text(str(LAST))  # which users may do ten times a second
    except OSError:
        return False
    return True


def _too_much(pids: list[int], request: Plain, baseline: int, shared_disk: bool) -> str | None:
    """Of what these processes use too much, if they do."""
    if len(pids) > request["processes"]:  # first: to measure the memory of many takes long
        return "too_many_processes"
    if usage.memory(pids, baseline) + sum(map(usage.kernel_memory, pids)) > request["memory"]:
        return "out_of_memory"
    if shared_disk and sum(map(usage.written, [os.getpid(), *pids])) > request["disk"]:
        return "too_much_written"
    return None


def _tell(watch: socket.socket, what: Plain, flags: int = 0) -> None:
    """Tell the grader, unless it has hung up."""
    with contextlib.suppress(OSError):
        watch.send(json.dumps(what).encode(), flags)


def _kill(pid: int, number: signal.Signals = signal.SIGKILL) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _end_all(but: int | None = None) -> bool:
    """End all that the child has started, and say whether that was anything; without a process namespace, what it left
    running has become ours."""
    found = False
    while left := _others(but):
        found = True
        for number in (signal.SIGSTOP, signal.SIGKILL):  # what has stopped forks no more
            for pid in left if number == signal.SIGKILL else [*left, *_others(but)]:
                _kill(pid, number)
        time.sleep(0.001)
    return found


def _others(but: int | None) -> list[int]:
    return [pid for pid in usage.descendants(os.getpid()) if pid != but and usage.runs(pid)]
