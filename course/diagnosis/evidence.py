"""A script read backwards: which call each answer comes from, what that call was given, and what came back.

Answers are of different kinds. NUMBERS are what the function returns for floats in a row, with nothing done to them; a
wrong formula shows there. The other kinds show manners: what happened to an INPUT, whether results are SHARED, what
INTEGERS and another SHAPE give.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from course.calls import NOT_ANSWERED, Answers, Plain, Value
from course.verdict import Key, agree

NUMBERS, INPUT, SHARED, INTEGERS, SHAPE = "numbers", "input", "shared", "integers", "shape"


@dataclass(eq=False)
class Call:
    """One call of the learner's function.

    index: its place in the script. given: parameter -> array, number, or the data of a gradient to be asked; what was
    left out or came from an earlier call is missing. before: index of the call whose results it was fed, if any. step:
    1 + the number of calls before it in such a row. passed: how many arguments. results: output -> (what the learner
    gave, what was expected). way: what the call went through, if it was no direct one.
    """

    index: int
    given: dict[str, Any]
    before: int | None
    step: int
    passed: int
    kind: str
    way: str = ""
    results: dict[int, tuple[Value, Value]] = field(default_factory=dict)

    @property
    def right(self) -> bool:
        """True if everything that was read of it is right."""
        return all(agree(given, wanted) for given, wanted in self.results.values())


@dataclass(frozen=True)
class Read:
    """One answer: its name, its kind, the call it belongs to and which output it is (-1: points that were asked)."""

    answer: str
    kind: str
    call: int
    output: int
    input: str = ""


@dataclass(frozen=True)
class Evidence:
    """The key's script, taken apart; with answers, what they show."""

    key: Key
    answers: Answers

    @cached_property
    def reads(self) -> list[Read]:
        """Every answer of the script, in order."""
        return self._taken_apart[1]

    @cached_property
    def calls(self) -> list[Call]:
        """Every call of the script, in order, with what came back of kind NUMBERS."""
        calls = self._taken_apart[0]
        for read in self.reads:
            if read.kind == NUMBERS and read.output >= 0:
                calls[read.call].results[read.output] = (self.given(read.answer), self.key.expected[read.answer])
        return calls

    @property
    def numbers(self) -> list[Call]:
        """The calls with floats in a row of which something was read."""
        return [call for call in self.calls if call.kind == NUMBERS and call.results]

    def given(self, answer: str) -> Value:
        """What the learner gave for one answer."""
        return self.answers.get(answer, NOT_ANSWERED)

    def wrong(self, kind: str) -> Iterator[tuple[Read, Value, Value]]:
        """The answers of a kind that are not as expected, each with the learner's and the expected value."""
        for read in self.reads:
            if read.kind == kind:
                given, wanted = self.given(read.answer), self.key.expected[read.answer]
                if not self.key.agree(given, wanted):
                    yield read, given, wanted

    def firsts(self) -> list[Read]:
        """The first number of each kind in each criterion, of those that depend on no call but their own."""
        chosen: dict[tuple[str, int], Read] = {}
        for read in self.reads:
            if read.kind == NUMBERS and read.output >= 0 and self._taken_apart[0][read.call].step == 1:
                chosen.setdefault((read.answer.partition(":")[0], read.output), read)
        return list(chosen.values())

    def script_of(self, reads: list[Read]) -> list[Plain]:
        """The part of the script that gives these answers, and no others."""
        answers = {read.answer for read in reads}
        needed: set[str] = set()
        script = []
        for op in reversed(self.key.script):
            if op.get("as") in answers:
                needed.add(op["read"]["ref"])
            elif op.get("call") in needed:
                needed |= {arg["ref"] for arg in op["args"] if isinstance(arg, dict) and "ref" in arg}
            elif op.get("put") not in needed:
                continue
            script.append(op)
        return script[::-1]

    @cached_property
    def _taken_apart(self) -> tuple[list[Call], list[Read]]:
        puts: dict[str, np.ndarray] = {}
        index: dict[str, int] = {}
        names: dict[str, str] = {}  # of a put: the parameter it was passed as
        calls: list[Call] = []
        reads: list[Read] = []
        filled = False
        for op in self.key.script:
            if "put" in op:
                puts[op["put"]] = op["value"]
            elif "call" in op:
                index[op["call"]], filled = len(calls), False
                calls.append(self._call(op, puts, index, names, calls))
            elif "fill" in op:
                filled = True
            elif "read" in op or "asked" in op:
                ref = op.get("read") or op["in"]
                if ref["ref"] in puts:
                    reads.append(Read(op["as"], INPUT, len(calls) - 1, 0, names.get(ref["ref"], "")))
                else:
                    call = index[ref["ref"]]
                    output = ref.get("item", 0) if "read" in op else -1
                    reads.append(Read(op["as"], SHARED if filled else calls[call].kind, call, output))
        return calls, reads

    def _call(
        self,
        op: Plain,
        puts: dict[str, np.ndarray],
        index: dict[str, int],
        names: dict[str, str],
        calls: list[Call],
    ) -> Call:
        given: dict[str, Any] = {}
        before, kind = None, NUMBERS
        for name, arg in zip(self.key.parameters, op["args"], strict=False):
            if isinstance(arg, dict) and arg.get("ref") in puts:
                given[name] = puts[arg["ref"]]
                names[arg["ref"]] = name
                if given[name].ndim != 1:
                    kind = SHAPE
                elif given[name].dtype.kind == "i":
                    kind = INTEGERS
            elif isinstance(arg, dict) and arg.get("ref") in index:
                before = index[arg["ref"]]
            else:
                given[name] = self.key.oracles[arg["oracle"]] if isinstance(arg, dict) else arg
        step = 1 if before is None else calls[before].step + 1
        return Call(len(calls), given, before, step, len(op["args"]), kind, op.get("through", ""))
