"""What the catalogue says of the trajectories: every number in it is measured here, on the wrong function itself."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from autograder.exercises.exercise import Exercise
from autograder.exercises.variants import Wrong
from course.workshop.assertions import number
from tests.exercises.words import printed
from tests.shared import EXERCISES

ALL = {exercise.prefix: exercise for exercise in EXERCISES["optimizers"]}
Array = np.ndarray


def find(id: str) -> tuple[Exercise, Wrong]:
    exercise, _, name = id.partition("/")
    return ALL[exercise], next(wrong for wrong in ALL[exercise].mistakes if wrong.id == name)


def steps(exercise: Exercise, function: Callable[..., Any], n: int = 1, g: float = 100.0, **hyper: float) -> Array:
    """Lengths of n steps from zero state under a constant gradient, in units of eta. g = 100 leaves no trace of eps."""
    names = inspect.signature(exercise.reference).parameters
    now: dict[str, Any] = {name: np.zeros(1) for name in exercise.outputs} | {"eta": 1.0, **hyper}
    lengths = []
    for t in range(1, n + 1):
        now |= {"grad": np.array([g]), "grad_fn": lambda _: np.array([g]), "t": t}
        before = now["theta"]
        with np.errstate(all="ignore"):
            results = function(**{name: now[name] for name in names if name in now})
        now |= dict(zip(exercise.outputs, results if isinstance(results, tuple) else (results,), strict=True))
        lengths.append(float(before[0] - now["theta"][0]) / now["eta"])
    return np.array(lengths)


def first(id: str, **hyper: float) -> float:
    """The first step of the wrong rule, in units of eta."""
    exercise, wrong = find(id)
    return float(steps(exercise, wrong.function, **hyper)[0])


def ratio(id: str, n: int = 1, **hyper: float) -> float:
    """The n-th step of the wrong rule, in units of the right one's."""
    exercise, wrong = find(id)
    return float(steps(exercise, wrong.function, n, **hyper)[-1] / steps(exercise, exercise.reference, n, **hyper)[-1])


def kept(id: str, **hyper: float) -> float:
    """How much of the state is left after a step without a gradient: the factor of the memory."""
    exercise, wrong = find(id)
    return _kept(exercise, wrong.function, **hyper)


def _kept(exercise: Exercise, function: Callable[..., Any], **hyper: float) -> float:
    names = inspect.signature(exercise.reference).parameters
    now = {name: np.ones(1) for name in exercise.outputs} | {"eta": 1.0, "grad": np.zeros(1), "t": 1, **hyper}
    now["grad_fn"] = lambda _: np.zeros(1)
    return float(function(**{name: now[name] for name in names if name in now})[-1][0])


def half_life(factor: float) -> float:
    return float(np.log(0.5) / np.log(factor))


def floor(id: str) -> float:
    """The size of the gradient below which the root of the first step is all epsilon, at the defaults."""
    exercise, wrong = find(id)
    return float(1e-15 / steps(exercise, wrong.function, g=1e-15)[0])


def rates(id: str, t: int, **constants: float) -> tuple[float, float]:
    """What a wrong and the right schedule give at t."""
    exercise, wrong = find(id)
    return wrong.function(t, **constants), exercise.reference(t, **constants)


def look(id: str, eta: float) -> float:
    """How far ahead of theta the gradient is asked, in units of gamma times the last step, under a steady slope."""
    _, wrong = find(id)
    asked: list[float] = []

    def slope(point: Array) -> Array:
        asked.append(float(point[0]))
        return np.ones(1)

    theta, v = np.zeros(1), np.zeros(1)
    for _ in range(400):
        before = theta
        theta, v = wrong.function(theta, v, slope, eta)
    return float((before[0] - asked[-1]) / (0.9 * (before[0] - theta[0])))


def adagrad_like(name: str) -> dict[str, dict[str, Callable[[], float]]]:
    """What AdaGrad, RMSprop and Adam have in common."""
    exercise = ALL[name]
    default = lambda: float(1e-15 / steps(exercise, exercise.reference, g=1e-15)[0])  # noqa: E731
    return {
        f"{name}/epsilon-outside": {"1e-4": default},
        f"{name}/epsilon-squared": {"1e-4": default},
        f"{name}/epsilon-as-a-maximum": {"1e-4": default},
        f"{name}/epsilon-default-1e-7": {"3.2e-4": lambda: floor(f"{name}/epsilon-default-1e-7"), "1e-4": default},
        f"{name}/rate-twice": {"1000": lambda: 1 / ratio(f"{name}/rate-twice", eta=0.001)},
    }


def velocity_like(name: str) -> dict[str, dict[str, Callable[[], float]]]:
    """What momentum and Nesterov have in common."""
    reference = lambda: half_life(_kept(ALL[name], ALL[name].reference))  # noqa: E731
    return {
        f"{name}/ema": {"10": lambda: 1 / ratio(f"{name}/ema", n=50)},
        f"{name}/divided-by-one-minus-gamma": {"10": lambda: ratio(f"{name}/divided-by-one-minus-gamma", n=50)},
        f"{name}/rate-twice": {"100": lambda: 1 / ratio(f"{name}/rate-twice", eta=0.01)},
        f"{name}/gamma-squared": {"3.3": lambda: half_life(kept(f"{name}/gamma-squared")), "6.6": reference},
        f"{name}/gamma-root": {"13.2": lambda: half_life(kept(f"{name}/gamma-root")), "6.6": reference},
    }


@cache
def _uncorrected() -> Array:
    exercise, wrong = find("adam/no-bias-correction")
    return steps(exercise, wrong.function, 4000)


def _late(id: str, n: int) -> float:
    exercise, wrong = find(id)
    return float(steps(exercise, wrong.function, n)[-1])


MEASURED: dict[str, dict[str, Callable[[], float]]] = {
    "gradient-descent/rate-twice": {"100": lambda: 1 / ratio("gradient-descent/rate-twice", eta=0.01)},
    "gradient-descent/divided-by-rate": {
        "100": lambda: first("gradient-descent/divided-by-rate", eta=0.01) * 0.01 / 100
    },
    "gradient-descent/velocity-added": {"10": lambda: _late("gradient-descent/velocity-added", 400) / 100},
    **velocity_like("momentum"),
    **velocity_like("nesterov"),
    "nesterov/rate-outside-but-not-in-the-look": {
        "100": lambda: look("nesterov/rate-outside-but-not-in-the-look", 0.01)
    },
    **adagrad_like("adagrad"),
    "adagrad/accumulator-starts-at-0.1": {"0.3": lambda: float(np.sqrt(_start_of_adagrad()))},
    "adagrad/rate-times-square": {"10": lambda: ratio("adagrad/rate-times-square", eta=0.01)},
    "adagrad/old-accumulator": {
        "1e-4": lambda: 100 / first("adagrad/old-accumulator"),
        "10 000": lambda: first("adagrad/old-accumulator") / 100,
    },
    **adagrad_like("rmsprop"),
    "rmsprop/average-starts-at-the-first-square": {
        "3.16": lambda: 1 / ratio("rmsprop/average-starts-at-the-first-square")
    },
    "rmsprop/rho-default-0.99": {
        "69": lambda: half_life(kept("rmsprop/rho-default-0.99")),
        "6.6": lambda: half_life(_kept(ALL["rmsprop"], ALL["rmsprop"].reference)),
    },
    "rmsprop/rho-reversed": {
        "1.05": lambda: first("rmsprop/rho-reversed"),
        "3.16": lambda: first("rmsprop/rho-reversed") / ratio("rmsprop/rho-reversed"),
    },
    "rmsprop/divided-by-one-minus-rho": {"3.16": lambda: 1 / ratio("rmsprop/divided-by-one-minus-rho", 50)},
    "rmsprop/no-one-minus-rho": {"3.16": lambda: 1 / ratio("rmsprop/no-one-minus-rho", 50)},
    "rmsprop/rho-on-everything": {"3": lambda: 1 / ratio("rmsprop/rho-on-everything", 50)},
    "rmsprop/rho-squared": {"1.38": lambda: ratio("rmsprop/rho-squared", 400)},
    "rmsprop/factor-squared": {"3.16": lambda: ratio("rmsprop/factor-squared", 50)},
    "rmsprop/absolute-without-root": {
        "10": lambda: first("rmsprop/absolute-without-root"),
        "3.16": lambda: first("rmsprop/absolute-without-root") / ratio("rmsprop/absolute-without-root"),
    },
    "rmsprop/old-average": {
        "1e-4": lambda: 100 / first("rmsprop/old-average"),
        "10 000": lambda: first("rmsprop/old-average") / 100,
    },
    "rmsprop/no-memory": {"3.16": lambda: _late("rmsprop/no-memory", 50)},
    **adagrad_like("adam"),
    "adam/no-bias-correction": {
        "3.16": lambda: float(_uncorrected()[0]),
        "12": lambda: int(_uncorrected().argmax()) + 1,
        "6.57": lambda: float(_uncorrected().max()),
        "2375": lambda: int(np.flatnonzero(_uncorrected() > 1.05).max()) + 2,
        "5 %": lambda: 0.05,
    },
    "adam/only-m-corrected": {"31.6": lambda: first("adam/only-m-corrected")},
    "adam/rate-corrected-upside-down": {"1000": lambda: first("adam/rate-corrected-upside-down")},
    "adam/multiplied": {"10": lambda: first("adam/multiplied")},
    "adam/correction-without-power": {"0.316": lambda: _late("adam/correction-without-power", 12_000)},
    "adam/t-plus-one": {"0.744": lambda: first("adam/t-plus-one")},
    "adam/one-plus": {"2.35": lambda: first("adam/one-plus")},
    "adam/one-minus-the-power-of-the-bracket": {"3.51": lambda: first("adam/one-minus-the-power-of-the-bracket")},
    "adam/power-alone": {"3.51": lambda: first("adam/power-alone")},
    "adam/corrected-before-the-average": {"3.16": lambda: first("adam/corrected-before-the-average")},
    "adam/rooted-correction-of-m": {"0.316": lambda: first("adam/rooted-correction-of-m")},
    "adam/both-corrected-with-beta-1": {"10": lambda: first("adam/both-corrected-with-beta-1")},
    "adam/both-corrected-with-beta-2": {"100": lambda: first("adam/both-corrected-with-beta-2")},
    "adam/corrections-exchanged": {"1000": lambda: first("adam/corrections-exchanged")},
    "adam/betas-reversed": {"0.285": lambda: first("adam/betas-reversed")},
    "adam/no-one-minus-beta-1": {"10": lambda: ratio("adam/no-one-minus-beta-1", 50)},
    "adam/no-one-minus-beta-2": {"31.6": lambda: 1 / ratio("adam/no-one-minus-beta-2", 50)},
    "adam/no-one-minus-beta": {"0.316": lambda: ratio("adam/no-one-minus-beta", 50)},
    "adam/factor-squared": {"31.6": lambda: ratio("adam/factor-squared", 50)},
    "adam/v-of-m": {"10": lambda: first("adam/v-of-m")},
    "adam/nadam": {"1.9": lambda: first("adam/nadam")},
    "adam/old-v": {"1e-4": lambda: 100 / first("adam/old-v"), "10 000": lambda: first("adam/old-v") / 100},
    "adam/beta-2-default-0.99": {
        "69": lambda: half_life(kept("adam/beta-2-default-0.99")),
        "693": lambda: half_life(_kept(ALL["adam"], ALL["adam"].reference)),
    },
    "adam/epsilon-hat": {"31.6": lambda: floor("adam/epsilon-hat") / 1e-8},
    "adam/epsilon-in-the-uncorrected-root": {"1000": lambda: floor("adam/epsilon-in-the-uncorrected-root") ** 2 / 1e-8},
    "adam/epsilon-in-v": {"1000": lambda: _settled()},
    "exponential-decay/compound": {
        "0.0599": lambda: rates("exponential-decay/compound", 10, eta_0=0.1, k=0.05)[0],
        "0.0607": lambda: rates("exponential-decay/compound", 10, eta_0=0.1, k=0.05)[1],
        "10": lambda: 10,
    },
    "exponential-decay/hyperbolic": {
        "10": lambda: 100 * 0.1,
        "2000": lambda: round(np.divide(*rates("exponential-decay/hyperbolic", 100, eta_0=1.0, k=0.1)), -3),
    },
    "exponential-decay/base-10": {
        "10": lambda: 10,
        "2.3": lambda: np.divide(*np.log(rates("exponential-decay/base-10", 7, eta_0=1.0, k=0.1))),
    },
    "exponential-decay/base-2": {
        "0.69": lambda: np.divide(*np.log(rates("exponential-decay/base-2", 7, eta_0=1.0, k=0.1)))
    },
}


def _start_of_adagrad() -> float:
    _, wrong = find("adagrad/accumulator-starts-at-0.1")
    return float(wrong.function(np.zeros(1), np.zeros(1), np.zeros(1), 1.0)[1][0])


def _settled() -> float:
    """Where v settles without any gradient, in units of eps."""
    _, wrong = find("adam/epsilon-in-v")
    v, eps = np.zeros(1), 1e-3
    for t in range(1, 20_000):
        _, _, v = wrong.function(np.zeros(1), np.zeros(1), v, np.zeros(1), t, 1.0, eps=eps)
    return float(v[0] / eps)


@pytest.mark.parametrize("id", MEASURED)
def test_the_numbers_are_measured(id: str) -> None:
    for shown, measure in MEASURED[id].items():
        number(shown.replace("10 000", "10000"), measure())


def test_no_number_is_left_without_a_measurement() -> None:
    assert printed("At the defaults the first step is 3.16 eta, the 12th is 6.57 eta.") == {"3.16", "12", "6.57"}
    for exercise in ALL.values():
        for wrong in exercise.mistakes:
            id = f"{exercise.prefix}/{wrong.id}"
            assert printed(wrong.effect) <= MEASURED.get(id, {}).keys(), (id, printed(wrong.effect))
            known = MEASURED.get(id, {}).keys() | printed(wrong.did) | printed(f"of {wrong.id.split('-default-')[-1]}")
            assert printed(str(wrong.hint)) <= known, (id, printed(str(wrong.hint)))


def test_the_first_step_that_is_said_to_be_right_is_right() -> None:
    said = 0
    for exercise in ALL.values():
        for wrong in exercise.mistakes:
            if "first step is right" in wrong.effect and not exercise.ways:
                said += 1
                assert ratio(f"{exercise.prefix}/{wrong.id}", eta=0.1) == pytest.approx(1.0, rel=1e-9), wrong.id
    assert said


def test_what_is_said_to_be_gradient_descent_is() -> None:
    for id in ("momentum/no-memory", "nesterov/gradient-descent"):
        exercise, wrong = find(id)
        assert np.allclose(steps(exercise, wrong.function, 9, g=3.0, eta=0.1), 3.0)


def test_what_is_said_to_be_right_at_one_value_is_right_there() -> None:
    said = 0
    for exercise in ALL.values():
        for wrong in exercise.mistakes:
            if found := re.match(r"Right at (eta|gamma|s|k) = ([\d.]+) only", wrong.effect):
                said += 1
                value = {found[1]: float(found[2])}
                if exercise.outputs[0] == "theta":
                    assert ratio(f"{exercise.prefix}/{wrong.id}", 5, **value) == pytest.approx(1.0)
                else:
                    others = {"eta_0": 0.3, "gamma": 0.4, "s": 7, "k": 0.2} | value
                    names = list(inspect.signature(exercise.reference).parameters)[1:]
                    for t in range(40):
                        wrong_rate, right = rates(
                            f"{exercise.prefix}/{wrong.id}", t, **{name: others[name] for name in names}
                        )
                        assert wrong_rate == pytest.approx(right)
    assert said
