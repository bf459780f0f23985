"""Why answers are wrong: the known mistake, or the pair of them, that gives the same numbers; else what is sure.

A name is given only to numbers that are explained to the last one. If two explanations give the same numbers here and
different ones elsewhere, neither is named: a wrong name is worse than none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from course.judging.diagnosis import uses
from course.judging.diagnosis.degenerate import degenerate
from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.facts import defaults, facts, hinted, unused
from course.judging.diagnosis.findings import NOTHING, findings
from course.judging.diagnosis.following import followed, wrong_in_full
from course.judging.diagnosis.manners import IN_PLACE, SHARED_MEMORY, manners, written
from course.judging.diagnosis.messages import Message, joined
from course.judging.diagnosis.messages import told as told_by
from course.judging.scripts import BOUNDED, INPUT, INTEGERS, NUMBERS, SHAPE, SHARED, Answers, Failure
from course.judging.verdict import Key, Mistake, Rungs, Verdict

TIGHT = 1e-4  # a tolerance above which pairs have no name
# A hint says what is so where the other mistake is not made, so a pair is told by what belongs in both places.
PAIR = "Two known mistakes at once give these numbers."


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
def diagnosed(
    verdict: Verdict, key: Key, answers: Answers, known: Known, messages: Sequence[Message] = (), source: str = ""
) -> Verdict:
    """The verdict with its diagnosis; as it is if everything is right.

    messages: those of the TP for this exercise. source: the text of the cell that defines what was asked; "" if it is
    not at hand: then nothing is said of the code.
    """
    if verdict.passed:
        return verdict
    evidence = Evidence(key, answers, source)
    verdict = replace(verdict, criteria=followed(verdict.criteria, evidence))
    empty = degenerate(evidence)
    names, exact = named(evidence, known)
    if empty and not (len(names) == 1 and (empty.copied or names[0].bare)):
        names, exact = (), False
    told = [] if exact else manners(evidence)
    if names or (evidence.numbers_right and not evidence.outside):
        # What remains are manners, some of which have a name too.
        if any(mistake.id.endswith(("in-place", "overwritten")) for mistake in names):
            told = [mistake for mistake in told if mistake.id != IN_PLACE]  # said already
        kept = (*names, *(mistake for mistake in told if mistake.id))
        rest = [mistake.hint for mistake in told if not mistake.id]
        lines = [*([] if evidence.numbers_right else unused(evidence)), *(written(evidence) if exact else [])]
        return replace(verdict, mistakes=kept, diagnosis=_words(names, kept, [*lines, *rest], evidence.numbers_right))
    own, found = told_by(messages, evidence), list[Rungs]()
    if empty:
        own = [empty.words, *own]
    elif not defaults(evidence) or wrong_in_full(evidence):  # else the default is all that is wrong
        found = uses.findings(evidence, key.ways) if key.public or key.ways else findings(evidence)
        more = bool(own or facts(evidence)) or any(mistake.id for mistake in told)
        found = [look for look in found if not (more and look == NOTHING)]
    habits = [mistake for mistake in told if mistake.id and not (empty and mistake.id == SHARED_MEMORY)]
    seen = [str(look) for look in own] + facts(evidence) + [f"{look.observation} {look.mend}".strip() for look in found]
    steps = [*own, *hinted(evidence), *found, *(habit.rungs for habit in habits)]
    return replace(verdict, diagnosis=" ".join([*seen, *(habit.hint for habit in habits)]), told=joined(steps))


def named(evidence: Evidence, known: Known) -> tuple[tuple[Mistake, ...], bool]:
    """The smallest set of known mistakes that gives the learner's numbers, and whether it gives all other answers too.

    Four steps, the first that finds something decides: a single mistake that gives every answer; a pair that does; a
    single mistake that gives the numbers; a pair that does. Nothing if there is none, or if there are several that
    other inputs would tell apart.
    """
    if not tells(evidence) or _faint(evidence):
        return (), False
    singles = known.fits(evidence, 1)
    if whole := [fit for fit in singles if fit.exact]:
        return _one_of(whole, known), True
    pairs = [] if _silent(evidence) or _loose(evidence.key) else known.fits(evidence, 2)
    right = evidence.numbers_right
    if singles and not right:  # a pair that explains more goes on where a single mistake stops
        begun = {fit.mistakes[0] for fit in singles}
        whole = [pair for pair in pairs if pair.exact and begun.intersection(pair.mistakes)]
    else:
        whole = [pair for pair in pairs if pair.exact]
    if whole:
        return _one_of(whole, known), True
    return () if right else _one_of(singles or pairs, known), False


def tells(evidence: Evidence) -> bool:
    """Whether something wrong was answered: exceptions alone say too little to tell one mistake from another."""
    for kind in (NUMBERS, INPUT, SHARED, INTEGERS, SHAPE, BOUNDED):
        for _, given, _ in evidence.wrong(kind):
            if not isinstance(given, Failure) or given.reason.startswith("returned"):
                return True
    return False


def _silent(evidence: Evidence) -> bool:
    """Whether there is not one number but zeros: then any mistake may stand behind the first one."""
    numbers = (evidence.given(read.answer) for read in evidence.reads if read.kind == NUMBERS)
    return not any(isinstance(given, np.ndarray) and given.any() for given in numbers)


def _loose(key: Key) -> bool:
    """Whether so much is let pass that two mistakes may be near what a third one gives."""
    return any(rtol > TIGHT or atol > TIGHT for rtol, atol in ((key.rtol, key.atol), *key.tolerances.values()))


def _faint(evidence: Evidence) -> bool:
    """Whether all wrong numbers are so close to zero that they agree with zero, and are not zero: so does what many a
    mistake gives, and nothing tells them apart."""
    zero = True
    for read, given, wanted in evidence.wrong(NUMBERS):
        if isinstance(given, np.ndarray) and isinstance(wanted, np.ndarray):
            rtol, atol = evidence.key.tolerance(read.answer)
            alike = given.shape == wanted.shape
            off = given[~np.isclose(given, wanted, rtol, atol, equal_nan=True)] if alike else given
            if not (np.abs(off) <= atol).all():
                return False
            zero = zero and not off.any()
    return not zero


def _one_of(fits: list[Fit], known: Known) -> tuple[Mistake, ...]:
    if not fits or (len(fits) > 1 and not known.alike(fits)):
        return ()
    return tuple(known.mistakes[i] for i in fits[0].mistakes)


def _words(names: tuple[Mistake, ...], kept: tuple[Mistake, ...], rest: list[str], right: bool) -> str:
    """names: those that explain the numbers; kept: these and what else has a name. right: the numbers are right, so two
    mistakes are two habits, and each is told as if it were alone."""
    told = [mistake.hint for mistake in names]
    if len(names) == 2 and not right:
        told = [" ".join([PAIR, *(mistake.in_pair for mistake in names)])]
    told += [mistake.hint for mistake in kept[len(names) :]]
    return " ".join([*[" And: ".join(told)][: len(told)], *rest])
