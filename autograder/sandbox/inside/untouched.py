"""Modules as they were imported, to be put back before a learner's code is asked.

A class is used through a framework, and a submission may change that, by accident or to be given points for what it
does not do (a `load_model` that loads nothing). What is put back are the modules themselves; their functions, classes
and modules; the methods of the classes; and of functions the code and the defaults. Data, such as Keras' registries and
settings, are left as they are; of our own modules everything is put back, so that one may be reloaded. What is new in a
module stays, unless it takes the place of a built-in there.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import repeat
from operator import attrgetter, is_
from types import FunctionType, ModuleType
from typing import Any

from course.judging.barred import functions_of

MEMBERS = (FunctionType, classmethod, staticmethod, property)
OWN = "course"
SHADOWS = frozenset(vars(builtins))
PARTS = ("__code__", "__defaults__", "__kwdefaults__")  # of a function

PutBack = Callable[[], None]
Owned = tuple[Any, tuple[str, ...], tuple[Any, ...]]


def untouched(packages: tuple[str, ...], own: Sequence[ModuleType] = (), but: Collection[FunctionType] = ()) -> PutBack:
    """Note what is in the modules of the given packages, and in `own`, which are ours and need not be importable; not
    what is in the functions `but`.

    Made once, before anything of a learner's runs. Returns what undoes all that has been changed since: with nothing
    changed, in a few milliseconds for all of Keras.
    """
    putting_back = _putting_back(packages, own, but)
    next(putting_back)
    return putting_back.__next__


def _putting_back(
    packages: tuple[str, ...], own: Sequence[ModuleType], but: Collection[FunctionType]
) -> Iterator[None]:
    """Puts back whenever it goes on.

    That code runs beside the learner's, which can find it. So it is a frame that runs already, and in the loop it uses
    nothing but its own names and what cannot be changed: no function that could be replaced, no list. The names are set
    anew from what the loop goes over: since Python 3.13 they could be replaced, too.
    """
    modules = tuple(sys.modules.items())
    members, functions = _found(packages, own)
    functions = tuple(function for function in functions if function not in but)
    sizes = tuple((m, len(vars(m)), SHADOWS - vars(m).keys()) for m, _, _ in members if isinstance(m, ModuleType))
    parts = tuple((attrgetter(part), part, tuple(getattr(f, part) for f in functions)) for part in PARTS)
    tools = sys.modules, all, map, is_, vars, zip, setattr, len, delattr
    ours = tools, (modules, members, functions, sizes, parts)
    for tools, found in repeat(ours):
        known, every, each, same, contents, pairs, change, count, remove = tools
        modules, members, functions, sizes, parts = found
        for module_name, module in modules:
            known[module_name] = module
        for owner, names, values in members:
            if not every(each(same, each(contents(owner).get, names), values)):
                for name, value in pairs(names, values):
                    if contents(owner).get(name) is not value:
                        change(owner, name, value)
        for module, size, shadows in sizes:
            if count(contents(module)) != size:
                for name in shadows:
                    if name in contents(module):
                        remove(module, name)
        for now, part, before in parts:
            if not every(each(same, each(now, functions), before)):
                for function, value in pairs(functions, before):
                    if now(function) is not value:  # what refuses barred code may not be set even to what it is
                        change(function, part, value)
        yield


def _found(packages: tuple[str, ...], own: Sequence[ModuleType]) -> tuple[tuple[Owned, ...], tuple[FunctionType, ...]]:
    """What modules and classes hold that is to be put back, and all functions in it."""
    members: list[Owned] = []
    seen: set[type] = set()
    found: list[Any] = [*sys.modules.values(), *own]
    for module in found:
        if not isinstance(module, ModuleType):
            continue
        package = module.__name__.partition(".")[0]
        if module not in own and package not in packages:
            continue
        ours = module in own or package == OWN
        kept = {n: v for n, v in vars(module).items() if ours or callable(v) or isinstance(v, ModuleType)}
        members.append((module, tuple(kept), tuple(kept.values())))
        for value in kept.values():
            if isinstance(value, type) and value not in seen and (ours or _of(packages, value)):
                seen.add(value)
                methods = {n: v for n, v in vars(value).items() if isinstance(v, MEMBERS)}
                members.append((value, tuple(methods), tuple(methods.values())))
    functions = {function: None for _, _, values in members for value in values for function in functions_of(value)}
    return tuple(members), tuple(functions)


def _of(packages: tuple[str, ...], value: type) -> bool:
    return value.__module__.partition(".")[0] in packages
