"""The notebook: its points, and the sections of the lecture that its mistakes lead to."""

from __future__ import annotations

from autograder.classroom.assignment import max_score
from autograder.classroom.handout.build import from_text
from course.judging.sections import headings
from tests.shared import EXERCISES, TPS

TP = TPS["general_optimization"]


def test_there_are_twenty_points_two_of_them_for_the_written_answer() -> None:
    notebook, exercises, notes = from_text(TP)
    assert (max_score({"": notebook}), notes) == (20, [])
    assert exercises.keys() == TP.exercises.keys()
    assert sum(exercise.points for exercise in exercises.values()) == 18


def test_what_is_to_be_read_again_is_a_heading() -> None:
    for exercise in EXERCISES["general_optimization"]:
        assert headings(exercise.lecture)
        for wrong in exercise.mistakes:
            lecture, _, slug = wrong.section.partition("#")
            assert slug in headings(lecture), wrong.section
