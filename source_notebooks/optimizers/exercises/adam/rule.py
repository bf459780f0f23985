"""The stages of Adam, and the headings that its mistakes lead to."""

from __future__ import annotations

import numpy as np

from autograder.exercises.variants import Anatomy

from ...families import places
from ...reference import adam_step

RULE = "adam#momentum-as-an-average"
WEIGHTS = "adam#what-the-weights-add-up-to"
FIRST = "adam#the-first-step-says-nothing"
CORRECTION = "adam#without-the-correction-too-fast-not-too-slow"
EPSILON = "adam#three-places-for-epsilon"
CLOCK = "conventions#what-is-in-memory-before-the-first-step"

rule = Anatomy(
    adam_step,
    stages={
        "rate": lambda s: s.eta,
        "b1": lambda s: s.beta_1,
        "b2": lambda s: s.beta_2,
        "floor": lambda s: s.eps,
        "clock": lambda s: s.t,
        "m_sum": lambda s: 1 - s.b1**s.clock,
        "v_sum": lambda s: 1 - s.b2**s.clock,
        "g": lambda s: s.grad,
        "square": lambda s: s.g**2,
        "theta_old": lambda s: s.theta,
        "m_old": lambda s: s.m,
        "v_old": lambda s: s.v,
        "m_new": lambda s: s.b1 * s.m_old + (1 - s.b1) * s.g,
        "v_new": lambda s: s.b2 * s.v_old + (1 - s.b2) * s.square,
        "m_hat": lambda s: s.m_new / s.m_sum,
        "v_hat": lambda s: s.v_new / s.v_sum,
        "root": lambda s: np.sqrt(s.v_hat + s.floor),
        "direction": lambda s: s.m_hat,
        "step": lambda s: s.rate * s.direction / s.root,
        "theta_new": lambda s: s.theta_old - s.step,
    },
    returns=("theta_new", "m_new", "v_new"),
    should=places.ADAM,
)
