"""How exponential decay goes wrong, and right in other words."""

from __future__ import annotations

import math

import numpy as np

from autograder.exercises.variants import Anatomy, keep

from ...families import places
from ...families.schedules import schedule
from ...reference import exponential_decay

SHARE = "learning_rates#two-schedules-each-from-one-sentence"

rule = Anatomy(
    exponential_decay,
    stages={
        "time": lambda p: p.t,
        "start": lambda p: p.eta_0,
        "constant": lambda p: p.k,
        "exponent": lambda p: -p.constant * p.time,
        "decay": lambda p: math.exp(p.exponent),
        "eta": lambda p: p.start * p.decay,
    },
    returns=("eta",),
    should=places.EXPONENTIAL,
)

mistakes = (
    rule.wrong(
        "growing",
        did="exp(+k t).",
        effect="The rate grows.",
        hint="The sign of k is wrong: your rate grows. It is exp(-k t).",
        section=SHARE,
        exponent=lambda p: p.constant * p.time,
        also={"eta_0 is divided by exp(-k t)": {"decay": lambda p: 1 / math.exp(-p.k * p.t)}},
    ),
    rule.wrong(
        "compound",
        did="(1 - k) to the power t.",
        effect="Falls a little faster: at k = 0.05 it is 0.0599 instead of 0.0607 at t = 10, from 0.1.",
        hint="You multiply by 1 - k at each step. That is close to exp(-k) for small k, but not the same.",
        section=SHARE,
        decay=lambda p: (1 - p.constant) ** p.time,
    ),
    rule.wrong(
        "hyperbolic",
        did="Divided by 1 + k t.",
        effect="Falls more and more slowly: at k t = 10 it is 2000 times too large.",
        hint="You divide by 1 + k t. Exponential decay multiplies by exp(-k t).",
        section=SHARE,
        decay=lambda p: 1 / (1 + p.constant * p.time),
    ),
    rule.wrong(
        "compound-hyperbolic",
        did="Divided by 1 + k at each step.",
        effect="Falls a little more slowly than exp(-k t).",
        hint="You divide by 1 + k at each step. That is close to exp(-k) for small k, but not the same.",
        section=SHARE,
        decay=lambda p: (1 + p.constant) ** -p.time,
    ),
    rule.wrong(
        "linear",
        did="1 - k t.",
        effect="Negative after t = 1/k: the run climbs.",
        hint="Your rate falls on a straight line and becomes negative. It is exp(-k t).",
        section=SHARE,
        decay=lambda p: 1 - p.constant * p.time,
    ),
    rule.wrong(
        "power-of-k",
        did="k to the power t.",
        effect="Practically zero after a few steps.",
        hint="You raise k to the power t. It is e that is raised, to -k t.",
        section=SHARE,
        decay=lambda p: p.constant**p.time,
    ),
    rule.wrong(
        "base-10",
        did="Powers of 10 instead of e.",
        effect="As with k multiplied by ln 10: falls 2.3 times as fast.",
        hint="You use powers of 10. It is e that is raised: exp(-k t).",
        section=SHARE,
        decay=lambda p: 10.0**p.exponent,
    ),
    rule.wrong(
        "base-2",
        did="Powers of 2 instead of e.",
        effect="As with k multiplied by ln 2: falls at 0.69 of the speed.",
        hint="You use powers of 2. It is e that is raised: exp(-k t).",
        section=SHARE,
        decay=lambda p: 2.0**p.exponent,
        also={"the rate is halved k times per step": {"decay": lambda p: 0.5 ** (p.k * p.t)}},
    ),
    rule.wrong(
        "e-rounded",
        did="2.718 instead of e.",
        effect="The rate is a little too large, by more and more as time goes on.",
        hint="You raise e rounded to three decimals. All its digits are needed: `np.exp(-k * t)`.",
        section=SHARE,
        decay=lambda p: 2.718**p.exponent,
    ),
    rule.wrong(
        "e-to-one-decimal",
        did="e is taken to one decimal only.",
        effect="The rate is a little too large, by more and more as time goes on.",
        hint="You raise e rounded to one decimal. All its digits are needed: `np.exp(-k * t)`.",
        section=SHARE,
        decay=lambda p: 2.7**p.exponent,
    ),
    rule.wrong(
        "no-time",
        did="exp(-k), without t.",
        effect="The rate is constant, and too small from the start.",
        hint="t has no effect: your rate is constant. It is exp(-k t).",
        section=SHARE,
        exponent=lambda p: -p.constant,
    ),
    rule.wrong(
        "no-constant",
        did="exp(-t), without k.",
        effect="Practically zero after a dozen steps.",
        hint="k has no effect: it is exp(-k t).",
        section=SHARE,
        constant=lambda p: 1.0,
    ),
    rule.wrong(
        "divided-by-time",
        did="exp(-k / t).",
        effect="The rate grows towards eta_0; t = 0 raises an error.",
        hint="You divide k by t. It is exp(-k t).",
        section=SHARE,
        exponent=lambda p: -p.constant / p.time,
    ),
    rule.wrong(
        "divided-by-constant",
        did="exp(-t / k).",
        effect="The smaller k is, the faster the rate falls.",
        hint="You divide t by k. It is exp(-k t).",
        section=SHARE,
        exponent=lambda p: -p.time / p.constant,
    ),
    rule.wrong(
        "time-squared",
        did="exp(-k t^2), half of a bell.",
        effect="Falls slowly at first and then much too fast.",
        hint="You square t. It is exp(-k t).",
        section=SHARE,
        exponent=lambda p: -p.constant * p.time**2,
    ),
    rule.wrong(
        "one-step-early",
        did="exp(-k (t + 1)).",
        effect="The rate is exp(-k) times too small all along, at t = 0 as well.",
        hint="You use t + 1: at t = 0 the rate has decayed already. t is 0 at the first step.",
        section=SHARE,
        time=lambda p: p.t + 1,
    ),
    rule.wrong(
        "one-step-late",
        did="exp(-k (t - 1)).",
        effect="The rate is exp(k) times too large all along: at t = 0 it is above eta_0.",
        hint="You use t - 1: at t = 0 the rate is above eta_0. t is 0 at the first step.",
        section=SHARE,
        time=lambda p: p.t - 1,
    ),
    rule.wrong(
        "staircase",
        did="The exponent is rounded down to whole numbers.",
        effect="The rate stays constant for 1/k steps and then falls by e.",
        hint="You round k t. Exponential decay is smooth: no rounding.",
        section=SHARE,
        exponent=lambda p: -math.floor(p.constant * p.time),
    ),
    rule.wrong(
        "start-in-the-exponent",
        did="exp(-eta_0 k t).",
        effect="The rate starts at 1, and eta_0 only changes how fast it falls.",
        hint="eta_0 stands in the exponent. It multiplies: eta_0 exp(-k t).",
        section=SHARE,
        eta=lambda p: math.exp(p.start * p.exponent),
    ),
    rule.wrong(
        "start-and-constant-exchanged",
        did="eta_0 and k have changed places, in the signature or in the formula.",
        effect="The rate starts at k and falls at the speed eta_0.",
        hint="eta_0 and k have changed places: eta_0 is passed before k.",
        section=SHARE,
        start=lambda p: p.k,
        constant=lambda p: p.eta_0,
    ),
    rule.wrong(
        "time-and-start-exchanged",
        did="t and eta_0 have changed places, in the signature or in the formula.",
        effect="The rate starts at 0, grows with t, and has no bound.",
        hint="t and eta_0 have changed places: t is passed first.",
        section=SHARE,
        start=lambda p: p.t,
        time=lambda p: p.eta_0,
    ),
    rule.wrong(
        "constant-fixed",
        did="k = 0.1 is written into the code.",
        effect="Right at k = 0.1 only.",
        hint="You use 0.1 whatever k is passed. Use k.",
        section=SHARE,
        constant=lambda p: 0.1,
    ),
    rule.wrong(
        "kept-and-multiplied",
        did="The rate is kept between the calls and multiplied by exp(-k) at each.",
        effect="Right when asked in order, once for each t; a plot or a resumed run gets another rate.",
        hint="You keep the rate between the calls and multiply it. It then depends on how often it was asked. "
        "Compute it from t alone.",
        section=SHARE,
        remembers=True,
        eta=lambda p: p.start if p.time == 0 else keep(p, "eta", p.kept.get("eta", p.start) * math.exp(-p.constant)),
    ),
    rule.wrong(
        "kept-and-decayed-by-t",
        did="The rate is kept between the calls and multiplied by exp(-k t).",
        effect="Falls like exp(-k t^2 / 2) when asked step by step.",
        hint="You multiply a kept rate by exp(-k t), so the decay counts again at every call. Start from eta_0 each "
        "time.",
        section=SHARE,
        remembers=True,
        eta=lambda p: keep(p, "eta", p.kept.get("eta", p.start) * p.decay),
    ),
    *schedule(rule, SHARE),
)

equivalents = {
    "np.exp": rule.variant(eta=lambda p: p.eta_0 * np.exp(-p.k * p.t)),
    "power of exp(-k)": rule.variant(eta=lambda p: p.eta_0 * math.exp(-p.k) ** p.t),
    "division": rule.variant(eta=lambda p: p.eta_0 / math.exp(p.k * p.t)),
    "one exponent": rule.variant(eta=lambda p: math.exp(math.log(p.eta_0) - p.k * p.t)),
    "powers of two": rule.variant(eta=lambda p: p.eta_0 * 2 ** (-p.k * p.t / math.log(2))),
    "a product over the steps": rule.variant(eta=lambda p: p.eta_0 * math.prod([math.exp(-p.k)] * p.t)),
    "math.e": rule.variant(eta=lambda p: p.eta_0 * math.e ** (-p.k * p.t)),
}
