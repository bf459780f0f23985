"""Functions as students write them: right ones earn everything; wrong ones lose, and get their own name or none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograder.exercises.judge import judge
from course.judging.verdict import Verdict
from tests.shared import EXERCISES, fresh_seeds

ALL = {exercise.name: exercise for exercise in EXERCISES["more_optimizers"]}
SEED = fresh_seeds(1)[0]

ADAM = "theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8"
ADAMW = "theta, m, v, grad, t, eta, weight_decay=0.004, beta_1=0.9, beta_2=0.999, eps=1e-8"
AMSGRAD = "theta, m, v, v_max, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8"
AVERAGES = """
    m = beta_1 * m + (1 - beta_1) * grad
    v = beta_2 * v + (1 - beta_2) * grad ** 2"""

RIGHT = {
    "amsgrad_step": [
        f"""
def amsgrad_step({AMSGRAD}):{AVERAGES}
    v_max = np.where(v > v_max, v, v_max)
    alpha = eta * (1 - beta_2 ** t) ** 0.5 / (1 - beta_1 ** t)
    return theta - alpha * m / (v_max + eps * (1 - beta_2 ** t)) ** 0.5, m, v, v_max
""",
    ],
    "adamw_step": [
        f"""
def adamw_step({ADAMW}):
    theta_new = theta * (1 - eta * weight_decay)
    m_new = m + (1 - beta_1) * (grad - m)
    v_new = v + (1 - beta_2) * (grad * grad - v)
    theta_new = theta_new - eta * (m_new / (1 - beta_1 ** t)) * (v_new / (1 - beta_2 ** t) + eps) ** -0.5
    return [theta_new, m_new, v_new]
""",
    ],
    "nadam_step": [
        f"""
def nadam_step({ADAM}):{AVERAGES}
    look = beta_1 / (1 - np.power(beta_1, t + 1)) * m
    look = look + grad * (1 - beta_1) / (1 - np.power(beta_1, t))
    return theta - look * eta / np.sqrt(eps + v / (1 - np.power(beta_2, t))), m, v
""",
    ],
    "adadelta_step": [
        """
def adadelta_step(theta, r, d, grad, eta=1.0, rho=0.95, eps=1e-6):
    rms = lambda x: np.sqrt(x + eps)
    new_r = np.array(r, dtype=float) * rho
    new_r += (1 - rho) * grad ** 2
    change = -rms(d) / rms(new_r) * grad
    return theta + eta * change, new_r, rho * d + (1 - rho) * change ** 2
""",
    ],
    "clip_by_global_norm": [
        """
def clip_by_global_norm(grad_w, grad_b, max_norm):
    flat = np.concatenate([np.ravel(g).astype(float) for g in (grad_w, grad_b)])
    factor = 1 / max(np.linalg.norm(flat) / max_norm, 1)
    return tuple(np.array(g) * factor for g in (grad_w, grad_b))
""",
        """
def clip_by_global_norm(grad_w, grad_b, max_norm):
    total = 0.0
    for g in (grad_w, grad_b):
        for x in np.nditer(g):
            total += float(x) ** 2
    if total <= max_norm ** 2:
        return grad_w.copy(), grad_b.copy()
    return grad_w * (max_norm / total ** 0.5), grad_b * (max_norm / total ** 0.5)
""",
    ],
    "warmup_cosine": [
        """
import math

def warmup_cosine(t, eta_max, warmup, decay, alpha=0.0):
    if warmup and t <= warmup:
        return eta_max * (t / warmup)
    done = (t - warmup) / decay
    low = alpha * eta_max
    if done >= 1:
        return low
    return low + 0.5 * (eta_max - low) * (1 + math.cos(done * math.pi))
""",
    ],
}

# What was done: the name that it must get, "" where the catalogue has none, and the code.
WRONG: dict[str, dict[str, tuple[str, str]]] = {
    "amsgrad_step": {
        "the largest corrected average, as in optax": (
            "amsgrad/maximum-of-the-corrected",
            f"""
def amsgrad_step({AMSGRAD}):{AVERAGES}
    v_max = np.maximum(v_max, v / (1 - beta_2 ** t))
    return theta - eta * m / (1 - beta_1 ** t) / np.sqrt(v_max + eps), m, v, v_max
""",
        ),
        "as in the paper, nothing corrected": (
            "amsgrad/no-bias-correction",
            f"""
def amsgrad_step({AMSGRAD}):{AVERAGES}
    v_max = np.maximum(v_max, v)
    return theta - eta * m / np.sqrt(v_max + eps), m, v, v_max
""",
        ),
        "np.max": (
            "amsgrad/one-maximum-for-all",
            f"""
def amsgrad_step({AMSGRAD}):{AVERAGES}
    v_max = np.full(np.shape(v), np.max([v_max, v]))
    return theta - eta * m / (1 - beta_1 ** t) / np.sqrt(v_max / (1 - beta_2 ** t) + eps), m, v, v_max
""",
        ),
        "the maximum fades": (
            "",
            f"""
def amsgrad_step({AMSGRAD}):{AVERAGES}
    v_max = np.maximum(0.99 * v_max, v)
    return theta - eta * m / (1 - beta_1 ** t) / np.sqrt(v_max / (1 - beta_2 ** t) + eps), m, v, v_max
""",
        ),
    },
    "adamw_step": {
        "L2": (
            "adamw/decay-in-the-gradient",
            f"""
def adamw_step({ADAMW}):
    grad = grad + weight_decay * theta{AVERAGES}
    return theta - eta * m / (1 - beta_1 ** t) / np.sqrt(v / (1 - beta_2 ** t) + eps), m, v
""",
        ),
        "no rate, and shrunk afterwards": (
            "",
            f"""
def adamw_step({ADAMW}):{AVERAGES}
    theta = theta - eta * m / (1 - beta_1 ** t) / np.sqrt(v / (1 - beta_2 ** t) + eps)
    return theta * (1 - weight_decay), m, v
""",
        ),
        "the learning rate in front of everything": (
            "adamw/decay-without-rate",
            f"""
def adamw_step({ADAMW}):{AVERAGES}
    step = eta * m / (1 - beta_1 ** t) / np.sqrt(v / (1 - beta_2 ** t) + eps)
    return (1 - weight_decay) * theta - step, m, v
""",
        ),
    },
    "nadam_step": {
        "as a survey prints it": (
            "nadam/average-corrected-at-t",
            f"""
def nadam_step({ADAM}):{AVERAGES}
    m_hat = m / (1 - beta_1 ** t)
    ahead = beta_1 * m_hat + (1 - beta_1) * grad / (1 - beta_1 ** t)
    return theta - eta * ahead / np.sqrt(v / (1 - beta_2 ** t) + eps), m, v
""",
        ),
        "Adam": (
            "nadam/adam",
            f"""
def nadam_step({ADAM}):{AVERAGES}
    return theta - eta * m / (1 - beta_1 ** t) / np.sqrt(v / (1 - beta_2 ** t) + eps), m, v
""",
        ),
        "beta_2 in the look ahead": (
            "",
            f"""
def nadam_step({ADAM}):{AVERAGES}
    ahead = beta_2 * m / (1 - beta_1 ** (t + 1)) + (1 - beta_1) * grad / (1 - beta_1 ** t)
    return theta - eta * ahead / np.sqrt(v / (1 - beta_2 ** t) + eps), m, v
""",
        ),
    },
    "adadelta_step": {
        "upside down": (
            "adadelta/roots-exchanged",
            """
def adadelta_step(theta, r, d, grad, eta=1.0, rho=0.95, eps=1e-6):
    r = rho * r + (1 - rho) * grad ** 2
    step = grad * np.sqrt((r + eps) / (d + eps))
    return theta - eta * step, r, rho * d + (1 - rho) * step ** 2
""",
        ),
        "the change of theta is averaged": (
            "adadelta/d-of-scaled-steps",
            """
def adadelta_step(theta, r, d, grad, eta=1.0, rho=0.95, eps=1e-6):
    r = rho * r + (1 - rho) * grad ** 2
    change = eta * grad * np.sqrt((d + eps) / (r + eps))
    return theta - change, r, rho * d + (1 - rho) * change ** 2
""",
        ),
        "d first": (
            "",
            """
def adadelta_step(theta, r, d, grad, eta=1.0, rho=0.95, eps=1e-6):
    r = rho * r + (1 - rho) * grad ** 2
    d = rho * d + (1 - rho) * (grad * np.sqrt((d + eps) / (r + eps))) ** 2
    return theta - eta * grad * np.sqrt((d + eps) / (r + eps)), r, d
""",
        ),
    },
    "clip_by_global_norm": {
        "each by itself": (
            "clip-by-global-norm/each-array-by-itself",
            """
def clip_by_global_norm(grad_w, grad_b, max_norm):
    clipped = []
    for g in (grad_w, grad_b):
        norm = np.linalg.norm(g)
        clipped.append(g * max_norm / norm if norm > max_norm else g * 1.0)
    return tuple(clipped)
""",
        ),
        "np.clip": (
            "clip-by-global-norm/by-value",
            """
def clip_by_global_norm(grad_w, grad_b, max_norm):
    return np.clip(grad_w, -max_norm, max_norm) * 1.0, np.clip(grad_b, -max_norm, max_norm) * 1.0
""",
        ),
        "a linalg.norm of a matrix that is another one": (
            "",
            """
def clip_by_global_norm(grad_w, grad_b, max_norm):
    norm = np.hypot(np.linalg.norm(np.atleast_2d(grad_w), 2), np.linalg.norm(grad_b))
    scale = max_norm / norm if norm > max_norm else 1.0
    return grad_w * scale, grad_b * scale
""",
        ),
    },
    "warmup_cosine": {
        "total steps": (
            "warmup-cosine/decay-is-the-whole",
            """
def warmup_cosine(t, eta_max, warmup, decay, alpha=0.0):
    if t < warmup:
        return eta_max * t / warmup
    x = min((t - warmup) / (decay - warmup), 1)
    return eta_max * (alpha + (1 - alpha) * 0.5 * (1 + np.cos(np.pi * x)))
""",
        ),
        "one step early": (
            "warmup-cosine/warm-up-one-step-early",
            """
def warmup_cosine(t, eta_max, warmup, decay, alpha=0.0):
    if t < warmup:
        return eta_max * (t + 1) / warmup
    x = min((t - warmup) / decay, 1)
    return eta_max * (alpha + (1 - alpha) * 0.5 * (1 + np.cos(np.pi * x)))
""",
        ),
        "a third of the wave": (
            "",
            """
def warmup_cosine(t, eta_max, warmup, decay, alpha=0.0):
    if t < warmup:
        return eta_max * t / warmup
    x = min((t - warmup) / decay, 1)
    return eta_max * (alpha + (1 - alpha) * 0.5 * (1 + np.cos(np.pi * x / 3)))
""",
        ),
    },
}


def judged(name: str, source: str, seed: int = SEED) -> Verdict:
    """The verdict on a cell that defines the function, on fresh inputs."""
    cell: dict[str, Any] = {"np": np, "__name__": "__main__"}
    exec(source, cell)  # a cell of a notebook
    exercise = ALL[name]
    key = exercise.draw(np.random.default_rng(seed))
    return judge(exercise, key, exercise.answers_of(cell[name], key))


@pytest.mark.parametrize("name", ALL)
def test_right_in_another_style_earns_everything(name: str) -> None:
    for source in RIGHT[name]:
        verdict = judged(name, source)
        assert (verdict.score, verdict.diagnosis) == (verdict.max_score, ""), source


FEW = {
    "what is left of 1, which is right while more than a half is kept": f"""
def adamw_step({ADAMW}):{AVERAGES}
    m_hat, v_hat = m / (1 - beta_1 ** t), v / (1 % beta_2 ** t)
    return theta - eta * m_hat / np.sqrt(v_hat + eps) - eta * weight_decay * theta, m, v
""",
    "the same in AMSGrad": f"""
def amsgrad_step({AMSGRAD}):{AVERAGES}
    v_max = np.maximum(v_max, v)
    return theta - eta * m / (1 - beta_1 ** t) / np.sqrt(v_max / (1 % beta_2 ** t) + eps), m, v, v_max
""",
    "a short step is none": f"""
def nadam_step({ADAM}):{AVERAGES}
    ahead = beta_1 * m / (1 - beta_1 ** (t + 1)) + (1 - beta_1) * grad / (1 - beta_1 ** t)
    ahead = np.where(np.abs(ahead) < 1e-8, 0.0, ahead)
    return theta - eta * ahead / np.sqrt(v / (1 - beta_2 ** t) + eps), m, v
""",
    "nothing is clipped without a gradient of the weights": """
def clip_by_global_norm(grad_w, grad_b, max_norm):
    norm = np.sqrt(np.sum(grad_w ** 2.0) + np.sum(grad_b ** 2.0))
    scale = max_norm / norm if norm > max_norm and np.any(grad_w) else 1.0
    return grad_w * scale, grad_b * scale
""",
}


@pytest.mark.parametrize("source", FEW.values(), ids=FEW)
def test_wrong_for_few_numbers_costs_the_same_points_on_every_key(source: str) -> None:
    name = source.split("(")[0].removeprefix("\ndef ")
    verdicts = [judged(name, source, seed) for seed in fresh_seeds(3)]
    assert len({verdict.score for verdict in verdicts}) == 1
    assert verdicts[0].score < verdicts[0].max_score


@pytest.mark.parametrize("name", ALL)
def test_wrong_loses_points_and_has_its_own_name_or_none(name: str) -> None:
    for what, (expected, source) in WRONG[name].items():
        verdict = judged(name, source)
        assert verdict.score < verdict.max_score, what
        assert (verdict.mistake.id if verdict.mistake else "") == expected, what
        assert verdict.diagnosis, what
