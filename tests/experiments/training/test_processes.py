"""In a process of its own: a light import, no noise, the line that says what ran, JAX, and the bench."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from course.experiments.training import backend, speed, train
from tests.experiments.training.problems import TASKS
from tests.experiments.training.test_replicas import TOLERANCE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]

SCRIPT = """
import sys
import course.experiments.training
heavy = {"keras", "tensorflow", "jax", "rich"} & set(sys.modules)
assert not heavy, heavy
from course.experiments.training import Data, Task, dense, sweep
task = Task("line", dense(1, hidden=()), Data([[1.0], [2.0]], [1.0, 2.0]))
print(len(sweep(task, "adam", [0.1], seeds=2, epochs=1)))
"""


def python(*arguments: str, backend: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "XLA_"))}
    environment |= {"KERAS_BACKEND": backend, "COLUMNS": "80"}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_training_is_light_to_import_quiet_and_says_what_ran() -> None:
    done = python("-W", "error", "-c", SCRIPT, backend="tensorflow")
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "neither TensorFlow nor Keras may write here"
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    assert re.fullmatch(
        r"line, dense 1-1 tanh: 2 runs, 2 of them new\. "
        r"tensorflow on \S.*, float32 .*\(keras \S+, tensorflow \S+, numpy \S+\)",
        lines[0],
    )
    assert lines[-1] == "2"


def test_another_backend_is_refused_in_one_line() -> None:
    done = python("-c", "from course.experiments.training import backend; backend.load()", backend="numpy")
    assert done.returncode == 1
    assert "ImportError: Keras runs on numpy here; set KERAS_BACKEND to tensorflow or jax" in done.stderr


WITH_JAX = pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed (pip install jax)")


ON_JAX = """
import json
from course.experiments.training import backend, train
from tests.experiments.training.problems import TASKS
done = train(TASKS["dense"], "momentum", [0.01, 1e30], [4, 7], 3)
found = {"backend": backend.where().backend, "loss": done.loss[0].tolist(), "diverged": done.diverged.tolist()}
print(json.dumps(found))
"""


@WITH_JAX
def test_jax_gives_the_runs_that_tensorflow_gives() -> None:
    """One stack with a run that diverges; everything else on JAX is marked `full`."""
    done = python("-W", "error", "-c", ON_JAX, backend="jax")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    here = train(TASKS["dense"], "momentum", [0.01, 1e30], [4, 7], 3)
    assert found["backend"] == "jax"
    assert backend.where().backend == "tensorflow"
    np.testing.assert_allclose(found["loss"], here.loss[0], rtol=0, atol=TOLERANCE)
    assert found["diverged"] == here.diverged.tolist()
    assert found["diverged"][1] > 0 == found["diverged"][0]


@pytest.mark.full
@WITH_JAX
def test_jax_gives_the_same_runs() -> None:
    """The proof on JAX: each kind of model, five optimizers, divergence; the whole with KERAS_BACKEND=jax in front."""
    chosen = "separate_fits and (nesterov or adamw or lstm or gru or embedding) or diverging or schedule"
    proof = ("-q", "-p", "no:cacheprovider", str(HERE / "test_replicas.py"), "-k", chosen)
    done = python("-m", "pytest", *proof, backend="jax")
    assert done.returncode == 0, done.stdout[-5000:]
    assert "passed" in done.stdout


def test_the_bench_prints_both_ways_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    assert speed.main(["--runs", "3", "--fits", "1", "--epochs", "1", "--models", "dense"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("tensorflow on ")
    head, row = lines[-2:]
    assert head.split()[-1] == "difference"
    assert row.startswith("dense 8-16-16-1")
    assert 0 < float(row.split()[-1]) < 5e-6
