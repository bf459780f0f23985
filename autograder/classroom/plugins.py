"""nbgrader's side of the grading: the preprocessors that rebuild, judge and record, and their configuration.

nbgrader stays the frame. `nbgrader autograde` and the Formgrader's button run these three steps inside nbgrader's own
converter; they call the same functions as `tp grade`, on the same gradebook, and share its kept results.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.classroom.grade import task
from autograder.classroom.layout import Classroom
from autograder.classroom.reading import read, submission
from autograder.classroom.rebuild import rebuild
from autograder.classroom.record import enter, shown, sources
from autograder.classroom.results import keep, kept
from autograder.classroom.worker import work
from autograder.kernels import Limits

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
    config.GenerateFeedback.exporter_class = "autograder.classroom.feedback.Page"
    config.HTMLExporter.filters = {
        "markdown2html": "autograder.classroom.rendering.markdown_to_html",
        "highlight_code": "autograder.classroom.rendering.code_to_html",
    }


class Rebuild(NbGraderPreprocessor):
    """The first step: the released notebook with the student's solutions in it."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Rebuild the whole notebook from the file itself; the repairs are kept in its metadata for the next pass."""
        classroom, tp, student = _where(resources)
        _drop_what_was_copied(classroom, tp, student)
        release = read(classroom.release(tp))
        submitted, found = submission(classroom, tp, student, release)
        notebook, repairs = rebuild(submitted, release)
        notebook.metadata["repairs"] = [*found, *repairs]
        return notebook, resources


class Judge(NbGraderPreprocessor):
    """The second step, in the place of nbgrader's Execute: run the notebook and judge its answers."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Put the verdicts into the test cells' outputs, and the result into the resources for `Record`."""
        classroom, tp, student = _where(resources)
        repairs = list(nb.metadata.pop("repairs", []))
        todo = task(classroom, tp, student, nb, Limits())
        result = kept(classroom, tp, student)
        if result is None or result.key != todo.key:
            result = work(todo)
        result.repairs = repairs
        keep(classroom, result)
        resources |= {"result": result, "rebuilt": nb}
        return shown(nb, result), resources


class Record(NbGraderPreprocessor):
    """The third step: the verdicts go into nbgrader's gradebook; no score is ever read from an output."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Enter the result."""
        classroom, tp, _ = _where(resources)
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            enter(gradebook, resources["result"], resources["rebuilt"], sources(read(classroom.release(tp))))
        return nb, resources


def _where(resources: Resources) -> tuple[Classroom, str, str]:
    nbgrader = resources["nbgrader"]
    return Classroom.at(Path.cwd()), nbgrader["assignment"], nbgrader["student"]


def _drop_what_was_copied(classroom: Classroom, tp: str, student: str) -> None:
    """nbgrader has copied all of a submission's files, and from behind its links whatever lies there, to publish them.

    Only files that the release has as well stay.
    """
    folder, submitted = classroom.root / "autograded" / student / tp, classroom.submitted(tp, student)
    known = {"timestamp.txt", *(path.name for path in classroom.release(tp).parent.iterdir())}
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        elif path.name not in known or (submitted / path.name).is_symlink():
            path.unlink(missing_ok=True)
