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

from course.judging import picture, public, scripts
from course.judging.barred import OF_THE_COURSE, barred
from course.judging.diagnosis import diagnosed
from course.judging.diagnosis.fingerprints import KnownNumbers
from course.judging.diagnosis.source import text_of
from course.judging.display import Report
from course.judging.verdict import Key, Mistake, judge

FILE = "checks.json"
FORMAT = 4  # of that file; see FORMATS.md
DAMAGED = f"{FILE} cannot be read or is damaged; fetch the assignment again"


def check(exercise: str, function: Callable[..., Any]) -> Report:
    """Check one function of the TP on public inputs.

    exercise: the name the TP gives it, for example "adam_step"; function: yours. Nothing it prints or warns of is
    shown, nothing it raises stops the notebook. FileNotFoundError, ValueError or KeyError, in one line, if it cannot
    run.
    """
    path = Path(os.environ.get("COURSE_CHECKS", FILE))
    keys = _load(path)
    if exercise not in keys:
        raise KeyError(f"no check for {exercise!r}; there are checks for {', '.join(keys)}")
    kept = keys[exercise]
    try:
        key = Key.from_json(kept["key"])
    except (ValueError, TypeError, KeyError):
        raise ValueError(DAMAGED) from None
    ways = public.ways(key.public, path.parent) if key.public else {}
    messages = public.messages(key.public, path.parent, exercise) if key.public else ()
    oracles = {name: scripts.oracle(spec) for name, spec in key.oracles.items()}
    with _quiet(), barred((*OF_THE_COURSE, *key.not_by)):
        answers = scripts.perform(key.script, {exercise: function}, oracles, ways=ways)
    known = KnownNumbers([Mistake(**mistake) for mistake in kept["mistakes"]], kept["explanations"])
    verdict = diagnosed(judge(key, answers), key, answers, known, messages, text_of(function, exercise))
    if verdict.passed:
        return Report(verdict)
    spec = kept["picture"]
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
            data = json.loads(path.read_text(encoding="utf-8"))
            exercises, form = dict(data["exercises"]), data["format"]
        except (OSError, ValueError, KeyError, TypeError):
            raise ValueError(DAMAGED) from None
        if form != FORMAT:
            raise ValueError(
                f"{FILE} has the format {form}, this version of `course` reads {FORMAT}: fetch the assignment again or "
                "install the version of `course` that it came with"
            )
        _loaded.clear()
        _loaded[identity] = exercises
    return _loaded[identity]
