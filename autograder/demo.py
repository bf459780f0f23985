"""`tp demo`: a made-up class hands in, from the build to the feedback, on real notebooks through real nbgrader."""

from __future__ import annotations

import copy
import re
import shutil
import time
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from rich.console import Console

from autograder.classroom.grading.batch import Batch
from autograder.classroom.handout.build import build
from autograder.classroom.intake.cells import grade_id
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.classroom.returns.feedback import feedback
from autograder.classroom.returns.report import report, results, waiting
from autograder.content import finding
from autograder.content.tp import TP
from autograder.faults import WrongUsage
from autograder.progress import grading

SAMPLE = "sample_class"  # the folder of a TP with a class that hands in


def demo(root: Path, workers: int, console: Console) -> int:
    """For each TP: build, hand in, grade, write feedback, report. Returns 0, or 1 if a submission was not graded."""
    started = time.monotonic()
    classroom = Classroom.made_at(root)
    reports, failed = [], 0
    tps = {id: tp for id, tp in finding.found(classroom.sources).items() if (tp.folder / SAMPLE).is_dir()}
    if not tps:
        raise WrongUsage(f"there is no TP with a {SAMPLE}/, the folder of a made-up class")
    for name, tp in tps.items():
        console.print(f"[bold]{name}[/bold]")
        with console.status("1/4  building: source, checks, release ..."):
            release = build(classroom, name, tps).release
        with console.status("2/4  a class hands in ..."):
            students = hand_in(classroom, tp)
        console.print(f"2/4  {len(students)} submissions lie in {classroom.root / 'submitted'}")
        grading_started = time.monotonic()
        with grading(console, f"3/4  grading {name}", len(students)) as done:
            for student, _, fault in Batch(classroom, name, students, workers):
                done(student)
                if fault:
                    failed += 1
                    console.print(f"{student}: {fault}", style="red", markup=False, highlight=False)
        seconds = time.monotonic() - grading_started
        console.print(f"3/4  graded in {seconds:.0f} s with {workers} workers")
        with console.status("4/4  writing feedback ..."):
            pages = feedback(classroom, name)
        found = results(classroom, name)
        reports.append(report(name, found, waiting(classroom, name, found)))
    for table in reports:
        Console(width=max(console.width, 150)).print(table)
    print(
        f"""
All done in {time.monotonic() - started:.0f} s. Where to look next:
  a student's feedback     {pages[0]}
  a released notebook      {release}
  the gradebook            {classroom.root / "gradebook.db"}
  a TP as its author       {tp.folder}
  try it yourself          tp lab"""
    )
    return 1 if failed else 0


def hand_in(classroom: Classroom, tp: TP) -> list[str]:
    """Put a TP's sample class into submitted/; returns the students' names. What lay there of this TP is replaced."""
    released = read(classroom.release(tp.id))
    right: dict[str, NotebookNode] = {path.stem: filled(released, solutions(path)) for path in sample(tp)}
    notebooks: dict[str, NotebookNode | str] = {**right}
    if (tp.folder / SAMPLE / "_accidents.py").is_file():
        module = tp.module(f"{SAMPLE}._accidents")
        accidents = module.ACCIDENTS.items()
        notebooks |= {name: accident(copy.deepcopy(right[module.RIGHT])) for name, accident in accidents}
    for student, notebook in notebooks.items():
        shutil.rmtree(classroom.submitted(tp.id, student), ignore_errors=True)
        text = notebook if isinstance(notebook, str) else nbformat.writes(notebook)
        write(classroom.submitted(tp.id, student) / f"{tp.id}.ipynb", text)
    return sorted(notebooks)


def sample(tp: TP) -> list[Path]:
    """The files of a TP's sample class, one for each student."""
    return sorted(path for path in (tp.folder / SAMPLE).glob("*.py") if not path.stem.startswith("_"))


def solutions(path: Path) -> dict[str, str]:
    """The sources of one student's solution cells, by exercise, from a file of the sample class."""
    parts = re.split(r'^# %% grade_id="(\w+)"\n', path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def filled(release: NotebookNode, sources: dict[str, str]) -> NotebookNode:
    """The released notebook with the given solutions typed in."""
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        cell.source = sources.get(grade_id(cell) or "", cell.source)
    return notebook
