"""Record a result: scores into nbgrader's gradebook, and the notebook with its verdicts into autograded/."""

from __future__ import annotations

import contextlib
import html
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import Comment, Grade, Gradebook, InvalidEntry, MissingEntry
from nbgrader.preprocessors import AssignLatePenalties
from nbgrader.utils import parse_utc
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import joinedload

from autograder import harmless
from autograder.classroom import convert
from autograder.classroom.layout import Classroom, write
from autograder.classroom.reading import read
from autograder.classroom.results import Result
from autograder.faults import Fault
from course.check import Report

PATIENCE = 60  # seconds to wait for a database that somebody else is writing to


class Recorder:
    """The one writer to the gradebook; opened once for a whole class."""

    def __init__(self, classroom: Classroom, tp: str, gradebook: Gradebook) -> None:
        self._classroom = classroom
        self._tp = tp
        self.gradebook = gradebook
        self._released = sources(read(classroom.release(tp)))
        self._config = convert.configuration(classroom)

    def record(self, result: Result, notebook: NotebookNode) -> None:
        """Record one result. Fault if the gradebook cannot be written; ValueError if it takes all but this one."""
        folder = self._classroom.root / "autograded" / result.student / self._tp
        stamp = self._classroom.submitted(self._tp, result.student) / "timestamp.txt"
        try:
            self.gradebook.update_or_create_student(result.student)
            submission = self.gradebook.update_or_create_submission(
                self._tp, result.student, timestamp=_timestamp(stamp)
            )
            enter(self.gradebook, result, notebook, self._released)
            if submission.total_seconds_late > 0:
                names = {"notebook": self._tp, "assignment": self._tp, "student": result.student}
                url = self.gradebook.engine.url.render_as_string(hide_password=False)
                resources = {"nbgrader": names | {"db_url": url}}
                AssignLatePenalties(config=self._config).preprocess(notebook, resources)
        except MissingEntry:
            raise Fault(f"the gradebook knows no {self._tp}: run `tp build {self._tp}`, then grade again") from None
        except (SQLAlchemyError, InvalidEntry) as error:
            with contextlib.suppress(SQLAlchemyError):
                self.gradebook.db.rollback()
            if isinstance(error, InvalidEntry) and isinstance(error.__context__, SQLAlchemyError):
                error = error.__context__  # nbgrader wraps whatever its database said
            if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
                raise Fault(f"the gradebook could not be written ({_reason(error)}); grade again, it goes on") from None
            raise ValueError(f"the gradebook refused it ({_reason(error)})") from None
        write(folder / f"{self._tp}.ipynb", nbformat.writes(shown(notebook, result)))
        if stamp.is_file() and not stamp.is_symlink():
            shutil.copy(stamp, folder)


@contextmanager
def recorder(classroom: Classroom, tp: str) -> Iterator[Recorder]:
    """Open the gradebook of a classroom for recording. Fault if it cannot be opened."""
    course_directory = convert.course_directory(classroom)
    url = course_directory.db_url
    if url.startswith("sqlite:") and "?" not in url:
        url += f"?timeout={PATIENCE}"
    logging.getLogger("tornado.application").setLevel(
        logging.CRITICAL
    )  # where nbgrader writes pages about a failed write
    with convert.quiet():
        try:
            gradebook = Gradebook(url, course_directory.course_id)
        except SQLAlchemyError as error:
            place = make_url(course_directory.db_url).render_as_string(hide_password=True)
            raise Fault(f"the gradebook {place} cannot be opened ({_reason(error)})") from None
        with gradebook:
            yield Recorder(classroom, tp, gradebook)


def enter(gradebook: Gradebook, result: Result, notebook: NotebookNode, released: dict[str, str]) -> None:
    """Enter a result's scores and remarks. A grade that a person gave stays, marked to be looked at again."""
    submission = gradebook.find_submission_notebook(result.assignment, result.assignment, result.student)
    written = {i: text != released.get(i) for i, text in sources(notebook).items()}
    # With the names of their cells: one question to the database for all instead of one for each.
    grades, comments = (
        gradebook.db.query(rows).filter_by(notebook_id=submission.id).options(joinedload(rows.cell))
        for rows in (Grade, Comment)
    )
    for grade in grades:
        verdict = result.verdict(grade.name.removeprefix("test_"))
        if verdict is not None:
            grade.auto_score = verdict.score
            grade.needs_manual_grade = grade.manual_score is not None
        else:  # a written answer: nothing to grade if nothing was written, and a person's work otherwise
            grade.auto_score = None if written.get(grade.name) else 0.0
            grade.needs_manual_grade = bool(written.get(grade.name)) or grade.manual_score is not None
    for comment in comments:
        comment.auto_comment = None if written.get(comment.name, True) else "No response."
    gradebook.db.commit()


def marks(classroom: Classroom, tp: str) -> dict[str, dict[str, tuple[float | None, float | None]]]:
    """What the gradebook holds of a TP, by student and cell: the grader's score and a person's. Writes nothing."""
    found: dict[str, dict[str, tuple[float | None, float | None]]] = {}
    with recorder(classroom, tp) as records:
        for submission in records.gradebook.assignment_submissions(tp):
            grades = [grade for notebook in submission.notebooks for grade in notebook.grades]
            found[submission.student_id] = {grade.name: (grade.auto_score, grade.manual_score) for grade in grades}
    return found


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def sources(notebook: NotebookNode) -> dict[str, str]:
    """The sources of a notebook's nbgrader cells, by their ids."""
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in cells}


def shown(notebook: NotebookNode, result: Result) -> NotebookNode:
    """The notebook as its author and the instructor see it afterwards: repairs, outputs, verdicts."""
    notebook = NotebookNode(notebook, cells=[NotebookNode(cell) for cell in notebook.cells])
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell, result)
            cell.execution_count = None
        elif cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = harmless.markdown(cell.source)
    if result.repairs:
        told = [html.escape(harmless.line(repair)) for repair in result.repairs]  # names may hold Markdown
        lines = "".join(f"<li>{repair}</li>" for repair in told)
        text = f"<div><b>Repaired before grading</b><ul>{lines}</ul></div>"
        notebook.cells.insert(0, new_markdown_cell(text, id="repairs"))
    return notebook


def _outputs(cell: NotebookNode, result: Result) -> list[NotebookNode]:
    """What a graded cell shows: a verdict under a test, what was printed and raised under the student's own code."""
    verdict = result.verdict(cell.metadata.get("nbgrader", {}).get("grade_id", "").removeprefix("test_"))
    if verdict is not None and cell.metadata.nbgrader.get("grade"):
        report = Report(verdict)
        data = {"text/plain": str(report), "text/html": report._repr_html_()}
        return [NotebookNode(output_type="display_data", data=data, metadata={})]
    said = result.cells.get(cell.id, {})
    texts = {"stdout": said.get("output"), "stderr": said.get("error")}
    return [NotebookNode(output_type="stream", name=name, text=text) for name, text in texts.items() if text]


def _timestamp(path: Path) -> object:
    """When a submission came in, as nbgrader writes it beside the notebook; None if it does not say."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        with path.open(encoding="utf-8") as file:
            return parse_utc(file.read(100).strip())
    except (OSError, ValueError, OverflowError):
        return None
