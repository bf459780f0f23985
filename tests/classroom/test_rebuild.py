"""Rebuilding: whatever happened to a notebook, the student's solutions come through and nothing else does."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output, new_raw_cell

from autograder.classroom.intake.outputs import kept
from autograder.classroom.intake.own import beside_own_text
from autograder.classroom.intake.reading import read
from autograder.classroom.intake.rebuild import rebuild
from autograder.classroom.intake.recover import recover
from autograder.demo import filled
from tests.classroom.hand_ins import SOURCES, WRITTEN
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
    assert repairs == ["The cell momentum_step was there several times; the last one that was changed is graded."]


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
    assert f"The solutions of {ALL} were found in other cells and have been taken from there." in repairs


def test_a_solution_turned_into_markdown_is_still_code(submitted: NotebookNode, release: NotebookNode) -> None:
    at = place(submitted, "adam_step")
    metadata = submitted.cells[at].metadata
    submitted.cells[at] = new_markdown_cell(SOURCES["adam_step"], metadata=metadata)
    notebook, repairs = rebuild(submitted, release)
    assert skeleton(notebook) == skeleton(release)
    assert taken(notebook) == SOURCES
    assert repairs == ["The cell adam_step had become a cell of another type; its text has been taken."]


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
    *others, last = [cell.id for cell in release.cells if cell.metadata.get("nbgrader", {}).get("solution")]
    assert f"The cells {', '.join(others)} and {last} were missing; they count as not written." in repairs
    assert len(repairs) == 2  # these, and the tests


# --- what is written elsewhere ---

ALL = " and ".join((", ".join([*SOURCES][:-1]), [*SOURCES][-1]))


def stubs(submitted: NotebookNode, release: NotebookNode, text: str | None) -> None:
    """Put a text into all solution cells, or what the release has there; None deletes them."""
    for cell in [cell for cell in submitted.cells if cell.id in SOURCES]:
        if text is None:
            submitted.cells.remove(cell)
        else:
            cell.source = text or release.cells[place(release, cell.id)].source


@pytest.mark.parametrize("text", ["# see the last cell", "", None, "    # nothing yet"])
def test_what_is_defined_in_a_cell_of_ones_own_stays_there_and_no_stub_hides_it(
    submitted: NotebookNode, release: NotebookNode, text: str | None
) -> None:
    stubs(submitted, release, text)
    everything = "\n\n".join(SOURCES.values())
    submitted.cells.append(new_code_cell(everything))
    notebook, repairs = rebuild(submitted, release)
    assert [c.source for c in notebook.cells].count(everything) == 1
    assert not any("def " in source or "raise" in source for source in taken(notebook).values())
    assert repairs == [f"{ALL} are defined in other cells, and graded from there."]
    assert [c.source for c in rebuild(notebook, release)[0].cells] == [c.source for c in notebook.cells]


def test_a_stub_with_a_comment_in_it_is_a_stub(submitted: NotebookNode, release: NotebookNode) -> None:
    cell = submitted.cells[place(submitted, "adam_step")]
    stub = release.cells[place(release, "adam_step")].source
    cell.source = stub.replace("raise NotImplementedError", "# see below\n    raise NotImplementedError")
    assert cell.source != stub
    submitted.cells.append(new_code_cell(SOURCES["adam_step"]))
    notebook, repairs = rebuild(submitted, release)
    assert "raise" not in taken(notebook)["adam_step"]
    assert repairs == ["adam_step is defined in another cell, and graded from there."]


@pytest.mark.parametrize("where", ["check", "text"])
def test_a_solution_in_a_cell_that_does_not_run_is_taken_from_there(
    submitted: NotebookNode, release: NotebookNode, where: str
) -> None:
    stubs(submitted, release, "")
    at = place(submitted, "adam_step")
    if where == "check":
        cell = next(c for c in submitted.cells[at:] if "check" in c.metadata.get("tags", []))
        cell.source = f"{SOURCES['adam_step']}\n{cell.source}"
    else:
        submitted.cells.append(new_markdown_cell(SOURCES["adam_step"]))
    notebook, repairs = rebuild(submitted, release)
    assert taken(notebook)["adam_step"].startswith(SOURCES["adam_step"])
    assert repairs[0] == "The solution of adam_step was found in another cell and has been taken from there."


# --- what a person marks ---


def picture() -> dict[str, str]:
    return {"image/png": "iVBORw0KGgo="}


def test_an_answer_that_goes_on_in_other_cells_is_kept_in_its_place(
    submitted: NotebookNode, release: NotebookNode
) -> None:
    at = place(submitted, WRITTEN)
    submitted.cells[at].source = "First."
    pasted = new_markdown_cell("Second, see ![plot](attachment:plot.png).", attachments={"my plot.png": picture()})
    run = new_code_cell("plt.plot(losses)", outputs=[new_output("display_data", data=picture())])
    raw = new_raw_cell("Third.")
    submitted.cells[at + 1 : at + 1] = [pasted, run, raw]
    notebook, repairs = rebuild(recovered(submitted), release)
    assert repairs == []
    at = place(notebook, WRITTEN)
    assert [c.source for c in notebook.cells[at : at + 4]] == ["First.", pasted.source, "plt.plot(losses)", "Third."]
    assert [c.cell_type for c in notebook.cells[at : at + 4]] == ["markdown", "markdown", "code", "markdown"]
    assert notebook.cells[at + 1].attachments == {"picture-1": picture()}
    assert notebook.cells[at + 2].outputs[0].data["image/png"] == picture()["image/png"]
    assert all("nbgrader" not in c.metadata for c in notebook.cells[at + 1 : at + 4])
    nbformat.validate(notebook)


@pytest.mark.parametrize("form", ["![image.png](data:{})", '<img src="data:{}" width="300">'])
def test_pictures_that_stand_in_a_text_itself_are_shown_and_the_text_is_kept(
    submitted: NotebookNode, release: NotebookNode, form: str
) -> None:
    """As Colab puts them there, and what a person pastes is large."""
    data = "iVBORw0KGgo" + "A" * 500_000
    at = place(submitted, WRITTEN)
    submitted.cells[at].source = f"Look: {form.format(f'image/png;base64,{data}=')} A valley."
    submitted.cells.insert(at + 1, new_markdown_cell(f"More: {form.format(f'image/jpeg;base64,{data}')}"))
    notebook, repairs = rebuild(recovered(submitted), release)
    assert repairs == []
    answer, more = notebook.cells[place(notebook, WRITTEN) :][:2]
    assert answer.source == f"Look: {form.replace('data:{}', 'picture-1')} A valley."
    assert answer.attachments == {"picture-1": {"image/png": f"{data}="}}
    assert more.source == f"More: {form.replace('data:{}', 'picture-1')}"
    assert more.attachments == {"picture-1": {"image/jpeg": data}}


def test_pictures_in_the_released_text_are_not_the_students(submitted: NotebookNode, release: NotebookNode) -> None:
    shown = new_markdown_cell("Figure: ![](data:image/png;base64,iVBORw0KGgo=)", id="figure")
    for notebook in (release, submitted):
        notebook.cells.insert(1, copy.deepcopy(shown))
    submitted.cells[1].id = "another"
    notebook, _ = rebuild(recovered(submitted), release)
    assert skeleton(notebook) == skeleton(release)
    assert notebook.cells[1].source == shown.source


def test_a_picture_that_is_not_shown_is_said(submitted: NotebookNode) -> None:
    large = {"image/png": "A" * 40_000_000}
    submitted.cells[0].attachments = {"large.png": large}
    _, told = recover(nbformat.writes(submitted).encode())
    assert told == ["A picture in a text is too large, or of a kind that is not shown; it was left out."]


def test_an_answer_below_the_empty_cell_is_the_answer(submitted: NotebookNode, release: NotebookNode) -> None:
    at = place(submitted, WRITTEN)
    submitted.cells[at + 1 : at + 1] = [new_markdown_cell("First."), new_markdown_cell("Second.")]
    notebook, repairs = rebuild(submitted, release)
    at = place(notebook, WRITTEN)
    assert [c.source for c in notebook.cells[at : at + 2]] == ["First.", "Second."]
    assert repairs == [f"The answer {WRITTEN} stood in the cell after it."]


def test_an_answer_that_was_split_or_typed_into_the_question_is_kept(
    submitted: NotebookNode, release: NotebookNode
) -> None:
    """JupyterLab's "split cell" gives both parts the same metadata."""
    at = place(submitted, WRITTEN)
    submitted.cells[at].source = "Second part."
    first = copy.deepcopy(submitted.cells[at])
    first.id, first.source = "other", "First part."
    submitted.cells.insert(at, first)
    question = submitted.cells[at - 1]
    question.source += "\n\nMy answer."
    notebook, _ = rebuild(submitted, release)
    at = place(notebook, WRITTEN)
    released = release.cells[place(release, WRITTEN) - 1].source
    assert [c.source for c in notebook.cells[at - 3 : at + 1]] == [
        released,
        question.source,
        "First part.",
        "Second part.",
    ]


def test_an_answer_may_stand_above_the_empty_cell(submitted: NotebookNode, release: NotebookNode) -> None:
    assert WRITTEN not in beside_own_text(rebuild(submitted, release)[0])
    submitted.cells[place(submitted, WRITTEN) - 1].source += "\n\nMy answer."
    assert WRITTEN in beside_own_text(rebuild(submitted, release)[0])


def test_a_picture_cell_keeps_what_it_showed_and_its_changed_numbers_but_does_not_run(
    submitted: NotebookNode, release: NotebookNode
) -> None:
    cells = [c for c in submitted.cells if "picture" in c.metadata.get("tags", [])]
    for cell in cells[:2]:
        cell.outputs = [new_output("display_data", data=picture())]
    cells[1].source += "\n# with eta = 0.3"
    notebook, _ = rebuild(submitted, release)
    ids = [c.id for c in notebook.cells]
    assert notebook.cells[ids.index(cells[0].id)].outputs == cells[0].outputs
    changed = notebook.cells[ids.index(cells[1].id) + 1]
    assert (changed.source, changed.metadata.tags) == (cells[1].source, ["own", "picture"])
    assert changed.outputs == cells[1].outputs


def recovered(notebook: NotebookNode) -> NotebookNode:
    return recover(nbformat.writes(notebook).encode())[0]


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ({"output_type": "stream", "text": ["a\n", "b"]}, "a\nb"),
        ({"output_type": "execute_result", "data": {"text/html": "<script>", "text/plain": "0.5"}}, "0.5"),
        ({"output_type": "display_data", "data": {"text/html": "<b>x</b>"}}, None),
        ({"output_type": "display_data", "data": {"application/javascript": "x", "image/png": "<script>"}}, None),
        ({"output_type": "error", "ename": "NameError", "evalue": "x", "traceback": []}, "NameError: x"),
        ({"output_type": "stream", "text": "x" * 5000}, "x" * 4000 + "\n[more was left out]"),
        ({"output_type": "pyout", "text": "7"}, "7"),
        ("nonsense", None),
        ({"output_type": "stream", "text": {"a": 1}}, None),
    ],
)
def test_of_outputs_only_text_and_pictures_are_kept(output: object, shown: str | None) -> None:
    found = kept([output])
    assert [one.get("text") or one.data["text/plain"] for one in found] == ([] if shown is None else [shown])
    assert all(set(one.get("data", {})) <= {"text/plain"} for one in found)


def test_a_drawing_is_kept_as_a_picture_that_can_run_nothing() -> None:
    svg = "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
    about = {"image/svg+xml": {"alt": '"><script>', "width": 300, "onload": "alert(1)"}}
    (found,) = kept([{"output_type": "display_data", "data": {"image/svg+xml": svg}, "metadata": about}])
    start = '<img width="300" alt="&quot;&gt;&lt;script&gt;" src="data:image/svg\\+xml;base64,'
    assert re.fullmatch(rf'{start}[\w+/=]+">', found.data["text/html"])


@pytest.mark.parametrize(
    ("metadata", "text", "about"),
    [
        ({"image/png": {"alt": "A\nb.", "width": 64, "height": 48}}, "", {"alt": "A b.", "width": 64, "height": 48}),
        ({"alt": "One.", "width": 640, "id": "x"}, "x", {"alt": "One.", "width": 640}),
        ({"png": {"width": 640}}, "<Figure>", {"alt": "<Figure>", "width": 640}),
        ({"image/png": {"width": 2001, "height": 0}}, "x", {"alt": "x"}),
        ({"image/png": {"width": True, "height": "9 onload=x", "alt": ["x"] * 3}}, "y", {"alt": "xxx"}),
        ({"image/png": {"alt": "\ud800" + "x" * 5000}}, "y", {"alt": "?" + "x" * 3999 + " [more was left out]"}),
        ({"image/png": [1], "filenames": {"image/png": "/etc/passwd"}}, "", {"alt": "a picture without a description"}),
        (None, " ", {"alt": "a picture without a description"}),
    ],
)  # fmt: skip
def test_a_picture_keeps_its_words_and_its_size_and_nothing_else(
    metadata: object, text: str, about: dict[str, object]
) -> None:
    data = {"image/png": "iVBORw0KGgo=", "text/plain": text}
    (found,) = kept([{"output_type": "display_data", "data": data, "metadata": metadata}])
    assert found.metadata == {"image/png": about}


def test_too_many_outputs_are_left_out_from_where_they_are_too_many(
    submitted: NotebookNode, release: NotebookNode
) -> None:
    large = {"image/png": "A" * 900_000}
    submitted.cells += [new_code_cell(f"{i}", outputs=[new_output("display_data", data=large)]) for i in range(8)]
    notebook, _ = rebuild(submitted, release)
    assert sum("data" in cell.outputs[0] for cell in notebook.cells[-8:]) == 5
    assert "left out" in notebook.cells[-1].outputs[0].text
