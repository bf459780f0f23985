"""Feedback pages: nbgrader's own, from the autograded notebooks."""

from __future__ import annotations

from pathlib import Path

from nbgrader.converters import GenerateFeedback

from autograder.classroom import convert
from autograder.classroom.layout import Classroom
from autograder.faults import WrongUsage


def feedback(classroom: Classroom, tp: str, student: str | None = None) -> list[Path]:
    """Write the pages; returns them. WrongUsage if nothing is graded yet."""
    pattern = f"{student or '*'}/{tp}/{tp}"
    if not any((classroom.root / "autograded").glob(f"{pattern}.ipynb")):
        raise WrongUsage(f"nothing is graded yet{f' for {student}' if student else ''}: run `tp grade {tp}` first")
    convert.run(classroom, GenerateFeedback, tp, student, force=True)
    return sorted((classroom.root / "feedback").glob(f"{pattern}.html"))
