"""What the tests of training share: Keras in float32."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from course.experiments.training import backend


@pytest.fixture(autouse=True)
def float32() -> Iterator[None]:
    """Other tests of this process may work in float64."""
    keras = backend.load()
    before = keras.config.floatx()
    keras.config.set_floatx("float32")
    yield
    keras.config.set_floatx(before)
