"""The layer GainedDense(units, slope=0.1): leaky((x * gain) kernel + bias), its weights set by the judge."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.variants import Anatomy

from ..public import layer_ways

Array = np.ndarray


def GainedDense(x: Any, gain: Any, kernel: Any, bias: Any, units: int, slope: float = 0.1) -> None:
    """What a way of using the class takes."""


def model(x: Any, gain: Any, kernel: Any, bias: Any, units: int, slope: float = 0.1, *, traced: bool) -> None:
    """The layer in NumPy: its output, and how many weights it has. The stages below are the rule."""


def arguments(rng: Generator, size: tuple[int, int, int]) -> dict[str, Any]:
    """Draw n rows of p numbers, and the weights of `units` units."""
    n, p, units = size
    return {
        "x": rng.normal(size=(n, p)),
        "gain": rng.uniform(0.5, 2.0, size=p),
        "kernel": rng.normal(size=(p, units)),
        "bias": np.resize([-4.0, 4.0], units) + rng.normal(size=units),  # so that both branches are taken
        "units": units,
        "slope": float(rng.uniform(0.2, 0.5)),
    }


def called(rule: Any, names: Any, *given: Any) -> Any:
    """The way of that name, for a model in NumPy."""
    return rule(*given, traced=False)[0]


def in_a_model(rule: Any, names: Any, *given: Any) -> Any:
    """The way of that name, for a model in NumPy."""
    return rule(*given, traced=True)


def _only_arrays(s: Any) -> Any:
    if s.traced:
        raise TypeError("no array yet")
    return s.z


rule = Anatomy(
    model,
    stages={
        "scaled": lambda s: s.x * s.gain,
        "z": lambda s: s.scaled @ s.kernel + s.bias,
        "low": lambda s: s.slope,
        "seen": lambda s: s.z,
        "output": lambda s: np.where(s.seen > 0, s.seen, s.low * s.seen),
        "count": lambda s: len(s.gain) + s.kernel.size + s.units,
    },
    returns=("output", "count"),
)


def _of(hint: str) -> dict[str, str]:
    return {"did": hint, "effect": "", "hint": hint, "section": ""}


mistakes = (
    rule.wrong("gain-forgotten", **_of("Your gain does not enter."), scaled=lambda s: s.x),
    rule.wrong("slope-fixed", **_of("Your slope is 0.1 whatever was asked for. Use `self.slope`."), low=lambda s: 0.1),
    rule.wrong("slope-default", **_of("By default your slope is 0.2, not 0.1."), defaults={"slope": 0.2}),
    rule.wrong(
        "bias-not-trained",
        **_of("Your bias is no weight of the layer: make it with `add_weight`."),
        z=lambda s: s.scaled @ s.kernel,
        count=lambda s: len(s.gain) + s.kernel.size,
    ),
    rule.wrong(
        "only-arrays",
        **_of("In a model the layer is called before there are numbers: use `keras.ops`, not NumPy."),
        seen=_only_arrays,
    ),
    rule.wrong("never-zero", **_of("You add 1e-7 to the output."), seen=lambda s: s.z + 1e-7),
)

equivalents = {
    "the kernel scaled": rule.variant(z=lambda s: s.x @ (s.gain[:, None] * s.kernel) + s.bias),
    "by maximum": rule.variant(output=lambda s: np.maximum(s.z, 0) + s.slope * np.minimum(s.z, 0)),
}


def tiny(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Inputs of size 1e-9, all of one sign: the relative error alone counts."""
    n, p, units = ex.size
    small = {"x": 1e-9 * rng.uniform(1, 2, (n, p)), "bias": np.zeros(units), "kernel": rng.uniform(1, 2, (p, units))}
    (output,) = probes.call(ex, ask, probes.drawn(ex, rng, small), way="called")
    ask.expect(output, "output of tiny numbers", rtol=1e-5, atol=0.0)


exercise = Exercise(
    reference=rule.variant(),
    asked=GainedDense,
    outputs=("output",),
    way_outputs={"in a model": ("output in a model", "number of weights")},
    arguments=arguments,
    size=(4, 3, 2),
    public="layer_ways",
    way_words=layer_ways.IN_WORDS,
    ways={"called": called, "in a model": in_a_model},
    keywords=("units", "slope"),
    rtol=1e-5,
    atol=1e-6,
    tolerances={"number of weights": (0.0, 0.0)},
    failures_alike=True,
    seconds=30.0,
    checks=(
        Check("output", 2.0, "The output is leaky((x * gain) kernel + bias).", probes.used("called")),
        Check("by default", 0.5, "Left out, slope is 0.1.", probes.used("called", times=1, defaults=True)),
        Check("tiny numbers", 0.5, "Also tiny numbers must come out right.", tiny),
        Check("in a model", 1.0, "In a model it must do the same.", probes.used("in a model", times=1)),
    ),
    mistakes=mistakes,
    equivalents=equivalents,
)
