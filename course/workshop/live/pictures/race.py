"""The six rules on a surface, from one start that can be dragged."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.workshop import problems, unrolled
from course.workshop.live.contract import Choice, Picture, Slider, Step, Values
from course.workshop.live.paths import levels, path
from course.workshop.live.scene import Axis, Mark, Panel, Scene
from course.workshop.problems import Array, Problem
from course.workshop.trajectories import Trajectory, follow

STEPS = 150
SURFACES = {
    "ravine": problems.ravine(25),
    "rosenbrock": problems.rosenbrock(),
    "beale": problems.beale(),
    "himmelblau": problems.himmelblau(),
}
LABELS = {
    "gradient_descent": "Gradient descent",
    "momentum": "Momentum",
    "nesterov": "NAG",
    "adagrad": "AdaGrad",
    "rmsprop": "RMSprop",
    "adam": "Adam",
}
# Rates at which no rule diverges from the start of its surface, and each comes far.
RATES = {
    "ravine": dict(zip(LABELS, (0.07, 0.02, 0.02, 1.0, 0.03, 0.3), strict=True)),
    "rosenbrock": dict(zip(LABELS, (0.001, 0.0005, 0.0005, 0.5, 0.05, 0.2), strict=True)),
    "beale": dict(zip(LABELS, (0.01, 0.005, 0.005, 0.5, 0.05, 0.2), strict=True)),
    "himmelblau": dict(zip(LABELS, (0.01, 0.005, 0.005, 1.0, 0.1, 0.5), strict=True)),
}
WINDOWS = {
    "ravine": (-5.2, 5.2, -3.2, 3.2),
    "rosenbrock": (-2.0, 2.0, -1.0, 3.0),
    "beale": (0.0, 4.5, -1.5, 1.5),
    "himmelblau": (-5.5, 5.5, -5.5, 5.5),
}
MINIMISERS = {
    "ravine": [(0.0, 0.0)],
    "rosenbrock": [(1.0, 1.0)],
    "beale": [(3.0, 0.5)],
    "himmelblau": [(3.0, 2.0), (-2.805118, 3.131312), (-3.77931, -3.283186), (3.584428, -1.848126)],
}


def placed(values: Values) -> Array:
    """The start: shares of the window as a point."""
    left, right, low, high = WINDOWS[values["surface"]]
    return np.array([left + values["x0"] * (right - left), low + values["y0"] * (high - low)])


def gap(run: Trajectory, problem: Problem) -> Array:
    """The loss above the minimum after 0, 1, ... steps, as long as it is finite and not huge."""
    found = run.values - problem.minimum
    outside = np.flatnonzero(~(found < 1e9))
    return found[: outside[0]] if outside.size else found


def scene(values: Values) -> Scene:
    """The paths and the losses of the six rules."""
    surface, start = values["surface"], placed(values)
    problem, times = SURFACES[surface], 10.0 ** values["decades"]
    left, right, low, high = WINDOWS[surface]
    runs = {rule: unrolled.RULES[rule](problem, STEPS, RATES[surface][rule] * times, start) for rule in LABELS}
    gaps = {rule: gap(run, problem) for rule, run in runs.items()}
    ends = {rule: line[STEPS] for rule, line in gaps.items() if len(line) > STEPS}
    first = min(ends, key=lambda rule: ends[rule]) if ends else "gradient_descent"
    x, y = Axis("θ₁", left, right), Axis("θ₂", low, high)
    plane = [path(run, rule, LABELS[rule]) for rule, run in runs.items()]
    lowest = np.array(MINIMISERS[surface])
    plane.append(Mark("points", "minimiser", lowest[:, 0], lowest[:, 1], "minimiser"))
    plane.append(Mark("points", "here", [start[0]], [start[1]], "start"))
    lines = [Mark("line", rule, np.arange(len(line)), line, LABELS[rule]) for rule, line in gaps.items()]
    return Scene(
        [
            Panel("The paths; drag the start", x, y, plane, levels(problem, x, y, 61, -1, 3.5), drag=("x0", "y0")),
            Panel("Loss above the minimum", Axis("step t", 0, STEPS), Axis("L − L*", 1e-6, 1e3, True), lines),
        ],
        f"From ({start[0]:.2f}, {start[1]:.2f}), after {STEPS} steps {LABELS[first]} is lowest. "
        "Another start or other rates give another order.",
    )


def yours(values: Values, step: Step) -> list[list[Mark]]:
    """The run of a learner's rule, at the rate of the rule of its name, or else at that of gradient descent."""
    surface, rule = values["surface"], getattr(step, "__name__", "").removesuffix("_step")
    eta = RATES[surface].get(rule, RATES[surface]["gradient_descent"]) * 10.0 ** values["decades"]
    run = follow(step, SURFACES[surface], STEPS, eta=eta, start=placed(values))
    line = gap(run, SURFACES[surface])
    return [[path(run, "yours", "yours")], [Mark("line", "yours", np.arange(len(line)), line, "yours")]]


GIVEN: dict[str, Any] = {"rates": RATES, "windows": WINDOWS, "minimisers": MINIMISERS, "labels": LABELS}
PICTURE = Picture(
    "race",
    "Six rules, one start",
    "The paths of the six rules on a surface with its minimisers, from one start, and their losses over the steps.",
    (
        Choice(
            "surface",
            "surface",
            {"ravine": "Ravine", "rosenbrock": "Rosenbrock", "beale": "Beale", "himmelblau": "Himmelblau"},
            "ravine",
        ),
        Slider("decades", "all rates times a power of ten", -1, 1, 0.05, 0.0),
        Slider("x0", "start, from left to right", 0, 1, 0.01, 0.12),
        Slider("y0", "start, from bottom to top", 0, 1, 0.01, 0.8),
    ),
    scene,
    yours,
    GIVEN,
)
