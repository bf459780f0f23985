"""What an error in a cell has to do with the points that an exercise lost, in words."""

from __future__ import annotations

import difflib
import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from nbformat import NotebookNode

from autograder.classroom.intake.cells import grade_id
from autograder.harmless import line
from course.judging.scripts import NOT_DEFINED
from course.judging.verdict import Verdict

PLACE = re.compile(r"\(<ipython-input[^>]*>, (line \d+)\)")
NEEDS = (NOT_DEFINED, "raised NameError", "raised ModuleNotFoundError", "raised ImportError")
DEFINED = re.compile(r"^(?:def|class)\s+(\w+)|^(\w+)\s*=(?!=)", re.MULTILINE)
MAGIC = re.compile(r"\s*(%%!?\w*)")  # on top of a cell: it decides what becomes of the cell
MEANINGS = {
    "ModuleNotFoundError": "It is neither installed where this is graded nor handed in beside the notebook.",
    "EOFError": "Nobody answers `input()` while it is graded.",
}


def told(error: Mapping[str, Any], notebook: NotebookNode) -> str:
    """What a cell raised, as a clause. Of a SyntaxError also the versions of Python that have to do with it."""
    text = line(PLACE.sub(r"(\1)", error["text"])).rstrip(".")
    if error["name"] not in ("SyntaxError", "IndentationError"):
        return f"{text}. {MEANINGS.get(error['name'], '')}".strip()
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    version = re.match(r"\d+\.\d+", str(notebook.metadata.get("language_info", {}).get("version", "")))
    written = f"The notebook was written with Python {version[0]}, it" if version and version[0] != here else "It"
    return f"{text}. {written} is graded with Python {here}."


def why(name: str, verdict: Verdict, cells: Sequence[NotebookNode], raised: Mapping[int, str], asked: list[str]) -> str:
    """Why an exercise lost points, if a cell that failed, or another name, has to do with it; else nothing.

    raised: by the places of cells, what they raised. asked: the names of all exercises.
    """
    messages = [outcome.message for outcome in verdict.criteria]
    if not any(need in message for message in messages for need in NEEDS):
        return ""
    own = next((i for i, cell in enumerate(cells) if grade_id(cell) == name), -1)
    if own in raised:
        return f"Its cell {raised[own]}"
    if any(NOT_DEFINED in message for message in messages):
        if own >= 0 and name in cells[own].source and (magic := MAGIC.match(cells[own].source)):
            return f"Its cell begins with `{magic[1]}`, so nothing in it is defined: take that line out."
        if near := _near(name, cells, own, asked):
            return near
    if raised:
        place = next((place for place in raised if place < own), min(raised))
        return f"A cell {'before' if place < own else 'after'} it {raised[place]}"
    return ""


def _near(name: str, cells: Sequence[NotebookNode], own: int, asked: list[str]) -> str:
    """Which definition may be the asked one under another name."""
    here = [n for n in _defined(cells[own].source) if n not in asked] if own >= 0 else []
    others = [cell.source for cell in cells if "own" in cell.metadata.get("tags", []) and cell.cell_type == "code"]
    there = [n for source in others for n in _defined(source) if n not in asked]
    for names, where in ((here, "Its cell defines"), (there, "There is")):
        plain = {_plain(n): n for n in names}
        near = difflib.get_close_matches(_plain(name), plain, n=1)
        found = plain[near[0]] if near else names[0] if where.startswith("Its") and len(names) == 1 else ""
        if found:
            return f"{where} `{found}`: is that it, under another name?"
    return ""


def _defined(source: str) -> list[str]:
    return list(dict.fromkeys(function or value for function, value in DEFINED.findall(source)))


def _plain(name: str) -> str:
    return name.lower().replace("_", "")
