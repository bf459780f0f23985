"""An assignment as it was released: its notebooks, which cells are judged by an exercise, and which are plain tests.

A TP is an assignment whose test cells are judged by its exercises. Other autograded cells are nbgrader's: they run in
the submission's process, with their hidden tests, which only the gradebook holds.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nbformat import NotebookNode

from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom
from autograder.content import finding
from autograder.content.tp import TP
from autograder.exercises.exercise import Exercise
from course.judging.checks import FILE

if TYPE_CHECKING:
    from nbgrader.api import Gradebook

NOT_GUARDED = {"course", "__future__"}  # of what a public part imports: the one always is, the other does nothing


@dataclass(frozen=True, eq=False)
class Assignment:
    """What was released of one assignment.

    notebooks: the released notebooks, by name. tp: the TP that it was built from, if it was. files: what lies beside
    the notebooks, by path. tps: all TPs that its exercises may come from, by id. hidden: the folders of all TPs, also
    where this is none: nothing of them may be seen by a submission.
    """

    name: str
    notebooks: Mapping[str, NotebookNode]
    tp: TP | None
    files: Mapping[str, bytes]
    tps: Mapping[str, TP] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        """The exercises by the ids of their test cells, with the points that the cells give."""
        if self.tp is None:
            return {}
        return judged(finding.ready(self.tp, self.tps), points_of(self.notebooks))

    @cached_property
    def tests(self) -> Mapping[str, tuple[str, ...]]:
        """By notebook: the ids of the autograded cells that no exercise judges."""
        return {
            name: tuple(
                grade_id
                for grade_id, cell in graded(notebook).items()
                if is_autograded(cell) and grade_id not in self.exercises
            )
            for name, notebook in self.notebooks.items()
        }

    @property
    def plain(self) -> bool:
        """Whether some cells are nbgrader's own tests."""
        return any(self.tests.values())

    @property
    def public(self) -> tuple[str, ...]:
        """The modules of the public part that use what a learner wrote."""
        return tuple(sorted({exercise.public for exercise in self.exercises.values() if exercise.public}))

    @property
    def guarded(self) -> tuple[str, ...]:
        """The packages that are put back before each use of a learner's class: those that the public part imports."""
        sources = [self.files.get(f"{name}.py", b"").decode() for name in self.public]
        found = {module.partition(".")[0] for source in sources for module in imported_by(source)}
        return tuple(sorted(found - NOT_GUARDED))

    @property
    def not_by(self) -> tuple[str, ...]:
        """What may not answer in some exercise."""
        return tuple(sorted({name for exercise in self.exercises.values() for name in exercise.not_by}))

    @property
    def modules(self) -> tuple[str, ...]:
        """What to import before the first submission: what the released cells and the public part import."""
        cells = [
            cell.source
            for notebook in self.notebooks.values()
            for cell in notebook.cells
            if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("solution")
        ]
        own = {Path(name).with_suffix("").parts[0] for name in self.files}
        found = imported_by("\n".join([*cells, *(self.files.get(f"{name}.py", b"").decode() for name in self.public)]))
        return tuple(name for name in found if name.partition(".")[0] not in own)

    @cached_property
    def version(self) -> str:
        """A digest of the TP's files, and of those of the TPs that it uses; empty if there is none."""
        return finding.version(self.tp, self.tps) if self.tp else ""

    @property
    def sources(self) -> dict[str, dict[str, bytes]]:
        """By id, the files of the TP and of those that it uses: all that another machine needs to judge."""
        return {id: self.tps[id].files for id in finding.closure(self.tp, self.tps)} if self.tp else {}

    @property
    def max_score(self) -> float:
        """The points of all graded cells, written answers included."""
        return max_score(self.notebooks)


def assignment(classroom: Classroom, name: str) -> Assignment:
    """What was released under this name. WrongUsage if nothing was."""
    folder = classroom.released(name)
    notebooks = {path.stem: read(path) for path in sorted(folder.glob("*.ipynb"))}
    tps = finding.found(classroom.sources) if FILE in {path.name for path in folder.iterdir()} else {}
    apart = {FILE, *(f"{notebook}.ipynb" for notebook in notebooks)}
    beside = {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}
    files = {name: path.read_bytes() for name, path in beside.items() if name not in apart}
    hidden = tuple(map(str, finding.folders(classroom.sources)))
    return Assignment(name, notebooks, tps.get(name), files, tps, hidden)


def with_hidden_tests(notebook: NotebookNode, tests: tuple[str, ...], sources: Mapping[str, str]) -> None:
    """Give the plain tests of a notebook the sources that they had before the release. Changes the notebook."""
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if grade_id in tests and grade_id in sources:
            cell.source = sources[grade_id]


def test_sources(gradebook: Gradebook, name: str) -> dict[str, dict[str, str]]:
    """By notebook and cell, the sources that nbgrader kept when the assignment was generated, hidden tests included."""
    found = gradebook.find_assignment(name)
    return {notebook.name: {cell.name: cell.source for cell in notebook.source_cells} for notebook in found.notebooks}


def judged(tp: TP, points: Mapping[str, float]) -> dict[str, Exercise]:
    """The exercises that judge graded cells, by the ids of these, each with the points of its cell."""
    known = {f"test_{name}": exercise for name, exercise in tp.exercises.items()}
    return {grade_id: known[grade_id].scaled(number) for grade_id, number in points.items() if grade_id in known}


def points_of(notebooks: Mapping[str, NotebookNode]) -> dict[str, float]:
    """The points of all graded cells, by their ids."""
    cells = {id: cell for notebook in notebooks.values() for id, cell in graded(notebook).items()}
    return {grade_id: float(cell.metadata.nbgrader.get("points", 0)) for grade_id, cell in cells.items()}


def max_score(notebooks: Mapping[str, NotebookNode]) -> float:
    """The points of all graded cells of an assignment, written answers and tasks included."""
    cells = [cell.metadata.get("nbgrader", {}) for notebook in notebooks.values() for cell in notebook.cells]
    return float(sum(cell.get("points", 0) for cell in cells if cell.get("grade") or cell.get("task")))


def graded(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The graded cells of a notebook, by their ids."""
    cells = [cell for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return {cell.metadata.nbgrader.grade_id: cell for cell in cells}


def is_autograded(cell: NotebookNode) -> bool:
    """Whether a graded cell is graded by running it; if not, a person marks it."""
    return bool(cell.cell_type == "code" and not cell.metadata.nbgrader.get("solution"))


@cache
def imported_by(code: str) -> tuple[str, ...]:
    """The modules that code imports, and names that may be modules, in order; lines that are no Python are left out."""
    found: dict[str, None] = {}
    for line in code.splitlines():
        try:
            nodes = ast.parse(line.strip()).body
        except (SyntaxError, ValueError):
            continue
        for node in nodes:
            if isinstance(node, ast.Import):
                found |= dict.fromkeys(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found |= dict.fromkeys([node.module, *(f"{node.module}.{alias.name}" for alias in node.names)])
    return tuple(found)
