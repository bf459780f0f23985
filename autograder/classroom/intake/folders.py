"""What lies in a student's folder, and what lies in `submitted/` where nobody looks."""

from __future__ import annotations

import contextlib
import difflib
import itertools
import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder.classroom.intake.recover import plain
from autograder.classroom.layout import Classroom

DEEPEST, LONGEST_PATH = 20, 4000  # levels of folders that are looked into, bytes of a path
MOST_ASKED = 100  # files of a folder whose names are asked for its TP
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
    known = _notebooks(classroom.root / "release") or {tp: {tp}}
    told = []
    for entry in _seen(submitted):
        name = plain(entry.name)
        if student is not None and entry.name != student:
            continue
        if not entry.is_dir():
            told.append(f"submitted/{name} lies in no student's folder: {_move(entry, '<student>', known)}")
            continue
        for inner in _seen(entry):
            if inner.is_dir() and inner.name in known:
                continue
            if inner.is_dir() and next(files(inner), None) is None:
                continue
            told.append(f"submitted/{name}/{plain(inner.name)} was not looked at: {_what_to_do(entry, inner, known)}")
    return told


def _notebooks(release: Path) -> dict[str, set[str]]:
    """By TP that is released: its name and those of its notebooks, in small letters."""
    return {
        folder.name: {folder.name.lower(), *(path.stem.lower() for path in folder.glob("*.ipynb"))}
        for folder in _seen(release)
        if folder.is_dir()
    }


def _what_to_do(entry: Path, inner: Path, known: Mapping[str, set[str]]) -> str:
    name = plain(entry.name)
    if entry.name.lower() in {one.lower() for one in known}:
        return f"the folder of a student comes first, then that of the TP: submitted/<student>/{name}/"
    if not inner.is_dir():
        return _move(inner, name if "_" not in name and " " not in name else "<student>", known)
    lower = {one.lower(): one for one in known}
    if near := difflib.get_close_matches(inner.name.lower(), lower, n=1, cutoff=0.75):
        return f"rename the folder to {lower[near[0]]}"
    of = {_belongs_to(path, known) for path in itertools.islice(files(inner), MOST_ASKED)} - {None}
    tp = of.pop() if len(of) == 1 else _only(known)
    return f"the name of the folder is that of no TP here; if it is a hand-in, rename it to {tp or 'that of its TP'}"


def _move(file: Path, student: str, known: Mapping[str, set[str]]) -> str:
    return f"move it to submitted/{student}/{_belongs_to(file, known) or _only(known) or '<TP>'}/"


def _belongs_to(file: Path, known: Mapping[str, set[str]]) -> str | None:
    """The TP of which, or of a notebook of which, a file's name holds the name; of several the longest."""
    name = file.name.lower()
    found = [(len(one), tp) for tp, names in known.items() for one in names if re.search(_alone(one), name)]
    return max(found)[1] if found else None


def _alone(name: str) -> str:
    """A pattern for a name that is no part of a longer word."""
    return rf"(?<![^\W_]){re.escape(name)}(?![^\W_])"


def _only(known: Mapping[str, set[str]]) -> str | None:
    return next(iter(known)) if len(known) == 1 else None


def _seen(folder: Path) -> list[Path]:
    with contextlib.suppress(OSError):
        return sorted(path for path in folder.iterdir() if not path.name.startswith(HIDDEN))
    return []
