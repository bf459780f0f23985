"""How AdaDelta goes wrong, and right in other words."""

from __future__ import annotations

from operator import iadd, imul
from typing import Any

import numpy as np
from tps.optimizers.families.habits import habits

from autograder.exercises.variants import Anatomy, Wrong

from ... import places
from ...reference import adadelta_step

RULE = "rmsprop#from-the-sum-to-an-average"
EPSILON = "conventions#three-places-for-epsilon"
UNITS = "learning_rates#what-a-starting-rate-assumes"

rule = Anatomy(
    adadelta_step,
    stages={
        "rate": lambda s: s.eta,
        "decay": lambda s: s.rho,
        "floor": lambda s: s.eps,
        "theta_old": lambda s: s.theta,
        "r_old": lambda s: s.r,
        "d_old": lambda s: s.d,
        "g": lambda s: s.grad,
        "square": lambda s: s.g**2,
        "r_new": lambda s: s.decay * s.r_old + (1 - s.decay) * s.square,
        "above": lambda s: np.sqrt(s.d_old + s.floor),
        "below": lambda s: np.sqrt(s.r_new + s.floor),
        "move": lambda s: s.above / s.below * s.g,
        "moved": lambda s: s.move**2,
        "d_new": lambda s: s.decay * s.d_old + (1 - s.decay) * s.moved,
        "step": lambda s: s.rate * s.move,
        "theta_new": lambda s: s.theta_old - s.step,
    },
    returns=("theta_new", "r_new", "d_new"),
    should=places.ADADELTA,
)


def _wrong(id: str, **entry: Any) -> Wrong:
    return rule.wrong(id, **{"section": RULE, **entry})


mistakes = (
    _wrong(
        "roots-exchanged",
        did="The step is sqrt(r + eps) / sqrt(d + eps) g.",
        effect="The first step is immense: the root of eps stands below.",
        hint="The two roots are exchanged: that of d stands above, that of r below.",
        section=UNITS,
        move=lambda s: s.below / s.above * s.g,
    ),
    _wrong(
        "rmsprop",
        did="The root of d is left out: the step is g / sqrt(r + eps).",
        effect="This is RMSprop with the rate 1.",
        hint="You divide g by the root of r, as RMSprop does. The root of d + eps stands above and takes the place of "
        "the rate.",
        section=UNITS,
        above=lambda s: 1.0,
    ),
    _wrong(
        "no-root-above",
        did="d + eps stands above without its root.",
        effect="The units do not fit; from zero state the steps are far too short.",
        hint="The root above is missing: sqrt(d + eps), not d + eps.",
        section=UNITS,
        above=lambda s: s.d_old + s.floor,
    ),
    _wrong(
        "no-root-below",
        did="r + eps stands below without its root.",
        effect="Steps are long where the slope is gentle and short where it is steep.",
        hint="The root below is missing: sqrt(r + eps), not r + eps.",
        below=lambda s: s.r_new + s.floor,
    ),
    _wrong(
        "no-roots",
        did="The step is (d + eps) / (r + eps) g.",
        effect="Steps are long where the slope is gentle and short where it is steep.",
        hint="Both roots are missing: sqrt(d + eps) / sqrt(r + eps).",
        above=lambda s: s.d_old + s.floor,
        below=lambda s: s.r_new + s.floor,
    ),
    _wrong(
        "d-of-gradients",
        did="d averages the square of the gradient, as r does.",
        effect="The two roots are almost the same: the steps are as long as the slopes are steep.",
        hint="d averages g^2, as r does. It is the square of the step that d averages.",
        section=UNITS,
        moved=lambda s: s.square,
    ),
    _wrong(
        "d-of-scaled-steps",
        did="d averages the square of eta times the step.",
        effect="Right at eta = 1; a smaller rate shrinks what the next steps are measured by, again and again.",
        hint="You average the square of eta times the step. eta multiplies the change of theta, and is no part of d.",
        moved=lambda s: (s.rate * s.move) ** 2,
    ),
    _wrong(
        "d-of-theta",
        did="d averages the square of the new theta.",
        effect="The steps are as long as theta is far from zero.",
        hint="d averages the square of theta. It is the square of the step, the change of theta.",
        moved=lambda s: (s.theta_old - s.rate * s.move) ** 2,
    ),
    _wrong(
        "step-not-squared",
        did="d averages the step itself.",
        effect="What is under the root can become negative, and the root NaN.",
        hint="d averages the step. It is the square of the step.",
        moved=lambda s: s.move,
    ),
    _wrong(
        "old-r",
        did="The step divides by the root of the old r.",
        effect="From zero state the first step is as long as the gradient.",
        hint="You divide by the root of the old r. Update r first.",
        below=lambda s: np.sqrt(s.r_old + s.floor),
    ),
    _wrong(
        "not-squared",
        did="r averages the gradient itself.",
        effect="What is under the root can become negative, and the root NaN.",
        hint="r averages the gradient where its square is asked: g^2.",
        square=lambda s: s.g,
    ),
    _wrong(
        "sums",
        did="Both squares are added up: r + g^2 and d + step^2.",
        effect="Nothing is forgotten, as in AdaGrad.",
        hint="You add the squares up. Both are averages: rho of the old, and 1 - rho of the new.",
        r_new=lambda s: s.r_old + s.square,
        d_new=lambda s: s.d_old + s.moved,
    ),
    _wrong(
        "no-one-minus-rho",
        did="The factor 1 - rho is missing from both averages.",
        effect="Both are too large by 1 / (1 - rho).",
        hint="The factors 1 - rho are missing: rho of the old, and 1 - rho of the new.",
        r_new=lambda s: s.decay * s.r_old + s.square,
        d_new=lambda s: s.decay * s.d_old + s.moved,
    ),
    _wrong(
        "rho-reversed",
        did="rho and 1 - rho are exchanged in both averages.",
        effect="The averages follow the last gradient and the last step.",
        hint="rho and 1 - rho are exchanged: rho keeps the old average, 1 - rho admits the new square.",
        decay=lambda s: 1 - s.rho,
    ),
    _wrong(
        "rho-fixed",
        did="rho = 0.95 is written into the code.",
        effect="Right at the default; no other rho has any effect.",
        hint="You use 0.95 whatever rho is passed. Use rho.",
        decay=lambda s: 0.95,
    ),
    _wrong(
        "rho-default-0.9",
        did="The default of rho is 0.9, as in PyTorch.",
        effect="The memory is half as long whenever rho is not passed.",
        hint="Your default for rho is 0.9, as in PyTorch. Here, as in Keras, it is 0.95.",
        convention="PyTorch: the rule with rho = 0.9",
        defaults={"rho": 0.9},
    ),
    _wrong(
        "rate-default-0.001",
        did="The default of eta is 0.001, as in Keras.",
        effect="The steps are 1000 times too short whenever eta is not passed.",
        hint="Your default for eta is 0.001, as in Keras. Here it is 1: the paper has no rate.",
        section=UNITS,
        convention="Keras: the rule with eta = 0.001",
        defaults={"eta": 0.001},
    ),
    _wrong(
        "rate-not-used",
        did="eta is left out.",
        effect="As with eta = 1.",
        hint="The learning rate is not used. It multiplies the step: the paper's rule has eta = 1.",
        rate=lambda s: 1.0,
    ),
    _wrong(
        "epsilon-outside",
        did="eps is added after both roots.",
        effect="The first step is shorter by the root of eps, and the start takes ages.",
        hint="You add eps after the roots. It stands inside both: sqrt(d + eps) / sqrt(r + eps).",
        section=EPSILON,
        above=lambda s: np.sqrt(s.d_old) + s.floor,
        below=lambda s: np.sqrt(s.r_new) + s.floor,
    ),
    _wrong(
        "no-epsilon-above",
        did="eps is missing above: sqrt(d).",
        effect="From zero state nothing ever moves: d is zero, so the step is, so d is.",
        hint="eps is missing above. From d = 0 the step is then zero, and d stays zero for ever: sqrt(d + eps).",
        section=EPSILON,
        above=lambda s: np.sqrt(s.d_old),
    ),
    _wrong(
        "no-epsilon-below",
        did="eps is missing below: sqrt(r).",
        effect="A parameter that never had a gradient becomes 0/0 = NaN and stays NaN.",
        hint="eps is missing below: a parameter without gradient becomes 0/0. Divide by sqrt(r + eps).",
        section=EPSILON,
        below=lambda s: np.sqrt(s.r_new),
    ),
    _wrong(
        "epsilon-default-1e-7",
        did="The default of eps is 1e-7, as in Keras.",
        effect="The start takes longer whenever eps is not passed.",
        hint="Your default for eps is 1e-7, as in Keras. Here, as in the paper, it is 1e-6.",
        section=EPSILON,
        convention="Keras: the rule with eps = 1e-7",
        defaults={"eps": 1e-7},
    ),
    _wrong(
        "r-and-d-exchanged",
        did="r and d have changed places in the signature.",
        effect="Each average goes on from the other one.",
        hint="r and d have changed places: r is the second argument, d the third.",
        r_old=lambda s: s.d,
        d_old=lambda s: s.r,
    ),
    _wrong(
        "returned-in-the-wrong-order",
        did="d is returned before r.",
        effect="The first step is right; then each average goes on from the other one.",
        hint="You return d before r. The order is `return theta, r, d`.",
        returns=("theta_new", "d_new", "r_new"),
    ),
    _wrong(
        "steps-not-averaged",
        did="d is returned as it came in.",
        effect="From zero state the rate stays at the root of eps for ever.",
        hint="r and the step are right, but you return the old d. d averages the square of the step.",
        section=UNITS,
        d_new=lambda s: s.d_old + 0.0,
    ),
    *habits(
        rule,
        RULE,
        {
            "r": lambda s: iadd(imul(s.r_old, s.decay), (1 - s.decay) * s.square),
            "d": lambda s: iadd(imul(s.d_old, s.decay), (1 - s.decay) * s.moved),
        },
        rate=0.001,
    ),
)

equivalents = {
    "one root": rule.variant(move=lambda s: s.grad * np.sqrt((s.d + s.eps) / (s.r_new + s.eps))),
    "incremental averages": rule.variant(
        r_new=lambda s: s.r + (1 - s.rho) * (s.grad**2 - s.r), d_new=lambda s: s.d + (1 - s.rho) * (s.move**2 - s.d)
    ),
    "minus the step": rule.variant(
        move=lambda s: -s.above / s.below * s.grad, theta_new=lambda s: s.theta + s.eta * s.move
    ),
    "the square of the step by its parts": rule.variant(
        moved=lambda s: (s.d + s.eps) / (s.r_new + s.eps) * np.square(s.grad)
    ),
}
