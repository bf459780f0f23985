"""A small exercise that no TP has: for what must hold of any."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.variants import Anatomy

Array = np.ndarray


def line(x: Array, t: float, shift: float = 1.0) -> Array:
    """t x + shift. That a parameter is called t says nothing of it."""
    return t * x + shift


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    return {"x": rng.normal(size=size), "t": float(rng.uniform(2, 3)), "shift": float(rng.uniform(4, 5))}


rule = Anatomy(
    line,
    stages={"scaled": lambda s: s.t * s.x, "y": lambda s: s.scaled + s.shift},
    returns=("y",),
)
SAID = {"did": "It is done otherwise.", "effect": "Other numbers.", "section": ""}

SMALL = Exercise(
    reference=line,
    outputs=("y",),
    arguments=arguments,
    checks=(
        Check("slope", 2.0, "y grows by t.", probes.calls(fixed={"shift": 0.0})),
        Check("shift", 1.0, "shift is added.", probes.calls()),
        Check("by default", 1.0, "Without shift it is 1.", probes.calls(defaults=True)),
    ),
    mistakes=(
        rule.wrong("no-shift", hint="You forget the shift.", y=lambda s: s.scaled, **SAID),
        rule.wrong("shift-subtracted", hint="You subtract the shift.", y=lambda s: s.scaled - s.shift, **SAID),
        rule.wrong("divided", hint="You divide by t.", scaled=lambda s: s.x / s.t, **SAID),
        rule.wrong("default-zero", hint="Your shift is 0 by default.", defaults={"shift": 0.0}, **SAID),
    ),
    equivalents={"the other way round": rule.variant(y=lambda s: s.shift + s.scaled)},
)
