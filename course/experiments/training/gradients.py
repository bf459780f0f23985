"""A framework's gradient of any function: compiled once, in double precision, on TensorFlow or JAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from course.experiments.training import backend

Array = np.ndarray
ValueAndGradient = Callable[[Any], tuple[float, Array]]


def value_and_grad(f: Callable[[Any], Any]) -> ValueAndGradient:
    """A compiled function z -> (f(z), its gradient at z) of a function f that is written with `keras.ops`.

    f: takes a tensor (n,) of float64 and returns one number, of any shape with one entry. Returned is a function of an
    array (n,), a Keras variable or a tensor; it gives a float and an array (n,) of float64. It is compiled at its first
    call, and once more for each other n. Where f does not depend on z the gradient is zero. TypeError, in one line,
    where f leaves the framework, for example by NumPy, or mixes it with float32; ValueError where it gives more than
    one number.
    """
    keras = backend.load()
    compiled = (_on_jax if keras.backend.backend() == "jax" else _on_tensorflow)(_told(f, keras.ops))

    def value_and_gradient(z: Any) -> tuple[float, Array]:
        value, gradient = compiled(np.asarray(keras.ops.convert_to_numpy(z), dtype=float))
        return float(value), np.array(gradient, dtype=float)

    return value_and_gradient


def _told(f: Callable[[Any], Any], ops: Any) -> Callable[[Any], Any]:
    """f, with what it does wrong in one line."""

    def one_number(z: Any) -> Any:
        try:
            value = ops.convert_to_tensor(f(z))
        except Exception as error:
            if "numpy" in str(error).lower() or "tracer" in str(error).lower():
                raise TypeError("f leaves the framework: write it with keras.ops in the place of NumPy") from error
            if "float32" in str(error) and "float64" in str(error):
                raise TypeError("f mixes float32 with z, which is float64: make its constants float64") from error
            raise
        if any(size != 1 for size in value.shape):
            raise ValueError(f"f must return one number, and returns a tensor of shape {tuple(value.shape)}")
        return ops.reshape(value, ())

    return one_number


def _on_tensorflow(f: Callable[[Any], Any]) -> Callable[[Array], tuple[Any, Any]]:
    import tensorflow as tf

    def both(z: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            tape.watch(z)
            value = f(z)
        return value, tape.gradient(value, z, unconnected_gradients=tf.UnconnectedGradients.ZERO)

    compiled = tf.function(both, autograph=False)
    return lambda z: compiled(tf.constant(z))


def _on_jax(f: Callable[[Any], Any]) -> Callable[[Array], tuple[Any, Any]]:
    import jax

    both = jax.jit(jax.value_and_grad(f))

    def in_double(z: Array) -> tuple[Any, Any]:
        with jax.enable_x64(True):
            value, gradient = both(jax.numpy.asarray(z))
            return np.asarray(value), np.asarray(gradient)

    return in_double
