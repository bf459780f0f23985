"""The four promises every step function keeps, whatever its rule: the same checks for all exercises."""

from __future__ import annotations

from autograder.exercises import probes
from autograder.exercises.exercise import Check
from autograder.exercises.probes import Fixed

from .step_probes import flat

# Where no step moves: from zero state at the first step, without a gradient.
AT_REST = {"m": probes.zeros, "v": probes.zeros, "r": probes.zeros, "t": 1, "grad": probes.zeros, "grad_fn": flat}


NO_RATE = {"eta": 0.0}


def manners(points: float, still: tuple[Fixed, ...] = (AT_REST, NO_RATE)) -> tuple[Check, ...]:
    """Any shape, integer input, inputs unchanged, nothing shared: `points` each. still: where nothing moves."""
    return (
        Check(
            "any shape",
            points,
            "Arrays of any shape, () too, must give what their entries give in a row, in that shape.",
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
            "Return new arrays, computed from what the inputs hold now: overwriting an input later changed your "
            "result, or was not seen.",
            probes.nothing_shared(*still),
            rule=False,
        ),
    )
