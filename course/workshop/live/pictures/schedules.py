"""Schedules that start and end at the same rates, and the expected loss that each gives on a parabola with noise."""

from __future__ import annotations

import inspect

import numpy as np

from course.workshop.live.contract import Choice, Picture, Slider, Step, Values
from course.workshop.live.scene import Axis, Mark, Panel, Scene
from course.workshop.problems import Array

STEPS = 200
T = np.arange(STEPS + 1)
LOOKS = {
    "constant": ("gradient_descent", "constant"),
    "step": ("momentum", "step decay"),
    "exponential": ("rmsprop", "exponential"),
    "cosine": ("adagrad", "cosine"),
    "warm": ("adam", "warm-up, then cosine"),
}


def rates(values: Values) -> dict[str, Array]:
    """The rate of every step 0, ..., STEPS, by schedule. `decades`: how far the rate falls, in powers of ten."""
    share, end, warm = T / STEPS, 10.0 ** -values["decades"], values["warm"]
    cooling = np.clip((share - warm) / (1 - warm), 0, None)
    factors = {
        "constant": np.ones(STEPS + 1),
        "step": end ** (np.floor(4 * share) / 3),
        "exponential": end**share,
        "cosine": end + (1 - end) * np.cos(np.pi * share / 2) ** 2,
        "warm": np.where(
            share < warm, (T + 1) / (warm * STEPS + 1), end + (1 - end) * np.cos(np.pi * cooling / 2) ** 2
        ),
    }
    return {kind: values["first"] * factor for kind, factor in factors.items()}


def losses(etas: Array, noise: float) -> Array:
    """E theta_t^2 / 2 for L = theta^2 / 2 and theta_0 = 1, as a sum over all past noise: (STEPS + 1,)."""
    shrink = (1 - etas[:STEPS]) ** 2
    # What is left at step t of the start, and of the noise of each step before it.
    left = np.array([[np.prod(shrink[s:t]) if s <= t else 0.0 for s in range(STEPS + 1)] for t in range(STEPS + 1)])
    return 0.5 * (left[:, 0] + left[:, 1:] @ (etas[:STEPS] * noise) ** 2)


def scene(values: Values) -> Scene:
    """The rates and the losses, the chosen schedule last."""
    etas = rates(values)
    found = {kind: losses(line, values["noise"]) for kind, line in etas.items()}
    look, label = LOOKS[values["kind"]]

    def drawn(lines: dict[str, Array]) -> list[Mark]:
        others = [line for kind, line in lines.items() if kind != values["kind"]]
        grey = [Mark("line", "grey", T, line, "" if i else "the others") for i, line in enumerate(others)]
        return [*grey, Mark("line", look, T, lines[values["kind"]], label)]

    said = "; ".join(f"{LOOKS[kind][1]} {line[-1]:.5f}" for kind, line in found.items())
    time = Axis("step t", 0, STEPS)
    return Scene(
        [
            Panel("The learning rate", time, Axis("η", 0, 1.1 * values["first"]), drawn(etas)),
            Panel("Expected loss on a parabola with noise", time, Axis("expected loss", 1e-5, 1, True), drawn(found)),
        ],
        f"After {STEPS} steps: {said}.",
    )


def yours(values: Values, step: Step) -> list[list[Mark]]:
    """The rates and losses of a learner's schedule: eta(t, eta_0, ...) with k, or with gamma and s."""
    offered = {
        "k": values["decades"] * np.log(10) / STEPS,
        "gamma": 10.0 ** (-values["decades"] / 3),
        "s": STEPS // 4,
    }
    known = list(inspect.signature(step).parameters)
    if known[:2] != ["t", "eta_0"]:
        raise ValueError(f"a schedule begins with t and eta_0; this function has {', '.join(known)}")
    hyper = {name: value for name, value in offered.items() if name in known}
    etas = np.array([float(step(int(t), values["first"], **hyper)) for t in T])
    found = losses(etas, values["noise"])
    return [[Mark("line", "yours", T, etas, "yours")], [Mark("line", "yours", T, found, "yours")]]


PICTURE = Picture(
    "schedules",
    "Schedules of the learning rate",
    "The learning rate over two hundred steps for five schedules, and the expected loss of each on a parabola whose "
    "gradient is seen with noise.",
    (
        Choice("kind", "schedule", {kind: label for kind, (_, label) in LOOKS.items()}, "cosine"),
        Slider("first", "first rate η₀ (λ = 1)", 0.02, 1.5, 0.02, 0.5),
        Slider("decades", "the rate falls by powers of ten", 0.1, 3, 0.1, 2, 1),
        Slider("warm", "warm-up: share of the steps", 0.02, 0.5, 0.02, 0.1),
        Slider("noise", "noise σ of the gradient", 0, 1, 0.05, 0.5),
    ),
    scene,
    yours,
)
