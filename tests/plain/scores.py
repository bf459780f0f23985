"""What a gradebook holds of one assignment."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from nbgrader.api import Gradebook
from sqlalchemy.exc import SAWarning

COURSE = "deep-learning-for-finance"


class Score(NamedTuple):
    """One graded cell of one student. `auto` is None where the computer has given nothing."""

    auto: float | None
    waits: bool
    maximum: float


Cell = tuple[str, str]  # the notebook, the cell's grade_id
Scores = dict[str, dict[Cell, Score]]
Comments = dict[str, dict[Cell, str | None]]


@contextmanager
def gradebook(root: Path) -> Iterator[Gradebook]:
    """The gradebook of a course directory."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of nbgrader's own models
        with Gradebook(f"sqlite:///{root / 'gradebook.db'}", COURSE) as opened:
            yield opened


def scores(root: Path, name: str) -> Scores:
    """By student and cell."""
    with gradebook(root) as opened:
        return {
            submission.student_id: {
                (part.name, grade.name): Score(grade.auto_score, grade.needs_manual_grade, grade.max_score)
                for part in submission.notebooks
                for grade in part.grades
            }
            for submission in opened.assignment_submissions(name)
        }


def comments(root: Path, name: str) -> Comments:
    """What the computer remarked on the solution and task cells, by student and cell."""
    with gradebook(root) as opened:
        return {
            submission.student_id: {
                (part.name, comment.name): comment.auto_comment
                for part in submission.notebooks
                for comment in part.comments
            }
            for submission in opened.assignment_submissions(name)
        }
