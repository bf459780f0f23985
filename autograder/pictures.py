"""The small picture of a check: a plane valley for a step function, the time axis for a schedule, as numbers only."""

from __future__ import annotations

import inspect
from typing import Any

from autograder.exercises.exercise import Exercise
from course.calls import Plain
from course.picture import points
from course.problems import ravine

STEPS = 24
TIMES = 40
# Rates at which the right path can be followed by eye: it bends, and ends near the minimum.
RATES = {"gradient_descent_step": 0.15, "momentum_step": 0.03, "nesterov_step": 0.03, "adagrad_step": 0.8}
RATE = 0.3
SCHEDULE = {"eta_0": 1.0, "gamma": 0.6, "s": 8, "k": 0.08}


def picture(exercise: Exercise) -> Plain | None:
    """What to run and what must come out: for `course.picture`. None for a class, which draws no path by itself."""
    if exercise.ways:
        return None
    names = list(inspect.signature(exercise.reference).parameters)
    spec: dict[str, Any]
    if names[0] == "t":
        spec = {"kind": "rate", "times": TIMES, "arguments": [SCHEDULE[name] for name in names[1:]]}
    else:
        valley = ravine(kappa=8.0)
        required = [n for n, p in inspect.signature(exercise.reference).parameters.items() if p.default is p.empty]
        spec = {
            "kind": "path",
            "steps": STEPS,
            "arguments": required,
            "states": len(exercise.outputs) - 1,
            "hessian": valley.hessian.tolist(),
            "start": valley.start.tolist(),
            "eta": RATES.get(exercise.name, RATE),
        }
    found, _ = points(exercise.reference, spec)
    return spec | {"expected": found}
