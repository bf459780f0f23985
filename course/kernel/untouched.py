"""Functions and classes of modules as they were imported, to be put back before a learner's code is asked.

A class is used through Keras and `course.ways`. A submission may change both, by accident or to be given
points for what it does not do (a `load_model` that loads nothing). What is put back are functions and classes, and the
code of functions; data, such as Keras' registries and settings, are left as they are.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from operator import attrgetter, is_
from types import CodeType, FunctionType, ModuleType
from typing import Any

MEMBERS = (FunctionType, classmethod, staticmethod, property)
code_of = attrgetter("__code__")


class Untouched:
    """What was found in the modules of the given packages. Made once, before anything of a learner's runs."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self._members: list[tuple[Any, tuple[str, ...], tuple[Any, ...]]] = []
        self._codes: dict[FunctionType, CodeType] = {}
        seen: set[type] = set()
        for module in list(sys.modules.values()):
            if not isinstance(module, ModuleType) or module.__name__.partition(".")[0] not in packages:
                continue
            self._keep(module, {name: value for name, value in vars(module).items() if callable(value)})
            for value in list(vars(module).values()):
                if isinstance(value, type) and value.__module__.partition(".")[0] in packages and value not in seen:
                    seen.add(value)
                    self._keep(value, {name: m for name, m in vars(value).items() if isinstance(m, MEMBERS)})

    def _keep(self, owner: Any, members: dict[str, Any]) -> None:
        self._members.append((owner, tuple(members), tuple(members.values())))
        self._codes |= {value: value.__code__ for value in members.values() if isinstance(value, FunctionType)}

    def put_back(self) -> None:
        """Undo what has been changed since. With nothing changed, a few milliseconds for all of Keras."""
        for owner, names, values in self._members:
            if not all(map(is_, map(vars(owner).get, names), values)):
                for name, value in zip(names, values, strict=True):
                    if vars(owner).get(name) is not value:
                        setattr(owner, name, value)
        if not all(map(is_, map(code_of, self._codes), self._codes.values())):
            for function, code in self._codes.items():
                function.__code__ = code

    def first(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """The function, with everything put back before each call."""

        def restored(*args: Any) -> Any:
            self.put_back()
            return function(*args)

        return restored
