"""What leads from a mistake to its mend: by exercise and stage of its rule, a question and a part of the formula.

A mistake is met with the words of the first stage that it replaces, `returns` or `defaults`.
"""

from __future__ import annotations

GRADIENT = ("Where does the gradient enter: as it is, with which sign, and elementwise?", "g = grad")
NEW_THETA = (
    "From which theta does the step start, which way does it go, and does the result have an array of its own?",
    "theta <- theta - step, a new array",
)
OLD_THETA = ("Which theta does the step start from?", "theta <- theta - step, from the theta that is passed")
ETA = (
    "Which number sets the length of the step, and where does it come from?",
    "the step has the factor eta, as passed",
)


def returned(names: str) -> tuple[str, str]:
    """About what the function returns."""
    return "What must come back, in which order, and does each part belong to this step?", f"what comes back: {names}"


def defaults(values: str) -> tuple[str, str]:
    """About the values in the signature."""
    return "What does your function use for an argument that is not passed?", values


def state(name: str) -> tuple[str, str]:
    """About the state before the step."""
    return (
        f"What does your function do with the {name} that it is given?",
        f"the new {name} is made from the {name} that is passed, which stays as it is",
    )


SQUARE = ("What exactly is squared, and is the caller's array left alone?", "g^2, elementwise, in a new array")
OUTER_ROOT = (
    "What stands under the root, and is eps added before or after the root is taken?",
    "sqrt(... + eps) below the step",
)
SCALED = ("What stands above the fraction line of the step, and what below?", "eta g / sqrt(r + eps)")
FLOOR = ("Where does the small number below the fraction line come from?", "eps, as passed")
VELOCITY = ("What becomes of the old velocity, and what is added to it?", "v <- gamma v + eta g")
PUSH = ("What does this step add to the velocity?", "the part eta g of v <- gamma v + eta g")
DECAY = ("Which argument says how much of the old velocity is kept?", "the part gamma v of v <- gamma v + eta g")
ALONG = ("By what is theta moved: the gradient, the old velocity or the new one?", "theta <- theta - v, with the new v")

GRADIENT_DESCENT = {
    "theta_new": NEW_THETA,
    "theta_old": OLD_THETA,
    "g": GRADIENT,
    "rate": ETA,
    "step": ("What is the step made of, and how do its length and its direction follow?", "step = eta g"),
    "returns": returned("theta"),
}
MOMENTUM = {
    "theta_new": NEW_THETA,
    "theta_old": OLD_THETA,
    "g": GRADIENT,
    "rate": ETA,
    "push": PUSH,
    "v_new": VELOCITY,
    "v_old": state("v"),
    "decay": DECAY,
    "step": ALONG,
    "returns": returned("theta, v"),
    "defaults": defaults("gamma=0.9"),
}
NESTEROV = {
    **MOMENTUM,
    "look": (
        "At which point is the gradient asked for: where theta is, or where the old velocity will carry it?",
        "grad_fn(theta - gamma v), with the old v",
    ),
    "g": ("How often is grad_fn asked, and what is it given?", "g = grad_fn(theta - gamma v), once"),
    "v_new": (
        "What becomes of the old velocity, and what is added to it?",
        "v <- gamma v + eta grad L(theta - gamma v)",
    ),
}
ADAGRAD = {
    "theta_new": NEW_THETA,
    "theta_old": OLD_THETA,
    "g": GRADIENT,
    "rate": ETA,
    "square": SQUARE,
    "r_old": state("r"),
    "r_new": ("What does r hold after this step: the last square, an average, or a sum?", "r <- r + g^2"),
    "root": OUTER_ROOT,
    "floor": FLOOR,
    "step": SCALED,
    "returns": returned("theta, r"),
    "defaults": defaults("eps=1e-8"),
}
RMSPROP = {
    **ADAGRAD,
    "decay": ("Which argument says how much of the old r is kept?", "the part rho r of r <- rho r + (1 - rho) g^2"),
    "share": ("With which share does the new square enter?", "the part (1 - rho) g^2 of r <- rho r + (1 - rho) g^2"),
    "r_new": ("Which share of r stays, and which share is new?", "r <- rho r + (1 - rho) g^2"),
    "defaults": defaults("rho=0.9, eps=1e-8"),
}
M_AVERAGE = ("What does m average, and with which shares of the old and the new?", "m <- beta_1 m + (1 - beta_1) g")
V_AVERAGE = ("What does v average, and with which shares of the old and the new?", "v <- beta_2 v + (1 - beta_2) g^2")
M_HAT = ("m starts at zero: what makes up for that in the first steps?", "m_hat = m / (1 - beta_1^t), with the new m")
V_HAT = ("v starts at zero: what makes up for that in the first steps?", "v_hat = v / (1 - beta_2^t), with the new v")
ADAM = {
    "theta_new": NEW_THETA,
    "theta_old": OLD_THETA,
    "g": GRADIENT,
    "rate": ETA,
    "square": SQUARE,
    "b1": ("Which beta belongs to m, and does it come from the arguments?", "beta_1 stands with m, in both places"),
    "b2": ("Which beta belongs to v, and does it come from the arguments?", "beta_2 stands with v, in both places"),
    "floor": FLOOR,
    "clock": ("Which number is t in the first step, and where does it enter?", "1 - beta_1^t and 1 - beta_2^t"),
    "m_old": state("m"),
    "v_old": state("v"),
    "m_new": M_AVERAGE,
    "v_new": V_AVERAGE,
    "m_sum": M_HAT,
    "v_sum": V_HAT,
    "m_hat": M_HAT,
    "v_hat": V_HAT,
    "root": ("What stands under the root, and at which point is eps added?", "sqrt(v_hat + eps)"),
    "direction": ("What stands above the fraction line of the step?", "m_hat, and nothing else"),
    "step": ("What stands above the fraction line of the step, and what below?", "eta m_hat / sqrt(v_hat + eps)"),
    "returns": returned("theta, m, v"),
    "defaults": defaults("beta_1=0.9, beta_2=0.999, eps=1e-8"),
}
STEP_DECAY = {
    "time": ("Which steps have been made at time t, if the first one is t = 0?", "floor(t / s)"),
    "period": ("How many steps lie between two drops?", "t / s, with s as passed"),
    "drops": ("How many drops have there been at time t, and at which t is the first?", "floor(t / s)"),
    "start": ("Which rate does the schedule start from?", "the factor eta_0"),
    "factor": ("By what is the rate multiplied at each drop?", "gamma^floor(t / s)"),
    "eta": ("How do the start and the drops make the rate of step t?", "eta_0 gamma^floor(t / s)"),
    "returns": returned("the rate of step t, a number"),
}
EXPONENTIAL_DECAY = {
    "time": ("Which number is t in the first step?", "exp(-k t), which is 1 at t = 0"),
    "constant": ("Which argument says how fast the rate falls?", "k, as passed"),
    "exponent": ("What stands in the exponent, and with which sign?", "-k t"),
    "decay": ("Which function of k and t makes the rate fall by the same share in each step?", "exp(-k t)"),
    "start": ("Which rate does the schedule start from?", "the factor eta_0"),
    "eta": ("How do the start and the decay make the rate of step t?", "eta_0 exp(-k t)"),
    "returns": returned("the rate of step t, a number"),
}
