"""The known mistakes of an exercise as functions: which of them, or which two together, give a learner's numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from typing import Any

import numpy as np

from autograder.exercises.exercise import Exercise
from autograder.exercises.variants import Wrong, atomic, composed, together
from course.judging import scripts
from course.judging.diagnosis import Fit
from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.fingerprints import COLUMNS, SUMS, encoded, fingerprint, kinds, tolerated
from course.judging.scripts import NUMBERS, Answers, Operation, Plain, Value
from course.judging.verdict import Key, Mistake, Rungs

MOST = 400  # pairs that are asked of one submission's exercise: with early ends, less than 0.1 s
OTHERS = 3  # fresh keys on which explanations of the same numbers must agree before one is named


@dataclass(frozen=True)
class Excerpt:
    """What one mistake answers to a few questions. shows: where it differs from what is right; fits: where it is what
    the learner answered."""

    shows: np.ndarray
    fits: np.ndarray


class KnownFunctions:
    """The mistakes of one exercise, each a function of ours that can be asked anything."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """The catalogue."""
        return [self._mistake(wrong) for wrong in self.exercise.mistakes]

    def _mistake(self, wrong: Wrong) -> Mistake:
        rungs = wrong.rungs(self.exercise.questions)
        hint = str(wrong.hint) if isinstance(wrong.hint, Rungs) else wrong.hint
        id = f"{self.exercise.prefix}/{wrong.id}"
        return Mistake(
            id, hint, wrong.section, wrong.part, rungs.observation, rungs.question, rungs.formula, wrong.bare
        )

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of mistakes that go together and change one stage each, as places in the catalogue: those that the
        check in the notebook holds, so that both say the same."""
        single = [(place, wrong) for place, wrong in enumerate(self.exercise.mistakes) if atomic(wrong)]
        return [(i, j) for (i, a), (j, b) in combinations(single, 2) if together(a, b)]

    def function(self, *places: int) -> Callable[..., Any]:
        """A function that makes one mistake, or two that go together; new each time."""
        one, *others = (self.exercise.mistakes[place] for place in places)
        return composed(one, *others) if others else one.function

    def fits(self, evidence: Evidence, size: int) -> list[Fit]:
        """Those that give the learner's numbers, or all answers if the numbers are right."""
        given = {read.answer: evidence.given(read.answer) for read in evidence.reads}
        right = evidence.numbers_right  # then manners alone are to be explained
        asked: Iterable[tuple[int, ...]] = [(place,) for place in range(len(self.mistakes))]
        if size == 2:
            asked = [] if right else self._likely(evidence)  # manners are read off directly
        found = self._fitting(evidence, given, asked)
        return [fit for fit in found if fit.exact or not right]

    def _fitting(self, evidence: Evidence, given: dict[str, Value], asked: Iterable[tuple[int, ...]]) -> list[Fit]:
        """Those of the asked that give the given numbers. Each is asked only until it gives another one."""
        kind_of = {read.answer: read.kind for read in evidence.reads}
        asked = self._promising(evidence, given, asked)
        perform = self._performer(evidence.key, evidence.key.script)
        found = []
        for places in asked:
            numbers = exact = True

            def differs(answer: str, theirs: Value) -> bool:
                nonlocal numbers, exact
                if not evidence.key.agree(given[answer], theirs, answer):
                    exact = False
                    numbers = numbers and kind_of[answer] != NUMBERS
                return not numbers

            perform(self.function(*places), differs)
            if numbers:
                found.append(Fit(places, exact))
        return found

    def _promising(
        self, evidence: Evidence, given: dict[str, Value], asked: Iterable[tuple[int, ...]]
    ) -> Iterable[tuple[int, ...]]:
        """Those of the asked that give the given number where the first one is wrong: one call tells most apart."""
        key = evidence.key
        wrong = [read for read in evidence.firsts() if not evidence.agrees(read.answer)]
        if not wrong:
            return asked
        answer, perform = wrong[0].answer, self._performer(key, evidence.script_of(wrong[:1]))
        return (
            places
            for places in asked
            if any(self.exercise.mistakes[place].remembers for place in places)  # all calls before would matter
            or key.agree(given[answer], perform(self.function(*places))[answer], answer)
        )

    def _likely(self, evidence: Evidence) -> list[tuple[int, int]]:
        """The pairs worth asking, MOST at most, by an excerpt of the script that each single mistake is asked.

        Where only one of two mistakes shows, the learner's answer should be that mistake's, and where neither shows,
        the right one. It need not be so, as one mistake can hide or wake the other; those with the fewest exceptions
        are asked. A pair that is left out is missed, never misnamed.
        """
        if len(self.pairs) <= MOST:
            return self.pairs
        singles = self._excerpts(evidence)
        firsts = [read.answer for read in evidence.firsts()]
        right = np.array([evidence.agrees(name) for name in firsts])

        def exceptions(pair: tuple[int, int]) -> int:
            one, other = singles[pair[0]], singles[pair[1]]
            alone = np.where(one.shows, one.fits, np.where(other.shows, other.fits, right))
            return int((~alone & ~(one.shows & other.shows)).sum())

        return sorted(self.pairs, key=exceptions)[:MOST]

    def _excerpts(self, evidence: Evidence) -> list[Excerpt]:
        """Of each single mistake, what it shows in the first numbers of each criterion."""
        firsts = evidence.firsts()
        perform = self._performer(evidence.key, evidence.script_of(firsts))
        found = []
        for place, wrong in enumerate(self.exercise.mistakes):
            if wrong.remembers:  # an excerpt says nothing of what depends on all calls before
                found.append(Excerpt(np.ones(len(firsts), dtype=bool), np.ones(len(firsts), dtype=bool)))
                continue
            theirs, agree = perform(self.function(place)), evidence.key.agree
            names = [read.answer for read in firsts]
            shows = [not agree(theirs[name], evidence.key.expected[name], name) for name in names]
            fits = [agree(evidence.given(name), theirs[name], name) for name in names]
            found.append(Excerpt(np.array(shows), np.array(fits)))
        return found

    def _performer(self, key: Key, script: list[Operation]) -> Callable[..., Answers]:
        """Performs a script of the key on one function after the other."""
        oracles = {name: scripts.oracle(spec) for name, spec in key.oracles.items()}

        def perform(function: Callable[..., Any], enough: Callable[[str, Value], bool] | None = None) -> Answers:
            return scripts.perform(script, {self.exercise.name: function}, oracles, enough, self.exercise.ways)

        return perform

    def alike(self, fits: list[Fit]) -> bool:
        """Whether all of them give the same answers to other, fresh keys."""
        rng = np.random.default_rng(list(self.exercise.name.encode()))
        for _ in range(OTHERS):
            key = self.exercise.draw(rng)
            numbers, others = kinds(Evidence(key, {}))
            asked = numbers + (others if all(fit.exact for fit in fits) else [])
            perform = self._performer(key, key.script)
            first, *rest = (perform(self.function(*fit.mistakes)) for fit in fits)
            if not all(key.agree(first[name], other[name], name) for other in rest for name in asked):
                return False
        return True

    def in_numbers(self, key: Key, other: Key) -> Plain:
        """The mistakes and their pairs as fingerprints, for `diagnosis.fingerprints.KnownNumbers`.

        Of the pairs those of mistakes that show in the numbers, if the pair shows otherwise than each single mistake:
        manners are read off directly. Where two fingerprints are the same, their answers to
        `other` tell whether they always are.
        """
        rows = self._fingerprints(key)
        table = np.full((len(rows), COLUMNS), np.nan)
        if rows:
            table[:, : 2 * SUMS] = list(rows.values())
        order = np.argsort(table[:, 0], kind="stable")
        near = np.diff(table[order, 0]) < 4 * tolerated(key)
        perform, names = self._performer(other, other.script), kinds(Evidence(other, {}))
        for i in order[np.append(near, False) | np.append(False, near)] if rows else ():
            answers = perform(self.function(*list(rows)[i]))
            table[i, 2 * SUMS :] = [fingerprint(other, answers, group)[0] for group in names]
        return encoded(list(rows), table, tolerated(key))

    def _fingerprints(self, key: Key) -> dict[tuple[int, ...], np.ndarray]:
        """By mistake or pair: the sums of its numbers, then those of its other answers."""
        names, perform = kinds(Evidence(key, {})), self._performer(key, key.script)

        def sums(*places: int) -> np.ndarray:
            answers = perform(self.function(*places))
            return np.concatenate([fingerprint(key, answers, group) for group in names])

        rows: dict[tuple[int, ...], np.ndarray] = {(i,): sums(i) for i in range(len(self.mistakes))}
        right = fingerprint(key, key.expected, names[0])
        known = np.array([right, *(row[:SUMS] for row in rows.values())])

        def differs(row: np.ndarray, others: np.ndarray) -> bool:
            return bool((np.abs(others - row[:SUMS]) > tolerated(key)).any(axis=1).all())

        single = {i for (i,), row in rows.items() if differs(row, right[None, :])}
        for pair in self.pairs:
            if single.issuperset(pair) and differs(row := sums(*pair), known):
                rows[pair] = row
        return rows


known_functions = cache(KnownFunctions)  # of an exercise, made once: its pairs are thousands
