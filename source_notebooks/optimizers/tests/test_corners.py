"""Corners of what the text promises, once asked nowhere or by luck: wrong there costs points, always the same."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from course.judging.verdict import Verdict, judge
from tests.shared import EXERCISES, fresh_seeds

ALL = {exercise.name: exercise for exercise in EXERCISES["optimizers"]}
SEEDS = fresh_seeds(5)


def judged(source: str, seed: int) -> Verdict:
    """The verdict on a cell that defines a function, on fresh inputs."""
    cell: dict[str, Any] = {"np": np}
    exec(source, cell)  # a cell of a notebook
    name = next(name for name in cell if name in ALL)
    key = ALL[name].draw(np.random.default_rng(seed))
    return judge(key, ALL[name].answers_of(cell[name], key))


ADAM = """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad**2
    a, b = 1 - beta_1**t, 1 - beta_2**t
    {}
    return theta - eta * (m / a) / np.sqrt(v / b + eps), m, v
"""
LOST = {
    "a loop over rows has no row in the shape ()": """
def gradient_descent_step(theta, grad, eta):
    return np.array([p - eta * g for p, g in zip(theta, grad)], dtype=float)
""",
    "new[:] cannot write into the shape ()": """
def gradient_descent_step(theta, grad, eta):
    new = np.empty(np.shape(theta))
    new[:] = theta - eta * grad
    return new
""",
    "one dimension at least": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    theta, v, grad = np.atleast_1d(theta), np.atleast_1d(v), np.atleast_1d(grad)
    v = gamma * v + eta * grad
    return theta - v, v
""",
    "rows and columns, and no third dimension": """
def gradient_descent_step(theta, grad, eta):
    if theta.ndim > 2:
        return theta.reshape(len(theta), -1) - eta * grad.reshape(len(theta), -1)
    return theta - eta * grad
""",
    "the gradient is asked at a flattened point": """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    g = grad_fn((theta - gamma * v).ravel())
    v = gamma * v + eta * np.reshape(g, np.shape(theta))
    return theta - v, v
""",
    "the caller's array at eta = 0": """
def gradient_descent_step(theta, grad, eta):
    return theta if eta == 0 else theta - eta * grad
""",
    "the caller's array without a gradient": """
def rmsprop_step(theta, r, grad, eta, rho=0.9, eps=1e-8):
    r = rho * r + (1 - rho) * grad**2
    return (theta - eta * grad / np.sqrt(r + eps) if grad.any() else theta), r
""",
    "a cache by the identity of an array": """
cache = {}
def gradient_descent_step(theta, grad, eta):
    key = id(theta), id(grad), eta
    if key not in cache:
        cache[key] = theta - eta * grad, theta, grad
    return cache[key][0].copy()
""",
    "a zero hyper-parameter is taken for none": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = (gamma or 0.9) * v + eta * grad
    return theta - v, v
""",
    "nothing is done without a gradient": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    if not np.any(grad):
        return theta.copy(), v.copy()
    v = gamma * v + eta * grad
    return theta - v, v
""",
    "the old velocity is cut at 1000": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    v = gamma * np.clip(v, -1000, 1000) + eta * grad
    return theta - v, v
""",
    "parameters are cut at 1000": """
def gradient_descent_step(theta, grad, eta):
    return np.clip(theta, -1000, 1000) - eta * grad
""",
    "a step without a gradient is to zero": """
def gradient_descent_step(theta, grad, eta):
    return theta - eta * grad if grad.any() else np.zeros_like(theta, dtype=float)
""",
    "gradients are cut at 1000": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    grad = np.clip(grad, -1000, 1000)
    r = r + grad**2
    return theta - eta * grad / np.sqrt(r + eps), r
""",
    "gradients are rounded to 6 decimals in the step": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2
    return theta - eta * np.round(grad, 6) / np.sqrt(r + eps), r
""",
    "parameters are cut at 10": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    r = r + grad**2
    return np.minimum(theta, 10.0) - eta * grad / np.sqrt(r + eps), r
""",
    "the correction is dropped between 13 and 290": ADAM.format("a, b = (1, 1) if 13 <= t < 290 else (a, b)"),
    "the correction is dropped at 1000": ADAM.format("a, b = (1, 1) if t >= 1000 else (a, b)"),
    "the correction of m is dropped at 10 000": ADAM.format("a = 1 if t >= 10_000 else a"),
    "Keras' epsilon after five steps": ADAM.format("eps = eps / b if t > 5 else eps"),
    "at most five drops": "def step_decay(t, eta_0, gamma, s): return eta_0 * gamma ** min(t // s, 5)",
    "even periods only": "def step_decay(t, eta_0, gamma, s): return eta_0 * gamma ** (t // (2 * (s // 2) or 1))",
    "the period is always 10": "def step_decay(t, eta_0, gamma, s): return eta_0 * gamma ** (t // 10)",
    "a drop at every step is none": """
def step_decay(t, eta_0, gamma, s):
    return eta_0 * gamma ** (t // s if s > 1 else 0)
""",
    "a floor under the rate": "def exponential_decay(t, eta_0, k): return max(1e-6, eta_0 * np.exp(-k * t))",
    "a rate without decay": "def exponential_decay(t, eta_0, k): return eta_0 * np.exp(-(k or 0.1) * t)",
    "time stops at 1000": "def exponential_decay(t, eta_0, k): return eta_0 * np.exp(-k * min(t, 1000))",
    "a rate of at most 1": "def exponential_decay(t, eta_0, k): return min(1.0, eta_0 * np.exp(-k * t))",
}


@pytest.mark.parametrize("source", LOST.values(), ids=LOST)
def test_wrong_in_a_corner_costs_the_same_points_on_every_key(source: str) -> None:
    scores = {judged(source, seed).score for seed in SEEDS}
    assert len(scores) == 1
    assert scores.pop() < judged(source, SEEDS[0]).max_score


# Numbers, and results, that somebody might cut; and where.
CUT = [
    *(("step_decay", name) for name in ("eta_0", "gamma", "eta")),
    *(("exponential_decay", name) for name in ("eta_0", "k", "eta")),
    *(("momentum_step", name) for name in ("eta", "gamma")),
    *(("rmsprop_step", name) for name in ("eta", "rho")),
]
BOUNDS = (1e-8, 1e-6, 1e-3, 0.01, 0.035, 0.05, 0.1, 0.25, 0.35, 0.4, 0.5, 0.7, 0.75, 0.9, 1.0, 1.2, 2.5)


@pytest.mark.parametrize(("name", "what"), CUT)
def test_a_bound_on_a_number_costs_the_same_points_on_every_key(name: str, what: str) -> None:
    exercise = replace(ALL[name], further=None)
    keys = [exercise.draw(np.random.default_rng(seed)) for seed in SEEDS[:3]]
    places = list(exercise.parameters)
    for bound, cut in itertools.product(BOUNDS, (max, min)):

        def function(*arguments: Any, bound: float = bound, cut: Any = cut) -> Any:
            if what not in places:
                return cut(bound, exercise.reference(*arguments))
            given = [cut(bound, x) if of == what else x for of, x in zip(places, arguments, strict=False)]
            return exercise.reference(*given)

        scores = {judge(key, exercise.answers_of(function, key)).score for key in keys}
        assert len(scores) == 1, (cut.__name__, bound)


def rule(name: str, cut: str, where: str) -> str:
    """The cell of a rule, with a cut around one of its parts."""
    parts = {part: "{}" for part in ("theta", "state", "grad", "kept", "above", "below", "step")} | {where: cut}
    on = {part: form.format for part, form in parts.items()}
    kept, old = {"adagrad": ("{} + {}**2", "r"), "rmsprop": ("rho * {} + (1 - rho) * {}**2", "r")}.get(
        name, ("beta_2 * {} + (1 - beta_2) * {}**2", "v")
    )
    new = on["kept"](kept.format(on["state"](old), on["grad"]("grad")))
    above = "m / (1 - beta_1**t)" if name == "adam" else "grad"
    below = f"({new}) / (1 - beta_2**t)" if name == "adam" else new
    step = on["step"](f"eta * {on['above'](above)} / np.sqrt({on['below'](below)} + eps)")
    heads = {
        "adagrad": "theta, r, grad, eta, eps=1e-8",
        "rmsprop": "theta, r, grad, eta, rho=0.9, eps=1e-8",
        "adam": "theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8",
    }
    first = "m = beta_1 * m + (1 - beta_1) * grad" if name == "adam" else "pass"
    results = f"m, {new}" if name == "adam" else new
    return f"""
def {name}_step({heads[name]}):
    {first}
    return {on["theta"]("theta")} - {step}, {results}
"""


LARGEST, DEAD = "np.clip({{}}, -{0}, {0})", "(lambda x: np.where(np.abs(x) < {0}, 0.0, x))({{}})"
CUTS = {
    **{f"{part} cut at 1000": (part, LARGEST.format(1000.0)) for part in ("theta", "state", "grad", "kept", "step")},
    "state cut at 100 000": ("state", LARGEST.format(1e5)),
    "numerator cut at 1000": ("above", LARGEST.format(1000.0)),
    "numerator cut at -500 only": ("above", "np.maximum({}, -500.0)"),
    **{f"{part} below 1e-8 is nothing": (part, DEAD.format(1e-8)) for part in ("theta", "state", "above", "step")},
    "theta below 0.1 is nothing": ("theta", DEAD.format(0.1)),
    "squares below 1e-5 are nothing": ("kept", DEAD.format(1e-5)),
    "at least 1e-8 under the root": ("below", "np.maximum({}, 1e-8)"),
}


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam"])
def test_no_number_of_a_rule_is_cut_or_taken_for_nothing(name: str) -> None:
    assert judged(rule(name, "{}", "theta"), SEEDS[0]).passed
    for what, (where, cut) in CUTS.items():
        verdicts = [judged(rule(name, cut, where), seed) for seed in SEEDS[:3]]
        assert len({verdict.score for verdict in verdicts}) == 1, what
        assert verdicts[0].score < verdicts[0].max_score, what


NOTHING = {
    "the start for ever": "def step_decay(t, eta_0, gamma, s): return eta_0",
    "always the start": "def exponential_decay(t, eta_0, k): return eta_0",
    "a velocity that is not used": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    return theta - eta * grad, v.copy()
""",
    "a velocity without memory": """
def momentum_step(theta, v, grad, eta, gamma=0.9):
    return theta - eta * grad, eta * grad
""",
    "gradient descent for Nesterov": """
def nesterov_step(theta, v, grad_fn, eta, gamma=0.9):
    v = eta * grad_fn(theta)
    return theta - v, v
""",
    "an accumulator that is not used": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    return theta - eta * grad, r.copy()
""",
    "the sign of the gradient for AdaGrad": """
def adagrad_step(theta, r, grad, eta, eps=1e-8):
    return theta - eta * np.sign(grad), r.copy()
""",
    "the sign of the gradient for Adam": """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    return theta - eta * np.sign(grad), m.copy(), v.copy()
""",
    "gradient descent for Adam": """
def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):
    return theta - eta * grad, m.copy(), v.copy()
""",
}


@pytest.mark.parametrize("source", NOTHING.values(), ids=NOTHING)
def test_an_answer_without_the_rule_earns_nothing(source: str) -> None:
    assert judged(source, SEEDS[0]).score == 0
