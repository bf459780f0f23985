"""A TP: a folder with `tp.toml`, a text notebook, exercises, and a public part. FORMATS.md describes `tp.toml`."""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.content import modules
from autograder.content.rubric import FILE as RUBRIC
from autograder.exercises.exercise import Exercise
from autograder.faults import Fault
from course.judging.ladder import ALL, ALLOWED

SETTINGS = "tp.toml"
FORMAT = 1  # of that file
KEYS = {"format", "id", "title", "notebook", "uses", "points", "leave_out", "hints", "solutions", "model_answers"}
BESIDE = {"sample_class", "tests", "__pycache__", RUBRIC}  # what no mark depends on
SOLUTION = "solution.md"  # in an exercise's folder; of an exercise that is one module: beside it, with its name
# When solutions are shown: in the notebook and with the feedback, with the feedback alone, or not at all.
AT_ONCE, LATER, NEVER = WHEN = ("at once", "with the feedback", "never")


@dataclass(frozen=True, eq=False)
class TP:
    """One TP.

    id: its name as an assignment; no other TP has it. title: in words. notebook: the text notebook with solutions.
    uses: ids of the TPs that its modules import from. points: of exercises, where they are not those of the notebook's
    cells. leave_out: exercises of the notebook that students do not get. hints: the last rung of the ladder of hints
    that the check shows (`course.judging.ladder.ALLOWED`). solutions, model_answers: when those of the exercises, and
    those of written questions, are shown, one of WHEN.
    """

    folder: Path
    id: str
    title: str
    notebook: Path
    uses: tuple[str, ...] = ()
    points: Mapping[str, float] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    hints: str = ALL
    solutions: str = AT_ONCE
    model_answers: str = LATER

    def alone(self) -> TP:
        """The same for whoever learns without a class: what would come with the feedback is shown at once."""
        solutions, model_answers = (AT_ONCE if w == LATER else w for w in (self.solutions, self.model_answers))
        return replace(self, solutions=solutions, model_answers=model_answers)

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        """All exercises that are declared in the folder, by name, with the points that their checks add up to.

        Each module or package in `exercises/` holds one as `exercise`. Fault, in one line, if one cannot be loaded.
        """
        found: dict[str, Exercise] = {}
        for module, exercise in self._declared.values():
            if not isinstance(exercise, Exercise):
                raise Fault(f"{module.__file__} holds no `exercise`: give it one, an autograder Exercise")
            if exercise.name in found:
                raise Fault(f"{module.__file__}: {self.id} has an exercise {exercise.name} already; rename one of them")
            found[exercise.name] = exercise
        return found

    @cached_property
    def _declared(self) -> Mapping[str, tuple[ModuleType, Any]]:
        """By module in `exercises/`: it, and what it holds as `exercise`."""
        found = {name: self.module(f"exercises.{name}") for name in modules.names(self.folder / "exercises")}
        return {name: (module, getattr(module, "exercise", None)) for name, module in found.items()}

    @property
    def worked(self) -> dict[str, Path]:
        """By exercise, the file that explains its solution; only those that are there."""
        folder, found = self.folder / "exercises", {}
        for name, (_, exercise) in self._declared.items():
            path = folder / name / SOLUTION if (folder / name).is_dir() else folder / f"{name}.md"
            if path.is_file():
                found[exercise.name] = path
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
        """All files that a mark may depend on, by their paths in the folder: no text that explains a solution."""
        found = {path.relative_to(self.folder): path for path in _files(self.folder)}
        return {
            str(name): path.read_bytes()
            for name, path in found.items()
            if not (name.parts[0] == "exercises" and name.suffix == ".md")
        }

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
    when = [_text(path, data, key, default) for key, default in (("solutions", AT_ONCE), ("model_answers", LATER))]
    for key, value in zip(("solutions", "model_answers"), when, strict=True):
        if value not in WHEN:
            raise Fault(f"{path}: `{key}` is {value!r}; write one of {', '.join(WHEN)}")
    return TP(
        folder.resolve(),
        id,
        _text(path, data, "title", id),
        notebook.resolve(),
        _names(path, data, "uses"),
        {name: float(number) for name, number in points.items()},
        _names(path, data, "leave_out"),
        hints,
        *when,
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
