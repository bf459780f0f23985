"""Regrading: what would change is shown before anything is written, and what a person decided stays."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.classroom.grading.batch import Batch
from autograder.classroom.grading.results import kept
from autograder.classroom.layout import Classroom
from autograder.cli import main
from tests.classroom.hand_ins import SOURCES, WRONG, hand_in, marks, sources
from tests.shared import TP


def files(root: Path) -> dict[str, bytes]:
    """Everything below a folder but locks and pages of the database's own."""
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file() and p.name != "lock"}


@pytest.fixture
def graded(classroom: Classroom) -> Classroom:
    """Two graded submissions; then one improves and the other gets worse; a person had graded one cell."""
    right, wrong = SOURCES, sources(WRONG)
    hand_in(classroom, "ada", wrong)
    hand_in(classroom, "bob", right)
    assert all(result for _, result, _ in Batch(classroom, TP, ["ada", "bob"], 1))
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        gradebook.find_grade("test_adam_step", TP, TP, "bob").manual_score = 3.5
        gradebook.db.commit()
    hand_in(classroom, "ada", right)
    hand_in(classroom, "bob", wrong)
    return classroom


def regrade(classroom: Classroom, *more: str) -> dict[str, dict[str, object]]:
    out = classroom.root.parent / "changes.json"
    assert main(["--classroom", str(classroom.root), "regrade", TP, "--workers", "1", "--json", str(out), *more]) == 0
    return {change["student"]: change for change in json.loads(out.read_text())}


def test_dry_run_says_who_gains_and_loses_and_writes_nothing(
    graded: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(graded.root)
    changes = regrade(graded, "--dry-run")
    assert files(graded.root) == before
    ada, bob = changes["ada"], changes["bob"]
    assert ada["gain"] == -bob["gain"] > 0  # type: ignore[operator]
    assert ada["why"] == "the submission has changed"
    assert [e["name"] for e in ada["exercises"]] == [e["name"] for e in bob["exercises"]] == ["adam_step"]  # type: ignore[attr-defined]
    assert ada["exercises"][0]["met"] == list(bob["exercises"][0]["missed"])  # type: ignore[index]
    assert bob["manual"] == {"test_adam_step": 3.5}
    said = capsys.readouterr().out
    assert "1 gain, 1 lose, 0 keep" in said
    assert "the manual grade 3.5 of test_adam_step stays" in " ".join(said.split())
    assert "nothing was recorded" in said


def test_regrading_records_what_the_dry_run_showed_and_keeps_manual_grades(
    graded: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = regrade(graded, "--dry-run")
    assert regrade(graded) == shown
    found = marks(graded, TP)
    assert found["bob"][TP, "test_adam_step"] == (shown["bob"]["exercises"][0]["after"], 3.5)  # type: ignore[index]
    with Gradebook(f"sqlite:///{graded.root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        assert gradebook.find_grade("test_adam_step", TP, TP, "bob").needs_manual_grade
    result = kept(graded, TP, "ada")
    assert result is not None
    assert result.recorded
    capsys.readouterr()
    again = regrade(graded, "--dry-run")
    assert all(change["gain"] == 0 and change["exercises"] == [] for change in again.values())
    assert capsys.readouterr().out.startswith("2 regraded: nothing changes\n")
