"""The progress bar of sweeps and comparisons; it can be handed down, so that one bar shows all that is to come."""

from __future__ import annotations

from typing import Any


class Bar:
    """A bar that counts epochs of runs; used in a `with`."""

    def __init__(self, total: int, *, shown: bool = True, console: Any = None) -> None:
        """Total: how many epochs are expected. Nothing is seen if not `shown`. console: rich's; a new one on stdout."""
        self._progress: Any = None
        self._total = total
        if shown:
            from rich.console import Console  # Keras brings it along
            from rich.progress import Progress, TimeElapsedColumn

            columns = (*Progress.get_default_columns(), TimeElapsedColumn())
            self._progress = Progress(*columns, console=console or Console(), transient=True)
            self._bar = self._progress.add_task("", total=total)

    def __enter__(self) -> Bar:
        if self._progress:
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress:
            self._progress.stop()

    def expect(self, count: int) -> None:
        """So many more are to come."""
        self._total += count
        if self._progress:
            self._progress.update(self._bar, total=self._total)

    def advance(self, text: str, count: int) -> None:
        """So many more are done; the text says what is going on now."""
        if self._progress:
            self._progress.update(self._bar, advance=count, description=text)
