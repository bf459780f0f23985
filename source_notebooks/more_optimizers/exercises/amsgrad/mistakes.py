"""How AMSGrad goes wrong, and right in other words."""

from __future__ import annotations

from operator import iadd, imul

import numpy as np
from tps.optimizers.families.habits import habits

from autograder.exercises.variants import Anatomy

from ... import adam_like, places
from ...reference import amsgrad_step

RULE = "adam#what-adam-does-not-promise"

rule = Anatomy(
    amsgrad_step,
    stages={
        "v_max_old": lambda s: s.v_max,
        **adam_like.AVERAGES,
        "v_max_new": lambda s: np.maximum(s.v_max_old, s.v_new),
        "top": lambda s: s.m_new / s.m_sum,
        "v_hat": lambda s: s.v_max_new / s.v_sum,
        **adam_like.STEP,
        "step": lambda s: s.adam,
        "theta_new": lambda s: s.theta_old - s.step,
    },
    returns=("theta_new", "m_new", "v_new", "v_max_new"),
    should=places.AMSGRAD,
)

mistakes = (
    rule.wrong(
        "adam",
        did="v_max is kept, but the step divides by the root of v.",
        effect="The path is Adam's: a large gradient is forgotten.",
        hint="v_max is right, but you divide by the root of v, as Adam does. Divide by that of the new v_max.",
        section=RULE,
        v_hat=lambda s: s.v_new / s.v_sum,
    ),
    rule.wrong(
        "maximum-of-the-corrected",
        did="v is corrected first, and v_max keeps the largest v / (1 - beta_2^t).",
        effect="Early averages, of few gradients, are kept for good.",
        hint="You correct v before you compare: v_max keeps the largest v / (1 - beta_2^t), as in optax. Here it keeps "
        "the largest v; what is divided by 1 - beta_2^t is v_max, for this step only.",
        section=RULE,
        convention="optax: another v_max; the same path where the corrected v never falls",
        v_max_new=lambda s: np.maximum(s.v_max_old, s.v_new / s.v_sum),
        v_hat=lambda s: s.v_max_new,
    ),
    rule.wrong(
        "corrected-maximum-kept",
        did="v_max / (1 - beta_2^t) is returned as v_max.",
        effect="The correction is applied again and again; what is kept grows without end at first.",
        hint="You return v_max after its correction. The correction is for this step only: return v_max as it is.",
        section=RULE,
        returns=("theta_new", "m_new", "v_new", "v_hat"),
    ),
    rule.wrong(
        "v-from-the-maximum",
        did="The new v is averaged from the old v_max.",
        effect="v can never fall much below its maximum.",
        hint="You average v from the old v_max. v goes on from the old v, as in Adam; v_max only watches it.",
        section=RULE,
        v_new=lambda s: s.b2 * s.v_max_old + (1 - s.b2) * s.square,
    ),
    rule.wrong(
        "smaller",
        did="The smaller of the two is kept.",
        effect="From zero state v_max stays at zero, and the steps have no bound.",
        hint="You keep the smaller of v_max and v. It is the larger that is kept.",
        section=RULE,
        v_max_new=lambda s: np.minimum(s.v_max_old, s.v_new),
    ),
    rule.wrong(
        "maximum-of-the-squares",
        did="v_max is held against the newest square, not against the average v.",
        effect="One large gradient shortens all steps after it, as if it had come for a long time.",
        hint="You compare v_max with g^2. It is compared with the new v, the average.",
        section=RULE,
        v_max_new=lambda s: np.maximum(s.v_max_old, s.square),
    ),
    rule.wrong(
        "old-v-compared",
        did="v_max is held against the old v.",
        effect="The newest gradient counts one step late: the first step divides by the root of eps.",
        hint="You compare v_max with the old v. Update v first.",
        section=RULE,
        v_max_new=lambda s: np.maximum(s.v_max_old, s.v_old),
    ),
    rule.wrong(
        "old-maximum",
        did="The step divides by the root of the old v_max.",
        effect="The newest gradient counts one step late: the first step divides by the root of eps.",
        hint="You divide by the root of the old v_max. Update it first.",
        section=RULE,
        v_hat=lambda s: s.v_max_old / s.v_sum,
    ),
    rule.wrong(
        "one-maximum-for-all",
        did="One number is kept: the largest of all entries.",
        effect="All coordinates share one scale: a rare one is held back by the others.",
        hint="You keep one maximum for all entries. Each parameter has its own: np.maximum, not np.max.",
        section=RULE,
        v_max_new=lambda s: np.max([s.v_max_old, s.v_new]) + np.zeros(np.shape(s.v_old)),
    ),
    rule.wrong(
        "maximum-not-kept",
        did="The step is right, but v_max is returned as it came in.",
        effect="From zero state every step is Adam's: nothing is remembered.",
        hint="The step is right, but you return the old v_max: the next step will not know of this one.",
        section=RULE,
        returns=("theta_new", "m_new", "v_new", "v_max_old"),
    ),
    rule.wrong(
        "nothing-compared",
        did="v_max is set to the new v.",
        effect="The path is Adam's: a large gradient is forgotten.",
        hint="Your v_max is the new v, whatever v_max was before. It is the larger of the two.",
        section=RULE,
        v_max_new=lambda s: s.v_new + 0.0,
    ),
    rule.wrong(
        "v-and-maximum-exchanged",
        did="v and v_max have changed places in the signature.",
        effect="The average goes on from the maximum.",
        hint="v and v_max have changed places: v is the third argument, v_max the fourth.",
        section=RULE,
        v_old=lambda s: s.v_max,
        v_max_old=lambda s: s.v,
    ),
    rule.wrong(
        "returned-in-the-wrong-order",
        did="v_max is returned before v.",
        effect="The first step is right; then the average goes on from the maximum.",
        hint="You return v_max before v. The order is `return theta, m, v, v_max`.",
        section=RULE,
        returns=("theta_new", "m_new", "v_max_new", "v_new"),
    ),
    *adam_like.mistakes(rule),
    *habits(
        rule,
        RULE,
        {
            "m": lambda s: iadd(imul(s.m_old, s.b1), (1 - s.b1) * s.g),
            "v": lambda s: iadd(imul(s.v_old, s.b2), (1 - s.b2) * s.square),
            "v_max": lambda s: np.maximum(s.v_max_old, s.v_new, out=np.asarray(s.v_max_old)),
        },
        rate=0.001,
    ),
)

equivalents = {
    "np.where": rule.variant(v_max_new=lambda s: np.where(s.v_max > s.v_new, s.v_max, s.v_new)),
    "half the sum and half the distance": rule.variant(
        v_max_new=lambda s: s.v_new + (s.v_max - s.v_new + np.abs(s.v_max - s.v_new)) / 2
    ),
    "a stack": rule.variant(v_max_new=lambda s: np.stack([s.v_max, s.v_new]).max(axis=0)),
    "rate corrected": rule.variant(
        theta_new=lambda s: (
            s.theta
            - s.eta
            * np.sqrt(1 - s.beta_2**s.t)
            / (1 - s.beta_1**s.t)
            * s.m_new
            / np.sqrt(s.v_max_new + s.eps * (1 - s.beta_2**s.t))
        )
    ),
}
