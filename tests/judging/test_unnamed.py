"""What is said of answers that no known mistake gives, where results are matrices, weights, counts and several numbers:
a sentence that is so, in the words of the exercise, and a question that leads on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.exercises.judge import judge
from course.judging.diagnosis.wording import plural, verb
from course.judging.verdict import Verdict
from tests.shared import EXERCISES

ALL = {e.name: e for tp in ("training_loop", "general_optimization") for e in EXERCISES[tp]}
SEED = 4
Function = Callable[..., Any]


def said(name: str, function: Function, text: str = "") -> Verdict:
    key = ALL[name].draw(np.random.default_rng(SEED))
    with np.errstate(all="ignore"):
        return judge(ALL[name], key, ALL[name].answers_of(function, key), text)


def own_scale(train: Any, test: Any) -> Any:
    return (train - train.mean(0)) / train.std(0), (test - test.mean(0)) / test.std(0)


def last_rows_dropped(w: Any, b: Any, x: Any, y: Any, order: Any, batch_size: int, eta: float) -> Any:
    losses = []
    for i in range(len(order) // batch_size):
        rows = order[i * batch_size : (i + 1) * batch_size]
        e = x[rows] @ w + b - y[rows]
        losses.append(np.mean(e**2))
        w, b = w - eta * 2 * x[rows].T @ e / len(rows), b - eta * 2 * np.mean(e)
    return w, b, np.mean(losses) if losses else 0.0


def without_n(x: Any, y: Any, *weights: Any) -> Any:
    loss, *gradients = ALL["loss_and_gradients"].reference(x, y, *weights)
    return loss, *(gradient * len(y) / 2 for gradient in gradients)


def as_a_column(x: Any, y: Any, W1: Any, b1: Any, W2: Any, b2: Any) -> Any:
    H = np.tanh(x @ W1 + b1)
    e = (H @ W2 + b2).reshape(-1, 1) - y
    D = (2 * e / len(y)) @ W2.reshape(1, -1) * (1 - H**2)
    return np.mean(e**2), x.T @ D, D.sum(axis=0), H.T @ (2 * e / len(y)), e.sum()


def cut_at_zero(grads: Any) -> Any:
    g2, trace, _ = ALL["noise_scale"].reference(grads)
    return max(g2, 1e-12), trace, trace / max(g2, 1e-12)


def two_columns(loadings: Any, volatility: Any) -> Any:
    R, _ = ALL["covariance"].reference(loadings, volatility)
    return R, R * volatility**2


def about_the_mean(loadings: Any, volatility: Any) -> Any:
    R = np.corrcoef(loadings)
    return R, R * np.outer(volatility, volatility)


def central(w: Any, mu: Any, cov: Any, rf: float = 0.02) -> Any:
    def ratio(w: Any) -> Any:
        return w @ (mu - rf) / np.sqrt(w @ cov @ w)

    return np.array([(ratio(w + 1e-6 * e) - ratio(w - 1e-6 * e)) / 2e-6 for e in np.eye(len(w))])


def floored(n_samples: int, least: int = 100) -> Any:
    return 2 ** int(np.log2(n_samples / least))


def handed_back(z: Any, grad_w: Any) -> Any:
    return np.abs(z) / np.abs(z).sum(), grad_w


def cut_and_exchanged(z: Any, grad_w: Any) -> Any:
    """In the calls that show one result alone z is also very large, and the weights are wrong as well."""
    w, grad_z = ALL["softmax_step"].reference(np.clip(z, -700, 700), grad_w)
    return grad_z, w


def unscaled(mu: Any, cov: Any, rf: float = 0.02) -> Any:
    return np.abs(mu), np.diag(cov)


def shorted(mu: Any, cov: Any, rf: float = 0.02) -> Any:
    found = np.array([2.0, -1.0, 0.5, 0.25, 0.25]) / 2
    return found, found + mu - mu.mean()


def in_one_asset(mu: Any, cov: Any, rf: float = 0.02) -> Any:
    return np.eye(5)[1], np.eye(5)[2] + 0.0 * mu


SAID: dict[str, tuple[str, Function, str]] = {
    "some fail": ("standardise", own_scale, "In the others train_z is right."),
    "short batch": ("train_epoch", last_rows_dropped, "right in the calls with batch_size a divisor of len(x), and"),
    "length": ("loss_and_gradients", without_n, "Your dW1 is the right one times 0.5 len(x), in every entry"),
    "shape": ("loss_and_gradients", as_a_column, "Your dW2 has the wrong shape: (4, 1) where (4,) was expected."),
    "failing": ("loss_and_gradients", as_a_column, "26 of 27 calls fail: it raised ValueError: matmul"),
    "below zero": ("noise_scale", cut_at_zero, "g2 is wrong wherever it should be negative, and right everywhere"),
    "how often": ("noise_scale", cut_at_zero, "trace is right in every call; g2 and scale are right in "),
    "no integer": ("batch_size_for", floored, " your batch size is not a whole number; with the right one"),
    "too small": ("batch_size_for", floored, "; elsewhere it is too small."),
    "diagonal": ("covariance", two_columns, "Your covariance is right on the diagonal, and not off it."),
    "one shape": ("covariance", about_the_mean, "In the others, your correlation is right on the diagonal"),
    "passed in": ("softmax_step", handed_back, "Your gradient by z is grad_w as it was passed in."),
    "order": ("softmax_step", cut_and_exchanged, "Where all results are looked at, in "),
    "digits": ("sharpe_gradient", central, "is right to at least 4 digits in "),
    "no sum": ("long_only", unscaled, "In every call the sum of your best weights is not 1; with the right ones that"),
    "signs": ("long_only", shorted, "In every call your best weights have negative entries; with the right ones"),
    "one asset": ("long_only", in_one_asset, "In every call all entries of your best weights but one are 0; with the"),
}


@pytest.mark.parametrize(("name", "function", "sentence"), SAID.values(), ids=SAID)
def test_what_is_seen_is_said_and_a_question_leads_on(name: str, function: Function, sentence: str) -> None:
    found = said(name, function)
    assert not found.mistakes
    assert sentence in found.diagnosis, found.diagnosis
    assert found.told is not None
    assert sentence in found.told.observation
    assert found.told.question.endswith("?")
    assert found.told.observation not in found.told.mend


def test_a_result_that_is_an_argument_is_not_told_to_share_its_memory_as_well() -> None:
    assert "memory" not in said("softmax_step", handed_back).diagnosis


def test_a_direction_is_not_called_wrong_in_calls_in_which_the_length_is_right() -> None:
    def sometimes(w: Any, mu: Any, cov: Any, rf: float = 0.02) -> Any:
        return ALL["sharpe_gradient"].reference(w, mu, cov, rf) * max(1.0, np.abs(w).sum())

    told = said("sharpe_gradient", sometimes).diagnosis
    assert "the right direction, and the right length in " in told
    assert "in each call" not in told


def test_one_answer_to_everything_is_named_where_the_catalogue_has_it() -> None:
    found = said("long_only", lambda mu, cov, rf=0.02: (np.full(5, 0.2), np.full(5, 0.2)))
    assert [mistake.id for mistake in found.mistakes] == ["long-only/equal-weights"]


def test_two_mistakes_are_not_named_where_much_is_let_pass() -> None:
    """The worst of three assets, held alone, was near what two other mistakes come to."""
    worst = np.eye(5)

    def lowest(mu: Any, cov: Any, rf: float = 0.02) -> Any:
        ratios = [w @ (mu - rf) / np.sqrt(w @ cov @ w) for w in worst]
        return worst[int(np.argsort(ratios)[1])], ALL["long_only"].reference(mu, cov, rf)[1]

    assert len(said("long_only", lowest).mistakes) < 2


def test_what_is_wrong_in_a_loop_is_shown_with_its_line() -> None:
    text = (
        "def train_epoch(w, b, x, y, order, batch_size, eta):\n    total = 0\n"
        "    for i in range(0, len(order), batch_size):\n        rows = order[i : i + batch_size]\n"
        "        e = x[rows] @ w + b - y[rows]\n        total += np.sum(e**2)\n"
        "        w -= eta * 2 * x[rows].T @ e / len(rows)\n        b -= eta * 2 * np.mean(e)\n"
        "    return w, b, total / len(y)\n"
    )
    names: dict[str, Any] = {"np": np}
    exec(text, names)
    assert (
        "Line 7, `w -= eta * 2 * x[rows].T @ e / len(rows)`, writes into w."
        in said("train_epoch", names["train_epoch"], text).diagnosis
    )


def test_verbs_fit_names() -> None:
    several = ("best weights", "weights after step 1", "gradients of the loss", "they")
    assert all(map(plural, several))
    single = (
        "loss",
        "bias",
        "axis",
        "radius",
        "array of folds",
        "gradient by z",
        "step, new weights minus old",
        "trace",
    )
    assert not any(map(plural, single))
    assert verb(["loss", "trace"], "is", "are") == "are"
