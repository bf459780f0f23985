"""What leads from a mistake to its mend: by exercise and stage of its rule, a question and a part of the formula."""

from __future__ import annotations

OWNER = (
    "What tells the slots of one variable from those of another?",
    "a slot for each variable, found by the variable",
)
SLOTS = ("How long does the state live, and whose is it?", "made once in `build`, kept in the optimizer")
RATE = (
    "Which learning rate is used in each step, and where does it come from?",
    "the rate that `update_step` is given",
)
NEW_THETA = ("From where does the step start, and which way does it go?", "theta <- theta - step")
LOOK_AHEAD_SGD = {
    "rate": RATE,
    "friction": (
        "Where does the momentum enter, and where does its value come from?",
        "momentum, as `__init__` was given it",
    ),
    "slots": SLOTS,
    "owner": OWNER,
    "pulled": ("What does the gradient add?", "eta g"),
    "v_new": ("What becomes of the old velocity, and what is added?", "v <- gamma v + eta g"),
    "stored": ("What does the next step find in the slot?", "the slot holds the new v"),
    "ahead": ("Which velocity looks ahead, and how far?", "gamma v, with the new v"),
    "step": ("Which two parts make the step?", "gamma v + eta g, with the new v"),
    "theta_new": NEW_THETA,
    "defaults": ("What is used for an argument of `__init__` that is not passed?", "the values in the exercise's text"),
}
M_HAT = ("m starts at zero: what makes up for that in the first steps?", "m_hat = m / (1 - beta_1^t)")
V_HAT = ("v starts at zero: what makes up for that in the first steps?", "v_hat = v / (1 - beta_2^t)")
ROOT_EPSILON_ADAM = {
    "rate": RATE,
    "slots": SLOTS,
    "owner": OWNER,
    "b1": ("Which beta belongs to m, and where does it come from?", "beta_1 stands with m, in both places"),
    "b2": ("Which beta belongs to v, and where does it come from?", "beta_2 stands with v, in both places"),
    "floor": ("Where does the small number under the root come from?", "epsilon, as `__init__` was given it"),
    "clock": ("`iterations` counts the steps made so far: which number is t in the first one?", "t = iterations + 1"),
    "m_sum": M_HAT,
    "v_sum": V_HAT,
    "g": ("Where does the gradient enter, and with which sign?", "g, as `update_step` is given it"),
    "square": ("What exactly is squared?", "g^2, elementwise"),
    "m_new": ("What does m average, and with which shares?", "m <- beta_1 m + (1 - beta_1) g"),
    "v_new": ("What does v average, and with which shares?", "v <- beta_2 v + (1 - beta_2) g^2"),
    "m_stored": ("What does the next step find in the slot of m?", "the slot holds the new m, not corrected"),
    "v_stored": ("What does the next step find in the slot of v?", "the slot holds the new v, not corrected"),
    "m_hat": M_HAT,
    "v_hat": V_HAT,
    "root": ("What stands under the root, and at which point is epsilon added?", "sqrt(v_hat + epsilon)"),
    "direction": ("What stands above the fraction line of the step?", "m_hat, and nothing else"),
    "step": (
        "What stands above the fraction line of the step, and what below?",
        "eta m_hat / sqrt(v_hat + epsilon)",
    ),
    "theta_new": NEW_THETA,
    "defaults": ("What is used for an argument of `__init__` that is not passed?", "the values in the exercise's text"),
}
COMPARE_OPTIMIZERS = {
    "runs": (
        "What counts a run that diverged: NaN, infinity, or nothing?",
        "a loss that is not finite counts as infinite",
    ),
    "score": ("Over which axis are the runs of one rate put together, and how?", "the mean over the seeds"),
    "best": ("What makes a rate the best one of its optimizer?", "the rate with the smallest mean loss"),
    "rate": ("What is reported of the best rate: its place, or the rate itself?", "rates[best]"),
    "loss": ("Which loss belongs to the best rate?", "the mean loss at that rate"),
    "low": ("Which rate is the lowest of the grid, in whatever order it is given?", "min(rates)"),
    "high": ("Which rate is the highest of the grid, in whatever order it is given?", "max(rates)"),
    "inside": (
        "When does the grid show that the best rate is not beyond its edge?",
        "min(rates) < best rate < max(rates)",
    ),
    "returns": ("What does the entry of one optimizer hold?", "rate, loss and inside"),
}
