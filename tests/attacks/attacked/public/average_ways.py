"""The ways in which a learner's Average is used: way(kind, names, numbers) -> the mean after each of the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

BEFORE = 3  # numbers before it is saved


@dataclass(frozen=True)
class Saved:
    """What one Average hands to the next."""

    state: Any


def _added(average: Any, numbers: np.ndarray) -> list[float]:
    return [float(average.add(float(number))) for number in numbers]


def _again(kind: Any, average: Any) -> Any:
    saved, other = Saved(average.state()), kind()
    other.restore(saved.state)
    return other


def in_a_row(kind: Any, names: Sequence[str], numbers: np.ndarray) -> np.ndarray:
    """One number after the other."""
    return np.array(_added(kind(), numbers))


def taken_up_again(kind: Any, names: Sequence[str], numbers: np.ndarray) -> np.ndarray:
    """Saved after the first numbers, and taken up again by another one."""
    average = kind()
    first, rest = np.split(numbers, [BEFORE])
    found = _added(average, first)
    return np.array(found + _added(_again(kind, average), rest))


WAYS = {"in a row": in_a_row, "taken up again": taken_up_again}
IN_WORDS = {"in a row": "one number after the other", "taken up again": "when it is taken up again"}
