"""What the check looks for in the written answer: where the learner's own runs ended, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from course.judging.written import Part, Written


def numbers(variables: Mapping[str, Any]) -> dict[str, float]:
    """Where each rule ended."""
    minimum = variables["curve"].minimum
    return {f"end of {name}": float(run.values[-1] - minimum) for name, run in variables["followed"].items()}


def given(variables: Mapping[str, Any]) -> dict[str, float]:
    """The rates, the steps, and the curvatures and ways to go on this curve."""
    curve, rules = variables["curve"], variables["rules"]
    found = {f"rate of {name}": float(hyper["eta"]) for name, (_, hyper) in rules.items()}
    found |= {f"curvature {n}": float(x) for n, x in enumerate(curve.eigenvalues, start=1)}
    found |= {f"way of parameter {n}": float(x) for n, x in enumerate(curve.minimiser - curve.start, start=1)}
    found |= {"the minimum": float(curve.minimum), "steps": float(variables["steps"])}
    found["condition number"] = float(max(curve.eigenvalues) / min(curve.eigenvalues))
    return found


WRITTEN = {
    "written_comparison": Written(
        numbers=numbers,
        given=given,
        parts=(
            Part(
                "1. Which rule",
                {
                    "which rule you would take": r"adam|momentum|nesterov|rmsprop|adagrad",
                    "which differences are too small to matter": r"small|equal|same|noise|matter|neglig|tie",
                },
                numbers=2,
            ),
            Part(
                "2. Why",
                {
                    "the curvatures": r"curvature|eigenvalue|kappa|condition|steep|flat",
                    "how far the parameters have to go": r"far|distance|way to|go 4|has to go|have to go|away",
                    "the last rule": r"last|gradient.descent|slowest",
                },
                numbers=1,
            ),
            Part(
                "3. With 2000 steps",
                {
                    "what you expected": r"expect|predict|thought|guess",
                    "what must be done before one rule may be said to beat another": r"tun|grid|seed|start|fair",
                },
                numbers=1,
            ),
        ),
    )
}
