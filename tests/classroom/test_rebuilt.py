"""What reading a large hand-in came to is kept: the same as reading it again gives, until something changes."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell

from autograder.classroom.assignment import assignment
from autograder.classroom.grading.job import Job
from autograder.classroom.grading.prepare import prepared
from autograder.classroom.grading.rebuilt import LARGE
from autograder.classroom.intake.reading import Unreadable, read
from autograder.classroom.layout import Classroom, write
from autograder.demo import filled
from autograder.sandbox.limits import Limits
from tests.classroom.hand_ins import SOURCES, hand_in
from tests.shared import TP

STUDENT = "long_runs"


def again(classroom: Classroom) -> tuple[Job, list[str]]:
    return prepared(classroom, assignment(classroom, TP), STUDENT, Limits(), {})


def hand_in_much(classroom: Classroom) -> Path:
    """Right solutions, and a cell of the student's own with what it printed, more than a megabyte."""
    notebook = filled(read(classroom.release(TP)), SOURCES)
    printed = {"output_type": "stream", "name": "stdout", "text": "0.1\n" * (LARGE // 4)}
    notebook.cells.append(new_code_cell("print(x)", id="mine", outputs=[printed]))
    path = classroom.submitted(TP, STUDENT) / f"{TP}.ipynb"
    write(path, json.dumps(notebook))
    return path


def test_what_was_kept_is_what_reading_again_gives(classroom: Classroom) -> None:
    hand_in_much(classroom)
    job, repairs = again(classroom)
    kept = classroom.rebuilt(TP, STUDENT)
    before = kept.stat().st_mtime_ns
    job_again, repairs_again = again(classroom)
    assert kept.stat().st_mtime_ns == before
    assert (job_again.key, job_again.notebooks, repairs_again) == (job.key, job.notebooks, repairs)


@pytest.mark.parametrize("what", ["the file", "the time of its last edit", "the release", "a further notebook"])
def test_what_was_kept_counts_until_something_changes(classroom: Classroom, what: str) -> None:
    path = hand_in_much(classroom)
    again(classroom)
    kept = classroom.rebuilt(TP, STUDENT)
    write(kept, json.dumps(json.loads(kept.read_text()) | {"repairs": ["from what is kept"]}))
    assert again(classroom)[1] == ["from what is kept"]
    edited = path.stat().st_mtime_ns
    if what == "the file":
        write(path, path.read_text().replace("print(x)", "print(y)"))
        os.utime(path, ns=(edited, edited))
    elif what == "the time of its last edit":
        os.utime(path, (0, 0))
    elif what == "the release":
        released = json.loads(classroom.release(TP).read_text())
        released["cells"][0]["source"] = "another text"
        write(classroom.release(TP), json.dumps(released))
    else:
        write(path.with_name("other.ipynb"), "{}")
    assert "from what is kept" not in again(classroom)[1]


def test_of_a_small_hand_in_nothing_is_kept(classroom: Classroom) -> None:
    hand_in_much(classroom)
    again(classroom)
    assert classroom.rebuilt(TP, STUDENT).exists()
    hand_in(classroom, STUDENT, SOURCES)
    again(classroom)
    assert not classroom.rebuilt(TP, STUDENT).exists()


def test_why_a_large_file_cannot_be_read_is_kept(classroom: Classroom) -> None:
    write(classroom.submitted(TP, STUDENT) / f"{TP}.ipynb", "\n" * 2 * LARGE)
    said = []
    for _ in range(2):
        with pytest.raises(Unreadable) as unreadable:
            again(classroom)
        said.append(str(unreadable.value))
    assert classroom.rebuilt(TP, STUDENT).exists()
    assert said == [f"{TP}.ipynb cannot be read: it is empty"] * 2
