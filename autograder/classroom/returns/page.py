"""A feedback page: nbgrader's, from an autograded notebook, with a summary on top, and nothing to fetch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import FileSystemLoader
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter
from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked
from traitlets import Dict, default

from autograder.classroom import convert
from autograder.classroom.grading.record import Said, said
from autograder.classroom.layout import Classroom

TEMPLATES = Path(__file__).parent / "templates"


class Marked(NbGraderPreprocessor):
    """Writes scores and comments into the cells, as nbgrader's GetGrades does, which asks the gradebook for each cell.

    known: what the gradebook says of submissions, by student; who is not there is asked for.
    """

    known = Dict()

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Mark one notebook."""
        of = resources["nbgrader"]
        found: Said | None = self.known.get(of["student"])
        if found is None:
            with convert.quiet(), Gradebook(of["db_url"]) as gradebook:
                found = said(gradebook, of["assignment"], of["student"])[of["student"]]
        notebook = found[of["notebook"]]
        for cell in nb.cells:
            meta = cell.metadata.get("nbgrader", {})
            if (grade_id := meta.get("grade_id")) in notebook.grades:
                meta["score"], meta["points"] = notebook.grades[grade_id]
            if grade_id in notebook.comments:
                meta["comment"] = notebook.comments[grade_id]
        scores = notebook.grades.values()
        of["late_penalty"] = notebook.penalty
        of["score"] = sum(score for score, _ in scores) - notebook.penalty
        of["max_score"] = sum(most for _, most in scores)
        return nb, resources


class Page(HTMLExporter):
    """The exporter of nbgrader's GenerateFeedback, with templates of ours before nbgrader's, and no hidden tests."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The page. An autograded notebook holds the hidden tests, for the Formgrader, where instructors read them.

        nbconvert's own method parses the finished page, to write a text under pictures that have none; that takes two
        thirds of the time, and our template writes one at once.
        """
        hidden = ClearHiddenTests(parent=self)
        for number, cell in enumerate(nb.cells):
            if is_grade(cell) and is_locked(cell):
                hidden.preprocess_cell(cell, {}, number)
        resources = self._init_resources(resources)  # type: ignore[no-untyped-call]
        widgets = WidgetsDataTypeFilter(nb.metadata, parent=self, resources=resources)  # type: ignore[no-untyped-call]
        self.register_filter("filter_data_type", widgets)  # type: ignore[no-untyped-call]
        return TemplateExporter.from_notebook_node(self, nb, resources, **more)

    @default("template_file")
    def _template_file_default(self) -> str:
        return "feedback_page.html.j2"

    @default("extra_loaders")
    def _extra_loaders_default(self) -> list[FileSystemLoader]:
        return [FileSystemLoader(TEMPLATES)]


def write_pages(classroom: Classroom, tp: str, students: Sequence[str], known: Mapping[str, Said]) -> None:
    """Have nbgrader write the pages of these students, of whom `known` has what the gradebook says."""

    class Chosen(GenerateFeedback):
        def init_notebooks(self) -> None:
            folders = [self._format_source(tp, student) for student in students]
            self.assignments = {folder: sorted(map(str, Path(folder).glob("*.ipynb"))) for folder in folders}

        @default("preprocessors")
        def _preprocessors_default(self) -> list[Any]:
            return [Marked(known=dict(known)), CSSHTMLHeaderPreprocessor]

    convert.run(classroom, Chosen, tp, force=True)
