"""The known mistakes as numbers: what the check in the notebook holds instead of functions.

A fingerprint is a few weighted sums over all answers to one script, so that thousands of explanations take little
room: two sets of answers agree if, and as good as only if, their fingerprints do.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from course.calls import NOT_ANSWERED, Answers, Failure, Plain
from course.diagnosis.evidence import NUMBERS, Evidence
from course.diagnosis.naming import Fit
from course.verdict import Key, Mistake

Array = np.ndarray

SUMS = 2
SMALL = 1e-6  # below this size numbers count by their differences, above it by their ratios
LARGE = 1e300  # and infinity counts as this
# In double precision forms that are equal on paper differ by 1e-11 in these sums, mistakes by 1e-6 and more;
# tests/course measures both. So sums are told apart at ten times the tolerance of single numbers, 1e-8.
LOOSER = 10
COLUMNS = 2 * SUMS + 2  # sums of the numbers, sums of all else, and the first of each for other inputs


def fingerprint(answers: Answers, names: Iterable[str]) -> Array:
    """The sums, shape (SUMS,), of the answers with these names."""
    parts: list[float] = []
    for name in names:
        answer = answers.get(name, NOT_ANSWERED)
        if isinstance(answer, Failure):
            parts.append(_word(answer.kind))
        else:
            parts += [answer.ndim, *answer.shape, *answer.ravel().tolist()]
    x = np.array(parts, dtype=float)
    bent = np.where(np.isnan(x), -1.0, np.sign(x) * np.log1p(np.minimum(np.abs(x), LARGE) / SMALL))
    places = np.arange(1, x.size + 1)
    # The fractional parts of multiples of an irrational number are spread evenly and the same on every machine.
    return np.array([np.sum((1 + places * np.sqrt(k) % 1) * bent) for k in (2, 3)])


def _word(text: str) -> float:
    """A failure as a number, unlike those that an answer holds."""
    return 1e9 + zlib.crc32(text.encode())


def kinds(evidence: Evidence) -> tuple[list[str], list[str]]:
    """The names of the answers that are numbers, and of all others."""
    return (
        [read.answer for read in evidence.reads if read.kind == NUMBERS],
        [read.answer for read in evidence.reads if read.kind != NUMBERS],
    )


def tolerated(key: Key) -> float:
    """How far the sums of equal answers to this key may lie apart."""
    return LOOSER * key.rtol


def encoded(places: Collection[tuple[int, ...]], table: Array, tolerance: float) -> Plain:
    """Explanations as plain data. places: mistakes of each, by place; table: (explanations, COLUMNS), nan for other
    inputs where no other explanation has the same sums."""
    both = np.array([(p[0], p[-1]) for p in places], dtype="<i2").reshape(-1, 2)
    return {"places": _text(both), "sums": _text(table.astype("<f8")), "tolerance": tolerance}


def _text(array: Array) -> str:
    return base64.b64encode(array.tobytes()).decode()


class KnownNumbers:
    """The mistakes of one exercise as fingerprints; a pair of places that are the same is a single mistake."""

    def __init__(self, mistakes: Sequence[Mistake], data: Plain) -> None:
        self.mistakes = mistakes
        self._places = np.frombuffer(base64.b64decode(data["places"]), dtype="<i2").reshape(-1, 2)
        self._tolerance = float(data["tolerance"])
        self._table = np.frombuffer(base64.b64decode(data["sums"]), dtype="<f8").reshape(-1, COLUMNS)

    def fits(self, evidence: Evidence, size: int) -> list[Fit]:
        """The single mistakes (size 1) or pairs (size 2) with the learner's fingerprint."""
        right = next(evidence.wrong(NUMBERS), None) is None
        numbers, others = (fingerprint(evidence.answers, names) for names in kinds(evidence))
        single = self._places[:, 0] == self._places[:, 1]
        rows = np.flatnonzero((single == (size == 1)) & self._close(self._table[:, :SUMS], numbers))
        exact = self._close(self._table[rows, SUMS : 2 * SUMS], others)
        return [self._fit(int(row), bool(same)) for row, same in zip(rows, exact, strict=True) if same or not right]

    def alike(self, fits: list[Fit]) -> bool:
        """Whether they also agree on the other inputs that were tried when the check was built."""
        columns = slice(2 * SUMS, COLUMNS if all(fit.exact for fit in fits) else 2 * SUMS + 1)
        first, *others = (self._table[self._row(fit), columns] for fit in fits)
        return all(bool(self._close(first[None, :], other)[0]) for other in others)

    def _fit(self, row: int, exact: bool) -> Fit:
        one, other = map(int, self._places[row])
        return Fit((one,) if one == other else (one, other), exact)

    def _row(self, fit: Fit) -> int:
        wanted = (fit.mistakes[0], fit.mistakes[-1])
        return int(np.flatnonzero((self._places == wanted).all(axis=1))[0])

    def _close(self, table: Array, sums: Array) -> Array:
        """Which rows of a table (rows, k) agree with the sums (k,); nan agrees with nothing."""
        return np.asarray((np.abs(table - sums) <= self._tolerance).all(axis=1))
