"""Ask writes a script: values put, calls made, answers read, and what is expected of them."""

from __future__ import annotations

import inspect
import itertools
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import numpy as np
from numpy.random import Generator

from course.judging.scripts import (
    BOUNDED,
    INPUT,
    NUMBERS,
    SHARED,
    Argument,
    Asked,
    AskOracle,
    Call,
    Fill,
    Operation,
    Plain,
    Put,
    Read,
    Ref,
    put,
)
from course.judging.verdict import LENGTH, ROWS, Expectation


class Askable(Protocol):
    """What a probe needs to know of an exercise; see `Exercise`."""

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """What one call takes."""

    @property
    def outputs(self) -> tuple[str, ...]:
        """What one call gives."""

    @property
    def size(self) -> Any:
        """What arguments are drawn from."""

    @property
    def arguments(self) -> Callable[[Generator, Any], dict[str, Any]]:
        """Draws a value for each parameter."""

    @property
    def roles(self) -> Mapping[str, str]:
        """Role -> parameter."""

    @property
    def ways(self) -> Mapping[str, Callable[..., Any]]:
        """The ways in which a class is used, as models go them."""


class Ask:
    """The script of one key, as it is written, and the expectations of the criterion that is being written."""

    def __init__(
        self,
        function: str,
        parameters: tuple[str, ...],
        outputs: Mapping[str, tuple[str, ...]],
        keywords: tuple[str, ...] = (),
        own: Mapping[str, tuple[float, float]] | None = None,
    ) -> None:
        """outputs: by way, what comes back; "" is a direct call. keywords: of the learner's class, for the ways. own:
        rtol and atol of outputs, or of ways, that have their own."""
        self.script: list[Operation] = []
        self.oracles: dict[str, Plain] = {}
        self.expectations: list[Expectation] = []
        self.tolerances: dict[str, tuple[float, float]] = {}
        self._function, self._parameters, self._outputs, self._keywords = function, parameters, outputs, keywords
        self._own = own or {}
        self._numbers = itertools.count()
        self._prefix = ""
        self._calls: dict[str, Call] = {}
        self._inputs: dict[str, str] = {}  # of a put: the parameter that it was passed as
        self._answers: set[str] = set()
        self._shared: set[str] = set()  # calls since which something was overwritten

    def begin(self, criterion: str) -> None:
        """Start a criterion: its answers carry its name, its expectations are its own."""
        self._prefix = criterion
        self.expectations = []

    def outputs(self, way: str = "") -> tuple[str, ...]:
        """What a call gives, or one through a way."""
        return self._outputs.get(way) or self._outputs[""]

    def put(self, array: np.ndarray) -> Ref:
        """A new array in the learner's process; returns a reference to it."""
        key = f"x{next(self._numbers)}"
        self.script.append(Put(key, put(array)))
        return Ref(key)

    def oracle(self, spec: Plain) -> AskOracle:
        """A function that the learner's function may ask (`scripts.oracle`); answered by the judge."""
        name = f"oracle{next(self._numbers)}"
        self.oracles[name] = spec
        return AskOracle(name)

    def call(self, *args: Argument, through: str = "", kind: str = NUMBERS) -> tuple[Ref, ...]:
        """Call the function with references, oracles, numbers and words; returns one reference per output.

        `through` is the way in which a class is used; `kind` says what the call shows (`scripts.NUMBERS` and so on).
        """
        key = f"y{next(self._numbers)}"
        before = next((arg.key for arg in args if isinstance(arg, Ref) and arg.key in self._calls), "")
        outputs = self.outputs(through)
        # NumPy's numbers become Python's, as they are after the way through a file or a socket: a count stays a count.
        args = tuple(arg.item() if isinstance(arg, np.generic) else arg for arg in args)
        call = Call(
            key,
            self._function,
            args,
            through,
            self._keywords if through else (),
            self._parameters[: len(args)],
            outputs,
            kind,
            before,
        )
        self.script.append(call)
        self._calls[key] = call
        for name, arg in zip(self._parameters, args, strict=False):
            if isinstance(arg, Ref):
                self._inputs[arg.key] = name
        self._shared.clear()
        if len(outputs) == 1:
            return (Ref(key),)
        return tuple(Ref(key, i, len(outputs)) for i in range(len(outputs)))

    def fill(self, ref: Ref, number: float) -> None:
        """Overwrite an array in place, in the learner's process."""
        self.script.append(Fill(ref, number))
        self._shared |= self._calls.keys()

    def read(self, ref: Ref, label: str, kind: str = "", rtol: float | None = None, atol: float | None = None) -> str:
        """Record a value as an answer; returns the answer's name. rtol, atol: a tolerance of its own, both or none.
        ValueError if an answer has this name already."""
        name = f"{self._prefix}: {label}"
        if name in self._answers:
            raise ValueError(f"{self._function}: two answers are called {name!r}; the second would hide the first")
        self._answers.add(name)
        call = self._calls.get(ref.key)
        own = None
        if call is None:
            of = Read(ref, name, kind or INPUT, next(reversed(self._calls), ""), self._inputs.get(ref.key, ""))
        else:
            about = kind or (SHARED if ref.key in self._shared else call.kind)
            of = Read(ref, name, about, call.key, call.outputs[ref.item or 0])
            own = self._own.get(of.name, self._own.get(call.way))
        self.script.append(of)
        if rtol is not None and atol is not None:
            own = (rtol, atol)
        if own is not None:
            self.tolerances[name] = own
        return name

    def expect(self, ref: Ref, label: str, rtol: float | None = None, atol: float | None = None) -> None:
        """Read a value and expect that it equals the reference's."""
        self.expectations.append(Expectation(self.read(ref, label, rtol=rtol, atol=atol)))

    def expect_like(self, ref: Ref, label: str, like: str, times: float = 1.0) -> None:
        """Read a value and expect that it equals `times` the learner's own other answer."""
        self.expectations.append(Expectation(self.read(ref, label), like, times))

    def expect_between(self, ref: Ref, label: str, low: float | None = None, high: float | None = None) -> None:
        """Read a value and expect that it lies between bounds: for results that are not determined."""
        self.expectations.append(Expectation(self.read(ref, label, BOUNDED), low=low, high=high))

    def expect_length(self, ref: Ref, label: str) -> None:
        """Read an array and expect that it has as many rows as the reference's, whatever stands in them."""
        self.expectations.append(Expectation(self.read(ref, label), part=LENGTH))

    def expect_rows(self, ref: Ref, label: str) -> None:
        """Read an array and expect that its rows equal the reference's, as far as both go."""
        self.expectations.append(Expectation(self.read(ref, label), part=ROWS))

    def expect_asked(self, oracle: AskOracle, result: Ref, label: str) -> None:
        """Expect that the call with this result asked the oracle where the reference does, and nowhere else."""
        name = f"{self._prefix}: {label}"
        call = self._calls[result.key]
        asked = next(name for name, arg in zip(call.parameters, call.args, strict=True) if arg == oracle)
        self.script.append(Asked(oracle.oracle, result, name, call=call.key, name=asked))
        self.expectations.append(Expectation(name))
