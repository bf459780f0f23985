"""What the check looks for in the written answer: the results of the learner's own comparison, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import numpy as np

from course.judging.written import Part, Written

RATE = 0.01  # of the comparison at one rate
OURS, PLAIN = "LookAheadSGD", "SGD"


def numbers(variables: Mapping[str, Any]) -> dict[str, float]:
    """The best rates, their losses, how far these are apart and spread over the seeds; and the losses at one rate."""
    table, losses, seeds = variables["table"], variables["losses"], variables["seeds"]
    found: dict[str, float] = {}
    for name, row in table.items():
        at_best = [losses[name, row["rate"], seed] for seed in seeds]
        found |= {f"rate of {name}": row["rate"], f"loss of {name}": row["loss"]}
        found[f"spread of {name} over the seeds"] = float(np.ptp(at_best))
        found[f"deviation of {name} over the seeds"] = float(np.std(at_best, ddof=1)) if len(at_best) > 1 else 0.0
        found |= {f"loss of {name} at {RATE:g}, seed {seed}": losses[name, RATE, seed] for seed in seeds}
    for one, other in combinations(table, 2):
        found[f"{one} to {other}"] = abs(table[one]["loss"] - table[other]["loss"])
    return found


WRITTEN = {
    "written_conclusion": Written(
        numbers=numbers,
        parts=(
            Part(
                "1. Who is first",
                {
                    "who is first": r"first|best|lowest|wins?\b|winner|leads?\b",
                    "how large the spread over the seeds is": r"spread|var(y|ies|iation|iance)|range|deviation|scatter",
                },
                numbers=2,
            ),
            Part(
                "2. One rate, one seed",
                {
                    "the comparison at one rate": r"0\.01|one rate|same rate",
                    "one seed": r"seed",
                    "which comparison you believe": r"believe|trust|rely|fair|honest|convinc",
                },
                numbers=1,
            ),
            Part(
                f"3. {OURS} and {PLAIN}",
                {
                    "the losses": r"loss",
                    "the rates": r"rate",
                    "the velocity": r"velocity|momentum|gamma|1 ?/ ?\(1",
                },
                numbers=2,
            ),
        ),
    )
}
