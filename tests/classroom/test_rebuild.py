"""Rebuilding: whatever happened to a notebook, the student's solutions come through and nothing else does."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.classroom.intake.reading import read
from autograder.classroom.intake.rebuild import rebuild
from autograder.demo import filled
from tests.classroom.hand_ins import SOURCES
from tests.shared import TP


@pytest.fixture
def release(built: Path) -> NotebookNode:
    return read(built / "release" / TP / f"{TP}.ipynb")


@pytest.fixture
def submitted(release: NotebookNode) -> NotebookNode:
    return filled(release, SOURCES)


def place(notebook: NotebookNode, grade_id: str) -> int:
    return [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells].index(grade_id)


def taken(notebook: NotebookNode) -> dict[str, str]:
    """The solution sources of a rebuilt notebook, by exercise."""
    return {c.id: c.source.strip() for c in notebook.cells if c.id in SOURCES}


def skeleton(notebook: NotebookNode) -> list[tuple[str, str]]:
    return [(c.id, c.cell_type) for c in notebook.cells]


def test_an_untouched_structure_needs_no_repair(submitted: NotebookNode, release: NotebookNode) -> None:
    before = copy.deepcopy((submitted, release))
    notebook, repairs = rebuild(submitted, release)
    assert repairs == []
    assert taken(notebook) == SOURCES
    assert skeleton(notebook) == skeleton(release)
    assert (submitted, release) == before


def test_rebuilding_twice_changes_nothing(submitted: NotebookNode, release: NotebookNode) -> None:
    submitted.cells.insert(place(submitted, "adam_step"), new_code_cell("def helper(x):\n    return x"))
    once, _ = rebuild(submitted, release)
    twice, repairs = rebuild(once, release)
    assert [c.source for c in once.cells] == [c.source for c in twice.cells]
    assert repairs == []


def test_a_deleted_test_cell_is_put_back(submitted: NotebookNode, release: NotebookNode) -> None:
    del submitted.cells[place(submitted, "test_adam_step")]
    notebook, repairs = rebuild(submitted, release)
    assert skeleton(notebook) == skeleton(release)
    assert repairs == ["The cell test_adam_step was missing and has been put back."]


def test_an_edited_test_cell_is_put_back(submitted: NotebookNode, release: NotebookNode) -> None:
    submitted.cells[place(submitted, "test_adam_step")].source = "pass"
    notebook, repairs = rebuild(submitted, release)
    assert "pass" not in [c.source for c in notebook.cells]
    assert repairs == ["The cell test_adam_step had been changed and has been put back."]


def test_of_a_doubled_solution_the_last_changed_one_counts(submitted: NotebookNode, release: NotebookNode) -> None:
    at = place(submitted, "momentum_step")
    draft, stub = copy.deepcopy(submitted.cells[at]), copy.deepcopy(release.cells[place(release, "momentum_step")])
    draft.source = "def momentum_step(): ..."
    submitted.cells.insert(at, draft)
    submitted.cells.append(stub)
    notebook, repairs = rebuild(submitted, release)
    assert taken(notebook) == SOURCES
    assert repairs == ["There were 3 cells momentum_step; the last one that was changed is graded."]


def test_reordered_cells_come_back_in_order(submitted: NotebookNode, release: NotebookNode) -> None:
    submitted.cells.reverse()
    notebook, _ = rebuild(submitted, release)
    assert [c for c in skeleton(notebook) if not c[0].startswith("own-")] == skeleton(release)
    assert taken(notebook) == SOURCES


def test_lost_metadata_are_no_loss(submitted: NotebookNode, release: NotebookNode) -> None:
    for cell in submitted.cells:
        cell.metadata = NotebookNode()
        del cell["id"]
    notebook, repairs = rebuild(submitted, release)
    assert taken(notebook) == SOURCES
    assert "The solution of adam_step was found in another cell and has been taken from there." in repairs


def test_a_solution_turned_into_markdown_is_still_code(submitted: NotebookNode, release: NotebookNode) -> None:
    at = place(submitted, "adam_step")
    metadata = submitted.cells[at].metadata
    submitted.cells[at] = new_markdown_cell(SOURCES["adam_step"], metadata=metadata)
    notebook, repairs = rebuild(submitted, release)
    assert skeleton(notebook) == skeleton(release)
    assert taken(notebook) == SOURCES
    assert repairs == ["The cell adam_step had become a markdown cell; its text has been taken."]


def test_a_helper_in_a_cell_of_its_own_keeps_its_place(submitted: NotebookNode, release: NotebookNode) -> None:
    submitted.cells.insert(place(submitted, "adam_step"), new_code_cell("def unbiased(x, beta, t):\n    return x"))
    notebook, repairs = rebuild(submitted, release)
    assert repairs == []
    sources = [c.source for c in notebook.cells]
    helper = sources.index("def unbiased(x, beta, t):\n    return x")
    assert place(notebook, "test_rmsprop_step") < helper < place(notebook, "adam_step")


def test_metadata_points_tags_and_what_tests_show_come_from_the_release(
    submitted: NotebookNode, release: NotebookNode
) -> None:
    cell = submitted.cells[place(submitted, "test_adam_step")]
    cell.metadata.nbgrader.points = 1000
    cell.metadata.tags = ["skip-execution"]
    for cell in submitted.cells:
        cell.metadata["evil"] = "yes"
        if cell.cell_type == "code":
            cell.outputs = [NotebookNode(output_type="stream", name="stdout", text="20/20")]
    notebook, _ = rebuild(submitted, release)
    for ours, theirs in zip(notebook.cells, release.cells, strict=True):
        assert ours.metadata == theirs.metadata
        if theirs.metadata.get("nbgrader", {}).get("grade"):
            assert ours.get("outputs") == theirs.get("outputs")


@pytest.mark.parametrize(
    "metadata", [{"nbgrader": "x"}, {"nbgrader": {"grade_id": ["a"]}}, {"nbgrader": {"grade_id": ""}}]
)
def test_nonsense_in_metadata_is_ignored(
    submitted: NotebookNode, release: NotebookNode, metadata: dict[str, object]
) -> None:
    submitted.cells[place(submitted, "adam_step")].metadata = NotebookNode(metadata)
    assert taken(rebuild(submitted, release)[0]) == SOURCES


def test_an_empty_notebook_becomes_the_release(release: NotebookNode) -> None:
    empty = NotebookNode(cells=[], metadata={}, nbformat=4, nbformat_minor=5)
    notebook, repairs = rebuild(empty, release)
    assert [c.source for c in notebook.cells] == [c.source for c in release.cells]
    assert "The cell adam_step was missing; it counts as not written." in repairs
