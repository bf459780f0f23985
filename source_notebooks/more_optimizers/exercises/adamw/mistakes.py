"""How AdamW goes wrong, and right in other words."""

from __future__ import annotations

from operator import iadd, imul

import numpy as np
from tps.optimizers.families.habits import habits

from autograder.exercises.variants import Anatomy

from ... import adam_like, places
from ...reference import adamw_step

RULE = "adam#momentum-as-an-average"

rule = Anatomy(
    adamw_step,
    stages={
        "amount": lambda s: s.weight_decay,
        **adam_like.AVERAGES,
        "top": lambda s: s.m_new / s.m_sum,
        "v_hat": lambda s: s.v_new / s.v_sum,
        **adam_like.STEP,
        "shrink": lambda s: s.amount * s.theta_old,
        "step": lambda s: s.adam + s.rate * s.shrink,
        "theta_new": lambda s: s.theta_old - s.step,
    },
    returns=("theta_new", "m_new", "v_new"),
    should=places.ADAMW,
)

mistakes = (
    rule.wrong(
        "decay-in-the-gradient",
        did="weight_decay theta is added to the gradient: L2 regularisation.",
        effect="The decay goes through the root: weights with large gradients are hardly decayed at all.",
        hint="You add weight_decay theta to the gradient. That is L2 regularisation, and Adam's root scales it away. "
        "AdamW leaves the gradient alone and subtracts eta weight_decay theta beside the step.",
        section=RULE,
        convention="Adam with L2 regularisation: `weight_decay` of PyTorch's Adam",
        g=lambda s: s.grad + s.weight_decay * s.theta,
        shrink=lambda s: 0.0,
    ),
    rule.wrong(
        "decay-in-the-gradient-and-beside-it",
        did="weight_decay theta is added to the gradient, and subtracted beside the step as well.",
        effect="Two decays, of which one is scaled by the root.",
        hint="You decay twice: in the gradient, and beside the step. The second alone is AdamW.",
        section=RULE,
        g=lambda s: s.grad + s.weight_decay * s.theta,
    ),
    rule.wrong(
        "decay-above-the-root",
        did="weight_decay theta is added to m_hat, above the root.",
        effect="The averages are clean, but the decay is still divided by the size of the gradients.",
        hint="You add weight_decay theta above the root, so it is divided by the size of the gradients. It stands "
        "beside the fraction: - eta weight_decay theta.",
        section=RULE,
        top=lambda s: s.m_new / s.m_sum + s.amount * s.theta_old,
        shrink=lambda s: 0.0,
    ),
    rule.wrong(
        "decay-without-rate",
        did="theta shrinks by weight_decay theta, without eta.",
        effect="A schedule of the rate leaves the decay as it was: at small rates nothing else is left.",
        hint="The decay is not multiplied by eta. It is eta weight_decay theta.",
        section=RULE,
        convention="the paper multiplies by the schedule alone, not by the base rate",
        step=lambda s: s.adam + s.shrink,
    ),
    rule.wrong(
        "decay-after-the-step",
        did="theta is moved first, and what came of it shrinks.",
        effect="The newest step is decayed as well: a difference of the order of eta squared.",
        hint="You shrink the theta that has moved already. Both terms are taken from the old theta.",
        section=RULE,
        theta_new=lambda s: (s.theta_old - s.adam) * (1 - s.rate * s.amount),
    ),
    rule.wrong(
        "no-decay",
        did="The decay is left out.",
        effect="This is Adam: theta is not drawn to zero.",
        hint="weight_decay is not used: this is Adam. Subtract eta weight_decay theta as well.",
        section=RULE,
        shrink=lambda s: 0.0,
    ),
    rule.wrong(
        "decay-added",
        did="eta weight_decay theta is added.",
        effect="theta grows by itself, without end.",
        hint="You add the decay: theta grows. Subtract it.",
        section=RULE,
        shrink=lambda s: -s.amount * s.theta_old,
    ),
    rule.wrong(
        "decay-of-the-sign",
        did="The decay is weight_decay times the sign of theta.",
        effect="All weights lose the same amount, as under an L1 penalty, and not the same share.",
        hint="You subtract the sign of theta, as under an L1 penalty. It is theta itself.",
        section=RULE,
        shrink=lambda s: s.amount * np.sign(s.theta_old),
    ),
    rule.wrong(
        "decay-of-the-square",
        did="The decay is weight_decay theta^2.",
        effect="The sign is lost: negative weights grow.",
        hint="You subtract the square of theta. The penalty has a square; its slope, which is subtracted, has theta.",
        section=RULE,
        shrink=lambda s: s.amount * s.theta_old**2,
    ),
    rule.wrong(
        "decay-doubled",
        did="The decay is 2 weight_decay theta.",
        effect="As with twice the decay.",
        hint="Your decay is twice as strong: 2 weight_decay theta, the slope of weight_decay theta^2. Here it is "
        "weight_decay theta.",
        section=RULE,
        shrink=lambda s: 2 * s.amount * s.theta_old,
    ),
    rule.wrong(
        "decay-with-the-rate-squared",
        did="The decay is multiplied by eta twice.",
        effect="At small rates there is no decay to speak of.",
        hint="eta multiplies the decay twice. It is eta weight_decay theta.",
        section=RULE,
        shrink=lambda s: s.rate * s.amount * s.theta_old,
    ),
    rule.wrong(
        "decay-fixed",
        did="weight_decay = 0.004 is written into the code.",
        effect="Right at the default; no other decay has any effect.",
        hint="You use 0.004 whatever weight_decay is passed. Use weight_decay.",
        section=RULE,
        amount=lambda s: 0.004,
    ),
    rule.wrong(
        "decay-default-0.01",
        did="The default of weight_decay is 0.01, as in PyTorch.",
        effect="The decay is 2.5 times as strong whenever it is not passed.",
        hint="Your default for weight_decay is 0.01, as in PyTorch. Here, as in Keras, it is 0.004.",
        section=RULE,
        convention="PyTorch: the rule with weight_decay = 0.01",
        defaults={"weight_decay": 0.01},
    ),
    rule.wrong(
        "rate-and-decay-exchanged",
        did="eta and weight_decay have changed places, in the signature or in the formula.",
        effect="The steps are as long as the decay says.",
        hint="eta and weight_decay have changed places: eta is passed before weight_decay.",
        section=RULE,
        amount=lambda s: s.eta,
        rate=lambda s: s.weight_decay,
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
    "shrunk first": rule.variant(theta_new=lambda s: s.theta * (1 - s.eta * s.weight_decay) - s.adam),
    "eta taken out": rule.variant(theta_new=lambda s: s.theta - s.eta * (s.top / s.root + s.weight_decay * s.theta)),
    "a copy, shrunk in place": rule.variant(
        theta_new=lambda s: imul(s.theta.astype(float), 1 - s.eta * s.weight_decay) - s.adam
    ),
    "incremental averages": rule.variant(
        m_new=lambda s: s.m + (1 - s.beta_1) * (s.grad - s.m),
        v_new=lambda s: s.v + (1 - s.beta_2) * (np.square(s.grad) - s.v),
    ),
}
