"""What students of these tests hand in: solutions of the sample class, typed into the released notebook."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from tps.optimizers.sample_class._accidents import RIGHT

from autograder.classroom.grading.batch import Batch
from autograder.classroom.grading.gradebook import Marks, held, opened
from autograder.classroom.handout.build import from_text
from autograder.classroom.intake.cells import grade_id
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.demo import SAMPLE, filled, solutions
from autograder.demo import hand_in as hand_in_all
from tests.shared import EXERCISES, TP, TPS, made_once

WRONG = "hugo_bernard"  # whose Adam lacks the bias correction; all else is right
WRITTEN = "written_comparison"  # the answer in words, which a person marks
POINTS = {exercise.name: exercise.points for exercise in EXERCISES[TP]}


def model_solutions() -> dict[str, str]:
    """The solution cells of the TP's text notebook, by exercise, without the lines that mark them."""
    cells = {grade_id(cell): cell.source.split("\n") for cell in from_text(TPS[TP])[0].cells}
    return {name: "\n".join(line for line in cells[name] if " SOLUTION" not in line) for name in POINTS}


def sources(student: str) -> dict[str, str]:
    """The solutions of one of the sample class."""
    return solutions(TPS[TP].folder / SAMPLE / f"{student}.py")


SOURCES = model_solutions() | sources(RIGHT)  # all that the TP asks for, also what nobody of the class has written


def hand_in(classroom: Classroom, student: str, written: dict[str, str]) -> Path:
    """Hand in the released notebook with these solutions; returns the file."""
    path = classroom.submitted(TP, student) / f"{TP}.ipynb"
    write(path, nbformat.writes(filled(read(classroom.release(TP)), written)))
    return path


def marks(classroom: Classroom, name: str) -> dict[str, Marks]:
    """What the gradebook holds of an assignment, by student: the grader's scores and those that people gave."""
    with opened(classroom) as gradebook:
        return {student: one.marks for student, one in held(gradebook, name).items()}


def without_pictures(notebook: NotebookNode) -> NotebookNode:
    """The notebook without the cells that only draw, which take a stock kernel most of its time."""
    notebook.cells = [cell for cell in notebook.cells if "picture" not in cell.metadata.get("tags", [])]
    return notebook


def a_few(classroom: Classroom, count: int) -> list[str]:
    """The first of the sample class hand in; returns their names."""
    students = hand_in_all(classroom, TPS[TP])
    for student in students[count:]:
        shutil.rmtree(classroom.submitted(TP, student).parent)
    return students[:count]


def graded_once(once: Path, built: Path) -> Classroom:
    """A classroom with the whole sample class, graded once in a run; not to be changed."""

    def make(root: Path) -> None:
        shutil.copytree(built, root)
        classroom = Classroom.at(root)
        students = hand_in_all(classroom, TPS[TP])
        assert all(result for _, result, _ in Batch(classroom, TP, students, 2))

    return Classroom.at(made_once(once, "graded", make))
