"""What AMSGrad, AdamW and Nadam have in common: what is drawn, criteria, the stages of the rule, and mistakes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.random import Generator
from tps.optimizers import step_probes
from tps.optimizers.exercises.adam import AVERAGES as KEPT
from tps.optimizers.exercises.adam import EARLY_AND_LATE, FADED, FROM_ZERO, LATE, beta_2
from tps.optimizers.exercises.adam.rule import CLOCK, CORRECTION, EPSILON, FIRST, RULE, WEIGHTS
from tps.optimizers.exercises.adam.rule import rule as adam

from autograder.exercises import probes
from autograder.exercises.exercise import Check
from autograder.exercises.probes import Fixed, all_of
from autograder.exercises.variants import Anatomy, Stages, Wrong, keep

# Adam's stages up to the two averages, and from what stands above and below the line, `top` and `v_hat`, to the end.
AFTER = ("m_hat", "v_hat", "root", "direction", "step", "theta_new")
AVERAGES: Stages = {name: stage for name, stage in adam.stages.items() if name not in AFTER}
STEP: Stages = {
    "root": adam.stages["root"],
    "adam": lambda s: s.rate * s.top / s.root,
}


def arguments(rng: Generator, shape: tuple[int, ...]) -> dict[str, Any]:
    """Draw the arguments of one step that all three have."""
    return {
        "theta": step_probes.points(rng, shape),
        "m": step_probes.averages(rng, shape),
        "v": step_probes.squares(rng, shape),
        "grad": step_probes.magnitudes(rng, shape),
        "t": int(rng.integers(3, 6)),
        "eta": step_probes.rate(rng, shape),
        "beta_1": step_probes.decay(rng, shape),
        "beta_2": beta_2(rng),
        "eps": 1e-24,
    }


def averages(points: float) -> Check:
    """The criterion on m and v."""
    return Check(
        "both averages",
        points,
        "The new m and v must be Adam's: beta_1 m + (1 - beta_1) g and beta_2 v + (1 - beta_2) g^2.",
        step_probes.one_step(1, 2, cases=KEPT),
    )


def late(points: float, fails: str) -> Check:
    """The criterion on the step once the corrections have faded, from theta = 0."""
    return Check("step", points, fails, step_probes.one_step(0, cases=FADED, fixed={"theta": probes.zeros, "t": LATE}))


def corrected(points: float, fails: str) -> Check:
    """The criterion on the step while the corrections matter, from theta = 0."""
    return Check(
        "bias correction", points, fails, step_probes.one_step(0, cases=EARLY_AND_LATE, fixed={"theta": probes.zeros})
    )


def epsilon(points: float, state: tuple[str, ...]) -> Check:
    """The criterion on the place of eps, late and from the start; `state` names the arrays that are zero then."""
    fixed = dict.fromkeys(("theta", *state), probes.zeros) | {"grad": step_probes.tiny, "eps": 1e-3}
    return Check(
        "epsilon",
        points,
        "eps must stand inside the root, beside the corrected average of squares: sqrt(v_hat + eps).",
        all_of(
            step_probes.one_step(0, cases=({"t": LATE},), fixed=fixed),
            step_probes.one_step(0, cases=FROM_ZERO, fixed=fixed),
        ),
    )


def defaults(points: float, fails: str, state: tuple[str, ...], **fixed: Any) -> Check:
    """The criterion on the defaults."""
    zero = dict.fromkeys(state, probes.zeros)
    given: Fixed = {"theta": probes.zeros, **zero, "grad": step_probes.tiny, "t": LATE, **fixed}
    return Check("defaults", points, fails, step_probes.one_step(defaults=True, fixed=given))


def in_a_row(points: float, zero: float, listed: str) -> tuple[Check, Check]:
    """The criteria on many steps and on a gradient of zeros."""
    return (
        Check(
            "many steps in a row",
            points,
            f"Fed with its own {listed}, the function leaves the right path.",
            step_probes.many_steps(steps=12),
        ),
        Check(
            "zero gradient",
            zero,
            "Without any gradient, from zero state, no NaN may appear (0/0 gives one).",
            step_probes.zero_gradient,
            rule=False,
        ),
    )


def mistakes(rule: Anatomy) -> tuple[Wrong, ...]:
    """The mistakes that are Adam's, in one of the three rules."""

    def wrong(id: str, **entry: Any) -> Wrong:
        return rule.wrong(id, **{"section": RULE, **entry})

    return (
        wrong(
            "no-bias-correction",
            did="Nothing is divided by 1 - beta^t.",
            effect="The first steps are too long at the default betas; it fades within some thousands of steps.",
            hint="The averages are not corrected for their start at zero. Divide by 1 - beta_1^t and by 1 - beta_2^t.",
            section=CORRECTION,
            clock=lambda s: np.inf,
        ),
        wrong(
            "squares-not-corrected",
            did="The average of squares is used without dividing it by 1 - beta_2^t.",
            effect="The first steps are many times too long at the default betas.",
            hint="Only the average of gradients is corrected. That of squares starts at zero as well: divide it by "
            "1 - beta_2^t.",
            section=WEIGHTS,
            v_sum=lambda s: 1.0,
        ),
        wrong(
            "correction-without-power",
            did="The corrections are 1 - beta, without the power t.",
            effect="The first step is as if t were 1, and so are all others: the correction never fades.",
            hint="You correct with 1 - beta, without the power t. It is 1 - beta^t.",
            section=WEIGHTS,
            clock=lambda s: 1,
        ),
        wrong(
            "t-plus-one",
            did="The corrections use t + 1.",
            effect="The first steps are too short.",
            hint="You correct with t + 1 where t is asked. t is 1 at the first step already.",
            section=CLOCK,
            clock=lambda s: s.t + 1,
        ),
        wrong(
            "own-clock",
            did="t is counted in a global or an attribute; what is passed is ignored.",
            effect="The first run is right; a second run, or a second layer, is corrected with the wrong t.",
            hint="You count the steps in a variable of your own and ignore the t that is passed. Use t.",
            section=CLOCK,
            remembers=True,
            clock=lambda s: keep(s, "t", s.kept.get("t", 0) + 1),
        ),
        wrong(
            "betas-exchanged",
            did="beta_1 and beta_2 have changed places everywhere, or in the signature.",
            effect="m has the long memory and v the short one.",
            hint="beta_1 and beta_2 are exchanged: beta_1 belongs to m, beta_2 to v.",
            section=FIRST,
            b1=lambda s: s.beta_2,
            b2=lambda s: s.beta_1,
        ),
        wrong(
            "betas-fixed",
            did="beta_1 = 0.9 and beta_2 = 0.999 are written into the code.",
            effect="Right at the defaults; no other betas have any effect.",
            hint="You use 0.9 and 0.999 whatever is passed. Use beta_1 and beta_2.",
            b1=lambda s: 0.9,
            b2=lambda s: 0.999,
        ),
        wrong(
            "no-one-minus-beta",
            did="The factors 1 - beta are missing from m and v.",
            effect="Sums that fade, and no averages: both are too large.",
            hint="The factors 1 - beta are missing: m and v are averages, beta of the old and 1 - beta of the new.",
            m_new=lambda s: s.b1 * s.m_old + s.g,
            v_new=lambda s: s.b2 * s.v_old + s.square,
        ),
        wrong(
            "not-squared",
            did="v averages the gradient itself.",
            effect="What is under the root can become negative, and the root NaN.",
            hint="v averages the gradient where its square is asked: g^2.",
            square=lambda s: s.g,
        ),
        wrong(
            "raw-gradient",
            did="The step has g in its numerator.",
            effect="Every gradient acts at once, with all its noise.",
            hint="You step along the newest gradient. m is kept, and never used.",
            section=FIRST,
            top=lambda s: s.g,
        ),
        wrong(
            "no-root",
            did="The step is divided by v_hat + eps.",
            effect="Steps are long where the slope is gentle and short where it is steep.",
            hint="The square root is missing: divide by sqrt(v_hat + eps), not by v_hat + eps.",
            root=lambda s: s.v_hat + s.floor,
        ),
        wrong(
            "epsilon-outside",
            did="eps is added after the root: sqrt(v_hat) + eps.",
            effect="The floor of the root is eps instead of sqrt(eps): tiny gradients make longer steps.",
            hint="You add eps after the root, as the Adam paper and PyTorch do. In this course it stands inside: "
            "sqrt(v_hat + eps).",
            section=EPSILON,
            root=lambda s: np.sqrt(s.v_hat) + s.floor,
        ),
        wrong(
            "epsilon-not-used",
            did="eps is left out.",
            effect="A parameter that never had a gradient becomes 0/0 = NaN and stays NaN.",
            hint="eps is not used: a parameter without gradient becomes 0/0. Divide by sqrt(v_hat + eps).",
            section=EPSILON,
            root=lambda s: np.sqrt(s.v_hat),
        ),
        wrong(
            "epsilon-default-1e-7",
            did="The default of eps is 1e-7, as in Keras.",
            effect="The floor of the root is higher whenever eps is not passed.",
            hint="Your default for eps is 1e-7, as in Keras. Here it is 1e-8.",
            section=EPSILON,
            defaults={"eps": 1e-7},
        ),
        wrong(
            "rate-not-used",
            did="eta is left out.",
            effect="As with eta = 1.",
            hint="The learning rate is not used. It multiplies the step.",
            rate=lambda s: 1.0,
        ),
    )
