"""What functions of arrays promise, whatever they compute: the same checks for the exercises that take arrays."""

from __future__ import annotations

from autograder.exercises import probes
from autograder.exercises.exercise import Check


def integer_input(points: float) -> Check:
    """Integers are numbers."""
    return Check(
        "integer input",
        points,
        "Integer arrays must give what the same numbers as floats give (is something rounded to whole numbers?).",
        probes.integers,
        rule=False,
    )


def inputs_unchanged(points: float) -> Check:
    """The caller's arrays are the caller's."""
    return Check(
        "inputs unchanged",
        points,
        "The function must not change the arrays it is given (`x -= ...`, `x[:] = ...` and `out=x` do).",
        probes.inputs_unchanged,
        rule=False,
    )


def nothing_shared(points: float) -> Check:
    """Results are new arrays."""
    return Check(
        "nothing shared",
        points,
        "Return new arrays, computed from what the inputs hold now: overwriting an input later changed your "
        "result, or was not seen.",
        probes.nothing_shared(),
        rule=False,
    )
