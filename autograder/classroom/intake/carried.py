"""Files that a student handed in beside the notebook: modules and data that it needs, carried along within limits."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Set
from pathlib import Path, PurePosixPath

from autograder.classroom.intake.folders import ARCHIVES, OF_NBGRADER, files
from autograder.classroom.intake.recover import plain
from autograder.classroom.intake.repairs import Repairs

MOST, LARGEST = 50, 5 * 2**20  # files, bytes of all of them
LONGEST_NAME = 200  # characters
Kind = tuple[str, str]
CHANGED = (
    "{} had been changed; the one that was handed out is used.",
    "{} had been changed; those that were handed out are used.",
)
IN_THE_WAY = (
    "{} was not carried along: something of this name was handed out.",
    "{} were not carried along: something of their names was handed out.",
)
LINK = "{} was not carried along: it is a link.", "{} were not carried along: they are links."
ARCHIVE = (
    "{} was not carried along: it is an archive, unpack it there.",
    "{} were not carried along: they are archives, unpack them there.",
)
LONG = (
    f"{{}} was not carried along: its path has more than {LONGEST_NAME} characters.",
    f"{{}} were not carried along: their paths have more than {LONGEST_NAME} characters.",
)
LIMITS = f"at most {MOST} files are, of {LARGEST // 2**20} MB together."
TOO_MUCH = f"{{}} was not carried along: {LIMITS}", f"{{}} were not carried along: {LIMITS}"
TAKEN = sys.stdlib_module_names | {"course", "autograder"}  # names of modules that stay what they are


def carried(folder: Path, released: Mapping[str, bytes], taken: Set[str]) -> tuple[dict[str, bytes], list[str]]:
    """The student's own files by their paths, and what is to be said: which are left out, and which have no effect.

    released: the files that come with the release, which stay as they are. taken: the names of all files in its folder.
    """
    found: dict[str, bytes] = {}
    repairs = Repairs()
    left = LARGEST
    for path in sorted(_candidates(folder)):
        name = PurePosixPath(path.relative_to(folder))
        shown = plain(name)
        try:
            if str(name) in released or str(name) in taken:
                if _changed(path, released.get(str(name))):
                    repairs.add(CHANGED, shown)
                continue
            in_the_way = name.parts[0] in taken or _in_the_way(name, released)
            if kind := IN_THE_WAY if in_the_way else _left_out(path, name, len(found), left):
                repairs.add(kind, shown)
                continue
            found[str(name)] = path.read_bytes()
        except OSError as error:
            repairs.add((f"{{}} cannot be read: {error.strerror}.",) * 2, shown)
            continue
        left -= len(found[str(name)])
        module = name.parts[0].removesuffix(".py")
        if name.suffix == ".py" and module in TAKEN:
            repairs.add(_no_effect(module), shown)
    return found, repairs.told()


def _no_effect(module: str) -> Kind:
    why = f"Python or the course has a module {module}."
    return f"{{}} has no effect: {why} Give it another name.", f"{{}} have no effect: {why} Give them other names."


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


def _left_out(path: Path, name: PurePosixPath, count: int, left: int) -> Kind | None:
    """Why a file stays behind, if it does."""
    if path.is_symlink():
        return LINK
    if name.suffix.lower() in ARCHIVES:
        return ARCHIVE
    if len(str(name)) > LONGEST_NAME:
        return LONG
    if count == MOST or path.stat().st_size > left:
        return TOO_MUCH
    return None
