"""The modules of TPs, importable as `tps.<id>`, always from their sources, whatever lies in a cache.

Inside its folder a TP imports relatively. What it uses of another TP it imports as `tps.<id>.<module>`; that TP must
stand in its `uses`.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from autograder.faults import Fault

PACKAGE = "tps"


class _Sources(SourceFileLoader):
    """Compiles a module anew each time: a cache is told from its source by seconds and size, too coarse for a mark."""

    def path_stats(self, path: Any) -> Any:
        raise OSError("no cache")


class _Finder(MetaPathFinder):
    """Finds the modules of the TPs that were announced."""

    def __init__(self) -> None:
        self.folders: dict[str, Path] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname == PACKAGE:
            spec = ModuleSpec(PACKAGE, None, is_package=True)
            spec.submodule_search_locations = []
            return spec
        first, _, rest = fullname.partition(".")
        id, _, inside = rest.partition(".")
        if first != PACKAGE or id not in self.folders:
            return None
        place = self.folders[id].joinpath(*inside.split(".")) if inside else self.folders[id]
        if place.is_dir():
            start = place / "__init__.py"
            loader = _Sources(fullname, str(start)) if start.is_file() else None
            spec = ModuleSpec(fullname, loader, origin=str(start) if loader else None, is_package=True)
            spec.submodule_search_locations = [str(place)]
            spec.has_location = loader is not None
            return spec
        file = place.with_suffix(".py")
        if not file.is_file():
            return None
        return importlib.util.spec_from_file_location(fullname, file, loader=_Sources(fullname, str(file)))


_finder = _Finder()
sys.meta_path.insert(0, _finder)  # before Python's own, which would find modules in a TP's packages, and caches
_loaded: dict[str, tuple[Path, str]] = {}  # by id: the folder and the version that the modules are of


def announce(id: str, folder: Path, version: str) -> None:
    """Make the modules of a TP importable; those of an earlier state of it, or of another folder, are forgotten."""
    state = (folder, version)
    if _loaded.get(id) == state:
        return
    for name in [name for name in sys.modules if name.startswith(f"{PACKAGE}.{id}.") or name == f"{PACKAGE}.{id}"]:
        del sys.modules[name]
    _finder.folders[id] = folder
    _loaded[id] = state


def loaded(id: str, module: str) -> ModuleType:
    """A module of a TP that was announced. Fault, in one line, with the file and the line, if it cannot be imported."""
    folder = _finder.folders[id]
    try:
        return importlib.import_module(f"{PACKAGE}.{id}.{module}")
    except Fault:
        raise
    except Exception as error:
        where = _line_of(error, folder)
        raise Fault(f"{where or folder / module}: {type(error).__name__}: {' '.join(str(error).split())}") from error


def _line_of(error: BaseException, folder: Path) -> str:
    """The last line in a folder that an exception came through."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}, line {error.lineno}"
    found, trace = "", error.__traceback__
    while trace is not None:
        if Path(trace.tb_frame.f_code.co_filename).is_relative_to(folder):
            found = f"{trace.tb_frame.f_code.co_filename}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return found


def names(folder: Path) -> list[str]:
    """The modules and packages in a folder."""
    if not folder.is_dir():
        return []
    packages = [path.parent.name for path in folder.glob("*/__init__.py")]
    single = [path.stem for path in folder.glob("*.py") if path.stem != "__init__"]
    return sorted([*packages, *single])
