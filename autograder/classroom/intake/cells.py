"""What a cell of a notebook says of itself; nothing here trusts the notebook."""

from __future__ import annotations

import re

from nbformat import NotebookNode

from autograder.classroom.intake import inline
from autograder.harmless import whole

LONGEST = 200_000  # characters of one cell
UNRUN = frozenset({"check", "picture"})  # tags of cells that show something to the student and define nothing


def text(cell: NotebookNode) -> str:
    """What was typed into a cell, without its pictures; nothing if that is more than a person types."""
    source = cell.get("source", "")
    typed = "".join(map(str, source)) if isinstance(source, list) else str(source)
    typed = typed if cell.get("cell_type") == "code" else inline.without(typed)
    return whole(typed) if len(typed) <= LONGEST else ""


def grade_id(cell: NotebookNode) -> str | None:
    """The id of an nbgrader cell; students can write anything into metadata, so only a text counts."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    found = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return found if isinstance(found, str) and found else None


def is_solution(cell: NotebookNode) -> bool:
    """Whether a cell of the release is for a student's answer."""
    return grade_id(cell) is not None and bool(cell.metadata.nbgrader.get("solution"))


def defines(source: str, name: str) -> bool:
    """Whether a text seems to define a function, a class or a value of this name."""
    pattern = rf"^[ \t]*((?:def|class)\s+{re.escape(name)}\b|{re.escape(name)}\s*=(?!=))"
    return name in source and bool(re.search(pattern, source, re.MULTILINE))
