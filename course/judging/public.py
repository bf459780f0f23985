"""A TP's public part: modules that come with the notebook, with ways to use a learner's class and words about it.

A module has a table `WAYS` of the ways, by name, and may have `MESSAGES`, by exercise. Another one may have `WRITTEN`,
what is looked for in written answers, by question.

The same modules are loaded in the learner's notebook, from beside it, and in the grader's sandbox, before any code of
the learner's runs.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType

from course.judging.diagnosis.messages import Message
from course.judging.scripts import Way
from course.judging.written import Written


def ways(name: str, folder: Path) -> Mapping[str, Way]:
    """The ways in which the module `name` in a folder uses a learner's class.

    FileNotFoundError if the module is not there, ValueError if it cannot be loaded, in one line.
    """
    return table(_loaded(name, folder))


def messages(name: str, folder: Path, exercise: str) -> Sequence[Message]:
    """The messages that the module `name` in a folder has for an exercise. Raises as `ways`."""
    found: Mapping[str, Sequence[Message]] = getattr(_loaded(name, folder), "MESSAGES", {})
    return found.get(exercise, ())


def written(name: str, folder: Path, question: str) -> Written:
    """What the module `name` in a folder looks for in a written answer. Raises as `ways`."""
    found: Written = _loaded(name, folder).WRITTEN[question]
    return found


def _loaded(name: str, folder: Path) -> ModuleType:
    path = folder / f"{name}.py"
    try:
        source = path.read_text(encoding="utf-8")
    except OSError:
        raise FileNotFoundError(
            f"{path.name} is not beside this notebook; it comes with the assignment: fetch it again"
        ) from None
    return load(name, source)


def load(name: str, source: str) -> ModuleType:
    """A module from its source, also for `import` from now on. ValueError if it cannot be run."""
    known = sys.modules.get(name)
    return known if known is not None and vars(known).get("__source__") == source else made(name, source)


def made(name: str, source: str, code: CodeType | None = None) -> ModuleType:
    """The same, always a new one: nothing that was done to an earlier one is in it. code: of the source, as `compiled`
    gives it, for whoever makes many."""
    earlier, module = sys.modules.get(name), ModuleType(name)
    module.__dict__["__source__"] = source
    sys.modules[name] = module  # dataclasses look their own module up
    try:
        exec(compiled(name, source) if code is None else code, module.__dict__)
    except Exception as error:
        del sys.modules[name]
        if earlier is not None:
            sys.modules[name] = earlier
        raise ValueError(
            f"{name}.py cannot be loaded ({type(error).__name__}: {error}); fetch the assignment again"
        ) from None
    return module


def compiled(name: str, source: str) -> CodeType:
    """The code of a module."""
    return compile(source, f"{name}.py", "exec", dont_inherit=True)


def table(module: ModuleType) -> Mapping[str, Way]:
    """The ways of a module; none if it has no table of them."""
    found: Mapping[str, Way] = getattr(module, "WAYS", {})
    return found
