"""What a function does besides computing: to its inputs, to shared memory, to integers, to other shapes.

Each finding is read off directly (an input holds other numbers afterwards), so its name is sure whatever the formula.
"""

from __future__ import annotations

import numpy as np

from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.several import listed
from course.judging.scripts import INPUT, INTEGERS, SHAPE, SHARED, Failure, Value
from course.judging.verdict import POINT, Key, Mistake

IN_PLACE, SHARED_MEMORY = "manners/in-place", "manners/shared"


def manners(evidence: Evidence) -> list[Mistake]:
    """What is wrong with the manners, each with an id where it is a known habit, without one where it is only seen."""
    key, section = evidence.key, evidence.key.lecture
    found = []
    changed = [read.name for read, given, _ in evidence.wrong(INPUT) if not isinstance(given, Failure)]
    if changed:
        arrays, new = ("array", "a new one") if len(set(changed)) == 1 else ("arrays", "new ones")
        hint = f"Your function changes the {arrays} that it is given as {_listed(changed)}. Compute {new}."
        found.append(Mistake(IN_PLACE, " ".join([hint, *written(evidence)]), section))
    shared = [name for name, _, _ in evidence.unlike_itself(SHARED)]
    if shared and not changed:
        does = "shares its" if len(set(shared)) == 1 else "share their"
        hint = f"Your {_listed(shared)} {does} memory with an input or another result. Return new arrays, `x.copy()`."
        found.append(Mistake(SHARED_MEMORY, hint, section))
    whole = [w for w in evidence.unlike_itself(INTEGERS) if not _follows(key, w, changed)]
    if whole and all(not isinstance(g, Failure) and key.agree(g.astype(float), np.trunc(w)) for _, g, w in whole):
        names = [name for name, _, _ in whole]
        lose, are = ("loses", "it is") if len(set(names)) == 1 else ("lose", "they are")
        hint = (
            f"With integer arrays your {_listed(names)} {lose} what comes after the point: {are} written into an "
            "integer array. Begin with `x = np.asarray(x, dtype=float)`."
        )
        found.append(Mistake("manners/whole-numbers", hint, section))
    elif whole:
        found.append(Mistake("", f"With integer arrays {_seen(whole, 'as floats')}.", section))
    if shaped := evidence.unlike_itself(SHAPE):
        arrays = "parameters" if POINT in key.roles else "arrays"
        (_, _, wanted), *_ = shaped
        alike = [answer for answer in shaped if answer[2].shape == wanted.shape]
        found.append(Mistake("", f"With {arrays} of shape {wanted.shape} {_seen(alike, 'in a row')}.", section))
    return found


def written(evidence: Evidence) -> list[str]:
    """Which lines write into the arrays that were seen to be changed, as far as the code shows it."""
    changed = {read.name for read, given, _ in evidence.wrong(INPUT) if not isinstance(given, Failure)}
    writes = [write for write in (evidence.code.writes() if evidence.code else []) if write.parameter in changed]
    said = []
    for write in list({write.parameter: write for write in reversed(writes)}.values())[::-1]:
        line = f"Line {write.line.number}, `{write.line.text}`, writes into {write.parameter}"
        if write.alias and write.named:
            alias = f"line {write.named.number}, `{write.named.text}`, only gives it another name"
            said.append(f"{line}: {alias}. `{write.parameter}.copy()` would be a new array.")
        else:
            said.append(f"{line}.")
    return said


def _follows(key: Key, answer: tuple[str, Value, np.ndarray], changed: list[str]) -> bool:
    """Whether an odd answer to integers is what writing into the integer inputs leads to."""
    name, given, wanted = answer
    if isinstance(given, Failure):
        return bool(changed) and "UFunc" in given.kind
    return name in changed and key.agree(given.astype(float), np.trunc(wanted))


def _seen(answers: list[tuple[str, Value, np.ndarray]], otherwise: str) -> str:
    for name, given, wanted in answers:
        if isinstance(given, Failure):
            return f"it {given.reason.rstrip('.')}"
        if given.shape != wanted.shape:
            return f"your {name} has the shape {given.shape} instead of {wanted.shape}"
    names = [name for name, _, _ in answers]
    are = "is" if len(set(names)) == 1 else "are"
    return f"your {_listed(names)} {are} not what the same numbers give {otherwise}"


def _listed(names: list[str]) -> str:
    return listed(list(dict.fromkeys(names)))
