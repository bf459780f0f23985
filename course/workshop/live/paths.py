"""What several live pictures draw of a run: its path, the levels below it, its distance to the minimiser."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from course.workshop.live.scene import Axis, Field, Mark
from course.workshop.problems import Array, Problem
from course.workshop.trajectories import Trajectory

FAR = 1e3


def path(run: Trajectory, look: str, label: str = "", far: float = FAR) -> Mark:
    """The path of a run in the plane, up to its first point that is far outside."""
    outside = np.flatnonzero(~np.all(np.abs(run.thetas) <= far, axis=1))
    thetas = run.thetas[: outside[0]] if outside.size else run.thetas
    return Mark("line", look, thetas[:, 0], thetas[:, 1], label)


def distances(run: Trajectory, problem: Problem, far: float = 1e6) -> Array:
    """The distance to the minimiser after 0, 1, ... steps, as long as it is below `far`."""
    found = np.linalg.norm(run.thetas - problem.minimiser, axis=1)
    outside = np.flatnonzero(~(found < far))
    return found[: outside[0]] if outside.size else found


def levels(problem: Problem, x: Axis, y: Axis, size: int, low: float, high: float, floor: float = 1e-3) -> Field:
    """log10 of the loss above the minimum, on a grid over the panel."""
    grid = [[problem.value(np.array([a, b])) for a in _over(x, size)] for b in _over(y, size)]
    return Field(np.log10(np.maximum(np.array(grid) - problem.minimum, floor)), low, high)


def _over(axis: Axis, size: int) -> Array:
    return np.linspace(axis.low, axis.high, size)


def hyper(step: Callable[..., Any], **offered: float) -> dict[str, Any]:
    """Of the hyper-parameters of a setting those that this step function has."""
    known = inspect.signature(step).parameters
    return {name: value for name, value in offered.items() if name in known}
