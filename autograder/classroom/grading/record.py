"""Record a result: scores into nbgrader's gradebook, and the notebook with its verdicts into autograded/."""

from __future__ import annotations

import contextlib
import html
import logging
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    InvalidEntry,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import joinedload

from autograder import harmless
from autograder.classroom import convert
from autograder.classroom.grading.results import Result
from autograder.classroom.intake.own import beside_own_text
from autograder.classroom.intake.reading import read
from autograder.classroom.intake.timestamp import handed_in_at
from autograder.classroom.layout import Classroom, write
from autograder.faults import Fault
from course.judging.display import Report

Marks = dict[tuple[str, str], tuple[float | None, float | None]]  # by notebook and cell: the grader's, a person's
HANDED_IN = "[handed in with this output]\n"
PATIENCE = 60  # seconds to wait for a database that somebody else is writing to


class Recorder:
    """The one writer to the gradebook; opened once for a whole class."""

    def __init__(self, classroom: Classroom, name: str, gradebook: Gradebook) -> None:
        self._classroom = classroom
        self._name = name
        self.gradebook = gradebook
        self._released = {p.stem: sources(read(p)) for p in sorted(classroom.released(name).glob("*.ipynb"))}
        self._config = convert.configuration(classroom)

    def record(self, result: Result, notebooks: Mapping[str, NotebookNode]) -> None:
        """Record one result. Fault if the gradebook cannot be written; ValueError if it takes all but this one."""
        folder = self._classroom.root / "autograded" / result.student / self._name
        submitted = self._classroom.submitted(self._name, result.student)
        stamp = submitted / "timestamp.txt"
        try:
            self.gradebook.update_or_create_student(result.student)
            submission = self.gradebook.update_or_create_submission(
                self._name, result.student, timestamp=handed_in_at(submitted)[0]
            )
            for name, notebook in notebooks.items():
                enter(self.gradebook, result, name, notebook, self._released[name])
            if submission.total_seconds_late > 0:
                names = {"notebook": self._name, "assignment": self._name, "student": result.student}
                url = self.gradebook.engine.url.render_as_string(hide_password=False)
                resources = {"nbgrader": names | {"db_url": url}}
                AssignLatePenalties(config=self._config).preprocess(next(iter(notebooks.values())), resources)
        except MissingEntry:
            raise Fault(f"the gradebook knows no {self._name}: run `tp build {self._name}`, then grade again") from None
        except (SQLAlchemyError, InvalidEntry) as error:
            with contextlib.suppress(SQLAlchemyError):
                self.gradebook.db.rollback()
            if isinstance(error, InvalidEntry) and isinstance(error.__context__, SQLAlchemyError):
                error = error.__context__  # nbgrader wraps whatever its database said
            if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
                raise Fault(f"the gradebook could not be written ({_reason(error)}); grade again, it goes on") from None
            raise ValueError(f"the gradebook refused it ({_reason(error)})") from None
        for name, notebook in notebooks.items():
            if name in result.missing:
                (folder / f"{name}.ipynb").unlink(missing_ok=True)
                continue
            write(folder / f"{name}.ipynb", nbformat.writes(shown(notebook, result, name)))
        if stamp.is_file() and not stamp.is_symlink():
            shutil.copy(stamp, folder)


@contextmanager
def recorder(classroom: Classroom, name: str) -> Iterator[Recorder]:
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
            yield Recorder(classroom, name, gradebook)


def enter(gradebook: Gradebook, result: Result, name: str, notebook: NotebookNode, released: Mapping[str, str]) -> None:
    """Enter the scores and remarks of one notebook. A grade that a person gave stays, marked to be looked at again."""
    submission = gradebook.find_submission_notebook(name, result.assignment, result.student)
    beside = beside_own_text(notebook)  # an answer may stand there
    written = {i: text != released.get(i) or i in beside for i, text in sources(notebook).items()}
    tasks = {
        cell.metadata.nbgrader.grade_id for cell in notebook.cells if cell.metadata.get("nbgrader", {}).get("task")
    }
    # With the names of their cells: one question to the database for all instead of one for each.
    grades, comments = (
        gradebook.db.query(rows).filter_by(notebook_id=submission.id).options(joinedload(rows.cell))
        for rows in (Grade, Comment)
    )
    for grade in grades:
        verdict = result.verdict(name, grade.name)
        if verdict is not None:
            grade.auto_score = None if verdict.by_hand else verdict.score
        elif grade.name in tasks and name not in result.missing:
            continue  # a person's alone, as in nbgrader
        else:  # a written answer: nothing to grade if nothing was written, and a person's work otherwise
            grade.auto_score = None if written.get(grade.name) else 0.0
        grade.needs_manual_grade = grade.auto_score is None or grade.manual_score is not None
    for comment in comments:  # where a notebook is missing there is nothing to say of its cells, as in nbgrader
        answered = written.get(comment.name, True) or comment.name in tasks or name in result.missing
        comment.auto_comment = None if answered else "No response."
    gradebook.db.commit()


def marks(classroom: Classroom, name: str) -> dict[str, Marks]:
    """What the gradebook holds of an assignment, by student. Writes nothing."""
    with recorder(classroom, name) as records:
        return {
            submission.student_id: {
                (notebook.name, grade.name): (grade.auto_score, grade.manual_score)
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in records.gradebook.assignment_submissions(name)
        }


@dataclass
class SaidOfNotebook:
    """What the gradebook says of one notebook that was handed in.

    grades: the score and the most that can be had, by graded cell. comments: by cell. penalty: for handing in late.
    """

    penalty: float
    grades: dict[str, tuple[float, float]] = field(default_factory=dict)
    comments: dict[str, str | None] = field(default_factory=dict)


Said = dict[str, SaidOfNotebook]  # by notebook


def said(gradebook: Gradebook, name: str, student: str | None = None) -> dict[str, Said]:
    """What the gradebook says of an assignment, by student, or of this student only; in three queries."""
    found: dict[str, Said] = {}

    def rows(of: Any, *columns: Any) -> Any:
        query = gradebook.db.query(SubmittedAssignment.student_id, Notebook.name, *columns).select_from(of)
        if of is not SubmittedNotebook:
            query = query.join(BaseCell, of.cell_id == BaseCell.id)
            query = query.join(SubmittedNotebook, of.notebook_id == SubmittedNotebook.id)
        query = query.join(Notebook, SubmittedNotebook.notebook_id == Notebook.id)
        query = query.join(SubmittedAssignment, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        query = query.join(Assignment, SubmittedAssignment.assignment_id == Assignment.id)
        query = query.filter(Assignment.name == name)
        return query if student is None else query.filter(SubmittedAssignment.student_id == student)

    for who, notebook, penalty in rows(SubmittedNotebook, SubmittedNotebook.late_submission_penalty):
        found.setdefault(who, {})[notebook] = SaidOfNotebook(penalty or 0.0)
    for who, notebook, cell, score, most in rows(Grade, BaseCell.name, Grade.score, Grade.max_score):
        found[who][notebook].grades[cell] = score, most
    for who, notebook, cell, comment in rows(Comment, BaseCell.name, Comment.comment):
        found[who][notebook].comments[cell] = comment
    return found


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]


def sources(notebook: NotebookNode) -> dict[str, str]:
    """The sources of a notebook's nbgrader cells, by their ids."""
    cells = [cell for cell in notebook.cells if "nbgrader" in cell.metadata]
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in cells}


def shown(notebook: NotebookNode, result: Result, name: str) -> NotebookNode:
    """The notebook as its author and the instructor see it afterwards: repairs, outputs, verdicts."""
    notebook = NotebookNode(notebook, cells=[NotebookNode(cell) for cell in notebook.cells])
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = _outputs(cell, result, name)
            cell.execution_count = None
        elif cell.metadata.get("nbgrader", {}).get("solution") or "own" in cell.metadata.get("tags", []):
            cell.source = harmless.markdown(cell.source) + harmless.pasted(cell.get("attachments", {}))
    if result.repairs:
        told = [html.escape(harmless.line(repair)) for repair in result.repairs]  # names may hold Markdown
        lines = "".join(f"<li>{repair}</li>" for repair in told)
        text = f"<div><b>Repaired before grading</b><ul>{lines}</ul></div>"
        notebook.cells.insert(0, new_markdown_cell(text, id="repairs"))
    return notebook


def _outputs(cell: NotebookNode, result: Result, name: str) -> list[NotebookNode]:
    """What a cell shows: a verdict under a test; under the student's own code what was printed and raised while it was
    graded, and then, for whoever marks, what it had shown when it was handed in.
    """
    verdict = result.verdict(name, cell.metadata.get("nbgrader", {}).get("grade_id", ""))
    if verdict is not None:
        report = Report(verdict)
        forms = {"text/plain": str(report), "text/html": report._repr_html_()}
        data = {form: harmless.without_places(text) for form, text in forms.items()}
        return [NotebookNode(output_type="display_data", data=data, metadata={})]
    said = result.cells.get(name, {}).get(cell.id, {})
    texts = {"stdout": said.get("output", ""), "stderr": said.get("error", "")}
    shown = {name: harmless.without_places(text) for name, text in texts.items() if text}
    fresh = [NotebookNode(output_type="stream", name=name, text=text) for name, text in shown.items()]
    handed_in = cell.get("outputs", [])
    if "".join(output.get("text", "data") for output in handed_in).strip() == texts["stdout"].strip():
        return fresh
    return [*fresh, NotebookNode(output_type="stream", name="stdout", text=HANDED_IN), *handed_in]
