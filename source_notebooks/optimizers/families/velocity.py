"""Mistakes of the rules that keep a velocity: momentum and Nesterov.

Their stages must be called `rate`, `decay` (gamma), `theta_old`, `v_old`, `push` (eta g), `v_new` and `step`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

MEMORY = "momentum#what-the-velocity-remembers"
INSIDE = "conventions#the-rate-inside-the-velocity-or-outside"
AVERAGE = "conventions#a-sum-or-an-average"


def velocity(rule: Anatomy, section: str) -> tuple[Wrong, ...]:
    """The mistakes of one rule; `section` is where it is derived."""

    def wrong(id: str, **entry: Any) -> Wrong:
        return rule.wrong(id, **{"section": section, **entry})

    return (
        wrong(
            "ema",
            did="The velocity is an average: gamma v + (1 - gamma) eta g.",
            effect="As with eta multiplied by 1 - gamma: at gamma = 0.9 the steps are 10 times too short.",
            hint="You average: v = gamma v + (1 - gamma) eta g. A sum is asked, v = gamma v + eta g. Yours equals "
            "it with eta multiplied by 1 - gamma.",
            section=AVERAGE,
            convention="the average form of momentum, with eta inside: the course's rule at the rate eta (1 - gamma)",
            push=lambda s: (1 - s.decay) * s.rate * s.g,
        ),
        wrong(
            "divided-by-one-minus-gamma",
            did="The step is the velocity divided by 1 - gamma, as if it were an average to be corrected.",
            effect="As with a rate 1 / (1 - gamma) times as large: 10 times at gamma = 0.9.",
            hint="You divide the velocity by 1 - gamma. It is a sum, not an average: nothing is to be corrected.",
            section=AVERAGE,
            step=lambda s: s.v_new / (1 - s.decay),
        ),
        wrong(
            "rate-twice",
            did="eta stands in the velocity and again in the step.",
            effect="The first step has eta squared in it: at 0.01 it is 100 times too short.",
            hint="eta stands in the velocity already; you apply it again in the step.",
            section=INSIDE,
            step=lambda s: s.rate * s.v_new,
        ),
        wrong(
            "rate-not-used",
            did="eta is not used at all.",
            effect="As with eta = 1: the steps are as long as the slopes are steep.",
            hint="The learning rate has no effect: v = gamma v + eta g.",
            push=lambda s: s.g,
        ),
        wrong(
            "rate-on-both",
            did="eta multiplies the bracket: v = eta (gamma v + g).",
            effect="The memory shrinks to eta gamma: hardly anything is remembered.",
            hint="eta multiplies the old velocity too. It belongs to the gradient alone: v = gamma v + eta g.",
            v_new=lambda s: s.rate * (s.decay * s.v_old + s.g),
        ),
        wrong(
            "old-velocity",
            did="theta is moved before the velocity is updated.",
            effect="The first step stands still, and each gradient acts one step late.",
            hint="You step with the old velocity. Update v first, then step with the new one.",
            step=lambda s: s.v_old,
        ),
        wrong(
            "gradient-step-only",
            did="v is updated and returned, but theta steps by eta g.",
            effect="The velocity is kept, and never moves theta.",
            hint="v is right, but theta steps by eta g alone. Subtract the new v.",
            step=lambda s: s.push,
        ),
        wrong(
            "gradient-twice",
            did="eta g is subtracted once more beside the new velocity.",
            effect="The newest gradient counts twice: the first step is 2 eta g.",
            hint="eta g is subtracted twice: it is in the new v already. Subtract the new v alone.",
            step=lambda s: s.v_new + s.push,
        ),
        wrong(
            "no-friction",
            did="The old velocity enters the new one with factor 1.",
            effect="Nothing is forgotten: every gradient pushes for ever.",
            hint="The old velocity enters with factor 1: gamma is missing. v = gamma v + eta g.",
            section=MEMORY,
            v_new=lambda s: s.v_old + s.push,
        ),
        wrong(
            "one-plus-gamma",
            did="`v += gamma * v + eta * g`: the old velocity counts 1 + gamma.",
            effect="The first step is right; then the velocity grows by itself.",
            hint="The old velocity counts 1 + gamma times, as where gamma v is added to v. It is v = gamma v + eta g.",
            section=MEMORY,
            v_new=lambda s: s.v_old + s.decay * s.v_old + s.push,
        ),
        wrong(
            "gamma-reversed",
            did="The old velocity enters with 1 - gamma.",
            effect="At gamma = 0.9 only a tenth of the velocity is kept.",
            hint="The old velocity enters with 1 - gamma. gamma is what is kept: v = gamma v + eta g.",
            section=MEMORY,
            v_new=lambda s: (1 - s.decay) * s.v_old + s.push,
        ),
        wrong(
            "weights-exchanged",
            did="v = (1 - gamma) v + gamma eta g.",
            effect="At gamma = 0.9 only a tenth of the velocity is kept, and the first step is 0.9 eta g.",
            hint="gamma and 1 - gamma stand at the wrong terms, and no average is asked: v = gamma v + eta g.",
            section=AVERAGE,
            v_new=lambda s: (1 - s.decay) * s.v_old + s.decay * s.push,
        ),
        wrong(
            "gamma-on-gradient",
            did="gamma multiplies the gradient too: gamma (v + eta g).",
            effect="As with eta multiplied by gamma.",
            hint="gamma multiplies the gradient too: you have v = gamma (v + eta g). It is v = gamma v + eta g.",
            section=MEMORY,
            v_new=lambda s: s.decay * (s.v_old + s.push),
        ),
        wrong(
            "gamma-squared",
            did="The old velocity enters with gamma squared.",
            effect="The memory is half as long: a half-life of 3.3 steps at gamma = 0.9, not 6.6.",
            hint="The old velocity enters with gamma squared. It is gamma itself.",
            section=MEMORY,
            v_new=lambda s: s.decay**2 * s.v_old + s.push,
        ),
        wrong(
            "gamma-root",
            did="The old velocity enters with the root of gamma.",
            effect="The memory is twice as long: a half-life of 13.2 steps at gamma = 0.9, not 6.6.",
            hint="The old velocity enters with the square root of gamma. It is gamma itself.",
            section=MEMORY,
            v_new=lambda s: np.sqrt(s.decay) * s.v_old + s.push,
        ),
        wrong(
            "gamma-fixed",
            did="gamma = 0.9 is written into the code.",
            effect="Right at the default; no other gamma has any effect.",
            hint="You use 0.9 whatever gamma is passed. Use gamma.",
            section=MEMORY,
            decay=lambda s: 0.9,
        ),
        wrong(
            "gamma-default-0.99",
            did="The default of gamma is 0.99.",
            effect="The velocity remembers ten times as long whenever gamma is not passed.",
            hint="Your default for gamma is 0.99. Here it is 0.9.",
            section=MEMORY,
            defaults={"gamma": 0.99},
        ),
        wrong(
            "rate-and-gamma-fixed",
            did="eta = 0.01 and gamma = 0.9 are written into the code.",
            effect="Right at these two numbers only.",
            hint="You use the rate 0.01 and gamma 0.9 whatever is passed. Use eta and gamma.",
            section=MEMORY,
            rate=lambda s: 0.01,
            decay=lambda s: 0.9,
        ),
        wrong(
            "theta-and-velocity-exchanged",
            did="The signature has v before theta.",
            effect="The start is taken for a velocity, and the velocity for the start.",
            hint="theta and v have changed places: theta is the first argument, v the second.",
            theta_old=lambda s: s.v,
            v_old=lambda s: s.theta,
        ),
        wrong(
            "one-velocity-for-all",
            did="One number is kept as the velocity: the mean over the coordinates.",
            effect="All coordinates make the same step; the minimum is reached only by accident.",
            hint="You average the velocity over the coordinates. Each parameter has a velocity of its own.",
            v_new=lambda s: np.mean(s.decay * s.v_old + s.push) + np.zeros(np.shape(s.v_old)),
        ),
        wrong(
            "sign-twice",
            did="v = gamma v - eta g, and then v is subtracted.",
            effect="The loss rises from the first step on.",
            hint="Two minus signs: v = gamma v - eta g, and then theta - v, which goes uphill. Here v = gamma v + "
            "eta g.",
            push=lambda s: -s.rate * s.g,
        ),
        wrong(
            "velocity-subtracted",
            did="v = eta g - gamma v.",
            effect="The memory changes its sign at each step: a steady slope is slowed down by 1 + gamma.",
            hint="The old velocity enters with a minus: v = eta g - gamma v. It is v = gamma v + eta g.",
            section=MEMORY,
            v_new=lambda s: s.push - s.decay * s.v_old,
        ),
    )
