"""tangency(mu, cov, rf=0.02) -> weights (n,)."""

from __future__ import annotations

from functools import partial
from typing import Any

from numpy.random import Generator
from tps.training_loop.promises import inputs_unchanged

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe

from ... import questions
from ...draws import DAYS, GREAT, HARDLY, RATIO, with_best
from ...reference import tangency
from .mistakes import equivalents, mistakes

LONG = (0.2, 0.35, 0.15, 0.2, 0.1)
SHORT = (0.7, 0.55, -0.4, 0.25, -0.1)
NEGATIVE = (0.5, -0.8, 0.3, -0.9, 0.2)  # more is sold than bought


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    """Draw a market of five assets with some short positions."""
    return with_best(rng, SHORT)


def told(x: tuple[float, ...], what: str, days: int = 1, ratios: tuple[float, ...] = (RATIO, HARDLY)) -> Probe:
    """The weights of markets with a tangency portfolio about like this, of these Sharpe ratios per year."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k, ratio in enumerate(ratios, start=1):
            (ref,) = probes.call(ex, ask, with_best(rng, x, days, ratio))
            ask.expect(ref, f"weights, {what}, case {k}")

    return probe


by_default = partial(probes.calls, defaults=True, times=1)

exercise = Exercise(
    reference=tangency,
    outputs=("weights",),
    arguments=arguments,
    lecture="general_optimization",
    size=5,
    rtol=1e-8,
    atol=1e-10,
    checks=(
        Check("all long", 0.6, "The weights must go along C^-1 (mu - rf) and sum to 1.", told(LONG, "all long")),
        Check("short positions", 0.5, "Negative weights stay: nothing is cut off.", told(SHORT, "some short")),
        Check(
            "a negative sum",
            0.5,
            "Where the sum of C^-1 e is negative, dividing by it would turn the best portfolio into the worst: divide "
            "by the sum of the absolute values.",
            told(NEGATIVE, "more sold than bought"),
        ),
        Check("daily figures", 0.2, "Figures per day give the same weights.", told(LONG, "per day", DAYS, (GREAT,))),
        Check("rf by default", 0.1, "Without rf the function must use 0.02.", by_default()),
        inputs_unchanged(0.1),
    ),
    mistakes=mistakes,
    questions=questions.TANGENCY,
    equivalents=equivalents,
)
