"""Answers in which no rule is at work: zeros, one number for all calls, an argument handed back, nothing but NaN.

Known mistakes agree with such answers by accident, so these are observations of their own. They are told first, and
what else could be said of the numbers follows from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from course.judging.diagnosis.evidence import Evidence, Use
from course.judging.diagnosis.factors import LEAST
from course.judging.diagnosis.wording import listed, verb
from course.judging.scripts import Failure, Value
from course.judging.verdict import POINT, Rungs


@dataclass(frozen=True)
class Degenerate:
    """What was seen. copied: output -> the argument that it is, where every output is one."""

    words: Rungs
    copied: Mapping[str, str]


def degenerate(evidence: Evidence) -> Degenerate | None:
    """What makes every wrong result of every call degenerate; None if some result is not."""
    uses = [use for use in evidence.numbers if use.results]
    if len(uses) < LEAST or any(isinstance(given, Failure) for use in uses for given, _ in use.results.values()):
        return None
    if any(use.call.way for use in uses):
        return _of_ways(uses)
    outputs = list(dict.fromkeys(name for use in uses for name in use.results))
    seen = {name: _of_output(uses, name) for name in outputs}
    if not all(seen.values()):
        return None
    copied = {name: kind[5:] for name, kind in seen.items() if kind.startswith("copy ")}
    return Degenerate(_words(evidence, seen, copied), copied if len(copied) == len(outputs) else {})


def _of_output(uses: list[Use], name: str) -> str:
    """What one result is in every call: "nan", "zero", "copy x", "constant 0.9"; "" if it is nothing of the kind."""
    given = [use.results[name][0] for use in uses if name in use.results]
    arrays = [np.asarray(one) for one in given if not isinstance(one, Failure)]
    if len(arrays) < LEAST:
        return ""
    if all(array.size and np.isnan(array).all() for array in arrays):
        return "nan"
    if not any(array.any() for array in arrays):
        return "zero"
    if parameter := copy_of(uses, name):
        return f"copy {parameter}"
    flat = np.concatenate([array.ravel() for array in arrays])
    return f"constant {flat[0]:.6g}" if flat.size and (flat == flat[0]).all() else ""


def copy_of(uses: list[Use], name: str) -> str:
    """The argument that a result is in every call; "" if it is none."""
    complete = [use for use in uses if name in use.results]
    for parameter in complete[0].call.parameters if complete else ():
        those = [(use.given[parameter], use.results[name][0]) for use in complete if parameter in use.given]
        plain = [(p, g) for p, g in those if isinstance(p, int | float | np.ndarray)]
        if len(plain) >= LEAST and all(_same(p, g) for p, g in plain) and len({repr(p) for p, _ in plain}) > 1:
            return parameter
    return ""


def copies(evidence: Evidence) -> set[str]:
    """The wrong results that are an argument in every call: that they share its memory follows from it."""
    uses = [use for use in evidence.numbers if use.results]
    wrong = {name for use in uses for name, fits in use.fits.items() if not fits}
    return {name for name in wrong if copy_of(uses, name)}


def _same(passed: int | float | np.ndarray, given: Value) -> bool:
    return not isinstance(given, Failure) and np.shape(passed) == given.shape and np.array_equal(passed, given)


def _words(evidence: Evidence, seen: Mapping[str, str], copied: Mapping[str, str]) -> Rungs:
    told = []
    alike: dict[str, list[str]] = {}
    for name, kind in seen.items():
        alike.setdefault(f"{kind} {name}" if name in copied else kind, []).append(name)
    for kind, names in alike.items():
        yours = f"Your {listed(names)} {verb(names, 'is', 'are')}"
        if kind == "nan":
            told.append(f"{yours} NaN in every call.")
        elif kind == "zero":
            told.append(f"{yours} zero in every call, whatever is passed.")
        elif kind.startswith("constant"):
            told.append(f"{yours} {kind.partition(' ')[2]} in every call, whatever is passed.")
        elif copied[names[0]] == names[0]:
            told.append(f"{yours} the {names[0]} that was passed in, unchanged.")
        else:
            told.append(f"{yours} {copied[names[0]]} as it was passed in, whatever the other arguments are.")
    if "nan" in seen.values():
        question = "Which line is the first that has NaN: 0/0, the root of a negative number, infinity minus infinity?"
    elif POINT in evidence.key.roles:
        question = f"Which line should move {verb(list(seen), 'it', 'them')}?"
    else:
        it = verb(list(seen), "it", "them")
        question = f"Which line should make {it} depend on the arguments?"
    return Rungs(" ".join(told), question)


def _of_ways(uses: list[Use]) -> Degenerate | None:
    """Weights that never move, or are NaN from some step on, in all ways of use."""
    rows: list[tuple[Use, list[np.ndarray]]] = []
    for use in uses:
        rows.append((use, [np.asarray(use.results[name][0]) for name in use.call.outputs if name in use.results]))
    if all(_stays(use, row) for use, row in rows):
        said = "Your weights never move: after every step they are what they were at the start."
        return Degenerate(Rungs(said, "Which line gives the variable its new value?"), {})
    if all(np.isnan(row[-1]).all() for _, row in rows if row):
        use, row = rows[0]
        place = next(k for k, array in enumerate(row) if np.isnan(array).all())
        said = f"However it is used it comes to NaN; in the first use your {use.call.outputs[place]} are NaN."
        return Degenerate(Rungs(said, "Where does the first NaN come from: 0/0, or the root of a negative number?"), {})
    return None


def _stays(use: Use, row: list[np.ndarray]) -> bool:
    """Whether all results are the array that the use began with."""
    starts = [x for x in use.given.values() if isinstance(x, np.ndarray) and row and x.shape == row[0].shape]
    return bool(starts) and all(after.shape == starts[0].shape and np.allclose(after, starts[0], 1e-6) for after in row)
