"""What belongs in the stages of the rules, in words: what is told of a mistake where another one is made, too.

Each says what should be there and nothing of what is, so it stays true whatever is wrong in other stages.
"""

from __future__ import annotations

from tps.optimizers.families import places

SHARED = {stage: places.ADAM[stage] for stage in places.ADAM if stage not in ("m_hat", "v_hat", "direction")}

AMSGRAD = SHARED | {
    "v_max_old": "the maximum to go on from should be v_max, as it is passed",
    "clock": "m should be divided by 1 - beta_1^t and v_max by 1 - beta_2^t, with the t that is passed",
    "v_sum": "what v_max is divided by should be 1 - beta_2^t",
    "b2": "what v is averaged with, and v_max corrected with, should be beta_2",
    "v_max_new": "the new v_max should be the larger of the old v_max and the new v, entry by entry, in a new array",
    "top": places.ADAM["direction"],
    "v_hat": "the v_hat of the step should be the new v_max divided by 1 - beta_2^t",
    "adam": SHARED["step"],
    "returns": "what is returned should be theta, m, v, v_max: all new, in this order",
}
ADAMW = SHARED | {
    "amount": "the strength of the decay should be weight_decay, as it is passed",
    "top": "what stands above the root should be eta m_hat alone",
    "v_hat": places.ADAM["v_hat"],
    "adam": "the part of the step that is Adam's should be eta m_hat / sqrt(v_hat + eps)",
    "shrink": "the decay should be eta weight_decay theta, beside Adam's step",
    "step": "the step should be eta m_hat / sqrt(v_hat + eps) + eta weight_decay theta",
    "theta_new": "the new theta should be the old one minus Adam's step and the decay of the old one, in a new array",
}
NADAM = SHARED | {
    "b1": "what m is averaged with, and n is made and corrected with, should be beta_1",
    "clock": "m should be divided by 1 - beta_1^(t + 1), g by 1 - beta_1^t, v by 1 - beta_2^t, with t as it is passed",
    "m_sum": "what the share of the newest gradient is divided by should be 1 - beta_1^t",
    "next_sum": "what the shrunk m is divided by should be 1 - beta_1^(t + 1)",
    "next": "the part of n that comes from m should be beta_1 m / (1 - beta_1^(t + 1)), with the new m",
    "newest": "the part of n that comes from the newest gradient should be (1 - beta_1) g / (1 - beta_1^t)",
    "top": "what is multiplied by eta should be n = beta_1 m / (1 - beta_1^(t + 1)) + (1 - beta_1) g / (1 - beta_1^t)",
    "v_hat": places.ADAM["v_hat"],
    "adam": "the step should be eta n / sqrt(v_hat + eps)",
    "step": "the step should be eta n / sqrt(v_hat + eps)",
}
ADADELTA = places.ARRAYS | {
    "decay": "the share of r and of d that is kept should be rho",
    "floor": "what is added under both roots should be eps, as it is passed",
    "r_old": "the average of squared gradients to go on from should be r, as it is passed",
    "d_old": "the average of squared steps to go on from should be d, as it is passed",
    "square": "what r averages should be g^2, for each coordinate by itself",
    "r_new": "the new r should be rho r + (1 - rho) g^2, in a new array",
    "above": "the root that g is multiplied by should be sqrt(d + eps), with the old d",
    "below": "the root that g is divided by should be sqrt(r + eps), with the new r",
    "move": "the step before eta should be sqrt(d + eps) / sqrt(r + eps) g",
    "moved": "what d averages should be the square of the step before eta",
    "d_new": "the new d should be rho d + (1 - rho) s^2, s the step before eta, in a new array",
    "step": "what is taken from theta should be eta times sqrt(d + eps) / sqrt(r + eps) g",
    "returns": "what is returned should be theta, r, d: all new, in this order",
}
CLIPPING = {
    "limit": "the most that the norm may be should be max_norm, as it is passed",
    "w": "the gradient of the weights should be grad_w, as it is passed",
    "b": "the gradient of the bias should be grad_b, as it is passed",
    "squares": "what the root is taken of should be the sum of the squares of all entries of both arrays",
    "norm": "the norm n should be the root of the sum of the squares of all entries of both arrays",
    "long": "what is shortened should be a gradient whose norm is above max_norm, and no other",
    "shorter": "the factor of a gradient that is too long should be max_norm / n",
    "factor": "the factor should be max_norm / n where n is above max_norm, and 1 where it is not",
    "w_new": "the new grad_w should be grad_w times the one factor of both, in a new array of its shape",
    "b_new": "the new grad_b should be grad_b times the one factor of both, in a new array of its shape",
    "returns": "what is returned should be grad_w, grad_b: both new, in this order",
}
WARMUP = {
    "time": "the time should be t, as it is passed",
    "top": "the rate at the top should be eta_max, as it is passed",
    "rise": "the number of steps of the rise should be warmup, as it is passed",
    "fall": "the number of steps of the fall should be decay, as it is passed",
    "floor": "the share of eta_max that is left in the end should be alpha, as it is passed",
    "rising": "the rate should rise while t is below warmup, and fall from then on",
    "warm": "the rate of the warm-up should be eta_max t / warmup, computed only while t is below warmup",
    "since": "the fall should be counted as (t - warmup) / decay",
    "x": "x should be (t - warmup) / decay, and 1 after the end",
    "wave": "the wave should be (1 + cos(pi x)) / 2",
    "share": "the share of eta_max should be alpha + (1 - alpha) times the wave",
    "falling": "the rate of the fall should be eta_max (alpha + (1 - alpha) (1 + cos(pi x)) / 2)",
    "eta": "the rate should be that of the warm-up while t is below warmup, and that of the fall from then on",
    "returns": "what is returned should be the rate",
}
