"""Mistakes of the rules that divide by a root: AdaGrad, RMSprop and Adam.

Their stages must be called `rate`, `floor` (eps), `square`, `root`, `step`, `theta_old` and `theta_new`.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.exercises.variants import Anatomy, Wrong

EPSILON = "conventions#three-places-for-epsilon"
EACH = "adagrad#what-would-each-coordinate-choose"


def scaling(
    rule: Anatomy, section: str, top: str, inner: str, shown: tuple[str, str], outside: str
) -> tuple[Wrong, ...]:
    """The mistakes of one rule. `top` and `inner`: the stages above the line and under the root; `shown`: how students
    write them. `outside`: who publishes this rule with eps outside the root."""
    h = _Rule(rule, section, (top, inner), shown, outside)
    return (*_epsilon(h), *_root(h), *_rate(h), *_square(h), *(_numerator(h) if top == "g" else ()))


@dataclass(frozen=True)
class _Rule:
    """A rule that divides by a root, and what its mistakes are written with."""

    rule: Anatomy
    section: str
    stages: tuple[str, str]
    shown: tuple[str, str]
    outside: str

    def wrong(self, id: str, **entry: Any) -> Wrong:
        """One mistake."""
        return self.rule.wrong(id, **{"section": self.section, **entry})

    def top(self, s: SimpleNamespace) -> Any:
        """What stands above the line."""
        return getattr(s, self.stages[0])

    def inner(self, s: SimpleNamespace) -> Any:
        """What stands under the root, without eps."""
        return getattr(s, self.stages[1])

    def divided(self, s: SimpleNamespace) -> Any:
        """The step without eps."""
        return s.rate * self.top(s) / np.sqrt(self.inner(s))

    @property
    def above(self) -> str:
        """What stands above the line, as students write it."""
        return self.shown[0]

    @property
    def under(self) -> str:
        """What stands under the root, as students write it."""
        return self.shown[1]

    @property
    def right(self) -> str:
        """The right step."""
        return f"eta {self.above} / sqrt({self.under} + eps)"

    @property
    def sum_last(self) -> str:
        """The step without the brackets that it needs."""
        return f"eta * {self.above} / np.sqrt({self.under}) + eps"


def _epsilon(h: _Rule) -> tuple[Wrong, ...]:
    """Where eps stands."""
    return (
        h.wrong(
            "epsilon-outside",
            did=f"eps is added after the root: sqrt({h.under}) + eps.",
            effect="The floor of the root falls from 1e-4 to 1e-8: tiny gradients make longer steps.",
            hint=f"You add eps after the root, sqrt({h.under}) + eps, as in {h.outside}. In this course it stands "
            f"inside: sqrt({h.under} + eps).",
            section=EPSILON,
            convention=f"{h.outside}: the same at eps = 0; eps inside acts like sqrt(eps) outside, up to a factor "
            "sqrt(2)",
            root=lambda s: np.sqrt(h.inner(s)) + s.floor,
        ),
        h.wrong(
            "epsilon-not-used",
            did="eps is left out.",
            effect="A parameter that never had a gradient becomes 0/0 = NaN and stays NaN.",
            hint=f"eps has no effect: a parameter without gradient becomes 0/0. Divide by sqrt({h.under} + eps).",
            root=lambda s: np.sqrt(h.inner(s)),
        ),
        h.wrong(
            "epsilon-fixed",
            did="eps = 1e-8 is written into the code.",
            effect="Right at the default; no other eps has any effect.",
            hint="You use 1e-8 whatever eps is passed. Use eps.",
            floor=lambda s: 1e-8,
        ),
        h.wrong(
            "epsilon-default-1e-7",
            did="The default of eps is 1e-7, as in Keras.",
            effect="The floor of the root is 3.2e-4 instead of 1e-4 whenever eps is not passed.",
            hint="Your default for eps is 1e-7, as in Keras. Here it is 1e-8.",
            section=EPSILON,
            convention="Keras: its default eps is 10 times the course's",
            defaults={"eps": 1e-7},
        ),
        h.wrong(
            "epsilon-inside-and-outside",
            did="eps is added in the root and after it.",
            effect="As epsilon inside, with steps a little shorter for tiny gradients.",
            hint=f"You add eps twice, in the root and after it. Once, inside, is enough: sqrt({h.under} + eps).",
            section=EPSILON,
            root=lambda s: np.sqrt(h.inner(s) + s.floor) + s.floor,
        ),
        h.wrong(
            "epsilon-squared",
            did="eps squared is added in the root.",
            effect="The floor of the root falls from 1e-4 to 1e-8.",
            hint=f"You add eps squared in the root. It is eps itself: sqrt({h.under} + eps).",
            section=EPSILON,
            root=lambda s: np.sqrt(h.inner(s) + s.floor**2),
        ),
        h.wrong(
            "epsilon-subtracted",
            did="eps is subtracted in the root.",
            effect="The root of a negative number, NaN, for tiny gradients at the start.",
            hint=f"You subtract eps in the root. Add it: sqrt({h.under} + eps) can never be zero.",
            section=EPSILON,
            root=lambda s: np.sqrt(h.inner(s) - s.floor),
        ),
        h.wrong(
            "epsilon-as-a-maximum",
            did="The root is kept above eps with np.maximum.",
            effect="The floor of the root falls from 1e-4 to 1e-8.",
            hint=f"You take the larger of the root and eps. Add eps inside the root: sqrt({h.under} + eps).",
            section=EPSILON,
            root=lambda s: np.maximum(np.sqrt(h.inner(s)), s.floor),
        ),
        h.wrong(
            "epsilon-as-a-maximum-in-the-root",
            did="What is under the root is kept above eps with np.maximum.",
            effect="As epsilon inside for gradients of zero; those of the size of the floor make longer steps.",
            hint=f"You take the larger of {h.under} and eps. Add eps: sqrt({h.under} + eps).",
            section=EPSILON,
            root=lambda s: np.sqrt(np.maximum(h.inner(s), s.floor)),
        ),
        h.wrong(
            "zero-by-zero-repaired",
            did="eps is left out, and 0/0 is made 0 afterwards (np.nan_to_num, where=...).",
            effect="The floor of the root is gone: the tiniest gradients make whole steps.",
            hint="You leave eps out and repair 0/0 afterwards. Add eps inside the root: with "
            f"sqrt({h.under} + eps) there is nothing to repair, and tiny gradients make short steps.",
            section=EPSILON,
            step=lambda s: np.where(h.inner(s) > 0, h.divided(s), 0.0),
        ),
        h.wrong(
            "epsilon-added-to-the-step",
            did=f"`step = {h.sum_last}`: the sum comes last.",
            effect="Every coordinate drifts down by eps at each step, and a zero gradient gives 0/0.",
            hint=f"eps is added to the step, as in `{h.sum_last}`, where the sum comes last. It belongs "
            f"under the root: np.sqrt({h.under} + eps).",
            section=EPSILON,
            step=lambda s: h.divided(s) + s.floor,
        ),
        h.wrong(
            "epsilon-added-to-theta",
            did=f"`theta - {h.sum_last}`: the sum comes last.",
            effect="Every coordinate drifts up by eps at each step, and a zero gradient gives 0/0.",
            hint=f"eps is added to theta, as in `theta - {h.sum_last}`, where the sum comes last. It belongs under the "
            f"root: np.sqrt({h.under} + eps).",
            section=EPSILON,
            step=h.divided,
            theta_new=lambda s: s.theta_old - s.step + s.floor,
        ),
    )


def _root(h: _Rule) -> tuple[Wrong, ...]:
    """What becomes of the root."""
    return (
        h.wrong(
            "no-root",
            did=f"The step is divided by {h.under} + eps.",
            effect="Steps are long where the slope is gentle and short where it is steep.",
            hint=f"The square root is missing: divide by sqrt({h.under} + eps), not by {h.under} + eps.",
            root=lambda s: h.inner(s) + s.floor,
        ),
        h.wrong(
            "root-of-epsilon-only",
            did=f"The root covers eps alone: {h.under} + sqrt(eps).",
            effect="Steps are long where the slope is gentle and short where it is steep.",
            hint=f"The root must cover both: sqrt({h.under} + eps), not {h.under} + sqrt(eps).",
            section=EPSILON,
            root=lambda s: h.inner(s) + np.sqrt(s.floor),
        ),
        h.wrong(
            "multiplied-by-the-root",
            did="The step is multiplied by the root.",
            effect="Steep coordinates make by far the longest steps.",
            hint=f"You multiply by the root. Divide by it: the step is {h.right}.",
            step=lambda s: s.rate * h.top(s) * s.root,
        ),
        h.wrong(
            "root-not-used",
            did=f"{h.under} is computed, but the step is eta {h.above}.",
            effect="One rate for all coordinates, as without any scaling.",
            hint=f"The step is not divided by the root. It is {h.right}.",
            step=lambda s: s.rate * h.top(s),
        ),
        h.wrong(
            "nothing-on-top",
            did=f"The step is eta divided by the root: {h.above} is left out.",
            effect="Every coordinate only ever falls, by long steps where the slope is gentle.",
            hint=f"{h.above} is missing from the step: yours is eta / sqrt({h.under} + eps). It is {h.right}.",
            step=lambda s: s.rate / s.root + np.zeros(np.shape(s.theta_old)),
        ),
        h.wrong(
            "sign-on-top",
            did=f"The numerator is the sign of {h.above}.",
            effect="A vanishing gradient makes long steps: it never settles.",
            hint=f"The numerator is {h.above}, not its sign: the step is {h.right}.",
            step=lambda s: s.rate * np.sign(h.top(s)) / s.root,
        ),
    )


def _rate(h: _Rule) -> tuple[Wrong, ...]:
    """Where the rate stands."""
    return (
        h.wrong(
            "rate-not-used",
            did="eta is left out of the step.",
            effect="As with eta = 1.",
            hint=f"The learning rate has no effect: the step is {h.right}.",
            rate=lambda s: 1.0,
        ),
        h.wrong(
            "rate-twice",
            did="eta is applied twice.",
            effect="As with eta squared for eta: at 0.001 the steps are 1000 times too short.",
            hint=f"eta is applied twice: the step is {h.right}.",
            rate=lambda s: s.eta**2,
        ),
        h.wrong(
            "rate-in-the-square",
            did="The gradient is multiplied by eta before it is squared.",
            effect="eta cancels: the first step has the same length whatever eta is.",
            hint="You square eta g. Only the gradient is squared; eta multiplies the step.",
            square=lambda s: (s.rate * s.g) ** 2,
        ),
    )


def _square(h: _Rule) -> tuple[Wrong, ...]:
    """What is squared."""
    return (
        h.wrong(
            "not-squared",
            did="The gradient itself stands where its square should.",
            effect="What is under the root can become negative, and the root NaN.",
            hint="You use the gradient where its square is asked: g^2.",
            square=lambda s: s.g,
        ),
        h.wrong(
            "absolute",
            did="The absolute value of the gradient stands where its square should.",
            effect="Steps grow with the root of the gradient: the unit of the loss does not drop out.",
            hint="You use the absolute value of the gradient where its square is asked: g^2.",
            square=lambda s: np.abs(s.g),
        ),
        h.wrong(
            "doubled-instead-of-squared",
            did="`grad * 2` instead of `grad ** 2`.",
            effect="What is under the root can become negative, and the root NaN.",
            hint="You double the gradient where its square is asked, g^2.",
            square=lambda s: s.g * 2,
        ),
        h.wrong(
            "one-mean-for-all",
            did="The squares are averaged over all coordinates.",
            effect="All coordinates share one rate: a rare one is held back by the others.",
            hint="You average the squares over all coordinates. Each coordinate keeps its own: no mean.",
            section=EACH,
            square=lambda s: np.mean(np.square(s.g)),
        ),
        h.wrong(
            "one-sum-for-all",
            did="The squares are summed over all coordinates.",
            effect="All coordinates share one rate: a rare one is held back by the others.",
            hint="You sum the squares over all coordinates. Each coordinate keeps its own: no sum.",
            section=EACH,
            square=lambda s: np.sum(np.square(s.g)),
        ),
        h.wrong(
            "normalised",
            did="The gradient is divided by its length first.",
            effect="Each gradient counts the same, however steep the slope.",
            hint="You divide the gradient by its length. The rule uses it as it is; the root does the scaling.",
            g=lambda s: s.grad / np.linalg.norm(s.grad),
        ),
    )


def _numerator(h: _Rule) -> tuple[Wrong, ...]:
    """What stands above the line, where that is the gradient itself."""
    return (
        h.wrong(
            "square-in-the-numerator",
            did="The step has g squared in its numerator.",
            effect="The sign is lost: every coordinate only ever falls.",
            hint=f"The numerator is g, not g^2: the step is {h.right}.",
            step=lambda s: s.rate * s.square / s.root,
        ),
    )
