"""The way in which a learner's search by gradients is used: with a compiled gradient whose calls are counted; and what
can be said of weights that are not the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from course.judging.diagnosis.evidence import Evidence
from course.judging.diagnosis.messages import Message
from course.judging.verdict import Rungs

Array = np.ndarray
Result = tuple[Array, float, float]


def counted(best_by_gradient: Any, names: Sequence[str], mu: Array, cov: Array, rf: float, steps: int) -> Result:
    """A search for the best weights.

    best_by_gradient: the learner's `best_by_gradient(value_and_grad, mu, cov, rf, steps)`. Returns its weights (n,),
    its ratio, and how often compiled gradients were asked.
    """
    from course.experiments.training import value_and_grad

    calls = 0

    def counting(f: Any) -> Any:
        compiled = value_and_grad(f)

        def asked(z: Any) -> Any:
            nonlocal calls
            calls += 1
            return compiled(z)

        return asked

    found = best_by_gradient(counting, mu.copy(), cov.copy(), rf, steps)
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise TypeError("best_by_gradient must return two results: the weights and their Sharpe ratio")
    weights, ratio = (_plain(part) for part in found)
    if weights.shape != mu.shape or ratio.size != 1:
        raise TypeError(
            f"best_by_gradient must return weights of shape {mu.shape} and a number, not shapes {weights.shape} and "
            f"{ratio.shape}"
        )
    return weights, float(ratio.reshape(())), float(calls)


def _plain(part: Any) -> Array:
    """An array of what may be a tensor, a variable or a number."""
    if isinstance(part, float | int | np.ndarray | np.generic | list):
        return np.array(part, dtype=float)
    from course.experiments.training import backend

    return np.array(backend.load().ops.convert_to_numpy(part), dtype=float)


WAYS: dict[str, Callable[..., Result]] = {"counted": counted}
IN_WORDS = {"counted": "with a gradient whose calls are counted"}


STILL = 0.03  # how near the start is called hardly left


def _wrong(evidence: Evidence) -> list[tuple[Array, Array]]:
    """Weights that are not right, each with the right ones; all of them are numbers."""
    found = [use.results["weights"] for use in evidence.numbers if not use.fits.get("weights", True)]
    arrays = [(given, wanted) for given, wanted in found if isinstance(given, np.ndarray)]
    whole = len(arrays) == len(found) and all(np.isfinite(given).all() for given, _ in arrays)
    return arrays if whole else []  # type: ignore[return-value]


def _start(weights: Array) -> Array:
    return np.full(len(weights), 1 / len(weights))


def _valid(weights: Array) -> bool:
    return bool((weights >= -1e-9).all() and abs(weights.sum() - 1) < 1e-6)


def _hardly_left(evidence: Evidence) -> bool:
    wrong = _wrong(evidence)
    return bool(wrong) and all(np.abs(given - _start(given)).max() < STILL for given, _ in wrong)


def _on_the_way(evidence: Evidence) -> bool:
    wrong = _wrong(evidence)
    return (
        bool(wrong)
        and not _hardly_left(evidence)
        and all(
            _valid(given) and np.linalg.norm(given - wanted) < np.linalg.norm(_start(given) - wanted)
            for given, wanted in wrong
        )
    )


MESSAGES = {
    "best_by_gradient": (
        Message(
            _hardly_left,
            Rungs(
                "The search has hardly left its start: all weights are close to 1/n where they are wrong.",
                "How far does z have to go, and how far does one step take it?",
                "z <- z - step, several units in all.",
                "Take longer steps: a larger rate, or an optimizer that makes up for small slopes.",
            ),
        ),
        Message(
            _on_the_way,
            Rungs(
                "Your weights are nearer to the best ones than the start is, and not near enough: the search is on its "
                "way, or goes to and fro.",
                "Do the weights still move in the last steps, and in one direction?",
                "z <- z - step, until the weights settle.",
                "Look at the weights of the last steps: if they creep, take longer steps; if they jump, shorter ones.",
            ),
        ),
        Message(
            lambda evidence: any(not _valid(given) for given, _ in _wrong(evidence)),
            Rungs(
                "Your weights are negative in places, or do not sum to 1.",
                "What makes weights of z?",
                "w = softmax(z).",
                "Return softmax(z), and compute f from softmax(z).",
            ),
        ),
    )
}
