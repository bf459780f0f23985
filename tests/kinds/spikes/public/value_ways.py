"""The ways in which a learner's numbers that know their derivatives are used.

    way(kind, names, leaves, program) -> the value at the end, its derivatives by the leaves

kind: the learner's class. leaves: (k,) numbers. program: (m, 3), row by row an operator and the places of what it
takes, among the leaves and the results before.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course.judging.diagnosis.messages import Message
from course.judging.verdict import Rungs

Array = np.ndarray

OPERATORS: tuple[Callable[[Any, Any], Any], ...] = (operator.add, operator.sub, operator.mul)


def _run(leaves: list[Any], program: Array) -> Any:
    tape = list(leaves)
    for op, one, other in program:
        tape.append(OPERATORS[op](tape[one], tape[other]))
    return tape[-1]


def _derived(result: Any, leaves: list[Any]) -> tuple[float, Array]:
    result.backward()
    return float(result.data), np.array([float(leaf.grad) for leaf in leaves])


def of_its_kind(kind: Any, names: Sequence[str], leaves: Array, program: Array) -> tuple[float, Array]:
    """All numbers are of the learner's class."""
    made = [kind(float(leaf)) for leaf in leaves]
    return _derived(_run(made, program), made)


def with_numbers(kind: Any, names: Sequence[str], leaves: Array, program: Array) -> tuple[float, Array]:
    """At the end plain numbers come in, on both sides."""
    made = [kind(float(leaf)) for leaf in leaves]
    result = _run(made, program)
    return _derived(2.0 * (result + 1.0) * 3.0 - result - 1.0, made)


WAYS: dict[str, Callable[..., tuple[float, Array]]] = {"of its kind": of_its_kind, "with numbers": with_numbers}
# An exception has no name among the mistakes, since too much can raise it; what is known of it is said here.
MESSAGES = {
    "Value": (
        Message(
            lambda evidence: any(
                use.call.way == "with numbers" and use.failure and "'float' and 'Value'" in use.failure.reason
                for use in evidence.numbers
            ),
            Rungs(
                "Where a plain number stands on the left, yours fails.",
                mend="Python asks the number on the right then: `__radd__`, `__rmul__`.",
            ),
        ),
    )
}
IN_WORDS = {"of its kind": "among its own kind", "with numbers": "with plain numbers"}
