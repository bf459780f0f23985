"""On Keras' other backend, in a process of its own: the exercises judge classes alike, and a held optimizer shows."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

HELD = """
import tests.shared  # the TPs can be imported from now on
from source_notebooks.callbacks.tests import callback_variants as variants
from source_notebooks.callbacks.tests.test_real_classes import judged
verdict = judged("WarmupCosine", variants.Held, variants.HELD)
assert {o.name for o in verdict.criteria if not o.passed} == {"in a real fit"}, verdict
assert "You keep the optimizer in a name of your own." in verdict.diagnosis, verdict.diagnosis
"""


@pytest.mark.full
@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed (pip install jax)")
def test_on_jax_the_exercises_judge_classes_alike() -> None:
    tests = Path(__file__).with_name("test_real_classes.py")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "XLA_"))}
    for command in (
        ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "full or not full", str(tests)],
        ["-c", HELD],
    ):
        done = subprocess.run(
            [sys.executable, *command],
            cwd=tests.parents[3],
            env=environment | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(tests.parents[3])},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, (done.stdout + done.stderr)[-5000:]
