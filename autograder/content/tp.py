"""A TP: a folder with `tp.toml`, a text notebook, exercises, and a public part. FORMATS.md describes `tp.toml`."""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.content import modules
from autograder.exercises.exercise import Exercise
from autograder.faults import Fault
from course.judging.ladder import ALL, ALLOWED

SETTINGS = "tp.toml"
FORMAT = 1  # of that file
KEYS = {"format", "id", "title", "notebook", "uses", "points", "leave_out", "hints"}
BESIDE = {"sample_class", "tests", "__pycache__"}  # folders that no mark depends on


@dataclass(frozen=True, eq=False)
class TP:
    """One TP.

    id: its name as an assignment; no other TP has it. title: in words. notebook: the text notebook with solutions.
    uses: ids of the TPs that its modules import from. points: of exercises, where they are not those of the notebook's
    cells. leave_out: exercises of the notebook that students do not get. hints: the last rung of the ladder of hints
    that the check shows (`course.judging.ladder.ALLOWED`).
    """

    folder: Path
    id: str
    title: str
    notebook: Path
    uses: tuple[str, ...] = ()
    points: Mapping[str, float] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    hints: str = ALL

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        """All exercises that are declared in the folder, by name, with the points that their checks add up to.

        Each module or package in `exercises/` holds one as `exercise`. Fault, in one line, if one cannot be loaded.
        """
        found: dict[str, Exercise] = {}
        for name in modules.names(self.folder / "exercises"):
            module = self.module(f"exercises.{name}")
            exercise = getattr(module, "exercise", None)
            if not isinstance(exercise, Exercise):
                raise Fault(f"{module.__file__} holds no `exercise`: give it one, an autograder Exercise")
            if exercise.name in found:
                raise Fault(f"{module.__file__}: {self.id} has an exercise {exercise.name} already; rename one of them")
            found[exercise.name] = exercise
        return found

    def module(self, name: str) -> ModuleType:
        """A module of the folder, by its path with dots. Fault, in one line, if it cannot be imported."""
        modules.announce(self.id, self.folder, self.version)
        return modules.loaded(self.id, name)

    @property
    def public(self) -> dict[str, bytes]:
        """The files of the public part, by the names that they have beside the notebook."""
        folder = self.folder / "public"
        return {str(p.relative_to(folder)): p.read_bytes() for p in _files(folder)} if folder.is_dir() else {}

    @property
    def files(self) -> dict[str, bytes]:
        """All files that a mark may depend on, by their paths in the folder."""
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in _files(self.folder)}

    @cached_property
    def version(self) -> str:
        """A digest of the files: with another one, another result."""
        digest = hashlib.sha256()
        for name, content in sorted(self.files.items()):
            digest.update(f"{name}\0{len(content)}\0".encode() + content)
        return digest.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in BESIDE or path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.suffix != ".pyc":
            yield path


def read(folder: Path) -> TP:
    """The TP in a folder. Fault, in one line, if its settings are broken."""
    path = folder / SETTINGS
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Fault(f"{path} cannot be read: {' '.join(str(error).split())}") from None
    if data.get("format") != FORMAT:
        raise Fault(
            f"{path}: its format is {data.get('format')!r}, this version reads {FORMAT}: write `format = {FORMAT}`"
        )
    if unknown := sorted(data.keys() - KEYS):
        raise Fault(f"{path} sets {unknown[0]!r}, which means nothing; there are {', '.join(sorted(KEYS))}")
    id = _text(path, data, "id")
    if not id.isidentifier() or not id.isascii():
        raise Fault(f"{path}: the id {id!r} is no name; use letters, digits and `_`, as in `my_first_tp`")
    notebook = folder / _text(path, data, "notebook", f"{id}.py")
    if not notebook.is_file():
        raise Fault(f"{path}: there is no text notebook {notebook.name} beside it; write it, or name it as `notebook`")
    points = data.get("points", {})
    if not isinstance(points, dict) or not all(map(is_points, points.values())):
        raise Fault(
            f"{path}: `points` gives exercises numbers, 0 or more, as in `[points]` and below it `my_exercise = 3`"
        )
    hints = _text(path, data, "hints", ALL)
    if hints not in ALLOWED:
        raise Fault(f"{path}: `hints` is {hints!r}; write one of {', '.join(ALLOWED)}")
    return TP(
        folder.resolve(),
        id,
        _text(path, data, "title", id),
        notebook.resolve(),
        _names(path, data, "uses"),
        {name: float(number) for name, number in points.items()},
        _names(path, data, "leave_out"),
        hints,
    )


def is_points(value: object) -> bool:
    """Whether a value can be the points of a cell: a finite number, 0 or more."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < math.inf


def _text(path: Path, data: Mapping[str, Any], key: str, default: str | None = None) -> str:
    value = data.get(key, default)
    if not isinstance(value, str) or not value:
        raise Fault(f'{path}: it lacks `{key}`, a text, as in `{key} = "..."`')
    return value


def _names(path: Path, data: Mapping[str, Any], key: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise Fault(f'{path}: `{key}` is a list of names, as in `{key} = ["another_tp"]`')
    return tuple(value)
