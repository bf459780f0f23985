"""From what a student handed in to a job: read -> rebuild, with what the assignment and the classroom add."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from nbformat import NotebookNode

from autograder.classroom.assignment import Assignment, with_hidden_tests
from autograder.classroom.grading.job import Job
from autograder.classroom.grading.rebuilt import rebuilt
from autograder.classroom.intake.carried import carried
from autograder.classroom.intake.timestamp import handed_in_at
from autograder.classroom.layout import Classroom
from autograder.sandbox.limits import Limits


def prepared(
    classroom: Classroom,
    assignment: Assignment,
    student: str,
    limits: Limits,
    sources: Mapping[str, Mapping[str, str]],
    elsewhere: bool = False,
) -> tuple[Job, list[str]]:
    """The job of grading a submission, and what was repaired. Unreadable if there is nothing to grade.

    sources: of plain tests, by notebook and cell, with their hidden parts. elsewhere: another machine may do the job,
    so that it carries the files of the TP.
    """
    handed_in, repairs = rebuilt(classroom, assignment, student)
    notebooks: dict[str, NotebookNode] = {}
    for name, released in assignment.notebooks.items():
        notebooks[name] = handed_in[name] if name in handed_in else deepcopy(released)
        with_hidden_tests(notebooks[name], assignment.tests[name], sources.get(name, {}))
    missing = tuple(name for name in notebooks if name not in handed_in)
    folder = classroom.submitted(assignment.name, student)
    taken = {path.name for path in classroom.released(assignment.name).iterdir() if path.is_file()}
    files, told = carried(folder, assignment.files, taken)
    _, untimely = handed_in_at(folder)
    repairs += [*told, *filter(None, [untimely])]
    return job(classroom, assignment, student, notebooks, limits, missing, elsewhere, files), repairs


def job(
    classroom: Classroom,
    assignment: Assignment,
    student: str,
    notebooks: Mapping[str, NotebookNode],
    limits: Limits,
    missing: tuple[str, ...] = (),
    elsewhere: bool = False,
    files: Mapping[str, bytes] | None = None,
) -> Job:
    """The job of grading rebuilt notebooks in this classroom; `files` are the student's own."""
    return Job(
        student=student,
        assignment=assignment.name,
        notebooks=notebooks,
        tests=assignment.tests,
        secret=classroom.secret(),
        limits=limits,
        files={**(files or {}), **assignment.files},
        public=assignment.public,
        modules=assignment.modules,
        guarded=assignment.guarded,
        not_by=assignment.not_by,
        hidden=(str(classroom.root), *assignment.hidden),
        missing=missing,
        version=assignment.version,
        sources=assignment.sources if elsewhere else {},
    )
