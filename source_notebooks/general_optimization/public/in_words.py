"""What the check looks for in the written answer: the learner's own searches and portfolios, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from course.judging.written import Part, Written

SAMPLE = "three years of prices"


def numbers(variables: Mapping[str, Any]) -> dict[str, float]:
    """Seconds and distances of both searches, the ratios of the portfolios, and what pure noise promises."""
    truth, chosen, promised = variables["truth"], variables["chosen"], np.ravel(variables["promised"])
    found: dict[str, float] = {"seconds of SciPy": variables["by_scipy"]}
    for budget, gap, seconds in zip(*(variables[name] for name in ("budgets", "gaps", "seconds")), strict=True):
        found |= {f"seconds of {budget} calls": seconds, f"below the best after {budget} calls": gap}
    for name, w in chosen.items():
        found[f"ratio in truth of {name}"] = _ratio(w, truth.mu, truth.cov, truth.rf)
    sample = (variables["sample_mu"], variables["sample_cov"])
    found[f"ratio that {SAMPLE} promise"] = _ratio(chosen[SAMPLE], *sample, truth.rf)
    for what, of in (("mean", np.mean), ("lowest", np.min), ("highest", np.max)):
        found[f"{what} promise of pure noise"] = float(of(promised))
    return found


def given(variables: Mapping[str, Any]) -> dict[str, float]:
    """The numbers of calls, and the riskless rate."""
    calls = {f"calls, number {place}": budget for place, budget in enumerate(variables["budgets"], start=1)}
    return {**calls, "the riskless rate": variables["truth"].rf}


def _ratio(w: Any, mu: Any, cov: Any, rf: float) -> float:
    return float((w @ mu - rf) / np.sqrt(w @ cov @ w))


WRITTEN = {
    "written_comparison": Written(
        numbers=numbers,
        given=given,
        parts=(
            Part(
                "1. SciPy and your search",
                {
                    "how fast they are": r"second|\bs\b|\bms\b|fast|slow|calls|steps|evaluations",
                    "how close they come": r"close|exact|precis|accura|digits|gap|below",
                    "what had to be known": r"bound|scale|rate|constraint|softmax|toleran",
                    "5000 assets, or a goal that a network computes": r"5000|thousand|many assets|large|network",
                },
                numbers=2,
            ),
            Part(
                "2. What is promised",
                {
                    "the promise": r"promis",
                    "the truth": r"truth|true|real",
                    "returns without skill": r"noise|skill|luck|chance|random",
                    "what a backtest is worth": r"backtest|out.of.sample|future|new data|same data|overfit",
                },
                numbers=2,
            ),
        ),
    )
}
