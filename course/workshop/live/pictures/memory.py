"""What each rule stores: one parameter is shown a series of gradients; its memory and its steps are drawn over it."""

from __future__ import annotations

from typing import Any

import numpy as np

from course.workshop import unrolled
from course.workshop.live.contract import Choice, Picture, Slider, Step, Values
from course.workshop.live.paths import hyper
from course.workshop.live.scene import Axis, Mark, Panel, Scene
from course.workshop.problems import Array, Problem
from course.workshop.trajectories import follow

STEPS = 100
ETA = 0.1
T = np.arange(STEPS)
SIGNALS: dict[str, Array] = {
    "constant": np.ones(STEPS),
    "alternating": np.where(T % 2, -1.0, 1.0),
    "rare": np.where(T % 20 == 5, 1.0, 0.0),
    "storm": np.where((T >= 30) & (T < 45), 3.0, 0.3) * np.where(T % 3 == 1, -1, 1),
}
STORED = {
    "momentum": {"v": "v: steps, discounted"},
    "nesterov": {"v": "v: steps, discounted"},
    "adagrad": {"r": "√r: root of the sum of g²"},
    "rmsprop": {"r": "√r: root of the average of g²"},
    "adam": {"m": "m: average of g", "v": "√v: root of the average of g²"},
}


def shown_to(signal: Array) -> Problem:
    """A loss whose gradient is what the signal says, wherever it is asked: one parameter, one look after the other."""
    looks = iter([*signal, 0.0])
    one = np.ones((1, 1))
    return Problem("given gradients", lambda _: 0.0, lambda _: np.array([next(looks)]), one[0], one, 0 * one[0], "")


def constants(values: Values) -> dict[str, Any]:
    """What the rules keep from step to step."""
    keep = values["keep"]
    return {"gamma": keep, "rho": keep, "beta_1": keep, "beta_2": 0.999}


def scene(values: Values) -> Scene:
    """Gradients, memory and steps."""
    rule, signal = values["rule"], SIGNALS[values["signal"]]
    reference = unrolled.RULES[rule]
    run = reference(shown_to(signal), STEPS, ETA, **hyper(reference, **constants(values)))
    stored = {
        label: np.sqrt(run.states[name][1:, 0]) if label.startswith("√") else run.states[name][1:, 0]
        for name, label in STORED[rule].items()
    }
    moved = -np.diff(run.thetas[:, 0])
    size, every = float(np.max(np.abs(moved))), np.concatenate(list(stored.values()))
    time, looks = Axis("step t", 0, STEPS), [rule, "grey"][: len(stored)][::-1]
    kept = [Mark("line", look, T, line, label) for look, (label, line) in zip(looks, stored.items(), strict=True)]
    return Scene(
        [
            Panel(
                "The gradients it sees",
                time,
                Axis("g", -3.3, 3.3),
                [Mark("line", "gradient_descent", T, signal, "gradient")],
            ),
            Panel("What it stores", time, Axis("stored", 1.1 * min(0.0, every.min()), 1.1 * every.max()), kept),
            Panel(
                "The step it takes (η = 0.1)",
                time,
                Axis("θ before − after", -1.1 * size, 1.1 * size),
                [Mark("line", rule, T, moved, "step")],
            ),
        ],
        f"The largest step is {size:.3f}, the last one {abs(moved[-1]):.3f}; with η = 0.1, gradient descent would take "
        f"{abs(ETA * signal[-1]):.3f} there.",
    )


def yours(values: Values, step: Step) -> list[list[Mark]]:
    """The steps of a learner's rule on the same gradients."""
    run = follow(step, shown_to(SIGNALS[values["signal"]]), STEPS, eta=ETA, **hyper(step, **constants(values)))
    return [[], [], [Mark("line", "yours", T, -np.diff(run.thetas[:, 0]), "yours")]]


PICTURE = Picture(
    "memory",
    "What a rule stores",
    "A series of gradients, what the rule stores of them, and the step that it takes, over a hundred steps.",
    (
        Choice(
            "rule",
            "rule",
            {"momentum": "Momentum", "nesterov": "NAG", "adagrad": "AdaGrad", "rmsprop": "RMSprop", "adam": "Adam"},
            "momentum",
        ),
        Choice(
            "signal",
            "gradients",
            {
                "constant": "always 1",
                "alternating": "1, −1, 1, −1, ...",
                "rare": "1 at every 20th step, else 0",
                "storm": "calm, storm, calm",
            },
            "storm",
        ),
        Slider("keep", "γ, ρ or β₁: what is kept of the memory in a step", 0, 0.98, 0.01, 0.9),
    ),
    scene,
    yours,
)
