"""How the course's Adam as a Keras optimizer goes wrong, and right in other words."""

from __future__ import annotations

from typing import Any

import numpy as np
from tps.optimizers.exercises.adam.rule import CORRECTION, RULE, WEIGHTS

from autograder.exercises.variants import Anatomy

from ...keras_habits import KERAS, keras_habits

Array = np.ndarray

EPSILON = "conventions#three-places-for-epsilon"
CLOCK = "conventions#what-is-in-memory-before-the-first-step"


def root_epsilon_adam(
    theta: Array,
    grad: Array,
    t: int,
    learning_rate: float,
    beta_1: float = 0.9,
    beta_2: float = 0.999,
    epsilon: float = 1e-8,
    *,
    optimizer: Any,
) -> Array:
    """One step of one variable; see `tps.keras_optimizers.numpy_ways`."""
    raise NotImplementedError  # its signature is what counts: the stages below are the rule


rule = Anatomy(
    root_epsilon_adam,
    stages={
        "rate": lambda s: s.learning_rate,
        "b1": lambda s: s.beta_1,
        "b2": lambda s: s.beta_2,
        "floor": lambda s: s.epsilon,
        "slots": lambda s: s.optimizer.slots,
        "owner": lambda s: s.optimizer.variable,
        "clock": lambda s: s.t,
        "m_sum": lambda s: np.float64(1) - s.b1**s.clock,
        "v_sum": lambda s: np.float64(1) - s.b2**s.clock,
        "g": lambda s: s.grad,
        "square": lambda s: s.g**2,
        "m_old": lambda s: s.slots.get(("m", s.owner), 0.0),
        "v_old": lambda s: s.slots.get(("v", s.owner), 0.0),
        "m_new": lambda s: s.b1 * s.m_old + (1 - s.b1) * s.g,
        "v_new": lambda s: s.b2 * s.v_old + (1 - s.b2) * s.square,
        "m_stored": lambda s: s.slots.__setitem__(("m", s.owner), s.m_new),
        "v_stored": lambda s: s.slots.__setitem__(("v", s.owner), s.v_new),
        "m_hat": lambda s: s.m_new / s.m_sum,
        "v_hat": lambda s: s.v_new / s.v_sum,
        "root": lambda s: np.sqrt(s.v_hat + s.floor),
        "direction": lambda s: s.m_hat,
        "step": lambda s: s.rate * s.direction / s.root,
        "theta_new": lambda s: s.theta - s.step,
    },
    returns=("theta_new",),
    should={
        "rate": "the rate should be the `learning_rate` that this step is given",
        "b1": "what m is averaged and corrected with should be the beta_1 that was asked for",
        "b2": "what v is averaged and corrected with should be the beta_2 that was asked for",
        "floor": "what is added under the root should be the epsilon that was asked for",
        "slots": "m and v should be made in `build`, so that Keras keeps them",
        "owner": "each variable should have an m and a v of its own",
        "clock": "m and v should be divided by 1 - beta^t, with t = `self.iterations + 1`",
        "m_sum": "what m is divided by should be 1 - beta_1^t",
        "v_sum": "what v is divided by should be 1 - beta_2^t",
        "g": "the gradient should be the one that is passed, as it is",
        "square": "what v averages should be g^2",
        "m_new": "the new m should be beta_1 m + (1 - beta_1) g",
        "v_new": "the new v should be beta_2 v + (1 - beta_2) g^2",
        "m_stored": "the new m itself should be kept for the next step",
        "v_stored": "the new v itself should be kept for the next step",
        "m_hat": "the corrected m should be the new m divided by 1 - beta_1^t",
        "v_hat": "the corrected v should be the new v divided by 1 - beta_2^t",
        "root": "what the step is divided by should be sqrt(v_hat + epsilon)",
        "direction": "what is multiplied by eta should be m_hat alone",
        "step": "the step should be eta m_hat / sqrt(v_hat + epsilon)",
        "theta_new": "the step should be taken off the variable",
    },
)

mistakes = (
    rule.wrong(
        "epsilon-outside",
        did="epsilon is added after the root.",
        effect="The floor of the root falls: tiny gradients make longer steps.",
        hint="You add epsilon after the root, as the Adam paper and PyTorch do. In this course it stands inside: "
        "sqrt(v_hat + epsilon).",
        section=EPSILON,
        convention="the Adam paper and PyTorch: the same at eps = 0",
        root=lambda s: np.sqrt(s.v_hat) + s.floor,
    ),
    rule.wrong(
        "epsilon-hat",
        did="epsilon is added to the root of the uncorrected v, as Keras' own Adam does.",
        effect="epsilon acts as if it were larger in the first steps.",
        hint="These are the numbers of Keras' own Adam: epsilon outside the root, and of the uncorrected v. In this "
        "course: sqrt(v_hat + epsilon).",
        section=EPSILON,
        convention="Keras and TensorFlow: the same at eps = 0",
        root=lambda s: (np.sqrt(s.v_new) + s.floor) / np.sqrt(s.v_sum),
    ),
    rule.wrong(
        "epsilon-in-the-uncorrected-root",
        did="epsilon stands in the root of the uncorrected v.",
        effect="epsilon acts as if it were larger in the first steps.",
        hint="epsilon is inside the root, but of the uncorrected v. Correct v first: sqrt(v_hat + epsilon).",
        section=EPSILON,
        root=lambda s: np.sqrt(s.v_new + s.floor) / np.sqrt(s.v_sum),
    ),
    rule.wrong(
        "epsilon-not-used",
        did="epsilon is left out.",
        effect="A weight without gradient becomes 0/0 = NaN and stays NaN.",
        hint="epsilon has no effect. Divide by sqrt(v_hat + epsilon).",
        section=EPSILON,
        root=lambda s: np.sqrt(s.v_hat),
    ),
    rule.wrong(
        "epsilon-fixed",
        did="epsilon is 1e-8 whatever was asked for.",
        effect="Right at the default; no other epsilon has any effect.",
        hint="You use 1e-8 whatever epsilon is asked for. Use `self.epsilon`.",
        section=KERAS,
        floor=lambda s: 1e-8,
    ),
    rule.wrong(
        "epsilon-default-of-keras",
        did="The default of epsilon is Keras' 1e-7.",
        effect="At the default, tiny gradients make shorter steps.",
        hint="Without epsilon given, yours uses 1e-7, Keras' default. The default here is 1e-8.",
        section=EPSILON,
        defaults={"epsilon": 1e-7},
    ),
    rule.wrong(
        "iterations-without-plus-one",
        did="The correction uses self.iterations, which is 0 at the first step.",
        effect="The first step is 0/0 = NaN, and NaN stays.",
        hint="Your weights are NaN from the first step on, as 0/0 is. `self.iterations` counts the steps already "
        "done, 0 at the first: t is `self.iterations + 1`.",
        section=KERAS,
        clock=lambda s: s.t - 1,
    ),
    rule.wrong(
        "t-plus-two",
        did="The correction uses self.iterations + 2.",
        effect="The averages are corrected too little; the first steps are too short.",
        hint="Your t is one too large: at the first step `self.iterations` is 0, and t is 1.",
        section=KERAS,
        clock=lambda s: s.t + 1,
    ),
    rule.wrong(
        "counter-in-python",
        did="update_step counts with a Python number of its own.",
        effect="It counts once for every variable; in fit it stands still, since the code runs only while it is "
        "traced.",
        hint="Your t counts once for each variable, and in `fit` only while the step is traced, as a Python number in "
        "`update_step` does. Take `self.iterations + 1`.",
        section=KERAS,
        clock=lambda s: s.optimizer.calls,
    ),
    rule.wrong(
        "correction-without-power",
        did="m and v are divided by 1 - beta, without the power t.",
        effect="The first step is right; the correction never fades.",
        hint="You divide by 1 - beta, without the power t. It is 1 - beta^t.",
        section="conventions#two-lines-that-would-have-found-it",
        clock=lambda s: 1,
    ),
    rule.wrong(
        "no-bias-correction",
        did="m and v are used without dividing them by 1 - beta^t.",
        effect="At the default betas the first steps are several times too long.",
        hint="m and v are not corrected for their start at zero. Divide m by 1 - beta_1^t and v by 1 - beta_2^t.",
        section=CORRECTION,
        m_hat=lambda s: s.m_new,
        v_hat=lambda s: s.v_new,
    ),
    rule.wrong(
        "only-m-corrected",
        did="v is used without dividing it by 1 - beta_2^t.",
        effect="At the default betas the first steps are far too long.",
        hint="Only m is corrected. v starts at zero as well: divide it by 1 - beta_2^t.",
        section=CORRECTION,
        v_hat=lambda s: s.v_new,
    ),
    rule.wrong(
        "only-v-corrected",
        did="m is used without dividing it by 1 - beta_1^t.",
        effect="The first steps are too short.",
        hint="Only v is corrected. m starts at zero as well: divide it by 1 - beta_1^t.",
        section=WEIGHTS,
        convention="AdamD (St John 2021)",
        m_hat=lambda s: s.m_new,
    ),
    rule.wrong(
        "corrected-averages-kept",
        did="The corrected averages are kept as the state.",
        effect="The averages are divided again at every step and grow.",
        hint="You keep the corrected averages. Keep m and v themselves; m_hat and v_hat are for this step only.",
        section=RULE,
        m_stored=lambda s: s.slots.__setitem__(("m", s.owner), s.m_new / s.m_sum),
        v_stored=lambda s: s.slots.__setitem__(("v", s.owner), s.v_new / s.v_sum),
    ),
    rule.wrong(
        "averages-not-kept",
        did="The new averages are computed and not assigned.",
        effect="Every step starts from zero averages.",
        hint="Every step of yours starts from averages of zero: nothing is remembered of the steps before. "
        "`self.assign(m, ...)` keeps the new m for the next step, and v likewise.",
        section=KERAS,
        m_stored=lambda s: None,
        v_stored=lambda s: None,
    ),
    rule.wrong(
        "m-not-kept",
        did="The new m is computed and not assigned.",
        effect="The gradient is not averaged; the correction shrinks each step.",
        hint="Every step of yours starts from m = 0: m is not remembered. `self.assign(m, ...)` keeps the new one.",
        section=KERAS,
        m_stored=lambda s: None,
    ),
    rule.wrong(
        "v-not-kept",
        did="The new v is computed and not assigned.",
        effect="The root sees the newest gradient alone.",
        hint="Every step of yours starts from v = 0: v is not remembered. `self.assign(v, ...)` keeps the new one.",
        section=KERAS,
        v_stored=lambda s: None,
    ),
    rule.wrong(
        "betas-swapped",
        did="beta_1 and beta_2 change places.",
        effect="The gradient is averaged far too long and its square too short.",
        hint="beta_1 and beta_2 have changed places: beta_1 belongs to m, beta_2 to v.",
        section=RULE,
        b1=lambda s: s.beta_2,
        b2=lambda s: s.beta_1,
    ),
    rule.wrong(
        "betas-fixed",
        did="The betas are 0.9 and 0.999 whatever was asked for.",
        effect="Right at the defaults; no other betas have any effect.",
        hint="You use 0.9 and 0.999 whatever betas are asked for. Use `self.beta_1` and `self.beta_2`.",
        section=KERAS,
        b1=lambda s: 0.9,
        b2=lambda s: 0.999,
    ),
    rule.wrong(
        "beta-1-fixed",
        did="beta_1 is 0.9 whatever was asked for.",
        effect="Right at the default; no other beta_1 has any effect.",
        hint="You use 0.9 whatever beta_1 is asked for. Use `self.beta_1`.",
        section=KERAS,
        b1=lambda s: 0.9,
    ),
    rule.wrong(
        "beta-2-fixed",
        did="beta_2 is 0.999 whatever was asked for.",
        effect="Right at the default; no other beta_2 has any effect.",
        hint="You use 0.999 whatever beta_2 is asked for. Use `self.beta_2`.",
        section=KERAS,
        b2=lambda s: 0.999,
    ),
    rule.wrong(
        "old-m",
        did="The step uses m as it was before this gradient.",
        effect="The first step stands still, and each gradient acts one step late.",
        hint="You step with the old m. Compute the new m first, and correct and use that one.",
        section=RULE,
        m_hat=lambda s: s.m_old / s.m_sum,
    ),
    rule.wrong(
        "one-beta",
        did="beta_1 is used in both averages.",
        effect="The square is forgotten as fast as the gradient.",
        hint="You use beta_1 in both averages. v has beta_2.",
        section=RULE,
        b2=lambda s: s.beta_1,
    ),
    rule.wrong(
        "gradient-not-squared",
        did="v averages the gradient, not its square.",
        effect="The root of a negative number is NaN.",
        hint="Your v averages the gradient itself. It averages the square.",
        section=RULE,
        square=lambda s: s.g,
    ),
    rule.wrong(
        "no-root",
        did="The root is left out.",
        effect="The step depends on the size of the gradients again, and the wrong way round.",
        hint="You divide by v_hat itself. Divide by its root: sqrt(v_hat + epsilon).",
        section=RULE,
        root=lambda s: s.v_hat + s.floor,
    ),
    rule.wrong(
        "raw-gradient",
        did="The step is made of the gradient, not of m_hat.",
        effect="There is no momentum left: it is RMSprop with a correction.",
        hint="You step along the gradient itself. Adam steps along its average, m_hat.",
        section=RULE,
        direction=lambda s: s.g,
    ),
    rule.wrong(
        "weight-one-for-g",
        did="m gains g, not (1 - beta_1) g.",
        effect="m is too large by the factor 1 / (1 - beta_1).",
        hint="The new gradient enters m with the weight 1. It is 1 - beta_1.",
        section=RULE,
        m_new=lambda s: s.b1 * s.m_old + s.g,
    ),
    rule.wrong(
        "weight-one-for-the-square",
        did="v gains g^2, not (1 - beta_2) g^2.",
        effect="v is too large by the factor 1 / (1 - beta_2).",
        hint="The new square enters v with the weight 1. It is 1 - beta_2.",
        section=RULE,
        v_new=lambda s: s.b2 * s.v_old + s.square,
    ),
    *keras_habits(
        rule,
        RULE,
        "pair of averages",
        0.001,
        {
            "betas-not-in-config": (
                "beta_1 and beta_2",
                {
                    "b1": lambda s: 0.9 if s.optimizer.configured else s.beta_1,
                    "b2": lambda s: 0.999 if s.optimizer.configured else s.beta_2,
                },
                "defaults",
            ),
            "epsilon-not-in-config": (
                "epsilon",
                {"floor": lambda s: 1e-8 if s.optimizer.configured else s.epsilon},
                "default",
            ),
            "nothing-in-config": (
                "beta_1, beta_2 and epsilon",
                {
                    "b1": lambda s: 0.9 if s.optimizer.configured else s.beta_1,
                    "b2": lambda s: 0.999 if s.optimizer.configured else s.beta_2,
                    "floor": lambda s: 1e-8 if s.optimizer.configured else s.epsilon,
                },
                "defaults",
            ),
        },
    ),
)

equivalents = {
    "incremental averages": rule.variant(
        m_new=lambda s: s.m_old + (1 - s.b1) * (s.g - s.m_old),
        v_new=lambda s: s.v_old + (1 - s.b2) * (s.square - s.v_old),
    ),
    "rate corrected": rule.variant(
        step=lambda s: s.rate * np.sqrt(s.v_sum) / s.m_sum * s.m_new / np.sqrt(s.v_new + s.floor * s.v_sum)
    ),
    "power -1/2": rule.variant(step=lambda s: s.rate * s.m_hat * (s.v_hat + s.floor) ** -0.5),
}
