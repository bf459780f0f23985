"""What a student handed in, read and rebuilt. Of large files this takes long, so what came of them is kept."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from autograder.classroom.assignment import Assignment
from autograder.classroom.grading.versions import grader_version
from autograder.classroom.intake.reading import Unreadable, notebooks_in, submission
from autograder.classroom.intake.rebuild import rebuild
from autograder.classroom.layout import Classroom, write
from course.judging.scripts import Plain

LARGE = 2**20  # bytes of a student's notebooks; less is read and rebuilt in a few hundredths of a second
Rebuilt = tuple[dict[str, NotebookNode], list[str]]


def rebuilt(classroom: Classroom, assignment: Assignment, student: str) -> Rebuilt:
    """The notebooks that were handed in, rebuilt, by the released ones' names, and what was repaired. Unreadable if
    there is none.

    What came of large files is kept until they, the release or the grader's own sources change.
    """
    path = classroom.rebuilt(assignment.name, student)
    key = _key(classroom, assignment, student)
    if key is None:
        path.unlink(missing_ok=True)
        return rebuilt_anew(classroom, assignment, student)
    known = _kept(path)
    if known.get("key") != key:
        try:
            notebooks, repairs = rebuilt_anew(classroom, assignment, student)
            known = {"key": key, "notebooks": notebooks, "repairs": repairs}
        except Unreadable as error:
            known = {"key": key, "unreadable": str(error)}
        write(path, json.dumps(known))
    if "unreadable" in known:
        raise Unreadable(known["unreadable"])
    return {name: nbformat.from_dict(notebook) for name, notebook in known["notebooks"].items()}, known["repairs"]


def rebuilt_anew(classroom: Classroom, assignment: Assignment, student: str) -> Rebuilt:
    """What `rebuilt` gives, with nothing kept."""
    submitted, repairs = submission(classroom, assignment.name, student, assignment.notebooks)
    notebooks = {}
    for name, released in assignment.notebooks.items():
        if name in submitted:
            notebooks[name], told = rebuild(submitted[name], released)
            repairs += told if len(assignment.notebooks) == 1 else [f"{name}.ipynb: {line}" for line in told]
    return notebooks, repairs


def _kept(path: Path) -> Plain:
    """What is kept; nothing if that cannot be read."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return data if isinstance(data, dict) else {}
    except (OSError, ValueError):
        return {}


def _key(classroom: Classroom, assignment: Assignment, student: str) -> str | None:
    """What reading a student's files depends on, as a digest; None where nothing is kept: if they are small, cannot be
    read, or lie elsewhere."""
    folder = classroom.submitted(assignment.name, student)
    digest = hashlib.sha256(grader_version().encode())
    try:
        paths = sorted(notebooks_in(classroom, assignment.name, folder))
        if sum(path.lstat().st_size for path in paths) < LARGE or folder.resolve() != folder:
            return None
        for path in paths:
            named = [str(path.relative_to(folder)), path.is_symlink(), path.lstat().st_mtime_ns]
            digest.update(json.dumps(named).encode())
            if not path.is_symlink():
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError:
        return None
    digest.update(json.dumps(assignment.notebooks, sort_keys=True).encode())
    return digest.hexdigest()
