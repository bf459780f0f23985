"""The figures of README.md: what our gate catches beside checks of other structures."""

from __future__ import annotations

import multiprocessing
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from autograder.comparison import GATE, STEPS, counted, tables, variants
from autograder.rivals import CHECKS, DESCENTS, last_loss

ROOT = Path(__file__).resolve().parents[2]


def test_the_readme_says_what_the_command_prints() -> None:
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("fork")) as pool:
        found = list(pool.map(counted, variants(), chunksize=8))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for line in tables(found):
        assert line in readme, f"README.md lacks {line!r}: run `tp check-exercises --compare`"
    assert all(one.caught[GATE] for one in found)


@pytest.mark.parametrize("check", CHECKS)
def test_the_other_checks_are_fair_they_pass_every_right_form(check: str) -> None:
    for exercise in STEPS.values():
        for name, function in {"the reference": exercise.reference, **exercise.equivalents}.items():
            if "10 000" in check and name != "the reference":
                continue  # minutes, and equal up to rounding
            assert CHECKS[check](exercise, function), (exercise.name, name)


def test_one_step_from_zero_state_cannot_tell_the_average_from_the_gradient() -> None:
    adam = STEPS["adam_step"]
    place = next(i for i, wrong in enumerate(adam.mistakes) if wrong.id == "raw-gradient")
    caught = counted((adam.name, place)).caught
    assert not caught["one step from zero state, at the defaults"]
    assert caught[GATE]


def test_the_right_rule_goes_down_wherever_the_losses_are_compared() -> None:
    for descent in DESCENTS:
        for exercise in STEPS.values():
            end = last_loss(exercise, exercise.reference, descent)
            assert end is not None
            assert np.isfinite(end)
            assert end < descent.problem.value(descent.problem.start) / 10, (exercise.name, descent.problem.name)
