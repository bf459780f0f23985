"""What a function prints while it is checked: kept out of the way, shortened, and told."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator

from course.judging.display import Note

SHOWN, WIDEST = 6, 100  # lines, and characters of each
KEPT = 2 * SHOWN * WIDEST  # characters


class Printed(io.TextIOBase):
    """A stream that keeps the beginning of what is written, and counts the lines."""

    def __init__(self) -> None:
        self._begin, self._lines = "", 0

    def writable(self) -> bool:
        """Whether it can be written to."""
        return True

    def write(self, text: str, /) -> int:
        """Keep the text if it is among the first."""
        self._begin += text[: KEPT - len(self._begin)]
        self._lines += text.count("\n")
        return len(text)

    def notes(self) -> list[Note]:
        """What was printed, for a report; empty if nothing was."""
        if not self._begin.strip():
            return []
        lines = self._begin.rstrip("\n").split("\n")[:SHOWN]
        cut = [line if len(line) <= WIDEST else f"{line[:WIDEST]}..." for line in lines]
        count = max(self._lines, len(lines))
        of_all = f" The first {len(lines)} of {count} lines, from all calls of the check:" if count > len(lines) else ""
        return [Note(f"It printed:{of_all}", "\n".join(cut))]


@contextlib.contextmanager
def quiet(printed: Printed) -> Iterator[None]:
    """What is printed goes there; warnings, log records and what goes to stderr go nowhere: nbgrader fails a cell for
    stderr."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # a handler may hold on to the stream that is redirected here
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(Printed()),
        ):
            yield
    finally:
        logging.disable(level)
