"""`tp check-exercises`: hold the gate in fresh randomness, show what kills what, and count beside other checks."""

from __future__ import annotations

import multiprocessing
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from autograder.exercises import EXERCISES
from autograder.gate import Examination, examine

ALL = {exercise.name: exercise for exercises in EXERCISES.values() for exercise in exercises}


def check_exercises(seeds: list[int], show: Console, progress: Console) -> int:
    """Hold the gate with each seed and print the kill matrices. Returns 0 if it is green, 1 if it is red."""
    found = {name: Examination(exercise) for name, exercise in ALL.items()}
    tasks = [(name, seed) for seed in seeds for name in ALL]
    for (name, seed), (faults, kills) in _in_processes(_examined, tasks, progress, "the gate"):
        found[name].add(seed, faults, kills)
    for examination in found.values():
        show.print(kill_matrix(examination))
        show.print(*_remarks(examination), sep="\n", end="\n\n")
    show.print(
        "x: the mistake does not meet the criterion. o: with some draws only. .: it does. Yellow: killed by one alone."
    )
    show.print(summary(list(found.values())))
    faults = [f"{name}: {fault}" for name, examination in found.items() for fault in examination.faults]
    for fault in faults:
        show.print(f"[red]RED[/red] {fault}", highlight=False)
    return 1 if faults else 0


def compare(show: Console, progress: Console) -> int:
    """Print the two tables of README.md. Returns 0."""
    from autograder.comparison import counted, tables, variants

    found = [count for _, count in _in_processes(counted, variants(), progress, "other checks")]
    for line in tables(found):
        show.print(line, markup=False, highlight=False, soft_wrap=True)
    return 0


def catalogue(show: Console) -> int:
    """Print every mistake: what was done, what it does, what the student reads and where to read again. Returns 0."""
    for exercise in ALL.values():
        table = Table(
            title=f"{exercise.name}: {len(exercise.mistakes)} mistakes", title_justify="left", show_lines=True
        )
        for column, share in (("mistake", 2), ("what was done, and what it does", 4), ("what the student reads", 4)):
            table.add_column(column, ratio=share, overflow="fold")
        for wrong in exercise.mistakes:
            published = f"\nPublished: {wrong.convention}." if wrong.convention else ""
            others = "".join(f"\nThe same numbers: {words}." for words in wrong.also)
            table.add_row(
                Text(f"{exercise.prefix}/{wrong.id}"),
                Text(f"{wrong.did}\n{wrong.effect}{published}{others}"),
                Text(f"{wrong.hint}\n-> {wrong.section}"),
            )
        show.print(table)
    return 0


def fresh_seeds(count: int) -> list[int]:
    """Seeds that nobody has seen."""
    return [secrets.randbits(32) for _ in range(count)]


def kill_matrix(found: Examination) -> Table:
    """One row per mistake, one column per criterion: which are not met (x always, o with some seeds only)."""
    table = Table(title=f"{found.exercise.name}: what kills what", title_justify="left", pad_edge=False)
    table.add_column("mistake")
    for number in range(1, len(found.criteria) + 1):
        table.add_column(str(number), justify="center")
    for mistake, row in found.kills.items():
        marks = ["x" if n == len(found.seeds) else "o" if n else "." for n in row.values()]
        table.add_row(mistake, *marks, style="yellow" if mistake in found.lone else "")
    killed = [str(sum(row[name] > 0 for row in found.kills.values())) for name in found.criteria]
    table.add_section()
    table.add_row("mistakes killed", *killed)
    return table


def _remarks(found: Examination) -> Iterator[str]:
    yield "  ".join(f"{number} {name}" for number, name in enumerate(found.criteria, start=1))
    if found.idle:
        yield f"[red]kills nothing:[/red] {', '.join(found.idle)}"
    by_criterion: dict[str, list[str]] = {}
    for mistake, criterion in found.lone.items():
        by_criterion.setdefault(criterion, []).append(mistake)
    for criterion, mistakes in by_criterion.items():
        yield f"[yellow]killed by '{criterion}' alone:[/yellow] {', '.join(mistakes)}"


def summary(found: list[Examination]) -> Table:
    """One row per exercise: how many mistakes and right forms, how many were killed and named, on how many draws."""
    table = Table(title="The gate", title_justify="left")
    for column in ("exercise", "mistakes", "other spellings", "right forms", "criteria", "draws", "faults"):
        table.add_column(column, justify="left" if column == "exercise" else "right")
    rows = [
        (
            len(e.exercise.mistakes),
            sum(len(wrong.also) for wrong in e.exercise.mistakes),
            len(e.exercise.equivalents) + 1,
            len(e.criteria),
            len(e.seeds),
            len(e.faults),
        )
        for e in found
    ]
    for examination, row in zip(found, rows, strict=True):
        table.add_row(examination.exercise.name, *map(str, row), style="red" if examination.faults else "")
    table.add_section()
    table.add_row("all", *(str(sum(column)) for column in zip(*rows, strict=True)))
    return table


def _examined(task: tuple[str, int]) -> tuple[list[str], dict[str, list[str]]]:
    name, seed = task
    return examine(ALL[name], seed)


def _in_processes(
    work: Callable[[Any], Any], tasks: list[Any], console: Console, title: str
) -> Iterator[tuple[Any, Any]]:
    """Each task with its result, in order, under a progress bar; one process per core."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    fork = multiprocessing.get_context("fork")
    with ProcessPoolExecutor(os.cpu_count(), mp_context=fork) as pool, Progress(*columns, console=console) as bar:
        done: Iterable[Any] = bar.track(pool.map(work, tasks), total=len(tasks), description=title)
        yield from zip(tasks, done, strict=True)
