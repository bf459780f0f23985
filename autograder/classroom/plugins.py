"""nbgrader's side of the grading: the preprocessors that rebuild, judge and record, and their configuration.

nbgrader stays the frame. `nbgrader autograde` and the Formgrader's button run these three steps inside nbgrader's own
converter; they call the same functions as `tp grade`, on the same gradebook, and share its kept results.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.classroom.assignment import Assignment, assignment, test_sources
from autograder.classroom.grading.prepare import prepared
from autograder.classroom.grading.record import enter, shown, sources
from autograder.classroom.grading.results import keep, kept
from autograder.classroom.grading.worker import work
from autograder.classroom.intake.reading import submission
from autograder.classroom.intake.rebuild import rebuild
from autograder.classroom.layout import Classroom
from autograder.content import finding
from autograder.sandbox.limits import Limits

Resources = dict[str, Any]
MODULE = __name__


def configure(config: Any, file: str) -> None:
    """Fill in the configuration of the classroom whose nbgrader_config.py is `file`."""
    config.CourseDirectory.root = str(Path(file).resolve().parent)
    config.CourseDirectory.course_id = "deep-learning-for-finance"
    config.Autograde.sanitize_preprocessors = [f"{MODULE}.Rebuild"]
    config.Autograde.autograde_preprocessors = [
        f"{MODULE}.Judge",
        f"{MODULE}.Record",
        "nbgrader.preprocessors.AssignLatePenalties",
    ]
    config.Execute.timeout = 120
    config.GenerateFeedback.force = True
    config.GenerateFeedback.exporter_class = "autograder.classroom.returns.page.Page"
    config.GenerateFeedback.preprocessors = [
        "autograder.classroom.returns.page.Marked",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    config.HTMLExporter.filters = {
        "markdown2html": "autograder.classroom.returns.rendering.cell_to_html",
        "highlight_code": "autograder.classroom.returns.rendering.code_to_html",
    }


class Rebuild(NbGraderPreprocessor):
    """The first step: the released notebook with the student's solutions in it."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Rebuild the whole notebook from the file itself."""
        where = _Where.of(resources)
        _drop_what_was_copied(where.classroom, where.assignment.name, where.student)
        submitted, _ = submission(where.classroom, where.assignment.name, where.student, where.assignment.notebooks)
        notebook, _ = rebuild(submitted[where.notebook], where.assignment.notebooks[where.notebook])
        return notebook, resources


class Judge(NbGraderPreprocessor):
    """The second step, in the place of nbgrader's Execute: run the submission and judge its answers."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Put the verdicts into the test cells' outputs, and the result into the resources for `Record`.

        nbgrader hands over one notebook after the other. They are graded together, by the first that comes; the others
        look their part up in the kept result.
        """
        where = _Where.of(resources)
        todo, repairs = prepared(
            where.classroom,
            where.assignment,
            where.student,
            Limits(),
            where.hidden_tests(resources["nbgrader"]["db_url"]),
        )
        result = kept(where.classroom, where.assignment.name, where.student)
        if result is None or result.key != todo.key:
            result = work(todo, where.assignment.exercises)
            result.repairs = repairs
            keep(where.classroom, result)
        resources |= {"result": result, "rebuilt": todo.notebooks[where.notebook]}
        return shown(todo.notebooks[where.notebook], result, where.notebook), resources


class Record(NbGraderPreprocessor):
    """The third step: the verdicts go into nbgrader's gradebook; no score is ever read from an output."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Enter the result."""
        where = _Where.of(resources)
        released = sources(where.assignment.notebooks[where.notebook])
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            enter(gradebook, resources["result"], where.notebook, resources["rebuilt"], released)
        return nb, resources


@dataclass(frozen=True)
class _Where:
    """Which notebook of which submission nbgrader is working on."""

    classroom: Classroom
    assignment: Assignment
    student: str
    notebook: str

    @classmethod
    def of(cls, resources: Resources) -> _Where:
        known = resources["nbgrader"]
        classroom = Classroom.at(Path.cwd())
        released = _released(classroom, known["assignment"])
        return cls(classroom, released, known["student"], known["notebook"])

    def hidden_tests(self, db_url: str) -> dict[str, dict[str, str]]:
        """The sources of plain tests, which only the gradebook holds."""
        if not self.assignment.plain:
            return {}
        with Gradebook(db_url) as gradebook:
            return test_sources(gradebook, self.assignment.name)


@lru_cache(maxsize=4)
def _released_as(classroom: Classroom, name: str, state: tuple[str, ...]) -> Assignment:
    return assignment(classroom, name)


def _released(classroom: Classroom, name: str) -> Assignment:
    """The assignment, read once for each state of its release and of the TPs."""
    times = [str(path.stat().st_mtime_ns) for path in sorted(classroom.released(name).rglob("*"))]
    versions = [tp.version for tp in finding.found(classroom.sources).values()]
    return _released_as(classroom, name, (*times, *versions))


def _drop_what_was_copied(classroom: Classroom, tp: str, student: str) -> None:
    """nbgrader has copied all of a submission's files, and from behind its links whatever lies there, to publish them.

    Only files that the release has as well stay.
    """
    folder, submitted = classroom.root / "autograded" / student / tp, classroom.submitted(tp, student)
    known = {"timestamp.txt", *(path.name for path in classroom.released(tp).iterdir())}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name not in known or (submitted / path.name).is_symlink():
            path.unlink(missing_ok=True)
