"""The immediate check of a TP: is this step right, and if not, why?

The check holds numbers, not the solution: `tp build` writes `checks.json` beside the notebook, with public inputs, the
answers that the right rule gives to them, and fingerprints of those that known mistakes and pairs of them give. The
grader asks the same questions about inputs that nobody has seen.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.judging import picture, public, scripts
from course.judging.barred import OF_THE_COURSE, barred
from course.judging.diagnosis import diagnosed
from course.judging.diagnosis.fingerprints import KnownNumbers
from course.judging.diagnosis.source import text_of
from course.judging.display import Note, Report
from course.judging.failing import WrongCall, first_wrong, stopped
from course.judging.ladder import ALL, ladder
from course.judging.lines import outdated
from course.judging.printed import Printed, quiet
from course.judging.scripts import Answers, Plain, Way
from course.judging.sealed import Questions, Sealed
from course.judging.standing import keep
from course.judging.verdict import Key, Mistake, Verdict, judge
from course.judging.watched import GENEROUS, Interrupted, Limits
from course.judging.written import Look, looked_at

FILE = "checks.json"
FORMAT = 5  # of that file; see FORMATS.md
DAMAGED = f"{FILE} cannot be read or is damaged; fetch the assignment again"


def check(
    exercise: str, function: Callable[..., Any] | None = None, *, hint: int = 1, call: bool = False
) -> Report | Look:
    """Check one function of the TP on public inputs; or look at the answer to a written question of the TP.

    exercise: the name the TP gives it, for example "adam_step"; function: yours, or what has this name where `check` is
    called. Nothing it raises stops the notebook; if it does not end, or takes too much memory, it is stopped. hint: how
    many hints are told at once, from 1, an observation, to 4, what to change; call: whether the first wrong call is
    shown. A notebook unfolds both one by one.
    FileNotFoundError, ValueError or KeyError, in one line, if it cannot run.
    """
    variables = sys._getframe(1).f_globals
    if function is None:
        function = variables.get(exercise)
    path = Path(os.environ.get("COURSE_CHECKS", FILE))
    with _in_one_line():
        data = _load(path)
        keys, questions = data["exercises"], data["written"]
        if exercise in questions:
            module, model = questions[exercise]["public"], questions[exercise]["model"]
            of = public.written(module, path.parent, exercise)
            return looked_at(exercise, of, path.parent, variables, base64.b64decode(model).decode())
        if exercise not in keys:
            raise KeyError(f"no check for {exercise!r}; there are checks for {', '.join([*keys, *questions])}")
        kept = keys[exercise]
        try:
            key, small = Key.from_json(kept["key"]), Key.from_json(kept["small"])
        except (ValueError, TypeError, KeyError):
            raise ValueError(DAMAGED) from None
        ways = public.ways(key.public, path.parent) if key.public else {}
        messages = public.messages(key.public, path.parent, exercise) if key.public else ()
    try:
        seen = _seen(function, key, small, kept, ways)
    except KeyboardInterrupt:
        raise Interrupted(exercise) from None
    solution = ""
    if function is not None and seen.verdict.passed and exercise in data["sealed"]:
        solution = _solution(function, key, data["sealed"][exercise], ways, kept["seconds"])
    known = KnownNumbers([Mistake(**mistake) for mistake in kept["mistakes"]], kept["explanations"])
    source = "" if function is None else text_of(function, exercise)
    verdict = diagnosed(seen.verdict, key, seen.answers, known, messages, source)
    hints = ladder(verdict, key.criteria, hint, data["hints"])
    old = outdated(exercise, function, source)
    notes = [*([Note(old)] if old else []), *seen.printed.notes()]
    if seen.wrong is not None:
        folded = "" if call else f'check("{exercise}", call=True)'
        notes.append(Note("The first wrong call, to paste and to try:", seen.wrong.told, folded))
    if function is not None and (standing := keep(data, exercise, verdict.score)):
        notes.append(Note(standing.told))
    return Report(verdict, *seen.picture, notes, hints, solution)


@dataclass(frozen=True)
class _Seen:
    """What was seen of a function: the answers and the verdict on them, what it printed, and, if it is not right, the
    first wrong call, a picture and the picture in words."""

    answers: Answers
    verdict: Verdict
    printed: Printed
    wrong: WrongCall | None = None
    picture: tuple[str, str] = ("", "")


def _seen(
    function: Callable[..., Any] | None, key: Key, small: Key, kept: Mapping[str, Any], ways: Mapping[str, Way]
) -> _Seen:
    """Ask a function, within limits, and with all that may not answer in its place barred."""
    printed = Printed()

    def asked(key: Key) -> Answers:
        return _asked(function, key.exercise, key, ways, limits)

    with Limits(GENEROUS * kept["seconds"]) as limits, quiet(printed):
        with barred((*OF_THE_COURSE, *key.not_by)):
            answers = asked(key)
            verdict = judge(key, answers)
            if verdict.passed or function is None:
                return _Seen(answers, verdict, printed)
            few = {} if stopped(answers) else asked(small)
            cut = stopped(answers) or stopped(few)  # whatever is called after that would be stopped as well
            wrong = (None if cut else first_wrong(small, few)) or first_wrong(key, answers)
        spec = None if cut else kept["picture"]
        drawn, trouble = picture.points(function, spec, limits.call) if spec else ([], "")
    shown = (picture.svg(spec, drawn, trouble), picture.compared(spec, drawn, trouble)) if spec and drawn else ("", "")
    return _Seen(answers, verdict, printed, wrong, shown)


_opened: dict[str, str] = {}  # solutions, by their sealed text: what was opened stays open until the kernel ends


def _solution(function: Callable[..., Any], key: Key, kept: Plain, ways: Mapping[str, Way], seconds: float) -> str:
    """The worked solution of an exercise, if the function opens it; else empty."""
    sealed = Sealed.from_json(kept)
    if kept["text"] not in _opened:
        with Limits(GENEROUS * seconds) as limits, quiet(Printed()), barred((*OF_THE_COURSE, *key.not_by)):
            text = sealed.opened(lambda questions: _asked(function, key.exercise, questions, ways, limits))
        if not text:
            return ""
        _opened[kept["text"]] = text
    return _opened[kept["text"]]


def _asked(
    function: Callable[..., Any] | None, name: str, what: Key | Questions, ways: Mapping[str, Way], limits: Limits
) -> Answers:
    """What a function answers to a script; None is a function that is not defined."""
    oracles = {oracle: scripts.oracle(spec) for oracle, spec in what.oracles.items()}
    functions = {} if function is None else {name: function}
    return scripts.perform(what.script, functions, oracles, ways=ways, within=limits.call)


@contextlib.contextmanager
def _in_one_line() -> Iterator[None]:
    """What cannot be read raises as it does anywhere; IPython shows its one line, and no traceback."""
    try:
        yield
    except (OSError, ValueError, KeyError) as error:
        told = f"The check cannot run: {error.args[0] if isinstance(error, KeyError) and error.args else error}"
        vars(error)["_render_traceback_"] = lambda: [told]
        raise


_loaded: dict[tuple[str, int], dict[str, Any]] = {}


def _load(path: Path) -> dict[str, Any]:
    """What the file holds; read once for each state of the file."""
    try:
        identity = (str(path.resolve()), path.stat().st_mtime_ns)
    except OSError:
        raise FileNotFoundError(
            f"{FILE} is not beside this notebook; it comes with the assignment: fetch it again, or copy it here"
        ) from None
    if identity not in _loaded:
        try:
            data = dict(json.loads(path.read_text(encoding="utf-8")))
            form, _ = data["format"], (dict(data["exercises"]), data["tp"], data["made_from"])
        except (OSError, ValueError, KeyError, TypeError):
            raise ValueError(DAMAGED) from None
        if form != FORMAT:
            raise ValueError(
                f"{FILE} has the format {form}, this version of `course` reads {FORMAT}: fetch the assignment again or "
                "install the version of `course` that it came with"
            )
        _loaded.clear()
        _loaded[identity] = {"hints": ALL, "sealed": {}, "written": {}, **data}
    return _loaded[identity]
