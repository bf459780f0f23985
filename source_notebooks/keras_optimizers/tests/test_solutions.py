"""The worked solutions: the forms in them are right on real Keras, and a real class opens what its model has sealed."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import ops
from tps.keras_optimizers.public import comparison_ways, optimizer_ways

from autograder.classroom.handout.build import from_text
from autograder.classroom.handout.solutions import texts
from autograder.exercises.exercise import Exercise
from autograder.exercises.judge import generator
from autograder.exercises.sealing import sealed
from autograder.exercises.solution import forms
from course.judging import scripts
from course.judging.barred import barred
from course.judging.verdict import judge
from tests.shared import EXERCISES, TPS

TP = "keras_optimizers"
WAYS = optimizer_ways.WAYS | comparison_ways.WAYS

pytestmark = pytest.mark.filterwarnings("ignore")


FIRST, *REST = EXERCISES[TP]  # seconds each: one in every run, all of them in the full one


@pytest.mark.parametrize(
    "exercise",
    [FIRST, *(pytest.param(one, marks=pytest.mark.full) for one in REST)],
    ids=lambda exercise: exercise.name,
)
def test_the_forms_are_right_and_open_the_solution(exercise: Exercise) -> None:
    made = forms(TPS[TP].worked[exercise.name], exercise.name, {"keras": keras, "ops": ops})
    assert len(made) == 2
    known = exercise.draw(np.random.default_rng(0))
    seal = sealed(exercise, "why", exercise.name, lambda n: generator(b"sealed", TP, exercise.name, str(n)), known)

    def asked(function: Any, what: Any) -> scripts.Answers:
        with barred(exercise.not_by):
            return scripts.perform(what.script, {exercise.name: function}, ways=WAYS)

    for function in made:
        assert judge(known, asked(function, known)).passed
    assert seal.opened(lambda questions: asked(made[0], questions)) == "why"
    wrong = {"LookAheadSGD": keras.optimizers.SGD, "RootEpsilonAdam": keras.optimizers.Adam}
    assert seal.opened(lambda questions: asked(wrong.get(exercise.name, lambda *_: {}), questions)) == ""


def test_the_solution_in_the_notebook_is_shown_without_its_marks() -> None:
    notebook, exercises, _ = from_text(TPS[TP])
    for name, text in texts(TPS[TP], notebook, exercises).items():
        assert text.startswith("```python\n")
        assert name in text.partition("```\n")[0]
        assert "SOLUTION" not in text
