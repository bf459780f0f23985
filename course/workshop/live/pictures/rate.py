"""Gradient descent on the ravine: its path, its distance to the minimiser, and its rate beside the predicted one."""

from __future__ import annotations

import numpy as np

from course.workshop import problems, unrolled
from course.workshop.live.contract import Picture, Slider, Step, Values
from course.workshop.live.paths import distances, levels, path
from course.workshop.live.scene import Axis, Mark, Panel, Scene
from course.workshop.problems import Array
from course.workshop.trajectories import follow

STEPS = 60


def predicted(share: Array, kappa: float) -> Array:
    """The largest factor |1 - eta lambda|, where share is eta times the largest curvature, kappa."""
    return np.maximum(np.abs(1 - share), np.abs(1 - share / kappa))


def measured(share: Array, kappa: float) -> Array:
    """The mean factor by which a step changes the distance to the minimiser, from step 50 to step 100."""
    along, across = np.abs(1 - share / kappa), np.abs(1 - share)
    after = [np.hypot(4 * along**t, across**t) for t in (50, 100)]
    return (after[1] / after[0]) ** (1 / 50)


def scene(values: Values) -> Scene:
    """Path, distance and rate."""
    share, kappa = values["share"], values["kappa"]
    problem = problems.ravine(kappa)
    run = unrolled.gradient_descent(problem, STEPS, share / kappa)
    distance, rate = distances(run, problem), float(predicted(share, kappa))
    steps = np.arange(len(distance))
    x, y = Axis("θ₁", -5.2, 5.2), Axis("θ₂", -3.2, 3.2)
    shares, some = np.linspace(0, 2.2, 111), np.linspace(0.1, 2.2, 22)
    drawn = path(run, "gradient_descent", "gradient descent")
    plane = [
        drawn,
        Mark("points", "gradient_descent", drawn.x, drawn.y),
        Mark("points", "minimiser", [0], [0], "minimiser"),
    ]
    over_time = [
        Mark("line", "prediction", steps, distance[0] * rate**steps, "predicted: start × rateᵗ"),
        Mark("line", "gradient_descent", steps, distance, "measured"),
    ]
    over_rates = [
        Mark("line", "prediction", shares, predicted(shares, kappa), "predicted"),
        Mark("rule", "grey", [2], [], "limit: η = 2/λmax"),
        Mark("rule", "grey", [], [1]),
        Mark("points", "gradient_descent", some, measured(some, kappa), "measured"),
        Mark("points", "here", [share], [float(measured(share, kappa))], "your rate"),
    ]
    fate = "At 2 and beyond, the distance does not shrink."
    if share < 2:
        fate = f"It needs {np.log(10) / -np.log(rate):.1f} steps for each decimal digit."
    return Scene(
        [
            Panel("The path", x, y, plane, levels(problem, x, y, 61, -1, 2.5), equal=True),
            Panel("Distance to the minimiser", Axis("step t", 0, STEPS), Axis("|θ − θ*|", 1e-4, 100, True), over_time),
            Panel("Rate: what is left after a step", Axis("η λmax", 0, 2.2), Axis("rate", 0, 1.3), over_rates),
        ],
        f"κ = {kappa:.0f}, η λmax = {share:.2f}: the predicted rate is {rate:.4f}, "
        f"the measured one {float(measured(share, kappa)):.4f}. {fate}",
    )


def yours(values: Values, step: Step) -> list[list[Mark]]:
    """The path and the distances of a learner's rule without a memory, or with one."""
    problem = problems.ravine(values["kappa"])
    run = follow(step, problem, STEPS, eta=values["share"] / values["kappa"])
    distance = distances(run, problem)
    return [[path(run, "yours", "yours")], [Mark("line", "yours", np.arange(len(distance)), distance, "yours")], []]


PICTURE = Picture(
    "rate",
    "The rate of gradient descent on a ravine",
    "The path of gradient descent on a ravine, its distance to the minimiser over the steps with the predicted line "
    "on it, and the predicted and measured rate for every learning rate, with the limit at 2 / λmax.",
    (
        Slider("share", "learning rate: η λmax", 0.02, 2.2, 0.02, 1.8),
        Slider("kappa", "condition number κ", 2, 100, 1, 25, 0),
    ),
    scene,
    yours,
)
