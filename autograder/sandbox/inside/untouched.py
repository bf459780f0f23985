"""Modules as they were imported, to be put back before a learner's code is asked.

A class is used through a framework, and a submission may change that, by accident or to be given points for what it
does not do (a `load_model` that loads nothing). What is put back are the modules themselves; their functions, classes
and modules; the methods of the classes; and of functions the code and the defaults. Data, such as Keras' registries and
settings, are left as they are; of our own modules everything is put back, so that one may be reloaded.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from operator import attrgetter, is_
from types import FunctionType, ModuleType
from typing import Any

MEMBERS = (FunctionType, classmethod, staticmethod, property)
DEEPEST = 9  # wrappers around a function
OWN = "course"
PARTS = ("__code__", "__defaults__", "__kwdefaults__")  # of a function


class Untouched:
    """What was found in the modules of the given packages. Made once, before anything of a learner's runs."""

    def __init__(self, packages: tuple[str, ...]) -> None:
        self._modules = dict(sys.modules)
        self._members: list[tuple[Any, tuple[str, ...], tuple[Any, ...]]] = []
        functions: dict[FunctionType, None] = {}
        seen: set[type] = set()
        for module in self._modules.values():
            if not isinstance(module, ModuleType) or (package := module.__name__.partition(".")[0]) not in packages:
                continue
            found = dict(vars(module))
            kept = {n: v for n, v in found.items() if package == OWN or callable(v) or isinstance(v, ModuleType)}
            self._keep(module, kept, functions)
            for value in found.values():
                if isinstance(value, type) and value.__module__.partition(".")[0] in packages and value not in seen:
                    seen.add(value)
                    self._keep(value, {n: v for n, v in vars(value).items() if isinstance(v, MEMBERS)}, functions)
        self._functions = list(functions)
        self._parts = [(part, attrgetter(part), [getattr(f, part) for f in functions]) for part in PARTS]

    def _keep(self, owner: Any, members: dict[str, Any], functions: dict[FunctionType, None]) -> None:
        self._members.append((owner, tuple(members), tuple(members.values())))
        functions |= dict.fromkeys(function for value in members.values() for function in _functions(value))

    def put_back(self) -> None:
        """Undo what has been changed since. With nothing changed, a few milliseconds for all of Keras."""
        sys.modules.update(self._modules)
        for owner, names, values in self._members:
            if not all(map(is_, map(vars(owner).get, names), values)):
                for name, value in zip(names, values, strict=True):
                    if vars(owner).get(name) is not value:
                        setattr(owner, name, value)
        for part, now, before in self._parts:
            if not all(map(is_, map(now, self._functions), before)):
                for function, value in zip(self._functions, before, strict=True):
                    setattr(function, part, value)


def _functions(value: Any) -> Iterator[FunctionType]:
    """A function and those that it wraps, whatever it is wrapped in."""
    seen = 0
    while value is not None and seen < DEEPEST:
        if isinstance(value, FunctionType):
            yield value
        value, seen = value.fget if isinstance(value, property) else _wrapped(value), seen + 1


def _wrapped(value: Any) -> Any:
    try:
        return object.__getattribute__(value, "__wrapped__")  # no `__getattr__`: some load a framework
    except AttributeError:
        return None
