"""The source of a right answer, and mutants of it: functions and classes that are a small change away."""

from __future__ import annotations

import ast
import contextlib
import copy
import inspect
import io
import random
import sys
import textwrap
import types
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import jupytext
import numpy as np

from autograder.classroom.intake.cells import grade_id
from autograder.content.tp import TP
from autograder.faults import Fault
from autograder.proof.grammar import KINDS, OWN, TWICE, mutate

PARTS = ast.FunctionDef | ast.ClassDef


@dataclass(frozen=True)
class Mutant:
    """The source of a wrong answer, with the kinds of its mutations."""

    kinds: tuple[str, ...]
    source: str


class Source:
    """The source of a right answer: of a function or a class, by name, and of what it uses beside it.

    before: what has to run first; it runs once, when something of this source is needed, and finds the modules of the
    folder `beside`.
    """

    def __init__(
        self, name: str, parts: dict[str, Any], names: dict[str, Any], before: str = "", beside: Path | None = None
    ) -> None:
        self.name, self.parts, self._names, self._before, self._beside = name, parts, names, before, beside

    @classmethod
    def of(cls, reference: Callable[..., Any]) -> Source:
        """That of a reference, together with the functions of its module that it uses. OSError or TypeError if it
        cannot be read."""
        module, name = inspect.getmodule(reference), reference.__name__
        names = {**vars(module), "np": np} if module else {"np": np}
        parts = {name: _parsed(reference)}
        waiting = [parts[name]]
        while waiting:
            for node in ast.walk(waiting.pop()):
                used: Any = names.get(node.id) if isinstance(node, ast.Name) else None
                here = isinstance(used, types.FunctionType) and used.__module__ == reference.__module__
                if here and used.__name__ not in parts:
                    parts[used.__name__] = _parsed(used)
                    waiting.append(parts[used.__name__])
        return cls(name, parts, names)

    @classmethod
    def typed(cls, tp: TP, name: str) -> Source:
        """That of a solution cell in a TP's notebook, after the locked cells and the solutions above. KeyError if there
        is none of this name."""
        before: list[ast.stmt] = []
        for cell in jupytext.read(tp.notebook).cells:
            if cell.cell_type != "code" or grade_id(cell) is None or cell.metadata.nbgrader.get("grade"):
                continue
            lines = ast.parse(cell.source).body
            if grade_id(cell) == name:
                parts = {line.name: _without_words(line) for line in reversed(lines) if isinstance(line, PARTS)}
                before += [line for line in lines if not isinstance(line, PARTS)]
                return cls(name, parts, {}, _text(before), tp.folder / "public")
            before += lines
        raise KeyError(name)

    @cached_property
    def globals(self) -> dict[str, Any]:
        """What the source finds in its module, or in its notebook. Fault if what stands above it cannot be run."""
        names = dict(self._names)
        with contextlib.redirect_stdout(io.StringIO()), _importable(self._beside):
            try:
                exec(compile(self._before, "<before>", "exec"), names)
            except Exception as error:  # whatever the cells of a notebook raise
                above = f"the cells above that of {self.name} cannot be run: {type(error).__name__}: {error}"
                raise Fault(above) from None
        return names

    @property
    def text(self) -> str:
        """The source without docstrings and comments, as mutants have it."""
        return self._unparsed(self.parts)

    def function(self, source: str) -> Any:
        """What a source defines under this name, a function or a class. Raises whatever running it raises."""
        names: dict[str, Any] = dict(self.globals)
        with warnings.catch_warnings(action="ignore", category=SyntaxWarning):  # a mutant may call a number
            code = compile(source, "<mutant>", "exec")
        exec(code, names)
        return names[self.name]

    def drawn(self, count: int, seed: int, kinds: tuple[str, ...] = KINDS) -> list[Mutant]:
        """So many different mutants, or as many as the grammar has before they repeat."""
        rng = random.Random(seed)
        found: dict[str, Mutant] = {}
        for attempt in range(20 * count):
            if len(found) == count:
                break
            parts, done = copy.deepcopy(self.parts), []
            for _ in range(2 if attempt % TWICE == 0 else 1):
                kind = rng.choice(kinds)
                tree = parts[rng.choice([*parts, *(OWN * [self.name])])]
                if mutate(tree, kind, rng):
                    done.append(kind)
            source = self._unparsed(parts)
            if done and source != self.text:
                found.setdefault(source, Mutant(tuple(done), source))
        return list(found.values())

    def _unparsed(self, parts: dict[str, Any]) -> str:
        return _text(reversed(parts.values()))


@contextlib.contextmanager
def _importable(folder: Path | None) -> Iterator[None]:
    """While this lasts, the modules in a folder can be imported, as beside a released notebook."""
    if folder is None:
        yield
        return
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))


def _text(lines: Iterable[ast.stmt]) -> str:
    return "\n".join(ast.unparse(ast.fix_missing_locations(line)) for line in lines)


def _parsed(function: Callable[..., Any]) -> ast.stmt:
    return _without_words(ast.parse(textwrap.dedent(inspect.getsource(function))).body[0])


def _without_words(tree: ast.stmt) -> ast.stmt:
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if isinstance(body, list) and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
            body[:] = body[1:] or [ast.Pass()]
    return tree
