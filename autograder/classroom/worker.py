"""What a worker does, on this machine or another: grade tasks, with one warm parent for all of its threads."""

from __future__ import annotations

import atexit
from threading import Lock

from autograder.classroom.grade import Task, grade
from autograder.classroom.results import Result
from autograder.kernels import WarmParent

_parents: dict[bool, WarmParent] = {}
_lock = Lock()


def work(task: Task, sandbox: bool = True) -> Result:
    """Grade one submission."""
    return grade(task, warm_parent(sandbox))


def warm_parent(sandbox: bool = True) -> WarmParent:
    """The parent of this process's kernels; made on first use, closed at the end."""
    with _lock:
        if sandbox not in _parents:
            _parents[sandbox] = WarmParent(sandbox=sandbox)
            atexit.register(_parents[sandbox].close)
    return _parents[sandbox]
