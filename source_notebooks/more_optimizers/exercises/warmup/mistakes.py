"""How warm-up with a cosine goes wrong, and right in other words."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong, keep

from ... import places
from ...reference import warmup_cosine

SECTION = "learning_rates#two-schedules-each-from-one-sentence"

rule = Anatomy(
    warmup_cosine,
    stages={
        "time": lambda p: p.t,
        "top": lambda p: p.eta_max,
        "rise": lambda p: p.warmup,
        "fall": lambda p: p.decay,
        "floor": lambda p: p.alpha,
        "rising": lambda p: p.time < p.rise,
        "warm": lambda p: p.top * p.time / p.rise if p.rising else 0.0,
        "since": lambda p: (p.time - p.rise) / p.fall,
        "x": lambda p: min(p.since, 1.0),
        "wave": lambda p: (1 + math.cos(math.pi * p.x)) / 2,
        "share": lambda p: p.floor + (1 - p.floor) * p.wave,
        "falling": lambda p: p.top * p.share,
        "eta": lambda p: p.warm if p.rising else p.falling,
    },
    returns=("eta",),
    should=places.WARMUP,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": SECTION, **entry})


mistakes = (
    _wrong(
        "no-half",
        did="1 + cos(pi x), without the half.",
        effect="The rate jumps to twice eta_max (if alpha is 0) at the end of the warm-up.",
        hint="The half is missing: 1 + cos(pi x) begins at 2. It is (1 + cos(pi x)) / 2.",
        wave=lambda p: 1 + math.cos(math.pi * p.x),
    ),
    _wrong(
        "cosine-alone",
        did="cos(pi x) stands in the place of (1 + cos(pi x)) / 2.",
        effect="Half-way the rate is zero, and then negative: the run climbs.",
        hint="Your wave is cos(pi x), which becomes negative. It is (1 + cos(pi x)) / 2, from 1 to 0.",
        wave=lambda p: math.cos(math.pi * p.x),
    ),
    _wrong(
        "quarter-of-a-wave",
        did="cos(pi x / 2).",
        effect="The rate falls slowly at first and is steepest at the end.",
        hint="You use a quarter of the wave, cos(pi x / 2). It is half of one, (1 + cos(pi x)) / 2, flat at both ends.",
        wave=lambda p: math.cos(math.pi * p.x / 2),
    ),
    _wrong(
        "whole-wave",
        did="cos(2 pi x).",
        effect="The rate is back at the top when it should have ended.",
        hint="You go through the whole wave, cos(2 pi x): the rate comes back up. It is cos(pi x).",
        wave=lambda p: (1 + math.cos(2 * math.pi * p.x)) / 2,
    ),
    _wrong(
        "no-pi",
        did="cos(x), without pi.",
        effect="The rate hardly falls.",
        hint="pi is missing: it is cos(pi x).",
        wave=lambda p: (1 + math.cos(p.x)) / 2,
    ),
    _wrong(
        "degrees",
        did="cos(180 x): the angle in degrees.",
        effect="The rate jumps up and down.",
        hint="The cosine takes radians: it is cos(pi x), not cos(180 x).",
        wave=lambda p: (1 + math.cos(180 * p.x)) / 2,
    ),
    _wrong(
        "minus-the-cosine",
        did="(1 - cos(pi x)) / 2.",
        effect="After the warm-up the rate drops to its end, and climbs.",
        hint="The sign of the cosine is wrong: your rate climbs. It is (1 + cos(pi x)) / 2.",
        wave=lambda p: (1 - math.cos(math.pi * p.x)) / 2,
    ),
    _wrong(
        "straight-line",
        did="1 - x.",
        effect="The rate falls on a straight line.",
        hint="Your rate falls on a straight line. It is half a wave: (1 + cos(pi x)) / 2.",
        wave=lambda p: 1 - p.x,
    ),
    _wrong(
        "not-held-at-the-end",
        did="x goes on beyond 1.",
        effect="After the end the rate climbs again: a restart that nobody asked for.",
        hint="After the end your rate climbs again: x goes beyond 1. Cut it off: min(x, 1).",
        x=lambda p: p.since,
    ),
    _wrong(
        "restarts",
        did="x is taken modulo 1.",
        effect="After the end the rate jumps to the top again, as with warm restarts.",
        hint="Your rate starts again after the end: x modulo 1. Here it stays: min(x, 1).",
        convention="SGDR (Loshchilov and Hutter 2017): the same until the end, then periods of the same length",
        x=lambda p: p.since % 1.0,
    ),
    _wrong(
        "zero-after-the-end",
        did="After the end the rate is 0.",
        effect="Nothing moves any more, whatever alpha is.",
        hint="After the end your rate is 0. It stays at alpha eta_max.",
        falling=lambda p: p.top * p.share if p.since <= 1 else 0.0,
    ),
    _wrong(
        "counted-from-zero",
        did="x = t / decay: the warm-up is not subtracted.",
        effect="The rate jumps down at the end of the warm-up, and ends too early.",
        hint="You count the fall from t = 0. It begins when the warm-up ends: x = (t - warmup) / decay.",
        since=lambda p: p.time / p.fall,
    ),
    _wrong(
        "decay-is-the-whole",
        did="x = (t - warmup) / (decay - warmup).",
        effect="The rate falls too fast, and ends too early.",
        hint="You take decay for all steps together, as some libraries do. Here the fall alone takes decay steps: "
        "x = (t - warmup) / decay.",
        convention="Hugging Face's transformers: decay counts the steps of the warm-up, too",
        since=lambda p: (p.time - p.rise) / (p.fall - p.rise),
    ),
    _wrong(
        "warm-up-one-step-early",
        did="The warm-up is (t + 1) / warmup.",
        effect="The first step is made at eta_max / warmup, and the top is reached one step early.",
        hint="Your warm-up is (t + 1) / warmup. Here, as in Keras, it is t / warmup: the first step has the rate 0.",
        convention="many training scripts: the first step is not lost",
        warm=lambda p: p.top * (p.time + 1) / p.rise if p.rising else 0.0,
    ),
    _wrong(
        "time-one-step-early",
        did="t + 1 stands for t everywhere.",
        effect="The whole schedule comes one step early.",
        hint="You use t + 1. t is 0 at the first step, and the rate is 0 there.",
        time=lambda p: p.t + 1,
    ),
    _wrong(
        "time-one-step-late",
        did="t - 1 stands for t everywhere.",
        effect="The whole schedule comes one step late, and begins below zero.",
        hint="You use t - 1: at t = 0 the rate is negative. t is 0 at the first step.",
        time=lambda p: p.t - 1,
    ),
    _wrong(
        "no-warm-up",
        did="Before the end of the warm-up the rate is eta_max.",
        effect="The first steps are as long as the longest.",
        hint="Your rate is eta_max from the start. While t < warmup it is eta_max t / warmup.",
        warm=lambda p: p.top,
    ),
    _wrong(
        "warm-up-squared",
        did="The warm-up is (t / warmup)^2.",
        effect="The rate rises too slowly at first.",
        hint="Your warm-up is the square of t / warmup. It is a straight line.",
        warm=lambda p: p.top * (p.time / p.rise) ** 2 if p.rising else 0.0,
    ),
    _wrong(
        "warm-up-times-cosine",
        did="The cosine runs from t = 0, and the warm-up multiplies it.",
        effect="The top is never reached.",
        hint="You multiply the rise by the fall. First the rate rises alone; from t = warmup on it falls alone.",
        since=lambda p: p.time / p.fall,
        eta=lambda p: p.falling * (min(1.0, p.time / p.rise) if p.rise else 1.0),
    ),
    _wrong(
        "warm-up-from-alpha",
        did="The warm-up begins at alpha eta_max.",
        effect="The first steps are longer than asked.",
        hint="Your warm-up begins at alpha eta_max. It begins at 0: eta_max t / warmup.",
        warm=lambda p: p.top * (p.floor + (1 - p.floor) * p.time / p.rise) if p.rising else 0.0,
    ),
    _wrong(
        "warm-up-of-zero-divides",
        did="t / warmup is computed before it is asked whether t is below warmup.",
        effect="warmup = 0 raises ZeroDivisionError.",
        hint="With warmup = 0 you divide by zero. Divide only while t < warmup.",
        warm=lambda p: p.top * (p.time / p.rise),
    ),
    _wrong(
        "whole-division",
        did="`//` instead of `/`.",
        effect="No rise, and no fall until its end.",
        hint="`//` rounds down to whole numbers. Divide with `/`.",
        warm=lambda p: p.top * (p.time // p.rise) if p.rising else 0.0,
        since=lambda p: (p.time - p.rise) // p.fall,
    ),
    _wrong(
        "alpha-not-used",
        did="alpha is left out.",
        effect="The rate always falls to zero.",
        hint="alpha is not used: your rate falls to zero. It falls to alpha eta_max.",
        floor=lambda p: 0.0,
    ),
    _wrong(
        "alpha-added",
        did="alpha is added, and the wave is not shortened by 1 - alpha.",
        effect="The rate is too large by alpha eta_max all along: it jumps up at the end of the warm-up.",
        hint="You add alpha to the whole wave, so the top is 1 + alpha. It is alpha + (1 - alpha) times the wave.",
        share=lambda p: p.floor + p.wave,
    ),
    _wrong(
        "alpha-as-a-rate",
        did="The fall ends at the rate alpha, not at alpha eta_max.",
        effect="What is left at the end does not depend on eta_max.",
        hint="Your rate falls to alpha. It falls to alpha eta_max: alpha is a share.",
        convention="PyTorch's CosineAnnealingLR: eta_min, a rate",
        falling=lambda p: p.floor + (p.top - p.floor) * p.wave,
    ),
    _wrong(
        "alpha-as-a-floor",
        did="The larger of alpha and the wave is taken.",
        effect="The rate falls too fast, and then stands still.",
        hint="You take the larger of alpha and the wave. It is alpha + (1 - alpha) times the wave.",
        share=lambda p: max(p.floor, p.wave),
    ),
    _wrong(
        "alpha-default-0.1",
        did="The default of alpha is 0.1.",
        effect="A tenth of the rate is left at the end whenever alpha is not passed.",
        hint="Your default for alpha is 0.1. Here it is 0.",
        defaults={"alpha": 0.1},
    ),
    _wrong(
        "no-top",
        did="eta_max is left out.",
        effect="The rate rises to 1.",
        hint="eta_max is not used: your rate rises to 1. It multiplies everything.",
        top=lambda p: 1.0,
    ),
    _wrong(
        "warm-up-and-decay-exchanged",
        did="warmup and decay have changed places, in the signature or in the formula.",
        effect="A long rise and a short fall.",
        hint="warmup and decay have changed places: warmup is passed before decay.",
        rise=lambda p: p.decay,
        fall=lambda p: p.warmup or math.inf,
    ),
    _wrong(
        "time-and-top-exchanged",
        did="t and eta_max have changed places, in the signature or in the formula.",
        effect="The rate grows with t without end.",
        hint="t and eta_max have changed places: t is passed first.",
        time=lambda p: p.eta_max,
        top=lambda p: p.t,
    ),
    _wrong(
        "own-clock",
        did="The calls are counted; the t that is passed is ignored.",
        effect="Right when asked in order, once for each t; a plot or a resumed run gets another rate.",
        hint="You count the calls and ignore the t that is passed. Use t.",
        remembers=True,
        time=lambda p: keep(p, "calls", p.kept.get("calls", -1) + 1),
    ),
    _wrong(
        "nothing-returned",
        did="The function ends without `return`.",
        effect="There is no rate: the first step raises an error.",
        hint="Your function returns nothing. End it with `return eta`.",
        returns=(),
    ),
)

equivalents = {
    "the warm-up includes its end": rule.variant(
        rising=lambda p: p.t <= p.warmup and p.warmup > 0, warm=lambda p: p.eta_max * p.t / p.warmup if p.rising else 0
    ),
    "the square of a cosine": rule.variant(wave=lambda p: math.cos(math.pi * p.x / 2) ** 2),
    "between two rates": rule.variant(
        falling=lambda p: p.alpha * p.eta_max + (p.eta_max - p.alpha * p.eta_max) * (1 + np.cos(np.pi * p.x)) / 2
    ),
    "np.clip": rule.variant(x=lambda p: np.clip((p.t - p.warmup) / p.decay, 0, 1)),
    "np.interp": rule.variant(warm=lambda p: np.interp(p.t, [0, p.warmup], [0, p.eta_max]) if p.rising else 0.0),
}
