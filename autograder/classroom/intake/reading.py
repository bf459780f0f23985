"""Find and read what a student handed in: a notebook and what was odd about it, or one line that says why not."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder import harmless
from autograder.classroom.intake.folders import ARCHIVES, OF_NBGRADER, files
from autograder.classroom.intake.rebuild import solutions
from autograder.classroom.intake.recover import plain, recover
from autograder.classroom.intake.without_outputs import LARGEST_FILE, without_outputs
from autograder.classroom.layout import Classroom, is_name_of_a_student

LARGEST = 20 * 2**20  # bytes of all notebooks that are looked at; a TP with all its pictures has less than one million
MOST_NOTEBOOKS = 20  # that are looked at where a student handed in several
AT_ONCE = 2.0  # seconds between two edits that may as well be two copies of a folder
PERHAPS = (".json", ".txt", "")  # endings of files that may be a notebook if there is no other


class Unreadable(Exception):
    """The submission is no notebook; the message says why."""


@dataclass(frozen=True, eq=False)
class _Found:
    """One notebook of a student's folder: its name there, its cells, what was odd, when it was edited."""

    name: str
    notebook: NotebookNode
    told: list[str]
    edited: float

    @property
    def number(self) -> int:
        """The number that a browser puts into the name of a later download: 2 for `optimizers (2).ipynb`."""
        found = re.search(r"\((\d{1,4})\)\.ipynb", self.name)
        return int(found[1]) if found else 0


def submission(
    classroom: Classroom, assignment: str, student: str, release: Mapping[str, NotebookNode]
) -> tuple[dict[str, NotebookNode], list[str]]:
    """The notebooks that a student handed in, by the names of the released ones, and what is odd about them.

    Unreadable if there is none to read. Of several that hold solutions of one released notebook, the last edit counts;
    what has the name of another released notebook is that one.
    """
    folder = classroom.submitted(assignment, student)
    if not is_name_of_a_student(student):
        raise Unreadable("the name of its folder is no student's: rename the folder")
    if folder.resolve() != (classroom.root / "submitted").resolve() / student / assignment:
        raise Unreadable("its folder is a link to another place")
    wanted = [folder / f"{name}.ipynb" for name in release]
    paths = sorted(notebooks_in(classroom, assignment, folder), key=lambda path: (path not in wanted, str(path)))
    found: list[_Found] = []
    told: list[str] = []
    left = LARGEST
    for path in paths[:MOST_NOTEBOOKS]:
        try:
            notebook, odd, size = salvage(path, left)
            left -= size
            found.append(_Found(plain(path.relative_to(folder)), notebook, odd, path.stat().st_mtime))
        except Unreadable as error:
            told.append(f"{error}.")
    if len(paths) > MOST_NOTEBOOKS:
        told.append(f"There were {len(paths)} notebooks; the first {MOST_NOTEBOOKS} were looked at.")
    if not found:
        raise Unreadable(told[0].removesuffix(".") if told else _nothing(folder, next(iter(release))))
    notebooks: dict[str, NotebookNode] = {}
    unused = dict.fromkeys(found)  # by any of the released notebooks
    names = {f"{name}.ipynb" for name in release}
    for name, released in release.items():
        there = [one for one in found if one.name == f"{name}.ipynb" or one.name not in names]
        versions = _versions(released, there) if len(found) > 1 or len(release) > 1 else {}
        chosen = _chosen(name, there, versions, alone=len(release) == 1)
        if chosen is None:
            told.append(f"{name}.ipynb was not handed in; it counts as not written.")
            continue
        notebooks[name] = chosen.notebook
        for one in (chosen, *versions):
            unused.pop(one, None)
        told += _said(name, chosen, found if len(release) == 1 else _others(chosen, versions), versions)
        told += chosen.told if len(release) == 1 else [f"{name}.ipynb: {line}" for line in chosen.told]
    if unused and len(release) > 1:
        told.append(f"Not graded, as it holds no solution: {', '.join(one.name for one in unused)}.")
    if not notebooks:
        raise Unreadable(f"{next(iter(release))}.ipynb is missing (there: {found[0].name})")
    return notebooks, told


def _versions(released: NotebookNode, found: list[_Found]) -> dict[_Found, dict[str, str]]:
    """The notebooks that hold solutions of a released one, with these."""
    written = {one: solutions(one.notebook, released) for one in found}
    return {one: solved for one, solved in written.items() if solved}


def _chosen(name: str, found: list[_Found], versions: Mapping[_Found, dict[str, str]], alone: bool) -> _Found | None:
    """The notebook that is graded as `name`: the last edit of those that hold solutions of it.

    What was edited at the same time is told apart by the number of the download, the right name, and what it holds.
    Where one notebook was released (`alone`), another one without solutions will do if there is none.
    """
    if not versions:
        right = [one for one in found if one.name == f"{name}.ipynb"]
        return next(iter(right or (found if alone else [])), None)
    most = max(map(len, versions.values()))
    whole = [one for one, solved in versions.items() if 2 * len(solved) >= most]  # others are scratch paper
    last = max(one.edited for one in whole)
    tied = [one for one in whole if last - one.edited <= AT_ONCE]
    return max(tied, key=lambda one: (one.number, one.name == f"{name}.ipynb", len(versions[one]), one.edited))


def _others(chosen: _Found, versions: Mapping[_Found, dict[str, str]]) -> list[_Found]:
    """The chosen one, and the versions that hold other solutions."""
    return [one for one, solved in versions.items() if one is chosen or solved != versions[chosen]] or [chosen]


def _said(name: str, chosen: _Found, there: list[_Found], versions: Mapping[_Found, dict[str, str]]) -> list[str]:
    """What is to be said of the choice: of several notebooks, or of another name."""
    if len(there) > 1:
        others = [one for one in versions if one in there and one is not chosen]
        if not others:
            why = "no other holds solutions"
        elif all(chosen.edited - one.edited > AT_ONCE for one in others):
            why = "it was edited last"
        elif all(chosen.number > one.number for one in others):
            why = "its number is the highest"
        else:
            why = "of those that were edited last it has the right name, or holds most"
        names = ", ".join(one.name for one in there if one is not chosen)
        return [f"Of {len(there)} notebooks {chosen.name} is graded: {why}. Not graded: {names}."]
    if chosen.name != f"{name}.ipynb":
        return [f"The notebook was called {chosen.name}; it is graded as {name}.ipynb."]
    return []


def salvage(path: Path, most: int = LARGEST) -> tuple[NotebookNode, list[str], int]:
    """The cells of a student's file, what was wrong with it, and how many of `most` bytes it had without its largest
    outputs. Unreadable if there are no cells.
    """
    name = plain(path.name)
    if path.is_symlink():
        raise Unreadable(f"{name} is a link to another place")
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise ValueError(f"it is larger than {LARGEST_FILE // 2**20} MB")
        data = path.read_bytes() if size <= most else without_outputs(path, most)
        if data is None:
            raise ValueError(
                f"it is larger than {LARGEST // 2**20} MB without its outputs and pictures, or those before it are"
            )
        notebook, told = recover(data)
        if size > most:
            told.append(f"The file had {size // 2**20} MB; its largest outputs and pictures were not read.")
        return notebook, told, len(data)
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


def notebooks_in(classroom: Classroom, assignment: str, folder: Path) -> list[Path]:
    """The files that may be notebooks: by their names, or, if there are none, by what they hold."""
    there = list(files(folder))
    named = [path for path in there if ".ipynb" in path.name.lower() and not path.name.lower().endswith(ARCHIVES)]
    if named:
        return named
    released = {path.name for path in classroom.released(assignment).iterdir()}
    return [p for p in there if p.suffix.lower() in PERHAPS and p.name not in released and _holds_cells(p)]


def _holds_cells(path: Path) -> bool:
    """Whether a file begins as a notebook does."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        begin = file.read(2**16).decode("utf-8", "replace").lstrip("\ufeff \r\n\t")
    return begin.startswith("{") and bool(re.search(r'"(cells|worksheets|nbformat)"\s*:', begin))


def _nothing(folder: Path, tp: str) -> str:
    others = sorted(plain(path.name) for path in files(folder) if path.name not in OF_NBGRADER)
    archives = [name for name in others if name.lower().endswith(ARCHIVES)]
    if archives:
        return f"{tp}.ipynb is missing; {archives[0]} is an archive, unpack it there"
    return f"{tp}.ipynb is missing{f' (there: {others[0]})' if others else ''}"
