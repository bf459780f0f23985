"""What the tests of the reference share: gradients played from a tape, and Keras as an outside oracle."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from types import ModuleType

import numpy as np
import pytest
from numpy.typing import ArrayLike

from course.workshop.problems import Problem


@pytest.fixture(scope="session")
def tape() -> Callable[[ArrayLike], Problem]:
    """Make a problem whose gradient plays the rows of a series (T, n) one by one, wherever it is asked."""

    def play(series: ArrayLike) -> Problem:
        rows = np.array(series, dtype=float)
        n = rows.shape[1]
        left = iter([*rows, np.zeros(n)])  # `follow` asks once a step, and once more where the run ends
        nothing = np.zeros(n)
        return Problem("tape", lambda _: 0.0, lambda _: next(left), nothing, np.eye(n), nothing, "Given gradients.")

    return play


@pytest.fixture(scope="session")
def keras() -> Iterator[ModuleType]:
    """Keras on TensorFlow, in float64: with the default floatx the learning rate would be rounded to float32."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow's notes about the CPU go to stderr
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip(f"Keras was already started on {keras.backend.backend()}")
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield keras
    keras.config.set_floatx(before)
