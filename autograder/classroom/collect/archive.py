"""What lies in a zip or a folder, as entries with checked paths. Nothing is followed, run, or written outside."""

from __future__ import annotations

import contextlib
import errno
import lzma
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from autograder.classroom.intake.recover import plain
from autograder.faults import Fault, WrongUsage

MOST_ENTRIES, DEEPEST, LONGEST = 200_000, 20, 240  # entries, levels of folders, bytes of a name
HIDDEN = (".", "__MACOSX", "Thumbs.db", "desktop.ini")  # what systems put into folders
NOT_IN_NAMES = re.compile(r'[\x00-\x1f\x7f<>:"|?*]')
UTF_8 = 0x800  # the flag of a zip that says so of a name
ENCRYPTED = 0x1
READINGS = "utf-8", "cp437", "cp1252"  # of a name that does not say in what it is written; the likeliest first


# What zipfile raises for one that is broken, besides OSErrors of the data.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
)
OF_DATA = (None, errno.EINVAL)


class Refused(Exception):
    """Something that is not taken; the message says why."""


class TooLarge(Exception):
    """More bytes came than are taken."""


@dataclass(frozen=True)
class Entry:
    """A file. path: below the archive's or the folder's root. other: readings of the path that are possible as well.

    edited: seconds since 1970. open: its content as a stream. Refused in its stead if it may not be read.
    """

    path: PurePosixPath
    size: int
    edited: float
    open: Callable[[], IO[bytes]]
    other: tuple[PurePosixPath, ...] = ()


@contextmanager
def opened(place: Path, left_out: list[str]) -> Iterator[list[Entry]]:
    """The entries of a zip or a folder. What cannot be taken is named in `left_out`. Fault if it can be neither."""
    if place.is_dir():
        yield list(_in_folder(place, left_out))
        return
    if not place.exists():
        raise WrongUsage(f"there is no {place}: give the zip, or the folder that it was unpacked to")
    try:
        with zipfile.ZipFile(place) as archive:
            yield list(in_zip(archive, left_out))
    except zipfile.BadZipFile:
        raise Fault(f"{place} is no whole zip: download it again, or give the folder that it was unpacked to") from None
    except Refused as refused:
        raise Fault(f"{place} is not taken: {refused}") from None


def in_zip(archive: zipfile.ZipFile, left_out: list[str]) -> Iterator[Entry]:
    """The files in a zip. Refused if there are too many."""
    if len(archive.filelist) > MOST_ENTRIES:
        raise Refused(f"it holds more than {MOST_ENTRIES} files")
    for info in archive.filelist:
        if info.is_dir():
            continue
        names = _readings(info)
        try:
            path, *other = map(checked, names)
            if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
                raise Refused("it is a link, or no file")
            if info.flag_bits & ENCRYPTED:
                raise Refused("it is encrypted")
        except Refused as refused:
            left_out.append(f"{plain(names[0])}: {refused}")
            continue
        if not any(part.startswith(HIDDEN) for part in path.parts):
            yield Entry(path, info.file_size, _edited(info), _opener(archive, info), tuple(other))


def _readings(info: zipfile.ZipInfo) -> list[str]:
    """How the name of an entry may be read: as it says, else as UTF-8 if it is that, or as what Windows writes."""
    if info.flag_bits & UTF_8 or info.filename.isascii():
        return [info.filename]
    try:
        raw = info.filename.encode("cp437")
    except UnicodeEncodeError:  # its Unicode extra field says it
        return [info.filename]
    found = []
    for encoding in READINGS:
        with contextlib.suppress(UnicodeDecodeError):
            found.append(raw.decode(encoding))
    return found[:1] if found[0] == raw.decode("utf-8", "ignore") else found


def checked(name: str) -> PurePosixPath:
    """The path of an entry. Refused if it leads out of the folder, or if no system could hold it."""
    path = PurePosixPath(unicodedata.normalize("NFC", name.replace("\\", "/")))
    if path.is_absolute() or ".." in path.parts or re.match(r"[A-Za-z]:", str(path)):
        raise Refused("its path leads out of the folder")
    if not path.parts or len(path.parts) > DEEPEST:
        raise Refused("it lies too deep")
    parts = [NOT_IN_NAMES.sub("_", part) for part in path.parts]
    if any(len(part.encode("utf-8", "replace")) > LONGEST for part in parts):
        raise Refused("its name is too long")
    return PurePosixPath(*parts)


def _edited(info: zipfile.ZipInfo) -> float:
    try:
        return datetime(*info.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _opener(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    def opener() -> IO[bytes]:
        try:
            return archive.open(info)
        except BROKEN as error:
            raise Refused(f"it cannot be unpacked ({error})") from None

    return opener


def _in_folder(place: Path, left_out: list[str]) -> Iterator[Entry]:
    count, below = 0, [place]
    while below:
        folder = below.pop()
        for found in sorted(os.scandir(folder), key=lambda entry: entry.name):
            path = Path(found.path)
            inside = path.relative_to(place)
            if found.name.startswith(HIDDEN):
                continue
            try:
                name = checked(inside.as_posix())
                if found.is_symlink() or not (found.is_file() or found.is_dir()):
                    raise Refused("it is a link, or no file")
            except Refused as refused:
                left_out.append(f"{plain(inside)}: {refused}")
                continue
            if found.is_dir():
                below.append(path)
                continue
            count += 1
            if count > MOST_ENTRIES:
                raise Fault(f"{place} is not taken: it holds more than {MOST_ENTRIES} files")
            status = found.stat()
            yield Entry(name, status.st_size, status.st_mtime, partial(_bytes, path))


def _bytes(path: Path) -> IO[bytes]:
    return path.open("rb")


def copied(entry: Entry, path: Path, most: int) -> int:
    """Write a file of at most so many bytes; returns how many there were. TooLarge, or Refused if it is broken."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise Refused("another file of this name came before it")
    try:
        size = _copied(entry, path, most)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    os.utime(path, (entry.edited, entry.edited))
    return size


def _copied(entry: Entry, path: Path, most: int) -> int:
    size = 0
    try:
        with entry.open() as source, path.open("wb") as target:
            while block := source.read(2**20):
                size += len(block)
                if size > most:
                    raise TooLarge
                target.write(block)
    except BROKEN as error:
        raise Refused(f"it cannot be unpacked ({error})") from None
    except OSError as error:
        if error.errno not in OF_DATA:
            raise
        raise Refused(f"it cannot be unpacked ({error})") from None
    return size
