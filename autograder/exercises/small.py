"""A key with few and round numbers, whose calls can be redone by hand: from it the check shows the first wrong one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises.exercise import Exercise
from course.judging.failing import KINDS, MOST
from course.judging.scripts import Call, Failure, Operation, Plain, Put, Read, Ref
from course.judging.verdict import Key

DIGITS = (2, 3, 4)  # as few as leave a number apart from 0 and 1
CALLS = 60


def small_key(exercise: Exercise, rng: Generator) -> Key:
    """The calls of the exercise's criteria that can be made by themselves, with two numbers in an array where any
    number will do, and few digits. What the reference fails at is left out."""
    drawn = replace(exercise, size=(2,) if exercise.size == Exercise.size else exercise.size).draw(rng)
    rounded = replace(
        drawn,
        script=[_rounded(op) for op in _alone(drawn)],
        oracles={name: _landscape(spec) for name, spec in drawn.oracles.items()},
        criteria=(),
        tolerances={},
        expected={},
    )
    answers = exercise.answers_of(exercise.reference, rounded)
    rounded.expected.update({n: a for n, a in answers.items() if not isinstance(a, Failure) and np.isfinite(a).all()})
    return replace(
        rounded, script=[op for op in rounded.script if not isinstance(op, Read) or op.answer in rounded.expected]
    )


def _alone(key: Key) -> list[Operation]:
    """The part of a script with the calls that are fed by no others, and what is read of them before anything is
    overwritten."""
    puts: dict[str, Put] = {}
    kept: list[Operation] = []
    calls: set[str] = set()
    reads = {op.call for op in key.script if isinstance(op, Read) and op.kind in KINDS}
    for op in key.script:
        if isinstance(op, Put):
            puts[op.key] = op
        elif isinstance(op, Call) and op.key in reads and len(calls) < CALLS:
            refs = [arg.key for arg in op.args if isinstance(arg, Ref)]
            if all(ref in puts and puts[ref].value.size <= MOST for ref in refs):
                calls.add(op.key)
                kept += [*(puts[ref] for ref in dict.fromkeys(refs)), op]
        elif isinstance(op, Read) and op.call in calls and op.kind in KINDS:
            kept.append(op)
    return kept


def _rounded(op: Operation) -> Operation:
    if isinstance(op, Put) and op.value.dtype.kind == "f":
        return Put(op.key, np.array([_short(x) for x in op.value.ravel()]).reshape(op.value.shape))
    if isinstance(op, Call):
        return replace(op, args=tuple(_short(arg) if isinstance(arg, float) else arg for arg in op.args))
    return op


def _short(x: float) -> float:
    for digits in DIGITS:
        found = float(f"{x:.{digits}g}")
        if found == x or found not in (0.0, 1.0):
            return found
    return float(x)


def _landscape(spec: Plain) -> Plain:
    def short(value: Any) -> Any:
        return [short(x) for x in value] if isinstance(value, list) else _short(value)

    return {name: short(value) if name in "Abc" else value for name, value in spec.items()}
