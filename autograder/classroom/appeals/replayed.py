"""What led to some answers, as lines of Python: the part of a key's script on which they depend."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from course.judging.failing import MOST, array, made, oracle, value
from course.judging.scripts import Argument, Asked, AskOracle, Call, Fill, Operation, Put, Read, Ref
from course.judging.verdict import Key

DIGITS = 6  # of an array that is too large to be pasted


def calls(key: Key, answers: Collection[str]) -> list[str]:
    """The lines that put, call, overwrite and read what these answers depend on, in their order."""
    wanted: set[str] = set()
    last = 0
    for number in range(len(key.script) - 1, -1, -1):  # what is needed is known from its use
        op = key.script[number]
        if isinstance(op, Read | Asked) and op.answer in answers:
            wanted.add(op.ref.key)
            last = max(last, number)
        elif isinstance(op, Call) and op.key in wanted:
            wanted |= {arg.key for arg in op.args if isinstance(arg, Ref)}
    return [_line(op, key) for op in key.script[: last + 1] if _belongs(op, answers, wanted)]


def _belongs(op: Operation, answers: Collection[str], wanted: Collection[str]) -> bool:
    if isinstance(op, Read | Asked):
        return op.answer in answers
    return (op.ref if isinstance(op, Fill) else op).key in wanted


def _line(op: Operation, key: Key) -> str:
    if isinstance(op, Put):
        small = op.value.size <= MOST
        return f"{op.key} = {array(op.value) if small else f'{value(op.value, DIGITS)}  # shape {op.value.shape}'}"
    if isinstance(op, Fill):
        return f"{_name(op.ref)}[...] = {op.number:g}"
    if isinstance(op, Read):
        return f"{_name(op.ref)}  # {_label(op.answer)}"
    if isinstance(op, Asked):
        return f"# {_label(op.answer)}, in {op.ref.key}"
    return f"{op.key} = {made(op, [_argument(arg, key) for arg in op.args], f'{key.public}.WAYS')}"


def _label(answer: str) -> str:
    return answer.partition(": ")[2]


def _argument(arg: Argument, key: Key) -> str:
    if isinstance(arg, Ref):
        return _name(arg)
    if not isinstance(arg, AskOracle):
        return repr(arg)
    spec = key.oracles[arg.oracle]
    return oracle(spec) or f"(a function of {np.size(spec['b'])} numbers)"


def _name(ref: Ref) -> str:
    return ref.key if ref.item is None else f"{ref.key}[{ref.item}]"
