"""Feedback pages, from the autograded notebooks: nbgrader's, with a summary on top, and nothing to fetch."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_locked
from traitlets import List, Unicode, default

from autograder.classroom import convert
from autograder.classroom.grading import handed_in
from autograder.classroom.grading.gradebook import assignment_of, opened
from autograder.classroom.grading.results import UNREADABLE, kept
from autograder.classroom.layout import Classroom, write
from autograder.faults import WrongUsage


class Page(HTMLExporter):
    """The exporter of nbgrader's GenerateFeedback, with templates of ours before nbgrader's, and no hidden tests."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The page. An autograded notebook holds the hidden tests, for the Formgrader, where instructors read them."""
        hidden = ClearHiddenTests(parent=self)
        for number, cell in enumerate(nb.cells):
            if is_grade(cell) and is_locked(cell):
                hidden.preprocess_cell(cell, {}, number)
        return super().from_notebook_node(nb, resources, **more)

    @default("template_file")
    def _template_file_default(self) -> str:
        return "feedback_page.html.j2"

    @default("extra_loaders")
    def _extra_loaders_default(self) -> list[FileSystemLoader]:
        return [FileSystemLoader(Path(__file__).parent / "templates")]


class Pages(GenerateFeedback):
    """nbgrader's converter for the students that are named. By itself it takes `[`, `]`, `*` in names for patterns."""

    students = List(Unicode())

    def init_notebooks(self) -> None:
        """The autograded notebooks of these students."""
        tp = self.coursedir.assignment_id
        folders = [Path(self._format_source(tp, student)) for student in self.students]
        self.assignments = {str(folder): sorted(map(str, folder.glob("*.ipynb"))) for folder in folders}

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Take along what nbgrader's exchange needs to release the pages."""
        there = Path(self._format_dest(assignment_id, student_id))
        for name, text in handed_in.beside(Path(self._format_source(assignment_id, student_id))).items():
            write(there / name, text)


def feedback(classroom: Classroom, tp: str, student: str | None = None) -> list[Path]:
    """Write the pages; returns them. WrongUsage if there is nothing to write one from, with the reason."""
    names = classroom.submissions(tp, student)
    with opened(classroom) as gradebook:
        assignment_of(gradebook, tp)
        recorded = {submission.student_id for submission in gradebook.assignment_submissions(tp)}
    autograded = classroom.root / "autograded"
    graded = [name for name in names if name in recorded and any((autograded / name / tp).glob("*.ipynb"))]
    if not graded:
        results = [kept(classroom, tp, name) for name in names]
        unreadable = [result for result in results if result is not None and result.status == UNREADABLE]
        if unreadable:
            why = " ".join(unreadable[0].repairs)
            raise WrongUsage(f"there is nothing to write a page from; {unreadable[0].student}: {why}")
        raise WrongUsage(f"nothing is graded yet{f' for {student}' if student else ''}: run `tp grade {tp}` first")
    convert.run(classroom, partial(Pages, students=graded), tp, force=True)
    return [page for name in graded for page in sorted((classroom.root / "feedback" / name / tp).glob("*.html"))]
