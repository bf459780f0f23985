"""What a person sees while waiting for grades."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from autograder.harmless import line


@contextmanager
def grading(console: Console, title: str, total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar; call what it yields with each student that is done."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, refresh_per_second=4) as progress:
        task = progress.add_task(f"{title}: starting processes", total=total)
        yield lambda student: progress.update(task, advance=1, description=f"{title}: {line(student)}")
