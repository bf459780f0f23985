"""Run any step function on any problem and record every step."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from course.workshop.problems import Array, Problem

Eta = float | Callable[[int], float]
"""A learning rate: one number, or a function of the step t = 0, 1, ..."""


@dataclass(frozen=True, eq=False)
class Trajectory:
    """A run of T steps on n parameters: row t is what held before step t, row T is where the run ended.

    A run that left the finite numbers has nan in every row from there on.

    Attributes:
        thetas: (T+1, n), the iterates; row 0 is the start.
        values: (T+1,), the loss at each iterate.
        gradients: (T+1, n), the gradient that each step used: at theta_t, or, for a step that asks for gradients
            itself (Nesterov), where it last asked. The last row is the gradient at the last iterate.
        states: name -> (T+1, n): "v", "r" or "m", as the step function calls them; row 0 is zero.
    """

    thetas: Array
    values: Array
    gradients: Array
    states: dict[str, Array]


def follow(
    step: Callable[..., Any],
    problem: Problem,
    steps: int,
    *,
    eta: Eta,
    start: Array | None = None,
    **hyper: float,
) -> Trajectory:
    """Run `step` on `problem` and record the run.

    Args:
        step: a function `step(theta, [states], grad or grad_fn, [t], eta, [hyper-parameters])` that returns theta,
            or (theta, states...) in the same order. The states are the parameters between `theta` and `grad` or
            `grad_fn`; they start at zero. `t`, if the function has it, counts 1, 2, ...
        problem: what to minimise.
        steps: T, how many steps.
        eta: the learning rate, or a function of t = 0, 1, ... that gives it.
        start: (n,); `problem.start` if not given.
        hyper: passed on to every step, e.g. gamma=0.9.

    The step only ever sees copies, so one that writes into its arguments cannot alter the record. A run that leaves
    the finite numbers is stopped, and the rest of the record is nan.

    Raises:
        ValueError: in one line, if the step cannot be called like this or returns something else.
    """
    call = _Call(step, hyper)
    schedule = eta if callable(eta) else lambda t: eta

    record = Logbook(problem, steps, call.states, start)
    parts = record.start
    with np.errstate(all="ignore"):
        for t in range(steps):
            if not record.add(t, *parts):
                return record.trajectory
            if call.asks:
                grad = _Asked(problem)
                parts = call(parts, grad, t, schedule(t))
                record.trajectory.gradients[t] = grad.last
            else:
                gradient = np.array(problem.gradient(parts[0].copy()), dtype=float)
                record.trajectory.gradients[t] = gradient
                parts = call(parts, gradient, t, schedule(t))
        if record.add(steps, *parts):
            record.trajectory.gradients[steps] = problem.gradient(parts[0].copy())
    return record.trajectory


class Logbook:
    """A trajectory that fills up row by row; rows that were never reached stay nan.

    Attributes:
        trajectory: the record so far.
        start: what stands before the first step: theta (n,), then a zero (n,) for each state.
    """

    def __init__(self, problem: Problem, steps: int, states: tuple[str, ...], start: Array | None) -> None:
        """ValueError if `steps` is no count or `start` does not have the shape of the problem."""
        if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 0:
            raise ValueError(f"steps must be a whole number, 0 or more, got {steps!r}")
        theta = np.array(problem.start if start is None else start, dtype=float)
        if theta.shape != problem.start.shape:
            raise ValueError(f"start has shape {theta.shape}, but the problem needs {problem.start.shape}")
        n = theta.size
        self.start = [theta, *(np.zeros(n) for _ in states)]
        self._value = problem.value
        self.trajectory = Trajectory(
            thetas=np.full((steps + 1, n), np.nan),
            values=np.full(steps + 1, np.nan),
            gradients=np.full((steps + 1, n), np.nan),
            states={name: np.full((steps + 1, n), np.nan) for name in states},
        )

    def add(self, t: int, theta: Array, *states: Array) -> bool:
        """Write row t, unless theta or the loss there is not finite: then False, and the run is over."""
        if not np.all(np.isfinite(theta)):
            return False
        value = self._value(theta.copy())
        if not np.isfinite(value):
            return False
        self.trajectory.thetas[t] = theta
        self.trajectory.values[t] = value
        for row, state in zip(self.trajectory.states.values(), states, strict=True):
            row[t] = state
        return True


class _Asked:
    """The `grad_fn` that a look-ahead step is given: answers, and keeps the last answer."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        self.last: Array = np.full_like(problem.start, np.nan)

    def __call__(self, theta: Array) -> Array:
        """The gradient at theta, in an array of the caller's own."""
        asked = np.array(theta, dtype=float)
        if asked.shape != self._problem.start.shape:
            raise ValueError(f"grad_fn was asked at shape {asked.shape}; theta has shape {self._problem.start.shape}")
        self.last = np.array(self._problem.gradient(asked), dtype=float)
        return self.last.copy()


class _Call:
    """How to call one step function, read once from its signature."""

    def __init__(self, step: Callable[..., Any], hyper: dict[str, float]) -> None:
        self._step, self._hyper = step, hyper
        self._name = getattr(step, "__name__", "the step")
        parameters = inspect.signature(step).parameters
        names = list(parameters)
        shown = f"{self._name}({', '.join(names)})"
        if not names or names[0] != "theta":
            raise ValueError(f"{shown} is no step function: its first parameter must be theta")
        where = [i for i, name in enumerate(names) if name in ("grad", "grad_fn")]
        if len(where) != 1:
            raise ValueError(f"{shown} is no step function: after theta and its states it must take grad or grad_fn")
        if "eta" not in names[where[0] :]:
            raise ValueError(f"{shown} is no step function: it must take the learning rate eta after the gradient")
        self.asks = names[where[0]] == "grad_fn"
        self.states = tuple(names[1 : where[0]])
        self._counts = "t" in names[where[0] :]
        given = {"theta", *self.states, names[where[0]], "t", "eta"}
        free = [name for name in names if name not in given]
        if unknown := [name for name in hyper if name not in free]:
            raise ValueError(f"{shown} has no hyper-parameter {', '.join(unknown)}")
        empty = inspect.Parameter.empty
        if missing := [name for name in free if name not in hyper and parameters[name].default is empty]:
            raise ValueError(f"{shown} also needs a value for {', '.join(missing)}")

    def __call__(self, parts: list[Array], grad: Any, t: int, eta: float) -> list[Array]:
        """One step from copies of (theta, states...); the new (theta, states...), checked and copied."""
        counter = {"t": t + 1} if self._counts else {}
        grad = grad if self.asks else grad.copy()
        result = self._step(*(part.copy() for part in parts), grad, eta=eta, **counter, **self._hyper)
        names = ("theta", *self.states)
        wanted = f"({', '.join(names)})" if self.states else "theta"
        if not self.states:
            if isinstance(result, tuple):
                raise ValueError(f"{self._name} returned {len(result)} values; it must return theta alone")
            result = (result,)
        elif not isinstance(result, tuple | list) or len(result) != len(names):
            got = f"{len(result)} values" if isinstance(result, tuple | list) else _kind(result)
            raise ValueError(f"{self._name} returned {got}; it must return {wanted}")
        return [self._array(name, new, parts[0].shape) for name, new in zip(names, result, strict=True)]

    def _array(self, name: str, new: Any, shape: tuple[int, ...]) -> Array:
        try:
            array = np.array(new)
        except ValueError:
            array = np.array(None)
        if array.dtype.kind not in "fiu":
            raise ValueError(f"{self._name} returned {_kind(new)} as {name}; it must be an array of real numbers")
        if array.shape != shape:
            raise ValueError(f"{self._name} returned {name} with shape {array.shape}; it must keep the shape {shape}")
        return array.astype(float)


def _kind(thing: Any) -> str:
    """What a step returned, in a word or two."""
    if thing is None:
        return "None"
    if isinstance(thing, np.ndarray):
        return "one array" if thing.dtype.kind in "fiu" else f"an array of {thing.dtype}"
    return f"a {type(thing).__name__}"
