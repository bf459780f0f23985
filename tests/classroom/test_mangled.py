"""Whatever happens to a notebook or its file: it is read and rebuilt, and the solutions that are left are graded."""

from __future__ import annotations

import copy
import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from autograder.classroom.intake.reading import LARGEST, Unreadable, read, salvage, submission
from autograder.classroom.intake.rebuild import rebuild
from autograder.classroom.intake.recover import recover, sides
from autograder.classroom.layout import Classroom
from autograder.demo import filled
from tests.classroom.hand_ins import SOURCES, WRITTEN, sources
from tests.classroom.test_rendering import limited
from tests.shared import TP

OTHERS = sources("lucien_marchand")
HELD = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]  # the release is read once, and not changed


@pytest.fixture(scope="module")
def release(built: Path) -> NotebookNode:
    return read(built / "release" / TP / f"{TP}.ipynb")


def solved(notebook: NotebookNode, release: NotebookNode) -> dict[str, str]:
    """The solution sources that would be graded."""
    rebuilt, _ = rebuild(notebook, release)
    return {c.id: c.source.strip() for c in rebuilt.cells if c.id in SOURCES}


def skeleton(notebook: NotebookNode) -> list[str]:
    return [cell.id for cell in notebook.cells if not cell.id.startswith("own-")]


# --- what can happen to the cells ---

Mangle = Callable[[list[NotebookNode], random.Random], None]


def _delete(cells: list[NotebookNode], chance: random.Random) -> None:
    del cells[chance.randrange(len(cells))]


def _double(cells: list[NotebookNode], chance: random.Random) -> None:
    cells.insert(chance.randrange(len(cells) + 1), copy.deepcopy(chance.choice(cells)))


def _move(cells: list[NotebookNode], chance: random.Random) -> None:
    cells.insert(chance.randrange(len(cells)), cells.pop(chance.randrange(len(cells))))


def _retype(cells: list[NotebookNode], chance: random.Random) -> None:
    chance.choice(cells)["cell_type"] = chance.choice(["code", "markdown", "raw", "heading", None, 7])


def _retag(cells: list[NotebookNode], chance: random.Random) -> None:
    cell = chance.choice(cells)
    if isinstance(cell.get("metadata"), dict):
        cell["metadata"]["tags"] = chance.choice([["check"], ["skip-execution"], "x", None, [["a"]], {}])


def _strip(cells: list[NotebookNode], chance: random.Random) -> None:
    cell = chance.choice(cells)
    cell["metadata"] = chance.choice([{}, {}, {"nbgrader": []}, {"nbgrader": {"grade_id": None}}])
    cell["id"] = chance.choice([None, "x", cell.get("id")])


def _add(cells: list[NotebookNode], chance: random.Random) -> None:
    source = chance.choice(["", "x = 1", "def helper(x):\n    return x", "\ud800", "% %", "=======", "\x00"])
    cells.insert(chance.randrange(len(cells) + 1), new_code_cell(source))


def _as_lines(cells: list[NotebookNode], chance: random.Random) -> None:
    cell = chance.choice(cells)
    if isinstance(cell["source"], str):
        cell["source"] = cell["source"].replace("\n", "\r\n").splitlines(keepends=True)


MANGLES: list[Mangle] = [_delete, _double, _move, _retype, _retag, _strip, _add, _as_lines]


@settings(max_examples=60, derandomize=True, suppress_health_check=HELD)
@given(steps=st.lists(st.sampled_from(MANGLES), max_size=25), seed=st.integers(0, 2**32), other=st.booleans())
def test_any_sequence_of_accidents_is_repaired(
    release: NotebookNode, steps: list[Mangle], seed: int, other: bool
) -> None:
    chance = random.Random(seed)
    written = OTHERS if other else SOURCES
    cells = filled(release, written).cells
    for step in steps:
        step(cells, chance)
        cells = cells or [new_code_cell("")]
    submitted, _ = recover(json.dumps({"cells": cells, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode())
    before = copy.deepcopy(submitted)
    rebuilt, repairs = rebuild(submitted, release)
    nbformat.validate(rebuilt)
    assert submitted == before
    assert skeleton(rebuilt) == skeleton(release)
    assert all(isinstance(line, str) and "\n" not in line for line in repairs)
    left = {cell.source.strip() for cell in submitted.cells}
    for cell in rebuilt.cells:
        if cell.id in written and written[cell.id].strip() in left:
            assert cell.source.strip() == written[cell.id].strip(), cell.id
    again, _ = rebuild(rebuilt, release)
    assert [(c.cell_type, c.source) for c in again.cells] == [(c.cell_type, c.source) for c in rebuilt.cells]


@settings(max_examples=60, derandomize=True, suppress_health_check=HELD)
@given(data=st.binary(max_size=300), cut=st.integers(0, 5000), flips=st.lists(st.integers(0, 10**6), max_size=8))
def test_no_file_does_more_than_be_unreadable(
    release: NotebookNode, tmp_path: Path, data: bytes, cut: int, flips: list[int]
) -> None:
    """Random bytes; and a right notebook with its end cut off and single bytes overwritten."""
    whole = bytearray(nbformat.writes(filled(release, SOURCES)).encode())
    for flip in flips:
        whole[flip % len(whole)] = data[0] if data else 0
    for content in (data, bytes(whole[: len(whole) - cut])):
        path = tmp_path / "any.ipynb"
        path.write_bytes(content)
        for reader in (read, salvage):
            try:
                found = reader(path)
            except Unreadable as error:
                assert "\n" not in str(error)  # noqa: PT017
            else:
                notebook = found[0] if isinstance(found, tuple) else found
                assert skeleton(rebuild(notebook, release)[0]) == skeleton(release)


# --- what can happen to the file ---


def _written(release: NotebookNode, sources: dict[str, str] = SOURCES) -> str:
    return nbformat.writes(filled(release, sources))


def _old(text: str, version: int) -> str:
    notebook = nbformat.reads(text, as_version=4)
    for cell in notebook.cells:
        cell.pop("id")
    old = {"nbformat": version, "nbformat_minor": 0, "metadata": {"name": "old"}}
    cells = []
    for cell in notebook.cells:
        head = {} if version == 2 else {"metadata": cell.metadata}
        if cell.cell_type == "code":
            cells.append({"cell_type": "code", "input": cell.source, "language": "python", "outputs": [], **head})
        else:
            cells.append({"cell_type": cell.cell_type, "source": cell.source, **head})
    return json.dumps(old | {"worksheets": [{"cells": cells}]})


def _minor(text: str, minor: int) -> str:
    notebook = json.loads(text) | {"nbformat_minor": minor}
    for cell in notebook["cells"]:
        cell.pop("id")
    return json.dumps(notebook)


FILES: dict[str, Callable[[str], bytes]] = {
    "byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "Windows' own letters": lambda text: text.replace("\u2014", "-").encode("cp1252", "replace") + b" ",
    "Windows' line ends": lambda text: text.replace("\n", "\r\n").replace("\\n", "\\r\\n").encode(),
    "format 2": lambda text: _old(text, 2).encode(),
    "format 3": lambda text: _old(text, 3).encode(),
    **{f"format 4.{minor}": lambda text, minor=minor: _minor(text, minor).encode() for minor in range(6)},
    "another kernel": lambda text: json.dumps(
        json.loads(text) | {"metadata": {"kernelspec": {"name": "julia-1.9", "language": "julia"}}}
    ).encode(),
    "no format at all": lambda text: json.dumps({"cells": json.loads(text)["cells"]}).encode(),
    "metadata that are a list": lambda text: json.dumps(json.loads(text) | {"metadata": [1]}).encode(),
    "a lost end": lambda text: text[: text.rindex('"source"')].encode(),
}


@pytest.mark.parametrize("accident", FILES)
def test_a_file_that_went_through_something_keeps_its_solutions(release: NotebookNode, accident: str) -> None:
    notebook, told = recover(FILES[accident](_written(release)))
    assert solved(notebook, release) == SOURCES
    speaks = accident.startswith(("UTF-16", "Windows' own", "format 2", "format 3", "another", "a lost"))
    assert bool(told) == speaks, told


def test_a_written_answer_without_metadata_is_known_by_its_place(release: NotebookNode) -> None:
    text = "Momentum, because it remembers."
    notebook, _ = recover(_old(_written(release, SOURCES | {WRITTEN: text}), 2).encode())
    rebuilt, repairs = rebuild(notebook, release)
    assert next(cell.source for cell in rebuilt.cells if cell.id == WRITTEN) == text
    assert f"The cell {WRITTEN} had lost its metadata; it was known by its place." in repairs


def conflict(ours: str, theirs: str) -> str:
    """Two versions of a file with git's markers around the lines that differ, as an unfinished merge leaves them."""
    import difflib

    a, b = ours.splitlines(keepends=True), theirs.splitlines(keepends=True)
    lines: list[str] = []
    for what, i, j, k, m in difflib.SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if what == "equal":
            lines += a[i:j]
        else:
            lines += ["<<<<<<< HEAD\n", *a[i:j], "=======\n", *b[k:m], ">>>>>>> partner\n"]
    return "".join(lines)


def test_an_unfinished_merge_gives_the_solutions_of_both_sides(release: NotebookNode) -> None:
    half = list(SOURCES)[::2]
    ours = {name: SOURCES[name] for name in half}
    theirs = {name: text for name, text in SOURCES.items() if name not in half}
    text = conflict(_written(release, ours), _written(release, theirs))
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    notebook, told = recover(text.encode())
    assert solved(notebook, release) == SOURCES
    assert "unfinished git merge" in told[0]


def test_where_both_sides_wrote_the_same_solution_the_later_is_taken_and_it_is_said(release: NotebookNode) -> None:
    text = conflict(_written(release, SOURCES), _written(release, SOURCES | {"adam_step": OTHERS["adam_step"]}))
    notebook, _ = recover(text.encode())
    rebuilt, repairs = rebuild(notebook, release)
    assert solved(notebook, release) == SOURCES | {"adam_step": OTHERS["adam_step"]}
    assert "The cell adam_step was there several times; the last one that was changed is graded." in repairs
    assert len(rebuilt.cells) == len(release.cells)


def test_markers_inside_a_cell_are_a_merge_too(release: NotebookNode) -> None:
    stub = next(cell.source for cell in release.cells if cell.id == "adam_step")
    both = f"<<<<<<< HEAD\n{SOURCES['adam_step']}\n=======\n{stub}\n>>>>>>> partner\n"
    notebook, _ = recover(_written(release, SOURCES | {"adam_step": both}).encode())
    assert solved(notebook, release) == SOURCES


def test_a_text_without_markers_has_one_side() -> None:
    assert sides("a\n=======\nb\n") == ["a\n=======\nb\n"]
    assert sides("a\n<<<<<<< x\nb\n||||||| base\nc\n=======\nd\n>>>>>>> y\ne\n") == ["a\nb\ne\n", "a\nd\ne\n"]


def test_a_solution_split_in_two_keeps_both_parts(release: NotebookNode) -> None:
    """JupyterLab's "split cell" gives both parts the same metadata."""
    notebook = filled(release, SOURCES)
    at = [cell.id for cell in notebook.cells].index("adam_step")
    part = copy.deepcopy(notebook.cells[at])
    part.id, part.source = "other", "def corrected(x, beta, t):\n    return x / (1 - beta**t)"
    notebook.cells.insert(at, part)
    rebuilt, _ = rebuild(notebook, release)
    assert solved(notebook, release) == SOURCES
    ids = [cell.id for cell in rebuilt.cells]
    assert rebuilt.cells[ids.index("adam_step") - 1].source == part.source


def test_swapped_metadata_are_swapped_back(release: NotebookNode) -> None:
    mixed = SOURCES | {"adam_step": SOURCES["momentum_step"], "momentum_step": SOURCES["adam_step"]}
    assert solved(filled(release, mixed), release) == SOURCES


# --- where the file lies ---


@pytest.mark.parametrize(
    ("names", "graded", "says"),
    [
        (["my tp.ipynb"], "my tp.ipynb", "was called my tp.ipynb"),
        (["deep/down/optimizers.ipynb"], "deep/down/optimizers.ipynb", "was called deep/down/optimizers.ipynb"),
        (["optimizers.ipynb", "optimizers-Copy1.ipynb"], "optimizers.ipynb", "Of 2 notebooks optimizers.ipynb"),
        (["notes.ipynb", "tp (final).ipynb"], "tp (final).ipynb", "Of 2 notebooks tp (final).ipynb"),
        ([".ipynb_checkpoints/optimizers.ipynb", "optimizers.ipynb"], "optimizers.ipynb", ""),
        (["optimizers.ipynb.txt"], "optimizers.ipynb.txt", "was called optimizers.ipynb.txt"),
        (["optimizers.json"], "optimizers.json", "was called optimizers.json"),
        (["OPTIMIZERS.IPYNB", "notes.txt"], "OPTIMIZERS.IPYNB", "was called OPTIMIZERS.IPYNB"),
    ],
)
def test_the_notebook_that_holds_the_tp_is_found(
    classroom: Classroom, release: NotebookNode, names: list[str], graded: str, says: str
) -> None:
    for name in names:
        path = classroom.submitted(TP, "ada") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_written(release, SOURCES if name == graded else {}))
    notebooks, told = submission(classroom, TP, "ada", {TP: release})
    assert solved(notebooks[TP], release) == SOURCES
    assert says in "".join(told)
    assert bool(told) == bool(says)


@pytest.mark.parametrize(
    ("edited", "graded", "why"),
    [
        ({"optimizers (1).ipynb": 0, "optimizers (2).ipynb": 60}, "optimizers (2).ipynb", "it was edited last"),
        ({"optimizers (1).ipynb": 60, "optimizers (2).ipynb": 0}, "optimizers (1).ipynb", "it was edited last"),
        ({"optimizers.ipynb": 0, "draft.ipynb": 60}, "draft.ipynb", "it was edited last"),
        ({"optimizers (1).ipynb": 1, "optimizers (2).ipynb": 0}, "optimizers (2).ipynb", "its number is the highest"),
        ({"optimizers.ipynb": 0, "draft.ipynb": 0}, "optimizers.ipynb", "it has the right name"),
    ],
)
def test_of_several_versions_the_last_edit_is_graded(
    classroom: Classroom, release: NotebookNode, edited: dict[str, int], graded: str, why: str
) -> None:
    """A copied folder may give its files one time; then the number that a browser counts up tells."""
    for name, seconds in edited.items():
        path = classroom.submitted(TP, "ada") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_written(release, SOURCES if name == graded else OTHERS))
        os.utime(path, (1_700_000_000 + seconds,) * 2)
    notebooks, told = submission(classroom, TP, "ada", {TP: release})
    assert solved(notebooks[TP], release) == SOURCES
    assert f"Of 2 notebooks {graded} is graded: " in told[0]
    assert why in told[0]
    assert all(name in told[0] for name in edited)


def test_scratch_paper_is_no_version(classroom: Classroom, release: NotebookNode) -> None:
    names = {"optimizers.ipynb": SOURCES, "scratch.ipynb": {"adam_step": OTHERS["adam_step"]}}
    for seconds, (name, written) in enumerate(names.items()):
        path = classroom.submitted(TP, "ada") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_written(release, written))
        os.utime(path, (1_700_000_000 + 100 * seconds,) * 2)
    notebooks, _ = submission(classroom, TP, "ada", {TP: release})
    assert solved(notebooks[TP], release) == SOURCES


def test_a_file_that_is_large_by_its_outputs_is_read_without_them(tmp_path: Path, release: NotebookNode) -> None:
    notebook = filled(release, SOURCES)
    picture = nbformat.v4.new_output("display_data", data={"image/png": "A" * LARGEST})
    mean = 'x = {"outputs": [1, 2]}  # "outputs": ['
    notebook.cells += [
        new_code_cell(mean, outputs=[picture]),
        new_code_cell("y", outputs=[nbformat.v4.new_output("stream", text="0.25")]),
    ]
    path = tmp_path / "large.ipynb"
    path.write_text(nbformat.writes(notebook))
    found, told, size = salvage(path)
    assert solved(found, release) == SOURCES
    assert [cell.source for cell in found.cells[-2:]] == [mean, "y"]
    assert found.cells[-1].outputs[0].text == "0.25"
    assert "largest outputs and pictures were not read" in told[-1]
    assert size < 2**20


def test_a_file_that_is_large_by_what_was_pasted_or_by_widgets_is_read_without_it(
    tmp_path: Path, release: NotebookNode
) -> None:
    notebook = filled(release, SOURCES)
    state = {"state": {"model": {"text": "A" * LARGEST}}}
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": state}
    pasted = nbformat.v4.new_markdown_cell("See.", attachments={"a.png": {"image/png": "A" * LARGEST}})
    notebook.cells.insert(0, pasted)
    path = tmp_path / "large.ipynb"
    path.write_text(nbformat.writes(notebook))
    found, _, size = salvage(path)
    assert solved(found, release) == SOURCES
    assert found.cells[0].source == "See."
    assert size < 2**20


@pytest.mark.parametrize("text", ['{"cells": ["' + '\\"' * 15_000_000, '{"cells": [' + "[" * 25_000_000])
def test_a_large_file_that_is_not_all_outputs_is_refused_soon(tmp_path: Path, text: str) -> None:
    path = tmp_path / "large.ipynb"
    path.write_text(text)
    with limited(30), pytest.raises(Unreadable, match="larger than 20 MB without its outputs"):
        salvage(path)


def of_one_cell(grade_id: str, source: str) -> NotebookNode:
    """A notebook with one solution cell, which a test cell follows."""
    cells = [new_code_cell(source, id=grade_id), new_code_cell(f"assert {grade_id}", id=f"test-{grade_id}")]
    for cell, solution in zip(cells, (True, False), strict=True):
        cell.metadata["nbgrader"] = {"grade_id": cell.id, "solution": solution, "grade": not solution, "locked": False}
    return nbformat.v4.new_notebook(cells=cells)


BOTH = {"one": of_one_cell("a", "raise NotImplementedError"), "two": of_one_cell("b", "raise NotImplementedError")}


@pytest.mark.parametrize(
    ("files", "found", "says"),
    [
        ({"one.ipynb": "a", "two.ipynb": "b"}, {"one", "two"}, []),
        ({"one.ipynb": "a"}, {"one"}, ["two.ipynb was not handed in; it counts as not written."]),
        ({"one.ipynb": "a", "Two (1).ipynb": "b"}, {"one", "two"}, ["Two (1).ipynb; it is graded as two.ipynb"]),
        (
            {"1.ipynb": "a", "2.ipynb": "b"},
            {"one", "two"},
            ["1.ipynb; it is graded as one.", "2.ipynb; it is graded as two."],
        ),
        ({"one.ipynb": "a", "two.ipynb": ""}, {"one"}, ["two.ipynb cannot be read: it is empty.", "was not handed in"]),
        ({"one.ipynb": "a", "one-Copy1.ipynb": "a", "two.ipynb": "b"}, {"one", "two"}, []),
        ({"one.ipynb": "a", "two.ipynb": "b", "x.ipynb": "c"}, {"one", "two"}, ["it holds no solution: x.ipynb."]),
    ],
)
def test_of_several_notebooks_each_is_found(
    classroom: Classroom, files: dict[str, str], found: set[str], says: list[str]
) -> None:
    for name, cell in files.items():
        path = classroom.submitted("both", "ada") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(of_one_cell(cell, f"{cell} = 1")) if cell else "")
    notebooks, told = submission(classroom, "both", "ada", BOTH)
    assert set(notebooks) == found
    for name, notebook in notebooks.items():
        assert rebuild(notebook, BOTH[name])[0].cells[0].source == f"{BOTH[name].cells[0].id} = 1"
    assert len(told) == len(says)
    assert all(part in line for part, line in zip(says, told, strict=True))


def test_words_of_one_notebook_are_no_answer_in_another(classroom: Classroom) -> None:
    """Two notebooks in which nothing was written: each is graded under its own name, as it is."""
    release = {}
    for name in ("first", "second"):
        question = nbformat.v4.new_markdown_cell(f"Why, {name}?", id=f"why-{name}")
        answer = nbformat.v4.new_markdown_cell("YOUR ANSWER HERE", id=f"answer-{name}")
        answer.metadata["nbgrader"] = {"grade_id": answer.id, "solution": True, "grade": True, "points": 1}
        release[name] = nbformat.v4.new_notebook(cells=[question, answer])
        path = classroom.submitted("both", "ada") / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(nbformat.writes(release[name]))
    classroom.root.joinpath("release", "both").mkdir()
    classroom.root.joinpath("release", "both", "first.ipynb").touch()
    notebooks, told = submission(classroom, "both", "ada", release)
    assert told == []
    for name, notebook in notebooks.items():
        assert [cell.source for cell in rebuild(notebook, release[name])[0].cells] == [
            cell.source for cell in release[name].cells
        ]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("optimizers.zip", b"PK\x03\x04", "optimizers.zip is an archive, unpack it there"),
        ("optimizers.ipynb", b"PK\x03\x04", "it is an archive"),
        ("optimizers.ipynb", b"", "it is empty"),
        ("optimizers.py", b"x = 1", "optimizers.ipynb is missing (there: optimizers.py)"),
        ("optimizers.ipynb", b"[" * 10**5, "nested too deeply"),
        ("optimizers.ipynb", b'{"cells": {}}', "it has no cells"),
        ("optimizers.ipynb", b'{"cells": [' + b"{}," * 6000 + b"{}]}", "more than 5000 cells"),
    ],
)
def test_what_is_no_notebook_is_said_in_one_line(
    classroom: Classroom, release: NotebookNode, name: str, content: bytes, says: str
) -> None:
    path = classroom.submitted(TP, "ada") / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    with pytest.raises(Unreadable) as error:
        submission(classroom, TP, "ada", {TP: release})
    assert says in str(error.value)
    assert "\n" not in str(error.value)
