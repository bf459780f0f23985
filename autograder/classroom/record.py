"""Record a result in nbgrader's gradebook, by nbgrader's own autograde converter."""

from __future__ import annotations

import shutil

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde

from autograder.classroom import convert
from autograder.classroom.layout import Classroom, write

STAGED = ".tp/staged"


def record(classroom: Classroom, tp: str, student: str, notebook: NotebookNode) -> None:
    """Record the kept result of a rebuilt notebook: gradebook, and autograded/<student>/<tp>/.

    The converter gets the rebuilt notebook instead of the student's folder, so that neither odd files nor odd names get
    near it; `plugins.Judge` takes the result that `grade` has just kept. Fault if nbgrader cannot record.
    """
    staged = classroom.root / STAGED / student / tp
    try:
        write(staged / f"{tp}.ipynb", nbformat.writes(notebook))
        stamp = classroom.submitted(tp, student) / "timestamp.txt"
        if stamp.is_file() and not stamp.is_symlink():
            shutil.copy(stamp, staged)
        convert.run(classroom, Autograde, tp, student, force=True, submitted=STAGED)
    finally:
        shutil.rmtree(staged.parent, ignore_errors=True)
