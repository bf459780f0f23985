"""The table of runs: one row per run, in a CSV file that survives being killed."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from course.experiments.training.models import Array


@dataclass(frozen=True)
class Run:
    """One training run.

    Attributes:
        task, model, optimizer: their names.
        rate, seed: the learning rate, before any schedule; the seed of the start and of the batches.
        epochs: how many were asked for.
        diverged: the epoch 1, 2, ... in which the run left the finite numbers, or None.
        loss, val_loss, val_accuracy: one number per epoch, nan from the diverged epoch on; the validation losses are
            empty without validation data, the accuracies without labels.
        seconds: this run's part of the time that its stack of runs took, compilation included.
        backend, device, precision, versions: what ran it.
        key: tells apart runs that differ in anything that decides their result.
    """

    task: str
    model: str
    optimizer: str
    rate: float
    seed: int
    epochs: int
    diverged: int | None
    loss: tuple[float, ...]
    val_loss: tuple[float, ...]
    val_accuracy: tuple[float, ...]
    seconds: float
    backend: str
    device: str
    precision: str
    versions: str
    key: str

    @property
    def score(self) -> float:
        """The last validation loss (the last training loss without validation data); inf if the run diverged."""
        return float("inf") if self.diverged is not None else (self.val_loss or self.loss)[-1]


DIGITS = 9  # they give each float32 back exactly
COLUMNS = tuple(field.name for field in fields(Run))

FORMAT = 1
FIRST_LINE = f"# runs of training, format {FORMAT}\n"


@dataclass(frozen=True, eq=False)
class Results:
    """Runs, in the order optimizer, rate, seed.

    Attributes:
        runs: the runs.
    """

    runs: tuple[Run, ...]

    def __len__(self) -> int:
        return len(self.runs)

    def __iter__(self) -> Iterator[Run]:
        return iter(self.runs)

    def __add__(self, other: Results) -> Results:
        return Results((*self.runs, *other.runs))

    def where(self, **wanted: Any) -> Results:
        """The runs with these values, for example `where(optimizer="adam", rate=0.01)`. KeyError for no column."""
        if unknown := wanted.keys() - set(COLUMNS):
            raise KeyError(f"there is no column {sorted(unknown)[0]!r}; there are {', '.join(COLUMNS)}")
        return Results(tuple(r for r in self.runs if all(getattr(r, k) == v for k, v in wanted.items())))

    def distinct(self, column: str) -> list[Any]:
        """The different values of a column, in the order in which they first appear."""
        return list(dict.fromkeys(getattr(run, column) for run in self.runs))

    def curves(self, column: str = "val_loss") -> Array:
        """loss, val_loss or val_accuracy of all runs, (runs, epochs)."""
        return np.array([getattr(run, column) for run in self.runs], dtype=float)

    def scores(self) -> tuple[list[float], list[int], Array]:
        """The rates, ascending; the seeds; and the scores (rates, seeds) of the runs of one optimizer on one task.

        ValueError if the runs are of several optimizers or tasks, or do not fill the grid exactly once.
        """
        for column in ("task", "model", "optimizer", "epochs", "backend", "precision"):
            if len(found := self.distinct(column)) > 1:
                raise ValueError(f"scores needs one {column}, and these runs have {len(found)}: choose with `where`")
        rates, seeds = sorted(self.distinct("rate")), self.distinct("seed")
        by_place = {(run.rate, run.seed): run.score for run in self.runs}
        if len(by_place) != len(rates) * len(seeds) or len(by_place) != len(self.runs):
            raise ValueError("scores needs one run for each rate and seed")
        return rates, seeds, np.array([[by_place[rate, seed] for seed in seeds] for rate in rates])

    def summary(self) -> str:
        """A table for people: for each task, optimizer and rate the number of runs, how many diverged, the median."""
        rows = [("task", "optimizer", "rate", "runs", "diverged", "median score")]
        for task, optimizer, rate in dict.fromkeys((r.task, r.optimizer, r.rate) for r in self.runs):
            runs = self.where(task=task, optimizer=optimizer, rate=rate)
            lost = sum(run.diverged is not None for run in runs)
            median = float(np.median([run.score for run in runs]))
            rows.append((task, optimizer, f"{rate:g}", str(len(runs)), str(lost), f"{median:.4g}"))
        widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
        left = (str.ljust, str.ljust, str.rjust, str.rjust, str.rjust, str.rjust)
        lines = [
            "  ".join(put(cell, width) for put, cell, width in zip(left, row, widths, strict=True)) for row in rows
        ]
        return "\n".join(line.rstrip() for line in lines)


class Table:
    """A CSV file of runs. Rows are only ever added; each addition is on the disk before the next one begins."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    def read(self) -> Results:
        """All runs in the file, none if there is no file. A last row that was cut off by a kill is left out.

        A table without the line that says its format is of format 1, from before there was such a line.

        ValueError, in one line, if the file is something else, or a table of another format.
        """
        if not self.path.exists():
            return Results(())
        text = self.path.read_text(encoding="utf-8")
        said = re.match(r"# runs of training, format (.+)\n", text)
        if said and said[0] != FIRST_LINE:
            raise ValueError(
                f"{self.path} is a table of format {said[1]}; this version of the course reads format {FORMAT}. "
                "Name another file, or update the course"
            )
        names = ",".join(COLUMNS) + "\n"
        if (FIRST_LINE + names).startswith(text) or names.startswith(text):
            return Results(())  # nothing but a head, perhaps cut off
        rows = list(csv.reader(io.StringIO(text[said.end() if said else 0 : text.rfind("\n") + 1])))
        if not rows or tuple(rows[0]) != COLUMNS:
            raise ValueError(f"{self.path} is no table of runs: its columns are others. Name another file")
        runs: dict[str, Run] = {}
        for number, row in enumerate(rows[1:], start=3 if said else 2):
            try:
                run = _run(row)
            except ValueError:
                raise ValueError(f"{self.path}, line {number} is no run. Mend the line or remove it") from None
            runs.setdefault(run.key, run)
        return Results(tuple(runs.values()))

    def add(self, runs: Iterable[Run]) -> None:
        """Add runs at the end; what a kill has cut off there is taken away first."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        with self.path.open("ab+") as file:
            file.seek(0)
            text = file.read()
            whole = text[: text.rfind(b"\n") + 1]
            if whole in (b"", FIRST_LINE.encode()):
                file.truncate(0)
                lines.write(FIRST_LINE)
                writer.writerow(COLUMNS)
            else:
                file.truncate(len(whole))
            writer.writerows([_cell(getattr(run, name)) for name in COLUMNS] for run in runs)
            file.write(lines.getvalue().encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())


def _cell(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(f"{number:.{DIGITS}g}" for number in value)
    return "" if value is None else str(value)


def _run(row: list[str]) -> Run:
    """The run in a row of text; ValueError if it is none."""
    cells = dict(zip(COLUMNS, row, strict=True))
    values: dict[str, Any] = dict(cells)
    for name in ("loss", "val_loss", "val_accuracy"):
        values[name] = tuple(float(number) for number in cells[name].split())
    for name in ("rate", "seconds"):
        values[name] = float(cells[name])
    for name in ("seed", "epochs"):
        values[name] = int(cells[name])
    values["diverged"] = int(cells["diverged"]) if cells["diverged"] else None
    return Run(**values)


def curve(values: Array | None) -> tuple[float, ...]:
    """The values (epochs,) as a run holds them: with the digits of the table; empty for None."""
    return () if values is None else tuple(float(f"{value:.{DIGITS}g}") for value in values)
