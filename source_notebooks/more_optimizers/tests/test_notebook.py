"""The notebook: it counts nothing, its questions have the right answers, and its words hold no number unmeasured."""

from __future__ import annotations

import re

import numpy as np
import pytest
from tps.more_optimizers.public import more_questions
from tps.more_optimizers.reference import (
    adadelta_step,
    adamw_step,
    amsgrad_step,
    clip_by_global_norm,
    nadam_step,
    warmup_cosine,
)
from tps.optimizers.reference import adam_step

from autograder.classroom.assignment import max_score
from autograder.classroom.handout.build import from_text
from course.judging.sections import headings
from tests.exercises.words import printed
from tests.shared import EXERCISES, TPS

TP = TPS["more_optimizers"]
ONE, ZERO = np.ones(1), np.zeros(1)


def test_nothing_counts_and_each_check_has_points_of_its_own() -> None:
    notebook, exercises, notes = from_text(TP)
    assert (max_score({"": notebook}), notes) == (0, [])
    assert exercises.keys() == TP.exercises.keys()
    assert all(exercise.points > 0 for exercise in exercises.values())


def last_step_of(amsgrad: bool) -> float:
    theta, states = ZERO, [ZERO] * (3 if amsgrad else 2)
    for t in range(1, 1002):
        before = theta
        step = amsgrad_step if amsgrad else adam_step
        theta, *states = step(theta, *states, 100 * ONE if t == 1 else ONE, t, 1.0, beta_2=0.9)
    return float(before[0] - theta[0])


FIGURES = {
    "AMSGRAD": lambda: last_step_of(False) / last_step_of(True),
    "ADAMW": lambda: adam_step(ONE, ZERO, ZERO, 0.01 * ONE, 1, 0.1)[0][0],
    "NADAM": lambda: -nadam_step(ZERO, ZERO, ZERO, ONE, 1, 1.0)[0][0],
    "ADADELTA": lambda: -adadelta_step(ZERO, ZERO, ZERO, 3 * ONE)[0][0],
    "CLIPPING": lambda: clip_by_global_norm(np.array([3.0, 0.0]), np.array([4.0]), 1.0)[0][0],
    "WARMUP": lambda: warmup_cosine(10 + 20, 1.0, 10, 40, 0.2),
}


@pytest.mark.parametrize("name", FIGURES)
def test_the_answer_to_a_question_is_what_comes_out(name: str) -> None:
    assert FIGURES[name]() == pytest.approx(getattr(more_questions, name)["figure"], rel=3e-4)


def test_each_exercise_has_its_question_and_the_other_figures_in_them_are_right() -> None:
    asked = re.findall(r"\*\*more_questions\.(\w+)\)", TP.notebook.read_text(encoding="utf-8"))
    assert asked == list(FIGURES)
    assert adamw_step(ONE, ZERO, ZERO, ZERO, 1, 0.1, weight_decay=0.01)[0][0] == pytest.approx(0.999)


def test_numbers_in_the_catalogue_are_defaults_or_stand_in_its_ids() -> None:
    """What a number there says of a path would have to be measured; there are only these."""
    known = {"0.004", "0.95", "0.96", "1e-6", "1e-7", "1000", "2.5", "3000", "180"}
    for exercise in EXERCISES["more_optimizers"]:
        for wrong in exercise.mistakes:
            assert printed(f"{wrong.effect} {wrong.hint}") <= known, (wrong.id, printed(f"{wrong.effect} {wrong.hint}"))


def test_what_is_to_be_read_again_is_a_heading() -> None:
    for exercise in EXERCISES["more_optimizers"]:
        assert headings(exercise.lecture) or not exercise.lecture
        for wrong in exercise.mistakes:
            lecture, _, slug = wrong.section.partition("#")
            assert not wrong.section or slug in headings(lecture), wrong.section
