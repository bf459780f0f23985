"""What a marker has typed: read, or refused in one clear line."""

from __future__ import annotations

import math
from collections.abc import Mapping

from autograder import harmless
from autograder.classroom.marking.entered import Earned, Mark
from autograder.classroom.marking.questions import Question

LONGEST = 20_000  # characters of a comment
NEAR = 1e-6  # points; pages show six digits


class NotUnderstood(Exception):
    """What was typed cannot be entered; the message says what to do."""


def mark(question: Question, fields: Mapping[str, str]) -> Mark:
    """The mark that the fields of a form hold. NotUnderstood, with the reason, if they hold none.

    Where items of the rubric have points, their sum counts, and an item without any has 0; else the field `score`.
    """
    texts = [fields.get(f"item-{number}", "") for number in range(len(question.rubric))]
    items: tuple[Earned, ...] = ()
    if any(text.strip() for text in texts):
        items = tuple(
            Earned(item.text, _points(text, item.points, f"item {number}") or 0.0, item.points)
            for number, (text, item) in enumerate(zip(texts, question.rubric, strict=True), start=1)
        )
    score = (
        _or_most(round(sum(item.points for item in items), 9), question.points)
        if items
        else _points(fields.get("score", ""), question.points, "the mark")
    )
    comment = harmless.CONTROL.sub("", harmless.whole(fields.get("comment", "")).replace("\r\n", "\n")).strip()
    if len(comment) > LONGEST:
        raise NotUnderstood(f"the comment has more than {LONGEST} characters: shorten it")
    return Mark(score, comment, items)


def _points(text: str, most: float, what: str) -> float | None:
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    number = _or_most(number, most)
    if not 0 <= number <= most:
        raise NotUnderstood(f"{what}: {text[:20]} is no number from 0 to {most:g}; nothing was saved")
    return number


def _or_most(number: float, most: float) -> float:
    """All points, such as 2/3, if a number is as near to them as it can be written."""
    return most if abs(number - most) <= NEAR else number
