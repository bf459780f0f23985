"""What lies in a student's folder, and what lies in `submitted/` where nobody looks."""

from __future__ import annotations

import contextlib
import difflib
import os
from collections.abc import Iterator
from pathlib import Path

from autograder.classroom.intake.recover import plain
from autograder.classroom.layout import Classroom

DEEPEST, LONGEST_PATH = 20, 4000  # levels of folders that are looked into, bytes of a path
HIDDEN = (".", "__MACOSX")
ARCHIVES = (".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".xz")
OF_NBGRADER = {"timestamp.txt", "submission_secret.txt"}  # what its exchange puts beside a hand-in


def files(folder: Path) -> Iterator[Path]:
    """The files in a folder and below it, and links, which are not followed; nothing hidden, too deep or too long."""
    below = [(str(folder), 0)]
    while below:
        place, depth = below.pop()
        with contextlib.suppress(OSError), os.scandir(place) as entries:
            for entry in entries:
                if entry.name.startswith(HIDDEN) or len(os.fsencode(entry.path)) > LONGEST_PATH:
                    continue
                if entry.is_symlink() or entry.is_file():
                    yield Path(entry.path)
                elif entry.is_dir() and depth < DEEPEST:
                    below.append((entry.path, depth + 1))


def not_looked_at(classroom: Classroom, tp: str, student: str | None = None) -> list[str]:
    """What lies in `submitted/` and is no submission of any assignment, one line each: what it is, and what to do.

    With a student, what lies in that student's folder.
    """
    submitted = classroom.root / "submitted"
    release = classroom.root / "release"
    known = {path.name for path in release.iterdir() if path.is_dir()} if release.is_dir() else {tp}
    told = []
    for entry in _seen(submitted):
        name = plain(entry.name)
        if student is not None and entry.name != student:
            continue
        if not entry.is_dir():
            told.append(f"submitted/{name} lies in no student's folder: move it to submitted/<student>/{tp}/")
            continue
        for inner in _seen(entry):
            if inner.is_dir() and inner.name in known:
                continue
            if inner.is_dir() and next(files(inner), None) is None:
                continue
            told.append(
                f"submitted/{name}/{plain(inner.name)} was not looked at: {_what_to_do(entry, inner, tp, known)}"
            )
    return told


def _what_to_do(entry: Path, inner: Path, tp: str, known: set[str]) -> str:
    name = plain(entry.name)
    if entry.name.lower() in {one.lower() for one in known}:
        return f"the folder of a student comes first, then that of the TP: submitted/<student>/{name}/"
    lower = {one.lower(): one for one in known}
    near = difflib.get_close_matches(inner.name.lower(), lower, n=1, cutoff=0.75) if inner.is_dir() else []
    if near:
        return f"rename the folder to {lower[near[0]]}"
    if inner.is_dir():
        return f"the name of the folder is that of no TP here; if it is a hand-in, rename it to {tp}"
    student = name if "_" not in name and " " not in name else "<student>"
    return f"move it to submitted/{student}/{tp}/"


def _seen(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return sorted(path for path in folder.iterdir() if not path.name.startswith(HIDDEN))
    return []
