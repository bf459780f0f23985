"""What lies beside a submission's notebooks and goes with it: when it came in, and the exchange's secret."""

from __future__ import annotations

from pathlib import Path

from autograder.classroom.intake.timestamp import FILE as TIMESTAMP
from autograder.classroom.intake.timestamp import handed_in_at

SECRET = "submission_secret.txt"  # of nbgrader's exchange: without it no feedback is released
LONGEST = 1000  # bytes of one of them that are read


def beside(folder: Path) -> dict[str, str]:
    """The texts that are carried along to autograded/ and feedback/, by name."""
    wanted = [TIMESTAMP] * (handed_in_at(folder)[0] is not None) + [SECRET]
    found = {name: _text(folder / name) for name in wanted}
    return {name: text for name, text in found.items() if text}


def _text(path: Path) -> str:
    """The text of a small file; nothing if it is none, or a link or a pipe."""
    try:
        if path.is_symlink() or not path.is_file():
            return ""
        with path.open("rb") as file:
            return file.read(LONGEST).decode("utf-8-sig", "replace")
    except OSError:
        return ""
