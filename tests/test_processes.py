"""Work shared out over processes."""

from __future__ import annotations

import gc
from pathlib import Path

from autograder.processes import in_processes


class Heir:
    """Something that must end in the process that made it."""

    def __init__(self, told: Path) -> None:
        self.itself, self.told = self, told

    def __del__(self) -> None:
        self.told.touch()


def test_a_fork_collects_nothing_that_it_was_born_with(tmp_path: Path) -> None:
    gc.disable()
    try:
        Heir(tmp_path / "ended")
        found = in_processes(lambda _: (gc.collect(), (tmp_path / "ended").exists())[1], range(4), 2, "collecting")
        assert [ended for _, ended in found] == [False] * 4
    finally:
        gc.enable()
    gc.collect()
    assert (tmp_path / "ended").exists()
