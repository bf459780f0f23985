"""The experiments behind the selection guide: their data are what they say, by facts from outside."""

from __future__ import annotations

import itertools
import json
import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from course.experiments.comparison import kept
from course.experiments.comparison.claims import CLAIMS, Claim, answer, read
from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import EXPERIMENTS, cost, curves, drift, recurrent, sparse
from course.experiments.studies import dense as dense_experiment
from course.experiments.training import OPTIMIZERS, backend, dense, embedding, gru
from course.workshop.problems import svensson_curve

ROOT = Path(__file__).parents[3]
LECTURE = ROOT / "course" / "lectures" / "training" / "10_training.md"

# Section 3.8 of the course, word for word but for two lines: "Often used in computer vision" reports a custom, and
# "For CNNs: SGD with Momentum or Adam" is about networks that this course does not train.
SECTION = """
    Adam: Default choice for most problems
    Adam: Good for large datasets
    Adam: Works well with sparse gradients
    SGD + Momentum: Can give better final convergence
    SGD + Momentum: May require careful learning rate tuning
    RMSprop: Good for recurrent networks
    RMSprop: Handles non-stationary objectives
    RMSprop: Serves as an alternative to Adam
    Adam requires more memory
    SGD is computationally simpler
    There is a trade-off between memory usage and convergence speed
    For RNNs: RMSprop or Adam
    For dense networks: Any optimizer works well
    For dense networks: Adam is often preferred
    Large datasets: Adaptive methods (like Adam) are advantageous
    Small datasets: Simpler methods may generalize better
"""


def test_every_sentence_of_section_3_8_is_a_claim_exactly_once() -> None:
    claims = tomllib.loads(CLAIMS.read_text(encoding="utf-8"))["claim"]
    sentences = [line.strip() for line in SECTION.strip().splitlines()]
    assert sorted(claim["says"] for claim in claims if claim["section"] == "3.8") == sorted(sentences)


def autocorrelation(x: np.ndarray, lag: int) -> float:
    centred = x - x.mean()
    return float((centred[lag:] * centred[:-lag]).mean() / centred.var())


def test_garch_returns_have_bollerslevs_moments() -> None:
    alpha, beta = 0.15, 0.6  # small enough for the squares to have a variance of their own that is soon measured
    returns, variances = recurrent.simulate(np.random.default_rng(11), 200_000, alpha, beta)
    assert returns.var() == pytest.approx(1, rel=0.02)
    assert variances.mean() == pytest.approx(1, rel=0.02)
    assert abs(autocorrelation(returns, 1)) < 0.01
    # Bollerslev (1986): the squares are an ARMA(1,1), whose autocorrelations fall by alpha + beta from lag to lag.
    first = alpha * (1 - alpha * beta - beta**2) / (1 - 2 * alpha * beta - beta**2)
    for lag in (1, 2, 4):
        assert autocorrelation(returns**2, lag) == pytest.approx(first * (alpha + beta) ** (lag - 1), abs=0.025)
    # Given its past, a return is normal with the variance that is handed out beside it.
    shocks = returns / np.sqrt(variances)
    assert (shocks**4).mean() == pytest.approx(3, rel=0.03)
    assert abs(autocorrelation(shocks**2, 1)) < 0.01


def test_the_loss_of_a_forecast_is_least_at_the_true_variance() -> None:
    backend.load()
    variance = 1.7
    forecasts = np.log(variance) + np.linspace(-1, 1, 41)
    losses = np.asarray(recurrent.qlike(np.full((41, 1), variance), forecasts[:, None]))
    assert losses.argmin() == 20
    assert losses.min() == pytest.approx(0, abs=1e-6)
    # Squared returns of that variance in its place: the same forecast is best, whatever the returns were.
    squared = variance * np.random.default_rng(1).standard_normal(40_000) ** 2
    noisy = np.asarray(recurrent.qlike(np.broadcast_to(squared, (41, 40_000)), forecasts[:, None]))
    assert abs(int(noisy.argmin()) - 20) <= 1


@pytest.mark.parametrize(
    ("days", "train", "test", "folds"), [(2000, 1000, 250, 4), (1999, 1000, 250, 3), (12, 5, 7, 1)]
)
def test_walk_forward_never_looks_ahead(days: int, train: int, test: int, folds: int) -> None:
    splits = recurrent.walk_forward(days, train, test)
    assert len(splits) == folds
    for past, future in splits:
        assert past.max() < future.min()
        assert (len(past), len(future)) == (train, test)
        assert future.max() < days
    judged = np.concatenate([future for _, future in splits])
    assert len(set(judged.tolist())) == len(judged), "each day judges once"
    assert np.all(np.diff(judged) > 0)


def test_a_forecast_reads_nothing_of_its_own_day_or_later() -> None:
    """In what a fold is given, the squared return of day t is the last one read on day t + 1, and on no day before."""
    data = recurrent.data(1)
    read, squared = np.asarray(data.x)[:, :, 0], np.asarray(data.y)
    np.testing.assert_allclose(read[1:, -1] ** 2, squared[:-1])
    assert not np.isin(squared[50:60], read[:51] ** 2).any()
    # The year that judges fold 0 is the last of what fold 1 of the same market is trained on.
    np.testing.assert_array_equal(recurrent.data(0).x_val, np.asarray(data.x)[-recurrent.TEST :])


def test_rare_categories_are_seen_as_often_as_zipf_says() -> None:
    seen = np.concatenate([np.asarray(sparse.data(1.0)(seed).x) for seed in range(20)])
    counts = np.bincount(seen[:, 1] - sparse.CATEGORIES, minlength=sparse.CATEGORIES) / len(seen)
    assert seen[:, 0].max() < sparse.CATEGORIES <= seen[:, 1].min()
    harmonic = sum(1 / k for k in range(1, sparse.CATEGORIES + 1))
    for k in (1, 2, 10, 100):
        assert counts[k - 1] == pytest.approx(1 / (k * harmonic), rel=0.15)
    judged = np.concatenate([np.asarray(sparse.data(1.0)(seed).x_val) for seed in range(20)])
    assert np.bincount(judged[:, 0]) / len(judged) == pytest.approx(0.01, rel=0.3)
    assert sparse.frequencies(0.0) == pytest.approx(0.01)


def test_the_spreads_are_sums_of_one_effect_of_each_kind() -> None:
    data = sparse.data(1.0)(3)
    x, y = np.asarray(data.x_val), np.asarray(data.y_val)
    table = np.zeros((len(x), sparse.KINDS * sparse.CATEGORIES))
    for kind in range(sparse.KINDS):
        table[np.arange(len(x)), x[:, kind]] = 1
    effects, *_ = np.linalg.lstsq(table, y, rcond=None)
    np.testing.assert_allclose(table @ effects, y, atol=1e-10)
    assert y.var() == pytest.approx(1, rel=0.35)


def test_few_and_many_observations_have_one_truth_and_one_noise() -> None:
    x = np.random.default_rng(2).standard_normal((400_000, 8))
    truth = dense_experiment.expected_return(x)
    assert truth.mean() == pytest.approx(0, abs=0.01)
    assert truth.var() == pytest.approx(1, rel=0.02)  # E (x^2 - 1)^2 = 2, E (x1 x2)^2 = 1, and no covariance
    few, many = (dense_experiment.data(n)(5) for n in (dense_experiment.SMALL, dense_experiment.LARGE))
    assert len(np.asarray(few.x)) * 64 == len(np.asarray(many.x))
    residual = np.asarray(many.y) - dense_experiment.expected_return(np.asarray(many.x))
    assert residual.std() == pytest.approx(dense_experiment.NOISE, rel=0.03)
    steps = {len(np.asarray(task.arrays(0).x)) * protocol.epochs for task, protocol in dense_experiment.plan(True)}
    assert steps == {768 * dense_experiment.BATCH}, "both see the same number of batches"


def test_exposures_wander_and_storms_come_in_regimes() -> None:
    walks = np.stack([drift.exposures(np.random.default_rng(seed)) for seed in range(400)])
    # The variance of a random walk grows in proportion to time: 1 at the start, and wandering^2 for each step.
    for step in (1, 100, drift.STEPS):
        assert walks[:, step - 1].var() == pytest.approx(1 + drift.WANDERING**2 * step, rel=0.15)
    data = drift.data(drift.STORM)(1)
    scale = np.asarray(data.x).reshape(drift.STEPS, -1).std(axis=1) > 2.2
    turns = np.flatnonzero(np.diff(scale))
    assert len(turns) in (5, 6)
    assert set(np.diff(turns)) == {drift.REGIME}
    calm = drift.data(drift.CALM)(1)
    assert np.asarray(calm.x).reshape(drift.STEPS, -1).std(axis=1).max() < 2.2
    np.testing.assert_array_equal(calm.y_val, data.y_val, err_msg="the truth of today is the same in both")


def test_the_curve_of_the_loss_is_svenssons() -> None:
    backend.load()
    from keras import ops

    thetas, yields = curves.simulate(np.random.default_rng(4), 50)
    ours = np.asarray(curves.curve(ops.convert_to_tensor(thetas.astype("float32"))))
    np.testing.assert_allclose(ours, yields, atol=2e-5)
    outputs = (thetas - curves.CENTRE) / curves.SPREAD
    assert (
        np.asarray(curves.fit(yields.astype("float32"), ops.convert_to_tensor(outputs.astype("float32")))).max() < 1e-9
    )
    # Svensson (1994): the yield tends to b0 + b1 at maturity 0, and to b0 for long ones.
    short, long = svensson_curve(thetas[0], np.array([1e-9, 1e9]))
    assert (short, long) == pytest.approx((thetas[0, 0] + thetas[0, 1], thetas[0, 0]), abs=1e-6)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_the_bytes_of_state_are_the_slots_of_each_rule(precision: str) -> None:
    """One number for a velocity, one for a mean square: what CONVENTIONS calls the state of each rule."""
    slots = {"gradient_descent": 0, "momentum": 1, "nesterov": 1, "adagrad": 1, "rmsprop": 1, "adam": 2, "adamw": 2}
    assert slots.keys() == OPTIMIZERS.keys()
    backend.load().config.set_floatx(precision)
    size = np.dtype(precision).itemsize
    for (name, count), model in itertools.product(slots.items(), (dense(5, (3,)), gru(4), embedding(9))):
        assert cost.state_bytes(name, model) == count * size, (name, model.name)


@pytest.fixture(scope="module")
def claims() -> list[Claim]:
    return read(EXPERIMENTS)


def test_the_kept_answers_follow_from_the_kept_numbers(claims: list[Claim]) -> None:
    assert set(kept.names()) == set(EXPERIMENTS)
    given = kept.answers()
    assert given.keys() == {claim.id for claim in claims}
    for claim in claims:
        gathered = kept.gathered(claim.experiment)
        assert answer(claim, gathered).answer == given[claim.id], claim.id
        # The gate can turn red: turned round, a sentence that held does not.
        turned = replace(claim, lower=claim.than, than=claim.lower, ratio=1 / claim.ratio)
        assert given[claim.id] != "held" or answer(turned, gathered).answer == "not held", claim.id


def test_results_that_are_not_kept_are_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match="no results of 'weather' are kept; there are cost, curves,"):
        kept.stored("weather")


@pytest.mark.parametrize("written", [None, 0, 2])
def test_results_of_another_format_are_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int | None
) -> None:
    found = kept.stored("cost") | {"format": written}
    if written is None:
        del found["format"]
    (tmp_path / "cost.json").write_text(json.dumps(found))
    monkeypatch.setattr(kept, "FOLDER", tmp_path)
    with pytest.raises(ValueError, match=f"'cost' are of format {written or 0}, this .* reads format 1: ") as caught:
        kept.gathered("cost")
    assert "\n" not in str(caught.value)


def decides(protocol: Protocol) -> tuple[object, ...]:
    """What of a protocol the results depend on; the grid is of no use where the rates are given."""
    tuning = () if protocol.fixed else (protocol.rates, protocol.tuning_seeds)
    return (*tuning, protocol.report_seeds, protocol.epochs, dict(protocol.fixed))


def test_the_kept_results_are_those_of_the_full_setting() -> None:
    for name, experiment in EXPERIMENTS.items():
        assert kept.stored(name)["quick"] is False, name
        if isinstance(experiment, Experiment):
            plan = {task.name: decides(protocol) for task, protocol in experiment.plan(False)}
            assert {c.task: decides(c.protocol) for c in kept.gathered(name).comparisons} == plan, name


def test_the_lecture_gives_every_claim_its_answer(claims: list[Claim]) -> None:
    lecture = LECTURE.read_text(encoding="utf-8")
    rows = [line.strip("| \n").split(" | ") for line in lecture.splitlines() if line.startswith("| ")]
    found = {row[0]: row[1] for row in rows if len(row) > 2 and row[1] in ("held", "not held", "undecided")}
    assert found == {claim.says: kept.answers()[claim.id] for claim in claims}


def test_the_readme_counts_the_answers() -> None:
    answers = Counter(claim["answer"] for name in kept.names() for claim in kept.stored(name)["claims"])
    words = {4: "four", 6: "six", 10: "ten", 20: "twenty"}
    held, fallen, open_ = (words[answers[answer]] for answer in ("held", "not held", "undecided"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"of {words[sum(answers.values())]} sentences {held} held, {fallen} did not, {open_} are undecided" in readme
