"""Numbers that look random and are the same in Python and in JavaScript (`draws.js`)."""

from __future__ import annotations

import numpy as np

from course.workshop.problems import Array


def uniform(count: int) -> Array:
    """Numbers from 0 to 1, (count,): a linear congruential generator (Press et al. 1992, section 7.1)."""
    found, state = np.empty(count), 1
    for i in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        found[i] = state / 2**32
    return found
