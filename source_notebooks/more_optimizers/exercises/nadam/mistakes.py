"""How Nadam goes wrong, and right in other words."""

from __future__ import annotations

from operator import iadd, imul
from types import SimpleNamespace

import numpy as np
from tps.optimizers.families.habits import habits

from autograder.exercises.variants import Anatomy

from ... import adam_like, places
from ...reference import nadam_step

RULE = "nesterov#the-form-in-the-libraries-store-the-look-ahead-point"

rule = Anatomy(
    nadam_step,
    stages={
        **adam_like.AVERAGES,
        "next_sum": lambda s: 1 - s.b1 ** (s.clock + 1),
        "next": lambda s: s.b1 * s.m_new / s.next_sum,
        "newest": lambda s: (1 - s.b1) * s.g / s.m_sum,
        "top": lambda s: s.next + s.newest,
        "v_hat": lambda s: s.v_new / s.v_sum,
        **adam_like.STEP,
        "step": lambda s: s.adam,
        "theta_new": lambda s: s.theta_old - s.step,
    },
    returns=("theta_new", "m_new", "v_new"),
    should=places.NADAM,
)


def warmed(s: SimpleNamespace, t: float) -> np.ndarray:
    """The momentum that Keras and PyTorch use at steps 1 to t, or to 3000: then it is beta_1 to the last digit."""
    return s.b1 * (1 - 0.5 * 0.96 ** np.arange(1, min(t, 3000) + 1))


mistakes = (
    rule.wrong(
        "adam",
        did="The step is along m_hat.",
        effect="This is Adam: the newest gradient counts once, as all others.",
        hint="You step along m_hat: this is Adam. Nadam steps along beta_1 m / (1 - beta_1^(t + 1)) + (1 - beta_1) g / "
        "(1 - beta_1^t).",
        section=RULE,
        top=lambda s: s.m_new / s.m_sum,
    ),
    rule.wrong(
        "average-corrected-at-t",
        did="m is divided by 1 - beta_1^t, not by 1 - beta_1^(t + 1).",
        effect="The first step is too long; the two are the same once the corrections have faded.",
        hint="You divide m by 1 - beta_1^t. Shrunk by beta_1, it is the average of the next step: divide it by "
        "1 - beta_1^(t + 1).",
        section=RULE,
        convention="Ruder's survey of 2016 and lecture notes that follow it: the same once beta_1^t has faded",
        next_sum=lambda s: s.m_sum,
    ),
    rule.wrong(
        "gradient-corrected-at-t-plus-one",
        did="g is divided by 1 - beta_1^(t + 1), as m is.",
        effect="The first steps are a little too short.",
        hint="You divide g by 1 - beta_1^(t + 1) as well. Only m belongs to the next step; g is divided by "
        "1 - beta_1^t.",
        section=RULE,
        newest=lambda s: (1 - s.b1) * s.g / s.next_sum,
    ),
    rule.wrong(
        "corrections-exchanged",
        did="m is divided by 1 - beta_1^t and g by 1 - beta_1^(t + 1).",
        effect="The first steps are too long.",
        hint="The two corrections are exchanged: m is divided by 1 - beta_1^(t + 1), g by 1 - beta_1^t.",
        section=RULE,
        next=lambda s: s.b1 * s.m_new / s.m_sum,
        newest=lambda s: (1 - s.b1) * s.g / s.next_sum,
    ),
    rule.wrong(
        "gradient-not-corrected",
        did="g is not divided by 1 - beta_1^t.",
        effect="The first steps are too short.",
        hint="g is added without its correction: it is (1 - beta_1) g / (1 - beta_1^t).",
        section=RULE,
        newest=lambda s: (1 - s.b1) * s.g,
    ),
    rule.wrong(
        "average-not-corrected",
        did="m is not divided by anything.",
        effect="The first steps are too short.",
        hint="m is used without its correction: it is beta_1 m / (1 - beta_1^(t + 1)).",
        section=RULE,
        next=lambda s: s.b1 * s.m_new,
    ),
    rule.wrong(
        "average-not-shrunk",
        did="m is not multiplied by beta_1 in the step.",
        effect="The weights add up to more than one: all steps are too long.",
        hint="m enters the step with factor 1. By the next step it has shrunk: beta_1 m.",
        section=RULE,
        next=lambda s: s.m_new / s.next_sum,
    ),
    rule.wrong(
        "whole-gradient",
        did="g enters the step with factor 1.",
        effect="The weights add up to more than one: all steps are too long.",
        hint="g enters the step with factor 1. Its share is 1 - beta_1.",
        section=RULE,
        newest=lambda s: s.g / s.m_sum,
    ),
    rule.wrong(
        "weights-exchanged",
        did="m enters with 1 - beta_1, and g with beta_1.",
        effect="The step follows the newest gradient, with all its noise.",
        hint="The weights are exchanged: m enters with beta_1, and g with 1 - beta_1.",
        section=RULE,
        next=lambda s: (1 - s.b1) * s.m_new / s.next_sum,
        newest=lambda s: s.b1 * s.g / s.m_sum,
    ),
    rule.wrong(
        "old-average-ahead",
        did="The old m stands in the step in the place of the new one.",
        effect="The look ahead is gone: the numerator is close to Adam's.",
        hint="You look ahead from the old m. Update m first; the step has the new one.",
        section=RULE,
        next=lambda s: s.b1 * s.m_old / s.next_sum,
    ),
    rule.wrong(
        "average-only",
        did="The newest gradient is left out of the step.",
        effect="A shrunk Adam: the look ahead lacks what is ahead.",
        hint="The step has the shrunk average alone. Add (1 - beta_1) g / (1 - beta_1^t).",
        section=RULE,
        newest=lambda s: 0.0,
    ),
    rule.wrong(
        "look-ahead-kept",
        did="What the step is along is returned as m.",
        effect="The next average goes on from one that is ahead already.",
        hint="You return what you step along as m. It is for this step only: return m as it is.",
        section=RULE,
        returns=("theta_new", "top", "v_new"),
    ),
    rule.wrong(
        "momentum-warmed-up",
        did="beta_1 is multiplied by 1 - 0.96^t / 2 in the step, and its powers are products of these.",
        effect="The first steps follow the newest gradient more; after some hundred steps nothing is left of it.",
        hint="You warm beta_1 up by 1 - 0.96^t / 2, as Keras and PyTorch do. Here beta_1 stays as it is passed.",
        section=RULE,
        convention="Keras and PyTorch: beta_1 (1 - 0.96^t / 2) in the step, products of it in the corrections",
        next=lambda s: warmed(s, s.t + 1)[-1] * s.m_new / (1 - np.prod(warmed(s, s.t + 1))),
        newest=lambda s: (1 - warmed(s, s.t)[-1]) * s.g / (1 - np.prod(warmed(s, s.t))),
    ),
    *adam_like.mistakes(rule),
    *habits(
        rule,
        RULE,
        {
            "m": lambda s: iadd(imul(s.m_old, s.b1), (1 - s.b1) * s.g),
            "v": lambda s: iadd(imul(s.v_old, s.b2), (1 - s.b2) * s.square),
        },
        rate=0.001,
    ),
)

equivalents = {
    "the average of the next step": rule.variant(
        top=lambda s: s.beta_1 * s.m_new / (1 - s.beta_1 ** (s.t + 1)) + s.grad * (1 - s.beta_1) / (1 - s.beta_1**s.t)
    ),
    "one update more": rule.variant(
        top=lambda s: (
            (s.beta_1 * s.m_new + (1 - s.beta_1) * s.grad * (1 - s.beta_1 ** (s.t + 1)) / (1 - s.beta_1**s.t))
            / (1 - s.beta_1 ** (s.t + 1))
        )
    ),
    "np.average": rule.variant(
        top=lambda s: np.average([s.m_new / s.next_sum, s.grad / s.m_sum], axis=0, weights=[s.beta_1, 1 - s.beta_1])
    ),
    "power by a logarithm": rule.variant(
        m_sum=lambda s: -np.expm1(s.t * np.log(s.beta_1)),
        next_sum=lambda s: -np.expm1((s.t + 1) * np.log(s.beta_1)),
        v_sum=lambda s: -np.expm1(s.t * np.log(s.beta_2)),
    ),
    "copies, averaged in place": rule.variant(
        m_new=lambda s: iadd(imul(s.m.astype(float), s.beta_1), (1 - s.beta_1) * s.grad),
        v_new=lambda s: iadd(imul(s.v.astype(float), s.beta_2), (1 - s.beta_2) * s.grad**2),
    ),
}
