"""The worked solutions: the forms in them are right on real Keras, and open what is sealed."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops
from tps.callbacks.public import callback_ways

from autograder.exercises.exercise import Exercise
from autograder.exercises.judge import generator
from autograder.exercises.sealing import opened_by, sealed
from autograder.exercises.solution import forms
from course.judging import scripts
from course.judging.verdict import judge
from tests.shared import EXERCISES, TPS

TP = "callbacks"

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.mark.full
@pytest.mark.parametrize("exercise", EXERCISES[TP], ids=lambda exercise: exercise.name)
def test_the_forms_are_right_and_open_the_solution(exercise: Exercise) -> None:
    made = forms(TPS[TP].worked[exercise.name], exercise.name, {"keras": keras, "ops": ops})
    assert len(made) == 2
    known = exercise.draw(np.random.default_rng(0))
    seal = sealed(exercise, "why", exercise.name, lambda n: generator(b"sealed", TP, exercise.name, str(n)), known)
    for form in made:
        verdict = judge(known, scripts.perform(known.script, {exercise.name: form}, ways=callback_ways.WAYS))
        assert verdict.passed, [o.message for o in verdict.criteria if not o.passed]
    asked = seal.opened(
        lambda questions: scripts.perform(questions.script, {exercise.name: made[0]}, ways=callback_ways.WAYS)
    )
    assert asked == "why"


@pytest.mark.full
@pytest.mark.parametrize("exercise", EXERCISES[TP], ids=lambda exercise: exercise.name)
def test_no_mistake_opens_a_solution(exercise: Exercise) -> None:
    known = exercise.draw(np.random.default_rng(0))
    seal = sealed(exercise, "why", exercise.name, lambda n: generator(b"sealed", TP, exercise.name, str(n)), known)
    assert opened_by(exercise.reference, exercise, seal) == "why"
    assert not [wrong.id for wrong in exercise.mistakes if opened_by(wrong.function, exercise, seal)]
