"""Find a minimiser to the last digits, by Newton's method, for the scripts that make the data."""

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

from course.workshop.problems.problem import Array, hessian_by_complex_step

_STEPS = 200
_LONGEST_STEP = 0.5


def minimise(gradient: Callable[[Array], Array], start: Array) -> Array:
    """The minimiser (n,) that Newton's method reaches from `start` (n,) with a gradient that accepts complex numbers.

    Negative curvatures are turned positive, so that each step goes down, and long steps are shortened.

    Raises:
        RuntimeError: where it ends is no minimiser.
    """
    theta = start
    for _ in range(_STEPS):
        eigenvalues, q = np.linalg.eigh(hessian_by_complex_step(gradient, theta))
        step = q @ ((q.T @ gradient(theta)) / np.abs(eigenvalues))
        length = float(np.linalg.norm(step))
        theta = theta - step * min(1.0, _LONGEST_STEP / length) if length > 0 else theta
    eigenvalues = np.linalg.eigvalsh(hessian_by_complex_step(gradient, theta))
    if not (np.max(np.abs(gradient(theta))) < 1e-12 and eigenvalues[0] > 0):
        raise RuntimeError(f"no minimiser at {theta}: gradient {gradient(theta)}, curvatures {eigenvalues}")
    return theta


def write(folder: Path, name: str, csv: str, minimiser: Array, made_by: str) -> None:
    """Write name.csv and name.json into `folder`, with the same line ends on every system."""
    (folder / f"{name}.csv").write_text(csv, encoding="utf-8", newline="\n")
    facts = {"made_by": made_by, "minimiser": minimiser.tolist()}
    (folder / f"{name}.json").write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8", newline="\n")
