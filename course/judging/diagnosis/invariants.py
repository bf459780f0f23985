"""What all right results have and the learner's have not: no negative entry, a sum of 1, symmetry, ones, whole numbers;
and in which of their entries they are right.

Each sentence speaks of the calls that were made; none says that every right result must be so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course.judging.diagnosis.evidence import Evidence, Use
from course.judging.diagnosis.factors import LEAST
from course.judging.diagnosis.several import pairs_of
from course.judging.diagnosis.wording import in_calls, verb
from course.judging.verdict import Rungs

Array = np.ndarray
SLACK = 1e-6  # beside the tolerance of the answer


@dataclass(frozen=True)
class Property:
    """has: whether an array has it, within a slack; of those that fit, others have it anyhow. without: what is said of
    the learner's, `{your}`, `{are}` and `{have}` to be filled in; asks: the question."""

    fits: Callable[[Array], bool]
    has: Callable[[Array, float], bool]
    without: str
    asks: str


def _square(array: Array) -> bool:
    return array.ndim == 2 and array.shape[0] == array.shape[1] > 1


PROPERTIES = (
    Property(
        _square,
        lambda a, slack: bool(np.allclose(a, a.T, rtol=1e-9, atol=slack)),
        "{your} {are} not symmetric",
        "Which two numbers meet in entry (i, j), and are they the same ones as in entry (j, i)?",
    ),
    Property(
        _square,
        lambda a, slack: bool((np.abs(np.diag(a) - 1) <= slack).all()),
        "the diagonal of {your} is not 1",
        "By what must an entry of the diagonal be divided to become 1?",
    ),
    Property(
        lambda a: a.ndim == 1 and a.size > 1,
        lambda a, slack: abs(float(a.sum()) - 1) <= slack * a.size,
        "the sum of {your} is not 1",
        "Which line makes the sum 1?",
    ),
    Property(
        lambda a: a.size > 1,
        lambda a, slack: bool((a >= -slack).all()),
        "{your} {have} negative entries",
        "Which line keeps the entries from being negative?",
    ),
    Property(
        lambda a: a.ndim == 1 and a.size > 1,
        lambda a, slack: np.count_nonzero(np.abs(a) > slack) != 1,
        "all entries of {your} but one are 0",
        "Which goal puts everything into one entry: is it the one that is asked, and has it the right sign?",
    ),
    Property(
        lambda a: a.size == 1,
        lambda a, slack: bool((a == np.round(a)).all()),
        "{your} {are} not a whole number",
        "Which line makes a number that is not whole?",
    ),
)


def missing(evidence: Evidence, uses: list[Use], name: str) -> Rungs | None:
    """The first property that all expected results have, and that the learner's have not in some calls."""
    pairs = [(g, w, a) for g, w, a in pairs_of(uses, name) if isinstance(g, np.ndarray) and g.shape == w.shape]
    words = {"your": f"your {name}", "are": verb([name], "is", "are"), "have": verb([name], "has", "have")}
    for found in PROPERTIES:
        those = [(given, wanted, evidence.key.tolerance(answer)[1]) for given, wanted, answer in pairs]
        those = [(given, wanted, atol) for given, wanted, atol in those if found.fits(wanted)]
        if len(those) < LEAST or not all(found.has(wanted, SLACK) for _, wanted, _ in those):
            continue
        count = sum(np.isfinite(given).all() and not found.has(given, SLACK + atol) for given, _, atol in those)
        if count:
            where, right = in_calls(count, len(those)), verb([name], "the right one", "the right ones")
            said = f"{where[0].upper()}{where[1:]} {found.without.format(**words)}; with {right} that never happens."
            return Rungs(said, found.asks)
    return None


def in_places(evidence: Evidence, uses: list[Use], name: str) -> Rungs | None:
    """In which of their entries results are right: where they should be positive, on the diagonal."""
    pairs = [(g, w, a) for g, w, a in pairs_of(uses, name) if isinstance(g, np.ndarray) and g.shape == w.shape]
    if len(pairs) < LEAST or len(pairs) < len(pairs_of(uses, name)):
        return None
    right = np.concatenate([_right(evidence, *pair).ravel() for pair in pairs])
    below = np.concatenate([(wanted < 0).ravel() for _, wanted, _ in pairs])
    if not right.all() and not right[below].any() and right[~below].all():
        said = (
            f"Your {name} {verb([name], 'is', 'are')} wrong wherever it should be negative, and right everywhere else."
        )
        return Rungs(
            said.replace("it should", verb([name], "it should", "they should")),
            "Which line cuts it off, or takes its size alone?",
        )
    square = [pair for pair in pairs if _square(pair[1])]
    if len(square) >= LEAST:
        diagonal = [np.diag(_right(evidence, *pair)) for pair in square]
        others = [_right(evidence, *pair)[~np.eye(len(pair[1]), dtype=bool)] for pair in square]
        if np.concatenate(diagonal).all() and not any(other.all() for other in others):
            said = f"Your {name} {verb([name], 'is', 'are')} right on the diagonal, and not off it."
            return Rungs(said, "Which two numbers meet in entry (i, j), where i and j differ?")
    return None


def _right(evidence: Evidence, given: Array, wanted: Array, answer: str) -> Array:
    rtol, atol = evidence.key.tolerance(answer)
    return np.isclose(given, wanted, rtol=rtol, atol=atol, equal_nan=True)
