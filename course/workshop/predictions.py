"""Questions before code: a learner writes down what he expects, runs the cell, and then sees what comes out.

Nothing is stored but in the notebook, and nothing is marked. It is plain HTML, so it works in every front end.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import EllipsisType

Answer = float | str
LETTERS = "abcdefgh"
BOX = "border-left:4px solid #0072B2;padding:.3em 1em"


@dataclass(frozen=True)
class Prediction:
    """A question, and what has been said to it. Shows itself: as a box in a notebook, as text elsewhere."""

    question: str
    choices: tuple[str, ...]
    said: str
    answered: bool = False

    def __str__(self) -> str:
        return "\n".join([self.question, *self._listed(), self.said])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        how = "" if self.answered else " class='prediction-how'"  # which the site leaves out: nothing runs there
        said = f"<span{how}>{html.escape(self.said).replace('`...`', '<code>...</code>')}</span>"
        parts = [f"<b>{html.escape(self.question)}</b>", *map(html.escape, self._listed()), said]
        return f"<div style='{BOX}'>{'<br>'.join(parts)}</div>"

    def _listed(self) -> list[str]:
        return [f"{letter}) {choice}" for letter, choice in zip(LETTERS, self.choices, strict=False)]


def predict(
    question: str,
    yours: Answer | EllipsisType,
    figure: Answer | Callable[[], Answer],
    *,
    choices: Sequence[str] = (),
    within: float = 0.05,
    why: str = "",
) -> Prediction:
    """Ask for a prediction, and answer it once there is one.

    yours: `...` as long as there is none; then a number, or the letter of a choice, or the choice itself. figure: what
    comes out, or a function without arguments that computes it, which is called only then; a number, or one of the
    choices. within: how far off a number may be to be called close, as a share of the figure. why: what is said with
    the figure. ValueError if the figure is not among the choices, or if there are more choices than letters.
    """
    asked = tuple(choices)
    if len(asked) > len(LETTERS):
        raise ValueError(f"{len(asked)} choices are too many, give {len(LETTERS)} at most")
    if isinstance(yours, EllipsisType):
        what = "the letter of your choice, such as 'a'," if asked else "a number"
        return Prediction(question, asked, f"Write {what} in the place of `...`, and run this cell.")
    expected = _read(yours, asked)
    if expected is None:
        what = f"one of the letters {', '.join(LETTERS[: len(asked)])}" if asked else "a number such as 0.5"
        return Prediction(question, asked, f"{yours!r} is not what is asked: write {what}, and run this cell.")
    try:
        found = figure() if callable(figure) else figure
    except NotImplementedError:
        return Prediction(question, asked, "The answer waits for your function. Write it, and run this cell again.")
    if asked and found not in asked:
        raise ValueError(f"the figure {found!r} is not among the choices")
    said = f"You expected {_shown(expected)}. It is {_shown(found)}{_verdict(expected, found, within)}."
    return Prediction(question, asked, f"{said} {why}".strip(), answered=True)


def _read(yours: Answer, choices: tuple[str, ...]) -> Answer | None:
    """What was predicted; None if it is no answer to the question."""
    if choices:
        word = str(yours).strip()
        letter = LETTERS.find(word.lower()) if len(word) == 1 else -1
        if 0 <= letter < len(choices):
            return choices[letter]
        return word if word in choices else None
    try:
        number = float(yours)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _verdict(expected: Answer, found: Answer, within: float) -> str:
    if isinstance(expected, str) or isinstance(found, str):
        return ", as you said" if expected == found else ""
    if abs(expected - found) <= within * abs(found):
        return ", as you said" if _shown(expected) == _shown(found) else ": close"
    return ""


def _shown(answer: Answer) -> str:
    return answer if isinstance(answer, str) else f"{float(answer):.4g}"
