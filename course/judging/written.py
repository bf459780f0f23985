"""A look at a written answer before it is handed in: which of its numbers the learner's own runs gave, and which parts
of the task no word is about.

A TP declares its questions in a module of its public part, `WRITTEN = {grade_id: Written(...)}`. What is found are
words and numbers, and never whether an answer is right: that is for a person. The answer is read from the notebook's
file.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.judging.display import folded, prose, words

MODEL = "The model answer and the marking guide"
NOT_ANSWERED = "YOUR ANSWER HERE"
ENOUGH = 40  # words; who has written so many has answered, and may compare
TEN = r"10\s*\^\s*\{?\s*([-−+]?\d+)\s*\}?"
TIMES_TEN = re.compile(rf"(?<=\d)\s*(?:\\cdot|\\times|[·×*])\s*{TEN}")
THOUSANDS = re.compile(r"(?<=\d)[ \u202f](?=\d{3}\b)")
NUMBER = re.compile(r"(?<![\w.^])[-+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?(?![\w^]|\.\d)", re.IGNORECASE)
ITEM = re.compile(r"^[ \t>*_#]*(\d+)[.)](?!\d)", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """One part of a task. asks: what an answer speaks of, by name, as a regular expression; numbers: how many numbers
    it quotes at least."""

    name: str
    asks: Mapping[str, str]
    numbers: int = 0


@dataclass(frozen=True)
class Written:
    """A written question. From the variables of the notebook, by name: numbers, what the learner's runs gave; given,
    what stood there before any run. KeyError for a run that is still to be made."""

    parts: tuple[Part, ...]
    numbers: Callable[[Mapping[str, Any]], Mapping[str, float]]
    given: Callable[[Mapping[str, Any]], Mapping[str, float]] = lambda variables: {}


@dataclass(frozen=True)
class Quoted:
    """A number as it stands in an answer, and how far the true one may be off if it was rounded to these digits."""

    text: str
    value: float
    half: float

    @property
    def whole(self) -> bool:
        """Whether it may be a count of something."""
        return self.half == 0.5

    def is_of(self, number: float) -> bool:
        """Whether a number, or its size, is this one when it is rounded."""
        return (
            math.isfinite(number)
            and math.isfinite(self.value)
            and abs(abs(number) - abs(self.value)) <= 1.001 * self.half
        )


class Look:
    """What was found in an answer. Shows itself as text, and in a notebook."""

    def __init__(self, name: str, lines: list[str], model: str = "") -> None:
        self.lines = lines
        self.model = model
        self._name = name

    def __str__(self) -> str:
        shown = [f'  {MODEL}: print(check("{self._name}").model)'] if self.model else []
        return "\n".join([self.lines[0], *(f"  {line}" for line in self.lines[1:]), *shown])

    __repr__ = __str__

    def _repr_html_(self) -> str:
        items = "".join(f"<li>{words(line)}</li>" for line in self.lines[1:])
        shown = folded(MODEL, prose(self.model)) if self.model else ""
        return f"<div style='padding:.3em 1em'><b>{html.escape(self.lines[0])}</b><ul>{items}</ul>{shown}</div>"


def looked_at(name: str, written: Written, folder: Path, variables: Mapping[str, Any], model: str = "") -> Look:
    """Look at the answer in the cell `name` of a notebook in a folder. model: what is shown once it is answered."""
    found = answer(name, folder)
    if found is None:
        return Look(name, [f"{name}: no notebook in this folder has such a cell. Save the notebook (Ctrl+S) first."])
    text = found.replace(NOT_ANSWERED, "").strip()
    if not text:
        return Look(
            name, [f"{name}: nothing is written yet. Write the answer, save the notebook (Ctrl+S), run this again."]
        )
    lines = [f"{name}: {len(text.split())} words when the notebook was saved last. Whether it is right a person says."]
    lines += [line for place, part in enumerate(written.parts, start=1) for line in _of_part(part, _item(text, place))]
    lines += _of_numbers(quoted(text), written, variables)
    return Look(name, lines, model if len(text.split()) >= ENOUGH else "")


def answer(name: str, folder: Path) -> str | None:
    """The text of the cell with this `grade_id`, from the notebook that was saved last; None if none has it."""
    for path in sorted(folder.glob("*.ipynb"), key=lambda path: path.stat().st_mtime_ns, reverse=True):
        try:
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            for cell in cells:
                if cell["metadata"].get("nbgrader", {}).get("grade_id") == name:
                    return "".join(cell["source"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
    return None


def quoted(text: str) -> list[Quoted]:
    """The numbers in a text, each once; not those that number its items."""
    text = THOUSANDS.sub("", ITEM.sub("", text)).replace("−", "-")
    text = re.sub(TEN, r"1e\1", TIMES_TEN.sub(r"e\1", text))
    found = {}
    for match in NUMBER.finditer(text):
        digits, _, power = match[0].lower().partition("e")
        exponent, decimals = int(power or 0), len(digits.partition(".")[2])
        percent = 2 if re.match(r"\s*(?:%|percent)", text[match.end() :]) else 0
        half = 0.5 if not power and not decimals and not percent else float(f"0.5e{exponent - decimals - percent}")
        found[match[0]] = Quoted(match[0], float(f"{digits}e{exponent - percent}"), half)
    return list(found.values())


def _item(text: str, place: int) -> str:
    """The item with this number, if the text has such; else all of it."""
    items = list(ITEM.finditer(text))
    for item, after in zip(items, [*items[1:], None], strict=False):
        if int(item[1]) == place:
            return text[item.end() : after.start() if after else None]
    return text


def _of_part(part: Part, text: str) -> Iterator[str]:
    missing = [ask for ask, pattern in part.asks.items() if not re.search(pattern, text, re.IGNORECASE)]
    if missing:
        yield f"{part.name}: no word was found about {', nor about '.join(missing)}."
    if part.numbers and (count := len(quoted(text))) < part.numbers:
        yield f"{part.name}: {count} numbers are quoted, {part.numbers} or more are asked for."
    elif not missing:
        yield f"{part.name}: all that was asked for is spoken of."


def _of_numbers(numbers: list[Quoted], written: Written, variables: Mapping[str, Any]) -> Iterator[str]:
    try:
        runs, given = written.numbers(variables), written.given(variables)
    except (KeyError, AttributeError, TypeError, ValueError, IndexError):
        yield "Your numbers are not compared: run the cells above first, whose results they are."
        return
    known = {name: number for name, number in [*given.items(), *runs.items()] if math.isfinite(number)}
    agreeing: list[str] = []
    before: list[str] = []
    other: list[str] = []
    for number in numbers:
        near = min(known, key=lambda name: abs(abs(known[name]) - abs(number.value)), default=None)
        if near is not None and number.is_of(known[near]):
            (agreeing if near in runs else before).append(f"{number.text} ({near})")
        elif not number.whole:
            other.append(number.text)
    if agreeing:
        yield f"Your runs gave: {', '.join(agreeing)}."
    if before:
        yield f"In the notebook before any run: {', '.join(before)}."
    if other:
        yield f"Not among the results of your runs: {', '.join(other)}. Is each a constant, or of another run?"
