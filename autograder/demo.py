"""`tp demo`: a made-up class hands in, from the build to the feedback, on real notebooks through real nbgrader."""

from __future__ import annotations

import copy
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from rich.console import Console

from autograder.classroom.batch import Batch
from autograder.classroom.build import build
from autograder.classroom.feedback import feedback
from autograder.classroom.layout import SOURCES, Classroom, source, tps, write
from autograder.classroom.reading import read
from autograder.classroom.report import report, results
from autograder.progress import grading

TP = "optimizers"  # the one that accidents happen to
CLASS = SOURCES / TP / "sample_class"
RIGHT = "amara_okafor"  # whose solutions the accidents below happen to

Accident = Callable[[NotebookNode], NotebookNode | str]


def demo(root: Path, workers: int, console: Console) -> int:
    """For each TP: build, hand in, grade, write feedback, report. Returns 0."""
    started = time.monotonic()
    classroom = Classroom.made_at(root)
    reports = []
    for tp in tps():
        console.print(f"[bold]{tp}[/bold]")
        with console.status("1/4  building: source, checks, release ..."):
            release = build(classroom, tp, source(tp))
        with console.status("2/4  a class hands in ..."):
            students = hand_in(classroom, release)
        console.print(f"2/4  {len(students)} submissions lie in {classroom.root / 'submitted'}")
        grading_started = time.monotonic()
        with grading(console, f"3/4  grading {tp}", len(students)) as done:
            for student, _, _ in Batch(classroom, tp, students, workers):
                done(student)
        seconds = time.monotonic() - grading_started
        console.print(f"3/4  graded in {seconds:.0f} s with {workers} workers")
        with console.status("4/4  writing feedback ..."):
            pages = feedback(classroom, tp)
        reports.append(report(tp, results(classroom, tp)))
    for table in reports:
        Console(width=max(console.width, 150)).print(table)
    print(
        f"""
All done in {time.monotonic() - started:.0f} s. Where to look next:
  a student's feedback     {pages[0]}
  a released notebook      {release}
  the gradebook            {classroom.root / "gradebook.db"}
  a TP as its author       {source(tp)}
  try it yourself          make lab"""
    )
    return 0


def hand_in(classroom: Classroom, release: Path) -> list[str]:
    """Put a TP's sample class into submitted/; returns the students' names. What lay there of this TP is replaced."""
    tp, released = release.stem, read(release)
    notebooks: dict[str, NotebookNode | str] = {
        path.stem: filled(released, solutions(path)) for path in sorted((SOURCES / tp / CLASS.name).glob("*.py"))
    }
    if tp == TP:
        right = notebooks[RIGHT]
        assert not isinstance(right, str)
        notebooks |= {name: accident(copy.deepcopy(right)) for name, accident in ACCIDENTS.items()}
    for student, notebook in notebooks.items():
        shutil.rmtree(classroom.submitted(tp, student), ignore_errors=True)
        text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
        write(classroom.submitted(tp, student) / f"{tp}.ipynb", text)
    return sorted(notebooks)


def solutions(path: Path) -> dict[str, str]:
    """The sources of one student's solution cells, by exercise, from a file of the sample class."""
    parts = re.split(r'^# %% grade_id="(\w+)"\n', path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def filled(release: NotebookNode, sources: dict[str, str]) -> NotebookNode:
    """The released notebook with the given solutions typed in."""
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        cell.source = sources.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""), cell.source)
    return notebook


def _place(notebook: NotebookNode, grade_id: str) -> int:
    ids = [cell.metadata.get("nbgrader", {}).get("grade_id") for cell in notebook.cells]
    return ids.index(grade_id)


def _deleted_test(notebook: NotebookNode) -> NotebookNode:
    del notebook.cells[_place(notebook, "test_adam_step")]
    return notebook


def _doubled_solution(notebook: NotebookNode) -> NotebookNode:
    place = _place(notebook, "momentum_step")
    draft = copy.deepcopy(notebook.cells[place])
    draft.id = "a-copy-made-in-jupyterlab"  # which copies the metadata, but not the id
    draft.source = "def momentum_step(theta, v, grad, eta, gamma=0.9):\n    return theta, v  # first try"
    notebook.cells.insert(place, draft)
    return notebook


def _endless_cell(notebook: NotebookNode) -> NotebookNode:
    notebook.cells.insert(_place(notebook, "rmsprop_step"), new_code_cell("while True:\n    pass"))
    return notebook


def _endless_function(notebook: NotebookNode) -> NotebookNode:
    notebook.cells[
        _place(notebook, "adagrad_step")
    ].source = (
        "def adagrad_step(theta, r, grad, eta, eps=1e-8):\n    while r.min() < np.inf:\n        r = r + grad**2 * 0"
    )
    return notebook


def _leaves(notebook: NotebookNode) -> NotebookNode:
    notebook.cells[_place(notebook, "step_decay")].source = "import os\n\nos._exit(0)"
    return notebook


ACCIDENTS: dict[str, Accident] = {
    "zz_deleted_a_test": _deleted_test,
    "zz_doubled_a_cell": _doubled_solution,
    "zz_endless_cell": _endless_cell,
    "zz_endless_function": _endless_function,
    "zz_left_early": _leaves,
    "zz_sent_something_else": lambda _: "Dear Sir or Madam, please find my solution attached.\n",
}
