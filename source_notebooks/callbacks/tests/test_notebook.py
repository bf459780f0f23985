"""The notebook: its points, the answers to its questions, and the sections that its mistakes lead to."""

from __future__ import annotations

import math
import re

import pytest
from tps.callbacks.public import callback_questions

from autograder.classroom.assignment import max_score
from autograder.classroom.handout.build import from_text
from course.judging.sections import headings, slug
from tests.shared import EXERCISES, TPS

TP = TPS["callbacks"]
TEXT = TP.notebook.read_text(encoding="utf-8")


def test_there_are_twenty_points_two_of_them_for_the_written_answer() -> None:
    notebook, exercises, notes = from_text(TP)
    assert (max_score({"": notebook}), notes) == (20, [])
    assert exercises.keys() == TP.exercises.keys()
    assert sum(exercise.points for exercise in exercises.values()) == 18


def test_what_is_to_be_read_again_is_a_heading() -> None:
    for exercise in EXERCISES["callbacks"]:
        assert headings(exercise.lecture)
        for wrong in exercise.mistakes:
            lecture, _, place = wrong.section.partition("#")
            assert place in headings(lecture), wrong.section
    for lecture, heading in re.findall(r'`\d\d_([a-z_]+)\.md`,\s+(?:# )?"([^"]+)"', TEXT):
        assert slug(heading) in headings(lecture), heading


def epochs_with_patience() -> int:
    best, wait = math.inf, 0
    for epoch, value in enumerate((5, 4, 3, 3.5, 3.2, 3.1, 2), start=1):
        best, wait = (value, 0) if value < best else (best, wait + 1)
        if wait == 3:
            return epoch
    return 7


def cuts_by_keras() -> int:
    import keras
    from keras import ops

    model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
    plateau = keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=3)
    plateau.set_model(model)
    plateau.on_train_begin({})
    for epoch in range(12):
        plateau.on_epoch_end(epoch, {"val_loss": 2e-4 * 0.95**epoch})
    return round(-math.log2(float(ops.convert_to_numpy(model.optimizer.learning_rate))))


FIGURES = {
    "BATCH_LOSSES": lambda: (64 * 1.5 - 32 * 2.0) / 32,
    "WARMUP_COSINE": lambda: 0.1 / 2 * (1 + math.cos(math.pi * (60 - 20) / (100 - 20))),
    "VALIDATION_SHARPE": lambda: math.sqrt(252) * 0.05,
    "PATIENCE": epochs_with_patience,
    "RELATIVE_PLATEAU": cuts_by_keras,
}


@pytest.mark.filterwarnings("ignore")  # Keras' own are nobody's fault
@pytest.mark.parametrize("name", FIGURES)
def test_the_answer_to_a_question_is_what_comes_out(name: str) -> None:
    assert FIGURES[name]() == pytest.approx(getattr(callback_questions, name)["figure"], rel=5e-4)


def test_each_exercise_has_its_question() -> None:
    assert re.findall(r"\*\*callback_questions\.(\w+)\)", TEXT) == list(FIGURES)
