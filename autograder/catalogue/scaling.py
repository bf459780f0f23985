"""Mistakes of the rules that divide by a root: AdaGrad, RMSprop and Adam.

Their stages must be called `rate`, `floor` (eps), `square`, `root`, `step`, `theta_old` and `theta_new`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.catalogue.anatomy import Anatomy, Wrong

EPSILON = "09_conventions#three-places-for-epsilon"
EACH = "04_adagrad#what-would-each-coordinate-choose"


def scaling(
    rule: Anatomy, section: str, top: str, inner: str, shown: tuple[str, str], outside: str
) -> tuple[Wrong, ...]:
    """The mistakes of one rule. `top` and `inner`: the stages above the line and under the root; `shown`: how students
    write them. `outside`: who publishes this rule with eps outside the root."""
    above, under = shown
    do = "do" if " and " in outside else "does"
    right = f"eta {above} / sqrt({under} + eps)"
    sum_last = f"eta * {above} / np.sqrt({under}) + eps"

    def wrong(id: str, **entry: Any) -> Wrong:
        return rule.wrong(id, **{"section": section, **entry})

    def divided(s: Any) -> Any:
        return s.rate * getattr(s, top) / np.sqrt(getattr(s, inner))

    return (
        wrong(
            "epsilon-outside",
            did=f"eps is added after the root: sqrt({under}) + eps.",
            effect="The floor of the root falls from 1e-4 to 1e-8: tiny gradients make longer steps.",
            hint=f"You add eps after the root, sqrt({under}) + eps, as {outside} {do}. In this course it stands "
            f"inside: sqrt({under} + eps).",
            section=EPSILON,
            convention=f"{outside}: the same at eps = 0; eps inside acts like sqrt(eps) outside, up to a factor "
            "sqrt(2)",
            root=lambda s: np.sqrt(getattr(s, inner)) + s.floor,
        ),
        wrong(
            "epsilon-not-used",
            did="eps is left out.",
            effect="A parameter that never had a gradient becomes 0/0 = NaN and stays NaN.",
            hint=f"eps is not used: a parameter without gradient becomes 0/0. Divide by sqrt({under} + eps).",
            root=lambda s: np.sqrt(getattr(s, inner)),
        ),
        wrong(
            "epsilon-fixed",
            did="eps = 1e-8 is written into the code.",
            effect="Right at the default; no other eps has any effect.",
            hint="You use 1e-8 whatever eps is passed. Use eps.",
            floor=lambda s: 1e-8,
        ),
        wrong(
            "epsilon-default-1e-7",
            did="The default of eps is 1e-7, as in Keras.",
            effect="The floor of the root is 3.2e-4 instead of 1e-4 whenever eps is not passed.",
            hint="Your default for eps is 1e-7, as in Keras. Here it is 1e-8.",
            section=EPSILON,
            convention="Keras: its default eps is 10 times the course's",
            defaults={"eps": 1e-7},
        ),
        wrong(
            "epsilon-inside-and-outside",
            did="eps is added in the root and after it.",
            effect="As epsilon inside, with steps a little shorter for tiny gradients.",
            hint=f"You add eps twice, in the root and after it. Once, inside, is enough: sqrt({under} + eps).",
            section=EPSILON,
            root=lambda s: np.sqrt(getattr(s, inner) + s.floor) + s.floor,
        ),
        wrong(
            "epsilon-squared",
            did="eps squared is added in the root.",
            effect="The floor of the root falls from 1e-4 to 1e-8.",
            hint=f"You add eps squared in the root. It is eps itself: sqrt({under} + eps).",
            section=EPSILON,
            root=lambda s: np.sqrt(getattr(s, inner) + s.floor**2),
        ),
        wrong(
            "epsilon-subtracted",
            did="eps is subtracted in the root.",
            effect="The root of a negative number, NaN, for tiny gradients at the start.",
            hint=f"You subtract eps in the root. Add it: sqrt({under} + eps) can never be zero.",
            section=EPSILON,
            root=lambda s: np.sqrt(getattr(s, inner) - s.floor),
        ),
        wrong(
            "epsilon-as-a-maximum",
            did="The root is kept above eps with np.maximum.",
            effect="The floor of the root falls from 1e-4 to 1e-8.",
            hint=f"You take the larger of the root and eps. Add eps inside the root: sqrt({under} + eps).",
            section=EPSILON,
            root=lambda s: np.maximum(np.sqrt(getattr(s, inner)), s.floor),
        ),
        wrong(
            "epsilon-as-a-maximum-in-the-root",
            did="What is under the root is kept above eps with np.maximum.",
            effect="As epsilon inside for gradients of zero; those of the size of the floor make longer steps.",
            hint=f"You take the larger of {under} and eps. Add eps: sqrt({under} + eps).",
            section=EPSILON,
            root=lambda s: np.sqrt(np.maximum(getattr(s, inner), s.floor)),
        ),
        wrong(
            "zero-by-zero-repaired",
            did="eps is left out, and 0/0 is made 0 afterwards (np.nan_to_num, where=...).",
            effect="The floor of the root is gone: the tiniest gradients make whole steps.",
            hint="You leave eps out and repair 0/0 afterwards. Add eps inside the root: with "
            f"sqrt({under} + eps) there is nothing to repair, and tiny gradients make short steps.",
            section=EPSILON,
            step=lambda s: np.where(getattr(s, inner) > 0, divided(s), 0.0),
        ),
        wrong(
            "epsilon-added-to-the-step",
            did=f"`step = {sum_last}`: the sum comes last.",
            effect="Every coordinate drifts down by eps at each step, and a zero gradient gives 0/0.",
            hint=f"eps is added to the step: in `{sum_last}` the sum comes last. Write np.sqrt({under} + eps).",
            section=EPSILON,
            step=lambda s: divided(s) + s.floor,
        ),
        wrong(
            "epsilon-added-to-theta",
            did=f"`theta - {sum_last}`: the sum comes last.",
            effect="Every coordinate drifts up by eps at each step, and a zero gradient gives 0/0.",
            hint=f"eps is added to theta: in `theta - {sum_last}` the sum comes last. Write np.sqrt({under} + eps).",
            section=EPSILON,
            step=divided,
            theta_new=lambda s: s.theta_old - s.step + s.floor,
        ),
        wrong(
            "no-root",
            did=f"The step is divided by {under} + eps.",
            effect="Steps are long where the slope is gentle and short where it is steep.",
            hint=f"The square root is missing: divide by sqrt({under} + eps), not by {under} + eps.",
            root=lambda s: getattr(s, inner) + s.floor,
        ),
        wrong(
            "root-of-epsilon-only",
            did=f"The root covers eps alone: {under} + sqrt(eps).",
            effect="Steps are long where the slope is gentle and short where it is steep.",
            hint=f"The root must cover both: sqrt({under} + eps), not {under} + sqrt(eps).",
            section=EPSILON,
            root=lambda s: getattr(s, inner) + np.sqrt(s.floor),
        ),
        wrong(
            "multiplied-by-the-root",
            did="The step is multiplied by the root.",
            effect="Steep coordinates make by far the longest steps.",
            hint=f"You multiply by the root. Divide by it: the step is {right}.",
            step=lambda s: s.rate * getattr(s, top) * s.root,
        ),
        wrong(
            "root-not-used",
            did=f"{under} is computed, but the step is eta {above}.",
            effect="One rate for all coordinates, as without any scaling.",
            hint=f"The step is not divided by the root. It is {right}.",
            step=lambda s: s.rate * getattr(s, top),
        ),
        wrong(
            "sign-on-top",
            did=f"The numerator is the sign of {above}.",
            effect="A vanishing gradient makes long steps: it never settles.",
            hint=f"The numerator is {above}, not its sign: the step is {right}.",
            step=lambda s: s.rate * np.sign(getattr(s, top)) / s.root,
        ),
        wrong(
            "rate-not-used",
            did="eta is left out of the step.",
            effect="As with eta = 1.",
            hint=f"The learning rate is not used: the step is {right}.",
            rate=lambda s: 1.0,
        ),
        wrong(
            "rate-twice",
            did="eta is applied twice.",
            effect="As with eta squared for eta: at 0.001 the steps are 1000 times too short.",
            hint=f"eta is applied twice: the step is {right}.",
            rate=lambda s: s.eta**2,
        ),
        wrong(
            "rate-in-the-square",
            did="The gradient is multiplied by eta before it is squared.",
            effect="eta cancels: the first step has the same length whatever eta is.",
            hint="You square eta g. Only the gradient is squared; eta multiplies the step.",
            square=lambda s: (s.rate * s.g) ** 2,
        ),
        wrong(
            "not-squared",
            did="The gradient itself stands where its square should.",
            effect="What is under the root can become negative, and the root NaN.",
            hint="You use the gradient where its square is asked: g^2.",
            square=lambda s: s.g,
        ),
        wrong(
            "absolute",
            did="The absolute value of the gradient stands where its square should.",
            effect="Steps grow with the root of the gradient: the unit of the loss does not drop out.",
            hint="You use the absolute value of the gradient where its square is asked: g^2.",
            square=lambda s: np.abs(s.g),
        ),
        wrong(
            "doubled-instead-of-squared",
            did="`grad * 2` instead of `grad ** 2`.",
            effect="What is under the root can become negative, and the root NaN.",
            hint="You double the gradient where its square is asked: `*` where `**` is needed.",
            square=lambda s: s.g * 2,
        ),
        wrong(
            "one-mean-for-all",
            did="The squares are averaged over all coordinates.",
            effect="All coordinates share one rate: a rare one is held back by the others.",
            hint="You average the squares over all coordinates. Each coordinate keeps its own: no mean.",
            section=EACH,
            square=lambda s: np.mean(np.square(s.g)),
        ),
        wrong(
            "one-sum-for-all",
            did="The squares are summed over all coordinates.",
            effect="All coordinates share one rate: a rare one is held back by the others.",
            hint="You sum the squares over all coordinates. Each coordinate keeps its own: no sum.",
            section=EACH,
            square=lambda s: np.sum(np.square(s.g)),
        ),
        wrong(
            "normalised",
            did="The gradient is divided by its length first.",
            effect="Each gradient counts the same, however steep the slope.",
            hint="You divide the gradient by its length. The rule uses it as it is; the root does the scaling.",
            g=lambda s: s.grad / np.linalg.norm(s.grad),
        ),
    )
