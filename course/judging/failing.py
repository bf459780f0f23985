"""The first wrong call as one line to paste, with what it gave and what was expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from course.judging.scripts import (
    INTEGERS,
    NOT_ASKED,
    NOT_WRITTEN,
    NUMBERS,
    SHAPE,
    Answers,
    AskOracle,
    Call,
    Cut,
    Failure,
    Fill,
    Plain,
    Put,
    Read,
    Ref,
    Value,
)
from course.judging.verdict import Key

MOST = 12  # numbers of one argument; more than that nobody pastes
KINDS = (NUMBERS, INTEGERS, SHAPE)


@dataclass(frozen=True)
class WrongCall:
    """One line of Python, the name of the result that is wrong, and both values in words."""

    line: str
    output: str
    yours: str
    expected: str

    @property
    def told(self) -> str:
        """All of it, line by line."""
        return f"{self.line}\n{self.output}, yours:    {self.yours}\n{self.output}, expected: {self.expected}"


def first_wrong(key: Key, answers: Answers) -> WrongCall | None:
    """The first call with a wrong number that can be made by itself: not fed by others, with few numbers."""
    puts: dict[str, np.ndarray] = {}
    lines: dict[str, str] = {}
    for op in key.script:
        if isinstance(op, Put):
            puts[op.key] = op.value
        elif isinstance(op, Fill):
            puts.pop(op.ref.key, None)
        elif isinstance(op, Call) and (line := _line(op, key, puts)):
            lines[op.key] = line
        elif isinstance(op, Read) and op.call in lines and op.kind in KINDS and op.answer in answers:
            given, wanted = answers[op.answer], key.expected[op.answer]
            if isinstance(given, Failure) and given.reason in (NOT_ASKED, NOT_WRITTEN):
                continue
            if not isinstance(wanted, Failure) and not key.agree(given, wanted, op.answer):
                return WrongCall(lines[op.call], op.name, *beside(given, wanted))
    return None


def stopped(answers: Answers) -> bool:
    """Whether a call was stopped by a limit."""
    return any(isinstance(given, Cut) for given in answers.values())


def _line(call: Call, key: Key, puts: dict[str, np.ndarray]) -> str:
    """A call as Python; empty if it cannot be written in one line."""
    args = []
    for arg in call.args:
        if isinstance(arg, Ref):
            if arg.key not in puts or puts[arg.key].size > MOST:
                return ""
            args.append(array(puts[arg.key]))
        elif isinstance(arg, AskOracle):
            spec = key.oracles[arg.oracle]
            if not (landscape := oracle(spec)) or len(spec.get("shape", [0])) != 1:
                return ""
            args.append(landscape)
        else:
            args.append(repr(arg))
    return made(call, args, f'__import__("{key.public}").WAYS')


def made(call: Call, args: Sequence[str], ways: str) -> str:
    """A call with these arguments as Python. ways: what the table of the ways is called there."""
    if not call.way:
        return f"{call.function}({', '.join(args)})"
    keywords = f"({', '.join(map(repr, call.keywords))}{',' if len(call.keywords) == 1 else ''})"
    return f"{ways}[{call.way!r}]({', '.join([call.function, keywords, *args])})"


def oracle(spec: Plain) -> str:
    """A function that a script lets the learner ask, as Python; empty if it has too many numbers to be pasted."""
    a, b, c = (np.array(spec[name]) for name in "Abc")
    return "" if a.size > MOST else f"lambda p: {array(a)} @ p + {array(b)} + {array(c)} * p**3"


def array(numbers: np.ndarray) -> str:
    """An array as Python."""
    return f"np.array({numbers.tolist()!r})"


def beside(given: Value, wanted: Value) -> tuple[str, str]:
    """Two values that differ, with as many digits as show it."""
    six, all_digits = ((value(given, digits), value(wanted, digits)) for digits in (6, 17))
    return six if six[0] != six[1] else all_digits


def value(found: Value, digits: int) -> str:
    """A value in words: some numbers with so many digits, or why there are none."""
    if isinstance(found, Failure):
        return f"it {found.told}"
    shown = np.array2string(found, precision=digits, threshold=MOST, separator=", ", floatmode="maxprec")
    return shown.replace("\n", "")
