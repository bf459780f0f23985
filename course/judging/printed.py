"""What a function prints while it is checked: kept out of the way, shortened, and told."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator

from course.judging.display import Note

SHOWN, WIDEST = 6, 100  # lines, and characters of each


class Printed(io.TextIOBase):
    """A stream that keeps the beginning of what is written, and counts the lines."""

    def __init__(self) -> None:
        self._shown, self._ends = [""], 0

    def writable(self) -> bool:
        """Whether it can be written to."""
        return True

    def write(self, text: str, /) -> int:
        """Keep what belongs to the first lines."""
        self._ends += text.count("\n")
        if len(self._shown) <= SHOWN:
            for place, piece in enumerate(text.split("\n", SHOWN + 1)[: SHOWN + 1]):
                if place:
                    self._shown.append("")
                self._shown[-1] += piece[: WIDEST + 1 - len(self._shown[-1])]
        return len(text)

    def notes(self) -> list[Note]:
        """What was printed, for a report; empty if nothing was."""
        lines = self._shown[:SHOWN]
        while lines and not lines[-1].strip():
            lines.pop()
        if not lines:
            return []
        cut = "\n".join(line if len(line) <= WIDEST else f"{line[:WIDEST]}..." for line in lines)
        of_all = f" The first {len(lines)} of {self._ends} lines, from all calls of the check:"
        return [Note(f"It printed:{of_all if self._ends > len(lines) else ''}", cut)]


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
