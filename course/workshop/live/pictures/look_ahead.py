"""Momentum and NAG from the same point of the ravine, with the same constants."""

from __future__ import annotations

import numpy as np

from course.workshop import problems, unrolled
from course.workshop.live.contract import Picture, Slider, Step, Values
from course.workshop.live.paths import distances, hyper, levels, path
from course.workshop.live.scene import Axis, Mark, Panel, Scene
from course.workshop.trajectories import follow

STEPS = 80
NAMED = {"momentum": "momentum", "nesterov": "NAG"}


def predicted(rule: str, share: float, gamma: float, kappa: float) -> float:
    """The largest absolute root of the two eigen-directions' polynomials, as numpy.roots finds it."""
    found = []
    for product in (share, share / kappa):
        heavy = [1, -(1 + gamma - product), gamma]
        ahead = [1, -(1 + gamma) * (1 - product), gamma * (1 - product)]
        found += list(np.abs(np.roots(heavy if rule == "momentum" else ahead)))
    return float(max(found))


def scene(values: Values) -> Scene:
    """The two paths and the two distances."""
    share, gamma, kappa = values["share"], values["gamma"], values["kappa"]
    problem = problems.ravine(kappa)
    runs = {rule: unrolled.RULES[rule](problem, STEPS, share / kappa, gamma=gamma) for rule in NAMED}
    far = {rule: distances(run, problem) for rule, run in runs.items()}
    rates = {rule: predicted(rule, share, gamma, kappa) for rule in NAMED}
    x, y = Axis("θ₁", -5.2, 5.2), Axis("θ₂", -3.2, 3.2)
    plane = [path(run, rule, NAMED[rule]) for rule, run in runs.items()]
    plane.append(Mark("points", "minimiser", [0], [0], "minimiser"))
    over_time = [Mark("line", rule, np.arange(len(far[rule])), far[rule], NAMED[rule]) for rule in NAMED]
    return Scene(
        [
            Panel("The paths", x, y, plane, levels(problem, x, y, 61, -1, 2.5), equal=True),
            Panel("Distance to the minimiser", Axis("step t", 0, STEPS), Axis("|θ − θ*|", 1e-4, 100, True), over_time),
        ],
        f"η λmax = {share:.2f}, γ = {gamma:.2f}, κ = {kappa:.0f}. Predicted rates: momentum {rates['momentum']:.3f}, "
        f"NAG {rates['nesterov']:.3f}. Limits of η λmax: momentum {2 + 2 * gamma:.2f}, "
        f"NAG {(2 + 2 * gamma) / (1 + 2 * gamma):.2f}.",
    )


def yours(values: Values, step: Step) -> list[list[Mark]]:
    """The path and the distances of a learner's rule."""
    problem = problems.ravine(values["kappa"])
    run = follow(step, problem, STEPS, eta=values["share"] / values["kappa"], **hyper(step, gamma=values["gamma"]))
    distance = distances(run, problem)
    return [[path(run, "yours", "yours")], [Mark("line", "yours", np.arange(len(distance)), distance, "yours")]]


PICTURE = Picture(
    "look_ahead",
    "NAG beside momentum",
    "The paths of momentum and of NAG on a ravine, from the same start with the same learning rate and gamma, and "
    "their distances to the minimiser over the steps.",
    (
        Slider("share", "learning rate: η λmax", 0.02, 4, 0.02, 0.8),
        Slider("gamma", "momentum γ", 0, 0.99, 0.01, 0.9),
        Slider("kappa", "condition number κ", 2, 100, 1, 25, 0),
    ),
    scene,
    yours,
)
