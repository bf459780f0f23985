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

from course.experiments import machine
from course.experiments.comparison import kept, pages
from course.experiments.comparison.claims import CLAIMS, Claim, answer, read
from course.experiments.comparison.experiment import Experiment
from course.experiments.comparison.protocol import Protocol
from course.experiments.studies import EXPERIMENTS, benchmarks, cost, curves, drift, markets, recurrent, sparse
from course.experiments.studies import dense as dense_experiment
from course.experiments.training import OPTIMIZERS, Data, backend, dense, embedding, gru
from course.workshop.problems import svensson_curve

ROOT = Path(__file__).parents[3]

# Section 3.8 of the course, word for word.
SECTION = """
    Adam: Default choice for most problems
    Adam: Good for large datasets
    Adam: Works well with sparse gradients
    SGD + Momentum: Can give better final convergence
    SGD + Momentum: Often used in computer vision
    SGD + Momentum: May require careful learning rate tuning
    RMSprop: Good for recurrent networks
    RMSprop: Handles non-stationary objectives
    RMSprop: Serves as an alternative to Adam
    Adam requires more memory
    SGD is computationally simpler
    There is a trade-off between memory usage and convergence speed
    For CNNs: SGD with Momentum or Adam
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


def test_a_year_of_a_market_is_forecast_from_the_days_before_it() -> None:
    days = np.arange(1.0, 2500.0)  # the return of day t is t
    for number in range(markets.years(days)):
        data = markets.year(days, number)
        past, future = np.sqrt(data.y), np.sqrt(data.y_val)
        assert past.max() < future.min()
        assert (np.asarray(data.x_val)[:, -1, 0] == future - 1).all()
        assert len(past) == recurrent.TRAIN
    assert markets.years(days) == (2499 - recurrent.LOOK_BACK - recurrent.TRAIN) // recurrent.TEST


def test_the_rate_of_a_year_is_the_one_that_was_best_before_it() -> None:
    first, second = [1.0, 1.0, 9.0, 9.0, 9.0], [2.0, 2.0, 2.0, 3.0, 4.0]
    losses = np.array([first, second])[:, :, None]
    # Before the third year the first rate is the better one, and pays for it; from then on the second is.
    assert markets.at_rates_of_before(losses, 2).ravel().tolist() == [9.0, 3.0, 4.0]


def test_the_real_returns_are_those_of_the_markets() -> None:
    pytest.importorskip("arch")
    returns = markets.series()
    # The worst day of the index in these years, the 15th of October 2008, when it lost 9.03 %.
    assert returns["S&P 500"].min() == pytest.approx(100 * np.log(1 - 0.0903), abs=0.01)
    assert {len(days) for days in returns.values()} == {5030}


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
    splits = recurrent.split_in_time(days, train, test)
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
    # The first day that judges reads the last return of the training, and the loss of the true variance is 0.
    np.testing.assert_allclose(np.asarray(data.x_val)[0, -1, 0] ** 2, squared[-1])


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


@pytest.mark.parametrize(("rule", "count"), [("gradient_descent", 2), ("momentum", 4), ("adam", 12)])
def test_the_operations_of_a_rule_are_those_of_its_formula(rule: str, count: int) -> None:
    """theta - eta g: two. v = gamma v - eta g, theta + v: four. Adam: 3 for m, 4 for v, 5 for the step."""
    assert cost.operations(rule) == count


def test_the_benchmarks_know_what_they_should() -> None:
    x = np.random.default_rng(1).standard_normal((400, 3))
    line = Data(x[:200], 2 + x[:200] @ [1.0, -1.0, 0.5], x[200:], 2 + x[200:] @ [1.0, -1.0, 0.5])
    assert benchmarks.least_squares(line) == pytest.approx(0, abs=1e-12)
    assert benchmarks.recent_least_squares(line) == pytest.approx(0, abs=1e-12)
    assert benchmarks.mean(line) == pytest.approx(2.25, rel=0.2)  # 1 + 1 + 1/4, the variance of the sum
    seen, judged = ([[0, 2], [0, 3], [1, 2]], [[1, 3]])
    sums = Data(np.array(seen), np.array([1.0, 2.0, 5.0]), np.array(judged), np.array([6.0]))
    assert benchmarks.effects(sums) == pytest.approx(0, abs=1e-6)  # what was never seen together adds up
    classes = Data(x[:4], np.array([0, 0, 1, 1]), x[:2], np.array([0, 1]))
    assert benchmarks.frequencies(classes) == pytest.approx(np.log(2))


def test_garch_knows_garch_better_than_an_average_and_the_average_better_than_a_constant() -> None:
    means = [
        np.exp(np.mean([np.log(loss(recurrent.data(seed))) for seed in range(6)]))
        for loss in (benchmarks.garch, benchmarks.moving_average, benchmarks.constant_variance)
    ]
    assert 2 * means[0] < means[1] < means[2] / 2


@pytest.fixture(scope="module")
def claims() -> list[Claim]:
    return read(EXPERIMENTS)


def test_the_kept_answers_follow_from_the_kept_numbers(claims: list[Claim]) -> None:
    assert set(kept.names()) == set(EXPERIMENTS)
    results = {name: kept.gathered(name) for name in kept.names()}
    given = {answered.claim.id: answered for answered in kept.answered(claims)}
    for claim in claims:
        if claim.by == "runs":
            gathered = results[claim.experiment]
            found = answer(claim, gathered)
            assert (found.answer, found.evidence) == (given[claim.id].answer, given[claim.id].evidence)
            # The gate can turn red: turned round, a sentence that held on all its pairs does not.
            turned = replace(claim, lower=claim.than, than=claim.lower, ratio=1 / claim.ratio)
            held = found.answer == "held" and claim.need == "all"
            assert not held or answer(turned, gathered).answer == "not held", claim.id
        else:
            assert (given[claim.id].answer, given[claim.id].evidence) == (claim.answer, claim.because)


def test_results_that_are_not_kept_are_refused_in_one_line() -> None:
    with pytest.raises(ValueError, match="no results of 'weather' are kept; there are convolution, cost,"):
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


def test_the_table_of_a_lecture_has_every_claim_with_its_answer(claims: list[Claim]) -> None:
    table = pages.verdicts(kept.answered(claims))
    assert {row[0]: row[1] for row in table.rows} == {a.claim.says: a.answer for a in kept.answered(claims)}
    html = table._repr_html_()
    assert html.count("<tr>") == len(claims) + 1
    assert "gradient_descent" not in html


def test_the_table_of_a_task_has_every_rule_and_every_benchmark() -> None:
    table = pages.losses(kept.gathered("recurrent"), "volatility")
    assert {row[0] for row in table.rows} >= {"Adam", "mean", "average .94", "GARCH"}
    levels = [float(row[2]) for row in table.rows]
    assert levels == sorted(levels)
    assert table.rows[0][0] == "GARCH", "the returns come from it"


def test_the_readme_counts_the_answers(claims: list[Claim]) -> None:
    answers = Counter(answered.answer for answered in kept.answered(claims))
    held, fallen, open_ = (answers[answer] for answer in ("held", "not held", "undecided"))
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"of {len(claims)} sentences {held} held, {fallen} did not, {open_} are undecided" in readme


def test_every_experiment_has_a_lane_of_the_larger_machine() -> None:
    assert sorted(name for lane in (*machine.GPU, *machine.PROCESSOR) for name in lane) == sorted(EXPERIMENTS)
