"""Feedback for a class: pages are written in several processes, and only those that are not up to date."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from autograder.classroom.grading.gradebook import OfNotebook, opened, shown_on_pages
from autograder.classroom.grading.job import grader_version
from autograder.classroom.grading.results import UNREADABLE, kept
from autograder.classroom.layout import Classroom, write
from autograder.faults import WrongUsage
from autograder.processes import in_processes

TEMPLATES = Path(__file__).parent / "templates"
AT_A_TIME = 25  # submissions whose pages are written with one exporter, whose templates are compiled once


def feedback(classroom: Classroom, tp: str, student: str | None = None, workers: int | None = None) -> list[Path]:
    """Write the pages that are not up to date; returns all. `workers` processes, one per core if not given.

    A page depends on the autograded notebook, what the gradebook says of it, the configuration, and the grader.
    WrongUsage if there is nothing to write one from, with the reason.
    """
    names = classroom.submissions(tp, student)
    with opened(classroom) as gradebook:
        known = shown_on_pages(gradebook, tp)
    autograded = classroom.root / "autograded"
    graded = [name for name in names if name in known and any((autograded / name / tp).glob("*.ipynb"))]
    if not graded:
        results = [kept(classroom, tp, name) for name in names]
        unreadable = [result for result in results if result is not None and result.status == UNREADABLE]
        if unreadable:
            why = " ".join(unreadable[0].repairs)
            raise WrongUsage(f"there is nothing to write a page from; {unreadable[0].student}: {why}")
        raise WrongUsage(f"nothing is graded yet{f' for {student}' if student else ''}: run `tp grade {tp}` first")
    states = _states(classroom, tp, {name: known[name] for name in graded})
    old = {name: known[name] for name in graded if not _up_to_date(classroom, tp, name, states[name])}
    if old:
        _renew(classroom, tp, old, states, workers or os.cpu_count() or 1)
    return [page for name in graded for page in _pages(classroom, tp, name)]


def _renew(
    classroom: Classroom,
    tp: str,
    old: Mapping[str, dict[str, OfNotebook]],
    states: Mapping[str, str],
    workers: int,
) -> None:
    """Write pages, and then of which state they are."""
    from autograder.classroom.returns.page import write_pages

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
    ours = [path.read_text(encoding="utf-8") for path in sorted(TEMPLATES.iterdir()) if path.is_file()]
    ours.append((classroom.root / "nbgrader_config.py").read_text(encoding="utf-8"))
    common = [grader_version(), *ours, *(version(name) for name in ("nbgrader", "nbconvert", "jinja2"))]
    states = {}
    for student, notebooks in known.items():
        marks = {name: asdict(notebook) for name, notebook in notebooks.items()}
        digest = hashlib.sha256(json.dumps([common, marks], sort_keys=True).encode())
        for path in sorted((classroom.root / "autograded" / student / tp).iterdir()):
            if path.is_file():
                digest.update(f"{path.name}\0".encode() + path.read_bytes())
        states[student] = digest.hexdigest()
    return states
