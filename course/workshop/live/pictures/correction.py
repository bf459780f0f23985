"""Adam's two averages of a gradient that is 1 on average, with the bias correction and without it."""

from __future__ import annotations

import numpy as np

from course.workshop import unrolled
from course.workshop.live.contract import Picture, Slider, Step, Values
from course.workshop.live.paths import hyper
from course.workshop.live.pictures.memory import shown_to
from course.workshop.live.scene import Axis, Mark, Panel, Scene
from course.workshop.problems import Array
from course.workshop.trajectories import follow

STEPS = 200
T = np.arange(1, STEPS + 1)


def gradients(noise: float) -> Array:
    """One, plus and minus the noise in an order that looks like none."""
    return 1 + noise * np.sign((T**2 + 3 * T) % 7 - 2.5)


def scene(values: Values) -> Scene:
    """The averages and the steps."""
    betas = {name: values[name] for name in ("beta_1", "beta_2")}
    run = unrolled.adam(shown_to(gradients(values["noise"])), STEPS, 1.0, **betas, eps=0.0)
    m, v = run.states["m"][1:, 0], run.states["v"][1:, 0]
    plain, corrected = m / np.sqrt(v), -np.diff(run.thetas[:, 0])
    mean = m / ((1 - values["beta_1"]) * np.cumsum(values["beta_1"] ** (T - 1.0)))
    time = Axis("step t", 1, STEPS, True)
    averages = [Mark("line", "grey", T, m, "m, uncorrected"), Mark("line", "adam", T, mean, "m̂, corrected")]
    steps = [Mark("line", "grey", T, plain, "without the correction"), Mark("line", "adam", T, corrected, "Adam")]
    return Scene(
        [
            Panel("The average of the gradients", time, Axis("average", 0, 2.2), averages),
            Panel("The step in units of η", time, Axis("step / η", 0, 1.1 * max(1.5, plain.max())), steps),
        ],
        f"Without the correction the first step is {plain[0]:.2f} η and the largest {plain.max():.2f} η; "
        f"Adam's first step is {corrected[0]:.2f} η.",
    )


def yours(values: Values, step: Step) -> list[list[Mark]]:
    """The steps of a learner's Adam."""
    betas = hyper(step, beta_1=values["beta_1"], beta_2=values["beta_2"])
    run = follow(step, shown_to(gradients(values["noise"])), STEPS, eta=1.0, **betas)
    return [[], [Mark("line", "yours", T, -np.diff(run.thetas[:, 0]), "yours")]]


PICTURE = Picture(
    "correction",
    "Adam with and without the bias correction",
    "Adam's average of gradients, corrected and not, and its step in units of the learning rate with and without the "
    "correction, over two hundred steps.",
    (
        Slider("beta_1", "β₁", 0, 0.99, 0.01, 0.9),
        Slider("beta_2", "β₂", 0.5, 0.999, 0.001, 0.999, 3),
        Slider("noise", "noise of the gradient", 0, 1, 0.05, 0.0),
    ),
    scene,
    yours,
)
