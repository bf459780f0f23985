"""What an exercise is: a reference, the criteria that probe it, its mistakes and its equivalent right forms.

An exercise is declared once, as data. `draw` turns it into a key with fresh inputs; nothing else knows how.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.catalogue.anatomy import Wrong, signature
from autograder.exercises.further import ask_further
from course import calls
from course.calls import Answers, Plain
from course.verdict import ATOL, RTOL, Claim, Criterion, Key


class Ask:
    """Writes a script: values put, calls made, answers read, and the claims about them."""

    def __init__(self, function: str, outputs: int, keywords: tuple[str, ...] = ()) -> None:
        self.script: list[Plain] = []
        self.oracles: dict[str, Plain] = {}
        self.claims: list[Claim] = []
        self._function = function
        self._outputs = outputs
        self._keywords = keywords
        self._names = iter(range(10**9))
        self._prefix = ""

    def begin(self, criterion: str) -> None:
        """Start a criterion: its answers carry its name, its claims are its own."""
        self._prefix = criterion
        self.claims = []

    def put(self, array: np.ndarray) -> Plain:
        """A new array in the learner's process; returns a reference to it."""
        key = f"x{next(self._names)}"
        self.script.append({"put": key, "value": array})
        return {"ref": key}

    def gradient(self, spec: Plain) -> Plain:
        """A gradient that the learner's function may ask; answered by the judge."""
        name = f"grad{next(self._names)}"
        self.oracles[name] = spec
        return {"oracle": name}

    def call(self, *args: Any, through: str = "") -> tuple[Plain, ...]:
        """Call the function with references, oracles and numbers; returns one reference per output.

        `through` is the way in which a class is used (`course.ways`).
        """
        key = f"y{next(self._names)}"
        op = {"call": key, "function": self._function, "args": list(args)}
        self.script.append(op | {"through": through, "names": list(self._keywords)} if through else op)
        if self._outputs == 1:
            return ({"ref": key},)
        return tuple({"ref": key, "item": i, "of": self._outputs} for i in range(self._outputs))

    def fill(self, ref: Plain, number: float) -> None:
        """Overwrite an array in place, in the learner's process."""
        self.script.append({"fill": ref, "value": number})

    def read(self, ref: Plain, label: str) -> str:
        """Record a value as an answer; returns the answer's name."""
        name = f"{self._prefix}: {label}"
        self.script.append({"read": ref, "as": name})
        return name

    def expect(self, ref: Plain, label: str) -> None:
        """Read a value and claim that it equals the reference's."""
        self.claims.append(Claim(self.read(ref, label)))

    def expect_like(self, ref: Plain, label: str, like: str, times: float = 1.0) -> None:
        """Read a value and claim that it equals `times` the learner's own other answer."""
        self.claims.append(Claim(self.read(ref, label), like, times))

    def expect_asked(self, oracle: Plain, result: Plain, label: str) -> None:
        """Claim that the call with this result asked the gradient where the reference does, and nowhere else."""
        name = f"{self._prefix}: {label}"
        self.script.append({"asked": oracle["oracle"], "in": result, "as": name})
        self.claims.append(Claim(name))


Probe = Callable[["Exercise", Ask, Generator], None]


@dataclass(frozen=True)
class Check:
    """One criterion before inputs are drawn: its name, points, message, and the probe that asks for it."""

    name: str
    points: float
    fails: str
    probe: Probe
    rule: bool = True


@dataclass(frozen=True, eq=False)  # each is itself: what is made of one is kept for it
class Exercise:
    """One function, or one class, that students write.

    `reference` has the name and the signature that students type. `arguments` draws a value for each of its
    parameters (arrays of one shape, numbers, or the data of an oracle). `outputs` names what it returns.

    A class is not called, it is used, in several `ways` (those of `course.ways`). The reference, the mistakes
    and the equivalents are then models of it in NumPy, and `ways` holds by name the functions that use a model as
    `course.ways` uses the class, with the same results. `asked` has the name of the class and says which
    arguments a way takes; `keywords` are the last of them, by the names that they have in the class.

    Numbers agree within `rtol` and `atol`; `seconds`, if given, is how long answering may take.
    """

    reference: Callable[..., Any]
    outputs: tuple[str, ...]
    arguments: Callable[[Generator, tuple[int, ...]], dict[str, Any]]
    checks: tuple[Check, ...]
    lecture: str
    mistakes: tuple[Wrong, ...] = ()
    equivalents: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    asked: Callable[..., Any] | None = None
    ways: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    keywords: tuple[str, ...] = ()
    rtol: float = RTOL
    atol: float = ATOL
    seconds: float | None = None

    @property
    def name(self) -> str:
        """The name that students type."""
        return (self.asked or self.reference).__name__

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """What one call takes."""
        return signature(self.asked or self.reference).parameters

    @property
    def points(self) -> float:
        """Points of all criteria together."""
        return round(sum(check.points for check in self.checks), 6)

    def draw(self, rng: Generator) -> Key:
        """A key with fresh inputs: the script, and what the reference answers to it."""
        ask = Ask(self.name, len(self.outputs), self.keywords)
        criteria = []
        for check in self.checks:
            ask.begin(check.name)
            check.probe(self, ask, rng)
            criteria.append(Criterion(check.name, check.points, check.fails, tuple(ask.claims), check.rule))
        ask_further(self, ask, rng)
        parameters = tuple(self.parameters)
        key = Key(
            self.name,
            ask.script,
            tuple(criteria),
            {},
            ask.oracles,
            parameters,
            self.outputs,
            self.lecture,
            self.rtol,
            self.atol,
        )
        key.expected.update(self.answers_of(self.reference, key))
        return key

    def answers_of(self, function: Callable[..., Any], key: Key) -> Answers:
        """What a function, run here, answers to the key's script. For our own functions only."""
        oracles = {name: calls.oracle(spec) for name, spec in key.oracles.items()}
        return calls.perform(key.script, {self.name: function}, oracles, ways=self.ways)

    @property
    def prefix(self) -> str:
        """The exercise's part of a mistake's id: `adam` for `adam_step`, `look-ahead-sgd` for `LookAheadSGD`."""
        name = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", self.name).lower()
        return name.removesuffix("_step").replace("_", "-")
