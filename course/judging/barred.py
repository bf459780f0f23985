"""What may not answer in the place of a learner's own code: it raises while an exercise is asked, and only then.

What is barred is named as it is imported: a function, a class with its methods, or a module with all that is defined in
it. A class of the learner's may derive from a barred one and override its methods; whoever copies a barred function,
or loads its module once more, has a function of the same code, which is barred with it; long code is known by its
instructions, whatever its names and constants were changed to. While something is asked, a barred module cannot be
loaded either, no function be made of barred code, and no other process started that might do so; and at no time can new
code be made that holds the instructions of barred code that is not short. What is not written in Python cannot be
barred.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from gc import get_objects, unfreeze
from importlib.machinery import PathFinder, SourceFileLoader
from itertools import repeat
from operator import attrgetter, is_
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from course.judging import scripts

# The parts of `course` that compute what exercises ask for.
OF_THE_COURSE = (
    "course.workshop.unrolled",
    "course.workshop.live",
    "course.experiments.comparison",
    "course.experiments.studies",
)
SHORTEST = 24  # bytes of code; what is shorter may look like anybody's
LONG = 200  # bytes from which the instructions are nobody else's: TensorFlow has no other code in common with rules
TELLING = 64  # bytes from which no new code may hold the instructions; 3 in 1000 other pieces of code hold such
EDGE = 8  # bytes at both ends of them that may be others there
DEEPEST = 9  # wrappers around a function
REFUSING = "<barred>"
REFUSES = "def refuse(*_, **__):\n    from course.judging.barred import MayNotAnswer\n    raise MayNotAnswer({!r})"
MAKING = ("exec", "function.__new__", "object.__setattr__")  # what Python tells when code becomes a function, or runs
CHANGING = "code.__new__"  # and when code is made of instructions, as by `replace`
STARTING = ("os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.system", "subprocess.Popen")

Marks = tuple[tuple[Any, str], ...]
"""What tells code that may not answer from all other, each with the name that bars it."""
Functions = tuple[tuple[FunctionType, str], ...]
"""Functions that may not answer, each with the name that bars it."""


class MayNotAnswer(Exception):
    """Raised by what is barred."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} may not answer in the place of your own code: write it yourself")


@contextlib.contextmanager
def barred(names: Iterable[str], known: tuple[Marks, Functions] | None = None, shown: object = None) -> Iterator[Bar]:
    """Bar what these names mean for as long as the context lasts.

    known: what `refuse_loading` was told of these names and others (`known_by`). shown: an object that the garbage
    collector shows unless a learner's code has hidden from it what was not hidden before.
    """
    names = tuple(names)
    marks, functions = (_refused_here(names), ()) if known is None else known
    before = {name for _, name in functions}
    since = meant_by([name for name in names if name not in before])  # perhaps imported only now
    marks += _of_code((function.__code__, name) for function, name in since)
    bar = Bar(names, marks, functions + since, shown)
    bar.lower()
    try:
        yield bar
    finally:
        bar.lift()


class Bar:
    """The functions that some names bar, and all others there are with the same code: to be barred and let go again."""

    def __init__(self, names: Iterable[str], marks: Marks, functions: Functions, shown: object = None) -> None:
        known = [(function, name) for function, name in functions if name in names]
        copies = _copies([(mark, name) for mark, name in marks if name in names], shown)
        self._functions = dict([*known, *copies])
        self._before: list[tuple[FunctionType, CodeType]] = []

    def lower(self) -> None:
        """Bar everything. To be done again after functions were given other code."""
        for function, name in self._functions.items():
            code = function.__code__
            refusing = _refusing(name, code.co_freevars)
            if code is not refusing:
                self._before.append((function, code))
                function.__code__ = refusing

    def lift(self) -> None:
        """Let go of everything."""
        while self._before:
            function, code = self._before.pop()
            function.__code__ = code


def meant_by(names: Iterable[str]) -> Functions:
    """The functions that names mean, as far as their modules are imported."""
    return tuple((function, name) for name in names for function in _meant(name))


def known_by(names: Iterable[str]) -> tuple[Marks, Functions]:
    """What tells the code that these names mean, of modules that are imported and of those that are only installed, and
    the functions that have it, copies included."""
    meant = meant_by(names)
    installed = ((code, name) for name in names for code in _installed(name))
    marks = _of_code((*((function.__code__, name) for function, name in meant), *installed))
    return marks, tuple(dict.fromkeys((*meant, *_copies(marks))))


def refuse_loading(known: Marks, functions: Functions | None = None) -> None:
    """From now on, let nothing in this process come by code with one of these marks while something is asked, nor start
    another process then.

    Something is asked while a thread performs a script. New code that holds the instructions of TELLING bytes is
    refused at any time; those of shorter code may be anybody's. What refuses can be found, but it uses nothing but its
    own names, and refuses at any time that a function of this module is given other code or other defaults.

    `functions` are those known to have such code, where the garbage collector does not show what was there before.
    When another one that it does not show is given such code, it shows everything from then on: copies are sought among
    what it shows.
    """
    if not known:
        return
    middles = tuple((mark[0][EDGE:-EDGE], name) for mark, name in known if len(mark[0]) >= TELLING)

    def hook(
        event: str,
        args: Any,
        marks: Any = frozenset(mark for mark, _ in known),
        known: Marks = known,
        theirs: Any = (frozenset(function for function, _ in functions or ()), functions or (), REFUSING),
        seeing: Any = () if functions is None else (get_objects, unfreeze, any, map, is_, repeat),
        ours: str = refuse_loading.__code__.co_filename,
        asked: Any = (_marks, _performs, sys._current_frames),
        kinds: Any = (type, CodeType, FunctionType, MayNotAnswer),
        making: Any = frozenset(MAKING),
        starting: Any = frozenset(STARTING),
        changing: Any = (CHANGING, middles, bytes),
        watched: Any = frozenset((*MAKING, *STARTING, CHANGING)),
    ) -> None:
        if event not in watched:  # nearly all: whoever reads the code of a function is told of, too
            return
        (marks_in, performs, frames), (kind, of_code, of_function, error) = asked, kinds
        changed, telling, plain = changing
        if event == changed:
            if kind(args[0]) is not plain:
                raise error("code whose instructions are no plain bytes")
            for code, barring in telling:
                if code in args[0]:
                    raise error(barring)
        name, changes = "another process" if event in starting else "", False
        have_it, named, refusing = theirs
        if event in making:
            changes = event == "object.__setattr__" and kind(args[0]) is of_function
            if changes and args[0].__code__.co_filename == ours:
                raise error("what refuses")
            for arg in args:
                if kind(arg) is not of_code:
                    continue
                if changes and args[0] in have_it and arg.co_filename != refusing:
                    name = "what is barred"  # whatever code it is given; which it is takes long to tell
                    continue
                for mark in marks_in(arg):
                    if mark in marks:
                        for other, barring in known:
                            name = barring if other == mark else name
            if name and changes and seeing and args[0] not in have_it:
                seen, show, is_one, each, same, over = seeing
                if not is_one(each(same, seen(), over(args[0]))):
                    show()
        if name:
            for frame in frames().values():
                if performs(frame):
                    for function, barring in named if changes else ():
                        name = barring if function is args[0] else name
                    raise error(name)

    sys.addaudithook(hook)


@cache
def _refused_here(names: tuple[str, ...]) -> Marks:
    """The marks of these names; this process refuses from then on to load what has them."""
    marks, _ = known_by(names)
    refuse_loading(marks)
    return marks


def _of_code(named: Iterable[tuple[CodeType, str]]) -> Marks:
    """The marks of code, each once for each of its names."""
    return tuple(dict.fromkeys((mark, name) for code, name in named for mark in _marks(code)))


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


def _installed(name: str) -> list[CodeType]:
    """The code of a module that is installed, and of those in it; or of a function or class in a module. Whether it is
    imported does not matter."""
    first, *rest = name.split(".")
    spec = PathFinder.find_spec(first)
    roots = [Path(folder) for folder in spec.submodule_search_locations or ()] if spec else []
    if spec and not roots and spec.origin:
        roots = [Path(spec.origin).with_suffix("")]
    for root in roots:
        for parts in range(len(rest), -1, -1):
            place, within = root.joinpath(*rest[:parts]), rest[parts:]
            files = sorted(place.rglob("*.py")) if not within else [place / "__init__.py"]
            ours = [path for path in (*files, place.with_suffix(".py")) if path.is_file()]
            found = [
                code
                for path in ours
                if not path.stem.endswith("_test")
                for code in _of_name(SourceFileLoader(name, str(path)).get_code(name), within)
            ]
            if found:
                return found
    return []


def _of_name(code: CodeType | None, within: list[str]) -> list[CodeType]:
    """The code of what is called so in a module or class."""
    found = [code] if code else []
    for name in within:
        found = [c for outer in found for c in outer.co_consts if isinstance(c, CodeType) and c.co_name == name]
    return found


def _copies(marks: Iterable[tuple[Any, str]], shown: object = None) -> Iterator[tuple[FunctionType, str]]:
    """All functions that have code with one of these marks, each with the names that bar it; `shown` as in `barred`."""
    names: dict[Any, list[str]] = {}
    for mark, name in marks:
        names.setdefault(mark, []).append(name)
    instructions = {mark[0] for mark in names}
    objects = get_objects() if names else []
    if shown is not None and objects and not any(map(is_, objects, repeat(shown))):
        unfreeze()
        objects = get_objects()
    for function in objects:
        if type(function) is FunctionType and function.__code__.co_code in instructions:
            yield from ((function, name) for name in names.get(_mark(function.__code__), ()))


def _within(value: Any) -> Iterator[FunctionType]:
    """The functions of a class, or a function and what it wraps."""
    for member in vars(value).values() if isinstance(value, type) else (value,):
        yield from functions_of(member)


@cache
def _refusing(name: str, free: tuple[str, ...]) -> CodeType:
    """The code of a function that raises, whatever it is called with, in the place of one with these free variables."""
    made: dict[str, Any] = {}
    exec(compile(REFUSES.format(name), REFUSING, "exec"), made)
    code: CodeType = made["refuse"].__code__.replace(co_freevars=free)
    return code


# What refuses uses these three, and of Python's own only what stands among their arguments: a learner's code can give
# other values to names of this module, and of built-ins, while it is asked.


def _mark(
    code: CodeType,
    kind: Any = CodeType,
    of: Any = isinstance,
    shown: Any = repr,
    size: Any = len,
    long: int = LONG,
) -> tuple[Any, ...]:
    """What tells one code from another, wherever it was compiled: the instructions, where they are many."""
    if size(code.co_code) >= long:
        return (code.co_code,)
    consts: tuple[str, ...] = ()
    for const in code.co_consts:
        if not of(const, kind):
            consts = (*consts, shown(const))
    return code.co_code, code.co_names, code.co_varnames, code.co_freevars, consts


def _marks(
    code: CodeType,
    kind: Any = CodeType,
    of: Any = isinstance,
    size: Any = len,
    mark: Any = _mark,
    least: int = SHORTEST,
) -> Iterator[tuple[Any, ...]]:
    """Those of code and of all functions that are defined in it."""
    todo = [code]
    while todo:
        code = todo.pop()
        for const in code.co_consts:
            if of(const, kind):
                todo.append(const)
        if size(code.co_code) >= least:
            yield mark(code)


def _performs(frame: Any, asking: CodeType = scripts.perform.__code__) -> bool:
    """Whether a script is performed in a frame or in one that waits for it."""
    while frame is not None:
        if frame.f_code is asking:
            return True
        frame = frame.f_back
    return False
