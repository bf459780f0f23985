"""The sample class, from the build to the marks, with a real framework in confined processes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from autograder.classroom.layout import Classroom
from autograder.cli import main
from autograder.demo import hand_in
from conftest import built_once
from tests.shared import TPS, expected_wrong

TP = "general_optimization"


@pytest.mark.full
def test_the_sample_class_gets_what_it_earned(once: Path, tmp_path: Path) -> None:
    root = tmp_path / "classroom"
    shutil.copytree(built_once(once, TP), root)
    hand_in(Classroom.at(root), TPS[TP])
    assert main(["--classroom", str(root), "grade", TP, "--workers", "2", "--json", str(root / "results.json")]) == 0
    results = {result["student"]: result for result in json.loads((root / "results.json").read_text(encoding="utf-8"))}
    for student, wrong in expected_wrong(TP).items():
        lost = {e["name"] for e in results[student]["exercises"] if e["score"] < e["max_score"]}
        assert (results[student]["status"], lost) == ("graded", wrong), student
