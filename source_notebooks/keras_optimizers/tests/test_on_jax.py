"""On Keras' other backend, in a process of its own: the exercises judge classes alike."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

from . import keras_variants as variants


@pytest.mark.full
@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed (pip install jax)")
def test_on_jax_the_exercises_judge_classes_alike() -> None:
    """Every right class, and the gradient that `fit` sees."""
    tests = Path(__file__).with_name("test_keras_classes.py")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tests), "-k"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "XLA_"))}
    done = subprocess.run(
        [*command, "right_ones or gradient_in_fit"],
        cwd=tests.parents[3],
        env=environment | {"KERAS_BACKEND": "jax"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-5000:]
    assert f"{sum(map(len, variants.RIGHT.values())) + 1} passed" in done.stdout
