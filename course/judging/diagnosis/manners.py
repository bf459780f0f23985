"""What a function does besides computing: to its inputs, to shared memory, to integers, to other shapes.

Each finding is read off directly (an input holds other numbers afterwards), so its name is sure whatever the formula.
"""

from __future__ import annotations

import numpy as np

from course.judging.diagnosis.degenerate import copies
from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.wording import listed, verb
from course.judging.scripts import INPUT, INTEGERS, SHAPE, SHARED, Asked, Failure, Read, Value
from course.judging.verdict import POINT, Key, Mistake

Unlike = tuple[Read | Asked, Value, np.ndarray]
IN_PLACE, SHARED_MEMORY = "manners/in-place", "manners/shared"


def manners(evidence: Evidence) -> list[Mistake]:
    """What is wrong with the manners, each with an id where it is a known habit, without one where it is only seen.

    A habit's observation says what was seen, its hint what to change as well.
    """
    key, section = evidence.key, evidence.key.lecture
    found = []
    changed = [read.name for read, given, _ in evidence.wrong(INPUT) if not isinstance(given, Failure)]
    if changed:
        arrays, new = ("array", "a new one") if len(set(changed)) == 1 else ("arrays", "new ones")
        seen = f"Your function changes the {arrays} that it is given as {_listed(changed)}."
        hint = " ".join([seen, f"Compute {new}.", *written(evidence)])
        asks = "Which line writes into an array, instead of making a new one?"
        found.append(Mistake(IN_PLACE, hint, section, observation=seen, question=asks))
    shared = [read.name for read, _, _ in evidence.unlike_itself(SHARED)]
    if shared and not changed and not set(shared) <= copies(evidence):
        does = verb(list(dict.fromkeys(shared)), "shares its", "share their")
        seen = f"Your {_listed(shared)} {does} memory with an input or another result."
        asks = "Which of your results is an array that was passed in, or a part of one?"
        hint = f"{seen} Return new arrays, `x.copy()`."
        found.append(Mistake(SHARED_MEMORY, hint, section, observation=seen, question=asks))
    whole = [w for w in evidence.unlike_itself(INTEGERS) if not _follows(key, w, changed)]
    if whole and all(not isinstance(g, Failure) and _cut(key, r, g, w) for r, g, w in whole):
        names = [read.name for read, _, _ in whole]
        lose, are = (verb(list(dict.fromkeys(names)), *words) for words in (("loses", "lose"), ("it is", "they are")))
        seen = (
            f"With integer arrays your {_listed(names)} {lose} what comes after the point: {are} written into an "
            "integer array."
        )
        hint = f"{seen} Begin with `x = np.asarray(x, dtype=float)`."
        asks = "Of which type is the array that you write into?"
        found.append(Mistake("manners/whole-numbers", hint, section, observation=seen, question=asks))
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


def _follows(key: Key, answer: Unlike, changed: list[str]) -> bool:
    """Whether an odd answer to integers is what writing into the integer inputs leads to."""
    read, given, wanted = answer
    if isinstance(given, Failure):
        return bool(changed) and "UFunc" in given.kind
    return read.name in changed and _cut(key, read, given, wanted)


def _cut(key: Key, read: Read | Asked, given: np.ndarray, wanted: np.ndarray) -> bool:
    """Whether an answer is the wanted one without what comes after the point."""
    return key.agree(given.astype(float), np.trunc(wanted), read.answer)


def _seen(answers: list[Unlike], otherwise: str) -> str:
    for read, given, wanted in answers:
        if isinstance(given, Failure):
            return f"it {given.reason.rstrip('.')}"
        if given.shape != wanted.shape:
            return (
                f"your {read.name} {verb([read.name], 'has', 'have')} the shape {given.shape} instead of {wanted.shape}"
            )
    names = [read.name for read, _, _ in answers]
    are = verb(list(dict.fromkeys(names)), "is", "are")
    return f"your {_listed(names)} {are} not what the same numbers give {otherwise}"


def _listed(names: list[str]) -> str:
    return listed(list(dict.fromkeys(names)))
