"""A notebook's file without its largest outputs, attachments and widgets, read piece by piece to need little memory."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

LARGEST_FILE = 300 * 2**20  # bytes
MOST_TOKENS = 2_000_000  # brackets and texts that are looked at; a notebook of a hundred cells has some thousands
SMALL = 200_000  # bytes of outputs of one cell that stay if there is room
OUTPUTS = re.compile(rb'"(?:outputs"\s*:\s*\[|(?:attachments|widgets)"\s*:\s*\{)')
TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[\]{}]', re.DOTALL)


def without_outputs(path: Path, most: int) -> bytes | None:
    """What a file of JSON holds besides large outputs, or any; None if that is more than `most` bytes."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        spans = list(_spans(data))
        for small in (SMALL, 0):
            out = [(begin, end) for begin, end in spans if end - begin > small]
            if len(data) - sum(end - begin for begin, end in out) <= most:
                starts, ends = [0, *(end for _, end in out)], [*(begin for begin, _ in out), len(data)]
                return b"".join(data[start:end] for start, end in zip(starts, ends, strict=True))
    return None


def _spans(data: mmap.mmap) -> Iterator[tuple[int, int]]:
    """Where outputs lie, and what else may be large, between brackets. A text is one token, whatever it speaks of."""
    depth = begin = inside = 0
    name = 0  # where a text lies that may be the name of such a thing
    for count, token in enumerate(TOKEN.finditer(data)):
        if count > MOST_TOKENS:
            return
        what = data[token.start()]
        if what == ord('"'):
            name = token.start()
            continue
        depth += 1 if what in b"[{" else -1
        named = None if inside else OUTPUTS.match(data[name : name + 100])
        if named and name + named.end() == token.end():
            begin, inside = token.end(), depth
        elif inside and depth < inside:
            yield begin, token.start()
            inside = 0
