"""How Adam goes wrong, and right in other words; the mistakes lie in the modules beside this one, by their place."""

from __future__ import annotations

from operator import iadd, imul

import numpy as np

from ...families.habits import habits
from ...families.scaling import scaling
from .averages import averages
from .correction import correction
from .rule import RULE, rule
from .step import step

mistakes = (
    *correction,
    *averages,
    *scaling(rule, RULE, "direction", "v_hat", ("m_hat", "v_hat"), "the Adam paper and PyTorch"),
    *step,
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
    "incremental averages": rule.variant(
        m_new=lambda s: s.m + (1 - s.beta_1) * (s.grad - s.m),
        v_new=lambda s: s.v + (1 - s.beta_2) * (np.square(s.grad) - s.v),
    ),
    "rate corrected": rule.variant(
        theta_new=lambda s: (
            s.theta
            - s.eta
            * np.sqrt(1 - s.beta_2**s.t)
            / (1 - s.beta_1**s.t)
            * s.m_new
            / np.sqrt(s.v_new + s.eps * (1 - s.beta_2**s.t))
        )
    ),
    "power -1/2": rule.variant(theta_new=lambda s: s.theta - s.eta * s.m_hat * (s.v_hat + s.eps) ** -0.5),
    "np.power": rule.variant(
        m_hat=lambda s: s.m_new / (1 - np.power(s.beta_1, s.t)),
        v_hat=lambda s: s.v_new / (1 - np.power(s.beta_2, s.t)),
    ),
    "np.average": rule.variant(v_new=lambda s: np.average([s.v, s.grad**2], axis=0, weights=[s.beta_2, 1 - s.beta_2])),
    "power by a logarithm": rule.variant(
        m_sum=lambda s: -np.expm1(s.t * np.log(s.beta_1)), v_sum=lambda s: -np.expm1(s.t * np.log(s.beta_2))
    ),
    "the sum of the weights, added up": rule.variant(
        m_sum=lambda s: (1 - s.beta_1) * np.sum(s.beta_1 ** np.arange(s.t)),
        v_sum=lambda s: (1 - s.beta_2) * np.sum(s.beta_2 ** np.arange(s.t)),
    ),
    "copies, averaged in place": rule.variant(
        m_new=lambda s: iadd(imul(s.m.astype(float), s.beta_1), (1 - s.beta_1) * s.grad),
        v_new=lambda s: iadd(imul(s.v.astype(float), s.beta_2), (1 - s.beta_2) * s.grad**2),
    ),
}
