"""A sweep: one row for each run, the same rows however it is cut and however often it is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from course.experiments.training import OPTIMIZERS, Data, Results, Table, Task, backend, dense, sweep, train
from course.experiments.training.models import Model
from course.experiments.training.replicas import stack_size
from tests.experiments.training.problems import TASKS

TASK = TASKS["dense"]
GRID: dict[str, Any] = {"rates": [0.001, 0.01, 1e30], "seeds": [5, 2], "epochs": 2, "progress": False}


def numbers(results: Results) -> np.ndarray:
    return np.concatenate([results.curves("loss"), results.curves("val_loss")], axis=1)


@pytest.fixture(scope="module")
def whole() -> Results:
    return sweep(TASK, "momentum", **GRID)


def test_a_row_is_the_run_that_train_makes(whole: Results) -> None:
    assert [(run.rate, run.seed) for run in whole] == [(r, s) for r in GRID["rates"] for s in GRID["seeds"]]
    rates, seeds = [run.rate for run in whole], [run.seed for run in whole]
    together = train(TASK, "momentum", rates, seeds, 2)
    assert np.array_equal(np.float32(whole.curves("loss")), np.float32(together.loss), equal_nan=True)
    lost = [run.diverged for run in whole.where(rate=1e30)]
    assert all(epoch in (1, 2) for epoch in lost)
    assert all(run.score == float("inf") for run in whole.where(rate=1e30))
    assert all(run.diverged is None and run.score == run.val_loss[-1] for run in whole.where(rate=0.01))
    assert {(run.task, run.optimizer, run.backend) for run in whole} == {
        ("waves", "momentum", backend.where().backend),
    }


@pytest.mark.parametrize("runs", [1, 4])
def test_stacks_of_any_size_give_the_same_runs(whole: Results, runs: int) -> None:
    one = 2.0**30 / stack_size(TASK, 5, 2.0**30)
    assert stack_size(TASK, 5, (runs + 0.5) * one) == runs
    parts = sweep(TASK, "momentum", **GRID, memory=(runs + 0.5) * one)
    np.testing.assert_allclose(numbers(parts), numbers(whole), rtol=0, atol=5e-6)
    assert [run.diverged for run in parts] == [run.diverged for run in whole]
    assert [run.key for run in parts] == [run.key for run in whole]


def test_memory_bounds_the_stack() -> None:
    def model(units: int) -> Model:
        return dense(5, hidden=(units, units))

    def task(units: int) -> Task:
        return Task("any", model(units), TASK.data)

    small, large = (stack_size(task(units), 0, 2.0**30) for units in (8, 256))
    assert small > 10 * large >= 10
    # The estimate is above what must be there whatever the backend does: weights, gradients and two states of Adam.
    assert large * 4 * model(256).size * 4 < 2.0**30
    assert stack_size(task(256), 0, 1.0) == 1


def test_a_stopped_sweep_goes_on_where_it_was(whole: Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = __import__("sys").modules["course.experiments.training.sweep"]
    real, trained = module.train, []

    def stopping(*args: Any, **kwargs: Any) -> Any:
        if len(trained) == 1:
            raise KeyboardInterrupt
        trained.append(list(zip(args[2], args[3], strict=True)))
        return real(*args, **kwargs)

    table = tmp_path / "new" / "runs.csv"
    memory = 2.5 * 2.0**30 / stack_size(TASK, 5, 2.0**30)
    monkeypatch.setattr(module, "train", stopping)
    with pytest.raises(KeyboardInterrupt):
        sweep(TASK, "momentum", **GRID, table=table, memory=memory)
    assert len(Table(table).read()) == 2
    with table.open("a") as file:  # what a kill in the middle of writing leaves
        file.write(table.read_text().splitlines()[-1][:40])
    assert len(Table(table).read()) == 2

    trained.clear()
    monkeypatch.setattr(
        module, "train", lambda *a, **k: trained.append(list(zip(a[2], a[3], strict=True))) or real(*a, **k)
    )
    done = sweep(TASK, "momentum", **GRID, table=table)
    assert trained == [[(run.rate, run.seed) for run in list(whole)[2:]]], "the runs that were there are not run again"
    np.testing.assert_allclose(numbers(done), numbers(whole), rtol=0, atol=5e-6)

    trained.clear()
    again = sweep(TASK, "momentum", **GRID, table=table)
    assert trained == []
    assert np.array_equal(numbers(again), numbers(done), equal_nan=True), "the file gives back what it was given"
    lines = table.read_text().splitlines()
    assert len(lines) == 2 + len(whole)
    assert len(set(lines)) == len(lines)


def test_a_table_tells_runs_apart_that_differ_in_anything(tmp_path: Path) -> None:
    from dataclasses import replace

    from course.experiments.training.identity import keys

    where = backend.where()
    data = TASK.arrays(0)
    other = Data(data.x, np.asarray(data.y) + 1e-3, data.x_val, data.y_val)
    schedules = backend.load().optimizers.schedules
    adam, sgd = OPTIMIZERS["adam"], OPTIMIZERS["momentum"]
    every = [
        keys(task, name, factory, [rate], [seed], epochs, schedule, place)
        for task, name, factory, rate, seed, epochs, schedule, place in [
            (TASK, "mine", adam, 0.1, 0, 2, None, where),
            (replace(TASK, data=other), "mine", adam, 0.1, 0, 2, None, where),
            (replace(TASK, batch_size=8), "mine", adam, 0.1, 0, 2, None, where),
            (replace(TASK, shuffle=False), "mine", adam, 0.1, 0, 2, None, where),
            (replace(TASK, model=dense(5, (7,))), "mine", adam, 0.1, 0, 2, None, where),
            (TASK, "yours", adam, 0.1, 0, 2, None, where),
            (TASK, "mine", sgd, 0.1, 0, 2, None, where),
            (TASK, "mine", lambda rate: backend.load().optimizers.Adam(rate, beta_1=0.5), 0.1, 0, 2, None, where),
            (TASK, "mine", adam, 0.2, 0, 2, None, where),
            (TASK, "mine", adam, 0.1, 1, 2, None, where),
            (TASK, "mine", adam, 0.1, 0, 3, None, where),
            (TASK, "mine", adam, 0.1, 0, 2, lambda t: 0.5**t, where),
            (TASK, "mine", adam, 0.1, 0, 2, schedules.ExponentialDecay(1.0, 2, 0.5), where),
            (TASK, "mine", adam, 0.1, 0, 2, schedules.ExponentialDecay(1.0, 3, 0.5), where),
            (TASK, "mine", adam, 0.1, 0, 2, None, replace(where, precision="float64")),
        ]
    ]
    assert len({key for found in every for key in found.values()}) == len(every)
    assert keys(TASK, "mine", adam, [0.1], [0], 2, None, where) == every[0]


def test_scores_and_summary(whole: Results) -> None:
    rates, seeds, scores = whole.scores()
    assert rates == [0.001, 0.01, 1e30]
    assert seeds == [5, 2]
    assert scores.shape == (3, 2)
    assert scores[1, 0] == next(iter(whole.where(rate=0.01, seed=5))).val_loss[-1]
    assert np.isinf(scores[2]).all()
    lines = whole.summary().splitlines()
    assert len(lines) == 1 + len(rates)
    assert lines[-1].split()[-3:] == ["2", "2", "inf"]
    with pytest.raises(ValueError, match="one run for each rate and seed"):
        Results(whole.runs[:-1]).scores()
    with pytest.raises(KeyError, match="no column 'eta'"):
        whole.where(eta=1)


def test_a_file_that_is_no_table_is_left_alone(tmp_path: Path) -> None:
    for text in ("a,b\n1,2\n", "no table"):
        path = tmp_path / "other.csv"
        path.write_text(text)
        with pytest.raises(ValueError, match="is no table of runs"):
            sweep(TASK, "momentum", **GRID, table=path)
        assert path.read_text() == text


@pytest.fixture(scope="module")
def table(whole: Results, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of a table of all runs."""
    path = tmp_path_factory.mktemp("table") / "runs.csv"
    Table(path).add(whole)
    return path.read_text()


def keys_of(results: Results) -> list[str]:
    return [run.key for run in results]


def test_a_table_says_its_format_and_one_of_another_format_is_left_alone(table: str, tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    newer = table.replace("format 1", "format 2", 1)
    assert newer != table
    path.write_text(newer)
    with pytest.raises(ValueError, match="is a table of format 2; this version of the course reads format 1") as caught:
        sweep(TASK, "momentum", **GRID, table=path)
    assert "\n" not in str(caught.value)
    assert path.read_text() == newer


def test_a_table_from_before_formats_goes_on_as_it_is(whole: Results, table: str, tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    older = table.split("\n", 1)[1]
    path.write_text(older[: older[:-1].rfind("\n") + 1])
    assert keys_of(Table(path).read()) == keys_of(whole)[:-1]
    Table(path).add(whole.runs[-1:])
    assert path.read_text() == older
    assert keys_of(Table(path).read()) == keys_of(whole)


def test_a_table_that_was_cut_off_anywhere_keeps_its_whole_rows(whole: Results, table: str, tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    ends = [i + 1 for i, letter in enumerate(table) if letter == "\n"]
    for cut in {0, *range(1, ends[1] + 2, 7), *ends, *(end - 1 for end in ends), *(end + 9 for end in ends[:-1])}:
        path.write_text(table[:cut])
        count = max(0, table[:cut].count("\n") - 2)
        assert keys_of(Table(path).read()) == keys_of(whole)[:count], cut
        Table(path).add(whole.runs[count:])
        assert path.read_text() == table, cut


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"optimizers": "adamm"}, "there is no optimizer 'adamm'; there are gradient_descent"),
        ({"optimizers": []}, "no optimizer was named"),
        ({"rates": [0.1, 0.1]}, "different positive numbers"),
        ({"rates": [-0.1]}, "different positive numbers"),
        ({"rates": {"adam": [0.1]}}, "there are no rates for momentum"),
        ({"rates": {"adam": [0.1], "momentum": [0.1]}}, "rates for adam, which is not among"),
        ({"seeds": 0}, "seeds must be"),
        ({"seeds": [1, 1]}, "seeds must be"),
        ({"epochs": 0}, "epochs must be"),
        (
            {"optimizers": {"mine": lambda rate: backend.load().optimizers.SGD(rate, clipnorm=1.0)}},
            "clipnorm takes norms",
        ),
        ({"optimizers": {"mine": lambda rate: backend.load().optimizers.Lamb(rate)}}, "Lamb takes norms"),
        ({"optimizers": {"mine": lambda rate: backend.load().optimizers.SGD(0.1)}}, "must hand the learning rate"),
        ({"optimizers": {"mine": lambda rate: "sgd"}}, "not a Keras optimizer"),
        ({"schedule": lambda t: float("nan")}, "one finite number for each step"),
    ],
)
def test_bad_input_gets_one_clear_line(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        sweep(TASK, **({"optimizers": "momentum"} | GRID | change))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Task("t", dense(2), Data([[1.0, 2.0]], [1.0]), "mae"), "there is no loss 'mae'"),
        (lambda: Task("t", dense(2), Data([[1.0, 2.0]], [1.0]), batch_size=0), "batch_size"),
        (lambda: Task("t", dense(2, outputs=2), Data([[1.0, 2.0]], [1.0]), "binary_crossentropy"), "1 output"),
        (lambda: Task("t", dense(3), Data([[1.0, 2.0]], [1.0])).arrays(0), r"x has shape \(1, 2\)"),
        (lambda: Task("t", dense(2), Data([[1.0, 2.0]], [1.0, 2.0])).arrays(0), "x has 1 rows and y 2"),
        (lambda: Task("t", dense(2), Data([[1.0, np.nan]], [1.0])).arrays(0), "not finite"),
        (lambda: Task("t", dense(2), Data([[1.0, 2.0]], [[1.0, 2.0]])).arrays(0), "y has 2 columns"),
        (lambda: Task("t", dense(2), Data([[1.0, 2.0]], [0.5]), "binary_crossentropy").arrays(0), "labels 0 and 1"),
        (lambda: Task("t", dense(2, outputs=2), Data([[1.0, 2.0]], [2]), "crossentropy").arrays(0), "from 0 to 1"),
        (lambda: Task("t", TASKS["embedding"].model, Data([[1, 2, 9]], [1.0])).arrays(0), "from 0 to 8"),
        (lambda: Task("t", dense(2), Data([[1.0, 2.0]], [1.0], [[1.0, 2.0]])).arrays(0), "go together"),
    ],
)
def test_a_task_that_does_not_fit_together_is_refused(make: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make()
