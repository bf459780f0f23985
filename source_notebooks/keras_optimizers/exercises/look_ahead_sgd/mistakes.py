"""How Nesterov's rule as a Keras optimizer goes wrong, and right in other words. The variable looks ahead."""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy

from ...keras_habits import KERAS, keras_habits

Array = np.ndarray

FORM = "nesterov#the-form-in-the-libraries-store-the-look-ahead-point"
RATE = "conventions#the-rate-inside-the-velocity-or-outside"
AVERAGE = "conventions#a-sum-or-an-average"


def look_ahead(
    theta: Array, grad: Array, t: int, learning_rate: float, momentum: float = 0.9, *, optimizer: Any
) -> Array:
    """One step of one variable, the point where the gradient is asked; see `tps.keras_optimizers.numpy_ways`."""
    raise NotImplementedError  # its signature is what counts: the stages below are the rule


rule = Anatomy(
    look_ahead,
    stages={
        "rate": lambda s: s.learning_rate,
        "friction": lambda s: s.momentum,
        "slots": lambda s: s.optimizer.slots,
        "owner": lambda s: s.optimizer.variable,
        "g": lambda s: s.grad,
        "v_old": lambda s: s.slots.get(("v", s.owner), 0.0),
        "pulled": lambda s: s.rate * s.g,
        "v_new": lambda s: s.friction * s.v_old + s.pulled,
        "stored": lambda s: s.slots.__setitem__(("v", s.owner), s.v_new),
        "ahead": lambda s: s.friction * s.v_new,
        "step": lambda s: s.ahead + s.pulled,
        "theta_new": lambda s: s.theta - s.step,
    },
    returns=("theta_new",),
    should={
        "rate": "the rate should be the `learning_rate` that this step is given",
        "friction": "the share of the old velocity that is kept should be the momentum that was asked for",
        "slots": "the velocity should be made in `build`, so that Keras keeps it",
        "owner": "each variable should have a velocity of its own",
        "pulled": "what the gradient adds to the velocity should be eta g",
        "v_new": "the new velocity should be gamma v + eta g",
        "stored": "the new velocity should be kept for the next step",
        "ahead": "the look ahead should be gamma times the new velocity",
        "step": "what is taken from the variable should be gamma v + eta g, with the new v",
        "theta_new": "the step should be taken off the variable",
    },
)

mistakes = (
    rule.wrong(
        "look-ahead-forgotten",
        did="The variable moves by the new velocity alone.",
        effect="It is heavy-ball momentum: the variable holds theta, and the gradient is not asked ahead.",
        hint="You take the new velocity off: that is momentum. The variable holds the look-ahead point, so it moves by "
        "gamma v_new + eta g.",
        section=FORM,
        step=lambda s: s.v_new,
        also={"the look ahead uses the old velocity": {"ahead": lambda s: s.friction * s.v_old}},
    ),
    rule.wrong(
        "velocity-in-full",
        did="The variable moves by v_new + eta g, without gamma.",
        effect="The look ahead goes the whole velocity far, not gamma times it.",
        hint="You move by v_new + eta g. The look ahead is gamma v_new: multiply it.",
        section=FORM,
        ahead=lambda s: s.v_new,
    ),
    rule.wrong(
        "gradient-forgotten",
        did="The variable moves by gamma v_new alone.",
        effect="Each step lacks eta g: the first one is gamma / (1 + gamma) of the right one.",
        hint="You move by gamma v_new alone. Add eta g: the point moves by gamma v_new + eta g.",
        section=FORM,
        step=lambda s: s.ahead,
    ),
    rule.wrong(
        "rate-outside-the-velocity",
        did="The velocity sums gradients, and the step is multiplied by the rate.",
        effect="The same numbers at a constant rate; when the rate changes, old gradients change with it.",
        hint="Your velocity sums the gradients and is multiplied by the rate afterwards. In this course the rate "
        "goes into the velocity: v <- gamma v + eta g. It shows when the rate changes.",
        section=RATE,
        convention="PyTorch and optax: their v is the course's v / eta while eta is constant",
        pulled=lambda s: s.g,
        step=lambda s: s.rate * (s.ahead + s.g),
    ),
    rule.wrong(
        "average",
        did="The new gradient enters the velocity with the weight 1 - gamma.",
        effect="The velocity is 1 - gamma times too small.",
        hint="Your velocity is an average: v <- gamma v + (1 - gamma) eta g. In this course it is a sum: gamma v + "
        "eta g.",
        section=AVERAGE,
        convention="an exponential average: its velocity is the course's at the rate (1 - gamma) eta",
        v_new=lambda s: s.friction * s.v_old + (1 - s.friction) * s.pulled,
    ),
    rule.wrong(
        "rate-twice",
        did="The velocity, which holds the rate, is multiplied by it again.",
        effect="The look ahead is shorter by the factor eta.",
        hint="eta stands in the velocity already, and you multiply the velocity by it again.",
        section=RATE,
        ahead=lambda s: s.rate * s.friction * s.v_new,
    ),
    rule.wrong(
        "velocity-not-kept",
        did="The new velocity is computed and not assigned.",
        effect="Every step is a first step: gradient descent with the rate (1 + gamma) eta.",
        hint="Every step of yours is a first step: no velocity is remembered. It must be kept between the steps: "
        "`self.assign(v, ...)`.",
        section=KERAS,
        stored=lambda s: None,
    ),
    rule.wrong(
        "momentum-fixed",
        did="gamma is 0.9 whatever was asked for.",
        effect="Right at the default; no other momentum has any effect.",
        hint="You use 0.9 whatever momentum is asked for. Use `self.momentum`.",
        section=KERAS,
        friction=lambda s: 0.9,
    ),
    rule.wrong(
        "no-momentum-by-default",
        did="The default of momentum is 0, as in Keras' own SGD.",
        effect="Without momentum given it is gradient descent.",
        hint="Without momentum given, yours uses 0. The default here is 0.9.",
        section=KERAS,
        convention="keras.optimizers.SGD has the default 0",
        defaults={"momentum": 0.0},
    ),
    rule.wrong(
        "momentum-default-0.99",
        did="The default of momentum is 0.99.",
        effect="Without momentum given, the velocity remembers ten times as long.",
        hint="Without momentum given, yours uses 0.99. The default here is 0.9.",
        section=KERAS,
        defaults={"momentum": 0.99},
    ),
    *keras_habits(
        rule,
        FORM,
        "velocity",
        0.01,
        {
            "momentum-not-in-config": (
                "momentum",
                {"friction": lambda s: 0.9 if s.optimizer.configured else s.momentum},
                "default",
            ),
        },
    ),
)


def _by_theta(s: Any) -> Any:
    """The course's own form, theta and v, and the change of variable at each step."""
    theta = s.theta + s.momentum * s.v_old
    v = s.momentum * s.v_old + s.learning_rate * s.grad
    return (theta - v) - s.momentum * v


equivalents = {
    "theta and v, and back": rule.variant(theta_new=_by_theta),
    "one sum": rule.variant(
        step=lambda s: s.friction**2 * s.v_old + (1 + s.friction) * s.pulled,
    ),
    "a velocity with the other sign": rule.variant(
        v_new=lambda s: s.friction * s.v_old - s.pulled,
        step=lambda s: s.pulled - s.friction * s.v_new,
    ),
}
