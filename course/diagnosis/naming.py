"""Why answers are wrong: the known mistake, or the pair of them, that gives the same numbers; else what is sure.

A name is given only to numbers that are explained to the last one. If two explanations give the same numbers here and
different ones elsewhere, neither is named: a wrong name is worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from course.calls import Answers, Failure
from course.diagnosis import ways
from course.diagnosis.evidence import INPUT, INTEGERS, NUMBERS, SHAPE, SHARED, Evidence
from course.diagnosis.findings import findings
from course.diagnosis.manners import manners
from course.verdict import Key, Mistake, Verdict


@dataclass(frozen=True)
class Fit:
    """Known mistakes, by their places in the catalogue, that together give the learner's numbers.

    `exact` if they give all other answers as well: what happens to the inputs, to integers, to other shapes.
    """

    mistakes: tuple[int, ...]
    exact: bool


class Known(Protocol):
    """The known mistakes of one exercise, as the grader holds them (functions) or the notebook (numbers)."""

    @property
    def mistakes(self) -> Sequence[Mistake]:
        """The catalogue."""

    def fits(self, evidence: Evidence, size: int) -> list[Fit]:
        """The single mistakes (size 1) or the pairs (size 2) that give the learner's numbers; if these are right, those
        that give all other answers too."""

    def alike(self, fits: list[Fit]) -> bool:
        """Whether all of these give the same answers on other inputs too: all answers if exact, else the numbers."""


@np.errstate(all="ignore")  # a learner may return 1e308, or nothing at all like a number
def diagnosed(verdict: Verdict, key: Key, answers: Answers, known: Known) -> Verdict:
    """The verdict with its diagnosis; as it is if everything is right."""
    if verdict.passed:
        return verdict
    evidence = Evidence(key, answers)
    names, exact = named(evidence, known)
    told = [] if exact else manners(evidence)
    numbers_right = next(evidence.wrong(NUMBERS), None) is None
    if names or numbers_right:  # the numbers are explained; what remains are manners, some of which have a name too
        names = (*names, *(mistake for mistake in told if mistake.id))
        rest = [mistake.hint for mistake in told if not mistake.id]
    else:
        seen = ways.findings if evidence.calls[0].way else findings
        rest = [*seen(evidence), *(mistake.hint for mistake in told if mistake.id)]
    return replace(verdict, mistakes=names, diagnosis=_words(names, rest))


def named(evidence: Evidence, known: Known) -> tuple[tuple[Mistake, ...], bool]:
    """The smallest set of known mistakes that gives the learner's numbers, and whether it gives all other answers too.

    Nothing if there is none, or if there are several that other inputs would tell apart.
    """
    if not _tells(evidence):
        return (), False
    singles = known.fits(evidence, 1)
    if exact := [fit for fit in singles if fit.exact]:
        return _one_of(exact, known), True
    right = next(evidence.wrong(NUMBERS), None) is None
    silent = all(isinstance(evidence.given(read.answer), Failure) for read in evidence.reads if read.kind == NUMBERS)
    pairs = [] if silent else known.fits(evidence, 2)  # without numbers, any mistake may stand behind the first one
    # A pair that explains the manners on top of the numbers goes on where the single one stops.
    likely = {fit.mistakes[0] for fit in singles}
    possible = pairs if right or not singles else [pair for pair in pairs if likely.intersection(pair.mistakes)]
    if exact := [fit for fit in possible if fit.exact]:
        return _one_of(exact, known), True
    return () if right else _one_of(singles or pairs, known), False


def _tells(evidence: Evidence) -> bool:
    """Whether something wrong was answered: exceptions alone say too little to tell one mistake from another."""
    for kind in (NUMBERS, INPUT, SHARED, INTEGERS, SHAPE):
        for _, given, _ in evidence.wrong(kind):
            if not isinstance(given, Failure) or given.reason.startswith("returned"):
                return True
    return False


def _one_of(fits: list[Fit], known: Known) -> tuple[Mistake, ...]:
    if not fits or (len(fits) > 1 and not known.alike(fits)):
        return ()
    return tuple(known.mistakes[i] for i in fits[0].mistakes)


def _words(names: tuple[Mistake, ...], rest: list[str]) -> str:
    if len(names) == 2:
        told = [f"Two things at once. {names[0].hint} And: {names[1].hint}"]
    else:
        told = [" And: ".join(mistake.hint for mistake in names)] if names else []
    return " ".join([*told, *(["Also:"] if names and rest else []), *rest])
