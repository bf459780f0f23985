"""What a student wrote to a question, and the own runs that belong to it, from the notebook in `autograded/`."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.notebooknode import from_dict

from autograder.classroom.grading.shown import HANDED_IN
from autograder.classroom.intake.cells import grade_id
from autograder.classroom.intake.outputs import PICTURES
from autograder.classroom.marking.questions import HEADING

DRAWING = re.compile(r'<img ([^<>]*)src="data:(image/svg\+xml);base64,([A-Za-z0-9+/=]*)">')
ALT = re.compile(r'alt="([^"]*)"')


@dataclass(frozen=True)
class Shown:
    """One output. picture: its kind and its bytes in base64, with `text` for who cannot see it; else `text` alone.

    said: whether the text is the grader's, about the outputs below it.
    """

    text: str
    picture: tuple[str, str] | None = None
    said: bool = False


@dataclass(frozen=True)
class Piece:
    """One cell. own: whether the student added it. attachments: pictures that were pasted into a text."""

    code: bool
    source: str
    own: bool
    outputs: tuple[Shown, ...] = ()
    attachments: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What stands in a notebook for one question. pieces: the answer, and own texts in which it goes on.

    near: runs under the same heading; far: all others that showed something. digest: of the answer.
    """

    pieces: tuple[Piece, ...]
    near: tuple[Piece, ...] = ()
    far: tuple[Piece, ...] = ()

    @property
    def digest(self) -> str:
        """The same for the same answer."""
        parts = [[piece.source, piece.attachments] for piece in self.pieces]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def answer(path: Path, cell: str) -> Answer | None:
    """The answer in an autograded notebook; None if there is no such file, or no such cell in it."""
    try:
        state = path.stat()
    except OSError:
        return None
    return _answer(path, state.st_mtime_ns, state.st_size, cell)


@lru_cache(maxsize=64)
def _answer(path: Path, _time: int, _size: int, cell: str) -> Answer | None:
    cells = from_dict(json.loads(path.read_text(encoding="utf-8"))).cells
    at = next((number for number, one in enumerate(cells) if grade_id(one) == cell), None)
    if at is None:
        return None
    answers = [*_tested(cells, at), at] if _is_test(cells[at]) else _with_own_text(cells, at)
    start = next((n for n in range(at, -1, -1) if _is_heading(cells[n])), 0)
    end = next((n for n in range(at + 1, len(cells)) if _is_heading(cells[n])), len(cells))
    runs = [n for n, one in enumerate(cells) if n not in answers and _is_run(one)]
    return Answer(
        _pieces(cells, answers),
        _pieces(cells, [n for n in runs if start <= n < end]),
        _pieces(cells, [n for n in runs if not start <= n < end]),
    )


def _marks(cell: NotebookNode) -> dict[str, Any]:
    return dict(cell["metadata"].get("nbgrader", {}))


def _is_own(cell: NotebookNode) -> bool:
    return "own" in cell["metadata"].get("tags", [])


def _is_test(cell: NotebookNode) -> bool:
    return bool(cell["cell_type"] == "code" and _marks(cell).get("grade") and not _marks(cell).get("solution"))


def _with_own_text(cells: Sequence[NotebookNode], at: int) -> list[int]:
    """A cell, and the student's own texts between it and the next ones of nbgrader's; a task's cell is not theirs."""
    before = next((n for n in range(at - 1, -1, -1) if grade_id(cells[n])), -1)
    after = next((n for n in range(at + 1, len(cells)) if grade_id(cells[n])), len(cells))
    own = {n for n in range(before + 1, after) if cells[n]["cell_type"] == "markdown" and _is_own(cells[n])}
    return sorted(own if _marks(cells[at]).get("task") else {at} | own)


def _tested(cells: Sequence[NotebookNode], at: int) -> list[int]:
    """What the student wrote between the graded cell before a test and the test."""
    before = next((n for n in range(at - 1, -1, -1) if _marks(cells[n]).get("grade")), -1)
    return [n for n in range(before + 1, at) if _is_own(cells[n]) or _marks(cells[n]).get("solution")]


def _is_heading(cell: NotebookNode) -> bool:
    return bool(cell["cell_type"] == "markdown" and not _is_own(cell) and HEADING.match(_text(cell["source"])))


def _is_run(cell: NotebookNode) -> bool:
    """Whether a cell shows what the student's own run gave: no test, no check."""
    check = "check" in cell["metadata"].get("tags", [])
    shows = cell["cell_type"] == "code" and (cell["outputs"] or _is_own(cell))
    return bool(shows and not check and not _is_test(cell))


def _pieces(cells: Sequence[NotebookNode], numbers: Sequence[int]) -> tuple[Piece, ...]:
    return tuple(
        Piece(
            cells[n]["cell_type"] == "code",
            _text(cells[n]["source"]),
            _is_own(cells[n]),
            tuple(_shown(cells[n].get("outputs", []))),
            cells[n].get("attachments", {}),
        )
        for n in numbers
    )


def _shown(outputs: Sequence[NotebookNode]) -> Iterator[Shown]:
    """Text and pictures; nothing else is shown, whatever else there is."""
    for output in outputs:
        if output["output_type"] == "stream":
            text = _text(output["text"])
            yield Shown(text.strip().strip("[]") if text == HANDED_IN else text, said=text == HANDED_IN)
            continue
        data = output.get("data", {})
        text = _text(data.get("text/plain", ""))
        kind = next((kind for kind in PICTURES if kind in data), None)
        drawing = DRAWING.fullmatch(_text(data.get("text/html", "")))
        if kind:
            about = output["metadata"].get(kind, {})
            yield Shown(str(about.get("alt", text)), (kind, _text(data[kind])))
        elif drawing:
            alt = ALT.search(drawing[1])
            yield Shown(html.unescape(alt[1]) if alt else text, (drawing[2], drawing[3]))
        elif text:
            yield Shown(text)


def _text(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)
