"""How step decay goes wrong, and right in other words."""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import reduce
from types import SimpleNamespace

import numpy as np

from autograder.exercises.variants import Anatomy, keep

from ...families import places
from ...families.schedules import schedule
from ...reference import step_decay

BLOCKS = "learning_rates#two-schedules-each-from-one-sentence"

rule = Anatomy(
    step_decay,
    stages={
        "time": lambda p: p.t,
        "period": lambda p: p.s,
        "start": lambda p: p.eta_0,
        "factor": lambda p: p.gamma,
        "drops": lambda p: p.time // p.period,
        "eta": lambda p: p.start * p.factor**p.drops,
    },
    returns=("eta",),
    should=places.STEP_DECAY,
)


def kept_and_multiplied(p: SimpleNamespace) -> float:
    """The rate is kept between the calls and multiplied whenever t is a multiple of s."""
    if p.t == 0:
        return keep(p, "eta", p.eta_0)
    if p.t % p.s == 0:
        keep(p, "eta", p.kept.get("eta", p.eta_0) * p.gamma)
    return p.kept.get("eta", p.eta_0)


mistakes = (
    rule.wrong(
        "no-floor",
        did="t / s is not rounded.",
        effect="The rate falls a little at every step; it is right at the multiples of s only.",
        hint="t / s is not rounded down: your rate falls a little at every step instead of once every s steps.",
        section=BLOCKS,
        drops=lambda p: p.t / p.s,
        also={
            "the exponential with the same corners": {
                "eta": lambda p: p.eta_0 * math.exp(p.t * math.log(p.gamma) / p.s)
            }
        },
    ),
    rule.wrong(
        "rounded",
        did="t / s is rounded to the nearest integer.",
        effect="Each drop comes half a period early.",
        hint="You round t / s to the nearest integer; the drops come half a period early. Round down.",
        section=BLOCKS,
        drops=lambda p: round(p.time / p.period),
    ),
    rule.wrong(
        "ceil",
        did="t / s is rounded up.",
        effect="The first drop comes at t = 1: almost a whole period early.",
        hint="You round t / s up: the first drop comes at t = 1. Round down.",
        section=BLOCKS,
        drops=lambda p: math.ceil(p.time / p.period),
    ),
    rule.wrong(
        "drop-at-the-multiples-only",
        did="`if t % s == 0`: eta_0 gamma at the multiples of s, eta_0 at all other times.",
        effect="The rate dips for one step in every s and comes back.",
        hint="Your rate drops at the multiples of s and is eta_0 again one step later. All drops so far must count: "
        "floor(t / s) of them, at every t.",
        section=BLOCKS,
        drops=lambda p: 1 if p.t > 0 and p.time % p.period == 0 else 0,
    ),
    rule.wrong(
        "one-step-early",
        did="The drops are counted at t + 1.",
        effect="Every drop comes one step early, at t = s - 1 for the first time.",
        hint="You count (t + 1) / s: every drop comes one step early. t is 0 at the first step: count t / s.",
        section=BLOCKS,
        time=lambda p: p.t + 1,
    ),
    rule.wrong(
        "one-step-late",
        did="The drops are counted at t - 1.",
        effect="Every drop comes one step late, and t = 0 gives eta_0 / gamma.",
        hint="You count (t - 1) / s: every drop comes one step late, and t = 0 gives eta_0 / gamma. Count t / s.",
        section=BLOCKS,
        time=lambda p: p.t - 1,
    ),
    rule.wrong(
        "one-step-late-from-zero-on",
        did="The drops are counted at t - 1, but never before 0 (or with > where >= is meant).",
        effect="Every drop comes one step late.",
        hint="Every drop comes one step late: at t = s the rate must have dropped.",
        section=BLOCKS,
        time=lambda p: max(p.t - 1, 0),
    ),
    rule.wrong(
        "starts-dropped",
        did="One drop too many is counted.",
        effect="The rate is gamma times too small all along, at t = 0 as well.",
        hint="You count one drop too many: the rate has dropped at t = 0 already.",
        section=BLOCKS,
        drops=lambda p: p.time // p.period + 1,
        also={"eta_0 is multiplied by gamma first": {"start": lambda p: p.eta_0 * p.gamma}},
    ),
    rule.wrong(
        "one-drop-too-few",
        did="One drop too few is counted, and none before the second period ends.",
        effect="The first drop comes at 2 s.",
        hint="You count one drop too few: the first one must come at t = s.",
        section=BLOCKS,
        drops=lambda p: max(p.time // p.period - 1, 0),
    ),
    rule.wrong(
        "one-drop-only",
        did="`if t >= s`: one drop, and never again.",
        effect="The rate stays at eta_0 gamma for ever.",
        hint="Your rate drops once and never again. There is a drop at s, 2s, 3s, ...: floor(t / s) of them.",
        section=BLOCKS,
        drops=lambda p: int(p.time >= p.period),
    ),
    rule.wrong(
        "only-on-the-multiples",
        did="`if t % s == 0`: the rate is lowered at t = s, 2s, ... and is eta_0 again right after.",
        effect="The lower rate lasts a single step each time.",
        hint="Your rate is low at the multiples of s and high again one step later. It must stay low: floor(t / s).",
        section=BLOCKS,
        drops=lambda p: p.time // p.period if p.time % p.period == 0 else 0,
    ),
    rule.wrong(
        "remainder",
        did="t % s is used instead of t // s.",
        effect="The rate falls at each step and jumps back to eta_0 every s steps.",
        hint="t % s is what is left over. The number of whole periods is t // s.",
        section=BLOCKS,
        drops=lambda p: p.time % p.period,
    ),
    rule.wrong(
        "every-step",
        did="s is ignored.",
        effect="The rate drops at every step.",
        hint="s has no effect: your rate drops at every step. Count the whole periods, floor(t / s).",
        section=BLOCKS,
        drops=lambda p: p.time,
    ),
    rule.wrong(
        "period-exchanged",
        did="s / t instead of t / s.",
        effect="Many drops at the start and none later; t = 0 raises an error.",
        hint="You divide s by t. The number of whole periods is t // s.",
        section=BLOCKS,
        drops=lambda p: p.period // p.time,
    ),
    rule.wrong(
        "times-the-period",
        did="t s instead of t / s.",
        effect="The rate is practically zero from t = 1 on.",
        hint="You multiply t by s. The number of whole periods is t // s.",
        section=BLOCKS,
        drops=lambda p: p.time * p.period,
    ),
    rule.wrong(
        "times-the-drops",
        did="eta_0 gamma floor(t / s).",
        effect="The rate starts at 0, and grows.",
        hint="You multiply by gamma times the number of drops. Each drop multiplies once more: gamma to that power.",
        section=BLOCKS,
        eta=lambda p: p.start * p.factor * p.drops,
    ),
    rule.wrong(
        "subtracted",
        did="eta_0 - gamma floor(t / s).",
        effect="The rate becomes negative: the run climbs.",
        hint="You subtract gamma at each drop. Each drop multiplies by gamma.",
        section=BLOCKS,
        eta=lambda p: p.start - p.factor * p.drops,
    ),
    rule.wrong(
        "share-subtracted",
        did="eta_0 (1 - gamma floor(t / s)).",
        effect="The rate becomes negative: the run climbs.",
        hint="You take gamma eta_0 away at each drop. Each drop multiplies by gamma.",
        section=BLOCKS,
        eta=lambda p: p.start * (1 - p.factor * p.drops),
    ),
    rule.wrong(
        "amount-removed",
        did="The rate is multiplied by 1 - gamma at each drop.",
        effect="Right at gamma = 0.5 only.",
        hint="You multiply by 1 - gamma. gamma is what remains, not what is taken away.",
        section=BLOCKS,
        factor=lambda p: 1 - p.gamma,
    ),
    rule.wrong(
        "divided",
        did="The rate is divided by gamma at each drop.",
        effect="The rate rises.",
        hint="You divide by gamma at each drop, so your rate rises. Multiply: gamma is at most 1.",
        section=BLOCKS,
        factor=lambda p: 1 / p.gamma,
        also={"a negative power": {"drops": lambda p: -(p.t // p.s)}},
    ),
    rule.wrong(
        "hyperbolic",
        did="The rate is divided by 1 + gamma floor(t / s).",
        effect="The rate falls like 1/t instead of geometrically.",
        hint="You divide by 1 + gamma floor(t / s). Step decay multiplies by gamma at each drop.",
        section=BLOCKS,
        eta=lambda p: p.start / (1 + p.factor * p.drops),
    ),
    rule.wrong(
        "exponential",
        did="exp(-gamma floor(t / s)).",
        effect="Each drop multiplies by exp(-gamma), not by gamma.",
        hint="You multiply by exp(-gamma) at each drop. Multiply by gamma itself.",
        section=BLOCKS,
        factor=lambda p: math.exp(-p.gamma),
    ),
    rule.wrong(
        "power-of-both",
        did="(eta_0 gamma) to the power floor(t / s).",
        effect="The rate starts at 1, whatever eta_0 is.",
        hint="eta_0 is inside the power: (eta_0 gamma)^n. Only gamma is raised.",
        section=BLOCKS,
        eta=lambda p: (p.start * p.factor) ** p.drops,
    ),
    rule.wrong(
        "precedence",
        did="`eta_0 * gamma ** t // s`: the division comes last.",
        effect="The rate is 0 almost everywhere.",
        hint="These are the numbers of `eta_0 * gamma ** t // s`, where the division comes last. Bracket t // s.",
        section=BLOCKS,
        eta=lambda p: p.start * p.factor**p.time // p.period,
    ),
    rule.wrong(
        "constant",
        did="eta_0 is returned as it is.",
        effect="The rate never drops.",
        hint="Your rate never drops, whatever t is. Multiply by gamma once for every s steps.",
        section=BLOCKS,
        eta=lambda p: p.start,
    ),
    rule.wrong(
        "factor-fixed",
        did="0.5 is written into the code.",
        effect="Right at gamma = 0.5 only.",
        hint="You use 0.5 whatever gamma is passed. Use gamma.",
        section=BLOCKS,
        factor=lambda p: 0.5,
    ),
    rule.wrong(
        "period-fixed",
        did="10 is written into the code.",
        effect="Right at s = 10 only.",
        hint="You use a period of 10 whatever s is passed. Use s.",
        section=BLOCKS,
        period=lambda p: 10,
    ),
    rule.wrong(
        "rate-and-factor-exchanged",
        did="eta_0 and gamma have changed places, in the signature or in the formula.",
        effect="The rate starts at gamma and drops by eta_0.",
        hint="eta_0 and gamma have changed places: eta_0 is passed before gamma.",
        section=BLOCKS,
        start=lambda p: p.gamma,
        factor=lambda p: p.eta_0,
    ),
    rule.wrong(
        "factor-and-period-exchanged",
        did="gamma and s have changed places, in the signature or in the formula.",
        effect="The rate explodes: it is multiplied by s every gamma steps.",
        hint="gamma and s have changed places: gamma is passed before s.",
        section=BLOCKS,
        factor=lambda p: float(p.s),
        period=lambda p: p.gamma,
    ),
    rule.wrong(
        "kept-and-multiplied",
        did="The rate is kept between the calls and multiplied when t is a multiple of s.",
        effect="Right when asked in order, once for each t; a plot or a resumed run gets another rate.",
        hint="You keep the rate between the calls and multiply it. It then depends on what was asked before. "
        "Compute it from t alone.",
        section=BLOCKS,
        remembers=True,
        eta=kept_and_multiplied,
    ),
    *schedule(rule, BLOCKS),
)

equivalents = {
    "np.floor": rule.variant(drops=lambda p: np.floor(p.t / p.s)),
    "int": rule.variant(drops=lambda p: int(p.t / p.s)),
    "exp and log": rule.variant(eta=lambda p: p.eta_0 * math.exp(p.drops * math.log(p.gamma))),
    "divmod": rule.variant(drops=lambda p: divmod(p.t, p.s)[0]),
    "loop": rule.variant(eta=lambda p: p.eta_0 * math.prod([p.gamma] * p.drops)),
    "t minus its remainder": rule.variant(drops=lambda p: (p.t - p.t % p.s) / p.s),
    "recursion": rule.variant(eta=lambda p: reduce(lambda eta, _: eta * p.gamma, range(p.t // p.s), p.eta_0)),
    "a table of blocks": rule.variant(
        eta=lambda p: (p.eta_0 * np.cumprod([1.0] + [p.gamma] * (p.t // p.s + 1)))[p.t // p.s]
    ),
    "milestones": rule.variant(drops=lambda p: bisect_right(range(p.s, p.t + p.s, p.s), p.t)),
}
