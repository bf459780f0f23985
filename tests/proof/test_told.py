"""What is said of wrong answers: no untrue word about code, whoever wrote it, and something useful nearly always."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

import numpy as np
import pytest

from autograder.exercises.exercise import Exercise
from autograder.exercises.known import KnownFunctions
from autograder.proof.mutants import source_of
from autograder.proof.told import NAMED, OBSERVED, VAGUELY, Told, contradicted, generated, shares
from course.judging.diagnosis import Fit, diagnosed
from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.naming import PAIR
from course.judging.verdict import Key, Mistake, Verdict, judge
from tests.shared import EXERCISES, TP, fresh_seeds

ALL = {exercise.name: exercise for exercise in EXERCISES[TP] if not exercise.public}
(SEED,) = fresh_seeds(1)  # for what is true of every draw
FIXED = 1  # for what is true of most
MUTANTS = 72  # of each of eight exercises: more than 500 together
PAIRS = 12  # until three are told; about one in eight is not

every = pytest.mark.parametrize("exercise", ALL.values(), ids=ALL)
seeded = pytest.mark.parametrize("seed", [SEED])


class Nameless:
    """No mistake is known, so everything is told by observations."""

    mistakes: Sequence[Mistake] = ()

    def fits(self, evidence: Evidence, size: int) -> list[Fit]:
        return []

    def alike(self, fits: list[Fit]) -> bool:
        return True


def said(exercise: Exercise, key: Key, function: object, text: str) -> Verdict:
    answers = exercise.answers_of(function, key)  # type: ignore[arg-type]
    return diagnosed(judge(key, answers), key, answers, Nameless(), exercise.messages, text)


@every
@seeded
@pytest.mark.filterwarnings("ignore")
def test_what_is_said_of_the_code_of_generated_wrong_forms_is_so(exercise: Exercise, seed: int) -> None:
    source, key = source_of(exercise), exercise.draw(np.random.default_rng(seed))
    for mutant in source.drawn(MUTANTS, seed):
        verdict = said(exercise, key, source.function(mutant.source), mutant.source)
        untrue = list(contradicted(verdict.diagnosis, mutant.source, source.function(mutant.source)))
        assert not untrue, f"{untrue}: {verdict.diagnosis}\n{mutant.source}"
        assert verdict.passed or verdict.diagnosis, mutant.source


@every
@pytest.mark.filterwarnings("ignore")
def test_something_is_said_of_the_code_of_generated_wrong_forms(exercise: Exercise) -> None:
    """Else the test above would hold of nothing."""
    source, key = source_of(exercise), exercise.draw(np.random.default_rng(FIXED))
    told = (
        said(exercise, key, source.function(mutant.source), mutant.source).diagnosis
        for mutant in source.drawn(MUTANTS, FIXED)
    )
    assert any(re.search(r"not used anywhere|Your default|[Ll]ine \d", diagnosis) for diagnosis in told)


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("`eta` is not used anywhere in your function.", "eta is read"),
        ("`gamma` and `eta` are not used anywhere in your function.", "eta is read"),
        ("Your default of `gamma` is 0.8; 0.9 is asked.", "the default of gamma is not 0.8"),
        ("Line 2, `theta -= eta`, writes into theta.", "line 2 is not theta -= eta"),
        ("It raised this. No `return` in it gives anything back.", "there is a return"),
        ("It is not written yet.", "it is written"),
    ],
)
def test_an_untrue_word_is_found(sentence: str, why: str) -> None:
    text = "def step(theta, eta, gamma=0.9):\n    return theta - eta\n"
    names: dict[str, object] = {}
    exec(text, names)
    assert list(contradicted(sentence, text, names["step"])) == [why]
    assert not list(contradicted("`gamma` is not used anywhere in your function.", text, names["step"]))


@every
@seeded
def test_a_pair_is_told_by_what_belongs_in_both_places_and_by_no_hint(exercise: Exercise, seed: int) -> None:
    """A hint of one mistake can be false where another one is made, too: `You multiply by 1 - gamma` of a line."""
    known, rng, found = KnownFunctions(exercise), np.random.default_rng(seed), 0
    pairs = [known.pairs[i] for i in rng.choice(len(known.pairs), size=PAIRS, replace=False)]
    for pair in pairs:
        key = exercise.draw(rng)
        answers = exercise.answers_of(known.function(*pair), key)
        verdict = diagnosed(judge(key, answers), key, answers, known)
        if PAIR not in verdict.diagnosis:
            continue
        found += 1
        for mistake in verdict.mistakes[:2]:
            assert mistake.part
            assert mistake.part in verdict.diagnosis
            assert mistake.hint not in verdict.diagnosis
        if found == 3:
            break
    assert found == 3


def test_of_most_single_classic_mistakes_something_useful_is_said() -> None:
    told = [one for exercise in ALL.values() for one in islice(generated(exercise, 6, FIXED), 6)]
    found = shares(told)
    assert found[NAMED]
    assert (found[NAMED] + found[OBSERVED]) / len(told) > 0.75
    assert sum(found[end] for end in (NAMED, OBSERVED, VAGUELY)) == len(told)


@seeded
def test_nothing_untrue_is_said_of_single_classic_mistakes(seed: int) -> None:
    told = [one for exercise in ALL.values() for one in islice(generated(exercise, 6, seed), 6)]
    assert not [one.untrue for one in told if one.untrue]


def test_what_says_only_that_something_differs_is_not_useful() -> None:
    vague = "Your step, new theta minus old, has the right sign in every coordinate, and not the right size."
    verdict = Verdict("step", 0.0, 1.0, (), (), vague)
    assert Told("", "", verdict).end == VAGUELY
    assert Told("", "", Verdict("step", 0.0, 1.0, (), (), f"{vague} `eta` is not used anywhere in it.")).end == OBSERVED
