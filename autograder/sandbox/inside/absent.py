"""What of `course` is not there while a submission is graded: the parts that compute, or show, what exercises ask for.

Their files are hidden and they are never imported, so that no code of the learner's finds them, however it looks. An
import of one works all the same, and so does a name from it: what raises, in one line, is a call.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

import course
from course.judging.barred import OF_THE_COURSE


class Finder:
    """Finds modules that are not there. First of `sys.meta_path`, for the parent and all children."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None) -> Any:
        """Of an absent module or one in it, a specification; None for every other."""
        if any(name == absent or name.startswith(f"{absent}.") for absent in OF_THE_COURSE):
            return ModuleSpec(name, self, is_package=True)  # type: ignore[arg-type]
        return None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """An empty module whose every name is a function that raises."""
        module = ModuleType(spec.name)
        module.__getattr__ = _raising(spec.name)  # type: ignore[method-assign]
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: it stays empty."""


def _raising(module: str) -> Callable[[str], Any]:
    def attribute(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"{module} has no {name} while a submission is graded")

        def absent(*_: Any, **__: Any) -> Any:
            raise RuntimeError(f"{module}.{name} is not there while a submission is graded: write it yourself")

        return absent

    return attribute


def hide() -> None:
    """Have imports find nothing of it, from now on."""
    sys.meta_path.insert(0, Finder())


def files() -> list[str]:
    """Where it lies, with what Python has compiled of it, and the lectures."""
    root = Path(course.__file__).resolve().parent
    found = [root / "lectures"]
    for name in OF_THE_COURSE:
        place = root.joinpath(*name.split(".")[1:])
        found += [place] if place.is_dir() else [place.with_suffix(".py"), place.parent / "__pycache__"]
    return [str(path) for path in found if path.exists()]
