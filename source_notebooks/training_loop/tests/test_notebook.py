"""The notebook: its points, the answers to its questions, its words, and its solution run as a student would run it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tps.training_loop.public import loop_questions
from tps.training_loop.reference import batch_size_for, loss_and_gradients, standardise, walk_forward

from autograder.classroom.assignment import max_score
from autograder.classroom.handout.build import from_text
from autograder.exercises.judge import judge
from course.judging.scripts import perform
from course.judging.sections import headings, slug
from tests.exercises.words import printed
from tests.shared import EXERCISES, TPS, expected_wrong

TP = TPS["training_loop"]
TEXT = TP.notebook.read_text(encoding="utf-8")


def test_it_has_twenty_points_and_the_criteria_share_them_as_they_are() -> None:
    notebook, exercises, notes = from_text(TP)
    assert (max_score({"": notebook}), notes) == (20, [])
    assert all(exercise.points == TP.exercises[name].points for name, exercise in exercises.items())


def spread_of_the_last_row() -> float:
    weights = [1 / 32 / 2] * 32 + [1 / 2]
    return weights[-1] / weights[0]


def moving_gradients() -> int:
    zeros = np.zeros((2, 3)), np.zeros(3), np.zeros(3), 0.0
    _, *gradients = loss_and_gradients(np.ones((4, 2)), np.arange(4.0), *zeros)
    return sum(bool(np.any(gradient)) for gradient in gradients)


FIGURES = {
    "BATCH_SIZE": lambda: len(range(0, 1000, 64)),
    "STANDARDISE": lambda: standardise(np.array([[90.0], [100.0], [110.0]]), np.array([[130.0]]))[1][0, 0],
    "WALK_FORWARD": lambda: len(walk_forward(1000, 500, 100, 20)),
    "TRAIN_EPOCH": spread_of_the_last_row,
    "LOSS_AND_GRADIENTS": moving_gradients,
    "NOISE_SCALE": lambda: (100 - 4) / 4,
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_answer_to_a_question_is_what_comes_out(name: str) -> None:
    assert FIGURES[name]() == pytest.approx(getattr(loop_questions, name)["figure"], rel=3e-4)


def test_each_exercise_has_its_question_and_the_other_figures_are_right() -> None:
    assert re.findall(r"\*\*loop_questions\.(\w+)\)", TEXT) == list(FIGURES)
    assert walk_forward(1000, 500, 100, 20)[:, 3].tolist() == [620, 720, 820, 920]
    # The rule of the course: 300 to 600 batches, which the text says of it.
    left = {n: -(-n // 2 ** int(np.log2(n // 300))) for n in range(300, 100_000)}
    assert (min(left.values()), max(left.values())) == (300, 600)
    assert all(100 <= -(-n // batch_size_for(n)) <= 200 for n in range(100, 5000))


def test_words_of_the_catalogue_hold_no_number_that_somebody_would_have_to_measure() -> None:
    for exercise in EXERCISES["training_loop"]:
        for wrong in exercise.mistakes:
            assert printed(f"{wrong.effect} {wrong.hint}") <= {"300", "100", "4"}, wrong.id


def test_what_is_to_be_read_again_is_a_heading() -> None:
    for exercise in EXERCISES["training_loop"]:
        for wrong in exercise.mistakes:
            lecture, _, heading = wrong.section.partition("#")
            assert not wrong.section or heading in headings(lecture), wrong.section
    for lecture, heading in re.findall(r'`\d\d_([a-z_]+)\.md`, "([^"]+)"', TEXT.replace("\n# ", " ")):
        assert slug(heading) in headings(lecture), heading


def test_the_sample_class_loses_what_its_files_say_and_nothing_else() -> None:
    """Judged as the grader judges, without processes: these files are ours."""
    exercises = {exercise.name: exercise for exercise in EXERCISES["training_loop"]}
    keys = {name: exercise.draw(np.random.default_rng(5)) for name, exercise in exercises.items()}
    assert len(expected_wrong("training_loop")) >= 8
    for student, wrong in expected_wrong("training_loop").items():
        code = (TP.folder / "sample_class" / f"{student}.py").read_text(encoding="utf-8")
        names = {"np": np, "__name__": "__main__"}
        exec(compile(code, student, "exec"), names)
        lost = set()
        for name, exercise in exercises.items():
            with np.errstate(all="ignore"):
                answers = perform(keys[name].script, {name: names[name]}, {})
            if judge(exercise, keys[name], answers).score < exercise.points:
                lost.add(name)
        assert lost == wrong, student
