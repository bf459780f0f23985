"""The small picture of a check, as numbers only: a path in a plane valley, or a curve over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.exercises.ask import Askable
from course.judging.scripts import Plain
from course.judging.verdict import CLOCK, FIELD, GRADIENT, POINT, RATE
from course.workshop.problems import ravine

STEPS = 24


@dataclass(frozen=True)
class Path:
    """Steps in a ravine, from zero state. `rate`: one at which the right path can be followed by eye, it bends and ends
    near the minimum."""

    rate: float

    def spec(self, exercise: Askable) -> Plain:
        """What to run."""
        role_of = {name: role for role, name in exercise.roles.items()}
        required = [name for name, p in exercise.parameters.items() if p.default is p.empty]
        known = {POINT, GRADIENT, FIELD, CLOCK, RATE}
        valley = ravine(kappa=8.0)
        return {
            "kind": "path",
            "steps": STEPS,
            "arguments": [role_of[name] if role_of.get(name) in known else "state" for name in required],
            "states": len(exercise.outputs) - 1,
            "hessian": valley.hessian.tolist(),
            "start": valley.start.tolist(),
            "rate": self.rate,
        }


@dataclass(frozen=True)
class Curve:
    """What a function of time gives at t = 0, 1, ..., `times`, with these constants."""

    constants: Mapping[str, float]
    times: int = 40

    def spec(self, exercise: Askable) -> Plain:
        """What to run."""
        clock, *others = exercise.parameters
        arguments = [self.constants[name] for name in others]
        return {"kind": "curve", "clock": clock, "times": self.times, "arguments": arguments}
