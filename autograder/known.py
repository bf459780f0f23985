"""The known mistakes of an exercise as functions: which of them, or which two together, give a learner's numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache, cached_property
from itertools import combinations
from typing import Any

import numpy as np

from autograder.catalogue.anatomy import Wrong
from autograder.exercises.exercise import Exercise
from course import calls
from course.calls import Answers, Plain, Value
from course.diagnosis import Fit
from course.diagnosis.evidence import NUMBERS, Evidence
from course.diagnosis.fingerprints import COLUMNS, SUMS, encoded, fingerprint, kinds, tolerated
from course.verdict import Key, Mistake

MOST = 400  # pairs that are asked of one submission's exercise: with early ends, less than 0.1 s
OTHERS = 3  # fresh keys on which explanations of the same numbers must agree before one is named


class KnownFunctions:
    """The mistakes of one exercise, each a function of ours that can be asked anything."""

    def __init__(self, exercise: Exercise) -> None:
        self.exercise = exercise

    @cached_property
    def mistakes(self) -> list[Mistake]:
        """The catalogue."""
        prefix = self.exercise.prefix
        return [Mistake(f"{prefix}/{wrong.id}", wrong.hint, wrong.section) for wrong in self.exercise.mistakes]

    @cached_property
    def pairs(self) -> list[tuple[int, int]]:
        """The pairs of mistakes that go together, as places in the catalogue."""
        return [(i, j) for (i, a), (j, b) in combinations(enumerate(self.exercise.mistakes), 2) if together(a, b)]

    def function(self, *places: int) -> Callable[..., Any]:
        """A function that makes one mistake, or two that go together; new each time."""
        one, *others = (self.exercise.mistakes[place] for place in places)
        return composed(one, *others) if others else one.function

    def fits(self, evidence: Evidence, size: int) -> list[Fit]:
        """Those that give the learner's numbers, or all answers if the numbers are right."""
        given = {read.answer: evidence.given(read.answer) for read in evidence.reads}
        right = next(evidence.wrong(NUMBERS), None) is None  # then manners alone are to be explained
        asked: Iterable[tuple[int, ...]] = [(place,) for place in range(len(self.mistakes))]
        if size == 2:
            asked = self._of_manners(evidence) if right else self._likely(evidence)
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
                if not evidence.key.agree(given[answer], theirs):
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
        wrong = [read for read in evidence.firsts() if not key.agree(given[read.answer], key.expected[read.answer])]
        if not wrong:
            return asked
        answer, perform = wrong[0].answer, self._performer(key, evidence.script_of(wrong[:1]))
        return (
            places
            for places in asked
            if any(remembers(self.exercise.mistakes[place]) for place in places)  # all calls before would matter
            or key.agree(given[answer], perform(self.function(*places))[answer])
        )

    def _of_manners(self, evidence: Evidence) -> list[tuple[int, int]]:
        """The pairs of mistakes that leave the numbers right."""
        singles = self._fitting(evidence, evidence.key.expected, [(place,) for place in range(len(self.mistakes))])
        polite = {place for fit in singles for place in fit.mistakes}
        return [pair for pair in self.pairs if polite.issuperset(pair)]

    def _likely(self, evidence: Evidence) -> list[tuple[int, int]]:
        """The pairs worth asking, MOST at most, by an excerpt of the script that each single mistake is asked.

        Where only one of two mistakes shows, the learner's answer should be that mistake's, and where neither shows,
        the right one. It need not be so, as one mistake can hide or wake the other; those with the fewest exceptions
        are asked. A pair that is left out is missed, never misnamed.
        """
        if len(self.pairs) <= MOST:
            return self.pairs
        firsts = evidence.firsts()
        answers = [read.answer for read in firsts]
        perform = self._performer(evidence.key, evidence.script_of(firsts))
        given = [evidence.given(name) for name in answers]
        right = [evidence.key.expected[name] for name in answers]
        size = (len(self.mistakes), len(answers))
        shows, fits = np.zeros(size, dtype=bool), np.zeros(size, dtype=bool)
        for place in range(size[0]):
            if remembers(self.exercise.mistakes[place]):  # an excerpt says nothing of what depends on all calls before
                shows[place], fits[place] = True, True
                continue
            theirs = perform(self.function(place))
            for k, name in enumerate(answers):
                shows[place, k] = not evidence.key.agree(theirs[name], right[k])
                fits[place, k] = evidence.key.agree(given[k], theirs[name])
        one, other = np.array(self.pairs, dtype=int).reshape(-1, 2).T
        same = np.array([evidence.key.agree(g, r) for g, r in zip(given, right, strict=True)])
        alone = np.where(shows[one], fits[one], np.where(shows[other], fits[other], same))
        odd = ~(alone | (shows[one] & shows[other]))
        return [self.pairs[k] for k in np.argsort(odd.sum(axis=1), kind="stable")[:MOST]]

    def _performer(self, key: Key, script: list[Plain]) -> Callable[..., Answers]:
        """Performs a script of the key on one function after the other."""
        oracles = {name: calls.oracle(spec) for name, spec in key.oracles.items()}

        def perform(function: Callable[..., Any], enough: Callable[[str, Value], bool] | None = None) -> Answers:
            return calls.perform(script, {self.exercise.name: function}, oracles, enough, self.exercise.ways)

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
            if not all(key.agree(first[name], other[name]) for other in rest for name in asked):
                return False
        return True

    def in_numbers(self, key: Key, other: Key) -> Plain:
        """The mistakes and their pairs as fingerprints, for `course.diagnosis.fingerprints.KnownNumbers`.

        Of the pairs those of mistakes that change one stage and show in the numbers, if the pair shows otherwise than
        each single mistake: manners are read off directly. Where two fingerprints are the same, their answers to
        `other` tell whether they always are.
        """
        names = kinds(Evidence(key, {}))
        perform = self._performer(key, key.script)

        def row(places: tuple[int, ...]) -> np.ndarray:
            answers = perform(self.function(*places))
            return np.concatenate([fingerprint(answers, group) for group in names])

        rows: dict[tuple[int, ...], np.ndarray] = {(place,): row((place,)) for place in range(len(self.mistakes))}
        known = np.array([fingerprint(key.expected, names[0]), *(sums[:SUMS] for sums in rows.values())])
        tolerance = tolerated(key)

        def new(sums: np.ndarray) -> bool:
            return bool((np.abs(known - sums[:SUMS]) > tolerance).any(axis=1).all())

        atoms = {
            i
            for (i,), s in rows.items()
            if atomic(self.exercise.mistakes[i]) and (np.abs(s[:SUMS] - known[0]) > tolerance).any()
        }
        for pair in self.pairs:
            if atoms.issuperset(pair) and new(sums := row(pair)):
                rows[pair] = sums
        table = np.full((len(rows), COLUMNS), np.nan)
        table[:, : 2 * SUMS] = list(rows.values())
        order = np.argsort(table[:, 0], kind="stable")
        near = np.diff(table[order, 0]) < 4 * tolerance
        perform, names = self._performer(other, other.script), kinds(Evidence(other, {}))
        for i in order[np.append(near, False) | np.append(False, near)]:
            answers = perform(self.function(*list(rows)[i]))
            table[i, 2 * SUMS :] = [fingerprint(answers, group)[0] for group in names]
        return encoded(list(rows), table, tolerance)


known_functions = cache(KnownFunctions)  # of an exercise, made once: its pairs are thousands


def together(one: Wrong, other: Wrong) -> bool:
    """Whether both mistakes can be made at once: they change different stages, and not both what is returned."""
    return (
        one.anatomy is other.anatomy
        and not one.replaced.keys() & other.replaced.keys()
        and not one.defaults.keys() & other.defaults.keys()
        and (one.returns is None or other.returns is None)
    )


def composed(one: Wrong, other: Wrong) -> Callable[..., Any]:
    """The rule with both mistakes in it."""
    returns = one.returns if one.returns is not None else other.returns
    return one.anatomy.variant(returns, {**one.defaults, **other.defaults}, **{**one.replaced, **other.replaced})


def atomic(wrong: Wrong) -> bool:
    """Whether a mistake changes a single stage and nothing else."""
    return len(wrong.replaced) == 1 and wrong.returns is None and not wrong.defaults


def remembers(wrong: Wrong) -> bool:
    """Whether a mistake keeps something between calls, so that its answers depend on what was asked before."""
    return any("kept" in stage.__code__.co_names for stage in wrong.replaced.values() if hasattr(stage, "__code__"))
