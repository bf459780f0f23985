"""What belongs in the stages of the rules, in words: what is told of a mistake where another one is made, too.

Each says what should be there and nothing of what is, so it stays true whatever is wrong in other stages.
"""

from __future__ import annotations

ARRAYS = {
    "rate": "the learning rate should be eta, as it is passed",
    "theta_old": "the point to step from should be theta, as it is passed",
    "g": "the gradient should be grad, as it is passed",
    "theta_new": "the new theta should be theta minus the step, in a new array",
}
VELOCITY = ARRAYS | {
    "decay": "the share of the old velocity that is kept should be gamma",
    "v_old": "the velocity to go on from should be v, as it is passed",
    "push": "what the gradient adds to the velocity should be eta g",
    "v_new": "the new velocity should be gamma v + eta g, in a new array",
    "step": "what is taken from theta should be the new velocity, once",
    "returns": "what is returned should be theta, v: both new, in this order",
}
LOOK_AHEAD = VELOCITY | {
    "look": "the gradient should be asked at theta - gamma v",
    "g": "the gradient should be that at the look-ahead point, asked once",
}
SCALED = ARRAYS | {
    "floor": "what is added under the root should be eps, as it is passed",
    "square": "what is accumulated should be g^2, for each coordinate by itself",
}
ADAGRAD = SCALED | {
    "r_old": "the sum to go on from should be r, as it is passed",
    "r_new": "the new r should be r + g^2, in a new array",
    "root": "what the step is divided by should be sqrt(r + eps), with the new r",
    "step": "the step should be eta g / sqrt(r + eps)",
    "returns": "what is returned should be theta, r: both new, in this order",
}
RMSPROP = ADAGRAD | {
    "decay": "the share of the old average that is kept should be rho",
    "r_old": "the average to go on from should be r, as it is passed",
    "share": "what the new square adds to the average should be (1 - rho) g^2",
    "r_new": "the new r should be rho r + (1 - rho) g^2, in a new array",
}
ADAM = SCALED | {
    "b1": "what m is averaged and corrected with should be beta_1",
    "b2": "what v is averaged and corrected with should be beta_2",
    "clock": "m should be divided by 1 - beta_1^t and v by 1 - beta_2^t, with the t that is passed",
    "m_sum": "what m is divided by should be 1 - beta_1^t",
    "v_sum": "what v is divided by should be 1 - beta_2^t",
    "m_old": "the average to go on from should be m, as it is passed",
    "v_old": "the average of squares to go on from should be v, as it is passed",
    "m_new": "the new m should be beta_1 m + (1 - beta_1) g, in a new array",
    "v_new": "the new v should be beta_2 v + (1 - beta_2) g^2, in a new array",
    "m_hat": "the corrected m should be the new m divided by 1 - beta_1^t",
    "v_hat": "the corrected v should be the new v divided by 1 - beta_2^t",
    "root": "what the step is divided by should be sqrt(v_hat + eps)",
    "direction": "what is multiplied by eta should be m_hat alone",
    "step": "the step should be eta m_hat / sqrt(v_hat + eps)",
    "returns": "what is returned should be theta, m, v: all new, in this order",
}
DESCENT = ARRAYS | {
    "step": "the step should be eta g, with no other factor",
    "returns": "what is returned should be theta alone",
}
STEP_DECAY = {
    "time": "the time that is counted should be t, as it is passed",
    "period": "the length of a period should be s, as it is passed",
    "start": "the rate to start from should be eta_0",
    "factor": "the factor of each drop should be gamma",
    "drops": "the number of drops should be the number of whole periods, t / s rounded down",
    "eta": "the rate should be eta_0 times the factor, once for each drop",
    "returns": "what is returned should be the rate",
}
EXPONENTIAL = {
    "time": "the time should be t, as it is passed",
    "start": "the rate to start from should be eta_0",
    "constant": "the constant of the decay should be k, as it is passed",
    "exponent": "what e is raised to should be -k t",
    "decay": "what eta_0 is multiplied by should be a power of e",
    "eta": "the rate should be eta_0 times the decay",
    "returns": "what is returned should be the rate",
}
