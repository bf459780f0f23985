"""Mistakes that have nothing to do with the rule: what is returned, what is overwritten, what is rounded or kept.

They are the same in all step functions. A rule names the arrays of its state; its stages must be called `rate`,
`theta_old`, `step` (what is subtracted from theta), `theta_new`, and for a state `v`: `v_old` and `v_new`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import isub
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Stage, Stages, Wrong, keep


def habits(
    rule: Anatomy, section: str, state: dict[str, Stage], rate: float, shrunk: Stages | None = None
) -> tuple[Wrong, ...]:
    """The habits of one rule. `state`: for each array of the state, how it is updated with operators that work in
    place (`v *= gamma; v += ...`). `rate`: the rate that people leave in the code. `shrunk`: the stage that multiplies
    the caller's gradient by the rate, with an operator that works in place (`grad *= eta`); None if none does."""
    h = _Rule(rule, section, state, rate)
    found = (*_results(h), *_types(h), *_rate(h), *_theta_arrays(h), *(_gradient(h, shrunk) if shrunk else ()))
    return (*found, *_state_results(h), *_state_arrays(h)) if state else found


@dataclass(frozen=True)
class _Rule:
    """A rule, and what its habits are written with."""

    rule: Anatomy
    section: str
    state: dict[str, Stage]
    rate: float

    def wrong(self, id: str, **entry: Any) -> Wrong:
        """One habit."""
        return self.rule.wrong(id, section=self.section, **entry)

    @property
    def rules(self) -> Stages:
        """The stages of the rule itself."""
        return self.rule.stages

    @property
    def names(self) -> tuple[str, ...]:
        """The arrays that come in and go out."""
        return ("theta", *self.state)

    @property
    def listed(self) -> str:
        """What is returned, as it is written."""
        return ", ".join(self.names)

    @property
    def what(self) -> str:
        """The state in words, always one thing: `v`, or `state (m, v)`."""
        return next(iter(self.state)) if len(self.state) == 1 else f"state ({', '.join(self.state)})"

    @property
    def first(self) -> str:
        """The first array of the state."""
        return next(iter(self.state))

    @property
    def new(self) -> dict[str, str]:
        """The stages that make the new arrays, each with its array."""
        return {f"{name}_new": name for name in self.names}

    @property
    def old(self) -> list[str]:
        """The stages that hold the old arrays."""
        return [f"{name}_old" for name in self.names]

    @property
    def minus(self) -> dict[str, Stage]:
        """`theta -= step`."""
        return {"theta_new": lambda s: isub(s.theta_old, s.step)}

    @property
    def in_place(self) -> dict[str, Stage]:
        """The state updated in place."""
        return {f"{name}_new": stage for name, stage in self.state.items()}

    @property
    def overwritten(self) -> dict[str, Stage]:
        """`theta[...] = new`, and the same for the state."""
        return {stage: _overwriting(f"{name}_old", self.rules[stage]) for stage, name in self.new.items()}

    @property
    def rounded(self) -> dict[str, Stage]:
        """The new arrays in the type of the old ones."""
        return {stage: _then(self.rules[stage], _as(f"{name}_old")) for stage, name in self.new.items()}

    @property
    def kept(self) -> dict[str, Stage]:
        """The state kept between the calls, whatever is passed."""
        found: dict[str, Stage] = {}
        for name in self.state:
            found[f"{name}_old"] = _remembered(name)
            found[f"{name}_new"] = _then(self.rules[f"{name}_new"], _remembering(name))
        return found


def _results(h: _Rule) -> tuple[Wrong, ...]:
    """What is returned."""
    return (
        h.wrong(
            "ascent",
            did="The step is added to theta.",
            effect="The loss rises from the first step on.",
            hint="You add the step to theta. The gradient points uphill: subtract it.",
            theta_new=lambda s: s.theta_old + s.step,
        ),
        h.wrong(
            "nothing-returned",
            did="The function ends without `return`.",
            effect="There is no path: the first step has no result.",
            hint=f"Your function returns nothing. End it with `return {h.listed}`.",
            returns=(),
        ),
        h.wrong(
            "in-place-and-nothing-returned",
            did="The arrays are changed in place and nothing is returned.",
            effect="There is no path: the first step has no result, and the start has been overwritten.",
            hint="You change the arrays that you are given and return nothing. Compute new ones and `return "
            f"{h.listed}`.",
            returns=(),
            **h.minus,
            **h.in_place,
        ),
        h.wrong(
            "step-returned",
            did="The step is returned in the place of theta.",
            effect="The next step starts from the length of the last one; the start is forgotten.",
            hint="You return the step in the place of theta. Return theta minus the step.",
            theta_new=lambda s: s.step,
        ),
        h.wrong(
            "change-returned",
            did="Minus the step is returned in the place of theta.",
            effect="The next step starts from the last change; the start is forgotten.",
            hint="You return the change of theta. Return theta after the change: the old theta minus the step.",
            theta_new=lambda s: -s.step,
        ),
        h.wrong(
            "theta-not-moved",
            did="theta is returned as it came in.",
            effect="theta stays at the start for ever.",
            hint="You return the old theta. Return theta minus the step.",
            theta_new=lambda s: s.theta_old,
        ),
        h.wrong(
            "list-returned",
            did="theta is returned as a list (tolist()).",
            effect="The numbers are right; but the next line that computes with theta may fail, or join lists.",
            hint="You return theta as a Python list. Return a NumPy array of the shape of theta.",
            theta_new=_then(h.rules["theta_new"], lambda s, x: np.asarray(x).tolist()),
        ),
    )


def _types(h: _Rule) -> tuple[Wrong, ...]:
    """Of which shape and type it is."""
    return (
        h.wrong(
            "flattened",
            did="The arrays are flattened to one row (ravel, flatten) and stay so.",
            effect="Right for one row of parameters; a matrix of weights loses its shape.",
            hint="You return one long row. The results must have the shape of theta, whatever it is.",
            **{stage: _then(h.rules[stage], lambda s, x: np.ravel(x)) for stage in ("g", *h.old)},
        ),
        h.wrong(
            "single-precision",
            did="The results are cut to float32.",
            effect="The path is right to 7 digits of 16; near the minimum it stops early.",
            hint="You return float32 numbers: 7 digits of 16 remain. Leave out the conversion.",
            **{stage: _then(h.rules[stage], lambda s, x: np.asarray(x).astype(np.float32)) for stage in h.new},
        ),
    )


def _rate(h: _Rule) -> tuple[Wrong, ...]:
    """The rate."""
    return (
        h.wrong(
            "rate-fixed",
            did=f"The rate {h.rate:g} is written into the code.",
            effect=f"Right at eta = {h.rate:g} only; no schedule has any effect.",
            hint=f"You use the rate {h.rate:g} whatever eta is passed. Use eta.",
            rate=lambda s: h.rate,
        ),
    )


def _theta_arrays(h: _Rule) -> tuple[Wrong, ...]:
    """What happens to the caller's theta."""
    return (
        h.wrong(
            "theta-in-place",
            did="`theta -= ...` changes the caller's array.",
            effect="Every theta kept from earlier steps becomes the last one: a recorded path is a single point.",
            hint="Your function changes the array that it is given as theta. Compute a new one, theta minus the step.",
            **h.minus,
        ),
        h.wrong(
            "theta-overwritten",
            did="`theta[:] = ...` changes the caller's array.",
            effect="Every theta kept from earlier steps becomes the last one; a theta of integers is rounded "
            "towards 0.",
            hint="Your function writes the new theta into the array that it is given. Compute and return a new one.",
            theta_new=h.overwritten["theta_new"],
        ),
        h.wrong(
            "shared-at-rest",
            did="If the step is zero, the caller's theta itself is returned.",
            effect="The path is right until somebody changes an array in place; then two of them change.",
            hint="If nothing moves you return the very array that you were given. Return a new one each time: theta "
            "minus a step of zeros is one, too.",
            theta_new=lambda s: s.theta_old - s.step if np.any(s.step) else s.theta_old,
        ),
        h.wrong(
            "theta-rounded",
            did="The new theta is given the type of the old one (zeros_like(theta), astype(theta.dtype)).",
            effect="A theta of integers is rounded towards 0 at each step; steps shorter than 1 are lost or too long.",
            hint="The new theta takes the type of the old one, so an integer theta stays integer and the step is "
            "rounded. Let NumPy choose the type: theta minus the step gives floats.",
            theta_new=h.rounded["theta_new"],
        ),
    )


def _gradient(h: _Rule, shrunk: Stages) -> tuple[Wrong, ...]:
    """What happens to the caller's gradient."""
    return (
        h.wrong(
            "gradient-in-place",
            did="`grad *= eta` changes the caller's gradient.",
            effect="The path is right; whoever uses the same gradient again finds it shrunk.",
            hint="Your function changes the array that it is given as grad. eta g belongs into a new one.",
            **shrunk,
        ),
    )


def _state_results(h: _Rule) -> tuple[Wrong, ...]:
    """What is returned of the state."""
    return (
        h.wrong(
            "theta-only",
            did=f"Only theta is returned, without {h.what}.",
            effect="There is no path: the second step has no state to start from.",
            hint=f"You return theta alone. The next step needs the state: `return {h.listed}`.",
            returns=("theta_new",),
        ),
        h.wrong(
            "state-not-kept",
            did=f"The step is right, but {h.what} is returned as it came in.",
            effect="Every step is the first one: nothing is remembered.",
            hint=f"The step is right, but you return the old {h.what}: the next step will not remember this one.",
            returns=("theta_new", *(f"{name}_old" for name in h.state)),
        ),
        h.wrong(
            "state-first",
            did=f"{h.what} comes before theta in what is returned.",
            effect="The next step takes the state for theta and theta for the state.",
            hint=f"The results come in the wrong order: `return {h.listed}`.",
            returns=(*(f"{name}_new" for name in h.state), "theta_new"),
        ),
    )


def _state_arrays(h: _Rule) -> tuple[Wrong, ...]:
    """What happens to the caller's state."""
    return (
        h.wrong(
            "state-in-place",
            did=f"Operators such as `+=` change the caller's {h.what}.",
            effect="The path is right; but making the same step again gives other numbers, and a recorded state is "
            "lost.",
            hint=f"Your function changes the {h.what} that it is given, so a step cannot be made again. Compute a new "
            "array instead.",
            **h.in_place,
        ),
        h.wrong(
            "all-in-place",
            did=f"Operators such as `-=` and `+=` change theta and {h.what}.",
            effect="A recorded path is a single point, and making the same step again gives other numbers.",
            hint=f"Your function changes the theta and the {h.what} that it is given. Compute new arrays.",
            **h.minus,
            **h.in_place,
        ),
        h.wrong(
            "state-overwritten",
            did=f"The new {h.what} is written into the caller's ({h.first}[:] = ...).",
            effect="The path is right; but making the same step again gives other numbers. Integers are rounded.",
            hint=f"Your function writes the new {h.what} into what it is given. Compute new arrays and return those.",
            **{stage: change for stage, change in h.overwritten.items() if stage != "theta_new"},
        ),
        h.wrong(
            "all-overwritten",
            did=f"theta and {h.what} are written into the caller's arrays (theta[:] = ...).",
            effect="A recorded path is a single point, and making the same step again gives other numbers.",
            hint=f"Your function writes the new theta and {h.what} into the arrays that it is given. Compute new ones "
            "and return those.",
            **h.overwritten,
        ),
        h.wrong(
            "state-rounded",
            did=f"The new {h.what} has the type of the old (zeros_like, astype).",
            effect="A state that starts as integers, np.zeros(3, dtype=int), loses its fractions at each step.",
            hint=f"The new {h.what} takes the type of the old one, so an integer state loses its fractions. Let "
            "NumPy choose the type: the formula alone gives floats.",
            **{stage: change for stage, change in h.rounded.items() if stage != "theta_new"},
        ),
        h.wrong(
            "all-rounded",
            did=f"theta and {h.what} take the type of the old ones (zeros_like, astype).",
            effect="Integers stay integers: fractions of every step are lost.",
            hint="The new arrays take the type of the old ones, so integers stay integers. Let NumPy choose the type: "
            "the formula alone gives floats.",
            **h.rounded,
        ),
        h.wrong(
            "own-state",
            did=f"{h.what} is kept in a global or an attribute; what is passed is ignored.",
            effect="The first run is right; a second run, or a second layer, starts with what the first one left.",
            hint=f"Your function goes on from the {h.what} of its last call, and not from what is passed. Use the "
            "state that you are given, and return the new one.",
            remembers=True,
            **h.kept,
        ),
    )


def _then(stage: Stage, change: Callable[[SimpleNamespace, Any], Any]) -> Stage:
    return lambda s: change(s, stage(s))


def _as(old: str) -> Callable[[SimpleNamespace, Any], Any]:
    return lambda s, x: np.asarray(x).astype(getattr(s, old).dtype)


def _overwriting(old: str, stage: Stage) -> Stage:
    def overwrite(s: SimpleNamespace) -> Any:
        array = getattr(s, old)
        array[...] = stage(s)
        return array

    return overwrite


def _remembered(name: str) -> Stage:
    return lambda s: s.kept.get(name, np.zeros(np.shape(getattr(s, name))))


def _remembering(name: str) -> Callable[[SimpleNamespace, Any], Any]:
    return lambda s, new: keep(s, name, new)
