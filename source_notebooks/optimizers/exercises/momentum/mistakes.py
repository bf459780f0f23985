"""How momentum goes wrong, and right in other words."""

from __future__ import annotations

from operator import iadd, imul

import numpy as np

from autograder.exercises.variants import Anatomy

from ...families import places
from ...families.habits import habits
from ...families.velocity import velocity
from ...reference import momentum_step

BALL = "momentum#a-ball-with-mass-and-friction"
MEMORY = "momentum#what-the-velocity-remembers"
INSIDE = "conventions#the-rate-inside-the-velocity-or-outside"
AVERAGE = "conventions#a-sum-or-an-average"

rule = Anatomy(
    momentum_step,
    stages={
        "rate": lambda s: s.eta,
        "decay": lambda s: s.gamma,
        "theta_old": lambda s: s.theta,
        "v_old": lambda s: s.v,
        "g": lambda s: s.grad,
        "push": lambda s: s.rate * s.g,
        "v_new": lambda s: s.decay * s.v_old + s.push,
        "step": lambda s: s.v_new,
        "theta_new": lambda s: s.theta_old - s.step,
    },
    returns=("theta_new", "v_new"),
    should=places.VELOCITY,
)

mistakes = (
    rule.wrong(
        "ema-rate-outside",
        did="The velocity averages the gradient, gamma v + (1 - gamma) g, and eta stands in the step.",
        effect="While eta is constant, as with eta multiplied by 1 - gamma.",
        hint="You average the gradient, v = gamma v + (1 - gamma) g, and apply eta in the step. A published form, "
        "but not this course's: here v = gamma v + eta g.",
        section=AVERAGE,
        convention="deeplearning.ai, PyTorch's dampening = gamma after its first step: the course's theta at the "
        "rate eta (1 - gamma) while eta is constant; its v is that velocity divided by eta",
        push=lambda s: (1 - s.decay) * s.g,
        step=lambda s: s.rate * s.v_new,
    ),
    rule.wrong(
        "rate-outside",
        did="eta is left out of the velocity and multiplies it in the step.",
        effect="The same path while eta is constant; after a cut of eta the old velocity is cut as well.",
        hint="You keep eta out of the velocity and apply it in the step, as PyTorch does. The paths agree while eta "
        "is constant and part once it changes. Here eta stands inside: v = gamma v + eta g.",
        section=INSIDE,
        convention="PyTorch, optax, d2l: the course's theta while eta is constant; its v is the course's divided by "
        "eta",
        push=lambda s: s.g,
        step=lambda s: s.rate * s.v_new,
    ),
    rule.wrong(
        "velocity-negated",
        did="The velocity is kept with the opposite sign and added to theta.",
        effect="The path is right; the state has the other sign.",
        hint="You keep the velocity with the opposite sign and add it. The path is right, but here v points uphill: "
        "v = gamma v + eta g, and theta - v.",
        section="momentum#where-libraries-differ",
        convention="Keras, Sutskever et al. 2013: the course's theta; its v is minus the course's",
        push=lambda s: -s.rate * s.g,
        step=lambda s: -s.v_new,
    ),
    rule.wrong(
        "nesterov",
        did="The step is gamma v + eta g with the velocity that was just updated.",
        effect="This is Nesterov's rule for the look-ahead point.",
        hint="You step by gamma v + eta g with the velocity already updated: that is Nesterov's rule as Keras "
        "writes it. Momentum steps by the new v alone.",
        section="nesterov#the-form-in-the-libraries-store-the-look-ahead-point",
        step=lambda s: s.decay * s.v_new + s.push,
    ),
    *velocity(rule, BALL),
    rule.wrong(
        "rate-and-gamma-exchanged",
        did="eta and gamma have changed places, in the signature or in the formula.",
        effect="Long steps, gamma g, with almost no memory.",
        hint="eta and gamma have changed places (or v and grad, which gives the same numbers): v = gamma v + eta g.",
        section=BALL,
        rate=lambda s: s.gamma,
        decay=lambda s: s.eta,
        also={"v and grad have changed places": {"v_old": lambda s: s.grad, "g": lambda s: s.v}},
    ),
    rule.wrong(
        "memory-twice",
        section=BALL,
        did="gamma v is subtracted once more beside the new velocity.",
        effect="The first step is right; then the memory counts twice.",
        hint="gamma v is subtracted twice: it is in the new v already. Subtract the new v alone.",
        step=lambda s: s.v_new + s.decay * s.v_old,
    ),
    *habits(
        rule,
        BALL,
        {"v": lambda s: iadd(imul(s.v_old, s.decay), s.push)},
        rate=0.01,
        shrunk={"push": lambda s: imul(s.g, s.rate)},
    ),
    rule.wrong(
        "no-memory",
        did="The old velocity is not used.",
        effect="This is gradient descent.",
        hint="The old velocity has no effect: this is gradient descent. v = gamma v + eta g.",
        section=MEMORY,
        v_new=lambda s: s.push,
        also={"the velocity is set to zero at each call": {"v_old": lambda s: np.zeros(np.shape(s.v))}},
    ),
    rule.wrong(
        "normalised",
        did="The gradient is divided by its length.",
        effect="Every gradient pushes with the same force, also close to the minimum: it never settles.",
        hint="You divide the gradient by its length. The rule uses it as it is.",
        section=BALL,
        g=lambda s: s.grad / np.linalg.norm(s.grad),
    ),
)

equivalents = {
    "ufuncs": rule.variant(v_new=lambda s: np.add(np.multiply(s.gamma, s.v), np.multiply(s.eta, s.grad))),
    "one line": rule.variant(theta_new=lambda s: s.theta - s.gamma * s.v - s.eta * s.grad),
    "as a decay": rule.variant(v_new=lambda s: s.v - (1 - s.gamma) * s.v + s.eta * s.grad),
    "a dot product": rule.variant(
        v_new=lambda s: np.tensordot([s.gamma, s.eta], np.stack([s.v, s.grad]).astype(float), axes=1)
    ),
    "copies, changed in place": rule.variant(
        theta_old=lambda s: s.theta.astype(float),
        v_new=lambda s: iadd(imul(s.v.astype(float), s.gamma), s.eta * s.grad),
        theta_new=lambda s: np.subtract(s.theta_old, s.v_new, out=s.theta_old),
    ),
    "a loop over the entries": rule.variant(
        v_new=lambda s: np.array(
            [s.gamma * a + s.eta * b for a, b in zip(np.ravel(s.v), np.ravel(s.grad), strict=True)]
        ).reshape(np.shape(s.v))
    ),
    "the rate taken out and put back": rule.variant(v_new=lambda s: s.eta * (s.gamma * s.v / s.eta + s.grad)),
}
