"""What the check looks for in the written answer: the results of the learner's own runs, and what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from course.judging.written import Part, Written


def numbers(variables: Mapping[str, Any]) -> dict[str, float]:
    """By run and seed, the losses and the epochs; their means, spreads, and how far they are apart."""
    outcomes = variables["outcomes"]
    found: dict[str, float] = {}
    names = list(dict.fromkeys(name for name, _ in outcomes))
    means: dict[tuple[str, str], float] = {}
    for name in names:
        rows = {seed: row for (run, seed), row in outcomes.items() if run == name}
        for what in ("validation", "test", "epochs"):
            values = [row[what] for row in rows.values()]
            means[name, what] = float(np.mean(values))
            found[f"mean {what} of {name}"] = means[name, what]
            found[f"lowest {what} of {name}"] = float(np.min(values))
            found[f"highest {what} of {name}"] = float(np.max(values))
            found[f"range of {what} of {name}"] = float(np.ptp(values))
            found[f"deviation of {what} of {name}"] = float(np.std(values, ddof=1))
            found |= {f"{what} of {name}, seed {seed}": value for seed, value in zip(rows, values, strict=True)}
        gaps = [row["test"] - row["validation"] for row in rows.values()]
        found |= {f"test less validation of {name}": float(np.mean(gaps))}
        found |= {f"test less validation of {name}, seed {seed}": gap for seed, gap in zip(rows, gaps, strict=True)}
    for one in names:
        for other in names:
            if one < other:
                seeds = [seed for run, seed in outcomes if run == one]
                pairs = [outcomes[one, seed]["test"] - outcomes[other, seed]["test"] for seed in seeds]
                found[f"{one} less {other}"] = float(np.mean(pairs))
                found[f"deviation of {one} less {other}"] = float(np.std(pairs, ddof=1))
                found |= {f"{one} less {other}, pair {place}": pair for place, pair in enumerate(pairs)}
    return found


WRITTEN = {
    "written_comparison": Written(
        numbers=numbers,
        parts=(
            Part(
                "1. Which run ends best",
                {
                    "the test loss": r"test",
                    "how much it differs between seeds": r"seed|spread|var(y|ies|iation)|range|deviation",
                    "what may be said": r"may|can|cannot|difference|better|alike|luck|chance|noise",
                },
                numbers=3,
            ),
            Part(
                "2. What the best epoch promises",
                {
                    "the validation loss": r"validation|val_loss",
                    "the test loss": r"test",
                    "why they differ": r"chosen|chose|choice|select|lowest|minimum|best of|luck|flatter|optimis",
                },
                numbers=2,
            ),
        ),
    )
}
