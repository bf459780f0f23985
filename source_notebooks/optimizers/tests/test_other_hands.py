"""Functions by another hand than the catalogue's: right ones earn everything, wrong ones lose and get no wrong name."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercises.judge import judge
from course.judging.verdict import Verdict
from tests.shared import EXERCISES, fresh_seeds

from .other_hands import RIGHT, WRONG

ALL = {exercise.name: exercise for exercise in EXERCISES["optimizers"]}
SEED = fresh_seeds(1)[0]


def judged(name: str, source: str) -> Verdict:
    """The verdict on a cell that defines the function, on fresh inputs."""
    cell: dict[str, Any] = {"np": np, "__name__": "__main__"}
    exec(source, cell)  # a cell of a notebook
    exercise, function = ALL[name], cell[name]
    assert isinstance(function, Callable)
    key = exercise.draw(np.random.default_rng(SEED))
    with contextlib.redirect_stdout(io.StringIO()):
        return judge(exercise, key, exercise.answers_of(function, key))


@pytest.mark.parametrize("name", RIGHT)
def test_right_in_an_unusual_style_earns_everything(name: str) -> None:
    for style, source in RIGHT[name].items():
        verdict = judged(name, source)
        assert (verdict.score, verdict.diagnosis) == (verdict.max_score, ""), style


@pytest.mark.parametrize("name", WRONG)
def test_wrong_loses_points_and_has_its_own_name_or_none(name: str) -> None:
    for what, (expected, source) in WRONG[name].items():
        verdict = judged(name, source)
        assert verdict.score < verdict.max_score, what
        assert (verdict.mistake.id if verdict.mistake else "") == expected, what
        assert verdict.diagnosis, what
