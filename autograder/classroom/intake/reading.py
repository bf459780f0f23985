"""Find and read what a student handed in: a notebook and what was odd about it, or one line that says why not."""

from __future__ import annotations

import contextlib
import os
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import harmless
from autograder.classroom.intake.rebuild import rebuild, written
from autograder.classroom.intake.recover import plain, recover
from autograder.classroom.layout import Classroom, is_name_of_a_student

LARGEST = 20 * 2**20  # bytes of all notebooks that are looked at; a TP with all its pictures has less than one million
MOST_NOTEBOOKS = 20  # that are looked at where a student handed in several
DEEPEST, LONGEST_PATH = 20, 4000  # levels of folders that are looked into, bytes of a path
ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".xz")


class Unreadable(Exception):
    """The submission is no notebook; the message says why."""


Found = tuple[Path, NotebookNode, list[str]]


def submission(
    classroom: Classroom, assignment: str, student: str, release: Mapping[str, NotebookNode]
) -> tuple[dict[str, NotebookNode], list[str]]:
    """The notebooks that a student handed in, by the names of the released ones, and what is odd about them.

    Unreadable if there is none to read. Where one notebook was released and several were handed in, it is the one with
    most of the release's solutions written; of equals, the one with the right name.
    """
    folder = classroom.submitted(assignment, student)
    if not is_name_of_a_student(student):
        raise Unreadable("the name of its folder is no student's: rename the folder")
    if folder.resolve() != (classroom.root / "submitted").resolve() / student / assignment:
        raise Unreadable("its folder is a link to another place")
    wanted = [folder / f"{name}.ipynb" for name in release]
    paths = sorted(_notebooks(folder), key=lambda path: (path not in wanted, str(path)))[:MOST_NOTEBOOKS]
    found: list[Found] = []
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
        raise Unreadable(reasons[0] if reasons else _nothing(folder, next(iter(release))))
    if len(release) > 1:
        notebooks, told = _each(folder, found, release)
        return notebooks, [*(f"{reason}." for reason in reasons), *told]
    ((name, released),) = release.items()
    path, notebook, told = _fullest(found, released)
    handed_in = plain(path.relative_to(folder))
    if len(paths) > 1:
        told.insert(0, f"Of {len(paths)} notebooks {handed_in} is graded: no other holds more of the TP.")
    elif handed_in != f"{name}.ipynb":
        told.insert(0, f"The notebook was called {handed_in}; it is graded as {name}.ipynb.")
    return {name: notebook}, told


def _fullest(found: list[Found], released: NotebookNode) -> Found:
    """The one with most solutions written; the first of equals."""
    if len(found) == 1:
        return found[0]
    return max(found, key=lambda one: written(rebuild(one[1], released)[0], released))


def _each(
    folder: Path, found: list[Found], release: Mapping[str, NotebookNode]
) -> tuple[dict[str, NotebookNode], list[str]]:
    """For each released notebook the one with its name, or else the one that holds most of it."""
    notebooks: dict[str, NotebookNode] = {}
    told: list[str] = []
    spare = {path: one for path, *_ in found for one in found if one[0] == path}
    for name in release:
        if one := spare.pop(folder / f"{name}.ipynb", None):
            notebooks[name] = one[1]
            told += [f"{name}.ipynb: {line}" for line in one[2]]
    for name, released in release.items():
        if name in notebooks:
            continue
        best = _fullest(list(spare.values()), released) if spare else None
        if best is None or not written(rebuild(best[1], released)[0], released):
            told.append(f"{name}.ipynb was not handed in; it counts as not written.")
            continue
        del spare[best[0]]
        notebooks[name] = best[1]
        told += [f"The notebook {plain(best[0].relative_to(folder))} is graded as {name}.ipynb.", *best[2]]
    if not notebooks:
        raise Unreadable(f"{next(iter(release))}.ipynb is missing (there: {plain(found[0][0].name)})")
    return notebooks, told


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
    """Read one of the classroom's own notebooks; in an older format its cells get ids. Unreadable, with the reason, if
    that cannot be done.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            notebook = nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)
        if not all(isinstance(cell, dict) and "cell_type" in cell for cell in notebook.cells):
            raise ValueError("its cells are broken")
        _give_ids(notebook)
    except RecursionError:
        raise Unreadable("the notebook cannot be read: it is nested too deeply") from None
    except Exception as error:  # anything can be in a file that a student made; all of it means the same
        raise Unreadable(f"{path.name} cannot be read: {harmless.line(str(error))[:200]}") from None
    return notebook


def _give_ids(notebook: NotebookNode) -> None:
    """Bring a notebook of format 4 to 4.5, in which each cell has an id; the same ids every time."""
    if notebook.nbformat_minor < 5:
        notebook.nbformat_minor = 5
        for number, cell in enumerate(notebook.cells):
            cell.setdefault("id", f"cell-{number}")


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
