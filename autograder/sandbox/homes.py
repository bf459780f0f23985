"""Folders for warm parents. Each is locked by its owner, so that those of owners that were killed can be removed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "tp-home-"
_locks: dict[Path, int] = {}


def made() -> Path:
    """A new folder of this process; what dead owners left in the same place goes."""
    sweep()
    while True:
        home = Path(tempfile.mkdtemp(prefix=PREFIX))
        lock = _locked(home)
        if lock is not None and home.is_dir():  # a sweep may have come between
            _locks[home] = lock
            return home


def removed(home: Path) -> None:
    """Remove a folder that `made` gave."""
    shutil.rmtree(home, ignore_errors=True)
    os.close(_locks.pop(home))


def sweep() -> None:
    """Remove the folders of this user whose owner is gone, however it went."""
    for home in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if home.lstat().st_uid == os.geteuid() and (lock := _locked(home)) is not None:
                shutil.rmtree(home, ignore_errors=True)
                os.close(lock)


def _locked(home: Path) -> int | None:
    """A descriptor that holds the folder's lock until it is closed or its process ends; None if another has it."""
    try:
        lock = os.open(home, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
