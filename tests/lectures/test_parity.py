"""The parity table of 09_conventions.md, held against Keras itself: the numbers, and the reasons given for them."""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from course.workshop import unrolled
from course.workshop.assertions import number
from course.workshop.problems import Array, quadratic

# TensorFlow's tensors do not take numpy 2's `copy` argument yet; nothing that we call can change that.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")

LECTURE = Path(__file__).parents[2] / "course" / "lectures" / "training" / "09_conventions.md"
ETA, STEPS = 1 / 32, 50
ROUNDING = 1e-12  # what the lecture calls rounding
PROBLEM = quadratic([0.5, 1.0, 2.0, 4.0, 8.0], start=[1.0, -2.0, 3.0, -1.0, 2.0])


def table() -> dict[str, list[str]]:
    """Read the rows of the parity table: rule -> the other cells."""
    rows = [line.strip("| \n").split(" | ") for line in LECTURE.read_text(encoding="utf-8").splitlines() if "|" in line]
    head = next(i for i, row in enumerate(rows) if row[:2] == ["Rule", "Keras optimizer"])
    return {row[0]: row[1:] for row in rows[head + 2 : head + 8]}


def look_ahead(thetas: Array, gamma: float) -> Array:
    """Turn the iterates theta of a NAG run into phi = theta - gamma v."""
    steps = np.diff(thetas, axis=0, prepend=thetas[:1])
    return thetas + gamma * steps


def ours(rule: str, gamma: float, rho: float, betas: tuple[float, float]) -> Array:
    """Run a rule of the course; for NAG the points phi."""
    if rule == "Gradient descent":
        return unrolled.gradient_descent(PROBLEM, STEPS, ETA).thetas
    if rule == "Momentum":
        return unrolled.momentum(PROBLEM, STEPS, ETA, gamma=gamma).thetas
    if rule == "NAG":
        return look_ahead(unrolled.nesterov(PROBLEM, STEPS, ETA, gamma=gamma).thetas, gamma)
    if rule == "AdaGrad":
        return unrolled.adagrad(PROBLEM, STEPS, ETA).thetas
    if rule == "RMSprop":
        return unrolled.rmsprop(PROBLEM, STEPS, ETA, rho=rho).thetas
    return unrolled.adam(PROBLEM, STEPS, ETA, beta_1=betas[0], beta_2=betas[1], eps=0.0).thetas


@pytest.fixture(scope="module")
def keras() -> Iterator[ModuleType]:
    """Keras on TensorFlow in double precision."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    import keras

    if keras.backend.backend() != "tensorflow":
        pytest.skip(f"Keras was already started on {keras.backend.backend()}")
    before = keras.config.floatx()
    keras.config.set_floatx("float64")
    yield keras
    keras.config.set_floatx(before)


@pytest.fixture(scope="module")
def theirs(keras: ModuleType) -> Callable[..., Array]:
    """Run the Keras optimizer that the table names."""

    def run(rule: str, gamma: float, rho: float, betas: tuple[float, float]) -> Array:
        make: dict[str, Callable[[], Any]] = {
            "Gradient descent": lambda: keras.optimizers.SGD(ETA),
            "Momentum": lambda: keras.optimizers.SGD(ETA, momentum=gamma),
            "NAG": lambda: keras.optimizers.SGD(ETA, momentum=gamma, nesterov=True),
            "AdaGrad": lambda: keras.optimizers.Adagrad(ETA, initial_accumulator_value=0.0, epsilon=1e-8),
            "RMSprop": lambda: keras.optimizers.RMSprop(ETA, rho=rho, epsilon=1e-8),
            "Adam": lambda: keras.optimizers.Adam(ETA, beta_1=betas[0], beta_2=betas[1], epsilon=0.0),
        }
        optimizer, theta = make[rule](), keras.Variable(PROBLEM.start, dtype="float64")
        optimizer.build([theta])
        thetas = [np.array(PROBLEM.start)]
        for _ in range(STEPS):
            gradient = keras.ops.convert_to_tensor(PROBLEM.gradient(thetas[-1]), dtype="float64")
            optimizer.apply([gradient], [theta])
            thetas.append(theta.numpy().copy())
        return np.stack(thetas)

    return run


RULES = ["Gradient descent", "Momentum", "NAG", "AdaGrad", "RMSprop", "Adam"]


def test_the_table_has_every_rule():
    assert list(table()) == RULES


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    ("column", "constants"),
    [(2, {"gamma": 0.9, "rho": 0.9, "betas": (0.9, 0.999)}), (3, {"gamma": 0.5, "rho": 0.5, "betas": (0.5, 0.75)})],
    ids=["defaults", "exact in binary"],
)
def test_the_printed_difference_is_the_difference(
    theirs: Callable[..., Array], rule: str, column: int, constants: dict[str, Any]
):
    difference = np.abs(theirs(rule, **constants) - ours(rule, **constants)).max()
    printed = table()[rule][column]
    if printed == "rounding":
        assert difference < ROUNDING
    else:
        number(printed, difference)


def test_the_reason_given_is_the_reason(theirs: Callable[..., Array]):
    gamma, b1, b2 = (float(np.float32(x)) for x in (0.9, 0.9, 0.999))
    for rule in ("Momentum", "NAG"):
        explained = ours(rule, gamma, 0.9, (b1, b2))
        assert np.abs(theirs(rule, 0.9, 0.9, (0.9, 0.999)) - explained).max() < ROUNDING

    def eta(t: int) -> float:
        return ETA * (1 - 0.9 ** (t + 1)) / (1 - b1 ** (t + 1)) * np.sqrt((1 - b2 ** (t + 1)) / (1 - 0.999 ** (t + 1)))

    explained = unrolled.adam(PROBLEM, STEPS, eta, eps=0.0).thetas
    assert np.abs(theirs("Adam", 0.9, 0.9, (0.9, 0.999)) - explained).max() < ROUNDING


def test_keras_starts_adagrad_where_the_lecture_says(keras: ModuleType):
    number("0.1", keras.optimizers.Adagrad().initial_accumulator_value)


def test_optax_has_the_defaults_of_the_table():
    """Runs where optax is installed; the course does not need it."""
    optax = pytest.importorskip("optax", reason="optax is not installed")
    lines = LECTURE.read_text(encoding="utf-8").splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("| | This course | Keras"))
    printed = {
        cells[1].strip(): re.findall("`(.+?)`", cells[5])
        for cells in (x.split("|") for x in lines[first + 2 : first + 13])
    }
    for row, asked in {
        "gradient descent: rate": ("sgd", ()),
        "AdaGrad: rate": ("adagrad", ()),
        "AdaGrad: start of $r$": ("adagrad", ("initial_accumulator_value",)),
        "AdaGrad: epsilon": ("adagrad", ("eps",)),
        "RMSprop: rate": ("rmsprop", ()),
        "RMSprop: memory": ("rmsprop", ("decay",)),
        "RMSprop: epsilon": ("rmsprop", ("eps",)),
        "Adam: rate": ("adam", ()),
        "Adam: betas": ("adam", ("b1", "b2")),
        "Adam: epsilon": ("adam", ("eps",)),
        "AdamW: weight decay": ("adamw", ("weight_decay",)),
    }.items():
        name, arguments = asked
        has = inspect.signature(getattr(optax, name)).parameters
        assert [float(cell) for cell in printed[row]] == [has[argument].default for argument in arguments], row
        assert has["learning_rate"].default is inspect.Parameter.empty


def test_keras_has_the_defaults_that_the_lecture_on_parameters_names(keras: ModuleType):
    """Dense: Glorot's uniform weights and no bias. BatchNormalization: momentum 0.99, biased variance, from 0 and 1."""
    dense = keras.layers.Dense(400)
    dense.build((None, 600))
    weights, bias = map(np.asarray, dense.get_weights())
    limit = np.sqrt(6 / (600 + 400))
    assert np.abs(weights).max() <= limit
    assert np.isclose(weights.var(), 2 / (600 + 400), rtol=0.02)
    assert not bias.any()
    normal, column = keras.layers.BatchNormalization(), np.array([[1.0], [2.0], [6.0]])
    for _ in range(10):
        normal(column, training=True)
    alpha = 0.99**10
    assert np.isclose(np.asarray(normal.moving_mean).item(), (1 - alpha) * column.mean())
    assert np.isclose(np.asarray(normal.moving_variance).item(), alpha + (1 - alpha) * column.var())
