"""Gradient descent on a parabola whose gradient is seen with noise: the loss stays at a floor."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from course.workshop.live.contract import Choice, Picture, Slider, Values
from course.workshop.live.draws import uniform
from course.workshop.live.scene import Axis, Mark, Panel, Scene
from course.workshop.problems import Array

STEPS, RUNS = 200, 60
T = np.arange(STEPS + 1)
BATCHES = {1: "gradient_descent", 4: "momentum", 16: "rmsprop", 64: "adam"}


@cache
def flips() -> Array:
    """+1 or -1 for each run and step (RUNS, STEPS)."""
    return np.where(uniform(RUNS * STEPS) < 0.5, -1.0, 1.0).reshape(RUNS, STEPS)


def floor(rate: Any, batch: int, noise: float) -> Any:
    """Where the expected loss stops: the fixed point of e = (1 - rate)^2 e + rate^2 noise^2 / (2 batch)."""
    return (rate * noise) ** 2 / (2 * batch) / (1 - (1 - rate) ** 2)


def scene(values: Values) -> Scene:
    """The loss over the steps, and the floors."""
    rate, size, noise = values["rate"], int(values["batch"]), values["noise"]
    thetas = np.ones((RUNS, STEPS + 1))
    for t in range(STEPS):
        thetas[:, t + 1] = (1 - rate) * thetas[:, t] - rate * noise / np.sqrt(size) * flips()[:, t]
    mean, here = np.mean(0.5 * thetas**2, axis=0), float(floor(rate, size, noise))
    expected = here + (0.5 - here) * (1 - rate) ** (2 * T)
    rates = np.logspace(-2, np.log10(1.9), 60)
    over_time = [
        Mark("line", "prediction", T, expected, "expected"),
        Mark("line", "gradient_descent", T, mean, f"mean of {RUNS} runs"),
        Mark("rule", "grey", [], [here], "floor"),
    ]
    floors = [Mark("line", look, rates, floor(rates, one, noise), f"batch {one}") for one, look in BATCHES.items()]
    floors.append(Mark("points", "here", [rate], [here], "your point"))
    return Scene(
        [
            Panel("The loss over the steps", Axis("step t", 0, STEPS), Axis("loss", 1e-5, 10, True), over_time),
            Panel(
                "The floor for every rate and batch", Axis("η λ", 0.01, 2, True), Axis("floor", 1e-5, 10, True), floors
            ),
        ],
        f"η λ = {rate:.2f}, batch {size}: the predicted floor is {here:.5f}, the mean loss of {RUNS} runs over the "
        f"last half is {mean[STEPS // 2 :].mean():.5f}. A step shrinks the distance by the factor {abs(1 - rate):.2f}.",
    )


PICTURE = Picture(
    "noise_floor",
    "The noise floor, by rate and batch size",
    "The loss over the steps on a parabola whose gradient is seen with noise, with its expectation and its floor; and "
    "the floor for every learning rate and four batch sizes.",
    (
        Slider("rate", "learning rate: η λ", 0.02, 1.9, 0.02, 0.3),
        Choice("batch", "batch size", {str(one): str(one) for one in BATCHES}, "4"),
        Slider("noise", "noise σ of one gradient", 0.1, 3, 0.1, 1.0, 1),
    ),
    scene,
)
