"""Every entry of every catalogue: its words, and its code."""

from __future__ import annotations

import re

import numpy as np
import pytest

from autograder.classroom.handout.build import from_text
from autograder.exercises.exercise import Exercise
from course.judging.scripts import Failure
from tests.exercises.made import SMALL, rule
from tests.shared import ALL, EXERCISES, TPS, fresh_seeds

(SEED,) = fresh_seeds(1)

every = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)


@every
def test_ids_are_unique_and_words_are_short_and_whole(exercise: Exercise) -> None:
    ids = [wrong.id for wrong in exercise.mistakes]
    assert len(set(ids)) == len(ids)
    for wrong in exercise.mistakes:
        assert re.fullmatch(r"[a-z0-9.]+(-[a-z0-9.]+)*", wrong.id), wrong.id
        hints = [wrong.hint] if isinstance(wrong.hint, str) else [rung for rung in vars(wrong.hint).values() if rung]
        for words, longest in ((wrong.did, 130), (wrong.effect, 140), *((hint, 260) for hint in hints)):
            assert words.endswith((".", "?")), (wrong.id, words)
            assert "\n" not in words, (wrong.id, words)
            assert len(words) <= longest, (wrong.id, words)


@every
def test_every_mistake_leads_to_a_question_and_to_what_belongs_in_its_place(exercise: Exercise) -> None:
    """A place has words to ask and words to tell; what a default should be is told without any."""
    of_a_rule = [wrong for wrong in exercise.mistakes if wrong.anatomy]
    for anatomy in {id(wrong.anatomy): wrong.anatomy for wrong in of_a_rule if wrong.anatomy}.values():
        assert anatomy.should.keys() == exercise.questions.keys() - {"defaults"}
        assert anatomy.should.keys() <= {*anatomy.stages, "returns"}
    for wrong in of_a_rule:
        assert all(exercise.questions[wrong.place]), wrong.id
        assert wrong.part, wrong.id


@every
def test_a_catalogued_function_fails_as_a_student_s_would_never_by_an_accident_of_ours(exercise: Exercise) -> None:
    key = exercise.draw(np.random.default_rng(SEED))
    for wrong in exercise.mistakes:
        for answer in exercise.answers_of(wrong.function, key).values():
            error = answer.reason if isinstance(answer, Failure) else ""
            assert "SimpleNamespace" not in error, (wrong.id, error)
            assert "NameError" not in error, (wrong.id, error)


@every
def test_the_anatomy_without_any_change_is_the_reference(exercise: Exercise) -> None:
    key = exercise.draw(np.random.default_rng(SEED))
    for anatomy in {id(wrong.anatomy): wrong.anatomy for wrong in exercise.mistakes if wrong.anatomy}.values():
        answers = exercise.answers_of(anatomy.variant(), key)
        assert answers.keys() == key.expected.keys()
        for name, expected in key.expected.items():
            assert np.allclose(answers[name], expected, rtol=1e-12, atol=1e-15), name


def test_what_one_function_keeps_the_next_one_has_not_seen() -> None:
    def counted(s):  # type: ignore[no-untyped-def]
        s.kept["calls"] = s.kept.get("calls", 0) + 1
        return s.scaled + s.kept["calls"]

    said = {"did": ".", "effect": ".", "hint": ".", "section": ""}
    wrong = rule.wrong("counts", y=counted, remembers=True, **said)
    one = wrong.function
    assert [one(np.zeros(1), 1.0)[0] for _ in range(3)] == [1, 2, 3]
    assert wrong.function(np.zeros(1), 1.0)[0] == 1


def test_an_entry_that_changes_nothing_or_a_stage_that_does_not_exist_is_refused() -> None:
    anatomy = SMALL.mistakes[0].anatomy
    assert anatomy is not None
    with pytest.raises(ValueError, match="replaces nothing"):
        anatomy.wrong("idle", did=".", effect=".", hint=".", section="")
    with pytest.raises(KeyError, match="no stage"):
        _ = anatomy.wrong("typo", did=".", effect=".", hint=".", section="", scalde=lambda s: 0).function


@pytest.mark.parametrize("tp", TPS)
def test_each_check_and_graded_cell_says_of_a_function_whose_cell_has_not_run_that_it_is_not_defined(tp: str) -> None:
    """The name is passed and the value looked up: passed itself it would raise a NameError."""
    cells = [cell.source for cell in from_text(TPS[tp])[0].cells if re.search(r"^check\(", cell.source, re.MULTILINE)]
    asked = [
        re.findall(r"^from course.judging import check\n\ncheck\(\"(\w+)\"\)", source, re.MULTILINE) for source in cells
    ]
    asked = [
        names for names in asked if names in [[exercise.name] for exercise in EXERCISES[tp]]
    ]  # no answers in words
    assert asked == [[exercise.name] for exercise in EXERCISES[tp] for _ in range(2)]
