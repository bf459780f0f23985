"""Published conventions: the exact relation that the catalogue states holds, on changing gradients."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.shared import EXERCISES

ALL = {exercise.prefix: exercise for exercise in EXERCISES["optimizers"]}
Array = np.ndarray
Path = dict[str, Array]

A = np.array([[3.0, 1.0, 0.2], [1.0, 2.0, -0.4], [0.2, -0.4, 0.7]])
START = np.array([1.0, -2.0, 0.5])


def gradient(theta: Array) -> Array:
    return A @ theta + 0.1 * theta**3 + 0.3


def run(name: str, id: str = "", steps: int = 25, **hyper: Any) -> Path:
    """The path of a rule, or of a mistake in it; a hyper-parameter may be a function of t, a state may be given."""
    exercise = ALL[name]
    wrong = next((wrong for wrong in exercise.mistakes if wrong.id == id), None)
    step = wrong.function if wrong else exercise.reference
    names = inspect.signature(exercise.reference).parameters
    now: dict[str, Any] = {output: np.zeros(3) for output in exercise.outputs} | {"theta": START, "eta": 0.05} | hyper
    path = [tuple(now[output] for output in exercise.outputs)]
    for t in range(1, steps + 1):
        given = {key: value(t) if callable(value) else value for key, value in now.items()}
        given |= {"t": t, "grad": gradient(now["theta"]), "grad_fn": gradient}
        path.append(step(**{key: given[key] for key in names if key in given}))
        now |= dict(zip(exercise.outputs, path[-1], strict=True))
    return {output: np.array([row[i] for row in path]) for i, output in enumerate(exercise.outputs)}


def same(one: Array, other: Array) -> None:
    np.testing.assert_allclose(one, other, rtol=1e-10, atol=1e-13)


def ema(name: str) -> None:
    same(run(name, "ema", gamma=0.8)["theta"], run(name, gamma=0.8, eta=0.05 * (1 - 0.8))["theta"])
    same(run(name, "ema", gamma=0.8)["v"], run(name, gamma=0.8, eta=0.05 * (1 - 0.8))["v"])


def ema_rate_outside() -> None:
    theirs, ours = run("momentum", "ema-rate-outside", gamma=0.8), run("momentum", gamma=0.8, eta=0.05 * (1 - 0.8))
    same(theirs["theta"], ours["theta"])
    same(theirs["v"], ours["v"] / 0.05)


def rate_outside(name: str) -> None:
    theirs, ours = run(name, "rate-outside"), run(name)
    same(theirs["theta"], ours["theta"])
    same(theirs["v"], ours["v"] / 0.05)
    cut = {"eta": lambda t: 0.05 if t < 10 else 0.005}  # and once eta changes they part
    assert not np.allclose(run(name, "rate-outside", **cut)["theta"], run(name, **cut)["theta"], rtol=1e-3)


def velocity_negated(name: str) -> None:
    theirs, ours = run(name, "velocity-negated"), run(name)
    same(theirs["theta"], ours["theta"])
    same(theirs["v"], -ours["v"])


def keras_form() -> None:
    theirs, ours = run("nesterov", "keras-form"), run("nesterov")
    same(theirs["theta"], ours["theta"] - 0.9 * ours["v"])
    same(theirs["v"], ours["v"])


def keras_variable() -> None:
    theirs, ours = (run("nesterov", id, steps=1, v=np.array([0.3, -0.1, 0.2])) for id in ("keras-variable", ""))
    same(theirs["theta"][1], ours["theta"][1] - 0.9 * ours["v"][1])


def epsilon_outside(name: str) -> None:
    same(run(name, "epsilon-outside", eps=0.0)["theta"], run(name, eps=0.0)["theta"])
    eps = 0.04
    inside = -np.diff(run(name, steps=1, eps=eps)["theta"], axis=0)
    outside = -np.diff(run(name, "epsilon-outside", steps=1, eps=np.sqrt(eps))["theta"], axis=0)
    ratio = inside / outside  # the denominators in the other order
    assert np.all(ratio >= 1)
    assert np.all(ratio <= np.sqrt(2))


def epsilon_hat() -> None:
    """The paper's form with an epsilon that changes in time."""
    theirs = run("adam", "epsilon-hat", eps=0.02)
    paper = run("adam", "epsilon-outside", eps=lambda t: 0.02 / np.sqrt(1 - 0.999**t))
    same(theirs["theta"], paper["theta"])
    same(run("adam", "epsilon-hat", eps=0.0)["theta"], run("adam", eps=0.0)["theta"])
    m, v, t = np.array([0.4]), np.array([0.3]), 7  # and as Keras writes it
    exercise = next(wrong for wrong in ALL["adam"].mistakes if wrong.id == "epsilon-hat")
    theta, m_new, v_new = exercise.function(np.zeros(1), m, v, np.array([0.2]), t, 0.1, eps=0.02)
    same(theta, -0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t) * m_new / (np.sqrt(v_new) + 0.02))


def accumulator() -> None:
    theirs, ours = run("adagrad", "accumulator-starts-at-0.1", eps=1e-3), run("adagrad", eps=1e-3 + 0.1)
    same(theirs["theta"], ours["theta"])
    same(theirs["r"][1:], ours["r"][1:] + 0.1)


def default(name: str, id: str, **value: float) -> None:
    same(run(name, id)["theta"], run(name, **value)["theta"])


def from_one() -> None:
    same(run("rmsprop", "average-starts-at-one")["theta"], run("rmsprop", r=np.ones(3))["theta"])


def adamd() -> None:
    same(run("adam", "only-v-corrected")["theta"], run("adam", eta=lambda t: 0.05 * (1 - 0.9**t))["theta"])


def nadam() -> None:
    theirs = run("adam", "nadam", eps=0.0)
    for t in range(1, 25):
        g = gradient(theirs["theta"][t - 1])
        m_hat, v_hat = theirs["m"][t] / (1 - 0.9**t), theirs["v"][t] / (1 - 0.999**t)
        moved = 0.05 * (0.9 * m_hat + (1 - 0.9) * g / (1 - 0.9**t)) / np.sqrt(v_hat)
        same(theirs["theta"][t], theirs["theta"][t - 1] - moved)


def amsgrad() -> None:
    theirs = run("adam", "amsgrad", beta_2=0.5)
    assert np.all(np.diff(theirs["v"], axis=0) >= 0)
    assert np.any(np.diff(run("adam", beta_2=0.5)["v"], axis=0) < 0)


def adabelief() -> None:
    theirs = run("adam", "v-about-the-mean")
    for t in range(1, 25):
        spread = (gradient(theirs["theta"][t - 1]) - theirs["m"][t]) ** 2
        same(theirs["v"][t], 0.999 * theirs["v"][t - 1] + (1 - 0.999) * spread)


RELATIONS: dict[str, Callable[[], None]] = {
    "momentum/ema": lambda: ema("momentum"),
    "momentum/ema-rate-outside": ema_rate_outside,
    "momentum/rate-outside": lambda: rate_outside("momentum"),
    "momentum/velocity-negated": lambda: velocity_negated("momentum"),
    "nesterov/ema": lambda: ema("nesterov"),
    "nesterov/rate-outside": lambda: rate_outside("nesterov"),
    "nesterov/velocity-negated": lambda: velocity_negated("nesterov"),
    "nesterov/keras-form": keras_form,
    "nesterov/keras-variable": keras_variable,
    "adagrad/accumulator-starts-at-0.1": accumulator,
    "adagrad/epsilon-outside": lambda: epsilon_outside("adagrad"),
    "adagrad/epsilon-default-1e-7": lambda: default("adagrad", "epsilon-default-1e-7", eps=1e-7),
    "rmsprop/epsilon-outside": lambda: epsilon_outside("rmsprop"),
    "rmsprop/epsilon-default-1e-7": lambda: default("rmsprop", "epsilon-default-1e-7", eps=1e-7),
    "rmsprop/rho-default-0.99": lambda: default("rmsprop", "rho-default-0.99", rho=0.99),
    "rmsprop/average-starts-at-one": from_one,
    "adam/epsilon-outside": lambda: epsilon_outside("adam"),
    "adam/epsilon-default-1e-7": lambda: default("adam", "epsilon-default-1e-7", eps=1e-7),
    "adam/epsilon-hat": epsilon_hat,
    "adam/only-v-corrected": adamd,
    "adam/nadam": nadam,
    "adam/amsgrad": amsgrad,
    "adam/v-about-the-mean": adabelief,
}


@pytest.mark.parametrize("id", RELATIONS)
def test_the_stated_relation_holds(id: str) -> None:
    RELATIONS[id]()


def test_every_convention_states_a_relation_that_is_tested() -> None:
    marked = {f"{e.prefix}/{wrong.id}" for e in ALL.values() for wrong in e.mistakes if wrong.convention}
    assert marked == RELATIONS.keys()
