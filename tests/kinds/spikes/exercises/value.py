"""The class Value(data): a number that knows its derivatives; operators and a method are called in sequence."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe
from autograder.exercises.variants import Wrong

from ..public import value_ways

Array = np.ndarray
LEAVES = 3
ADD, SUBTRACT, MULTIPLY = range(3)


def Value(leaves: Any, program: Any) -> None:
    """What a way of using the class takes."""


class Bare:
    """Each result keeps what it was made of, with the derivatives by it."""

    def __init__(self, data: float, made_of: Any = ()) -> None:
        self.data, self.made_of, self.grad = data, made_of, 0.0

    @classmethod
    def of(cls, other: Any) -> Any:
        """A number as one of these."""
        return other if isinstance(other, cls) else cls(other)

    def __add__(self, other: Any) -> Any:
        other = self.of(other)
        return type(self)(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __sub__(self, other: Any) -> Any:
        other = self.of(other)
        return type(self)(self.data - other.data, ((self, 1.0), (other, -1.0)))

    def __mul__(self, other: Any) -> Any:
        other = self.of(other)
        return type(self)(self.data * other.data, ((self, other.data), (other, self.data)))

    def backward(self) -> None:
        """All derivatives of this one."""
        order: list[Any] = []

        def visit(value: Any) -> None:
            if not any(value is known for known in order):
                for part, _ in value.made_of:
                    visit(part)
                order.append(value)

        visit(self)
        self.grad = 1.0
        for value in reversed(order):
            for part, slope in value.made_of:
                part.take(slope * value.grad)

    def take(self, derivative: float) -> None:
        """Add up."""
        self.grad += derivative


class Plain(Bare):
    """The same, also with a plain number on the left."""

    def __radd__(self, other: Any) -> Any:
        return self.of(other) + self

    def __rmul__(self, other: Any) -> Any:
        return self.of(other) * self


def variant(**methods: Any) -> type:
    """The class with some methods replaced."""
    return type("Value", (Plain,), methods)


def _overwrites(self: Any, derivative: float) -> None:
    self.grad = derivative


def _plus(self: Any, other: Any) -> Any:
    other = self.of(other)
    return type(self)(self.data - other.data, ((self, 1.0), (other, 1.0)))


def _turned(self: Any, other: Any) -> Any:
    other = self.of(other)
    return type(self)(other.data - self.data, ((self, -1.0), (other, 1.0)))


def _own_factor(self: Any, other: Any) -> Any:
    other = self.of(other)
    return type(self)(self.data * other.data, ((self, self.data), (other, other.data)))


def _at_once(self: Any) -> None:
    self.grad = 1.0

    def on(value: Any) -> None:
        for part, slope in value.made_of:
            part.take(slope * value.grad)
            on(part)

    on(self)


class Forward:
    """Right, in other words: each number carries its derivatives by all leaves along."""

    def __init__(self, data: float) -> None:
        self.data, self.by, self.grad = data, {id(self): (self, 1.0)}, 0.0

    def _made(self, data: float, *parts: Any) -> Any:
        made = Forward(data)
        made.by = {}
        for part, slope in parts:
            for key, (leaf, its) in part.by.items():
                made.by[key] = (leaf, made.by.get(key, (leaf, 0.0))[1] + slope * its)
        return made

    def __add__(self, other: Any) -> Any:
        other = other if isinstance(other, Forward) else Forward(other)
        return self._made(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other: Any) -> Any:
        other = other if isinstance(other, Forward) else Forward(other)
        return self._made(self.data * other.data, (self, other.data), (other, self.data))

    def __sub__(self, other: Any) -> Any:
        return self + other * -1.0

    __radd__, __rmul__ = __add__, __mul__

    def backward(self) -> None:
        """Hand them out."""
        for leaf, slope in self.by.values():
            leaf.grad += slope


def program(*operators: int) -> Any:
    """A drawer of programs with these operators, each row taking the result before it and another one."""

    def draw(rng: Generator, size: Any) -> Array:
        rows, last = [], 0
        for op in operators:
            other = int(rng.integers(0, LEAVES + len(rows)))
            rows.append((op, last, other) if rng.random() < 0.5 else (op, other, last))
            last = LEAVES + len(rows) - 1
        return np.array(rows)

    return draw


# Programs of three leaves, whose results follow as 3, 4, ... In the sums and products nothing is used twice; in the
# diamond a b is, and what comes of it again; MIXED has all operators, and each order of its leaves shows.
SUMS = (((SUBTRACT, 0, 1), (ADD, 3, 2)), ((ADD, 0, 1), (SUBTRACT, 2, 3)))
PRODUCTS = (((MULTIPLY, 0, 1), (MULTIPLY, 2, 3)),)
DIAMOND = (((MULTIPLY, 0, 1), (ADD, 3, 2), (MULTIPLY, 4, 3), (MULTIPLY, 5, 4)),)
MIXED = (((SUBTRACT, 0, 1), (MULTIPLY, 3, 2), (ADD, 1, 4)), ((MULTIPLY, 0, 1), (SUBTRACT, 2, 3), (ADD, 4, 0)))


def run(way: str, *outputs: int, programs: Any = MIXED) -> Probe:
    """These programs, in one of the ways; expects the outputs at the given positions, or all."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k, rows in enumerate(programs, start=1):
            results = probes.call(ex, ask, probes.drawn(ex, rng, {"program": np.array(rows)}), way=way)
            for i in outputs or range(len(ex.outputs)):
                ask.expect(results[i], f"{ex.outputs[i]}, program {k}")

    return probe


def arguments(rng: Generator, size: tuple[int, ...]) -> dict[str, Any]:
    """Draw leaves, none near 0 or 1, and a program."""
    leaves = np.array([-1.0, 1.0, 1.0]) * rng.uniform(1.2, 2.0, LEAVES)
    return {"leaves": leaves, "program": program(*rng.permutation([ADD, SUBTRACT, MULTIPLY, MULTIPLY]))(rng, size)}


exercise = Exercise(
    reference=variant(),
    asked=Value,
    outputs=("value", "gradient"),
    arguments=arguments,
    public="value_ways",
    way_words=value_ways.IN_WORDS,
    ways=value_ways.WAYS,
    messages=value_ways.MESSAGES["Value"],
    checks=(
        Check("values", 1.0, "The operators must compute as numbers do.", run("of its kind", 0)),
        Check(
            "sums",
            1.0,
            "A sum has the derivatives 1 and 1, a difference 1 and -1.",
            run("of its kind", 1, programs=SUMS),
        ),
        Check(
            "products",
            1.0,
            "The derivative of a product by one factor is the other.",
            run("of its kind", 1, programs=PRODUCTS),
        ),
        Check(
            "used more than once",
            1.0,
            "What is used twice gets the sum of both derivatives, before it hands it on.",
            run("of its kind", 1, programs=DIAMOND),
        ),
        Check("plain numbers", 1.0, "2 * a and a * 2 must work.", run("with numbers")),
    ),
    mistakes=(
        Wrong(
            "overwrites",
            "You set `grad`: what is used twice keeps one share. Add up, `+=`.",
            written=variant(take=_overwrites),
        ),
        Wrong("the-other-way-round", "Your a - b is b - a.", written=variant(__sub__=_turned)),
        Wrong("plus-for-minus", "a - b has the derivative -1 by b.", written=variant(__sub__=_plus)),
        Wrong("own-factor", "The derivative of a b by a is b; yours is a.", written=variant(__mul__=_own_factor)),
        Wrong(
            "at-once",
            "You hand derivatives on before all have come in. Sort first.",
            written=variant(backward=_at_once),
        ),
        Wrong("numbers-on-the-left", "2 * a asks for `__rmul__`.", written=type("Value", (Bare,), {})),
    ),
    equivalents={"forward": Forward},
)
