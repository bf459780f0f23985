"""The known mistakes as numbers: what the check in the notebook holds instead of functions.

A fingerprint is a few weighted sums over all answers to one script, so that thousands of explanations take little
room: two sets of answers agree if, and as good as only if, their fingerprints do.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.naming import Fit
from course.judging.scripts import NOT_ANSWERED, NUMBERS, Answers, Failure, Plain
from course.judging.verdict import ATOL, RTOL, Key, Mistake

Array = np.ndarray

SUMS = 2
SMALLEST, LARGEST = 1e-300, 1e300  # for no tolerance at all near zero, and for infinity
# A number counts by how many of its own tolerances lie between zero and it, so that answers which are known less
# exactly count less; in units in which the usual tolerance is the key's rtol. In double precision forms that are equal
# on paper differ by 1e-11 in these sums, mistakes by 1e-6 and more; tests/judging measures both. So sums are told apart
# at ten tolerances, 1e-8.
LOOSER = 10
COLUMNS = 2 * SUMS + 2  # sums of the numbers, sums of all else, and the first of each for other inputs


def fingerprint(key: Key, answers: Answers, names: Iterable[str]) -> Array:
    """The sums, shape (SUMS,), of the answers with these names."""
    numbers: list[float] = []
    runs: list[tuple[int, float, float]] = []  # so many numbers with this rtol and this atol

    def add(more: list[float] | list[int], rtol: float = RTOL, atol: float = ATOL) -> None:
        numbers.extend(more)
        runs.append((len(more), rtol, atol))

    for name in names:
        answer = answers.get(name, NOT_ANSWERED)
        if isinstance(answer, Failure):
            add([_word("failed" if key.failures_alike else answer.kind)])
        elif name not in key.bounded or not key.keeps(name, answer):  # between its bounds a number may be any
            add([answer.ndim, *answer.shape])
            add(answer.ravel().tolist(), *key.tolerance(name))
    counts, rtol, atol = np.array(runs, dtype=float).reshape(-1, 3).T
    bent = _tolerances(np.array(numbers, dtype=float), *np.repeat([rtol, atol], counts.astype(int), axis=1))
    places = np.arange(1, bent.size + 1)
    # The fractional parts of multiples of an irrational number are spread evenly and the same on every machine.
    return np.array([np.sum((1 + places * np.sqrt(k) % 1) * bent) for k in (2, 3)]) * _unit(key)


@np.errstate(divide="ignore", invalid="ignore")  # of zero and NaN
def _tolerances(x: Array, rtol: Array, atol: Array) -> Array:
    """How many tolerances, atol + rtol |x|, lie between zero and each number, with its sign: log(1 + |x| rtol / atol) /
    rtol."""
    rtol = np.maximum(rtol, RTOL)
    ratio = np.log(np.minimum(np.abs(x), LARGEST)) + np.log(rtol) - np.log(np.maximum(atol, SMALLEST))
    return np.where(np.isnan(x), -1 / rtol, np.sign(x) * np.logaddexp(0.0, ratio) / rtol)


def _word(text: str) -> float:
    """A failure as a number, unlike those that an answer holds."""
    return 1e9 + zlib.crc32(text.encode())


def _unit(key: Key) -> float:
    return max(key.rtol, RTOL)


def kinds(evidence: Evidence) -> tuple[list[str], list[str]]:
    """The names of the answers that are numbers, and of all others."""
    return (
        [read.answer for read in evidence.reads if read.kind == NUMBERS],
        [read.answer for read in evidence.reads if read.kind != NUMBERS],
    )


def tolerated(key: Key) -> float:
    """How far the sums of equal answers to this key may lie apart."""
    return LOOSER * _unit(key)


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
        right = evidence.numbers_right
        numbers, others = (fingerprint(evidence.key, evidence.answers, names) for names in kinds(evidence))
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
