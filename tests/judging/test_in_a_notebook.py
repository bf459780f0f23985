"""The check in a real kernel, cell after cell, as a learner runs it."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.shared import TP

CHECK = """from course.judging import check

check("gradient_descent_step")"""
WRONG = """def gradient_descent_step(theta, grad, eta):
    return theta + eta * grad"""
BROKEN = """def gradient_descent_step(theta, grad, eta):
    return theta - eta * grad)"""
NOT_TO_ITS_END = """raise ValueError
def gradient_descent_step(theta, grad, eta):
    return theta - eta * grad"""
RIGHT = """def gradient_descent_step(theta, grad, eta):
    return theta - eta * grad"""

IN_ONE_CELL = f"{RIGHT}\n\n{CHECK}"
CAPTURED = f"%%capture\n{RIGHT} * 1"
MOVED = f"%%writefile own_steps.py\n{RIGHT} * 1.0"
IMPORTED = "from own_steps import gradient_descent_step"
GONE = f"import os; os.rename('checks.json', 'gone.json')\n{CHECK}"  # what is fetched again may be at another place
GOOD = [
    WRONG,
    IN_ONE_CELL,
    IN_ONE_CELL.replace("- eta", "-  eta"),
    CAPTURED,
    CHECK,
    WRONG,
    MOVED,
    IMPORTED,
    CHECK,
    GONE,
]


@pytest.fixture(scope="module")
def shown(built: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each of these cells shows."""
    cells = [CHECK, BROKEN, CHECK, WRONG, CHECK, BROKEN, CHECK, NOT_TO_ITS_END, CHECK, RIGHT, CHECK]
    return run(built, tmp_path_factory, cells)


@pytest.fixture(scope="module")
def shown_of_good(built: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What each of the cells shows in which nothing went wrong."""
    return run(built, tmp_path_factory, GOOD)


def run(built: Path, tmp_path_factory: pytest.TempPathFactory, cells: list[str]) -> list[str]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    folder = tmp_path_factory.mktemp("lab") / TP
    shutil.copytree(built / "release" / TP, folder)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=600, allow_errors=True, resources=resources, kernel_name="python3").execute()
    shown = [
        [out.get("data", {}).get("text/plain", "\n".join(out.get("traceback", []))) for out in cell.outputs]
        for cell in notebook.cells
    ]
    return ["".join(texts) for texts in shown]


def test_a_check_before_any_other_cell_is_one_line(shown: list[str]) -> None:
    assert shown[0] == "gradient_descent_step is not defined: no cell that ran has given this name a value."


def test_a_syntax_error_in_the_cell_above_is_told_with_its_line(shown: list[str]) -> None:
    told = "has a SyntaxError in line 2: `return theta - eta * grad)`, unmatched ')': nothing in it was run."
    assert told in shown[2]
    assert "from before" not in shown[2]  # there is none
    assert told in shown[6]
    assert "What is checked here is the gradient_descent_step from before." in shown[6]


def test_a_cell_that_was_not_run_to_its_end_is_told(shown: list[str]) -> None:
    assert "was not run to its end. What is checked here is the gradient_descent_step from before." in shown[8]


def test_nothing_is_said_of_a_cell_that_was_run(shown: list[str]) -> None:
    for place in (4, 10):
        assert "The last cell" not in shown[place]
    assert "gradient_descent_step: right." in shown[10]


@pytest.mark.parametrize("place", [1, 2, 4, 8], ids=["one cell", "and again", "captured", "moved to a module"])
def test_nothing_is_said_of_a_definition_that_was_run_in_another_way(shown_of_good: list[str], place: int) -> None:
    assert "gradient_descent_step: " in shown_of_good[place]
    assert "The last cell" not in shown_of_good[place]


def test_without_its_file_the_check_says_so_in_one_line(shown_of_good: list[str]) -> None:
    told = (
        "The check cannot run: checks.json is not beside this notebook; it comes with the assignment: fetch it again,"
    )
    assert shown_of_good[-1] == f"{told} or copy it here"
