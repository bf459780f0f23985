"""Find and read what a student handed in: a notebook and what was odd about it, or one line that says why not."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import harmless
from autograder.classroom.layout import Classroom
from autograder.classroom.rebuild import rebuild, written
from autograder.classroom.recover import plain, recover

LARGEST = 20 * 2**20  # bytes of all notebooks that are looked at; a TP with all its pictures has less than one million
MOST_NOTEBOOKS = 20  # that are looked at where a student handed in several
DEEPEST, LONGEST_PATH = 20, 4000  # levels of folders that are looked into, bytes of a path
ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".xz")


class Unreadable(Exception):
    """The submission is no notebook; the message says why."""


def submission(classroom: Classroom, tp: str, student: str, release: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The notebook that a student handed in, and what is odd about it. Unreadable if there is none to read.

    Of several it is the one with most of the release's solutions written; of equals, the one with the TP's name.
    """
    folder = classroom.submitted(tp, student)
    if harmless.line(student) != student or student[0] in "-.=+@" or set(student) & set('<>&"`'):
        raise Unreadable("the name of its folder is no student's: rename the folder")
    if folder.resolve() != (classroom.root / "submitted").resolve() / student / tp:
        raise Unreadable("its folder is a link to another place")
    paths = sorted(_notebooks(folder), key=lambda path: (path != folder / f"{tp}.ipynb", str(path)))[:MOST_NOTEBOOKS]
    found: list[tuple[Path, NotebookNode, list[str]]] = []
    reasons: list[str] = []
    left = LARGEST
    for path in paths:
        try:
            notebook, told = salvage(path, left)
            left -= path.stat().st_size
            found.append((path, notebook, told))
        except Unreadable as error:
            reasons.append(str(error))
    if not found:
        raise Unreadable(reasons[0] if reasons else _nothing(folder, tp))
    best = found[0]
    if len(found) > 1:
        best = max(found, key=lambda one: written(rebuild(one[1], release)[0], release))  # the first of equals
    path, notebook, told = best
    name = plain(path.relative_to(folder))
    if len(paths) > 1:
        told.insert(0, f"Of {len(paths)} notebooks {name} is graded: no other holds more of the TP.")
    elif name != f"{tp}.ipynb":
        told.insert(0, f"The notebook was called {name}; it is graded as {tp}.ipynb.")
    return notebook, told


def salvage(path: Path, most: int = LARGEST) -> tuple[NotebookNode, list[str]]:
    """The cells of a student's file, of `most` bytes, and what was wrong with it. Unreadable if there are none."""
    name = plain(path.name)
    if path.is_symlink():
        raise Unreadable(f"{name} is a link to another place")
    try:
        if path.stat().st_size > most:
            raise ValueError(f"it is larger than {LARGEST // 2**20} MB, or those before it are")
        return recover(path.read_bytes())
    except RecursionError:
        raise Unreadable(f"{name} cannot be read: it is nested too deeply") from None
    except Exception as error:  # anything can be in a file that a student made; all of it means the same
        raise Unreadable(f"{name} cannot be read: {plain(' '.join(str(error).split()), 200)}") from None


def read(path: Path) -> NotebookNode:
    """Read one of the classroom's own notebooks. Unreadable, with the reason, if that cannot be done."""
    try:
        with warnings.catch_warnings(action="ignore"):
            notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        if not all(isinstance(cell, dict) and "cell_type" in cell for cell in notebook.cells):
            raise ValueError("its cells are broken")
    except RecursionError:
        raise Unreadable("the notebook cannot be read: it is nested too deeply") from None
    except Exception as error:  # anything can be in a file that a student made; all of it means the same
        raise Unreadable(f"{path.name} cannot be read: {harmless.line(str(error))[:200]}") from None
    return notebook


def _files(folder: Path) -> Iterator[Path]:
    """The files in a folder and below it, and links, which are not followed; nothing hidden, too deep or too long."""
    below = [(str(folder), 0)]
    while below:
        place, depth = below.pop()
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if entry.name.startswith((".", "__MACOSX")) or len(os.fsencode(entry.path)) > LONGEST_PATH:
                    continue
                if entry.is_symlink() or entry.is_file():
                    yield Path(entry.path)
                elif entry.is_dir() and depth < DEEPEST:
                    below.append((entry.path, depth + 1))


def _notebooks(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if path.suffix == ".ipynb"]


def _nothing(folder: Path, tp: str) -> str:
    others = sorted(plain(path.name) for path in _files(folder))
    others = [name for name in others if name != "timestamp.txt"]
    archives = [name for name in others if name.lower().endswith(ARCHIVES)]
    if archives:
        return f"{tp}.ipynb is missing; {archives[0]} is an archive, unpack it there"
    return f"{tp}.ipynb is missing{f' (there: {others[0]})' if others else ''}"
