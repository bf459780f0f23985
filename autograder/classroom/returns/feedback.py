"""Feedback for a class: pages are written in several processes, and only those that are not up to date.

nbgrader takes longer to load than a class takes to look through: it is loaded only if a file has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.classroom.grading.versions import grader_version
from autograder.classroom.layout import Classroom, write
from autograder.faults import WrongUsage

if TYPE_CHECKING:
    from autograder.classroom.grading.gradebook import OfNotebook

TEMPLATES = Path(__file__).parent / "templates"
AT_A_TIME = 100  # at most; submissions whose pages are written with one exporter, whose templates are compiled once


def feedback(classroom: Classroom, tp: str, student: str | None = None, workers: int | None = None) -> list[Path]:
    """Write the pages that are not up to date; returns all. `workers` processes, one per core if not given.

    A page depends on the autograded notebook, what the gradebook says of it, the configuration, and the grader.
    WrongUsage if there is nothing to write one from, with the reason.
    """
    names = classroom.submissions(tp, student)
    pages = [page for name in names for page in _pages(classroom, tp, name)]
    if pages and _unchanged(classroom, tp, names, pages):
        return pages
    from autograder.classroom.grading.gradebook import file_of, opened, shown_on_pages

    with opened(classroom) as gradebook:
        database = file_of(gradebook)
        # Before it is asked: what is entered meanwhile makes the pages old.
        before = _files(classroom, tp, names, database) if database else ""
        known = shown_on_pages(gradebook, tp)
    autograded = classroom.root / "autograded"
    graded = [name for name in names if name in known and any((autograded / name / tp).glob("*.ipynb"))]
    if not graded:
        raise WrongUsage(_why_none(classroom, tp, names, student))
    states = _states(classroom, tp, {name: known[name] for name in graded})
    old = {name: known[name] for name in graded if not _up_to_date(classroom, tp, name, states[name])}
    if old:
        _renew(classroom, tp, old, states, workers or os.cpu_count() or 1)
    pages = [page for name in graded for page in _pages(classroom, tp, name)]
    if database and student is None:
        note = {"gradebook": str(database), "state": _with_pages(before, pages)}
        write(_class_file(classroom, tp), json.dumps(note))
    return pages


def shown_with(classroom: Classroom, tp: str) -> dict[str, str]:
    """What the pages of a TP show below the notebook: solutions in Markdown, by title. None if it was built without."""
    try:
        return dict(json.loads(classroom.solutions(tp).read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {}


def _why_none(classroom: Classroom, tp: str, names: Sequence[str], student: str | None) -> str:
    from autograder.classroom.grading.results import UNREADABLE, kept

    results = [kept(classroom, tp, name) for name in names]
    unreadable = [result for result in results if result is not None and result.status == UNREADABLE]
    if unreadable:
        why = " ".join(unreadable[0].repairs)
        return f"there is nothing to write a page from; {unreadable[0].student}: {why}"
    return f"nothing is graded yet{f' for {student}' if student else ''}: run `tp grade {tp}` first"


def _unchanged(classroom: Classroom, tp: str, names: Sequence[str], pages: Sequence[Path]) -> bool:
    """Whether no file has changed, the gradebook's included, since these pages were found to be those of all of these
    students. Never if the gradebook is no file.
    """
    try:
        note = json.loads(_class_file(classroom, tp).read_text(encoding="utf-8"))
        now = _files(classroom, tp, names, Path(note["gradebook"]))
        return bool(note["state"] == _with_pages(now, pages))
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _files(classroom: Classroom, tp: str, names: Sequence[str], database: Path) -> str:
    """A digest of all files on which the pages of these students depend."""
    digest = hashlib.sha256(json.dumps([_common(classroom, tp), *names]).encode() + database.read_bytes())
    for name in names:
        digest.update(_of_student(classroom, tp, name))
    return digest.hexdigest()


def _with_pages(state: str, pages: Sequence[Path]) -> str:
    return hashlib.sha256(json.dumps([state, *map(str, pages)]).encode()).hexdigest()


def _class_file(classroom: Classroom, tp: str) -> Path:
    return classroom.own / "feedback" / f"{tp}.json"


def _renew(
    classroom: Classroom,
    tp: str,
    old: Mapping[str, dict[str, OfNotebook]],
    states: Mapping[str, str],
    workers: int,
) -> None:
    """Write pages, and then of which state they are."""
    from autograder.classroom.returns.page import write_pages
    from autograder.processes import in_processes

    def written(students: list[str]) -> None:
        write_pages(classroom, tp, {name: old[name] for name in students})
        for name in students:
            write(_state_file(classroom, tp, name), json.dumps({"state": states[name]}))

    names = list(old)
    size = min(AT_A_TIME, -(-len(names) // workers))
    chunks = [names[start : start + size] for start in range(0, len(names), size)]
    for _ in in_processes(written, chunks, workers, f"{tp}: feedback"):
        pass


def _pages(classroom: Classroom, tp: str, student: str) -> list[Path]:
    return sorted((classroom.root / "feedback" / student / tp).glob("*.html"))


def _state_file(classroom: Classroom, tp: str, student: str) -> Path:
    return classroom.own / "feedback" / tp / f"{student}.json"


def _up_to_date(classroom: Classroom, tp: str, student: str, state: str) -> bool:
    """Whether the pages that are there were written from this state, one for each notebook."""
    notebooks = {path.stem for path in (classroom.root / "autograded" / student / tp).glob("*.ipynb")}
    if notebooks != {page.stem for page in _pages(classroom, tp, student)}:
        return False
    try:
        return bool(json.loads(_state_file(classroom, tp, student).read_text(encoding="utf-8"))["state"] == state)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _states(classroom: Classroom, tp: str, known: Mapping[str, dict[str, OfNotebook]]) -> dict[str, str]:
    """By student, a digest of all that the pages depend on."""
    common, states = _common(classroom, tp), {}
    for student, notebooks in known.items():
        marks = {name: asdict(notebook) for name, notebook in notebooks.items()}
        digest = hashlib.sha256(json.dumps([common, marks], sort_keys=True).encode())
        digest.update(_of_student(classroom, tp, student))
        states[student] = digest.hexdigest()
    return states


def _common(classroom: Classroom, tp: str) -> list[str]:
    """What all pages of a TP depend on."""
    ours = [path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.iterdir()) if path.is_file()]
    ours.append((classroom.root / "nbgrader_config.py").read_text(encoding="utf-8"))
    ours.append(json.dumps(shown_with(classroom, tp)))
    return [grader_version(), *ours, *(version(name) for name in ("nbgrader", "nbconvert", "jinja2"))]


def _of_student(classroom: Classroom, tp: str, student: str) -> bytes:
    """A digest of a student's autograded files, and of what is noted beside marks of people."""
    digest, folder = hashlib.sha256(), classroom.root / "autograded" / student / tp
    marked = classroom.marked(tp, student)
    digest.update(marked.read_bytes() if marked.is_file() else b"")
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_file():
            digest.update(f"{path.name}\0".encode() + path.read_bytes())
    return digest.digest()
