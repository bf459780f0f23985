"""The honest comparison on lines: tasks with one weight that matters, whose best learning rate is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.experiments.comparison.experiment import Gathered
from course.experiments.comparison.protocol import Comparison, Protocol, compare, dishonest, planned
from course.experiments.comparison.quantities import QUANTITIES, WITHIN
from course.experiments.comparison.tuning import Choice
from course.experiments.training import OPTIMIZERS, Data, Results, Table, Task, dense
from course.experiments.training.runs import Run

PROTOCOL = Protocol(rates=(0.01, 0.1, 1.0), tuning_seeds=(0, 1), report_seeds=(10, 11, 12, 13, 14), epochs=5, rounds=6)


def line(scale: float, loss: Any = "mse") -> Task:
    """y = 3 x from x = -scale and scale: the loss is scale^2 (w - 3)^2 + b^2, and b starts at its best, 0."""
    x = np.array([[-scale], [scale]])
    return Task("line", dense(1, hidden=()), Data(x, 3 * x, x, 3 * x), loss=loss)


@pytest.fixture(scope="module")
def flat() -> Comparison:
    """Scale 0.125: gradient descent multiplies w - 3 by 1 - rate / 32 in each of five steps; the best rate is 32."""
    return compare(line(0.125), ["gradient_descent", "momentum", "adam"], PROTOCOL, progress=False)


def test_the_grid_is_extended_until_it_holds_the_best_rate(flat: Comparison) -> None:
    choice = flat.choices["gradient_descent"]
    at = choice.rates.index(choice.rate)
    assert choice.interior
    assert choice.rates[at - 1] < 32 < choice.rates[at + 1]
    assert choice.gap < 3.17
    # The closed form: (1 - rate / 32)^10 times the loss at the start, seed by seed.
    starts = [line(0.125).model.initial(seed)[0][0, 0] for seed in PROTOCOL.tuning_seeds]
    first = np.exp(np.mean([np.log(0.125**2 * (w - 3) ** 2) for w in starts]))
    by_hand = [first * (1 - rate / 32) ** 10 for rate in choice.rates[:4]]
    np.testing.assert_allclose(choice.losses[:4], by_hand, rtol=1e-4)


def test_every_optimizer_has_the_same_budget(flat: Comparison) -> None:
    assert all(choice.interior for choice in flat.choices.values())
    (trials,) = {choice.trials for choice in flat.choices.values()}
    assert trials > len(PROTOCOL.rates)
    assert {flat.runs(name) for name in flat.optimizers} == {trials * 2 + 5}
    assert len(flat.tuning) + len(flat.report) == 3 * (trials * 2 + 5)
    assert flat.steps == 5, "one batch, five epochs"


def test_who_tunes_does_not_report(flat: Comparison) -> None:
    assert set(flat.tuning.distinct("seed")) == {0, 1}
    assert flat.report.distinct("seed") == [10, 11, 12, 13, 14]
    assert all(run.rate == flat.choices[run.optimizer].rate for run in flat.report)
    np.testing.assert_array_equal(
        QUANTITIES["loss"](flat, "adam"), [run.score for run in flat.report if run.optimizer == "adam"]
    )


def test_a_comparison_that_was_killed_goes_on(
    flat: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = __import__("sys").modules["course.experiments.training.sweep"]
    real, calls = module.train, []

    def dying(*args: Any, **kwargs: Any) -> Any:
        if len(calls) == 5:
            raise KeyboardInterrupt
        calls.append(args[1])
        return real(*args, **kwargs)

    table = tmp_path / "runs.csv"
    settings: dict[str, Any] = {"table": table, "progress": False}
    monkeypatch.setattr(module, "train", dying)
    with pytest.raises(KeyboardInterrupt):
        compare(line(0.125), flat.optimizers, PROTOCOL, **settings)
    kept = len(Table(table).read())
    assert 0 < kept < len(flat.tuning)
    monkeypatch.setattr(module, "train", lambda *args, **kwargs: calls.append(args[1]) or real(*args, **kwargs))
    again = compare(line(0.125), flat.optimizers, PROTOCOL, **settings)
    assert len(Table(table).read()) == len(flat.tuning) + len(flat.report)
    assert {n: c.rates for n, c in again.choices.items()} == {n: c.rates for n, c in flat.choices.items()}
    assert {n: c.rate for n, c in again.choices.items()} == {n: c.rate for n, c in flat.choices.items()}
    calls.clear()
    once_more = compare(line(0.125), flat.optimizers, PROTOCOL, **settings)
    assert calls == [], "nothing is run twice"
    assert [run.score for run in once_more.report] == [run.score for run in again.report]


def scaled(y: Any, outputs: Any) -> Any:
    """64 times the mean squared error: the same task in other units."""
    from keras import ops

    return 64 * ops.mean(ops.square(outputs - y), axis=-1)


def test_other_units_flip_the_dishonest_ranking_and_leave_the_honest_one_alone() -> None:
    """In other units the gradient is 64 times as long. Gradient descent takes 64 times as long a step, Adam the same.

    With rates 64 times lower gradient descent makes the same run, bit for bit but for rounding; tuning finds them.
    """
    names = ["gradient_descent", "adam"]
    protocol = replace(PROTOCOL, rates=(2.0**-10, 2.0**-7, 2.0**-4, 0.5, 4.0), rounds=0)
    orders = []
    for task in (line(1.0), line(1.0, scaled)):
        rankings = dishonest(task, names, protocol, rates=[0.02], progress=False)
        orders.append([name for name, _ in rankings[0.02]])
    assert orders == [["gradient_descent", "adam"], ["adam", "gradient_descent"]]
    honest = [compare(task, names, protocol, progress=False) for task in (line(1.0), line(1.0, scaled))]
    losses = [{name: QUANTITIES["loss"](found, name) for name in names} for found in honest]
    assert honest[0].choices["gradient_descent"].rate == 64 * honest[1].choices["gradient_descent"].rate
    assert [max(found, key=lambda name: found[name].mean()) for found in losses] == ["adam", "adam"]
    for found in honest:
        assert sum(found.singles().values()) == 5 * 2, "one winner for each rate and seed"
        assert min(found.singles().values()) > 0, "and each optimizer is one somewhere"


def test_a_fixed_rate_is_not_tuned() -> None:
    protocol = replace(PROTOCOL, fixed={"as it comes": 0.001}, rounds=0)
    optimizers = {"adam": OPTIMIZERS["adam"], "as it comes": OPTIMIZERS["adam"]}
    found = compare(line(1.0), optimizers, protocol, progress=False)
    assert found.choices["as it comes"].rate == 0.001
    assert (found.choices["as it comes"].trials, found.runs("as it comes")) == (0, 5)
    assert set(found.singles()) == {"adam"}
    assert planned(optimizers, protocol) == (3 * 2 + 2 * 5) * 5 == 5 * (found.runs("adam") + 5)
    with pytest.raises(ValueError, match="rate of 'adamm' is fixed, and it is not among"):
        compare(line(1.0), "adam", replace(PROTOCOL, fixed={"adamm": 0.1}), progress=False)


def run(seed: int, rate: float, curve: tuple[float, ...]) -> Run:
    lost = 1 if np.isinf(curve).any() else None
    facts: dict[str, Any] = dict.fromkeys(("model", "backend", "device", "precision", "versions", "key"), "")
    return Run(
        **facts,
        task="t",
        optimizer="mine" if seed < 100 else "other",
        rate=rate,
        seed=seed % 100,
        epochs=len(curve),
        diverged=lost,
        loss=tuple(2 * c for c in curve),
        val_loss=curve,
        val_accuracy=(),
        seconds=0.0,
    )


def test_quantities_worked_by_hand() -> None:
    protocol = replace(PROTOCOL, rates=(0.1, 1.0, 10.0, 100.0), report_seeds=tuple(range(10, 15)))
    curves = [(9.0, 5.0, 1.0), (4.0, 1.0, 1.0), *[(9.0, 9.0, 1.0)] * 3]
    report = [run(seed, 1.0, curve) for seed, curve in zip(range(10, 15), curves, strict=True)]
    report += [run(100 + s, 1.0, (9.0, 9.0, 5.0)) for s in range(10, 15)]
    tuning = [run(0, r, (v,)) for r, v in zip(protocol.rates, [2.0, 1.0, 1.4, np.inf], strict=True)]
    choice = Choice(1.0, True, protocol.rates, (2.0, 1.0, 1.4, np.inf))
    found = Comparison(
        "t", protocol, {"mine": choice, "other": choice}, Results(tuple(tuning)), Results(tuple(report)), 1, ""
    )
    np.testing.assert_array_equal(QUANTITIES["loss"](found, "mine"), np.ones(5))
    np.testing.assert_array_equal(QUANTITIES["training loss"](found, "other"), np.full(5, 10.0))
    # The worst optimizer ends at 5: when is a run there?
    np.testing.assert_array_equal(QUANTITIES["epochs"](found, "mine"), [2, 1, 3, 3, 3])
    np.testing.assert_array_equal(QUANTITIES["epochs"](found, "other"), np.full(5, 3))
    # Good enough are the rates 1 and 10, each for half a decade on both sides.
    assert WITHIN == 1.5
    np.testing.assert_allclose(QUANTITIES["width"](found, "mine"), [2.0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"rates": (0.1, 0.01, 1.0)}, "three positive numbers or more, ascending"),
        ({"rates": (0.1, 1.0)}, "three positive numbers or more, ascending"),
        ({"report_seeds": (0, 10, 11, 12, 13)}, "seed 0 both tunes and reports"),
        ({"report_seeds": (10, 11)}, "at least 5 must report"),
        ({"tuning_seeds": ()}, "at least one seed must tune"),
        ({"epochs": 0}, "epochs must be 1 or more"),
        ({"resolution": 1.0}, "resolution above 1"),
    ],
)
def test_a_protocol_that_compares_nothing_is_refused(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        replace(PROTOCOL, **change)
    assert "\n" not in str(caught.value)


def test_the_same_optimizer_under_two_names_is_undecided_and_a_better_one_is_seen() -> None:
    from course.experiments.comparison.claims import Claim, answer

    optimizers = {name: OPTIMIZERS["adam"] for name in ("one", "two")} | {"slow": OPTIMIZERS["adam"]}
    protocol = replace(PROTOCOL, rounds=0, rates=(0.1, 0.5, 3.0), fixed={"slow": 1e-3})
    comparison = compare(line(1.0), optimizers, protocol, progress=False)
    gathered = Gathered("lines", (comparison,))

    def asked(lower: str, than: str, ratio: float = 1.0) -> str:
        return answer(Claim("id", "3.8", "...", "lines", (lower,), (than,), ratio=ratio), gathered).answer

    assert comparison.choices["one"].interior
    assert (asked("one", "two"), asked("two", "one")) == ("undecided", "undecided")
    assert asked("one", "two", 1.1) == "held"
    assert asked("one", "two", 0.9) == "not held"
    assert (asked("one", "slow"), asked("slow", "one")) == ("held", "not held")
    edge = replace(
        comparison, choices={**comparison.choices, "one": replace(comparison.choices["one"], interior=False)}
    )
    assert answer(Claim("i", "3.8", "...", "l", ("one",), ("slow",)), Gathered("l", (edge,))).answer == "undecided"
