"""How Nesterov's rule goes wrong, and right in other words."""

from __future__ import annotations

from operator import iadd, imul, isub

import numpy as np

from autograder.exercises.variants import Anatomy

from ...families import places
from ...families.habits import habits
from ...families.velocity import velocity
from ...reference import nesterov_step

AHEAD = "nesterov#ask-one-moment-later"
MEMORY = "momentum#what-the-velocity-remembers"
INSIDE = "conventions#the-rate-inside-the-velocity-or-outside"
AVERAGE = "conventions#a-sum-or-an-average"
VARIABLE = "conventions#two-variables-for-nesterov"

rule = Anatomy(
    nesterov_step,
    stages={
        "rate": lambda s: s.eta,
        "decay": lambda s: s.gamma,
        "theta_old": lambda s: s.theta,
        "v_old": lambda s: s.v,
        "look": lambda s: s.theta_old - s.decay * s.v_old,
        "g": lambda s: s.grad_fn(s.look),
        "push": lambda s: s.rate * s.g,
        "v_new": lambda s: s.decay * s.v_old + s.push,
        "step": lambda s: s.v_new,
        "theta_new": lambda s: s.theta_old - s.step,
    },
    returns=("theta_new", "v_new"),
    should=places.LOOK_AHEAD,
)

mistakes = (
    rule.wrong(
        "ema-rate-outside",
        did="The velocity averages the gradient, gamma v + (1 - gamma) g, and eta stands in the step.",
        effect="The velocity has the size of the gradient, so theta - gamma v looks much too far ahead.",
        hint="You average the gradient, v = gamma v + (1 - gamma) g, and apply eta in the step. Put eta inside: "
        "v = gamma v + eta g.",
        section=AVERAGE,
        push=lambda s: (1 - s.decay) * s.g,
        step=lambda s: s.rate * s.v_new,
    ),
    rule.wrong(
        "gradient-at-theta",
        did="The gradient is asked at theta.",
        effect="This is momentum: the first step is the same, the braking is gone.",
        hint="You ask for the gradient at theta: that is momentum. Nesterov asks at theta - gamma v.",
        section=AHEAD,
        look=lambda s: s.theta_old,
    ),
    rule.wrong(
        "look-behind",
        did="The gradient is asked at theta + gamma v.",
        effect="It pushes the ball on where it should brake: unstable at rates that momentum can bear.",
        hint="You look at theta + gamma v. With this course's sign v points uphill, so ahead is theta - gamma v.",
        section=AHEAD,
        look=lambda s: s.theta_old + s.decay * s.v_old,
    ),
    rule.wrong(
        "look-without-gamma",
        did="The gradient is asked at theta - v.",
        effect="Looks too far ahead and brakes a little too much.",
        hint="You look at theta - v. Momentum will carry you by gamma v only: look at theta - gamma v.",
        section=AHEAD,
        look=lambda s: s.theta_old - s.v_old,
    ),
    rule.wrong(
        "look-scaled-by-rate",
        did="The gradient is asked at theta - eta v.",
        effect="Looks hardly ahead at all: almost momentum.",
        hint="You look at theta - eta v. eta stands in the velocity already; look at theta - gamma v.",
        section=AHEAD,
        look=lambda s: s.theta_old - s.rate * s.v_old,
    ),
    rule.wrong(
        "look-scaled-by-rate-and-gamma",
        did="The gradient is asked at theta - eta gamma v, as fits a velocity without eta.",
        effect="Looks hardly ahead at all: almost momentum.",
        hint="You look at theta - eta gamma v. eta stands in the velocity already; look at theta - gamma v.",
        section=INSIDE,
        look=lambda s: s.theta_old - s.rate * s.decay * s.v_old,
    ),
    rule.wrong(
        "look-twice-as-far",
        did="The gradient is asked at theta - 2 gamma v.",
        effect="Brakes twice as much as Nesterov's rule: the stable range of eta shrinks.",
        hint="You look twice as far as momentum will carry you. Look at theta - gamma v.",
        section=AHEAD,
        look=lambda s: s.theta_old - 2 * s.decay * s.v_old,
    ),
    rule.wrong(
        "look-gamma-squared",
        did="The gradient is asked at theta - gamma squared v.",
        effect="Looks a little less far than momentum will carry.",
        hint="gamma is applied twice in the look ahead. Look at theta - gamma v.",
        section=AHEAD,
        look=lambda s: s.theta_old - s.decay**2 * s.v_old,
    ),
    rule.wrong(
        "gradient-at-velocity",
        did="The gradient is asked at v.",
        effect="The velocity is no point of the landscape: the path has nothing to do with the loss.",
        hint="You ask for the gradient at v, which is a step and no point. Ask at theta - gamma v.",
        section=AHEAD,
        look=lambda s: s.v_old,
    ),
    rule.wrong(
        "look-after-a-whole-step",
        did="A whole step of momentum is made first, and the gradient is asked where it ends.",
        effect="Looks ahead by the new gradient's push as well; two gradients a step, twice the cost.",
        hint="You look ahead by a whole step of momentum, its own gradient included. Look at theta - gamma v, and "
        "ask once.",
        section=AHEAD,
        look=lambda s: s.theta_old - s.decay * s.v_old - s.rate * s.grad_fn(s.theta_old),
    ),
    rule.wrong(
        "two-gradients-averaged",
        did="The gradients at theta and at the look-ahead point are averaged.",
        effect="Half of the braking of Nesterov's rule at twice the cost.",
        hint="You average the gradients at theta and at theta - gamma v. Use the second one alone, and ask once.",
        section=AHEAD,
        g=lambda s: (s.grad_fn(s.theta_old) + s.grad_fn(s.look)) / 2,
    ),
    rule.wrong(
        "mean-gradient",
        did="The entries of the gradient are averaged.",
        effect="Every coordinate gets the same push; the minimum is reached only by accident.",
        hint="You average the entries of the gradient. Each parameter is pushed by its own entry: no mean.",
        section=AHEAD,
        g=lambda s: np.mean(s.grad_fn(s.look)),
    ),
    rule.wrong(
        "asked-too-often",
        did="The gradient is asked at theta as well, and not used.",
        effect="The path is right at twice the cost.",
        hint="The step is right, but grad_fn is asked at theta too. A gradient is the expensive part: ask once.",
        section=AHEAD,
        theta_old=lambda s: (s.grad_fn(s.theta), s.theta)[1],
    ),
    rule.wrong(
        "step-from-look",
        did="The whole new velocity is subtracted from the look-ahead point.",
        effect="gamma v counts twice: the first step is right, the later ones are too long.",
        hint="You step from the look-ahead point, so gamma v is counted twice. Step from theta.",
        section=AHEAD,
        theta_new=lambda s: s.look - s.step,
        also={"gamma v is subtracted beside the new velocity": {"step": lambda s: s.v_new + s.decay * s.v_old}},
    ),
    rule.wrong(
        "look-in-place",
        did="`theta -= gamma * v` moves the caller's theta to the look-ahead point.",
        effect="The new theta is right; the old one is lost, and so is a recorded path.",
        hint="Your function moves the theta that it is given to the look-ahead point. Compute that in a new array.",
        section=AHEAD,
        look=lambda s: isub(s.theta_old, s.decay * s.v_old),
        theta_new=lambda s: s.look - s.push,
    ),
    rule.wrong(
        "keras-variable",
        did="The look-ahead point is returned in the place of theta.",
        effect="Fed with it, the next step looks ahead from a point that looks ahead already.",
        hint="You return the look-ahead point theta - gamma v, which Keras and PyTorch store. Here theta itself is "
        "kept.",
        section=VARIABLE,
        convention="a step from theta that ends in the library's variable: theta - gamma v with the new theta and v",
        theta_new=lambda s: s.theta_old - s.step - s.decay * s.v_new,
    ),
    rule.wrong(
        "keras-form",
        did="Keras' rule, whose parameters are the look-ahead point: the gradient is asked at theta itself.",
        effect="The path of the look-ahead points: right as such, but it is not the path of theta.",
        hint="This is Nesterov's rule as Keras and PyTorch write it: their theta is the look-ahead point theta - "
        "gamma v. Here theta itself is kept, and grad_fn lets you ask anywhere: ask at theta - gamma v.",
        section=VARIABLE,
        convention="Keras, PyTorch: their theta is the course's theta - gamma v, gradients and v are the same",
        look=lambda s: s.theta_old,
        step=lambda s: s.decay * s.v_new + s.push,
    ),
    rule.wrong(
        "velocity-negated",
        did="The velocity is kept with the opposite sign and added to theta; the look ahead has it too.",
        effect="The path is right; the state has the other sign.",
        hint="You keep the velocity with the opposite sign and add it. The path is right, but here v points uphill: "
        "v = gamma v + eta g, and theta - v.",
        section=AHEAD,
        convention="Sutskever et al. 2013: the course's theta; its v is minus the course's",
        look=lambda s: s.theta_old + s.decay * s.v_old,
        push=lambda s: -s.rate * s.g,
        step=lambda s: -s.v_new,
    ),
    rule.wrong(
        "rate-outside",
        did="eta is left out of the velocity; it multiplies the velocity in the step and in the look ahead.",
        effect="The same path while eta is constant; after a cut of eta the old velocity is cut as well.",
        hint="You keep eta out of the velocity and apply it in the step, as PyTorch does. The paths agree while eta "
        "is constant and part once it changes. Here eta stands inside: v = gamma v + eta g.",
        section=INSIDE,
        convention="PyTorch's velocity in the original variable: the course's theta while eta is constant; its v is "
        "the course's divided by eta",
        look=lambda s: s.theta_old - s.rate * s.decay * s.v_old,
        push=lambda s: s.g,
        step=lambda s: s.rate * s.v_new,
    ),
    rule.wrong(
        "rate-outside-but-not-in-the-look",
        did="eta is left out of the velocity, but the look ahead is theta - gamma v all the same.",
        effect="Looks 1/eta times too far ahead: at eta = 0.01, 100 times.",
        hint="Your velocity has no eta in it, so theta - gamma v looks much too far ahead. Put eta inside: v = "
        "gamma v + eta g.",
        section=INSIDE,
        push=lambda s: s.g,
        step=lambda s: s.rate * s.v_new,
    ),
    *velocity(rule, AHEAD),
    rule.wrong(
        "rate-and-gamma-exchanged",
        did="eta and gamma have changed places, in the signature or in the formula.",
        effect="Long steps, gamma g, with almost no memory.",
        hint="eta and gamma have changed places: v = gamma v + eta g, and eta is passed before gamma.",
        section=AHEAD,
        rate=lambda s: s.gamma,
        decay=lambda s: s.eta,
    ),
    *habits(rule, AHEAD, {"v": lambda s: iadd(imul(s.v_old, s.decay), s.push)}, rate=0.01),
    rule.wrong(
        "no-memory",
        did="The old velocity is used for the look ahead, but not in the new velocity.",
        effect="Gradient descent with gradients from another place.",
        hint="The old velocity is missing from the new one; only the look ahead uses it. v = gamma v + eta g.",
        section=MEMORY,
        v_new=lambda s: s.push,
    ),
    rule.wrong(
        "gradient-descent",
        did="The velocity is set to zero at each call.",
        effect="This is gradient descent.",
        hint="The velocity that you are given has no effect: this is gradient descent.",
        section=MEMORY,
        v_old=lambda s: np.zeros(np.shape(s.v)),
    ),
    rule.wrong(
        "no-gamma",
        did="gamma is not used at all: v + eta g, and the look ahead at theta - v.",
        effect="As with gamma = 1: nothing is forgotten.",
        hint="gamma has no effect: look at theta - gamma v, and keep v = gamma v + eta g.",
        section=MEMORY,
        decay=lambda s: 1.0,
    ),
    rule.wrong(
        "gamma-fixed-in-the-look",
        did="The look ahead uses 0.9, the velocity uses gamma.",
        effect="Right at the default; otherwise it looks to another point than momentum reaches.",
        hint="The look ahead uses 0.9 whatever gamma is passed. Look at theta - gamma v.",
        section=AHEAD,
        look=lambda s: s.theta_old - 0.9 * s.v_old,
    ),
    rule.wrong(
        "gamma-fixed-in-the-velocity",
        did="The velocity uses 0.9, the look ahead uses gamma.",
        effect="Right at the default; otherwise momentum does not reach the point that was looked at.",
        hint="The new velocity uses 0.9 whatever gamma is passed: v = gamma v + eta g.",
        section=MEMORY,
        v_new=lambda s: 0.9 * s.v_old + s.push,
    ),
)

equivalents = {
    "one line": rule.variant(theta_new=lambda s: s.theta - s.gamma * s.v - s.eta * s.g),
    "from the look-ahead point": rule.variant(theta_new=lambda s: s.look - s.eta * s.g),
    "gradient asked twice at one point": rule.variant(
        v_new=lambda s: s.gamma * s.v + s.eta * s.grad_fn(s.theta - s.gamma * s.v)
    ),
    "ufuncs": rule.variant(look=lambda s: np.subtract(s.theta, np.multiply(s.gamma, s.v))),
    "the velocity as a difference": rule.variant(
        v_new=lambda s: s.theta - (s.look - s.eta * s.g), theta_new=lambda s: s.look - s.eta * s.g
    ),
    "in Keras' variable, there and back": rule.variant(
        v_new=lambda s: s.gamma * s.v + s.eta * s.g,
        theta_new=lambda s: (s.look - s.gamma * s.v_new - s.eta * s.g) + s.gamma * s.v_new,
    ),
}
