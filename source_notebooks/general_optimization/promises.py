"""What several functions promise, whatever their formula: the same checks for all exercises."""

from __future__ import annotations

from autograder.exercises import probes
from autograder.exercises.exercise import Check


def unchanged(points: float) -> Check:
    """The inputs stay as they were."""
    return Check(
        "inputs unchanged",
        points,
        "The function must not change the arrays it is given (`x -= ...`, `x[:] = ...` and `out=x` do).",
        probes.inputs_unchanged,
        rule=False,
    )


def integers(points: float) -> Check:
    """Whole numbers are numbers."""
    return Check(
        "integer input",
        points,
        "Integer arrays must give what the same numbers as floats give (is something rounded to whole numbers?).",
        probes.integers,
        rule=False,
    )
