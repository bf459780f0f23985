"""`tp check-exercises --messages N`: what is said of wrong answers, whether their code bears it out, and if it helps.

Two kinds of single classic mistakes are asked: those of the catalogue, with their other spellings, and N that the
grammar draws from the reference: one operator, constant, argument, order or omission. A message is called useful if it
names the mistake, or has at least one sentence that says what differs and not only that something does: which result,
argument, calls, entries or line, by which factor, or which exception (`VAGUE` are the sentences that do not count). It
is called untrue if it states a fact about the code that the code, taken apart by Python itself, does not bear out.
"""

from __future__ import annotations

import dis
import inspect
import re
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.exercises.exercise import Exercise
from autograder.exercises.judge import judge
from autograder.proof.mutants import source_of
from course.judging.diagnosis.findings import NOTHING_MORE
from course.judging.verdict import Verdict

CLASSIC = ("operators", "constants", "arguments", "order", "omissions")
NAMED, OBSERVED, VAGUELY = "named", "observed", "vague or nothing"
YOUR = r"(?:In the others, )?[Yy]our (?:step, new \w+ minus old,|[\w ,]+?)"
VAGUE = (
    re.escape(NOTHING_MORE),
    YOUR + r" (?:has|have) the right (?:sign in every \w+, and not (?:always )?the right size|direction, and .*?)\.",
    r"The gradient is not asked at the right point, or not there alone\.",
    YOUR + r" (?:is|are) NaN or infinite in [\w ]+\.",
    YOUR + r" (?:is|are) right in \d+ of \d+ [\w ]+\.",
)


@dataclass(frozen=True)
class Told:
    """What is said of one wrong answer. source: its text; "" for the catalogue, whose mistakes have none."""

    what: str
    source: str
    verdict: Verdict
    untrue: tuple[str, ...] = ()

    @property
    def end(self) -> str:
        """NAMED, OBSERVED or VAGUELY."""
        if self.verdict.mistakes:
            return NAMED
        rest = re.sub("|".join(VAGUE), "", self.verdict.diagnosis)
        return OBSERVED if rest.strip() else VAGUELY


def catalogued(exercise: Exercise, seed: int) -> Iterator[Told]:
    """What is said of each catalogued mistake and its other spellings."""
    for wrong in exercise.mistakes:
        for words, function in {"": wrong.function, **wrong.twins}.items():
            yield Told(f"{wrong.id}{f' ({words})' if words else ''}", "", _verdict(exercise, function, "", seed))


def generated(exercise: Exercise, count: int, seed: int) -> Iterator[Told]:
    """What is said of so many mutants with one classic mutation; those that lose nothing are left out."""
    source = source_of(exercise)
    for mutant in source.drawn(2 * count, seed, CLASSIC):
        if len(mutant.kinds) > 1:
            continue
        try:
            function = source.function(mutant.source)
        except Exception:  # it cannot even be defined
            continue
        verdict = _verdict(exercise, function, mutant.source, seed)
        if not verdict.passed:
            untrue = tuple(contradicted(verdict.diagnosis, mutant.source, source.function(mutant.source)))
            yield Told(", ".join(mutant.kinds), mutant.source, verdict, untrue)


def _verdict(exercise: Exercise, function: Callable[..., Any], text: str, seed: int) -> Verdict:
    key = exercise.draw(np.random.default_rng(seed))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return judge(exercise, key, exercise.answers_of(function, key), text)


def contradicted(message: str, text: str, function: Any) -> Iterator[str]:
    """The statements of a message about the code that the compiled code, or its lines, do not bear out."""
    for said in re.findall(r"((?:`\w+`(?:, | and )?)+) (?:is|are) not used anywhere", message):
        yield from (f"{name} is read" for name in re.findall(r"`(\w+)`", said) if name in _read(function.__code__))
    for name, number in re.findall(r"Your default of `(\w+)` is (\S+);", message):
        if f"{inspect.signature(function).parameters[name].default!r}" != number:
            yield f"the default of {name} is not {number}"
    lines = text.split("\n")
    for number, quoted in re.findall(r"[Ll]ine (\d+), `([^`]*)`", message):
        if quoted.removesuffix(" ...") not in " ".join("\n".join(lines[int(number) - 1 :]).split()).replace("`", "'"):
            yield f"line {number} is not {quoted}"
    for number, name in re.findall(r"Line (\d+), `[^`]*`, writes into (\w+)", message):
        if name not in inspect.signature(function).parameters or int(number) > len(lines):
            yield f"line {number} cannot write into {name}"
    if "No `return` in it" in message and re.search(r"\breturn\s+\S", inspect.cleandoc(text)):
        yield "there is a return"
    if re.search("[Nn]ot written yet", message) and "raise NotImplementedError" not in text:
        yield "it is written"


def _read(code: types.CodeType) -> set[str]:
    """The names that compiled code, or code inside it, loads."""
    found = {str(op.argval) for op in dis.get_instructions(code) if op.opname.startswith("LOAD")}
    for constant in code.co_consts:
        found |= _read(constant) if isinstance(constant, types.CodeType) else set()
    return found


def shares(told: list[Told]) -> Counter[str]:
    """How many are named, observed, or told nothing of use."""
    return Counter(one.end for one in told)
