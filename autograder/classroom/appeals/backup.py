"""A classroom as one file, its secret and its gradebook included, and the classroom that such a file brings back."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import shutil
import sqlite3
import stat
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import course
from autograder.classroom.grading import gradebook as books
from autograder.classroom.layout import Classroom
from autograder.faults import Fault, WrongUsage

FORMAT = 1  # of a backup; see FORMATS.md
NOTE = "backup.json"  # the first thing in it
LONGEST = 10_000  # bytes of it
INSIDE = "classroom"
BESIDE_A_DATABASE = ("-journal", "-wal", "-shm")
DAMAGED = (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, UnicodeDecodeError, ValueError, KeyError)


@dataclass
class Written:
    """A backup: its file, how many files are in it, and in lines what is not."""

    path: Path
    files: int = 0
    told: list[str] = field(default_factory=list)


def backup(classroom: Classroom, path: Path) -> Written:
    """Write the classroom into a new file, which only its owner may read. Nobody grades meanwhile.

    A gradebook in a file is copied as one state, whoever writes to it. Links and what is no file are left out, and
    named. WrongUsage if there is such a file already, or if it would lie in the classroom.
    """
    path = path.resolve()
    if os.path.lexists(path):
        raise WrongUsage(f"{path} exists already: give another name")
    if path.is_relative_to(classroom.root):
        raise WrongUsage(f"{path} would lie in the classroom: give a place outside")
    if not path.parent.is_dir():
        raise WrongUsage(f"the folder {path.parent} does not exist: make it first")
    classroom.secret()
    written = Written(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with classroom.locked():
            beside.touch(0o600)
            with tarfile.open(beside, "w:gz", format=tarfile.PAX_FORMAT, compresslevel=6) as tar:
                _note(tar)
                _fill(tar, classroom, written)
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)
    return written


def restore(path: Path, root: Path) -> Classroom:
    """Make a classroom at `root` of a backup: all of it or nothing. WrongUsage if something lies there; Fault if the
    file is damaged or no backup."""
    if not path.is_file():
        raise WrongUsage(f"there is no backup {path}")
    if root.exists() and not (root.is_dir() and not any(root.iterdir())):
        raise WrongUsage(f"{root} is there already: move it away, or give another --classroom")
    root.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=f".{root.name}.", suffix=".part", dir=root.parent))
    try:
        with tarfile.open(path, "r:gz") as tar:
            first = tar.extractfile(tar.next() or "")
            noted = json.loads(first.read(LONGEST)) if first else None
            if not isinstance(noted, dict) or noted.get("format") != FORMAT:
                raise Fault(f"{path} is no backup that this version can read")
            tar.extractall(half, filter="data")
        restored = half / INSIDE
        Classroom.at(restored)
        if root.exists():
            root.rmdir()
        os.replace(restored, root)
    except DAMAGED as error:
        raise Fault(f"{path} is damaged, or no backup ({error}); nothing was restored") from None
    except WrongUsage:
        raise Fault(f"{path} holds no classroom; nothing was restored") from None
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return Classroom.at(root)


def _note(tar: tarfile.TarFile) -> None:
    data = json.dumps({"format": FORMAT, "course": course.__version__, "made": f"{datetime.now(UTC):%FT%TZ}"}).encode()
    member = tarfile.TarInfo(NOTE)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def _fill(tar: tarfile.TarFile, classroom: Classroom, written: Written) -> None:
    with books.opened(classroom) as gradebook:
        database = books.file_of(gradebook)
    if database is None:
        written.told.append("the gradebook is on a server and not in it: back it up there, with pg_dump for example")
    elif not database.is_relative_to(classroom.root):
        written.told.append(f"the gradebook lies outside and is not in it: {database}")
    skip = {classroom.own / "lock"} | {Path(f"{database}{ending}") for ending in BESIDE_A_DATABASE}
    for path, name in _below(classroom.root):
        if path in skip:
            continue
        kind = path.lstat().st_mode
        if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
            written.told.append(f"left out: {name} ({'a link' if stat.S_ISLNK(kind) else 'no file'})")
            continue
        written.files += stat.S_ISREG(kind)
        if path == database:
            _database(tar, path, f"{INSIDE}/{name}")
        else:
            tar.add(path, f"{INSIDE}/{name}", recursive=False)


def _below(root: Path) -> Iterator[tuple[Path, str]]:
    """All that lies in a folder, with its name from there. Links are not followed, but for those right in it: a part of
    a classroom may lie on another disk."""
    for top in sorted(root.iterdir()):
        place = top.resolve() if top.exists() else top
        yield place, top.name
        for path in sorted(place.rglob("*")) if place.is_dir() else ():
            yield path, f"{top.name}/{path.relative_to(place)}"


def _database(tar: tarfile.TarFile, path: Path, name: str) -> None:
    """Copy a SQLite file as one state, as its own means do."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / path.name
        with (
            contextlib.closing(sqlite3.connect(path, timeout=books.PATIENCE)) as source,
            contextlib.closing(sqlite3.connect(copy)) as target,
        ):
            source.backup(target)
        tar.add(copy, name)
