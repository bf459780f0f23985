"""Files that a student handed in beside the notebook: modules and data that it needs, carried along within limits."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Set
from pathlib import Path, PurePosixPath

from autograder.classroom.intake.folders import ARCHIVES, OF_NBGRADER, files
from autograder.classroom.intake.recover import plain

MOST, LARGEST = 50, 5 * 2**20  # files, bytes of all of them
LONGEST_NAME = 200  # characters
IN_THE_WAY = "something of this name was handed out"
TAKEN = sys.stdlib_module_names | {"course", "autograder"}  # names of modules that stay what they are


def carried(folder: Path, released: Mapping[str, bytes], taken: Set[str]) -> tuple[dict[str, bytes], list[str]]:
    """The student's own files by their paths, and what is to be said: which are left out, and which have no effect.

    released: the files that come with the release, which stay as they are. taken: the names of all files in its folder.
    """
    found: dict[str, bytes] = {}
    told: list[str] = []
    left = LARGEST
    for path in sorted(_candidates(folder)):
        name = PurePosixPath(path.relative_to(folder))
        shown = plain(name)
        try:
            if str(name) in released or str(name) in taken:
                if _changed(path, released.get(str(name))):
                    told.append(f"{shown} had been changed; the one that was handed out is used.")
                continue
            in_the_way = name.parts[0] in taken or _in_the_way(name, released)
            if reason := IN_THE_WAY if in_the_way else _left_out(path, name, len(found), left):
                told.append(f"{shown} was not carried along: {reason}.")
                continue
            found[str(name)] = path.read_bytes()
        except OSError as error:
            told.append(f"{shown} cannot be read: {error.strerror}.")
            continue
        left -= len(found[str(name)])
        module = name.parts[0].removesuffix(".py")
        if name.suffix == ".py" and module in TAKEN:
            told.append(f"{shown} has no effect: Python or the course has a module {module}. Give it another name.")
    return found, told


def _candidates(folder: Path) -> Iterator[Path]:
    for path in files(folder):
        name = path.name.lower()
        if path.name not in OF_NBGRADER and ".ipynb" not in name and not name.endswith(".pyc"):
            yield path


def _changed(path: Path, content: bytes | None) -> bool:
    if content is None:
        return False
    return path.is_symlink() or path.stat().st_size != len(content) or path.read_bytes() != content


def _in_the_way(name: PurePosixPath, released: Mapping[str, bytes]) -> bool:
    """Whether a file would lie where the release has a folder, or below one of its files."""
    return any(str(parent) in released for parent in name.parents) or any(
        PurePosixPath(other).is_relative_to(name) for other in released
    )


def _left_out(path: Path, name: PurePosixPath, count: int, left: int) -> str:
    """Why a file stays behind, if it does."""
    if path.is_symlink():
        return "it is a link"
    if name.suffix.lower() in ARCHIVES:
        return "it is an archive, unpack it there"
    if len(str(name)) > LONGEST_NAME:
        return f"its path has more than {LONGEST_NAME} characters"
    if count == MOST or path.stat().st_size > left:
        return f"at most {MOST} files are, of {LARGEST // 2**20} MB together"
    return ""
