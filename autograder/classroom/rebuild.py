"""Put a student's solutions into the released notebook, whatever happened to the notebook on its way.

The result has the release's cells in the release's order, with the sources of the student's solution cells, and the
student's own extra code cells where they stood (a helper function may live in one). Everything else, metadata, tests,
order, outputs, comes from the release. What had to be repaired is said in words.
"""

from __future__ import annotations

import re
from collections import defaultdict
from copy import deepcopy

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.harmless import whole

LONGEST = 200_000  # characters of one cell
MOST_EXTRA = 200  # code cells of the student's own
UNRUN = frozenset({"check", "picture"})  # tags of cells that show something to the student and define nothing


def rebuild(submitted: NotebookNode, release: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The notebook to grade, and what was repaired. Changes neither argument."""
    notebook = deepcopy(release)
    repairs: list[str] = []
    theirs = _by_grade_id(submitted)
    for cell in notebook.cells:
        grade_id = _grade_id(cell)
        if grade_id is None:
            continue
        copies = theirs.get(grade_id, [])
        if cell.metadata.nbgrader.get("solution"):
            _carry_over(cell, copies, submitted, repairs)
        elif not copies:
            repairs.append(f"The cell {grade_id} was missing and has been put back.")
        elif any(_text(copy).strip() != cell.source.strip() for copy in copies):
            repairs.append(f"The cell {grade_id} had been changed and has been put back.")
    _add_extra_cells(notebook, submitted, release)
    return notebook, repairs


def _carry_over(cell: NotebookNode, copies: list[NotebookNode], submitted: NotebookNode, repairs: list[str]) -> None:
    """Give a solution cell of the release the student's source."""
    grade_id, stub = cell.metadata.nbgrader.grade_id, cell.source
    changed = [copy for copy in copies if _text(copy).strip() != stub.strip()]
    if not changed and (found := _defining(grade_id, submitted)):
        changed = [found]
        repairs.append(f"The solution of {grade_id} was found in another cell and has been taken from there.")
    if len(copies) > 1:
        repairs.append(f"There were {len(copies)} cells {grade_id}; the last one that was changed is graded.")
    if not copies and not changed:
        repairs.append(f"The cell {grade_id} was missing; it counts as not written.")
    if changed:
        if changed[-1].cell_type != cell.cell_type:
            repairs.append(f"The cell {grade_id} had become a {changed[-1].cell_type} cell; its text has been taken.")
        cell.source = _text(changed[-1])


def _defining(name: str, notebook: NotebookNode) -> NotebookNode | None:
    """The last code cell without an exercise's id that defines the function `name`."""
    pattern = re.compile(rf"^[ \t]*(def[ \t]+{re.escape(name)}\b|{re.escape(name)}[ \t]*=)", re.MULTILINE)
    cells = [c for c in notebook.cells if c.cell_type == "code" and _grade_id(c) is None and pattern.search(_text(c))]
    return cells[-1] if cells else None


def _add_extra_cells(notebook: NotebookNode, submitted: NotebookNode, release: NotebookNode) -> None:
    """Insert the student's own code cells after the released cell that they followed."""
    released = {_text(cell).strip() for cell in release.cells}
    known = {_grade_id(cell) for cell in release.cells} - {None}
    shown = {cell.get("id") for cell in release.cells if UNRUN & set(cell.metadata.get("tags", []))}
    places = {identity: i for i, cell in enumerate(release.cells) for identity in _identities(cell)}
    extra: dict[int, list[NotebookNode]] = defaultdict(list)
    place = -1
    for cell in submitted.cells:
        here = next((places[identity] for identity in _identities(cell) if identity in places), None)
        if here is not None:
            place = here
        text = _text(cell)
        own = cell.cell_type == "code" and _grade_id(cell) not in known and str(cell.get("id")) not in shown
        if own and sum(map(len, extra.values())) < MOST_EXTRA and text.strip() and text.strip() not in released:
            extra[place].append(
                new_code_cell(text, id=f"own-{sum(map(len, extra.values()))}", metadata={"tags": ["own"]})
            )
    cells = list(extra[-1])
    for i, cell in enumerate(notebook.cells):
        cells += [cell, *extra[i]]
    notebook.cells = cells


def _identities(cell: NotebookNode) -> list[str]:
    """What a cell may be recognised by, the surest first."""
    grade_id, cell_id = _grade_id(cell), cell.get("id")
    return [f"grade:{grade_id}"] * bool(grade_id) + [f"id:{cell_id}"] * bool(cell_id) + [f"text:{_text(cell).strip()}"]


def _by_grade_id(notebook: NotebookNode) -> dict[str, list[NotebookNode]]:
    cells: dict[str, list[NotebookNode]] = defaultdict(list)
    for cell in notebook.cells:
        if grade_id := _grade_id(cell):
            cells[grade_id].append(cell)
    return cells


def _grade_id(cell: NotebookNode) -> str | None:
    """The id of an nbgrader cell; students can write anything into metadata, so only a text counts."""
    metadata = cell.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return grade_id if isinstance(grade_id, str) and grade_id else None


def _text(cell: NotebookNode) -> str:
    """What was typed into a cell; nothing if that is more than a person types."""
    source = cell.get("source", "")
    text = "".join(map(str, source)) if isinstance(source, list) else str(source)
    return whole(text) if len(text) <= LONGEST else ""
