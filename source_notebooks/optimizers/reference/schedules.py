"""The two learning-rate schedules of the course, as its formulas write them (section 3.7).

t counts steps from 0, so the first step is made at eta_0. A schedule is a function of t and its constants: it
may be asked for any t, in any order, and gives the same answer each time.
"""

from __future__ import annotations

import math


def step_decay(t: float, eta_0: float, gamma: float, s: float) -> float:
    """Multiply by gamma once every s steps.

        eta_t = eta_0 gamma^floor(t / s)

    t = 0, 1, ...; eta_0: the starting rate; gamma: the factor, at most 1; s: steps from one drop to the next,
    the first of them at t = s. Returns the learning rate of step t. Section 3.7.
    Libraries: PyTorch's StepLR is the same; so is Keras' ExponentialDecay with staircase=True.
    """
    return eta_0 * gamma ** math.floor(t / s)


def exponential_decay(t: float, eta_0: float, k: float) -> float:
    """Shrink at a constant rate.

        eta_t = eta_0 exp(-k t)

    t = 0, 1, ...; eta_0: the starting rate; k: the decay per step, so that the half-life is ln(2) / k steps.
    Returns the learning rate of step t. Section 3.7.
    Libraries: PyTorch's ExponentialLR and Keras' ExponentialDecay take the factor exp(-k), not the rate k.
    """
    return eta_0 * math.exp(-k * t)
