"""What the answers show: every call with what it was given and what came back, and every answer with its kind.

Whoever wrote the script noted on each call and each answer what it is about (`course.judging.scripts`); here the notes
are put beside the answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from course.judging.diagnosis.source import Code
from course.judging.scripts import (
    BOUNDED,
    INPUT,
    NOT_ANSWERED,
    NUMBERS,
    SHARED,
    Answers,
    Asked,
    AskOracle,
    Call,
    Failure,
    Fill,
    Operation,
    Put,
    Read,
    Ref,
    Value,
)
from course.judging.verdict import Key


@dataclass(eq=False)
class Use:
    """One call of the learner's function, as a diagnosis sees it.

    given: parameter -> array, number, or the data of an oracle; what was left out or came from an earlier call is
    missing. before: the call whose results it was fed, if any. step: 1 + the number of calls before it in such a row.
    overwritten: it was passed an array that had been overwritten after another call.
    results: output -> (what the learner gave, what was expected), of kind NUMBERS; fits: output -> whether they agree;
    answers: output -> the name of the answer, whose tolerance it has.
    bounded: output -> (what the learner gave, what the reference gave, whether the bounds are kept), where only bounds
    are known.
    """

    call: Call
    given: dict[str, Any]
    before: Use | None
    step: int
    overwritten: bool = False
    results: dict[str, tuple[Value, Value]] = field(default_factory=dict)
    fits: dict[str, bool] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    bounded: dict[str, tuple[Value, Value, bool]] = field(default_factory=dict)

    @property
    def passed(self) -> int:
        """How many arguments were passed."""
        return len(self.call.args)

    @property
    def right(self) -> bool:
        """True if everything that was read of it is right."""
        return all(self.fits.values())

    @property
    def failure(self) -> Failure | None:
        """Why it gave nothing, where it gave nothing."""
        given = [one for one, _ in self.results.values()] + [one for one, _, _ in self.bounded.values()]
        return next((value for value in given if isinstance(value, Failure)), None)


def _times(model: Value, times: float, given: Value, key: Key) -> bool:
    """Whether an answer is so many times another one."""
    return not isinstance(model, Failure) and key.agree(given, times * model)


@dataclass(frozen=True)
class Evidence:
    """A key and the answers to it. source: the text of the cell that defines what was asked, if it is at hand."""

    key: Key
    answers: Answers
    source: str = ""
    _agree: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def code(self) -> Code | None:
        """What was asked as its text has it; None if the text is not at hand or cannot be read."""
        code = Code(self.source, self.key.exercise)
        return code if code.node else None

    @cached_property
    def reads(self) -> list[Read | Asked]:
        """Every answer of the script, in order; not those that the reference cannot give either."""
        unknown = {name for name, value in self.key.expected.items() if isinstance(value, Failure)}
        return [op for op in self.key.script if isinstance(op, Read | Asked) and op.answer not in unknown]

    @cached_property
    def uses(self) -> dict[str, Use]:
        """Every call of the script, in order, by its key."""
        puts: dict[str, np.ndarray] = {}
        filled: set[str] = set()
        found: dict[str, Use] = {}
        for op in self.key.script:
            if isinstance(op, Put):
                puts[op.key] = op.value
            elif isinstance(op, Fill) and op.ref.key in puts:
                puts[op.ref.key] = np.full_like(puts[op.ref.key], op.number)
                filled.add(op.ref.key)
            elif isinstance(op, Call):
                before = found.get(op.before)
                old = any(isinstance(arg, Ref) and arg.key in filled for arg in op.args)
                found[op.key] = Use(op, self._given(op, puts), before, before.step + 1 if before else 1, old)
        for read in self.reads:
            if read.kind == NUMBERS and isinstance(read, Read):
                use, pair = found[read.call], (self.given(read.answer), self.key.expected[read.answer])
                use.results[read.name] = pair
                use.answers[read.name] = read.answer
                use.fits[read.name] = self.agrees(read.answer)
            elif read.kind == BOUNDED and read.answer in self.key.bounded:
                given, wanted = self.given(read.answer), self.key.expected[read.answer]
                found[read.call].bounded[read.name] = (given, wanted, self.key.keeps(read.answer, given))
        return found

    @property
    def numbers(self) -> list[Use]:
        """The calls of kind NUMBERS of which something was read. Where results share memory with inputs, or inputs are
        written into, nobody knows what a call was given whose arrays had been overwritten: such calls are left out."""
        unsure = bool(self.unlike_itself(SHARED)) or next(self.wrong(INPUT), None) is not None
        return [
            use
            for use in self.uses.values()
            if use.call.kind == NUMBERS and (use.results or use.bounded) and not (unsure and use.overwritten)
        ]

    @property
    def outside(self) -> bool:
        """Whether an answer lies outside its bounds, or is missing."""
        return any(not kept for use in self.uses.values() for _, _, kept in use.bounded.values())

    def given(self, answer: str) -> Value:
        """What the learner gave for one answer."""
        return self.answers.get(answer, NOT_ANSWERED)

    def agrees(self, answer: str) -> bool:
        """Whether one answer is as expected; looked at once."""
        if answer not in self._agree:
            self._agree[answer] = self.key.agree(self.given(answer), self.key.expected[answer], answer)
        return self._agree[answer]

    def wrong(self, kind: str) -> Iterator[tuple[Read | Asked, Value, Value]]:
        """The answers of a kind that are not as expected, each with the learner's and the expected value."""
        for read in self.reads:
            if read.kind == kind and not self.agrees(read.answer):
                yield read, self.given(read.answer), self.key.expected[read.answer]

    @property
    def numbers_right(self) -> bool:
        """Whether no answer of kind NUMBERS is wrong."""
        return next(self.wrong(NUMBERS), None) is None

    def unlike_itself(self, kind: str) -> list[tuple[Read | Asked, Value, np.ndarray]]:
        """The answers of a kind that differ from the learner's own ordinary ones: what was read, both numbers."""
        own = {e.answer: e for criterion in self.key.criteria for e in criterion.expectations if e.like}
        found = []
        for read in self.reads:
            expectation = own.get(read.answer)
            if read.kind != kind or expectation is None or expectation.like is None:
                continue
            given, model = self.given(read.answer), self.given(expectation.like)
            expected, usual = self.key.expected[read.answer], self.key.expected[expectation.like]
            assert isinstance(expected, np.ndarray)
            assert isinstance(usual, np.ndarray)
            if isinstance(model, Failure) or model.shape != usual.shape:
                continue  # the ordinary call is no better
            wanted = expectation.times * model.reshape(expected.shape)
            if not self.key.agree(given, wanted, read.answer):
                found.append((read, given, wanted))
        return found

    def as_itself(self, use: Use) -> bool:
        """Whether all that is expected of a use is what it has in common with another one, and that is so."""
        own = {e.answer: e for criterion in self.key.criteria for e in criterion.expectations if e.like}
        expected = [own.get(read.answer) for read in self.reads if read.call == use.call.key]
        return bool(expected) and all(
            e is not None and _times(self.given(str(e.like)), e.times, self.given(e.answer), self.key) for e in expected
        )

    def firsts(self) -> list[Read]:
        """The first number of each output in each criterion, of those that depend on no call but their own."""
        chosen: dict[tuple[str, str], Read] = {}
        for read in self.reads:
            if read.kind == NUMBERS and isinstance(read, Read) and self.uses[read.call].step == 1:
                chosen.setdefault((read.answer.partition(":")[0], read.name), read)
        return list(chosen.values())

    def script_of(self, reads: list[Read]) -> list[Operation]:
        """The part of the script that gives these answers, and no others."""
        answers = {read.answer for read in reads}
        needed: set[str] = set()
        script: list[Operation] = []
        for op in reversed(self.key.script):
            if isinstance(op, Read) and op.answer in answers:
                needed.add(op.ref.key)
            elif isinstance(op, Call) and op.key in needed:
                needed |= {arg.key for arg in op.args if isinstance(arg, Ref)}
            elif not needed & {op.key if isinstance(op, Put) else op.ref.key if isinstance(op, Fill) else ""}:
                continue
            script.append(op)
        return script[::-1]

    def _given(self, call: Call, puts: dict[str, np.ndarray]) -> dict[str, Any]:
        given: dict[str, Any] = {}
        for name, arg in zip(call.parameters, call.args, strict=False):
            if isinstance(arg, AskOracle):
                given[name] = self.key.oracles[arg.oracle]
            elif not isinstance(arg, Ref):
                given[name] = arg
            elif arg.key in puts:
                given[name] = puts[arg.key]
        return given
