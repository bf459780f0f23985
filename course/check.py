"""The immediate check of a TP: is this step right, and if not, why?

The check holds numbers, not the solution: `tp build` writes `checks.json` beside the notebook, with public inputs, the
answers that the right rule gives to them, and fingerprints of those that known mistakes and pairs of them give. The
grader asks the same questions about inputs that nobody has seen.
"""

from __future__ import annotations

import contextlib
import io
import json
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from course import calls, picture
from course.diagnosis import diagnosed
from course.diagnosis.fingerprints import KnownNumbers
from course.display import CheckFailed, Report
from course.verdict import Key, Mistake, judge
from course.ways import WAYS

__all__ = ["FILE", "CheckFailed", "Report", "check"]

FILE = "checks.json"
DAMAGED = f"{FILE} cannot be read or is damaged; fetch the assignment again"


def check(exercise: str, function: Callable[..., Any]) -> Report:
    """Check one function of the TP on public inputs.

    exercise: the name the TP gives it, for example "adam_step"; function: yours. Nothing it prints or warns of is
    shown, nothing it raises stops the notebook. FileNotFoundError, ValueError or KeyError, in one line, if it cannot
    run.
    """
    keys = _load(Path(os.environ.get("COURSE_CHECKS", FILE)))
    if exercise not in keys:
        raise KeyError(f"no check for {exercise!r}; there are checks for {', '.join(keys)}")
    public = keys[exercise]
    try:
        key = Key.from_json(public["key"])
    except ValueError:
        raise ValueError(DAMAGED) from None
    oracles = {name: calls.oracle(spec) for name, spec in key.oracles.items()}
    with _quiet():
        answers = calls.perform(key.script, {exercise: function}, oracles, ways=WAYS)
    known = KnownNumbers([Mistake(**mistake) for mistake in public["mistakes"]], public["explanations"])
    verdict = diagnosed(judge(key, answers), key, answers, known)
    if verdict.passed:
        return Report(verdict)
    spec = public["picture"]
    if spec is None:
        return Report(verdict)
    with _quiet():
        drawn, trouble = picture.points(function, spec)
    if not drawn:
        return Report(verdict)
    return Report(verdict, picture.svg(spec, drawn, trouble), picture.compared(spec, drawn, trouble))


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """No prints and no log records: a function is called a hundred times here, and nbgrader fails a cell for stderr."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)  # a handler may hold on to the stream that is redirected here
    try:
        with (
            warnings.catch_warnings(action="ignore"),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            yield
    finally:
        logging.disable(level)


_loaded: dict[tuple[str, int], dict[str, Any]] = {}


def _load(path: Path) -> dict[str, Any]:
    """The keys by exercise; read once for each state of the file."""
    try:
        identity = (str(path.resolve()), path.stat().st_mtime_ns)
    except OSError:
        raise FileNotFoundError(
            f"{FILE} is not beside this notebook; it comes with the assignment: fetch it again, or copy it here"
        ) from None
    if identity not in _loaded:
        try:
            exercises = json.loads(path.read_text(encoding="utf-8"))["exercises"]
        except (OSError, ValueError, KeyError, TypeError):
            raise ValueError(DAMAGED) from None
        _loaded.clear()
        _loaded[identity] = exercises
    return _loaded[identity]
