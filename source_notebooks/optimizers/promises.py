"""The four promises every step function keeps, whatever its rule: the same checks for all exercises."""

from __future__ import annotations

from autograder.exercises import probes
from autograder.exercises.exercise import Check

from .step_probes import flat

# Where no step moves: from zero state at the first step, without a gradient.
AT_REST = {"m": probes.zeros, "v": probes.zeros, "r": probes.zeros, "t": 1, "grad": probes.zeros, "grad_fn": flat}


def manners(points: float) -> tuple[Check, ...]:
    """Any shape, integer input, inputs unchanged, nothing shared: `points` each."""
    return (
        Check(
            "any shape",
            points,
            "A matrix of parameters must give what its entries give in a row, in the same shape.",
            probes.shapes,
            rule=False,
        ),
        Check(
            "integer input",
            points,
            "Integer arrays must give what the same numbers as floats give (is something rounded to whole numbers?).",
            probes.integers,
            rule=False,
        ),
        Check(
            "inputs unchanged",
            points,
            "The function must not change the arrays it is given (`x -= ...`, `x[:] = ...` and `out=x` do).",
            probes.inputs_unchanged,
            rule=False,
        ),
        Check(
            "nothing shared",
            points,
            "What you return must be new arrays: overwriting an input later changed your result.",
            probes.nothing_shared(AT_REST),
            rule=False,
        ),
    )
