"""Mistakes that have nothing to do with the rule: what is returned, what is overwritten, what is rounded or kept.

They are the same in all step functions. A rule names the arrays of its state; its stages must be called `rate`,
`theta_old`, `step` (what is subtracted from theta), `theta_new`, and for a state `v`: `v_old` and `v_new`.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import isub
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.catalogue.anatomy import Anatomy, Stage, Wrong, keep


def habits(rule: Anatomy, section: str, state: dict[str, Stage], rate: float) -> tuple[Wrong, ...]:
    """The habits of one rule. `state`: for each array of the state, how it is updated with operators that work in
    place (`v *= gamma; v += ...`). `rate`: the rate that people leave in the code."""
    names = ("theta", *state)
    listed = ", ".join(names)
    new = {f"{name}_new": name for name in names}
    old = [f"{name}_old" for name in names]
    in_place: dict[str, Stage] = {f"{name}_new": stage for name, stage in state.items()}
    minus: dict[str, Stage] = {"theta_new": lambda s: isub(s.theta_old, s.step)}
    rules = rule.stages
    overwritten = {stage: _overwriting(f"{name}_old", rules[stage]) for stage, name in new.items()}
    rounded = {stage: _then(rules[stage], _as(f"{name}_old")) for stage, name in new.items()}
    states = " and ".join(state)

    def wrong(id: str, **entry: Any) -> Wrong:
        return rule.wrong(id, section=section, **entry)

    found = [
        wrong(
            "ascent",
            did="The step is added to theta.",
            effect="The loss rises from the first step on.",
            hint="You add the step to theta. The gradient points uphill: subtract it.",
            theta_new=lambda s: s.theta_old + s.step,
        ),
        wrong(
            "nothing-returned",
            did="The function ends without `return`.",
            effect="There is no path: the first step has no result.",
            hint=f"Your function returns nothing. End it with `return {listed}`.",
            returns=(),
        ),
        wrong(
            "in-place-and-nothing-returned",
            did="The arrays are changed in place and nothing is returned.",
            effect="There is no path: the first step has no result, and the start has been overwritten.",
            hint="You change the arrays that you are given and return nothing. Compute new ones and `return "
            f"{listed}`.",
            returns=(),
            **minus,
            **in_place,
        ),
        wrong(
            "step-returned",
            did="The step is returned in the place of theta.",
            effect="The next step starts from the length of the last one; the start is forgotten.",
            hint="You return the step in the place of theta. Return theta minus the step.",
            theta_new=lambda s: s.step,
        ),
        wrong(
            "change-returned",
            did="Minus the step is returned in the place of theta.",
            effect="The next step starts from the last change; the start is forgotten.",
            hint="You return the change of theta. Return theta after the change: the old theta minus the step.",
            theta_new=lambda s: -s.step,
        ),
        wrong(
            "theta-not-moved",
            did="theta is returned as it came in.",
            effect="theta stays at the start for ever.",
            hint="You return the old theta. Return theta minus the step.",
            theta_new=lambda s: s.theta_old,
        ),
        wrong(
            "list-returned",
            did="theta is returned as a list (tolist()).",
            effect="The numbers are right; but the next line that computes with theta may fail, or join lists.",
            hint="You return theta as a Python list. Return a NumPy array of the shape of theta.",
            theta_new=_then(rules["theta_new"], lambda s, x: np.asarray(x).tolist()),
        ),
        wrong(
            "flattened",
            did="The arrays are flattened to one row (ravel, flatten) and stay so.",
            effect="Right for one row of parameters; a matrix of weights loses its shape.",
            hint="You return one long row. The results must have the shape of theta, whatever it is.",
            **{stage: _then(rules[stage], lambda s, x: np.ravel(x)) for stage in ("g", *old)},
        ),
        wrong(
            "single-precision",
            did="The results are cut to float32.",
            effect="The path is right to 7 digits of 16; near the minimum it stops early.",
            hint="You return float32 numbers: 7 digits of 16 remain. Leave out the conversion.",
            **{stage: _then(rules[stage], lambda s, x: np.asarray(x).astype(np.float32)) for stage in new},
        ),
        wrong(
            "rate-fixed",
            did=f"The rate {rate:g} is written into the code.",
            effect=f"Right at eta = {rate:g} only; no schedule has any effect.",
            hint=f"You use the rate {rate:g} whatever eta is passed. Use eta.",
            rate=lambda s: rate,
        ),
        wrong(
            "theta-in-place",
            did="`theta -= ...` changes the caller's array.",
            effect="Every theta kept from earlier steps becomes the last one: a recorded path is a single point.",
            hint="`theta -= ...` changes the array that you are given. `theta = theta - ...` makes a new one.",
            **minus,
        ),
        wrong(
            "theta-overwritten",
            did="`theta[:] = ...` changes the caller's array.",
            effect="Every theta kept from earlier steps becomes the last one; a theta of integers is rounded "
            "towards 0.",
            hint="`theta[:] = ...` writes into the array that you are given. `theta = ...` makes a new one.",
            theta_new=overwritten["theta_new"],
        ),
        wrong(
            "shared-at-rest",
            did="If the step is zero, the caller's theta itself is returned.",
            effect="The path is right until somebody changes an array in place; then two of them change.",
            hint="If nothing moves you return the very array that you were given. Return a new one each time: "
            "`theta - step` does so for a step of zeros too.",
            theta_new=lambda s: s.theta_old - s.step if np.any(s.step) else s.theta_old,
        ),
        wrong(
            "theta-rounded",
            did="The new theta is given the type of the old one (zeros_like(theta), astype(theta.dtype)).",
            effect="A theta of integers is rounded towards 0 at each step; steps shorter than 1 are lost or too long.",
            hint="The new theta takes the type of the old one, so an integer theta stays integer and the step is "
            "rounded away. Let NumPy choose the type: `theta - ...` gives floats.",
            theta_new=rounded["theta_new"],
        ),
    ]
    if not state:
        return tuple(found)

    first, several = next(iter(state)), len(state) > 1
    are, have, they = ("are", "have", "they") if several else ("is", "has", "it")
    kept: dict[str, Stage] = {}
    for name in state:
        kept |= {f"{name}_old": _remembered(name), f"{name}_new": _then(rules[f"{name}_new"], _remembering(name))}
    found += [
        wrong(
            "theta-only",
            did=f"Only theta is returned, without {states}.",
            effect="There is no path: the second step has no state to start from.",
            hint=f"You return theta alone. The next step needs the state: `return {listed}`.",
            returns=("theta_new",),
        ),
        wrong(
            "state-not-kept",
            did=f"The step is right, but {states} {are} returned as {they} came in.",
            effect="Every step is the first one: nothing is remembered.",
            hint=f"The step is right, but you return the old {states}: the next step will not remember this one.",
            returns=("theta_new", *(f"{name}_old" for name in state)),
        ),
        wrong(
            "state-first",
            did=f"{states} {'come' if several else 'comes'} before theta in what is returned.",
            effect="The next step takes the state for theta and theta for the state.",
            hint=f"The results come in the wrong order: `return {listed}`.",
            returns=(*(f"{name}_new" for name in state), "theta_new"),
        ),
        wrong(
            "state-in-place",
            did=f"Operators such as `+=` change the caller's {states}.",
            effect="The path is right; but making the same step again gives other numbers, and a recorded state is "
            "lost.",
            hint=f"You change the {states} that you are given, with an operator such as `+=` or `*=`. Compute a new "
            "array instead.",
            **in_place,
        ),
        wrong(
            "all-in-place",
            did=f"Operators such as `-=` and `+=` change theta and {states}.",
            effect="A recorded path is a single point, and making the same step again gives other numbers.",
            hint=f"You change theta and {states} in place, with operators such as `-=` and `+=`. Compute new arrays.",
            **minus,
            **in_place,
        ),
        wrong(
            "state-overwritten",
            did=f"The new {states} {are} written into the caller's ({first}[:] = ...).",
            effect="The path is right; but making the same step again gives other numbers. Integers are rounded.",
            hint=f"`{first}[:] = ...` writes into the array that you are given. `{first} = ...` makes a new one.",
            **{stage: change for stage, change in overwritten.items() if stage != "theta_new"},
        ),
        wrong(
            "all-overwritten",
            did=f"theta and {states} are written into the caller's arrays (theta[:] = ...).",
            effect="A recorded path is a single point, and making the same step again gives other numbers.",
            hint="`theta[:] = ...` and the like write into the arrays that you are given. `theta = ...` makes a new "
            "one.",
            **overwritten,
        ),
        wrong(
            "state-rounded",
            did=f"The new {states} {have} the type of the old (zeros_like, astype).",
            effect="A state that starts as integers, np.zeros(3, dtype=int), loses its fractions at each step.",
            hint=f"The new {states} takes the type of the old one, so an integer state loses its fractions. Let "
            "NumPy choose the type: the formula alone gives floats.",
            **{stage: change for stage, change in rounded.items() if stage != "theta_new"},
        ),
        wrong(
            "all-rounded",
            did=f"theta and {states} take the type of the old ones (zeros_like, astype).",
            effect="Integers stay integers: fractions of every step are lost.",
            hint="The new arrays take the type of the old ones (zeros_like, astype), so integers stay integers. Let "
            "NumPy choose the type: the formula alone gives floats.",
            **rounded,
        ),
        wrong(
            "own-state",
            did=f"{states} {are} kept in a global or an attribute; what is passed is ignored.",
            effect="The first run is right; a second run, or a second layer, starts with what the first one left.",
            hint=f"You keep {states} in a variable of your own and ignore what is passed. Use the state that you are "
            "given, and return the new one.",
            **kept,
        ),
    ]
    return tuple(found)


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
