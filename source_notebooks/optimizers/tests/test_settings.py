"""The TP's own settings: its points, and what can be left out of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from tps.optimizers.public.in_words import given, numbers
from tps.optimizers.reference import gradient_descent_step

from autograder.classroom.handout.build import from_text
from autograder.content import finding
from autograder.content.tp import TP
from course.workshop import problems
from course.workshop.trajectories import follow
from tests.shared import TPS

HERE = TPS["optimizers"]


def copy(tmp_path: Path, setting: str) -> TP:
    """A copy of the TP under another id, with one more line in its settings."""
    folder = tmp_path / "copied"
    shutil.copytree(HERE.folder, folder, ignore=shutil.ignore_patterns("tests", "sample_class"))
    (folder / "tp.toml").write_text(f'format = 1\nid = "copied"\nnotebook = "{HERE.notebook.name}"\n{setting}\n')
    tps = finding.found([folder])
    return finding.ready(tps["copied"], tps)


def test_it_has_twenty_points_three_of_them_for_a_written_answer() -> None:
    notebook, exercises, _ = from_text(HERE)
    graded = [cell.metadata.nbgrader for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    assert sum(meta["points"] for meta in graded) == 20
    assert sum(exercise.points for exercise in exercises.values()) == 17


@pytest.mark.parametrize("name", ["nesterov_step", "rmsprop_step", "exponential_decay"])
def test_an_exercise_can_be_left_out(name: str, tmp_path: Path) -> None:
    """Its section goes, and so do the lines of other pictures that draw it; the rest stays and is still Python."""
    notebook, exercises, _ = from_text(copy(tmp_path, f'leave_out = ["{name}"]'))
    assert exercises.keys() == HERE.exercises.keys() - {name}
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    assert name not in code
    assert all(f"def {other}(" in code for other in exercises)


def test_rates_steps_and_the_curve_are_nobodys_results() -> None:
    curve, steps = problems.yield_curve(), 20
    run = follow(gradient_descent_step, curve, steps, eta=1.0)
    rules = {"gradient_descent": (gradient_descent_step, {"eta": 1.0})}
    variables = {"curve": curve, "steps": steps, "rules": rules, "followed": {"gradient_descent": run}}
    assert list(numbers(variables).values()) == [pytest.approx(run.values[-1] - curve.minimum)]
    constants = list(given(variables).values())
    assert np.isin([1.0, steps, curve.minimum, *curve.eigenvalues], constants).all()
