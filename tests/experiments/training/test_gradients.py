"""The compiled gradient of a framework: right, in double precision, and clear where a function leaves the framework."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from course.experiments.training import backend, value_and_grad

# TensorFlow's variables do not take numpy 2's `copy` argument yet; nothing that we call can change that.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

A = np.array([[3.0, 1.0], [1.0, 2.0]])
Z = np.array([0.4, -1.2])


def test_value_and_gradient_have_the_digits_of_float64() -> None:
    ops = backend.load().ops
    f = value_and_grad(lambda z: ops.dot(z, ops.matmul(A, z)))
    for z in (Z, 3 * Z):
        value, gradient = f(z)
        assert value == pytest.approx(z @ A @ z, rel=1e-14)
        assert np.allclose(gradient, 2 * A @ z, rtol=1e-14)
    assert type(value) is float
    assert gradient.dtype == np.float64


def test_a_variable_will_do_and_what_does_not_depend_on_it_has_no_slope() -> None:
    keras = backend.load()
    _, gradient = value_and_grad(lambda z: keras.ops.sum(z**2))(keras.Variable(Z))
    assert np.allclose(gradient, 2 * Z, rtol=1e-6)
    _, gradient = value_and_grad(lambda z: keras.ops.sum(keras.ops.stop_gradient(z)))(Z)
    assert (gradient == 0).all()


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        (lambda z, ops: float(np.sum(np.asarray(z))), TypeError, "keras.ops in the place of NumPy"),
        (lambda z, ops: ops.exp(z), ValueError, r"shape \(2,\)"),
    ],
)
def test_what_goes_wrong_is_said_in_one_line(wrong: Any, error: type[Exception], message: str) -> None:
    ops = backend.load().ops
    with pytest.raises(error, match=message) as raised:
        value_and_grad(lambda z: wrong(z, ops))(Z)
    assert "\n" not in str(raised.value)
