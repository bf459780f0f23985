"""Seal the worked solution of an exercise, so that a right function opens it and nothing else does.

The questions are those of the exercise's own criteria, on draws of their own. All that a criterion expects makes the
key, manners as well: whatever fails by more than a cell has another key. Not used are bounds and lengths alone, which
many answers meet, and what a right form of the catalogue answers in another cell.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from autograder.exercises.exercise import Exercise
from course.judging import scripts
from course.judging.scripts import NUMBERS, Answers, Call, Failure, Put, Read
from course.judging.sealed import Questions, Sealed, locked
from course.judging.verdict import LENGTH, Key

Array = np.ndarray

# A cell is at least so many tolerances wide, and only numbers from its middle half are used: what agrees within the
# tolerance stays in it by a factor of 16. Of WIDTHS up to twice as wide, that with the most numbers there is taken.
TOLERANCES, MIDDLE, WIDTHS = 64.0, 0.25, 8
MOST = 64  # numbers of one answer that are used
ENOUGH = 128  # bits; beyond what anybody can try
ROUNDS = 8  # draws to come to so many


@dataclass(frozen=True, eq=False)
class _Asked:
    """One draw: its key, the questions, and about how many bits whoever does not know the rule has to guess."""

    key: Key
    questions: Questions
    bits: float


def sealed(exercise: Exercise, text: str, salt: str, draw: Callable[[int], np.random.Generator], known: Key) -> Sealed:
    """Seal a text with what right forms of an exercise answer.

    draw: the random numbers of each round. known: the key that is shipped, whose answers everybody can read.
    ValueError if the answers of the exercise cannot carry a key, in words that follow its name.
    """
    rounds: list[_Asked] = []
    while sum(asked.bits for asked in rounds) < ENOUGH:
        if len(rounds) == ROUNDS:
            bits = sum(asked.bits for asked in rounds)
            raise ValueError(
                f"cannot carry a key: in {ROUNDS} draws its answers come to {bits:.0f} bits, {ENOUGH} are asked for"
            )
        rounds.append(_asked(exercise, draw(len(rounds)), known))
    cells = [asked.questions.cells(asked.key.expected) for asked in rounds]
    return Sealed(salt, tuple(asked.questions for asked in rounds), locked(text, list(filter(None, cells)), salt))


def _asked(exercise: Exercise, rng: np.random.Generator, known: Key) -> _Asked:
    key = replace(exercise, further=None).draw(rng)
    forms = [exercise.answers_of(function, key) for function in exercise.equivalents.values()]
    used = {}
    for name in _determined(key):
        numbers = np.asarray(key.expected[name], dtype=float).ravel()
        found = [(w, _in_the_middle(numbers, w)) for w in _widths(numbers, *key.tolerance(name))]
        width, middle = max(found, key=lambda pair: len(pair[1]))
        if places := [place for place in middle if _alike(numbers, name, place, width, forms)]:
            used[name] = (width, places[:MOST])
    questions = Questions(key.script, key.oracles, used)
    return _Asked(key, questions, sum(_bits(key, questions, known)))


def _determined(key: Key) -> Iterator[str]:
    """The answers whose numbers a criterion determines."""
    seen = set()
    for expectation in (e for criterion in key.criteria for e in criterion.expectations):
        wanted = key.expected[expectation.answer]
        if (
            expectation.bounded
            or expectation.part == LENGTH
            or isinstance(wanted, Failure)
            or expectation.answer in seen
        ):
            continue
        seen.add(expectation.answer)
        yield expectation.answer


def _widths(numbers: Array, rtol: float, atol: float) -> list[float]:
    """Widths that the cells may have: 1 for whole numbers, if the tolerance is so small."""
    finite = np.abs(numbers[np.isfinite(numbers)])
    least = TOLERANCES * (atol + rtol * float(finite.max(initial=0.0)))
    if least <= 1.0 and (finite == np.rint(finite)).all():
        return [1.0]
    return [least * 2 ** (n / WIDTHS) for n in range(WIDTHS)]


def _in_the_middle(numbers: Array, width: float) -> list[int]:
    """The places of the numbers that lie in the middle half of their cells."""
    with np.errstate(invalid="ignore"):
        places = np.abs(numbers / width - np.rint(numbers / width)) <= MIDDLE
    return [int(place) for place in np.flatnonzero(places)]


def _alike(numbers: Array, name: str, place: int, width: float, forms: Iterable[Answers]) -> bool:
    """Whether all right forms answer in the cell of the reference."""
    for answers in forms:
        given = answers[name]
        if isinstance(given, Failure) or given.size != numbers.size:
            return False
        if np.rint(given.ravel()[place] / width) != np.rint(numbers[place] / width):
            return False
    return True


def _bits(key: Key, questions: Questions, known: Key) -> Iterator[float]:
    """About how many bits each number of a result holds for somebody who can read all that is shipped and knows how
    large results are, but not the rule.

    Not counted are manners, numbers that stand among the inputs, twice among the answers, or in the same place in the
    key that is shipped. A bit is taken off each number for the choice of those in the middle, and those for the choice
    of a width off each answer.
    """
    reads = {op.answer: op for op in key.script if isinstance(op, Read)}
    seen = set(_inputs(key))
    for name, (width, places) in questions.used.items():
        if name not in reads or reads[name].kind != NUMBERS:
            continue
        numbers = np.asarray(key.expected[name], dtype=float).ravel()
        shipped = known.expected.get(name)
        whole = bool((numbers[places] == np.rint(numbers[places])).all())
        size = float(np.abs(numbers[places]).max() / width)
        if not whole:
            yield -math.log2(WIDTHS)
        for place in places:
            number = float(numbers[place])
            if _stands(shipped, place, number, width):
                continue
            if whole:
                yield math.log2(size + 1)
            elif number not in seen and -number not in seen:
                seen.add(number)
                yield max(0.0, math.log2(size + 1) - 1)


def _inputs(key: Key) -> Iterator[float]:
    """The numbers that stand in the script."""
    for op in key.script:
        if isinstance(op, Put):
            yield from map(float, op.value.ravel())
        elif isinstance(op, Call):
            yield from (float(arg) for arg in op.args if isinstance(arg, int | float))


def _stands(shipped: Any, place: int, number: float, width: float) -> bool:
    """Whether a number stands in the same place in an answer that is shipped."""
    if not isinstance(shipped, np.ndarray) or shipped.size <= place:
        return False
    return bool(abs(float(shipped.ravel()[place]) - number) < width / 2)


def opened_by(function: Callable[..., Any], exercise: Exercise, seal: Sealed) -> str:
    """What a function of ours, run here, opens; empty if nothing."""

    def ask(questions: Questions) -> Answers:
        oracles = {name: scripts.oracle(spec) for name, spec in questions.oracles.items()}
        return scripts.perform(questions.script, {exercise.name: function}, oracles, ways=exercise.ways)

    return seal.opened(ask)
