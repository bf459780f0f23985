"""The probe of a schedule: its rate at times that are placed by what was drawn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from numpy.random import Generator

from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Exercise, Probe


def at(times: Callable[[dict[str, Any]], list[int]]) -> Probe:
    """Ask for the rate at the given times; `times` maps the drawn parameters to them, in the order of the asking."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for _ in range(2):
            drawn = ex.arguments(rng, ())
            others = [value for name, value in drawn.items() if name != "t"]
            shown = ", ".join(f"{name} = {value:.4g}" for name, value in drawn.items() if name != "t")
            for k, t in enumerate(times(drawn)):
                (eta,) = ask.call(t, *others)
                ask.expect(eta, f"eta at t = {t} ({shown}{f', asked as number {k + 1}' if k else ''})")

    return probe
