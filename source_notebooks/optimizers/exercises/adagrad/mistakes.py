"""How AdaGrad goes wrong, and right in other words."""

from __future__ import annotations

from operator import iadd, imul

import numpy as np

from autograder.exercises.variants import Anatomy

from ...families import places
from ...families.habits import habits
from ...families.scaling import scaling
from ...reference import adagrad_step

RULE = "adagrad#without-the-future-the-rule"
STEP = "adagrad#what-the-rule-does-to-a-step"
MEMORY = "adagrad#a-memory-that-never-fades"
EACH = "adagrad#what-would-each-coordinate-choose"
EPSILON = "conventions#three-places-for-epsilon"
START = "conventions#what-is-in-memory-before-the-first-step"

rule = Anatomy(
    adagrad_step,
    stages={
        "rate": lambda s: s.eta,
        "floor": lambda s: s.eps,
        "theta_old": lambda s: s.theta,
        "g": lambda s: s.grad,
        "square": lambda s: s.g**2,
        "r_old": lambda s: s.r,
        "r_new": lambda s: s.r_old + s.square,
        "root": lambda s: np.sqrt(s.r_new + s.floor),
        "step": lambda s: s.rate * s.g / s.root,
        "theta_new": lambda s: s.theta_old - s.step,
    },
    returns=("theta_new", "r_new"),
    should=places.ADAGRAD,
)

mistakes = (
    rule.wrong(
        "accumulator-starts-at-0.1",
        did="Where r is zero, 0.1 is put in its place before the first square is added.",
        effect="The first step is shorter than eta, much shorter for gradients below 0.3.",
        hint="You start r at 0.1, as Keras and TensorFlow do. Here r starts at zero: use the r that you are given.",
        section=START,
        convention="Keras, TensorFlow: from zero the course's rule with eps + 0.1 for eps, and r larger by 0.1",
        r_old=lambda s: np.where(s.r == 0, 0.1, s.r),
    ),
    rule.wrong(
        "rate-and-epsilon-fixed",
        did="eta = 0.01 and eps = 1e-8 are written into the code.",
        effect="Right at these two numbers only.",
        hint="You use the rate 0.01 and eps 1e-8 whatever is passed. Use eta and eps.",
        section=RULE,
        rate=lambda s: 0.01,
        floor=lambda s: 1e-8,
    ),
    rule.wrong(
        "epsilon-in-the-accumulator",
        did="eps is added to r, and r is returned with it.",
        effect="The first step is right; then r grows by eps at each step, also without any gradient.",
        hint="You keep eps in r, so it is added again at every step. Keep r + g^2, and add eps in the root only.",
        section=RULE,
        r_new=lambda s: s.r_old + s.square + s.floor,
        root=lambda s: np.sqrt(s.r_new),
    ),
    rule.wrong(
        "root-kept",
        did="The root is returned as the state.",
        effect="The first step is right; then r holds a root to which squares are added.",
        hint="You return the root as the state. Keep r itself, the sum of the squares; the root is for this step only.",
        section=RULE,
        returns=("theta_new", "root"),
    ),
    rule.wrong(
        "square-of-the-sum",
        did="The sum of the gradients is squared: (sqrt(r) + g)^2.",
        effect="Gradients of both signs cancel: after a change of sign r can return to 0 and the step explodes.",
        hint="You square the sum of the gradients. Sum the squares: r + g^2.",
        section=RULE,
        r_new=lambda s: (np.sqrt(s.r_old) + s.g) ** 2,
    ),
    rule.wrong(
        "rate-times-square",
        did="eta times the square is added to r.",
        effect="As with sqrt(eta) for eta: at 0.01 the steps are 10 times too long.",
        hint="You add eta g^2 to r. The square is added as it is: r + g^2.",
        section=RULE,
        square=lambda s: s.rate * s.g**2,
    ),
    rule.wrong(
        "old-accumulator",
        did="The step divides by the root of the old r.",
        effect="The first step divides by sqrt(eps) = 1e-4: it is 10 000 times the gradient, times eta.",
        hint="You divide by the root of the old r. Add the new square first.",
        section=RULE,
        root=lambda s: np.sqrt(s.r_old + s.floor),
    ),
    rule.wrong(
        "no-memory",
        did="The old r is not used.",
        effect="Every step is eta long in each coordinate, and ends jumping around the minimum.",
        hint="The old r has no effect: every step has the length eta. r must add up: r + g^2.",
        section=MEMORY,
        r_new=lambda s: s.square,
        also={"r is set to zero at each call": {"r_old": lambda s: np.zeros(np.shape(s.r))}},
    ),
    rule.wrong(
        "square-not-added",
        did="The new square is not added to r.",
        effect="r stays at zero: the rule is gradient descent with the rate eta / sqrt(eps).",
        hint="The square of the gradient is never added: r must become r + g^2.",
        section=RULE,
        r_new=lambda s: s.r_old + 0.0,
    ),
    rule.wrong(
        "largest-square",
        did="r is the largest square so far, not the sum.",
        effect="The steps do not shrink like 1/sqrt(t) any more under a constant gradient.",
        hint="You keep the largest square. AdaGrad adds all of them: r + g^2.",
        section=MEMORY,
        r_new=lambda s: np.maximum(s.r_old, s.square),
    ),
    rule.wrong(
        "rmsprop",
        did="The squares are averaged with 0.9.",
        effect="The memory fades: steps under a constant gradient do not shrink.",
        hint="You average the squares with 0.9: that is RMSprop. AdaGrad adds them up: r + g^2.",
        section="rmsprop#from-the-sum-to-an-average",
        r_new=lambda s: 0.9 * s.r_old + (1 - 0.9) * s.square,
    ),
    rule.wrong(
        "averaged-with-the-new",
        did="r is the mean of the old r and the new square.",
        effect="The memory has a half-life of one step.",
        hint="You take the mean of the old r and the new square. AdaGrad adds them: r + g^2.",
        section=MEMORY,
        r_new=lambda s: (s.r_old + s.square) / 2,
    ),
    rule.wrong(
        "one-root-for-all",
        did="The step divides by the length of all roots together (np.linalg.norm); r itself is right.",
        effect="All coordinates share one rate: a rare one is held back by the others.",
        hint="You divide by one number, the norm. Each coordinate is divided by its own root: sqrt(r + eps).",
        section=EACH,
        root=lambda s: np.sqrt(np.sum(s.r_new) + s.floor),
    ),
    rule.wrong(
        "accumulator-and-gradient-exchanged",
        did="r and grad have changed places, in the signature or in the formula.",
        effect="The first step stands still, because r is zero.",
        hint="r and grad have changed places: r is passed before grad, and r + grad^2 is the new r.",
        section=RULE,
        r_old=lambda s: s.grad,
        g=lambda s: s.r,
    ),
    rule.wrong(
        "theta-and-accumulator-exchanged",
        did="The signature has r before theta.",
        effect="The start is taken for a sum of squares.",
        hint="theta and r have changed places: theta is the first argument, r the second.",
        section=RULE,
        theta_old=lambda s: s.r,
        r_old=lambda s: s.theta,
    ),
    rule.wrong(
        "rate-and-epsilon-exchanged",
        did="eta and eps have changed places, in the signature or in the formula.",
        effect="At the default the steps are 1e-8 long: nothing seems to move.",
        hint="eta and eps have changed places: eta is passed before eps, and eps stands in the root.",
        section=RULE,
        rate=lambda s: s.eps,
        floor=lambda s: s.eta,
    ),
    *scaling(rule, RULE, "g", "r_new", ("g", "r"), "the AdaGrad paper and PyTorch"),
    *habits(
        rule,
        RULE,
        {"r": lambda s: iadd(s.r_old, s.square)},
        rate=0.01,
        shrunk={"step": lambda s: imul(s.g, s.rate) / s.root},
    ),
)

equivalents = {
    "power -1/2": rule.variant(theta_new=lambda s: s.theta - s.eta * s.grad * (s.r_new + s.eps) ** -0.5),
    "ufuncs": rule.variant(r_new=lambda s: np.add(s.r, np.square(s.grad))),
    "scaled rate": rule.variant(theta_new=lambda s: s.theta - (s.eta / s.root) * s.grad),
    "the square as a product of absolute values": rule.variant(square=lambda s: np.abs(s.grad) * np.abs(s.grad)),
    "a copy, added to in place": rule.variant(r_new=lambda s: iadd(s.r.astype(float), s.grad**2)),
    "the root of a stack of squares": rule.variant(
        r_new=lambda s: np.sum(np.square(np.stack([np.sqrt(s.r), s.grad])), axis=0)
    ),
    "a row of floats, reshaped": rule.variant(
        theta_new=lambda s: (np.ravel(s.theta) - s.eta * np.ravel(s.grad) / np.ravel(s.root)).reshape(np.shape(s.theta))
    ),
}
