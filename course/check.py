"""The immediate check of a TP: is this step right, and if not, why?

The check holds numbers, not the solution: `tp build` writes `checks.json` beside the notebook, with public inputs, the
answers that the right rule gives to them, and the answers that known mistakes give. The grader asks the same questions
about inputs that nobody has seen.
"""

from __future__ import annotations

import contextlib
import html
import io
import json
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from course import calls
from course.verdict import NOT_YET, Key, Mistake, Verdict, judge

FILE = "checks.json"


class CheckFailed(AssertionError):
    """Raised by `Report.required`; its message is the report in words."""


class Report:
    """What the check found. Shows itself, as a table in a notebook and as text elsewhere."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict

    def required(self) -> None:
        """Raise CheckFailed unless every criterion is met; the graded cells call this."""
        if not self.verdict.passed:
            raise CheckFailed("\n" + str(self))
        print(self)

    def _headline(self) -> str:
        met = sum(outcome.passed for outcome in self.verdict.criteria)
        if self.verdict.passed:
            return f"{self.verdict.exercise}: right. All {met} criteria are met."
        return f"{self.verdict.exercise}: {met} of {len(self.verdict.criteria)} criteria are met."

    def _same_failure(self) -> str | None:
        """The one reason if no call could be answered at all, for example an unwritten function."""
        if any(outcome.passed for outcome in self.verdict.criteria):
            return None
        reasons = {o.message.partition(": your function ")[2] for o in self.verdict.criteria if o.message != NOT_YET}
        return reasons.pop() if len(reasons) == 1 and reasons != {""} else None

    def __str__(self) -> str:
        lines = [self._headline()]
        if reason := self._same_failure():
            return f"{self.verdict.exercise}: your function {reason}"
        if self.verdict.mistake:
            lines += [f"  Most likely: {self.verdict.mistake.hint}", f"  Read again: {self.verdict.mistake.section}"]
        lines += [
            f"  {'ok  ' if outcome.passed else 'no  '}{outcome.name}"
            + (f": {outcome.message}" if outcome.message else "")
            for outcome in self.verdict.criteria
        ]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if reason := self._same_failure():
            return _box(f"<b>{html.escape(self.verdict.exercise)}</b>: your function {html.escape(reason)}", False)
        text = f"<b>{html.escape(self._headline())}</b>"
        if self.verdict.mistake:
            text += (
                f"<p style='margin:.4em 0'>Most likely: {html.escape(self.verdict.mistake.hint)} "
                f"<i>(read again: {html.escape(self.verdict.mistake.section)})</i></p>"
            )
        rows = "".join(
            f"<tr><td style='text-align:left;vertical-align:top'>{'✓' if outcome.passed else '✗'}&nbsp;"
            f"{html.escape(outcome.name)}</td>"
            f"<td style='text-align:left;white-space:normal'>{html.escape(outcome.message)}</td></tr>"
            for outcome in self.verdict.criteria
        )
        return _box(f"{text}<table style='margin-left:0'>{rows}</table>", self.verdict.passed)


def _box(content: str, passed: bool) -> str:
    colour = "#009E73" if passed else "#D55E00"
    return f"<div style='border-left:4px solid {colour};padding:.3em 1em'>{content}</div>"


def check(exercise: str, function: Callable[..., Any]) -> Report:
    """Check one function of the TP on public inputs.

    exercise: the name the TP gives it, for example "adam_step"; function: yours. Nothing it prints or warns of is
    shown, nothing it raises stops the notebook. FileNotFoundError or KeyError with one line if the check cannot run.
    """
    keys = _load(Path(os.environ.get("COURSE_CHECKS", FILE)))
    if exercise not in keys:
        raise KeyError(f"no check for {exercise!r}; there are checks for {', '.join(keys)}")
    key = Key.from_json(keys[exercise]["key"])
    oracles = {name: calls.oracle(spec) for name, spec in key.oracles.items()}
    with _quiet():
        answers = calls.perform(key.script, {exercise: function}, oracles)
    mistakes = ((Mistake(**known["mistake"]), known["answers"]) for known in keys[exercise]["mistakes"])
    return Report(judge(key, answers, mistakes))


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
        _loaded.clear()
        _loaded[identity] = json.loads(path.read_text(encoding="utf-8"))["exercises"]
    return _loaded[identity]
