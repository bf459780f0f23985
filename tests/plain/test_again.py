"""Plain tests keep what they earned and what they defined, whatever else of a submission ran twice or came later."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.classroom.grading.results import kept
from autograder.classroom.layout import Classroom
from autograder.cli import main
from tests.plain import ours

NAME = "in_a_row"
RIGHT = "def f(x):\n    return x + 1"


def graded_cell(grade_id: str, source: str, **how: object) -> nbformat.NotebookNode:
    meta = {"schema_version": 3, "grade_id": grade_id, "task": False, "locked": False} | how
    return new_code_cell(source, id=grade_id, metadata={"nbgrader": meta})


@pytest.fixture
def room(tmp_path: Path) -> Path:
    """A classroom with an assignment whose second test uses what the first one has defined."""
    test = {"grade": True, "solution": False, "locked": True, "points": 2}
    cells = [
        graded_cell("f", "### BEGIN SOLUTION\n### END SOLUTION", grade=False, solution=True),
        graded_cell("first", "data = [1, 2]\nassert f(data[0]) == 2", **test),
        graded_cell("second", "assert f(data[1]) == 3", **test),
    ]
    notebook = new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}})
    (tmp_path / "source" / NAME).mkdir(parents=True)
    nbformat.write(notebook, tmp_path / "source" / NAME / f"{NAME}.ipynb")
    assert main(["--classroom", str(tmp_path), "build", NAME]) == 0
    return tmp_path


@pytest.mark.parametrize(
    "between",
    # The limit of the last is waited for.
    ["import os; os._exit(1)", "pass", pytest.param("while True: pass", marks=pytest.mark.full)],
)
def test_what_runs_again_after_an_accident_finds_what_earlier_tests_defined(room: Path, between: str) -> None:
    notebook = nbformat.read(room / "release" / NAME / f"{NAME}.ipynb", as_version=4)
    notebook.cells[0].source = RIGHT
    notebook.cells.insert(2, new_code_cell(between, id="own"))
    (room / "submitted" / "ada" / NAME).mkdir(parents=True)
    nbformat.write(notebook, room / "submitted" / "ada" / NAME / f"{NAME}.ipynb")
    ours.by_tp(room, NAME)
    assert {e["cell"]: e["score"] for e in ours.said(room, NAME)["ada"]["exercises"]} == {"first": 2.0, "second": 2.0}


def test_a_notebook_that_comes_later_counts_and_one_that_is_gone_does_not(once: Path, tmp_path: Path) -> None:
    """Also where nothing was written into it: it was handed in."""
    root, student = shutil.copytree(ours.graded(once), tmp_path / "room"), "hana_right"
    path = root / "submitted" / student / "growth" / "2_model.ipynb"
    untouched = (root / "release" / "growth" / path.name).read_bytes()
    for there in (True, False, True):
        path.unlink(missing_ok=True)
        if there:
            path.write_bytes(untouched)
        ours.by_tp(root, "growth")
        result = kept(Classroom.at(root), "growth", student)
        assert result is not None
        assert result.missing == ([] if there else ["2_model"])
        assert (root / "autograded" / student / "growth" / path.name).exists() == there
