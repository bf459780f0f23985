"""The sample class, from the build to the marks, with real Keras in confined processes."""

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

TP = "callbacks"
NAMED = {
    ("mateo_rivera", "Patience"): "patience/one-epoch-late",
    ("mateo_rivera", "RelativePlateau"): "relative-plateau/cooldown-one-short",
    ("mateo_rivera", "ValidationSharpe"): "validation-sharpe/divisor-n-less-one",
    ("hugo_bernard", "Patience"): "patience/last-weights-stay",
    ("hugo_bernard", "ValidationSharpe"): "validation-sharpe/all-pairs",
    ("elif_demir", "Patience"): "patience/first-value-is-the-best",
    ("linh_nguyen", "RelativePlateau"): "relative-plateau/rate-not-changed",
}


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
    found = {(student, e["name"]): e for student, result in results.items() for e in result["exercises"]}
    assert {place: found[place]["mistake"] for place in NAMED} == NAMED
    assert "no 'val_sharpe' in the logs" in found["ingrid_solberg", "ValidationSharpe"]["diagnosis"]
    assert "`stop_training`" in found["ingrid_solberg", "Patience"]["diagnosis"]
