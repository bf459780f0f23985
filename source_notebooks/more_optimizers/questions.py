"""What leads from a mistake to its mend: by exercise and stage of its rule, a question and a part of the formula.

A mistake is met with the words of the first stage that it replaces, `returns` or `defaults`.
"""

from __future__ import annotations

from tps.optimizers import questions
from tps.optimizers.questions import defaults, returned, state

SHARED = {stage: questions.ADAM[stage] for stage in questions.ADAM if stage not in ("m_hat", "v_hat", "direction")}
V_HAT = questions.ADAM["v_hat"]
M_HAT_ALONE = questions.ADAM["direction"]

AMSGRAD = {
    **SHARED,
    "v_max_old": state("v_max"),
    "v_max_new": (
        "Which two numbers are compared, when, and which of them is kept?",
        "v_max <- max(v_max, v), entry by entry, with the new v",
    ),
    "top": M_HAT_ALONE,
    "v_sum": ("v_max starts at zero: what makes up for that in the first steps?", "v_max / (1 - beta_2^t)"),
    "v_hat": (
        "Which average of squares is the step divided by, and how is it corrected?",
        "v_hat = v_max / (1 - beta_2^t), with the new v_max",
    ),
    "adam": SHARED["step"],
    "returns": returned("theta, m, v, v_max"),
}
ADAMW = {
    **SHARED,
    "amount": ("Which argument says how strong the decay is?", "weight_decay, as passed"),
    "top": M_HAT_ALONE,
    "v_hat": V_HAT,
    "adam": SHARED["step"],
    "shrink": (
        "What is subtracted beside Adam's step, with which sign and which factors?",
        "eta weight_decay theta, once",
    ),
    "step": (
        "Of which two parts is the step made, and which factor do both have?",
        "eta m_hat / sqrt(v_hat + eps) + eta weight_decay theta",
    ),
    "theta_new": (
        "From which theta are the step and the decay computed, and does the result have an array of its own?",
        "theta <- theta - eta m_hat / sqrt(v_hat + eps) - eta weight_decay theta, a new array",
    ),
    "defaults": defaults("weight_decay=0.004, beta_1=0.9, beta_2=0.999, eps=1e-8"),
}
NADAM = {
    **SHARED,
    "b1": ("Which beta belongs to m and to g, and does it come from the arguments?", "beta_1 stands with m and with g"),
    "clock": (
        "Which number is t in the first step, and where does it enter?",
        "1 - beta_1^(t + 1), 1 - beta_1^t and 1 - beta_2^t",
    ),
    "m_sum": ("What is the newest gradient divided by?", "(1 - beta_1) g / (1 - beta_1^t)"),
    "next_sum": ("To which step does the shrunk average belong?", "beta_1 m / (1 - beta_1^(t + 1))"),
    "next": (
        "What will be left of m in the next step, and what will it be divided by?",
        "the part beta_1 m / (1 - beta_1^(t + 1)) of n, with the new m",
    ),
    "newest": (
        "With which share does the newest gradient enter, and what is it divided by?",
        "the part (1 - beta_1) g / (1 - beta_1^t) of n",
    ),
    "top": (
        "Which two parts make up what the step is along?",
        "n = beta_1 m / (1 - beta_1^(t + 1)) + (1 - beta_1) g / (1 - beta_1^t)",
    ),
    "v_hat": V_HAT,
    "adam": ("What stands above the fraction line of the step, and what below?", "eta n / sqrt(v_hat + eps)"),
    "step": ("What stands above the fraction line of the step, and what below?", "eta n / sqrt(v_hat + eps)"),
}
ADADELTA = {
    "theta_new": questions.NEW_THETA,
    "theta_old": questions.OLD_THETA,
    "g": questions.GRADIENT,
    "rate": questions.ETA,
    "square": questions.SQUARE,
    "decay": ("Which share of the old r and of the old d is kept?", "rho r and rho d, with rho as passed"),
    "floor": ("Where does the small number in both roots come from?", "eps, as passed"),
    "r_old": state("r"),
    "d_old": state("d"),
    "r_new": ("Which share of r stays, and which share is new?", "r <- rho r + (1 - rho) g^2"),
    "above": (
        "What stands above the fraction line in the place of the rate?",
        "sqrt(d + eps), with the d that is passed",
    ),
    "below": (
        "What stands below the fraction line, and is eps added before the root?",
        "sqrt(r + eps), with the new r",
    ),
    "move": ("Which root stands above the fraction line, and which below?", "s = sqrt(d + eps) / sqrt(r + eps) g"),
    "moved": ("What exactly does d average?", "s^2, the square of the step before eta"),
    "d_new": ("Which share of d stays, and which share is new?", "d <- rho d + (1 - rho) s^2"),
    "step": ("By what is theta moved?", "eta s"),
    "returns": returned("theta, r, d"),
    "defaults": defaults("eta=1.0, rho=0.95, eps=1e-6"),
}
CLIPPING = {
    "limit": ("Which argument says how long the gradient may be?", "c is max_norm, as passed"),
    "w": ("What does your function do with the grad_w that it is given?", "grad_w, as passed"),
    "b": ("What does your function do with the grad_b that it is given?", "grad_b, as passed"),
    "squares": (
        "Which entries does the norm count, and is it a sum or a mean?",
        "the sum of the squares of all entries of both arrays",
    ),
    "norm": ("How does the norm follow from all entries of both arrays?", "n, the root of the sum of all squares"),
    "long": ("When is a gradient shortened?", "if n > c"),
    "shorter": ("Which factor gives a gradient of length n the length c?", "c / n"),
    "factor": ("What is the factor of a long gradient, of a short one, and of zeros?", "c / n if n > c, else 1"),
    "w_new": (
        "By what is grad_w multiplied, and does the result have an array of its own?",
        "grad_w times the one factor of both, a new array of its shape",
    ),
    "b_new": (
        "By what is grad_b multiplied, and does the result have an array of its own?",
        "grad_b times the one factor of both, a new array of its shape",
    ),
    "returns": returned("grad_w, grad_b"),
}
WARMUP = {
    "time": ("Which number is t in the first step, and where does it come from?", "t, as passed: 0 in the first step"),
    "top": ("Which rate is reached at the end of the warm-up?", "the factor eta_max"),
    "rise": ("How many steps does the rise take?", "T_w is warmup, as passed"),
    "fall": ("How many steps does the fall take?", "T_d is decay, as passed"),
    "floor": ("Which share of the top is left in the end?", "alpha, as passed"),
    "rising": ("While which t does the rate rise?", "while t < warmup"),
    "warm": (
        "On which line does the rate rise, and for which t is it computed?",
        "eta_max t / warmup, while t < warmup",
    ),
    "since": ("From which t on is the fall counted, and in which unit?", "(t - warmup) / decay"),
    "x": ("What becomes of x after the end of the fall?", "x = min((t - warmup) / decay, 1)"),
    "wave": ("From where to where does the wave go while x goes from 0 to 1?", "(1 + cos(pi x)) / 2"),
    "share": ("What is the share of the top at x = 0, and at x = 1?", "alpha + (1 - alpha) (1 + cos(pi x)) / 2"),
    "falling": (
        "At which rate does the fall begin, and at which does it end?",
        "eta_max (alpha + (1 - alpha) (1 + cos(pi x)) / 2)",
    ),
    "eta": ("Which of the two, rise or fall, gives the rate of step t?", "the rise while t < warmup, else the fall"),
    "returns": returned("the rate of step t, a number"),
    "defaults": defaults("alpha=0"),
}
