"""long_only(mu, cov, rf=0.02) -> (weights of the highest ratio, weights of the lowest variance)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.random import Generator
from tps.training_loop.promises import inputs_unchanged

from autograder.exercises import probes
from autograder.exercises.ask import Ask
from autograder.exercises.exercise import Check, Exercise, Probe

from ... import questions
from ...draws import ALL, CLOSER, DAYS, HEDGED, LOSS, SOME, market
from ...reference import long_only
from .mistakes import equivalents, mistakes

# What any of SciPy's methods reaches on figures per year; a variance is flat near its minimum. Per day, where a start
# that never moved is tenths away, less is left to those that stopped on the way.
NEAR, CALM, NEARER = 1e-2, 3e-2, 5e-3


def arguments(rng: Generator, size: Any) -> dict[str, Any]:
    """Draw a market of five assets, three of which are held."""
    return market(rng, SOME)


def told(output: int, held: Sequence[float], what: str, times: int = 2, **placed: Any) -> Probe:
    """One of the two portfolios, in figures per year. placed: what else is passed to `market`."""

    def probe(ex: Exercise, ask: Ask, rng: Generator) -> None:
        for k in range(1, times + 1):
            results = probes.call(ex, ask, market(rng, held, **placed))
            ask.expect(results[output], f"{ex.outputs[output]}, {what}, case {k}")

    return probe


def daily(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """Figures per day: variances are ten thousandths."""
    for k in (1, 2):
        _, calm = probes.call(ex, ask, market(rng, ALL, DAYS))
        ask.expect(calm, f"{ex.outputs[1]}, figures per day, case {k}", rtol=0.0, atol=NEARER)


def no_shorts(ex: Exercise, ask: Ask, rng: Generator) -> None:
    """No weight is negative, but for a last digit."""
    for ref, name in zip(probes.call(ex, ask, market(rng, SOME)), ex.outputs, strict=True):
        ask.expect_between(ref, name, low=-1e-6, high=1 + 1e-6)


exercise = Exercise(
    reference=long_only,
    outputs=("best weights", "calmest weights"),
    arguments=arguments,
    lecture="general_optimization",
    size=5,
    rtol=0.0,
    atol=NEAR,
    tolerances={"calmest weights": (0.0, CALM)},
    seconds=60.0,
    checks=(
        Check(
            "highest ratio, all held",
            0.75,
            "Where no weight would be negative, the highest Sharpe ratio is that of the tangency portfolio.",
            probes.all_of(
                told(0, ALL, "all held"),
                told(0, ALL, "all held, one of which earns less than rf", times=1, correlation=HEDGED),
            ),
        ),
        Check(
            "highest ratio, some left out",
            0.75,
            "The weights must have the highest Sharpe ratio of all that are not negative and sum to 1.",
            told(0, SOME, "some left out", slope=LOSS),
        ),
        Check(
            "lowest variance",
            0.5,
            "The weights must have the lowest variance of all that are not negative and sum to 1.",
            told(1, ALL, "figures per year", correlation=CLOSER),
        ),
        Check(
            "lowest variance, daily figures",
            0.7,
            "Figures per day must give the same weights: SciPy stops once a change is below its tolerance, and these "
            "numbers are tiny. Scale what is minimised.",
            daily,
        ),
        Check("no short positions", 0.2, "No weight may be negative.", no_shorts, rule=False),
        inputs_unchanged(0.1),
    ),
    mistakes=mistakes,
    questions=questions.LONG_ONLY,
    equivalents=equivalents,
    further=None,  # means and a covariance of different markets may have no best portfolio
)
