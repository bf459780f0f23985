"""Build a TP: the text notebook that an instructor writes becomes nbgrader's source, the checks and the release."""

from __future__ import annotations

import ast
import hashlib
import json
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbgrader.converters import GenerateAssignment

from autograder.classroom import convert
from autograder.classroom.grading.versions import grader_version
from autograder.classroom.handout import solutions
from autograder.classroom.intake.cells import grade_id
from autograder.classroom.layout import Classroom, write
from autograder.classroom.marking.questions import by_people, points_in
from autograder.content import finding
from autograder.content.rubric import rubrics
from autograder.content.tp import SETTINGS, TP, is_points
from autograder.exercises.exercise import Exercise
from autograder.exercises.judge import generator, public_key
from autograder.faults import Fault, WrongUsage
from course.judging import checks, sections
from course.judging.diagnosis.source import parsed, without_commands
from course.start.notebooks import name_kernel

REQUIRED = ("grade", "grade_id", "locked", "schema_version", "solution")


@dataclass(frozen=True)
class Built:
    """What a build made: the released notebook, and what its author should know."""

    release: Path
    notes: tuple[str, ...] = ()


def build(classroom: Classroom, name: str, tps: Mapping[str, TP], alone: bool = False) -> Built:
    """Build the TP of this name from its folder. alone: for whoever learns without a class (`TP.alone`). Fault, in one
    line, if something in it is broken."""
    tp = finding.ready(tps[name], tps)
    tp = tp.alone() if alone else tp
    notebook, exercises, notes = from_text(tp)
    worked, model = solutions.texts(tp, notebook, exercises), solutions.answers(notebook)
    source, release = classroom.root / "source" / tp.id, classroom.root / "release" / tp.id
    with _restored_on_failure(source, release):
        files = {*tp.public, f"{tp.id}.ipynb", *([checks.FILE] if exercises else [])}
        _drop_stale(classroom, tp.id, files)
        for file, content in tp.public.items():
            _keep(source / file, content)
        if exercises:
            state = made_from(finding.version(tp, tps), exercises), solutions.state(tp, worked, model)
            shown = {"sealed": solutions.seals(tp, exercises, worked), "written": solutions.written(tp, model)}
            _write_checks(source / checks.FILE, tp, state, exercises, shown)
        write(source / f"{tp.id}.ipynb", nbformat.writes(notebook))
        convert.run(classroom, GenerateAssignment, tp.id, force=True)
        _leave_answers_to_people(release / f"{tp.id}.ipynb")
        solutions.keep(classroom, tp, worked, model)
    return Built(release / f"{tp.id}.ipynb", (*notes, *solutions.notes(tps[name], exercises, worked, model)))


def generate(classroom: Classroom, name: str) -> Built:
    """Release an ordinary assignment of nbgrader's, which lies in source/. WrongUsage if none lies there."""
    if not any((classroom.root / "source" / name).glob("*.ipynb")):
        raise WrongUsage(f"there is no assignment {name!r} in {classroom.root / 'source'}")
    with _restored_on_failure(classroom.root / "release" / name):
        convert.run(classroom, GenerateAssignment, name, force=True)
    return Built(classroom.release(name))


def _leave_answers_to_people(path: Path) -> None:
    """Take from a released notebook by what nbgrader's Validate calls an answer failed that is not written yet.

    It would say "failed" to who has all code right. The gradebook keeps it; no mark depends on what is in the release.
    """
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader", {})
        if meta.get("grade") and meta.get("solution"):
            meta.pop("checksum", None)
    write(path, nbformat.writes(notebook))


def _drop_stale(classroom: Classroom, name: str, files: set[str]) -> None:
    """Remove what an earlier build wrote and this one does not, and nothing that anybody else has put there."""
    note = classroom.built(name)
    for old in set(json.loads(note.read_text(encoding="utf-8")) if note.is_file() else []) - files:
        (classroom.root / "source" / name / old).unlink(missing_ok=True)
    write(note, json.dumps(sorted(files)))


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


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


def from_text(tp: TP) -> tuple[NotebookNode, dict[str, Exercise], list[str]]:
    """Read and check a TP's text notebook: the notebook, the exercises in it by name, and what its author should know.

    Cell ids are set, so that the same source gives the same notebook. What `leave_out` names is taken out. The points
    of an exercise are those of `tp.toml`, else those of its test cell, else those of its criteria; where that are none,
    it is practice, and its check counts in the points of the criteria.
    """
    notebook = _read(tp.notebook)
    path = tp.notebook
    for name in tp.leave_out:
        _leave_out(tp, notebook, name)
    cells = _nbgrader_cells(path, notebook)
    exercises: dict[str, Exercise] = {}
    for name, exercise in tp.exercises.items():
        if name in tp.leave_out:
            continue
        test = cells.get(f"test_{name}")
        if test is None and name not in cells:
            continue
        if test is None or name not in cells:
            lacks = name if test is not None else f"test_{name}"
            raise Fault(f"{path}: the exercise {name} needs a cell with the grade_id {lacks}; write it, or delete both")
        if name not in _defined(cells[name]):
            raise Fault(f"{path}, cell {name}: it defines no {name}, the name that is checked and graded")
        if name not in tp.points and "points" not in test.metadata.nbgrader:
            test.metadata.nbgrader["points"] = exercise.points
        points = _points(tp, name, test)
        exercises[name] = exercise.scaled(points) if points else exercise
    for name in tp.points:
        if name not in exercises:
            raise Fault(f"{tp.folder / SETTINGS}: it gives points to {name}, which is no exercise in {path.name}")
    rubrics(tp.folder, points_in(by_people(notebook).values()), tp.leave_out)
    order = list(cells)
    exercises = dict(sorted(exercises.items(), key=lambda item: order.index(f"test_{item[0]}")))
    return notebook, exercises, _notes(tp, cells, exercises)


def _notes(tp: TP, cells: Mapping[str, NotebookNode], exercises: Mapping[str, Exercise]) -> list[str]:
    absent = [name for name in tp.exercises if name not in exercises and name not in tp.leave_out]
    notes = [f"{name} is declared and has no cells in {tp.notebook.name}: students do not get it" for name in absent]
    plain = [
        name
        for name, cell in cells.items()
        if cell.metadata.nbgrader["grade"]
        and not cell.metadata.nbgrader["solution"]
        and cell.cell_type == "code"
        and name.removeprefix("test_") not in exercises
    ]
    if plain:
        notes.append(f"no exercise judges {', '.join(plain)}: run as nbgrader runs tests, which a submission can fool")
    return notes


def _points(tp: TP, name: str, test: NotebookNode) -> float:
    if name in tp.points:
        test.metadata.nbgrader["points"] = tp.points[name]
    return float(test.metadata.nbgrader["points"])


def _read(path: Path) -> NotebookNode:
    try:
        notebook = jupytext.read(path)
    except Exception as error:  # whatever the parser says, it is the instructor's text that has to change
        raise Fault(f"{path} cannot be read as a text notebook: {' '.join(str(error).split())}") from None
    for number, cell in enumerate(notebook.cells):
        cell.id = grade_id(cell) or f"cell-{number}"
        if cell.cell_type == "code":
            _check_syntax(path, cell)
        else:
            cell.source = sections.linked(cell.source)
    notebook.metadata.pop("jupytext", None)
    name_kernel(notebook)
    return notebook


def _nbgrader_cells(path: Path, notebook: NotebookNode) -> dict[str, NotebookNode]:
    """The cells that nbgrader knows, by id. Fault if the metadata of one are broken."""
    found: dict[str, NotebookNode] = {}
    for cell in notebook.cells:
        meta = cell.metadata.get("nbgrader")
        if meta is None:
            continue
        if missing := [name for name in REQUIRED if name not in meta]:
            raise Fault(f"{path}, cell {cell.id}: its nbgrader metadata lack {', '.join(missing)}")
        if cell.id in found:
            raise Fault(f"{path}: there are two cells with the grade_id {cell.id}; each needs its own")
        found[cell.id] = cell
        marks = re.findall(r"^\s*### (BEGIN|END) SOLUTION\s*$", cell.source, flags=re.MULTILINE)
        if meta["solution"] and not meta["grade"] and (not marks or marks != ["BEGIN", "END"] * (len(marks) // 2)):
            raise Fault(f"{path}, cell {cell.id}: a solution stands between ### BEGIN SOLUTION and ### END SOLUTION")
        if not is_points(meta.get("points", 0)):
            raise Fault(f"{path}, cell {cell.id}: {meta['points']!r} is no number of points; give 0 or more")
    return found


def _leave_out(tp: TP, notebook: NotebookNode, name: str) -> None:
    """Take an exercise's section out, from its heading to the next of the same level or a higher one, and the lines of
    pictures that use it.

    Fault if there is no such exercise, if another one stands in the same section, or if what stays cannot do without.
    """
    ids = [grade_id(cell) for cell in notebook.cells]
    if name not in ids:
        raise Fault(f"{tp.folder / SETTINGS}: it leaves out {name}, which has no cell in {tp.notebook.name}")
    levels = [_level(cell) for cell in notebook.cells]
    start = next((i for i in range(ids.index(name), -1, -1) if levels[i]), None)
    if start is None:
        raise Fault(f"{tp.notebook}: {name} cannot be left out, no heading stands above it")
    stop = next((i for i in range(start + 1, len(ids)) if 0 < levels[i] <= levels[start]), len(ids))
    others = [id for id in ids[start:stop] if id and id not in (name, f"test_{name}")]
    if others:
        raise Fault(f"{tp.notebook}: {name} cannot be left out alone, {others[0]} stands under the same heading")
    notebook.cells[start:stop] = []
    for cell in notebook.cells:
        lines = cell.source.split("\n")
        using = [line for line in lines if re.search(rf"\b{name}\b", line)] if cell.cell_type == "code" else []
        if not using:
            continue
        cell.source = "\n".join(line for line in lines if line not in using)
        if "picture" not in cell.metadata.get("tags", []) or not _parses(cell):
            line = using[0].strip()
            raise Fault(f"{tp.notebook}: {line!r} uses {name}, which {SETTINGS} leaves out; change that cell")


def _parses(cell: NotebookNode) -> bool:
    """Whether a cell is Python."""
    try:
        parsed(without_commands(cell.source))
    except SyntaxError:
        return False
    return True


def _level(cell: NotebookNode) -> int:
    """The level of the heading that a cell begins with, 0 if with none."""
    found = re.match(r"(#{1,6}) ", cell.source) if cell.cell_type == "markdown" else None
    return len(found[1]) if found else 0


def _check_syntax(path: Path, cell: NotebookNode) -> None:
    try:
        parsed(without_commands(cell.source))
    except SyntaxError as error:
        raise Fault(f"{path}, cell {cell.id}, line {error.lineno}: {error.msg}") from None


def _defined(cell: NotebookNode) -> set[str]:
    """The functions and classes that a cell defines."""
    made = parsed(without_commands(cell.source))
    return {node.name for node in made if isinstance(node, ast.FunctionDef | ast.ClassDef)}


@cache
def _public_key(tp: str, exercise: Exercise) -> object:
    """The same inputs for everybody, in every build; drawn once for each exercise of this process."""
    return public_key(exercise, generator(b"public", tp, exercise.name))


def _write_checks(
    path: Path, tp: TP, state: tuple[str, str], exercises: Mapping[str, Exercise], shown: Mapping[str, object]
) -> None:
    """Write `checks.json`, unless the file that is there was made from the same state: drawing it takes long."""
    try:
        there = json.loads(path.read_text(encoding="utf-8"))
        if (there["made_from"], there["shows"]) == state:
            return
    except (OSError, ValueError, KeyError, TypeError):
        pass  # there is none, or none that can be read
    keys = {name: _public_key(tp.id, exercise) for name, exercise in exercises.items()}
    content = {
        "format": checks.FORMAT,
        "made_from": state[0],
        "shows": state[1],
        "tp": tp.id,
        "hints": tp.hints,
        "exercises": keys,
        **shown,
    }
    write(path, json.dumps(content))


def made_from(version: str, exercises: Mapping[str, Exercise]) -> str:
    """A digest of all that the checks of some exercises depend on: the grader, the TPs' files, the points."""
    points = {name: exercise.points for name, exercise in exercises.items()}
    parts = json.dumps([grader_version(), version, points])
    return hashlib.sha256(parts.encode()).hexdigest()
