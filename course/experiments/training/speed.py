"""`make bench`: stacked runs against a loop over `model.fit`, side by side, and whether they give the same weights.

python -m course.experiments.training.speed [--runs 100] [--fits 3] [--epochs 20] [--models dense lstm ...]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from course.experiments.training import backend, replicas
from course.experiments.training.models import convolution, dense, embedding, gru, lstm
from course.experiments.training.optimizers import OPTIMIZERS
from course.experiments.training.tasks import Data, Task

OBSERVATIONS, VALIDATION = 512, 128
RULE = "adam"
EXPLAINED = f"""
{{runs}} runs of {{rule}}, {{epochs}} epochs of {OBSERVATIONS} observations in batches of 32, {VALIDATION} to validate.
fit, new    seconds of one run by model.fit on a new model, as a loop makes it; median of {{fits}}
fit, again  the same on a model that is compiled already
stacked     seconds of all {{runs}} runs, with compilation
times       how many times as long a loop over model.fit would take for the {{runs}} runs
difference  the largest between the weights of the {{fits}} runs by model.fit and the same stacked runs
"""
RATES = np.geomspace(1e-4, 1e-1, 10).tolist()


def tasks() -> dict[str, Task]:
    """Small simulated problems, one for each kind of model."""
    rng = np.random.default_rng(8)
    n = OBSERVATIONS + VALIDATION
    x = rng.standard_normal((n, 8))
    series = rng.standard_normal((n, 20, 1))
    categories = rng.integers(0, 50, (n, 3))
    images = rng.standard_normal((n, 8, 8, 1))
    decay = 0.8 ** np.arange(20)[::-1]

    def task(name: str, model: Any, inputs: Any, targets: Any) -> Task:
        noisy = targets + 0.1 * rng.standard_normal(n)
        return Task(name, model, Data(inputs[VALIDATION:], noisy[VALIDATION:], inputs[:VALIDATION], noisy[:VALIDATION]))

    return {
        "dense": task("waves", dense(8), x, np.sin(x[:, 0]) + x[:, 1] * x[:, 2]),
        "lstm": task("fading", lstm(20), series, series[:, :, 0] @ decay),
        "gru": task("fading", gru(20), series, series[:, :, 0] @ decay),
        "convolution": task("spots", convolution((8, 8)), images, images[:, 2:4, 2:4, 0].sum(axis=(1, 2))),
        "embedding": task("effects", embedding(50, 3), categories, rng.standard_normal(50)[categories].sum(axis=1)),
    }


def measure(task: Task, runs: int, fits: int, epochs: int) -> list[str]:
    """One line of the table: the times of both ways, their quotients, and the largest difference of the weights."""
    from course.experiments.training.losses import loss_function
    from course.experiments.training.separate import fit, keras_model

    data = task.arrays(0)
    x, y, validation = np.asarray(data.x), np.asarray(data.y), (data.x_val, data.y_val)
    rates, seeds = [RATES[i % len(RATES)] for i in range(runs)], [i // len(RATES) for i in range(runs)]

    def again(network: Any) -> None:
        network.fit(x, y, batch_size=task.batch_size, epochs=epochs, validation_data=validation, verbose=0)

    def new(rate: float, seed: int) -> Any:
        network = keras_model(task.model, task.model.initial(seed))
        network.compile(optimizer=OPTIMIZERS[RULE](rate), loss=loss_function(task.loss))
        again(network)
        return network

    times = []
    for rate, seed in zip(rates[:fits], seeds[:fits], strict=True):
        seconds, network = _timed(partial(new, rate, seed))
        times.append((seconds, _timed(partial(again, network))[0]))
    looped, compiled = np.median(times, axis=0)

    replicas.forget()
    stacked, done = _timed(partial(replicas.train, task, RULE, rates, seeds, epochs))

    largest = 0.0
    for i in range(fits):
        weights, _ = fit(task, OPTIMIZERS[RULE], rates[i], seeds[i], epochs)
        pairs = zip(weights, done.weights_of(i), strict=True)
        largest = max(largest, *(float(np.abs(one - other).max()) for one, other in pairs))
    return [
        task.model.name,
        f"{looped:.2f} s",
        f"{compiled:.2f} s",
        f"{stacked:.2f} s",
        f"{looped * runs / stacked:.0f}",
        f"{compiled * runs / stacked:.0f}",
        f"{largest:.1e}",
    ]


def crossover(task: Task, sizes: Sequence[int], epochs: int) -> dict[int, float]:
    """How many runs are stacked -> seconds of an epoch of all of them, without compilation; the least of the epochs."""
    found = {}
    for runs in sizes:
        stamps = [time.perf_counter()]
        rates, seeds = [RATES[i % len(RATES)] for i in range(runs)], [i // len(RATES) for i in range(runs)]
        done = partial(_stamp, stamps)
        replicas.train(task, RULE, rates, seeds, epochs + 1, after_epoch=done)
        found[runs] = float(np.diff(stamps[1:]).min())
        replicas.forget()
    return found


def _stamp(stamps: list[float]) -> None:
    stamps.append(time.perf_counter())


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    known = tasks()
    parser = argparse.ArgumentParser(prog="make bench", description="Stacked runs against a loop over model.fit.")
    parser.add_argument("--runs", type=int, default=100, help="how many runs are trained in one stack")
    parser.add_argument("--fits", type=int, default=3, help="how many of them are also trained by model.fit")
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--models", nargs="+", choices=list(known), default=list(known))
    parser.add_argument("--sizes", type=int, nargs="+", default=[], help="also time an epoch of so many stacked runs")
    parser.add_argument("--out", type=Path, help="a JSON file for the table")
    chosen = parser.parse_args(arguments)
    if not 1 <= chosen.fits <= chosen.runs or chosen.epochs < 1:
        parser.error("--epochs and --fits must be 1 or more, and --runs no fewer than --fits")

    backend.load()
    print(backend.where())
    print(EXPLAINED.format(runs=chosen.runs, rule=RULE, epochs=chosen.epochs, fits=chosen.fits))
    measure(known["dense"], 1, 1, 1)  # the first call of all pays for what no later one pays for
    _print(["model", "fit, new", "fit, again", "stacked", "times, new", "times, again", "difference"])
    rows: list[list[str]] = []
    scales: dict[str, dict[int, float]] = {}
    for name in chosen.models:
        rows.append(measure(known[name], chosen.runs, chosen.fits, chosen.epochs))
        _print(rows[-1])
        _keep(chosen.out, rows, scales)
    for name in chosen.models if chosen.sizes else ():
        scales[name] = crossover(known[name], chosen.sizes, 3)
        print(f"{name}: " + ", ".join(f"{n} runs {s:.3g} s an epoch" for n, s in scales[name].items()), flush=True)
        _keep(chosen.out, rows, scales)
    return 0


def _keep(out: Path | None, rows: list[list[str]], scales: dict[str, dict[int, float]]) -> None:
    """Write what there is, after each line: a run that is stopped leaves what it has."""
    if out:
        out.write_text(json.dumps({"where": str(backend.where()), "table": rows, "epoch": scales}, indent=1) + "\n")


def _print(row: Sequence[str]) -> None:
    print(f"{row[0]:26}" + "".join(f"{cell:>14}" for cell in row[1:]), flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
