"""Warm-up and cosine."""

from __future__ import annotations

import math


def warmup_cosine(t: float, eta_max: float, warmup: float, decay: float, alpha: float = 0.0) -> float:
    """Rise on a straight line, then fall on half a wave of the cosine, and stay.

        eta_t = eta_max t / warmup                                            while t < warmup
        eta_t = eta_max (alpha + (1 - alpha) (1 + cos(pi x)) / 2)             from then on
        with x = min((t - warmup) / decay, 1)

    t = 0, 1, ...; warmup: steps of the rise, 0 or more; decay: steps of the fall; alpha: the share of eta_max that is
    left at its end. Returns the learning rate of step t. Loshchilov and Hutter 2017 (the cosine), Goyal et al. 2017
    (the warm-up).
    Libraries: Keras' CosineDecay(0.0, decay, alpha, warmup_target=eta_max, warmup_steps=warmup). Others rise by
    (t + 1) / warmup, so that the first step is not lost.
    """
    if t < warmup:
        return eta_max * t / warmup
    x = min((t - warmup) / decay, 1.0)
    return eta_max * (alpha + (1 - alpha) * (1 + math.cos(math.pi * x)) / 2)
