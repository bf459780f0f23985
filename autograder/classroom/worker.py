"""What a worker process does: grade submissions with a warm parent of its own. It never sees the gradebook."""

from __future__ import annotations

import atexit

from nbformat import NotebookNode

from autograder.classroom.grade import Result, grade
from autograder.classroom.layout import Classroom
from autograder.kernels import Limits, WarmParent

_warm: WarmParent | None = None


def start(classroom: Classroom) -> None:
    """Called once in each worker."""
    global _warm
    _warm = WarmParent(classroom.own / "kernels")
    atexit.register(_warm.close)


def work(
    classroom: Classroom, tp: str, student: str, limits: Limits, fresh: bool
) -> tuple[Result, NotebookNode | None]:
    """Grade one submission."""
    assert _warm is not None, "start() was not called"
    return grade(classroom, tp, student, _warm, limits, fresh)
