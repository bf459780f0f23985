"""What a worker does, on this machine or another: grade tasks, with one warm parent for all of its threads."""

from __future__ import annotations

import atexit
from threading import Lock

from autograder.classroom.grade import Task, grade
from autograder.classroom.results import Result
from autograder.kernels import WarmParent

_parents: dict[tuple[tuple[str, ...], bool], WarmParent] = {}
_lock = Lock()


def work(task: Task, sandbox: bool = True) -> Result:
    """Grade one submission."""
    return grade(task, warm_parent(task.modules, sandbox))


def warm_parent(modules: tuple[str, ...], sandbox: bool = True) -> WarmParent:
    """The parent of this process's kernels with these imports; made on first use, closed at the end."""
    with _lock:
        if (modules, sandbox) not in _parents:
            _parents[modules, sandbox] = WarmParent(modules, sandbox)
            atexit.register(_parents[modules, sandbox].close)
    return _parents[modules, sandbox]
