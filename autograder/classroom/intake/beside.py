"""Files that a student handed in beside the notebook: modules and data that it needs, carried along within limits."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Set
from pathlib import Path, PurePosixPath

from autograder.classroom.intake.folders import files
from autograder.classroom.intake.recover import plain

MOST, LARGEST = 50, 5 * 2**20  # files, bytes of all of them
LONGEST_NAME = 200  # characters
NO_FILES = (".ipynb", ".ipynb.txt", ".ipynb.json", ".zip", ".gz", ".tgz", ".tar", ".7z", ".rar", ".xz", ".pyc")
OWN = {"timestamp.txt", "submission_secret.txt"}  # of nbgrader's
TAKEN = sys.stdlib_module_names | {"course", "autograder"}  # names of modules that stay what they are


def beside(folder: Path, released: Mapping[str, bytes], names: Set[str]) -> tuple[dict[str, bytes], list[str]]:
    """The student's own files by their paths, and what is to be said: which are left out, and which have no effect.

    released: the files that come with the release, which stay as they are. names: of all that lies in the release.
    """
    found: dict[str, bytes] = {}
    told: list[str] = []
    left = LARGEST
    for path in sorted(_candidates(folder)):
        name = path.relative_to(folder).as_posix()
        shown = plain(name)
        if name in released or name in names:
            if name in released and _differs(path, released[name]):
                told.append(f"{shown} had been changed; the one that was handed out is used.")
            continue
        size = path.stat().st_size
        if path.is_symlink() or len(found) == MOST or size > left or len(name) > LONGEST_NAME:
            reason = "it is a link" if path.is_symlink() else f"at most {MOST} files, {LARGEST // 2**20} MB, are"
            told.append(f"{shown} was not carried along: {reason}.")
            continue
        module = PurePosixPath(name).parts[0].removesuffix(".py")
        if name.endswith(".py") and module in TAKEN:
            told.append(
                f"{shown} has no effect: `import {module}` is Python's own or the course's. Give it another name."
            )
        found[name] = path.read_bytes()
        left -= size
    return found, told


def _candidates(folder: Path) -> Iterator[Path]:
    for path in files(folder):
        if path.name not in OWN and not path.name.lower().endswith(NO_FILES) and "__pycache__" not in path.parts:
            yield path


def _differs(path: Path, content: bytes) -> bool:
    return path.is_symlink() or path.stat().st_size != len(content) or path.read_bytes() != content
