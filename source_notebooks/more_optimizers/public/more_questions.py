"""The questions before code, with what is right: for `course.workshop.predictions.predict`. No peeking."""

from __future__ import annotations

from typing import Any

AMSGRAD: dict[str, Any] = {
    "question": "One gradient of 100, then a thousand of 1; beta_2 = 0.9. How many times as long as AMSGrad's is "
    "Adam's last step?",
    "figure": 31.62,
    "why": "The average has a tenth of 100^2 in it after the first step, and v_max keeps that: the root of 1000 stands "
    "below. Adam's average has come back to 1.",
}
ADAMW: dict[str, Any] = {
    "question": "A weight of 1 has no gradient. Adam gets 0.01 theta as its gradient, for decay, with the rate 0.1. "
    "What is the weight after the first step?",
    "figure": 0.9,
    "why": "Adam's first step is eta long, however small the gradient: a tenth is gone. Beside the step the weight "
    "would lose 0.1 times 0.01 of itself, and be 0.999.",
}
NADAM: dict[str, Any] = {
    "question": "Adam's first step is eta long. How many eta is Nadam's, at beta_1 = 0.9?",
    "figure": 1.474,
    "why": "The newest gradient counts once with weight 1, and the shrunk average of one gradient is 0.9 / 1.9 of it.",
}
ADADELTA: dict[str, Any] = {
    "question": "AdaDelta with rho = 0.95 and eps = 1e-6 starts from zero state, and the gradient is 3. How long is "
    "its first step?",
    "figure": 0.004472,
    "why": "It is sqrt(eps) / sqrt(1 - rho), whatever the gradient is: RMSprop's first step, with a rate of 0.001.",
}
CLIPPING: dict[str, Any] = {
    "question": "grad_w = [3, 0], grad_b = [4], and a norm of 1 is allowed. What becomes of the 3?",
    "figure": 0.6,
    "why": "The norm of all three numbers together is 5, so each is divided by 5.",
}
WARMUP: dict[str, Any] = {
    "question": "eta_max = 1 and alpha = 0.2. How large is the rate half-way through the fall?",
    "figure": 0.6,
    "why": "Half-way the cosine is 0: half of the way from 1 to 0.2. Near both ends it is flat.",
}
