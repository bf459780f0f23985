"""A table in a CSV file of somebody else's: read whatever its encoding and separator, written back in the same form."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.faults import Fault

LARGEST = 50 * 2**20  # bytes
SEPARATORS = ",;\t"
BOMS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Sheet:
    """The cells of a table, its first row apart, and how it was written. Every row is as long as the head."""

    path: Path
    head: list[str]
    rows: list[list[str]]
    encoding: str
    separator: str
    newline: str

    def column(self, *names: str) -> int | None:
        """The place of the first of these headings that there is; capitals and spaces around do not count."""
        there = [title.strip().casefold() for title in self.head]
        return next((there.index(name) for name in names if name in there), None)

    def with_rows(self, rows: list[list[str]]) -> Sheet:
        """The same table with other rows."""
        return replace(self, rows=rows)

    def written(self) -> bytes:
        """The file."""
        file = io.StringIO(newline="")
        csv.writer(file, delimiter=self.separator, lineterminator=self.newline).writerows([self.head, *self.rows])
        return file.getvalue().encode(self.encoding)


def read(path: Path) -> Sheet:
    """Read a table. Fault, in one line, if it is none."""
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError(f"it is larger than {LARGEST // 2**20} MB")
        data = path.read_bytes()
        encoding, text = _decoded(data)
        separator = max(SEPARATORS, key=text.partition("\n")[0].count)
        if "\0" in text:
            raise ValueError("it is no text")
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True) if any(row)]
    except (OSError, ValueError, csv.Error) as error:
        raise Fault(f"{path} cannot be read as a table (CSV): {getattr(error, 'strerror', None) or error}") from None
    if not rows:
        raise Fault(f"{path} is empty: the first row of a table has its headings")
    head, *rest = rows
    for number, row in enumerate(rest, start=2):
        if len(row) > len(head) and any(row[len(head) :]):
            raise Fault(f"{path}, row {number}: it has {len(row)} cells, the first row has {len(head)}")
    filled = [(row + [""] * len(head))[: len(head)] for row in rest]
    return Sheet(path, head, filled, encoding, separator, "\r\n" if "\r\n" in text else "\n")


def _decoded(data: bytes) -> tuple[str, str]:
    """The encoding and the text: what a byte order mark says, else UTF-8, else what Windows writes in the West."""
    for mark, encoding in BOMS.items():
        if data.startswith(mark):
            return encoding, data.decode(encoding)
    try:
        return "utf-8", data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252", data.decode("cp1252")


def cells(row: list[str], places: Iterable[int | None]) -> list[str]:
    """The cells at some places that are not empty."""
    return [text for place in places if place is not None and (text := row[place].strip())]
