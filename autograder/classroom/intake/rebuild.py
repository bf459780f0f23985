"""Put a student's solutions into the released notebook, whatever happened to the notebook on its way.

The result has the release's cells in the release's order, with the sources of the student's solution cells, and the
student's own cells where they stood: a helper function may live in one, and an answer may go on in one. Metadata, tests
and order come from the release. What had to be repaired is said in words.
"""

from __future__ import annotations

from collections import defaultdict
from copy import deepcopy

from nbformat import NotebookNode

from autograder.classroom.intake import own, repairs
from autograder.classroom.intake.cells import UNRUN, defines, grade_id, is_solution, text

SETTINGS = ("grade", "solution", "locked", "points")


def rebuild(submitted: NotebookNode, release: NotebookNode) -> tuple[NotebookNode, list[str]]:
    """The notebook to grade, and what was repaired. Changes neither argument."""
    work = _Rebuild(submitted, release)
    notebook = deepcopy(release)
    for place, cell in enumerate(notebook.cells):
        name, copies = grade_id(cell), work.copies[place]
        if name is None:
            continue
        if is_solution(cell):
            work.carry_over(place, cell)
        elif not copies:
            work.repairs.add(repairs.MISSING, name)
        elif any(text(copy).strip() != cell.source.strip() for copy in copies):
            work.repairs.add(repairs.CHANGED, name)
        elif len(copies) > 1:
            work.repairs.add(repairs.DOUBLED, name)
    told = [*work.repairs.told(), *_settings(release, work.copies), *_order(release, work.places)]
    told += own.add(notebook, submitted, release, work.places, work.spare, work.taken)
    if version := submitted.metadata.get("python"):
        notebook.metadata["language_info"] = NotebookNode(name="python", version=version)
    return notebook, told


def solutions(submitted: NotebookNode, release: NotebookNode) -> dict[str, str]:
    """The solutions that a notebook holds, by their ids: what differs from the release. Of answers in words only those
    whose cells are there: what else is said in words may belong to anything.
    """
    notebook, _ = rebuild(submitted, release)
    there = {grade_id(cell) for cell in submitted.cells}
    stubs = {grade_id(cell): cell.source for cell in release.cells if is_solution(cell)}
    return {
        str(grade_id(cell)): cell.source
        for cell in notebook.cells
        if grade_id(cell) in stubs
        and (cell.cell_type == "code" or grade_id(cell) in there)
        and cell.source.strip() != stubs[grade_id(cell)].strip()
    }


class _Rebuild:
    """What is known of a submission while it is rebuilt.

    places: for each submitted cell, its place in the release. copies: by place, the submitted cells. spare: parts of
    solution cells that were split. taken: the cells that solutions were taken from.
    """

    def __init__(self, submitted: NotebookNode, release: NotebookNode) -> None:
        self._cells, self._release = submitted.cells, release.cells
        self.places = _places(submitted, release)
        self.copies: dict[int, list[NotebookNode]] = defaultdict(list)
        for cell, place in zip(submitted.cells, self.places, strict=True):
            if place is not None:
                self.copies[place].append(cell)
        self.repairs = repairs.Repairs()
        self.spare: list[NotebookNode] = []
        self.taken: list[NotebookNode] = []
        self._names = [str(grade_id(cell)) for cell in release.cells if is_solution(cell)]

    def carry_over(self, place: int, cell: NotebookNode) -> None:
        """Give a solution cell of the rebuilt notebook the student's source."""
        name, stub, mine = str(grade_id(cell)), cell.source, self.copies[place]
        changed = [copy for copy in mine if text(copy).strip() != stub.strip()]
        right, stays = changed, False
        if defines(stub, name):
            right = [copy for copy in changed if defines(text(copy), name)]
            solved = any(_bare(text(copy)) != _bare(stub) for copy in right)
            found = None if solved else self._elsewhere(name, place, bool(changed))
            if found is not None and self._runs(found, name, place):
                right, stays = [], True
                self.repairs.add(repairs.ELSEWHERE, name)
                cell.source = f"# {name} is defined in another cell."  # the stub could come later, and hide it
            elif found is not None:
                right = [found]
                self.repairs.add(repairs.FOUND, name)
        elif not changed and (found := _following(place, self._cells, self.places)):
            right = [found]
            self.repairs.add(repairs.BELOW if mine else repairs.NAMELESS, name)
        if len(mine) > 1:
            self.repairs.add(repairs.DRAFTS, name)
        if not mine and not right and not stays:
            self.repairs.add(repairs.UNWRITTEN, name)
        commented = stays and bool(changed) and defines(text(changed[-1]), name)  # a stub with a comment in it
        if (chosen := (right or changed)[-1:]) and not commented:
            self._take(cell, chosen[0], name)
            changed = [copy for copy in changed if copy is not chosen[0]]
        parts = [copy for copy in changed if cell.cell_type == "markdown" or not defines(text(copy), name)]
        self.spare += [copy for copy in parts if right and copy.cell_type == cell.cell_type]

    def _take(self, cell: NotebookNode, chosen: NotebookNode, name: str) -> None:
        if chosen.cell_type != cell.cell_type:
            self.repairs.add(repairs.RETYPED, name)
        cell.source = text(chosen)
        if cell.cell_type == "code":
            cell.outputs = chosen.get("outputs", [])
        elif chosen.get("attachments"):
            cell.attachments = chosen.attachments
        self.taken.append(chosen)

    def _elsewhere(self, name: str, place: int, changed: bool) -> NotebookNode | None:
        """The last cell, preferably of code, that defines `name` under another id or none.

        If the function's own cell holds something else (`changed`), first the cell of another solution that does not
        hold its own function either: then the ids have been mixed up.
        """
        known = {text(cell).strip() for cell in self._release}
        found = [
            (cell, here)
            for cell, here in zip(self._cells, self.places, strict=True)
            if here != place and defines(text(cell), name) and text(cell).strip() not in known
        ]
        swapped = [one for one in found if self._holds_another(*one)] if changed else []
        cells = [cell for cell, _ in swapped or found]
        return max(reversed(cells), key=lambda cell: cell.cell_type == "code") if cells else None

    def _holds_another(self, cell: NotebookNode, place: int | None) -> bool:
        """Whether this is the cell of a solution that it does not define."""
        theirs = self._release[place] if place is not None else None
        return theirs is not None and is_solution(theirs) and not defines(text(cell), str(grade_id(theirs)))

    def _runs(self, found: NotebookNode, name: str, place: int) -> bool:
        """Whether a cell that defines `name` will run where it stands, and need not be taken from there.

        It is the solution's own cell, without its metadata, if that is missing and this one stands before its test and
        defines nothing else that is asked.
        """
        at = next(i for i, cell in enumerate(self._cells) if cell is found)
        here = self.places[at]
        if found.cell_type != "code":
            return False
        if here is not None and is_solution(self._release[here]):
            own_name = str(grade_id(self._release[here]))
            last = [copy for copy in self.copies[here] if defines(text(copy), own_name)][-1:]
            return bool(last) and last[0] is found
        if here is not None and (
            grade_id(self._release[here]) or UNRUN & set(self._release[here].metadata.get("tags", []))
        ):
            return False
        alone = not any(defines(text(found), other) for other in self._names if other != name)
        lost = here is None and not self.copies[place] and alone and own.anchors(self.places)[at] < place
        return not lost


def _bare(source: str) -> str:
    """A text of code without its comments, and without what white space there is."""
    return "".join("".join(line.split()) for line in source.split("\n") if not line.lstrip().startswith("#"))


def _following(place: int, cells: list[NotebookNode], places: list[int | None]) -> NotebookNode | None:
    """A text of the student's own that stands behind the text cell `place`, or where that should stand."""
    before = place if place in places else place - 1
    for here, after, cell in zip(places, places[1:], cells[1:], strict=False):
        if here == before and after is None and cell.cell_type == "markdown" and text(cell).strip():
            return cell
    return None


def _settings(release: NotebookNode, copies: dict[int, list[NotebookNode]]) -> list[str]:
    """Whose tags, points and roles the student's file gives differently."""
    names = []
    for place, cell in enumerate(release.cells):
        if (name := grade_id(cell)) and any(_settings_of(copy) != _settings_of(cell) for copy in copies[place]):
            names.append(name)
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
        if grade_id(cell) is None or place not in places:
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
    name, cell_id = grade_id(cell), cell.get("id")
    return [f"grade:{name}"] * bool(name) + [f"id:{cell_id}"] * bool(cell_id) + [f"text:{text(cell).strip()}"]
