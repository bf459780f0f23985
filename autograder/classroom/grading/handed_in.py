"""What goes along with a submission's notebooks to autograded/ and feedback/: its time, and the exchange's secret."""

from __future__ import annotations

from pathlib import Path

from autograder.classroom.intake.timestamp import FILE, handed_in_at

SECRET = "submission_secret.txt"  # of nbgrader's exchange: without it no feedback is released
LONGEST = 1000  # bytes of it that are read


def beside(folder: Path) -> dict[str, str]:
    """The texts by name; the time as nbgrader reads it."""
    time, secret = handed_in_at(folder)[0], _secret(folder / SECRET)
    found = {FILE: f"{time:%Y-%m-%d %H:%M:%S.%f} UTC" if time else "", SECRET: secret}
    return {name: text for name, text in found.items() if text}


def _secret(path: Path) -> str:
    """Its text; nothing if it is a link or a pipe."""
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(LONGEST).decode("utf-8", "replace")
    except OSError:
        return ""
