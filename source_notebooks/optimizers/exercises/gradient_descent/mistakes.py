"""How gradient descent goes wrong, and right in other words."""

from __future__ import annotations

from operator import imul

import numpy as np

from autograder.exercises.variants import Anatomy, keep

from ...families import places
from ...families.habits import habits
from ...reference import gradient_descent_step

STEP = "gradient_descent#the-step-is-the-lowest-point-of-the-parabola"
RATE = "gradient_descent#too-small-best-too-large"

rule = Anatomy(
    gradient_descent_step,
    stages={
        "rate": lambda s: s.eta,
        "theta_old": lambda s: s.theta,
        "g": lambda s: s.grad,
        "step": lambda s: s.rate * s.g,
        "theta_new": lambda s: s.theta_old - s.step,
    },
    returns=("theta_new",),
    should=places.DESCENT,
)

mistakes = (
    *habits(rule, STEP, {}, rate=0.01, shrunk={"step": lambda s: imul(s.g, s.rate)}),
    rule.wrong(
        "no-rate",
        did="The whole gradient is subtracted.",
        effect="Diverges as soon as a curvature is above 2.",
        hint="The learning rate has no effect: subtract eta times the gradient.",
        section=RATE,
        step=lambda s: s.g,
    ),
    rule.wrong(
        "rate-twice",
        did="The gradient is multiplied by eta squared.",
        effect="As with eta squared for eta: at 0.01 the steps are 100 times too short.",
        hint="eta is applied twice: your step is eta squared times the gradient.",
        section=RATE,
        step=lambda s: s.rate * s.rate * s.g,
    ),
    rule.wrong(
        "divided-by-rate",
        did="The gradient is divided by eta.",
        effect="The smaller eta is, the longer the step: at 0.01 it is 100 times the gradient.",
        hint="You divide by eta. A small learning rate must make a small step: multiply.",
        section=RATE,
        step=lambda s: s.g / s.rate,
    ),
    rule.wrong(
        "rate-added",
        did="eta is added to the gradient.",
        effect="Every coordinate drifts down by eta at each step, also at the minimum.",
        hint="You subtract eta + g. The step is eta times g.",
        section=STEP,
        step=lambda s: s.rate + s.g,
    ),
    rule.wrong(
        "rate-on-theta",
        did="eta multiplies theta instead of the gradient.",
        effect="theta is shrunk to almost nothing, then the whole gradient is subtracted.",
        hint="eta multiplies theta. It belongs to the gradient: theta - eta g.",
        section=STEP,
        theta_new=lambda s: s.rate * s.theta_old - s.g,
    ),
    rule.wrong(
        "rate-on-everything",
        did="Brackets: eta (theta - g).",
        effect="theta is shrunk by the factor eta at each step, whatever the gradient says.",
        hint="eta multiplies the whole bracket, theta included. Only the gradient is multiplied: theta - eta g.",
        section=STEP,
        theta_new=lambda s: s.rate * (s.theta_old - s.g),
    ),
    rule.wrong(
        "reversed",
        did="theta is subtracted from the step.",
        effect="theta changes its sign at every step.",
        hint="You compute eta g - theta. It is theta - eta g.",
        section=STEP,
        theta_new=lambda s: s.step - s.theta_old,
    ),
    rule.wrong(
        "halved",
        did="The step is eta g / 2.",
        effect="As with half the learning rate.",
        hint="Your step is half of eta g. No factor belongs there: the gradient you are given is the whole one.",
        section=STEP,
        step=lambda s: s.rate * s.g / 2,
    ),
    rule.wrong(
        "doubled",
        did="The step is 2 eta g (the derivative of a square, taken again), or the step is made twice.",
        effect="As with twice the learning rate: diverges from half of the largest stable rate on.",
        hint="Your step is twice eta g. The gradient that you are given is complete: make one step, with factor 1.",
        section=STEP,
        step=lambda s: 2 * s.rate * s.g,
        also={"two steps with the same gradient": {"theta_new": lambda s: s.theta_old - s.step - s.step}},
    ),
    rule.wrong(
        "averaged-again",
        did="The gradient is divided by the number of parameters.",
        effect="As with eta divided by the number of parameters.",
        hint="You divide the gradient by its number of entries. It is the gradient already, not a sum to average.",
        section=STEP,
        g=lambda s: s.grad / np.size(s.grad),
    ),
    rule.wrong(
        "summed",
        did="The entries of the gradient are added up.",
        effect="All coordinates make the same step; the minimum is reached only by accident.",
        hint="You add up the entries of the gradient. Each parameter steps by its own entry: no sum.",
        section=STEP,
        g=lambda s: np.sum(s.grad),
    ),
    rule.wrong(
        "mean-gradient",
        did="The entries of the gradient are averaged.",
        effect="All coordinates make the same step; the minimum is reached only by accident.",
        hint="You average the entries of the gradient. Each parameter steps by its own entry: no mean.",
        section=STEP,
        g=lambda s: np.mean(s.grad),
    ),
    rule.wrong(
        "normalised",
        did="The gradient is divided by its length.",
        effect="Every step is eta long, also close to the minimum: it never settles.",
        hint="You divide the gradient by its length. The rule uses it as it is, so that steps shrink near the minimum.",
        section=STEP,
        g=lambda s: s.grad / np.linalg.norm(s.grad),
    ),
    rule.wrong(
        "scaled-by-the-largest",
        did="The gradient is divided by its largest entry.",
        effect="The largest coordinate of the step is always eta: it never settles.",
        hint="You divide the gradient by its largest entry. The rule uses it as it is.",
        section=STEP,
        g=lambda s: s.grad / np.max(np.abs(s.grad)),
    ),
    rule.wrong(
        "sign-only",
        did="Only the sign of the gradient is used.",
        effect="Every coordinate moves by eta at each step, and ends jumping around the minimum.",
        hint="You step by eta times the sign of the gradient. Its size belongs to the step: eta times g.",
        section=STEP,
        g=lambda s: np.sign(s.grad),
    ),
    rule.wrong(
        "clipped",
        did="The gradient is clipped to [-1, 1].",
        effect="Far from the minimum every coordinate creeps at the speed eta.",
        hint="You clip the gradient to [-1, 1]. The rule uses it as it is.",
        section=STEP,
        g=lambda s: np.clip(s.grad, -1, 1),
    ),
    rule.wrong(
        "absolute",
        did="The absolute value of the gradient is subtracted.",
        effect="Every coordinate only ever falls, past the minimum and away.",
        hint="You subtract the absolute value of the gradient. Its sign says where downhill is: keep it.",
        section=STEP,
        g=lambda s: np.abs(s.grad),
    ),
    rule.wrong(
        "squared",
        did="The square of the gradient is subtracted.",
        effect="The sign is lost: every coordinate only ever falls.",
        hint="You subtract eta times the square of the gradient. The rule uses the gradient itself.",
        section=STEP,
        g=lambda s: s.grad**2,
    ),
    rule.wrong(
        "multiplicative",
        did="theta is multiplied by 1 - eta g.",
        effect="At theta = 1 the step is that of the rule; from theta = 0 nothing ever moves.",
        hint="You multiply theta by 1 - eta g. The step must not depend on theta: theta - eta g.",
        section=STEP,
        theta_new=lambda s: s.theta_old * (1 - s.step),
    ),
    rule.wrong(
        "weight-decay",
        did="theta is shrunk by 1 - eta before the step.",
        effect="Settles nearer to zero than the minimum is.",
        hint="You shrink theta by 1 - eta before the step. Only eta g is subtracted from it.",
        section=STEP,
        theta_new=lambda s: (1 - s.rate) * s.theta_old - s.step,
    ),
    rule.wrong(
        "theta-and-gradient-exchanged",
        did="theta and grad have changed places, in the signature or in the formula.",
        effect="The first step jumps to the gradient; the start is forgotten.",
        hint="theta and grad have changed places: it is theta - eta grad, and theta is the first argument.",
        section=STEP,
        theta_old=lambda s: s.grad,
        g=lambda s: s.theta,
    ),
    rule.wrong(
        "velocity-added",
        did="A velocity with factor 0.9 is kept between the calls.",
        effect="That is momentum: at a steady slope the steps grow to 10 times their length.",
        hint="You keep a velocity between the calls: that is momentum. Gradient descent remembers nothing.",
        section="momentum#what-the-velocity-remembers",
        remembers=True,
        step=lambda s: keep(s, "v", 0.9 * s.kept.get("v", 0.0) + s.rate * s.g),
    ),
    rule.wrong(
        "own-theta",
        did="theta is kept in a global or an attribute; what is passed is ignored.",
        effect="The first run is right; a second run starts where the first one ended.",
        hint="You keep theta in a variable of your own and ignore what is passed. Step from the theta that you are "
        "given.",
        section=STEP,
        theta_old=lambda s: s.kept.get("theta", s.theta),
        remembers=True,
        theta_new=lambda s: keep(s, "theta", s.theta_old - s.step),
    ),
    rule.wrong(
        "tuple-returned",
        did="Something is returned beside theta.",
        effect="There is no path: the next step is given a tuple.",
        hint="You return several things. Gradient descent has no state: return theta alone.",
        section=STEP,
        returns=("theta_new", "g"),
    ),
)

equivalents = {
    "ufuncs": rule.variant(theta_new=lambda s: np.add(s.theta, np.multiply(-s.eta, s.grad))),
    "a loop over the entries": rule.variant(
        theta_new=lambda s: np.array(
            [a - s.eta * b for a, b in zip(np.ravel(s.theta), np.ravel(s.grad), strict=True)]
        ).reshape(np.shape(s.theta))
    ),
    "plus minus": rule.variant(theta_new=lambda s: s.theta + (-s.eta) * s.grad),
    "a copy, changed in place": rule.variant(
        theta_old=lambda s: s.theta.astype(float), theta_new=lambda s: np.subtract(s.theta_old, s.step, out=s.theta_old)
    ),
    "an average of theta and theta minus the gradient": rule.variant(
        theta_new=lambda s: (1 - s.eta) * s.theta + s.eta * (s.theta - s.grad)
    ),
    "a sum over a stack": rule.variant(theta_new=lambda s: np.sum(np.stack([s.theta, -s.eta * s.grad]), axis=0)),
}
