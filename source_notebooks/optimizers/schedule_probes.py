"""The probe of a schedule: its rate at times that are placed by the other arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.random import Generator

from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Exercise, Probe
from autograder.exercises.probes import Fixed, drawn


def between(low: float, high: float) -> Callable[[Generator, tuple[int, ...]], float]:
    """A number that is drawn between two others, for `fixed`."""
    return lambda rng, shape: float(rng.uniform(low, high))


def at(times: Callable[[dict[str, Any]], list[int]], *cases: Fixed) -> Probe:
    """Ask in each case, which fixes some arguments, for the rate at the given times; `times` maps the arguments to
    them, in the order of the asking."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for fixed in cases:
            arguments = drawn(ex, rng, fixed)
            others = {name: value for name, value in arguments.items() if name != "t"}
            shown = ", ".join(f"{name} = {value:.4g}" for name, value in others.items())
            for k, t in enumerate(times(arguments)):
                (eta,) = ask.call(t, *others.values())
                ask.expect(eta, f"eta at t = {t} ({shown}{f', asked as number {k + 1}' if k else ''})")

    return probe
