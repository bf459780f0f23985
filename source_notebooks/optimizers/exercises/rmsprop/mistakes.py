"""How RMSprop goes wrong, and right in other words."""

from __future__ import annotations

from operator import iadd, imul

import numpy as np

from autograder.exercises.variants import Anatomy

from ...families import places
from ...families.habits import habits
from ...families.scaling import scaling
from ...reference import rmsprop_step

RULE = "rmsprop#from-the-sum-to-an-average"
FIRST = "rmsprop#the-first-steps"
EACH = "adagrad#what-would-each-coordinate-choose"
LIBRARIES = "rmsprop#where-libraries-differ"
EPSILON = "conventions#three-places-for-epsilon"
START = "conventions#what-is-in-memory-before-the-first-step"

rule = Anatomy(
    rmsprop_step,
    stages={
        "rate": lambda s: s.eta,
        "decay": lambda s: s.rho,
        "floor": lambda s: s.eps,
        "theta_old": lambda s: s.theta,
        "g": lambda s: s.grad,
        "square": lambda s: s.g**2,
        "r_old": lambda s: s.r,
        "share": lambda s: (1 - s.decay) * s.square,
        "r_new": lambda s: s.decay * s.r_old + s.share,
        "root": lambda s: np.sqrt(s.r_new + s.floor),
        "step": lambda s: s.rate * s.g / s.root,
        "theta_new": lambda s: s.theta_old - s.step,
    },
    returns=("theta_new", "r_new"),
    should=places.RMSPROP,
)

mistakes = (
    rule.wrong(
        "average-starts-at-one",
        did="Where r is zero, 1 is put in its place before the average is updated.",
        effect="The first step is much shorter than eta / sqrt(1 - rho) for gradients below 1.",
        hint="You start r at 1, as TensorFlow 1 did. Here r starts at zero: use the r that you are given.",
        section=START,
        convention="TensorFlow 1: the course's rule from r = 1 instead of r = 0",
        r_old=lambda s: np.where(s.r == 0, 1.0, s.r),
    ),
    rule.wrong(
        "average-starts-at-the-first-square",
        did="Where r is zero, the first square is taken as the average.",
        effect="The first step is eta instead of eta / sqrt(1 - rho): 3.16 times shorter at rho = 0.9.",
        hint="You start the average at the first square. Here r starts at zero: r = rho r + (1 - rho) g^2 from there.",
        section=FIRST,
        r_old=lambda s: np.where(s.r == 0, s.square, s.r),
    ),
    rule.wrong(
        "rho-default-0.99",
        did="The default of rho is 0.99, as in PyTorch.",
        effect="The half-life of the memory is 69 steps instead of 6.6 whenever rho is not passed.",
        hint="Your default for rho is 0.99, as in PyTorch. Here it is 0.9.",
        section=LIBRARIES,
        convention="PyTorch's alpha: the course's rule with rho = 0.99",
        defaults={"rho": 0.99},
    ),
    rule.wrong(
        "rho-fixed",
        did="rho = 0.9 is written into the code.",
        effect="Right at the default; no other rho has any effect.",
        hint="You use 0.9 whatever rho is passed. Use rho.",
        section=RULE,
        decay=lambda s: 0.9,
    ),
    rule.wrong(
        "rho-and-epsilon-fixed",
        did="rho = 0.9 and eps = 1e-8 are written into the code.",
        effect="Right at the defaults; no other rho or eps has any effect.",
        hint="You use rho = 0.9 and eps = 1e-8 whatever is passed. Use rho and eps.",
        section=RULE,
        decay=lambda s: 0.9,
        floor=lambda s: 1e-8,
    ),
    rule.wrong(
        "everything-fixed",
        did="eta = 0.001, rho = 0.9 and eps = 1e-8 are written into the code.",
        effect="Right at these three numbers only.",
        hint="You use eta = 0.001, rho = 0.9 and eps = 1e-8 whatever is passed. Use what is passed.",
        section=RULE,
        rate=lambda s: 0.001,
        decay=lambda s: 0.9,
        floor=lambda s: 1e-8,
    ),
    rule.wrong(
        "epsilon-in-the-average",
        did="eps is added to r, and r is returned with it.",
        effect="The first step is right; then r settles higher by eps / (1 - rho).",
        hint="You keep eps in r, so it is added again at every step. Keep the average alone, and add eps in the "
        "root only.",
        section=RULE,
        r_new=lambda s: s.decay * s.r_old + s.share + s.floor,
        root=lambda s: np.sqrt(s.r_new),
    ),
    rule.wrong(
        "root-kept",
        did="The root is returned as the state.",
        effect="The first step is right; then r holds a root that is averaged with squares.",
        hint="You return the root as the state. Keep r itself, the average of the squares; the root is for this "
        "step only.",
        section=RULE,
        returns=("theta_new", "root"),
    ),
    rule.wrong(
        "divided-by-one-minus-rho",
        did="The average is divided by 1 - rho in the step, a correction without a power of t.",
        effect="The first step is eta; later all steps are too short, at rho = 0.9 by a factor 3.16.",
        hint="You divide r by 1 - rho in the step. RMSprop corrects nothing: the step is eta g / sqrt(r + eps).",
        section=FIRST,
        root=lambda s: np.sqrt(s.r_new / (1 - s.decay) + s.floor),
    ),
    rule.wrong(
        "rho-reversed",
        did="rho and 1 - rho are exchanged.",
        effect="r follows the last square: at rho = 0.9 the first step is 1.05 eta, not 3.16 eta.",
        hint="rho and 1 - rho are exchanged: rho keeps the old r, 1 - rho admits the new square.",
        section=RULE,
        decay=lambda s: 1 - s.rho,
    ),
    rule.wrong(
        "no-one-minus-rho",
        did="The factor 1 - rho is missing: r = rho r + g^2.",
        effect="The steps are sqrt(1 - rho) times too short: 3.16 times at rho = 0.9.",
        hint="The factor 1 - rho is missing: r = rho r + g^2 is a sum that forgets, not an average.",
        section=RULE,
        share=lambda s: s.square,
    ),
    rule.wrong(
        "brackets-forgotten",
        did="`rho * r + 1 - rho * grad**2`: the brackets about 1 - rho are missing.",
        effect="1 is added and rho g^2 subtracted: r becomes negative, and its root NaN.",
        hint="These are the numbers of rho r + 1 - rho g^2: without brackets only rho multiplies the square. It is "
        "(1 - rho) g^2.",
        section=RULE,
        share=lambda s: 1 - s.decay * s.square,
    ),
    rule.wrong(
        "no-rho",
        did="The old r enters with factor 1: r + (1 - rho) g^2.",
        effect="Nothing is forgotten: AdaGrad with a larger rate.",
        hint="The old r enters with factor 1: rho is missing there. r = rho r + (1 - rho) g^2.",
        section=RULE,
        r_new=lambda s: s.r_old + s.share,
    ),
    rule.wrong(
        "adagrad",
        did="The squares are added up.",
        effect="Nothing is forgotten: the steps shrink like 1/sqrt(t) under a constant gradient.",
        hint="You add the squares up: that is AdaGrad. RMSprop forgets with rho: r = rho r + (1 - rho) g^2.",
        section="adagrad#a-memory-that-never-fades",
        r_new=lambda s: s.r_old + s.square,
    ),
    rule.wrong(
        "rho-on-everything",
        did="rho multiplies the bracket: rho (r + g^2).",
        effect="The average is rho / (1 - rho) times too large: at rho = 0.9 the steps are 3 times too short.",
        hint="rho multiplies the new square too. r = rho r + (1 - rho) g^2.",
        section=RULE,
        share=lambda s: s.decay * s.square,
    ),
    rule.wrong(
        "rho-squared",
        did="The old r enters with rho squared.",
        effect="The weights no longer add up to one: at rho = 0.9 the steps are up to 1.38 times too long.",
        hint="The old r enters with rho squared. r = rho r + (1 - rho) g^2.",
        section=RULE,
        r_new=lambda s: s.decay**2 * s.r_old + s.share,
    ),
    rule.wrong(
        "factor-squared",
        did="(1 - rho) g is squared as a whole.",
        effect="The average is 1 - rho times too small: at rho = 0.9 the steps are 3.16 times too long.",
        hint="You square (1 - rho) g. Only the gradient is squared: (1 - rho) g^2.",
        section=RULE,
        share=lambda s: ((1 - s.decay) * s.g) ** 2,
    ),
    rule.wrong(
        "share-subtracted",
        did="r = rho r - (1 - rho) g^2.",
        effect="r becomes negative and its root NaN.",
        hint="You subtract (1 - rho) g^2. Add it: r = rho r + (1 - rho) g^2.",
        section=RULE,
        share=lambda s: -(1 - s.decay) * s.square,
    ),
    rule.wrong(
        "absolute-without-root",
        did="The absolute value of the gradient is averaged, and no root is taken.",
        effect="The first step is eta / (1 - rho), 10 eta at rho = 0.9, not 3.16 eta.",
        hint="You average the absolute value and take no root. Average the square and take the root: sqrt(r + eps).",
        section=RULE,
        square=lambda s: np.abs(s.g),
        root=lambda s: s.r_new + s.floor,
    ),
    rule.wrong(
        "old-average",
        did="The step divides by the root of the old r.",
        effect="The first step divides by sqrt(eps) = 1e-4: it is 10 000 times the gradient, times eta.",
        hint="You divide by the root of the old r. Update r first.",
        section=RULE,
        root=lambda s: np.sqrt(s.r_old + s.floor),
    ),
    rule.wrong(
        "no-memory",
        did="The old r is not used.",
        effect="Every step is eta / sqrt(1 - rho) long, 3.16 eta at rho = 0.9, also at the minimum.",
        hint="The old r has no effect: r = rho r + (1 - rho) g^2.",
        section=RULE,
        r_new=lambda s: s.share,
        also={"r is set to zero at each call": {"r_old": lambda s: np.zeros(np.shape(s.r))}},
    ),
    rule.wrong(
        "square-not-added",
        did="The new square is not averaged in: r = rho r.",
        effect="r stays at zero: the rule is gradient descent with the rate eta / sqrt(eps).",
        hint="The square of the gradient is never averaged in: r = rho r + (1 - rho) g^2.",
        section=RULE,
        share=lambda s: 0.0,
    ),
    rule.wrong(
        "largest-square",
        did="r never falls: the larger of the old r and the new average is kept.",
        effect="What is forgotten is kept after all: after a crisis the steps stay short.",
        hint="You keep the larger of the old r and the average. RMSprop lets r fall: r = rho r + (1 - rho) g^2.",
        section=RULE,
        r_new=lambda s: np.maximum(s.r_old, s.decay * s.r_old + s.share),
    ),
    rule.wrong(
        "average-and-gradient-exchanged",
        did="r and grad have changed places, in the signature or in the formula.",
        effect="The first step stands still, because r is zero.",
        hint="r and grad have changed places: r is passed before grad, and grad is what is squared.",
        section=RULE,
        r_old=lambda s: s.grad,
        g=lambda s: s.r,
    ),
    rule.wrong(
        "theta-and-average-exchanged",
        did="The signature has r before theta.",
        effect="The start is taken for an average of squares.",
        hint="theta and r have changed places: theta is the first argument, r the second.",
        section=RULE,
        theta_old=lambda s: s.r,
        r_old=lambda s: s.theta,
    ),
    rule.wrong(
        "rate-and-rho-exchanged",
        did="eta and rho have changed places, in the signature or in the formula.",
        effect="Steps of about rho in each coordinate, with almost no memory.",
        hint="eta and rho have changed places: eta is passed before rho, and multiplies the step.",
        section=RULE,
        rate=lambda s: s.rho,
        decay=lambda s: s.eta,
    ),
    rule.wrong(
        "rho-and-epsilon-exchanged",
        did="rho and eps have changed places, in the signature or in the formula.",
        effect="No memory, and a floor of almost 1: gradient descent for small gradients.",
        hint="rho and eps have changed places: rho is passed before eps, and eps stands in the root.",
        section=RULE,
        decay=lambda s: s.eps,
        floor=lambda s: s.rho,
    ),
    *scaling(rule, RULE, "g", "r_new", ("g", "r"), "PyTorch"),
    *habits(
        rule,
        RULE,
        {"r": lambda s: iadd(imul(s.r_old, s.decay), s.share)},
        rate=0.001,
        shrunk={"step": lambda s: imul(s.g, s.rate) / s.root},
    ),
)

equivalents = {
    "power -1/2": rule.variant(theta_new=lambda s: s.theta - s.eta * s.grad * (s.r_new + s.eps) ** -0.5),
    "incremental average": rule.variant(r_new=lambda s: s.r + (1 - s.rho) * (s.grad**2 - s.r)),
    "np.average": rule.variant(r_new=lambda s: np.average([s.r, s.grad**2], axis=0, weights=[s.rho, 1 - s.rho])),
    "ufuncs": rule.variant(r_new=lambda s: np.add(np.multiply(s.rho, s.r), np.multiply(1 - s.rho, np.square(s.grad)))),
    "a copy, averaged in place": rule.variant(r_new=lambda s: iadd(imul(s.r.astype(float), s.rho), s.share)),
    "the old average minus its loss": rule.variant(r_new=lambda s: s.r - (1 - s.rho) * s.r + s.share),
    "eps by way of the average": rule.variant(
        root=lambda s: np.sqrt(s.rho * (s.r + s.eps) + (1 - s.rho) * (s.grad**2 + s.eps))
    ),
}
