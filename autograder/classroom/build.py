"""Build a TP: the text notebook that an instructor writes becomes nbgrader's source, the checks and the release."""

from __future__ import annotations

import ast
import json
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment

from autograder.classroom import convert
from autograder.classroom.layout import Classroom, write
from autograder.exercises import EXERCISES
from autograder.faults import Fault
from autograder.judge import generator, public_key
from course.check import FILE

REQUIRED = ("grade", "grade_id", "locked", "schema_version", "solution")


def build(classroom: Classroom, tp: str, path: Path) -> Path:
    """Build a TP from its text notebook; returns the released notebook. Fault, in one line, if the source is broken."""
    notebook = from_text(tp, path)
    source, release = classroom.root / "source" / tp, classroom.root / "release" / tp
    with _restored_on_failure(source, release):
        write(source / FILE, json.dumps(checks(tp)))
        write(source / f"{tp}.ipynb", nbformat.writes(notebook))
        convert.run(classroom, GenerateAssignment, tp, force=True)
    return classroom.release(tp)


@contextmanager
def _restored_on_failure(*folders: Path) -> Iterator[None]:
    """Put the folders back as they were if the work in between fails: nbgrader removes a release it cannot renew."""
    with tempfile.TemporaryDirectory() as aside:
        kept = [Path(aside) / str(number) for number in range(len(folders))]
        for folder, copy in zip(folders, kept, strict=True):
            if folder.is_dir():
                shutil.copytree(folder, copy)
        try:
            yield
        except BaseException:
            for folder, copy in zip(folders, kept, strict=True):
                shutil.rmtree(folder, ignore_errors=True)
                if copy.is_dir():
                    shutil.copytree(copy, folder)
            raise


def from_text(tp: str, path: Path) -> NotebookNode:
    """Read and check a text notebook. Cell ids are set, so that the same source gives the same notebook."""
    try:
        notebook = jupytext.read(path)
    except Exception as error:  # whatever the parser says, it is the instructor's text that has to change
        raise Fault(f"{path} cannot be read as a text notebook: {' '.join(str(error).split())}") from None
    exercises = {f"test_{exercise.name}": exercise for exercise in EXERCISES.get(tp, ())}
    if not exercises:
        raise Fault(f"{path}: autograder/exercises knows no TP {tp!r}; add its exercises there")
    points: dict[str, float] = {}
    for number, cell in enumerate(notebook.cells):
        meta = cell.metadata.get("nbgrader")
        cell.id = meta["grade_id"] if meta and meta.get("grade_id") else f"cell-{number}"
        if cell.cell_type == "code":
            _check_syntax(path, cell)
        if meta is None:
            continue
        if missing := [name for name in REQUIRED if name not in meta]:
            raise Fault(f"{path}, cell {cell.id}: its nbgrader metadata lack {', '.join(missing)}")
        if cell.id in points:
            raise Fault(f"{path}: there are two cells with the grade_id {cell.id}; each needs its own")
        points[cell.id] = float(meta.get("points", 0))
        marks = re.findall(r"^\s*### (BEGIN|END) SOLUTION\s*$", cell.source, flags=re.MULTILINE)
        if meta["solution"] and not meta["grade"] and (not marks or marks != ["BEGIN", "END"] * (len(marks) // 2)):
            raise Fault(f"{path}, cell {cell.id}: a solution stands between ### BEGIN SOLUTION and ### END SOLUTION")
        if points[cell.id] < 0:
            raise Fault(f"{path}, cell {cell.id}: {points[cell.id]:g} points; give 0 or more")
    defined = {cell.id: _defined(cell) for cell in notebook.cells if cell.cell_type == "code"}
    for test, exercise in exercises.items():
        if test not in points or exercise.name not in points:
            raise Fault(f"{path}: the cells {exercise.name} and {test} are needed, one of them is missing")
        if exercise.name not in defined.get(exercise.name, ()):
            raise Fault(
                f"{path}, cell {exercise.name}: it defines no {exercise.name}, the name that is checked and graded"
            )
        if points[test] != exercise.points:
            raise Fault(
                f"{path}, cell {test}: {points[test]:g} points, but the criteria of {exercise.name} add up to "
                f"{exercise.points:g}"
            )
    return notebook


def _check_syntax(path: Path, cell: NotebookNode) -> None:
    try:
        _parsed(cell)
    except SyntaxError as error:
        raise Fault(f"{path}, cell {cell.id}, line {error.lineno}: {error.msg}") from None


def _parsed(cell: NotebookNode) -> ast.Module:
    return ast.parse("\n".join("" if re.match(r"\s*[%!]", line) else line for line in cell.source.split("\n")))


def _defined(cell: NotebookNode) -> set[str]:
    """The functions and classes that a cell defines."""
    return {node.name for node in _parsed(cell).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


@cache
def checks(tp: str) -> dict[str, object]:
    """The public keys of a TP's checks: the same inputs for everybody, in every build."""
    return {
        "format": 1,
        "exercises": {
            exercise.name: public_key(exercise, generator(b"public", tp, exercise.name)) for exercise in EXERCISES[tp]
        },
    }
