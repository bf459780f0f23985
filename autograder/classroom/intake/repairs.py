"""What had to be repaired in a submission, in words: one sentence for each kind, of however many cells or files."""

from __future__ import annotations

MOST_NAMED = 20  # of one kind

# What may befall a cell of a notebook, and what may befall several.
MISSING = "The cell {} was missing and has been put back.", "The cells {} were missing and have been put back."
CHANGED = "The cell {} had been changed and has been put back.", "The cells {} had been changed and have been put back."
DOUBLED = (
    "The cell {} was there several times; once is enough.",
    "The cells {} were there several times; once is enough.",
)
DRAFTS = (
    "The cell {} was there several times; the last one that was changed is graded.",
    "The cells {} were there several times; of each the last one that was changed is graded.",
)
FOUND = (
    "The solution of {} was found in another cell and has been taken from there.",
    "The solutions of {} were found in other cells and have been taken from there.",
)
ELSEWHERE = (
    "{} is defined in another cell, and graded from there.",
    "{} are defined in other cells, and graded from there.",
)
BELOW = "The answer {} stood in the cell after it.", "The answers {} stood in the cells after them."
NAMELESS = (
    "The cell {} had lost its metadata; it was known by its place.",
    "The cells {} had lost their metadata; they were known by their places.",
)
UNWRITTEN = (
    "The cell {} was missing; it counts as not written.",
    "The cells {} were missing; they count as not written.",
)
RETYPED = (
    "The cell {} had become a cell of another type; its text has been taken.",
    "The cells {} had become cells of another type; their texts have been taken.",
)


class Repairs:
    """The repairs of one submission or notebook, by kind and by the cells or files that they befell."""

    def __init__(self) -> None:
        self._names: dict[tuple[str, str], list[str]] = {}

    def add(self, kind: tuple[str, str], name: str) -> None:
        """Note what befell a cell or file; `kind` has the words for one of them and for several."""
        self._names.setdefault(kind, []).append(name)

    def told(self) -> list[str]:
        """The sentences, as the kinds came up."""
        return [kind[len(names) > 1].format(_listed(names)) for kind, names in self._names.items()]


def _listed(names: list[str]) -> str:
    more = len(names) - MOST_NAMED
    *others, last = [*names[:MOST_NAMED], f"{more} more"] if more > 0 else names
    return f"{', '.join(others)} and {last}" if others else last
