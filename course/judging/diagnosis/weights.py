"""A result as a weighted sum of what the function was given: which weights are right, and by what the others are off.

New states are such sums (v = gamma v + eta g), so the weights can be solved for from the numbers of one call, and
compared with those of the right result over all calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress

import numpy as np

from course.judging.diagnosis.factors import CLOSE, LEAST, Case, expression

Array = np.ndarray

RIGHT, WRONG = "has the right weight", "has a wrong weight"


def weights(
    name: str, cases: Sequence[Case], parts: Sequence[str], point: str = "", old: Sequence[str] = ()
) -> str | None:
    """A sentence such as "In your v, the old v has the right weight and grad has the right weight times 0.2", or None.

    parts: names of the arrays that may enter, "grad^2" for the square of grad; `point` is the one that the rule moves,
    `old` are those that it replaces. Told only if the learner's and the right numbers are such sums in every case that
    has more numbers than weights and arrays that are no sums of each other, and one of the weights is right or off by a
    factor that can be told.
    """
    told = [c for c in cases if c.learner.size > len(parts) and _independent([_part(c, part) for part in parts])]
    if len(told) < LEAST:
        return None
    columns = [np.stack([_part(case, part).ravel() for part in parts], axis=1) for case in told]
    mine = [_solved(a, case.learner.ravel()) for a, case in zip(columns, told, strict=True)]
    right = [_solved(a, case.right.ravel()) for a, case in zip(columns, told, strict=True)]
    if any(w is None for w in mine + right):
        return None
    said, sure = [], False
    for i, part in enumerate(parts):
        yours, theirs = np.array([w[i] for w in mine]), np.array([w[i] for w in right])  # type: ignore[index]
        words = _compared(yours, theirs, told)
        if words is None:
            continue
        said.append(f"the old {part} {words}" if part in old else f"{part} {words}")
        # That the point enters as it is, almost every rule has in common; that alone says nothing.
        sure = sure or not (words == WRONG or (words == RIGHT and part == point))
    return f"In {name}, {' and '.join([', '.join(said[:-1]), said[-1]] if said[1:] else said)}." if sure else None


def _compared(yours: Array, right: Array, cases: Sequence[Case]) -> str | None:
    """The learner's weight beside the right one, in words; None if neither is there."""
    if not yours.any():
        return "does not enter" if right.any() else None
    if not right.any():
        return "enters and should not"
    if np.allclose(yours, right, rtol=CLOSE, atol=0):
        return RIGHT
    counts = (yours != 0) | (right != 0)  # where it is lost in rounding, no weight of it can be told
    yours, right, cases = yours[counts], right[counts], list(compress(cases, counts))
    if right.all() and (factor := expression(list(yours / right), cases)):
        return f"{RIGHT} times {factor}"
    fixed = np.allclose(yours, yours[0], rtol=CLOSE, atol=0) and not np.allclose(right, right[0], rtol=CLOSE, atol=0)
    return f"has the weight {yours[0]:.4g} always, and should not" if fixed and len(yours) >= LEAST else WRONG


def _independent(arrays: list[Array]) -> bool:
    """Whether none is zero or a sum of the others, such as arrays of one number are: then the weights are sure."""
    sizes = [np.abs(array).max(initial=0.0) for array in arrays]
    if not np.isfinite(sizes).all() or not all(sizes):
        return False
    columns = np.stack([(array / size).ravel() for array, size in zip(arrays, sizes, strict=True)])
    return int(np.linalg.matrix_rank(columns)) == len(arrays)


def _part(case: Case, part: str) -> Array:
    array = np.asarray(case.given.get(part.removesuffix("^2"), 0.0), dtype=float)
    return array**2 if part.endswith("^2") else array


def _solved(columns: Array, sums: Array) -> Array | None:
    """The weights, exact zeros for those that make no difference; None if the numbers are no such sum."""
    size = np.abs(columns).max(axis=0)
    found = np.linalg.lstsq(columns / size, sums, rcond=None)[0]
    shares = np.abs(columns / size * found)
    rounding = 1e-13 * np.abs(sums).max()  # that of the largest sum is in all of them
    if (np.abs(columns / size @ found - sums) > 1e-9 * shares.sum(axis=1) + rounding).any():
        return None
    found[(shares <= 1e-9 * shares.sum(axis=1, keepdims=True) + rounding).all(axis=0)] = 0.0
    return found / size
