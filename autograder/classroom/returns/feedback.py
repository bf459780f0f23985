"""Feedback pages, from the autograded notebooks: nbgrader's, with a summary on top, and nothing to fetch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_locked
from traitlets import default

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
