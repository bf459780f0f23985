"""Feedback pages, from the autograded notebooks: nbgrader's, with a summary on top, and nothing to fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import ClearHiddenTests, GetGrades
from nbgrader.utils import is_grade, is_locked
from traitlets import default

from autograder import harmless
from autograder.classroom import convert
from autograder.classroom.grading.results import UNREADABLE, kept
from autograder.classroom.layout import Classroom
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


class Marks(GetGrades):
    """What nbgrader puts into the cells of a page, and whether a mark is still to be given; comments hold no HTML."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """The marks, and how many points wait for a person."""
        nb, resources = super().preprocess(nb, resources)
        cells = [cell.metadata.get("nbgrader", {}) for cell in nb.cells]
        resources["nbgrader"]["waiting"] = sum(of.get("points", 0) for of in cells if of.get("waits"))
        return nb, resources

    def _get_comment(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_comment(cell, resources)
        comment = cell.metadata.nbgrader.comment
        cell.metadata.nbgrader.comment = harmless.without_tags(harmless.whole(comment)) if comment else comment

    def _get_score(self, cell: NotebookNode, resources: dict[str, Any]) -> None:
        super()._get_score(cell, resources)
        where = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(cell.metadata.nbgrader.grade_id, *where)
        cell.metadata.nbgrader.waits = grade.auto_score is None and grade.manual_score is None


def feedback(classroom: Classroom, tp: str, student: str | None = None) -> list[Path]:
    """Write the pages; returns them. WrongUsage if there is nothing to write one from, with the reason."""
    pattern = f"{student or '*'}/{tp}/*"
    if not any((classroom.root / "autograded").glob(f"{pattern}.ipynb")):
        found = [kept(classroom, tp, name) for name in classroom.submissions(tp, student)]
        unreadable = [result for result in found if result is not None and result.status == UNREADABLE]
        if unreadable:
            why = " ".join(unreadable[0].repairs)
            raise WrongUsage(f"there is nothing to write a page from; {unreadable[0].student}: {why}")
        raise WrongUsage(f"nothing is graded yet{f' for {student}' if student else ''}: run `tp grade {tp}` first")
    convert.run(classroom, GenerateFeedback, tp, student, force=True)
    return sorted((classroom.root / "feedback").glob(f"{pattern}.html"))
