"""What every rule promises about its arguments: any shape, any number type, nothing changed, nothing shared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tps.optimizers.reference import (
    adagrad_step,
    adam_step,
    gradient_descent_step,
    momentum_step,
    nesterov_step,
    rmsprop_step,
)

from course.workshop.problems import Array

# How to call each rule on (theta, state, state, gradient). Nesterov is handed a gradient that does not depend on theta.
RULES: dict[str, Callable[[Array, Array, Array, Array], Any]] = {
    "gradient_descent_step": lambda theta, a, b, g: (gradient_descent_step(theta, g, 0.1),),
    "momentum_step": lambda theta, a, b, g: momentum_step(theta, a, g, 0.1),
    "nesterov_step": lambda theta, a, b, g: nesterov_step(theta, a, lambda _: g, 0.1),
    "adagrad_step": lambda theta, a, b, g: adagrad_step(theta, b, g, 0.1),
    "rmsprop_step": lambda theta, a, b, g: rmsprop_step(theta, b, g, 0.1),
    "adam_step": lambda theta, a, b, g: adam_step(theta, a, b, g, 3, 0.1),
}
unhurried = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])  # on a busy machine
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=RULES)

SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)


@st.composite
def arguments(draw: st.DrawFn, dtype: str | None = None) -> list[Array]:
    """theta, a signed state, a non-negative state and a gradient: one shape, one number type."""
    kind = np.dtype(dtype or draw(st.sampled_from(["float64", "float32", "int64", "int8"])))
    elements = st.integers(-100, 100) if kind.kind == "i" else st.floats(-64, 64, width=32)
    shape = draw(SHAPES)
    theta, a, b, g = (draw(hnp.arrays(kind, shape, elements=elements)) for _ in range(4))
    return [theta, a, np.asarray(np.abs(b)), g]


@every_rule
@unhurried
@given(given_arrays=arguments())
def test_inputs_are_left_alone_and_not_shared(rule: Callable[..., Any], given_arrays: list[Array]) -> None:
    before = [x.copy() for x in given_arrays]
    results = rule(*given_arrays)
    for x, was in zip(given_arrays, before, strict=True):
        np.testing.assert_array_equal(x, was)
    kept = [np.array(result) for result in results]
    for result, other in [(r, x) for r in results for x in given_arrays]:
        assert not np.shares_memory(result, other)
    for x in given_arrays:
        x[...] = 77
    for result, was in zip(results, kept, strict=True):
        np.testing.assert_array_equal(result, was)
    for one, two in [(r, q) for i, r in enumerate(results) for q in results[:i]]:
        assert not np.shares_memory(one, two), "theta and the state are two arrays"


@every_rule
@unhurried
@given(given_arrays=arguments())
def test_shape_and_float_type_are_kept_and_integers_read_as_floats(
    rule: Callable[..., Any], given_arrays: list[Array]
) -> None:
    kind = given_arrays[0].dtype
    exact = rule(*(x.astype(np.float64) for x in given_arrays))
    for result, reference in zip(rule(*given_arrays), exact, strict=True):
        assert np.shape(result) == given_arrays[0].shape
        assert result.dtype == (kind if kind.kind == "f" else np.float64)
        tolerance = 1e-5 if kind == np.float32 else 0
        np.testing.assert_allclose(result, reference, rtol=tolerance, atol=100 * tolerance)


@every_rule
@unhurried
@given(given_arrays=arguments("float64"))
def test_each_coordinate_minds_its_own_business(rule: Callable[..., Any], given_arrays: list[Array]) -> None:
    together = rule(*given_arrays)
    for i in np.ndindex(given_arrays[0].shape):
        for whole, alone in zip(together, rule(*(x[i] for x in given_arrays)), strict=True):
            # numpy's vectorised square root and division may differ from the scalar ones in a last bit
            np.testing.assert_allclose(whole[i], alone, rtol=1e-14, atol=1e-12)


@every_rule
def test_read_only_inputs_will_do(rule: Callable[..., Any]) -> None:
    arrays = [np.array([1.0, 2.0]) for _ in range(4)]
    for x in arrays:
        x.setflags(write=False)
    for result in rule(*arrays):
        assert result.flags.writeable


@pytest.mark.parametrize("gamma", [0.0, 0.9])
def test_nesterov_asks_once_and_is_safe_from_what_it_asks(gamma: float) -> None:
    theta, v = np.array([1.0, 2.0]), np.array([0.5, 0.25])
    kept: list[Array] = []

    def careless(p: Array) -> Array:
        kept.append(p)
        p *= 3
        return p

    new_theta, new_v = nesterov_step(theta, v, careless, 0.1, gamma=gamma)
    np.testing.assert_array_equal(theta, [1.0, 2.0])
    np.testing.assert_array_equal(v, [0.5, 0.25])
    assert len(kept) == 1
    assert not any(np.shares_memory(kept[0], x) for x in (theta, v, new_theta, new_v))
