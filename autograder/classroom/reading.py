"""Read notebooks that anybody may have written: a notebook comes out, or one line that says why not."""

from __future__ import annotations

import warnings
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import harmless
from autograder.classroom.layout import Classroom

LARGEST = 20 * 2**20  # bytes; a TP with all its pictures has less than one million


class Unreadable(Exception):
    """The submission is no notebook; the message says why."""


def submission(classroom: Classroom, tp: str, student: str) -> tuple[NotebookNode, list[str]]:
    """The notebook that a student handed in, and what is odd about it. Unreadable if there is none to read."""
    folder = classroom.submitted(tp, student)
    path = folder / f"{tp}.ipynb"
    found: list[str] = []
    if harmless.line(student) != student or student[0] in "-." or set(student) & set('<>&"`'):
        raise Unreadable("the name of its folder is no student's: rename the folder")
    if folder.resolve() != (classroom.root / "submitted").resolve() / student / tp:
        raise Unreadable("its folder is a link to another place")
    if not path.is_file():
        others = sorted(p for p in folder.rglob("*.ipynb") if p.is_file() and ".ipynb_checkpoints" not in p.parts)
        if len(others) != 1:
            raise Unreadable(f"{tp}.ipynb is missing")
        path = others[0]
        found.append(
            f"The notebook was called {harmless.line(str(path.relative_to(folder)))[:100]}; it is graded as {tp}.ipynb."
        )
    if path.is_symlink() or not path.resolve().is_relative_to(folder.resolve()):
        raise Unreadable("the notebook is a link to another place")
    return read(path), found


def read(path: Path) -> NotebookNode:
    """Read a notebook in the current format. Unreadable, with the reason, if that cannot be done."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST // 2**20} MB")
        with warnings.catch_warnings(action="ignore"):  # `rebuild` can do without good cell ids
            notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        if not all(isinstance(cell, dict) and "cell_type" in cell for cell in notebook.cells):
            raise ValueError("its cells are broken")
    except RecursionError:
        raise Unreadable("the notebook cannot be read: it is nested too deeply") from None
    except Exception as error:  # anything can be in a file that a student made; all of it means the same
        raise Unreadable(f"{path.name} cannot be read: {harmless.line(str(error))[:200]}") from None
    return notebook
