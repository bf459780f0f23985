"""Functions and classes of modules as they were imported, to be put back before a learner's code is asked.

A class is used through Keras and `course.ways`. A submission may change both, by accident or to be given
points for what it does not do (a `load_model` that loads nothing). What is put back are functions and classes, and the
code of functions; data, such as Keras' registries and settings, are left as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType, FunctionType, ModuleType
from typing import Any

MEMBERS = (FunctionType, classmethod, staticmethod, property)


class Untouched:
    """What was found in the modules of the given packages. Made once, before anything of a learner's runs."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self._found: list[tuple[Any, str, Any, CodeType | None]] = []
        seen: set[type] = set()
        for module in list(sys.modules.values()):
            if not isinstance(module, ModuleType) or module.__name__.partition(".")[0] not in packages:
                continue
            for name, value in list(vars(module).items()):
                if callable(value):
                    self._keep(module, name, value)
                if isinstance(value, type) and value.__module__.partition(".")[0] in packages and value not in seen:
                    seen.add(value)
                    for inner, member in list(vars(value).items()):
                        if isinstance(member, MEMBERS):
                            self._keep(value, inner, member)

    def _keep(self, owner: Any, name: str, value: Any) -> None:
        self._found.append((owner, name, value, value.__code__ if isinstance(value, FunctionType) else None))

    def put_back(self) -> None:
        """Undo what has been changed since."""
        for owner, name, value, code in self._found:
            if vars(owner).get(name) is not value:
                setattr(owner, name, value)
            if code is not None and value.__code__ is not code:
                value.__code__ = code

    def first(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with everything put back before each call."""

        def restored(*args: Any) -> Any:
            self.put_back()
            return function(*args)

        return restored
