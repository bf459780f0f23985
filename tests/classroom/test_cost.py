"""What reading a foreign file costs the grader grows with the file's size, and no faster."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

from autograder.classroom.intake.recover import recover, sides

LINES = "\\n" * 2_000_000
CONFLICT = "<<<<<<< HEAD\n{}=======\n{}>>>>>>> theirs\n"


def cells(letter: str, count: int) -> str:
    """Cells with large metadata of their own, as in a file."""
    metadata = {str(number): number for number in range(1500)}
    made = ({"cell_type": "code", "id": f"{letter}{i}", "metadata": metadata, "source": letter} for i in range(count))
    return "".join(f"{json.dumps(cell)},\n" for cell in made)


def test_a_merge_of_many_cells_is_read_in_the_time_of_its_size() -> None:
    """Every cell held against every other took 54 seconds of processor time; half of what such a file may have."""
    conflict = CONFLICT.format(cells("a", 250), cells("b", 250))
    file = f'{{"nbformat": 4, "metadata": {{}}, "cells": [\n{conflict}{{"cell_type": "code", "source": "last"}}\n]}}'
    began = time.process_time()
    notebook, _ = recover(file.encode())
    assert time.process_time() - began < 5
    assert sorted(cell.source for cell in notebook.cells) == ["a"] * 250 + ["b"] * 250 + ["last"]


@pytest.mark.parametrize(
    "file",
    [
        f'{{"cells": [{{"cell_type": "code", "metadata": {{}}, "source": "{LINES}"}}], "metadata": {{}}}}',
        "<<<<<<< HEAD\n" + "\n" * 4_000_000,
        CONFLICT.format("\n" * 2_000_000, "\n" * 2_000_000),
        '{"cells": [' + "1," * 1_000_000 + "1]}",
    ],
    ids=["breaks in a cell", "breaks after a marker", "breaks in a merge", "what is no cell"],
)
def test_no_file_takes_many_times_its_size_in_memory(file: str) -> None:
    data = file.encode()
    tracemalloc.start()
    try:
        recover(data)
    except ValueError:
        pass
    finally:
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 12 * len(data)


def test_both_sides_are_what_git_had() -> None:
    text = "same\n<<<<<<< HEAD\nours\n||||||| base\nbase\n=======\ntheirs\n>>>>>>> other\nend"
    assert sides(text) == ["same\nours\nend", "same\ntheirs\nend"]
    assert sides(text.replace("\n", "\r\n")) == ["same\r\nours\r\nend", "same\r\ntheirs\r\nend"]
    assert sides("a\n=======\nb\n>>>>>>> c\n") == ["a\n=======\nb\n>>>>>>> c\n"]
    assert sides("======= a heading\n" + text)[0] == "======= a heading\nsame\nours\nend"
    assert sides("x <<<<<<< HEAD\n=======\n>>>>>>> y\n") == ["x <<<<<<< HEAD\n=======\n>>>>>>> y\n"]
