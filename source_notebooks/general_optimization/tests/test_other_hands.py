"""Functions as other people write them: SciPy in many ways, frameworks in many ways; right ones earn everything."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.optimize import Bounds, LinearConstraint, minimize, nnls
from scipy.special import softmax
from tps.general_optimization.public import gradient_ways

from autograder.exercises.judge import judge
from course.experiments.training import backend
from course.judging import scripts
from course.judging.verdict import Verdict
from tests.shared import EXERCISES, fresh_seeds

ALL = {exercise.name: exercise for exercise in EXERCISES["general_optimization"]}
SEEDS = fresh_seeds(2)
Array = np.ndarray
Goal = Callable[[Array], float]
pytestmark = pytest.mark.filterwarnings("ignore")  # SciPy's and Keras' own are nobody's fault


def judged(name: str, function: Any, seed: int) -> Verdict:
    exercise = ALL[name]
    key = exercise.draw(np.random.default_rng(seed))
    return judge(exercise, key, scripts.perform(key.script, {name: function}, ways=gradient_ways.WAYS))


def budget(n: int) -> dict[str, Any]:
    return {"bounds": [(0, 1)] * n, "constraints": {"type": "eq", "fun": lambda w: w.sum() - 1}}


def by(search: Callable[[Goal, int], Array], scale: float = 1.0, risk: Any = lambda v: v) -> Any:
    """long_only by one of SciPy's searches; what is minimised second is a function of scale times the variance."""

    def long_only(mu: Array, cov: Array, rf: float = 0.02) -> tuple[Array, Array]:
        ratio = search(lambda w: -(w @ mu - rf) / np.sqrt(w @ cov @ w), len(mu))
        return ratio, search(lambda w: risk(scale * (w @ cov @ w)), len(mu))

    return long_only


def slsqp(goal: Goal, n: int, **options: Any) -> Array:
    w = minimize(goal, np.full(n, 1 / n), method="SLSQP", **budget(n), options=options).x
    return np.maximum(w, 0)


def interior(goal: Goal, n: int) -> Array:
    sum_to_one = LinearConstraint(np.ones((1, n)), 1, 1)
    start = np.full(n, 1 / n)
    return minimize(goal, start, method="trust-constr", bounds=Bounds(0, 1), constraints=sum_to_one).x


def divided_by_the_sum(goal: Goal, n: int) -> Array:
    x = minimize(lambda x: goal(x / x.sum()), np.full(n, 1 / n), method="L-BFGS-B", bounds=[(1e-9, 1)] * n).x
    return x / x.sum()


def least_squares(mu: Array, cov: Array, rf: float = 0.02) -> list[Array]:
    root = np.linalg.cholesky(cov)
    found = [nnls(root.T, np.linalg.solve(root, e))[0] for e in (mu - rf, np.ones(len(mu)))]
    return [x / x.sum() for x in found]


RIGHT = {
    "SLSQP, scaled": by(slsqp, 1e4),
    "SLSQP, ftol and scale": by(lambda goal, n: slsqp(goal, n, ftol=1e-12), 1e4),
    "the interior method": by(interior, 1e3),
    "L-BFGS-B of a ratio": by(divided_by_the_sum, 1e4),
    "non-negative least squares": least_squares,
}
WRONG = {
    "SLSQP as it comes": ("long-only/start-comes-back", by(slsqp)),
    "a smaller ftol alone": ("", by(lambda goal, n: slsqp(goal, n, ftol=1e-8))),
}


@pytest.mark.parametrize("how", RIGHT)
def test_scipy_used_in_another_way_earns_everything(how: str) -> None:
    verdict = judged("long_only", RIGHT[how], SEEDS[0])
    assert verdict.passed, [outcome for outcome in verdict.criteria if not outcome.passed]


@pytest.mark.parametrize("how", WRONG)
def test_who_does_not_scale_loses_the_daily_figures_and_nothing_else(how: str) -> None:
    name, function = WRONG[how]
    for seed in SEEDS:
        verdict = judged("long_only", function, seed)
        assert {o.name for o in verdict.criteria if not o.passed} == {"lowest variance, daily figures"}
        assert (verdict.mistake.id if verdict.mistake else "") == name


# Searches by a framework


def loss_of(mu: Array, cov: Array, rf: float, scale: float = 1.0) -> Callable[[Any], Any]:
    ops = backend.load().ops

    def f(z: Any) -> Any:
        w = ops.softmax(z)
        return -scale * (ops.sum(w * mu) - rf) / ops.sqrt(ops.sum(w * ops.matmul(cov, w)))

    return f


def adam(value_and_grad: Any, mu: Array, cov: Array, rf: float, steps: int, rate: float = 0.1) -> Any:
    f = value_and_grad(loss_of(mu, cov, rf))
    z = m = v = np.zeros(len(mu))
    for t in range(1, steps + 1):
        _, g = f(z)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        z = z - rate * m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-12)
    return softmax(z), -f(z)[0]


def quasi_newton(value_and_grad: Any, mu: Array, cov: Array, rf: float, steps: int) -> Any:
    """A framework's gradient in SciPy's optimizer."""
    f = value_and_grad(loss_of(mu, cov, rf, scale=1 / np.sqrt(np.mean(np.diag(cov)))))
    options = {"maxfun": steps, "ftol": 1e-14, "gtol": 1e-9}
    found = minimize(f, np.zeros(len(mu)), jac=True, method="L-BFGS-B", options=options)
    w = softmax(found.x)
    return w, (w @ mu - rf) / np.sqrt(w @ cov @ w)


def by_keras(value_and_grad: Any, mu: Array, cov: Array, rf: float, steps: int) -> Any:
    keras = backend.load()
    f = value_and_grad(loss_of(mu, cov, rf))
    z, optimizer = keras.Variable(np.zeros(len(mu))), keras.optimizers.Adam(0.15)
    for _ in range(min(steps, 100)):
        optimizer.apply([keras.ops.cast(f(z)[1], z.dtype)], [z])
    w = keras.ops.softmax(z)
    return w, -f(z)[0]


SEARCHES = {"Adam": adam, "SciPy with the gradient": quasi_newton}


@pytest.mark.parametrize("how", SEARCHES)
def test_a_search_by_a_framework_earns_everything(how: str) -> None:
    verdict = judged("best_by_gradient", SEARCHES[how], SEEDS[0])
    assert verdict.passed, [outcome for outcome in verdict.criteria if not outcome.passed]


@pytest.mark.full
def test_keras_own_optimizer_without_compiling_is_slow_and_right() -> None:
    assert judged("best_by_gradient", by_keras, SEEDS[0]).passed


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("best-by-gradient/rf-forgotten", lambda vg, mu, cov, rf, steps: adam(vg, mu, cov, 0.0, steps)),
        ("best-by-gradient/another-way", lambda vg, mu, cov, rf, steps: _exact(mu, cov, rf)),
    ],
)
def test_what_goes_wrong_with_a_framework_has_the_name_of_its_model(name: str, function: Any) -> None:
    verdict = judged("best_by_gradient", function, SEEDS[0])
    assert verdict.mistake is not None, verdict.diagnosis
    assert verdict.mistake.id == name


def _exact(mu: Array, cov: Array, rf: float) -> tuple[Array, float]:
    w = least_squares(mu, cov, rf)[0]
    return w, (w @ mu - rf) / np.sqrt(w @ cov @ w)


def test_a_loss_in_numpy_is_told_what_is_wrong() -> None:
    def in_numpy(value_and_grad: Any, mu: Array, cov: Array, rf: float, steps: int) -> Any:
        f = value_and_grad(lambda z: -(softmax(z) @ mu - rf) / np.sqrt(softmax(z) @ cov @ softmax(z)))
        return f(np.zeros(len(mu)))

    assert "keras.ops in the place of NumPy" in judged("best_by_gradient", in_numpy, SEEDS[0]).diagnosis
