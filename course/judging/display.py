"""How a verdict shows itself: a table with the reason and a picture in a notebook, a few lines of text elsewhere."""

from __future__ import annotations

import html
import re
import sys

from course.judging import sections
from course.judging.verdict import NOT_YET, Verdict

# Borders carry colour, words carry the meaning; text keeps the colour of the page, light or dark.
PASSED, FAILED = "#009E73", "#D55E00"
CELL = "text-align:left;vertical-align:top;padding:.2em .8em .2em 0"
SHORT = f"style='{CELL};white-space:nowrap'"
WORDS = f"style='{CELL};white-space:normal;overflow-wrap:break-word'"  # a column is as wide as its longest word
ANYTHING = f"style='{CELL};white-space:normal;overflow-wrap:anywhere'"  # what was seen may be one long word


class Report:
    """What the check found. Shows itself, as a table in a notebook and as text elsewhere."""

    def __init__(self, verdict: Verdict, picture: str = "", caption: str = "") -> None:
        """picture: SVG, beside the table of a verdict that is not passed; caption: the same in words."""
        self.verdict = verdict
        self._picture, self._caption = picture, caption

    def required(self) -> None:
        """Say in one line whether every criterion is met; the graded cells call this.

        What is not met goes to stderr: nbgrader counts that as failed, and "Run All" goes on to the next exercise.
        """
        if self.verdict.passed:
            print(self._headline())
        else:
            print(f"{self._headline()} The check above says which.", file=sys.stderr)

    def _headline(self) -> str:
        met = sum(outcome.passed for outcome in self.verdict.criteria)
        if self.verdict.passed:
            return f"{self.verdict.exercise}: right. All {met} criteria are met."
        return f"{self.verdict.exercise}: {met} of {len(self.verdict.criteria)} criteria are met."

    def _same_failure(self) -> str | None:
        """The one reason if no call could be answered at all, for example an unwritten function."""
        if any(outcome.passed for outcome in self.verdict.criteria):
            return None
        said = f": {self.verdict.exercise} "
        reasons = {o.message.partition(said)[2] for o in self.verdict.criteria if o.message != NOT_YET}
        return reasons.pop() if len(reasons) == 1 and reasons != {""} else None

    def __str__(self) -> str:
        if (reason := self._same_failure()) and not self.verdict.mistakes:
            return f"{self.verdict.exercise} {reason}{self._meaning()}"
        lines = [self._headline()]
        if self.verdict.diagnosis:
            lines.append(f"  Why: {self.verdict.diagnosis}")
        if self.verdict.sections:
            lines.append(f"  Read again: {'; '.join(map(sections.title, self.verdict.sections))}")
        if self._caption and not self.verdict.passed:
            lines.append(f"  Its picture: {self._caption}")
        lines += [
            f"  {'ok  ' if outcome.passed else 'no  '}{outcome.name}"
            + (f": {outcome.message}" if outcome.message else "")
            for outcome in self.verdict.criteria
        ]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if (reason := self._same_failure()) and not self.verdict.mistakes:
            name = html.escape(self.verdict.exercise)
            return _box(f"<b>{name}</b> {words(reason + self._meaning())}", False)
        text = f"<b>{html.escape(self._headline())}</b>"
        if self.verdict.diagnosis:
            text += f"<p style='margin:.5em 0;max-width:60em'>{words(self.verdict.diagnosis)}</p>"
        if self.verdict.sections:
            links = "; ".join(map(_linked, self.verdict.sections))
            text += f"<p style='margin:.5em 0'>Read again: {links}</p>"
        if self._picture and not self.verdict.passed:
            caption = html.escape(self._caption)
            text += f"<figure style='margin:.5em 0'>{self._picture}<figcaption>{caption}</figcaption></figure>"
        return _box(text + self._table(), self.verdict.passed)

    def _table(self) -> str:
        rows = "".join(
            f"<tr><td {SHORT}>{'✓&nbsp;met' if outcome.passed else '✗&nbsp;not&nbsp;met'}</td>"
            f"<th scope='row' {WORDS}>{html.escape(outcome.name)}</th>"
            f"<td {ANYTHING}>{words(outcome.message)}</td></tr>"
            for outcome in self.verdict.criteria
        )
        heads = "".join(f"<th scope='col' {WORDS}>{head}</th>" for head in ("", "criterion", "what was seen"))
        return f"<table style='margin-left:0'><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    def _meaning(self) -> str:
        """What the diagnosis adds to the one reason: the last of its sentences, if it has more than the reason."""
        reason = self._same_failure() or ""
        more = self.verdict.diagnosis.partition(reason)[2].strip() if reason in self.verdict.diagnosis else ""
        return f" {more}" if more else ""


def words(text: str) -> str:
    """Words that a person reads, as HTML: what stands between backticks is code."""
    return re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(text))


def _linked(section: str) -> str:
    title = html.escape(sections.title(section))
    where = sections.link(section)
    return f"<a href='{html.escape(where)}'>{title}</a>" if where else title


def _box(content: str, passed: bool) -> str:
    return f"<div style='border-left:4px solid {PASSED if passed else FAILED};padding:.3em 1em'>{content}</div>"
