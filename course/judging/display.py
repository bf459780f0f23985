"""How a verdict shows itself: a table with the reason and a picture in a notebook, a few lines of text elsewhere."""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from course.judging import sections
from course.judging.ladder import Ladder, whole
from course.judging.scripts import NOT_ASKED
from course.judging.verdict import NOT_YET, Outcome, Verdict

# Borders carry colour, words carry the meaning; text keeps the colour of the page, light or dark.
PASSED, FAILED = "#009E73", "#D55E00"
CELL = "text-align:left;vertical-align:top;padding:.2em .8em .2em 0"
SHORT = f"style='{CELL};white-space:nowrap'"
WORDS = f"style='{CELL};white-space:normal;overflow-wrap:break-word'"  # a column is as wide as its longest word
ANYTHING = f"style='{CELL};white-space:normal;overflow-wrap:anywhere'"  # what was seen may be one long word

NO_MORE = "More hints come with the feedback."
WORKED = "The worked solution, why each line is so, and other right forms"


@dataclass(frozen=True)
class Note:
    """Something that was seen beside the verdict: a sentence, and what it speaks of, line by line as it is.

    With `folded`, what to call to see it, it is folded up in a notebook, and elsewhere the call is told in its place.
    """

    sentence: str
    quoted: str = ""
    folded: str = ""

    def __str__(self) -> str:
        if self.folded:
            return f"  {self.sentence} {self.folded}"
        lines = [f"    {line}" for line in self.quoted.split("\n")] if self.quoted else []
        return "\n".join([f"  {self.sentence}", *lines])

    def as_html(self) -> str:
        """The same for a notebook."""
        quoted = f"<pre style='margin:.2em 0 .2em 1em;white-space:pre-wrap'>{html.escape(self.quoted)}</pre>"
        if self.folded:
            return f"<details style='margin:.5em 0'><summary>{words(self.sentence)}</summary>{quoted}</details>"
        return f"<p style='margin:.5em 0'>{words(self.sentence)}</p>{quoted if self.quoted else ''}"


class Report:
    """What the check found. Shows itself, as a table in a notebook and as text elsewhere."""

    def __init__(
        self,
        verdict: Verdict,
        picture: str = "",
        caption: str = "",
        notes: Sequence[Note] = (),
        ladder: Ladder | None = None,
        solution: str = "",
    ) -> None:
        """picture: SVG, beside the table of a verdict that is not passed; caption: the same in words. notes: what else
        was seen, in this order. ladder: the hints; without it everything is told at once. solution: the worked one, in
        Markdown, which a notebook shows folded."""
        self.verdict = verdict
        self._picture, self._caption = picture, caption
        self._notes = notes
        self._ladder = ladder or whole(verdict)
        self.solution = solution

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
        reasons.discard(f"{NOT_ASKED}.")  # it follows from another one
        return reasons.pop() if len(reasons) == 1 and reasons != {""} else None

    def __str__(self) -> str:
        if (reason := self._same_failure()) and not self.verdict.mistakes:
            return "\n".join([f"{self.verdict.exercise} {reason}{self._meaning()}", *map(str, self._notes)])
        lines = [self._headline()]
        ladder = self._ladder
        lines += [f"  {label}: {told}" for label, told in ladder.hints[: ladder.open]]
        if ladder.open < len(ladder.hints):
            call = f'check("{self.verdict.exercise}", hint={ladder.open + 1})'
            lines.append(f"  Next hint: {call}")
        elif ladder.more:
            lines.append(f"  {NO_MORE}")
        if self.verdict.sections and (ladder.open > 1 or len(ladder.hints) < 2):
            lines.append(f"  Read again: {'; '.join(map(sections.title, self.verdict.sections))}")
        if self._caption and not self.verdict.passed:
            lines.append(f"  Its picture: {self._caption}")
        lines += [
            f"  {'ok  ' if outcome.passed else 'no  '}{outcome.name}"
            + (f": {told}" if (told := self._told(outcome)) else "")
            for outcome in self.verdict.criteria
        ]
        if self.solution:
            lines.append(f'  {WORKED}: print(check("{self.verdict.exercise}").solution)')
        return "\n".join([*lines, *map(str, self._notes)])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        if (reason := self._same_failure()) and not self.verdict.mistakes:
            name = html.escape(self.verdict.exercise)
            notes = "".join(note.as_html() for note in self._notes)
            return _box(f"<b>{name}</b> {words(reason + self._meaning())}{notes}", False)
        text = f"<b>{html.escape(self._headline())}</b>"
        text += self._hints()
        if self._picture and not self.verdict.passed:
            caption = html.escape(self._caption)
            text += f"<figure style='margin:.5em 0'>{self._picture}<figcaption>{caption}</figcaption></figure>"
        notes = "".join(note.as_html() for note in self._notes)
        worked = folded(WORKED, prose(self.solution)) if self.solution else ""
        return _box(text + self._table() + worked + notes, self.verdict.passed)

    def _hints(self) -> str:
        """The first hint, and each further one folded up within the one before: it needs neither kernel nor script."""
        ladder, again = self._ladder, ""
        if self.verdict.sections:
            links = "; ".join(map(_linked, self.verdict.sections))
            again = f"<p style='margin:.5em 0'>Read again: {links}</p>"
        inner = f"<p style='margin:.5em 0'>{NO_MORE}</p>" if ladder.more else ""
        for place in range(len(ladder.hints) - 1, -1, -1):
            label, told = ladder.hints[place]
            shown = f"<p style='margin:.5em 0;max-width:60em'>{words(told)}</p>{again if place == 1 else ''}{inner}"
            if place:
                opened = " open='open'" if place < ladder.open else ""
                style = "style='margin:.5em 0'"
                inner = f"<details {style}{opened}><summary>{html.escape(label)}</summary>{shown}</details>"
            else:
                inner = shown
        return inner + (again if len(ladder.hints) < 2 else "")

    def _told(self, outcome: Outcome) -> str:
        """What is said of a criterion, without the sentence that has its place among the hints."""
        fails = self._ladder.fails.get(outcome.name)
        if not fails or not outcome.message.startswith(f"{fails} ("):
            return outcome.message
        return outcome.message.removeprefix(f"{fails} (").removesuffix(")")

    def _table(self) -> str:
        rows = "".join(
            f"<tr><td {SHORT}>{'✓&nbsp;met' if outcome.passed else '✗&nbsp;not&nbsp;met'}</td>"
            f"<th scope='row' {WORDS}>{html.escape(outcome.name)}</th>"
            f"<td {ANYTHING}>{words(self._told(outcome))}</td></tr>"
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


def folded(title: str, page: str) -> str:
    """HTML that is folded up below a title."""
    return (
        f"<details style='margin:.5em 0'><summary>{words(title)}</summary>"
        f"<div style='max-width:60em;margin-left:1em'>{page}</div></details>"
    )


def prose(markdown: str) -> str:
    """A text in Markdown as HTML, without headings of the page that it stands in, and without HTML of its own."""
    from markdown_it import MarkdownIt

    shown = MarkdownIt("commonmark", {"html": False}).render(markdown)
    return re.sub("<h[1-6]>(.*)</h[1-6]>", r"<p><b>\1</b></p>", shown)


def _linked(section: str) -> str:
    title = html.escape(sections.title(section))
    where = sections.link(section)
    return f"<a href='{html.escape(where)}'>{title}</a>" if where else title


def _box(content: str, passed: bool) -> str:
    return f"<div style='border-left:4px solid {PASSED if passed else FAILED};padding:.3em 1em'>{content}</div>"
