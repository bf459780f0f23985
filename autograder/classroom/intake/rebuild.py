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
SETTINGS = ("grade", "solution", "locked", "points")


def rebuild(submitted: NotebookNode, release: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The notebook to grade, and what was repaired. Changes neither argument."""
    notebook = deepcopy(release)
    places = _places(submitted, release)
    copies: dict[int, list[NotebookNode]] = defaultdict(list)
    for cell, place in zip(submitted.cells, places, strict=True):
        if place is not None:
            copies[place].append(cell)
    repairs: list[str] = []
    spare: list[NotebookNode] = []
    for place, cell in enumerate(notebook.cells):
        if (grade_id := _grade_id(cell)) is None:
            continue
        if _is_solution(cell):
            spare += _carry_over(place, cell, copies, submitted, release, places, repairs)
        elif not copies[place]:
            repairs.append(f"The cell {grade_id} was missing and has been put back.")
        elif any(_text(copy).strip() != cell.source.strip() for copy in copies[place]):
            repairs.append(f"The cell {grade_id} had been changed and has been put back.")
        elif len(copies[place]) > 1:
            repairs.append(f"The cell {grade_id} was there {len(copies[place])} times; once is enough.")
    repairs += _settings(release, copies) + _order(release, places)
    _add_extra_cells(notebook, submitted, release, places, spare)
    return notebook, repairs


def written(notebook: NotebookNode, release: NotebookNode) -> int:
    """How many solutions of a rebuilt notebook differ from the release."""
    stubs = {_grade_id(cell): cell.source for cell in release.cells if _is_solution(cell)}
    return sum(_grade_id(c) in stubs and c.source.strip() != stubs[_grade_id(c)].strip() for c in notebook.cells)


def _carry_over(
    place: int,
    cell: NotebookNode,
    copies: dict[int, list[NotebookNode]],
    submitted: NotebookNode,
    release: NotebookNode,
    places: list[int | None],
    repairs: list[str],
) -> list[NotebookNode]:
    """Give a solution cell of the release the student's source. Returns copies of it that hold something else."""
    grade_id, stub, mine = cell.metadata.nbgrader.grade_id, cell.source, copies[place]
    changed = [copy for copy in mine if _text(copy).strip() != stub.strip()]
    right = changed
    if _defines(stub, grade_id):
        right = [copy for copy in changed if _defines(_text(copy), grade_id)]
        if not right and (found := _elsewhere(grade_id, submitted, release, places, bool(changed))):
            right = [found]
            repairs.append(f"The solution of {grade_id} was found in another cell and has been taken from there.")
    elif not mine and (found := _following(place, submitted, places)):
        right = [found]
        repairs.append(f"The cell {grade_id} had lost its metadata; it was known by its place.")
    if len(mine) > 1:
        repairs.append(f"There were {len(mine)} cells {grade_id}; the last one that was changed is graded.")
    if not mine and not right:
        repairs.append(f"The cell {grade_id} was missing; it counts as not written.")
    if taken := right or changed:
        if taken[-1].cell_type != cell.cell_type:
            repairs.append(f"The cell {grade_id} had become a {taken[-1].cell_type} cell; its text has been taken.")
        cell.source = _text(taken[-1])
        changed = [copy for copy in changed if copy is not taken[-1]]
    return [copy for copy in changed if right and copy.cell_type == "code" and not _defines(_text(copy), grade_id)]


def _elsewhere(
    name: str, submitted: NotebookNode, release: NotebookNode, places: list[int | None], swapped: bool
) -> NotebookNode | None:
    """The last cell, preferably of code, that defines the function `name` under another id or none.

    If the function's own cell holds something else (`swapped`), only the cell of another solution that does not hold
    its own function either: then the ids have been mixed up.
    """
    known = {_text(cell).strip() for cell in release.cells}
    found = []
    for cell, place in zip(submitted.cells, places, strict=True):
        if not _defines(_text(cell), name) or _text(cell).strip() in known:
            continue
        if swapped:
            other = release.cells[place] if place is not None else None
            if other is None or not _is_solution(other) or _defines(_text(cell), str(_grade_id(other))):
                continue
        found.append(cell)
    return max(reversed(found), key=lambda cell: cell.cell_type == "code") if found else None


def _following(place: int, submitted: NotebookNode, places: list[int | None]) -> NotebookNode | None:
    """A text of the student's own that stands where the text cell `place` should stand."""
    for i, before in enumerate(places[:-1]):
        cell = submitted.cells[i + 1]
        if before == place - 1 and places[i + 1] is None and cell.cell_type == "markdown" and _text(cell).strip():
            return cell
    return None


def _add_extra_cells(
    notebook: NotebookNode,
    submitted: NotebookNode,
    release: NotebookNode,
    places: list[int | None],
    spare: list[NotebookNode],
) -> None:
    """Insert the student's own code cells after the released cell that they followed."""
    released = {_text(cell).strip() for cell in release.cells}
    extra: dict[int, list[NotebookNode]] = defaultdict(list)
    after, count = -1, 0
    for cell, here in zip(submitted.cells, places, strict=True):
        rest = any(cell is one for one in spare)  # of a solution cell that was split in two
        if here is not None:
            after = here - 1 if rest else here
        theirs = release.cells[here] if here is not None else None
        own = theirs is None or (_grade_id(theirs) is None and not UNRUN & set(theirs.metadata.get("tags", [])))
        text = _text(cell)
        new = cell.cell_type == "code" and text.strip() and text.strip() not in released
        if (own or rest) and new and count < MOST_EXTRA:
            extra[after].append(new_code_cell(text, id=f"own-{count}", metadata={"tags": ["own"]}))
            count += 1
    cells = list(extra[-1])
    for i, cell in enumerate(notebook.cells):
        cells += [cell, *extra[i]]
    notebook.cells = cells


def _settings(release: NotebookNode, copies: dict[int, list[NotebookNode]]) -> list[str]:
    """Whose tags, points and roles the student's file gives differently."""
    names = []
    for place, cell in enumerate(release.cells):
        if (grade_id := _grade_id(cell)) and any(_settings_of(copy) != _settings_of(cell) for copy in copies[place]):
            names.append(grade_id)
    some = ", ".join(names) if len(names) < 4 else f"{len(names)} cells"
    return [f"The metadata of {some} had been lost or changed and have been put back."] if names else []


def _settings_of(cell: NotebookNode) -> list[object]:
    metadata = cell.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    nbgrader = metadata.get("nbgrader")
    nbgrader = nbgrader if isinstance(nbgrader, dict) else {}
    return [metadata.get("tags") or None, *(nbgrader.get(name) for name in SETTINGS)]


def _order(release: NotebookNode, places: list[int | None]) -> list[str]:
    """Whether graded cells stand in another order than in the release."""
    last = -1
    for place, cell in enumerate(release.cells):
        if _grade_id(cell) is None or place not in places:
            continue
        last = next((i for i, here in enumerate(places) if here == place and i > last), len(places))
    return ["The cells had been reordered; they are back in order."] if last == len(places) else []


def _places(submitted: NotebookNode, release: NotebookNode) -> list[int | None]:
    """For each submitted cell, the place in the release of the cell that it is or was."""
    known: dict[str, int] = {}
    for i, cell in enumerate(release.cells):
        for identity in _identities(cell):
            known.setdefault(identity, i)
    return [next((known[name] for name in _identities(cell) if name in known), None) for cell in submitted.cells]


def _identities(cell: NotebookNode) -> list[str]:
    """What a cell may be recognised by, the surest first."""
    grade_id, cell_id = _grade_id(cell), cell.get("id")
    return [f"grade:{grade_id}"] * bool(grade_id) + [f"id:{cell_id}"] * bool(cell_id) + [f"text:{_text(cell).strip()}"]


def _defines(source: str, name: str) -> bool:
    return bool(
        re.search(rf"^[ \t]*((?:def|class)\s+{re.escape(name)}\b|{re.escape(name)}\s*=(?!=))", source, re.MULTILINE)
    )


def _is_solution(cell: NotebookNode) -> bool:
    return _grade_id(cell) is not None and bool(cell.metadata.nbgrader.get("solution"))


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
