"""Checks of a step function built as those of well-known courses and libraries are, and the loss as a check.

Their structures are from there, their numbers are ours. Each of them passes every right form; the question is what else
it passes. `beside.py` counts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from autograder.exercises.exercise import Exercise
from course.judging.verdict import CLOCK, FIELD, GRADIENT, POINT, RATE
from course.workshop import problems
from course.workshop.problems import Array, Problem

Function = Callable[..., Any]
Gradient = Callable[[Array, int], Array]

# The rates of a rule, by purpose (`Exercise.rates`): section 3.7's common starting rate; one at which the right rule
# reaches the minimum of the small quadratic below in 10 000 steps; and one for each problem, by its name.
START, REACH = "start", "reach"
NEEDED = ("start", "reach", "ravine", "rosenbrock", "beale")


@dataclass(frozen=True)
class Descent:
    """Where the loss of wrong and right is compared: the problem, the name of its rates, and the steps."""

    problem: Problem
    rate: str
    steps: int


DESCENTS = (
    Descent(problems.ravine(), "ravine", 100),
    Descent(problems.rosenbrock(), "rosenbrock", 1000),
    Descent(problems.beale(), "beale", 500),
)


def comparable(exercise: Exercise) -> bool:
    """Whether an exercise is a step function that can be held against these checks: one that declares its roles and
    rates."""
    return {POINT, RATE} <= exercise.roles.keys() and set(NEEDED) <= exercise.rates.keys()


class Stepper:
    """Calls one step function again and again, feeding it what it returned. Whatever it raises, it raises."""

    def __init__(self, exercise: Exercise, function: Function, theta: Array, **hyper: float) -> None:
        self.names = list(exercise.parameters)
        self.outputs = exercise.outputs
        self.roles = exercise.roles
        self.point = self.roles[POINT]
        self.function = function
        self.hyper = hyper
        self.state: dict[str, Any] = {name: np.zeros_like(theta) for name in exercise.outputs}
        self.state[self.point] = theta.copy()

    def step(self, gradient: Gradient, t: int) -> tuple[Any, ...]:
        """Step number t = 1, 2, ...; gradient(point, t) is what the problem answers."""
        now = {**self.hyper, **self.state}
        if CLOCK in self.roles:
            now[self.roles[CLOCK]] = t
        if FIELD in self.roles:
            now[self.roles[FIELD]] = lambda point: gradient(point, t)
        else:
            now[self.roles[GRADIENT]] = gradient(now[self.point], t)
        found = self.function(**{name: now[name] for name in self.names if name in now})
        results = found if isinstance(found, tuple) else (found,)
        self.state = dict(zip(self.outputs, results, strict=True))
        return results


def _alike(
    exercise: Exercise, function: Function, tolerance: tuple[float, float], run: Callable[[Stepper], Any]
) -> bool:
    """Whether a function does what the reference does, step by step, up to rtol and atol."""
    theta = np.linspace(-1.0, 2.0, 5)
    try:
        mine, right = (run(Stepper(exercise, f, theta)) for f in (function, exercise.reference))
        return all(np.allclose(a, b, *tolerance) for a, b in zip(mine, right, strict=True))
    except Exception:  # whatever a wrong function raises, the check has seen it
        return False


def one_cold_step(exercise: Exercise, function: Function) -> bool:
    """One step from zero state with the default hyper-parameters; all results, to 1e-7."""

    def run(stepper: Stepper) -> Any:
        stepper.hyper = {exercise.roles[RATE]: exercise.rates[START]}
        return stepper.step(lambda point, t: np.array([0.3, -0.7, 1.1, -2.0, 0.9]) + 0 * point, 1)

    return _alike(exercise, function, (1e-7, 1e-9), run)


def one_warm_step(exercise: Exercise, function: Function) -> bool:
    """One step from a given state, t = 2, with eps = 1e-2 where there is an eps; all results, to 1e-7."""

    def run(stepper: Stepper) -> Any:
        stepper.hyper = {exercise.roles[RATE]: 0.01} | ({"eps": 1e-2} if "eps" in stepper.names else {})
        for k, name in enumerate(exercise.outputs[1:], start=1):
            stepper.state[name] = np.array([0.2, 0.5, 1.3, 0.1, 0.8]) / k
        return stepper.step(lambda point, t: np.array([0.3, -0.7, 1.1, -2.0, 0.9]) + 0 * point, 2)

    return _alike(exercise, function, (1e-7, 1e-9), run)


def five_loose_steps(exercise: Exercise, function: Function) -> bool:
    """Five steps from ones at the defaults, theta compared with a tolerance of 5e-4."""

    def run(stepper: Stepper) -> Any:
        stepper.hyper = {exercise.roles[RATE]: exercise.rates[START]}
        stepper.state = {name: np.full(5, float(name == stepper.point)) for name in exercise.outputs}
        for t in range(1, 6):
            stepper.step(lambda point, t: (np.full(5, 0.01) if t == 1 else np.arange(1, 6) / 5) + 0 * point, t)
        return [stepper.state[stepper.point]]

    return _alike(exercise, function, (5e-4, 5e-4), run)


def converges(exercise: Exercise, function: Function) -> bool:
    """10 000 steps on a small quadratic end within 3e-2 of its minimum, (1, -1)."""
    stepper = Stepper(exercise, function, np.array([-4.0, 4.0]), **{exercise.roles[RATE]: exercise.rates[REACH]})
    target = np.array([1.0, -1.0])
    seen: dict[str, Array] = {}
    try:
        for t in range(1, 10_001):
            stepper.step(lambda point, t: 2 * (point - target), t)
            if t % 100 == 0:
                if not np.all(np.abs(stepper.state[stepper.point]) < 1e100):
                    return False
                now = {name: np.array(value) for name, value in stepper.state.items()}
                if CLOCK not in stepper.roles and seen and all(np.array_equal(now[name], seen[name]) for name in now):
                    break  # a rule without a clock that is where it was 100 steps ago will be there at the end
                seen = now
        return bool(np.allclose(stepper.state[stepper.point], target, rtol=0, atol=3e-2))
    except Exception:  # as above
        return False


CHECKS: dict[str, Callable[[Exercise, Function], bool]] = {
    "one step from zero state, at the defaults": one_cold_step,
    "one step from a given state, eps = 1e-2": one_warm_step,
    "five steps at the defaults, within 5e-4": five_loose_steps,
    "converges in 10 000 steps, within 3e-2": converges,
}


def last_loss(exercise: Exercise, function: Function, descent: Descent) -> float | None:
    """The loss after the run; infinity if it left the numbers, None if the function cannot be run at all."""
    rate = {exercise.roles[RATE]: exercise.rates[descent.rate]}
    stepper = Stepper(exercise, function, descent.problem.start, **rate)
    try:
        for t in range(1, descent.steps + 1):
            stepper.step(lambda point, t: descent.problem.gradient(point), t)
            if not np.all(np.abs(stepper.state[stepper.point]) < 1e100):
                return np.inf
        return float(descent.problem.value(np.asarray(stepper.state[stepper.point])))
    except Exception:  # as above
        return None
