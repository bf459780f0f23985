"""What commands say on a terminal: notes on stderr, tables on stdout."""

from __future__ import annotations

import sys

from rich.console import Console

from autograder.harmless import line

console = Console(stderr=True)


def wide() -> Console:
    """Where tables are printed; where nobody looks, as in a file, with room for their columns."""
    return Console(width=None if sys.stdout.isatty() else 160)


def note(text: str, style: str = "yellow") -> None:
    """Say something on stderr, in one line whatever its length."""
    console.print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def tell_of_left_over(students: list[str]) -> None:
    """Name those who have marks and no submission."""
    for student in map(line, students):
        note(f"note: {student} has marks here but no submission: `tp student remove {student}`, if that is right")
