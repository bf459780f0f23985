"""How a search by gradients goes wrong, and right in other words: models in NumPy of what students write."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from autograder.exercises.variants import Wrong
from course.judging.verdict import Rungs

from ...reference import calmest, sharpe_gradient
from ...reference.weights import without_shorts

Array = np.ndarray
Run = tuple[Array, float, float]
Slope = Callable[[Array, Array, Array, float], Array]
SECTION = "general_optimization#a-framework-as-an-optimizer"


def reference(mu: Array, cov: Array, rf: float, steps: int) -> Run:
    """The best weights (n,), their ratio, and as many calls of the gradient as there are steps."""
    w = without_shorts(mu - rf, cov)
    return w, ratio(w, mu, cov, rf), float(steps)


def ratio(w: Array, mu: Array, cov: Array, rf: float) -> float:
    """The Sharpe ratio of weights (n,)."""
    return float(w @ (mu - rf) / np.sqrt(w @ cov @ w))


def softmax(z: Array) -> Array:
    """Weights (n,) of z (n,)."""
    exps = np.exp(z - z.max())
    found: Array = exps / exps.sum()
    return found


def by_adam(
    slope: Slope = sharpe_gradient, rate: float = 0.1, sign: float = 1.0, times: int = 1, most: int | None = None
) -> Callable[[Array, Array, float, int], Array]:
    """z (n,) after climbing by Adam from z = 0. slope: of the goal by w. times: how often the softmax is taken. most:
    steps, whatever is asked."""

    def run(mu: Array, cov: Array, rf: float, steps: int) -> Array:
        z = m = v = np.zeros(len(mu))
        for step in range(1, (most or steps) + 1):
            layers = [softmax(z)]
            for _ in range(times - 1):
                layers.append(softmax(layers[-1]))
            g = slope(layers[-1], mu, cov, rf)
            for w in reversed(layers):
                g = w * (g - w @ g)
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            z = z + sign * rate * (m / (1 - 0.9**step)) / (np.sqrt(v / (1 - 0.999**step)) + 1e-12)
        return z

    return run


def by_descent(rate: float, gamma: float = 0.0) -> Callable[[Array, Array, float, int], Array]:
    """z (n,) after climbing by gradients, with or without momentum."""

    def run(mu: Array, cov: Array, rf: float, steps: int) -> Array:
        z = v = np.zeros(len(mu))
        for _ in range(steps):
            w = softmax(z)
            g = sharpe_gradient(w, mu, cov, rf)
            v = gamma * v + rate * w * (g - w @ g)
            z = z + v
        return z

    return run


def found(run: Callable[..., Array], to_weights: Callable[[Array], Array] = softmax) -> Callable[..., Run]:
    """A function of the market, of a search for z."""

    def function(mu: Array, cov: Array, rf: float, steps: int) -> Run:
        w = to_weights(run(mu, cov, rf, steps))
        return w, ratio(w, mu, cov, rf), float(steps)

    return function


def _told(of: Callable[[Run, Array, Array, float, int], Run]) -> Callable[..., Run]:
    """The right weights, told in a wrong way."""

    def function(mu: Array, cov: Array, rf: float, steps: int) -> Run:
        return of(reference(mu, cov, rf, steps), mu, cov, rf, steps)

    return function


def _at(weights: Callable[[Array, Array, float], Array]) -> Callable[..., Run]:
    """Where another goal, or none, ends."""

    def function(mu: Array, cov: Array, rf: float, steps: int) -> Run:
        w = weights(mu, cov, rf)
        return w, ratio(w, mu, cov, rf), float(steps)

    return function


def _correlation(cov: Array) -> Array:
    d = np.sqrt(np.diag(cov))
    return cov / np.outer(d, d)


def _by_variance(w: Array, mu: Array, cov: Array, rf: float) -> Array:
    """The slope of w'e / w'C w."""
    e, cw = mu - rf, cov @ w
    return e / (w @ cw) - 2 * (w @ e) * cw / (w @ cw) ** 2


def _free(mu: Array, cov: Array, rf: float) -> Array:
    x = np.linalg.solve(cov, mu - rf)
    return x / x.sum()


def _equal(mu: Array, cov: Array, rf: float) -> Array:
    return np.full(len(mu), 1 / len(mu))


def _all_in(mu: Array, place: Any) -> Array:
    found: Array = np.eye(len(mu))[int(place)]
    return found


def _wrong(id: str, written: Callable[..., Any], did: str, effect: str, question: str, part: str, mend: str) -> Wrong:
    """One entry: what was done, what it does, a question, a part of the formula, and the mend."""
    return Wrong(id, Rungs(effect, question, f"{part}.", mend), SECTION, did, effect, written=written)


LOSS = "f(z) = -(w'mu - rf) / sqrt(w'C w), w = softmax(z)"
STEP = "z <- z - step(gradient of f at z)"

mistakes = (
    _wrong(
        "climbs-the-loss",
        found(by_adam(sign=-1.0)),
        "The steps go against what is wanted: f is the ratio, and it is minimised.",
        "The search ends at the worst portfolio.",
        "Is f what shall be low, and do the steps go down?",
        LOSS,
        "You climb down: f is the ratio, or steps are added. Let f be minus the ratio, and subtract.",
    ),
    _wrong(
        "start-comes-back",
        _at(_equal),
        "z never moves: the gradient is not used, is stopped on the way, or the new z is not kept.",
        "All weights are alike.",
        "Does z change in the loop, and is the new one used in the next step?",
        STEP,
        "Your weights are those of the start. Keep the new z of each step, and compute f from the z that it is given.",
    ),
    _wrong(
        "far-too-slow",
        found(by_adam(rate=1e-4)),
        "The rate is 1e-4: Adam moves each z by about that much a step.",
        "After all steps the weights have hardly left the start.",
        "How far does z have to go, and how far can it go in so many steps?",
        "a step of Adam is about as long as its rate",
        "The search has hardly left the start. Take a rate such as 0.1: z has to go several units.",
    ),
    _wrong(
        "far-too-fast",
        found(by_adam(rate=30.0)),
        "The rate is 30: the first step leads into a corner.",
        "One asset has everything, and the slope there is zero.",
        "What does a step of 30 in z do to a softmax?",
        "exp(-30) is 1e-13: in a corner the slope is zero",
        "Your rate is too large: the first step leads into a corner of the softmax, where the slope is zero. Take 0.1.",
    ),
    _wrong(
        "plain-descent",
        found(by_descent(0.3)),
        "Plain gradient descent with a small rate.",
        "After all steps it is on its way: near a corner it slows down like 1/t, and daily slopes are tiny.",
        "How long are the steps where slopes are small?",
        STEP,
        "The search is still on its way. Use an optimizer that makes up for small slopes, such as Adam at 0.1.",
    ),
    _wrong(
        "no-softmax",
        _at(_free),
        "Weights are z divided by its sum, so they can be negative.",
        "It is the tangency portfolio, with short positions where it has some.",
        "What keeps every weight above zero?",
        "w = softmax(z)",
        "Your weights are z divided by its sum, and can be negative. Take softmax(z) in f and in the result.",
    ),
    _wrong(
        "softmax-twice",
        found(by_adam(times=2), lambda z: softmax(softmax(z))),
        "The softmax is taken twice.",
        "No weight can be near zero: the largest is at most 2.7 times the smallest.",
        "Between which numbers do the entries of a softmax lie?",
        "w = softmax(z), once",
        "You take the softmax twice, so weights stay alike. Take it once.",
    ),
    _wrong(
        "rf-forgotten",
        lambda mu, cov, rf, steps: reference(mu, cov, 0.0, steps),
        "rf is missing in f.",
        "It is the best portfolio of somebody without a riskless rate.",
        "Which rate does the investor have without any risk?",
        LOSS,
        "The riskless rate has no effect on your weights: (w'mu - rf) stands above.",
    ),
    _wrong(
        "variance-for-volatility",
        found(by_adam(_by_variance)),
        "f divides by the variance.",
        "Calm portfolios win, whatever they earn.",
        "What stands below the fraction line of the ratio?",
        LOSS,
        "Your f divides by the variance. Take its root.",
    ),
    _wrong(
        "correlation",
        _at(lambda mu, cov, rf: without_shorts(mu - rf, _correlation(cov))),
        "The correlation stands for the covariance.",
        "All assets count as equally risky.",
        "Which matrix says how risky a portfolio is?",
        LOSS,
        "You use the correlation. Use the covariance, as passed.",
    ),
    _wrong(
        "diagonal-only",
        _at(lambda mu, cov, rf: without_shorts(mu - rf, np.diag(np.diag(cov)))),
        "Only the variances of the assets count: `ops.sum(w**2 * diag)`.",
        "What assets have in common has no effect.",
        "Which entries of C does w'C w use?",
        LOSS,
        "You use the diagonal of C only. The variance is w'C w with the whole matrix.",
    ),
    _wrong(
        "lowest-variance",
        _at(lambda mu, cov, rf: calmest(cov)),
        "f is the variance.",
        "What assets earn has no effect.",
        "What is the goal: little risk, or much return for it?",
        LOSS,
        "You look for the lowest variance. The goal is the ratio.",
    ),
    _wrong(
        "highest-return",
        _at(lambda mu, cov, rf: _all_in(mu, np.argmax(mu))),
        "f is minus the return.",
        "Everything goes into one asset.",
        "What stands below the fraction line of the ratio?",
        LOSS,
        "You look for the highest return. Divide by the volatility.",
    ),
    _wrong(
        "z-returned",
        found(by_adam(), lambda z: z),
        "z is returned, not its softmax.",
        "The numbers are no weights: they do not sum to 1.",
        "Which of the two are the weights, z or softmax(z)?",
        "w = softmax(z)",
        "You return z. The weights are softmax(z).",
    ),
    _wrong(
        "loss-returned",
        _told(lambda run, *_: (run[0], -run[1], run[2])),
        "The last value of f is returned for the ratio.",
        "The best portfolio looks like a bad one.",
        "What is the sign of f at a good portfolio?",
        "ratio = -f(z)",
        "Your ratio has the wrong sign: f is minus the ratio.",
    ),
    _wrong(
        "return-for-the-ratio",
        _told(lambda run, mu, cov, rf, steps: (run[0], float(run[0] @ mu), run[2])),
        "The return of the weights is returned for the ratio.",
        "A number in percent per year stands for a ratio.",
        "What are the two results?",
        "w, (w'mu - rf) / sqrt(w'C w)",
        "Your second result is the return. Return the Sharpe ratio.",
    ),
    _wrong(
        "of-a-year",
        _told(lambda run, mu, cov, rf, steps: (run[0], np.sqrt(252) * run[1], run[2])),
        "The ratio is multiplied by the root of 252.",
        "What is per year already is made a year's once more.",
        "In which unit are mu and cov?",
        "(w'mu - rf) / sqrt(w'C w), as they are",
        "You multiply the ratio by sqrt(252). mu and cov have their unit already: leave it.",
    ),
    _wrong(
        "ratio-of-the-start",
        _told(lambda run, mu, cov, rf, steps: (run[0], ratio(_equal(mu, cov, rf), mu, cov, rf), run[2])),
        "The first value of f is returned.",
        "The search seems to have gained nothing.",
        "To which z does the value belong that you return?",
        "the ratio of the weights that are returned",
        "Your ratio is that of the start. Return that of the last weights.",
    ),
    _wrong(
        "steps-written-in",
        lambda mu, cov, rf, steps: (*found(by_adam(most=300))(mu, cov, rf, steps)[:2], 300.0),
        "300 steps are written into the code.",
        "What is asked for in `steps` has no effect.",
        "How many steps may the search make?",
        "one call of the gradient for each of `steps` steps",
        "You make 300 steps whatever `steps` says. Use it.",
    ),
    _wrong(
        "gradient-twice-a-step",
        _told(lambda run, mu, cov, rf, steps: (*run[:2], 2.0 * steps)),
        "The compiled function is called twice a step, for the value and for the gradient.",
        "The search takes twice as long.",
        "What comes back from one call?",
        "value, gradient = f(z)",
        "You ask the gradient twice in each step. One call gives the value and the gradient.",
    ),
    _wrong(
        "another-way",
        _told(lambda run, mu, cov, rf, steps: (*run[:2], 0.0)),
        "The gradient is never asked: the weights come from somewhere else.",
        "The weights are right, and no framework was used.",
        "Who computes the gradient in this exercise?",
        "compiled = value_and_grad(f)",
        "The compiled gradient is never asked. Here it has to do the work: `value, gradient = compiled(z)`.",
    ),
)

equivalents = {
    "Adam": found(by_adam()),
    "a faster Adam": found(by_adam(rate=0.3)),
    "momentum": found(by_descent(5.0, 0.9)),
}
