"""What several step functions promise, whatever their rule: the same checks for all exercises."""

from __future__ import annotations

from autograder.exercises import probes
from autograder.exercises.exercise import Check
from autograder.exercises.probes import Fixed

from . import step_probes

# Where no step moves: from zero state at the first step, without a gradient.
AT_REST = {**dict.fromkeys(("m", "v", "r", "grad"), probes.zeros), "t": 1, "grad_fn": step_probes.flat}


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


def epsilon_inside(points: float) -> Check:
    """The place of eps in the root of a single state r."""
    return Check(
        "epsilon inside the root",
        points,
        "eps must stand inside the root: sqrt(r + eps).",
        step_probes.one_step(
            0,
            1,
            cases=step_probes.EPSILONS,
            fixed={"theta": probes.zeros, "r": probes.zeros, "grad": step_probes.tiny},
        ),
    )


def zero_gradient(points: float) -> Check:
    """What eps is for."""
    return Check(
        "zero gradient",
        points,
        "A parameter that never had a gradient must stay where it is (0/0 gives NaN).",
        step_probes.zero_gradient,
        rule=False,
    )
