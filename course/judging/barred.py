"""What may not answer in the place of a learner's own code: it raises while an exercise is asked, and only then.

What is barred is named as it is imported: a function, a class with its methods, or a module with all that is defined in
it. A class of the learner's may derive from a barred one and override its methods; whoever copies a barred function,
or loads its module once more, has a function of the same code, which is barred with it. What is not written in Python
cannot be barred.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator, Mapping
from gc import get_objects
from operator import attrgetter
from types import CodeType, FunctionType
from typing import Any

# The parts of `course` that compute what exercises ask for.
OF_THE_COURSE = (
    "course.workshop.unrolled",
    "course.workshop.live",
    "course.experiments.comparison",
    "course.experiments.studies",
)
SHORTEST = 24  # bytes of code; what is shorter may look like anybody's
DEEPEST = 9  # wrappers around a function
REFUSING = "<barred>"
REFUSES = "def refuse(*_, **__):\n    from course.judging.barred import MayNotAnswer\n    raise MayNotAnswer({!r})"


class MayNotAnswer(Exception):
    """Raised by what is barred."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} may not answer in the place of your own code: write it yourself")


@contextlib.contextmanager
def barred(names: Iterable[str]) -> Iterator[Bar]:
    """Bar what these names mean, as far as it is imported, for as long as the context lasts."""
    bar = Bar(names)
    bar.lower()
    try:
        yield bar
    finally:
        bar.lift()


class Bar:
    """What some names mean, and all functions there are with the same code: to be barred and let go again."""

    def __init__(self, names: Iterable[str]) -> None:
        meant = {function: name for name in names for function in _meant(name)}
        self._functions = meant | (_copies(meant) if meant else {})
        self._before: list[tuple[FunctionType, CodeType]] = []

    def lower(self) -> None:
        """Bar everything. To be done again after functions were given other code."""
        for function, name in self._functions.items():
            code = function.__code__
            if code.co_filename != REFUSING:
                self._before.append((function, code))
                function.__code__ = _refusing(name).replace(co_freevars=code.co_freevars)

    def lift(self) -> None:
        """Let go of everything."""
        while self._before:
            function, code = self._before.pop()
            function.__code__ = code


def functions_of(value: Any) -> Iterator[FunctionType]:
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


def _meant(name: str) -> Iterator[FunctionType]:
    """The functions that a name means; none if its module is not imported.

    What Python has written into a class of a module, a dataclass or a named tuple, it has written into others as well.
    """
    if name in sys.modules:
        for module in [module for at, module in sys.modules.items() if at == name or at.startswith(f"{name}.")]:
            for value in list(vars(module).values()):
                if getattr(value, "__module__", None) == module.__name__:
                    yield from (f for f in _within(value) if f.__code__.co_filename == module.__file__)
        return
    parts = name.split(".")
    at = max((n for n in range(len(parts)) if ".".join(parts[:n]) in sys.modules), default=0)
    with contextlib.suppress(AttributeError, KeyError):
        yield from _within(attrgetter(".".join(parts[at:]))(sys.modules[".".join(parts[:at])]))


def _copies(meant: Mapping[FunctionType, str]) -> dict[FunctionType, str]:
    """All functions that have the code of one of these, or of one that is defined in it, with its name."""
    prints = {mark: name for function, name in meant.items() for mark in _prints(function)}
    names = {mark[1] for mark in prints}  # which are quicker to look at
    like = [f for f in get_objects() if type(f) is FunctionType and f.__code__.co_names in names]
    return {f: prints[mark] for f in like if (mark := _print(f.__code__)) in prints}


def _within(value: Any) -> Iterator[FunctionType]:
    """The functions of a class, or a function and what it wraps."""
    for member in vars(value).values() if isinstance(value, type) else (value,):
        yield from functions_of(member)


def _refusing(name: str) -> CodeType:
    """The code of a function that raises, whatever it is called with."""
    made: dict[str, Any] = {}
    exec(compile(REFUSES.format(name), REFUSING, "exec"), made)
    code: CodeType = made["refuse"].__code__
    return code


def _print(code: CodeType) -> tuple[Any, ...]:
    """What tells one code from another, wherever it was compiled."""
    consts = tuple(repr(const) for const in code.co_consts if not isinstance(const, CodeType))
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, consts


def _prints(function: FunctionType) -> Iterator[tuple[Any, ...]]:
    """Those of a function and of all functions that are defined in it."""
    todo = [function.__code__]
    while todo:
        code = todo.pop()
        todo += [const for const in code.co_consts if isinstance(const, CodeType)]
        if len(code.co_code) >= SHORTEST:
            yield _print(code)
