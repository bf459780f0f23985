"""The cells that a student added: kept where they stood, code to be run, text and outputs for whoever marks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.classroom.intake.cells import LONGEST, UNRUN, grade_id, is_solution, text

MOST = 200  # of each kind
LARGEST = 5 * 2**20  # characters of all outputs and pictures of a notebook that are kept
LEFT_OUT = "[this output was left out: together they are too large]"


def add(
    notebook: NotebookNode,
    submitted: NotebookNode,
    release: NotebookNode,
    places: Sequence[int | None],
    spare: Sequence[NotebookNode],
    taken: Sequence[NotebookNode],
) -> list[str]:
    """Insert the student's own cells after the released cell that they followed; returns what was left out.

    places: of each submitted cell, the place in the release. spare: parts of solution cells that were split. taken:
    cells whose text stands in a solution cell already. Also puts the outputs of released cells back that nothing
    judges: plots and numbers that a question asks for.
    """
    released = {text(cell).strip() for cell in release.cells}
    extra: dict[int, list[NotebookNode]] = defaultdict(list)
    counts = {"code": 0, "markdown": 0}
    for cell, here, after in zip(submitted.cells, places, anchors(places), strict=True):
        rest = any(cell is one for one in spare)
        theirs = release.cells[here] if here is not None else None
        own = rest or theirs is None or grade_id(theirs) is None
        if not own or any(cell is one for one in taken) or not text(cell).strip() or text(cell).strip() in released:
            continue
        kind = "code" if cell.cell_type == "code" else "markdown"
        if counts[kind] < MOST:
            tags = sorted(UNRUN & set(theirs.metadata.get("tags", []))) if theirs is not None else []
            extra[after - rest].append(_new(cell, kind, counts[kind], tags))
        counts[kind] += 1
    _put_outputs_back(notebook, submitted, places)
    cells = list(extra[-1])
    for i, cell in enumerate(notebook.cells):
        cells += [cell, *extra[i]]
    notebook.cells = cells
    _limit(notebook)
    long = sum(len(str(cell.get("source", ""))) > LONGEST for cell in submitted.cells)
    return [f"Cells of more than {LONGEST} characters are not read: {long}."] * bool(long) + [
        f"There were {count} {kind} cells of the student's own; the first {MOST} are kept."
        for kind, count in counts.items()
        if count > MOST
    ]


def beside_own_text(notebook: NotebookNode) -> set[str]:
    """The nbgrader cells of a rebuilt notebook between which and the next ones a student put text."""
    found, last, seen = set(), None, False
    for cell in notebook.cells:
        name = grade_id(cell)
        if name is None:
            seen = seen or (cell.cell_type == "markdown" and "own" in cell.metadata.get("tags", []))
            continue
        found |= {one for one in (last, name) if one is not None and seen}
        last, seen = name, False
    return found | ({last} if last is not None and seen else set())


def anchors(places: Sequence[int | None]) -> list[int]:
    """For each submitted cell, the released cell that it is or follows; -1 before the first."""
    found, last = [], -1
    for place in places:
        last = last if place is None else place
        found.append(last)
    return found


def _new(cell: NotebookNode, kind: str, number: int, tags: list[str]) -> NotebookNode:
    metadata = {"tags": ["own", *tags]}
    if kind == "code":
        return new_code_cell(text(cell), id=f"own-{number}", metadata=metadata, outputs=cell.get("outputs", []))
    made = new_markdown_cell(text(cell), id=f"own-text-{number}", metadata=metadata)
    if cell.get("attachments"):
        made.attachments = cell.attachments
    return made


def _put_outputs_back(notebook: NotebookNode, submitted: NotebookNode, places: Sequence[int | None]) -> None:
    """Give released cells what the student's run of them showed; tests and checks show what is found here."""
    for cell, place in zip(submitted.cells, places, strict=True):
        if place is None or cell.cell_type != "code" or not (mine := cell.get("outputs")):
            continue
        theirs = notebook.cells[place]
        runs = is_solution(theirs) or (grade_id(theirs) is None and "check" not in theirs.metadata.get("tags", []))
        if theirs.cell_type == "code" and runs and text(cell).strip() == theirs.source.strip():
            theirs.outputs = mine


def _limit(notebook: NotebookNode) -> None:
    """Leave out the outputs of a cell that no longer fit into LARGEST characters of all together."""
    left = LARGEST
    for cell in notebook.cells:
        if not (outputs := cell.get("outputs")):
            continue
        size = len(str(outputs))
        left -= size
        if left < 0:
            cell.outputs = [NotebookNode(output_type="stream", name="stdout", text=LEFT_OUT)]
            left += size
