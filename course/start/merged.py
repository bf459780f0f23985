"""A corrected notebook, with what a learner has written in the one before it."""

from __future__ import annotations

from copy import deepcopy

from nbformat import NotebookNode


def merged(old: NotebookNode, new: NotebookNode, mine: NotebookNode) -> NotebookNode:
    """The learner's notebook with all corrections. old, new: as released before, and now.

    What the learner changed or added stays as it is and where it is; all else is as in `new`. What is no longer
    released goes, unless the learner wrote in it: then it stays as a cell of the learner's own. Locked cells, the
    checks, are always those of `new`.
    """
    before, now = ({_key(cell): cell for cell in notebook.cells} for notebook in (old, new))
    cells = [_merged(cell, before.get(_key(cell)), now.get(_key(cell))) for cell in mine.cells]
    kept = [cell for cell in cells if cell is not None]
    there = {_key(cell): place for place, cell in enumerate(kept)}
    place = 0
    for cell in new.cells:
        key = _key(cell)
        if key in there:
            place = next(i for i, one in enumerate(kept) if _key(one) == key) + 1
        elif key not in before or "nbgrader" in cell.metadata:  # another one was deleted by the learner
            kept.insert(place, deepcopy(cell))
            place += 1
    found = deepcopy(mine)
    found.cells = kept
    return found


def _merged(mine: NotebookNode, old: NotebookNode | None, new: NotebookNode | None) -> NotebookNode | None:
    """One cell; None if it goes."""
    if old is None:
        return mine
    changed = mine.source != old.source
    if new is None:
        if not changed:
            return None
        own = deepcopy(mine)
        own.metadata.pop("nbgrader", None)
        return own
    cell = deepcopy(mine)
    cell.metadata.update(new.metadata)
    meta = new.metadata.get("nbgrader", {})
    locked = meta.get("locked") and not meta.get("solution")
    if new.source != mine.source and (locked or not changed):
        cell.source = new.source
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return cell


def _key(cell: NotebookNode) -> str:
    """What a cell is known by in all three."""
    id: str = cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id", "")
    return id
