"""The notebook: its points, and the sections of the lecture that its mistakes lead to."""

from __future__ import annotations

import numpy as np
from tps.general_optimization.public.in_words import given, numbers
from tps.general_optimization.reference import tangency

from autograder.classroom.assignment import max_score
from autograder.classroom.handout.build import from_text
from course.judging.sections import headings
from course.workshop.problems import market
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


def test_the_numbers_of_calls_and_the_riskless_rate_are_nobodys_results() -> None:
    truth = market()
    best = tangency(truth.mu, truth.cov, truth.rf)
    variables = {
        **{"truth": truth, "chosen": {"truth": best, "three years of prices": best}, "promised": [0.5, 2.5]},
        **{"sample_mu": truth.mu, "sample_cov": truth.cov},
        **{"budgets": [10, 500], "gaps": [0.1, 6e-5], "seconds": [0.3, 0.6], "by_scipy": 0.004},
    }
    constants = {10, 500, truth.rf}
    assert set(given(variables).values()) == constants
    results = set(numbers(variables).values())
    assert not results & constants
    assert {0.1, 6e-5, 0.3, 0.6, 0.004, 0.5, 1.5, 2.5} <= results
    assert np.isclose(
        list(results), np.sqrt((truth.mu - truth.rf) @ np.linalg.solve(truth.cov, truth.mu - truth.rf))
    ).any()
