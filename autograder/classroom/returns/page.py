"""A feedback page: nbgrader's, from an autograded notebook, with a summary on top, and nothing to fetch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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

from autograder import harmless
from autograder.classroom import convert
from autograder.classroom.grading import handed_in
from autograder.classroom.grading.gradebook import OfNotebook, shown_on_pages
from autograder.classroom.intake.cells import grade_id
from autograder.classroom.layout import Classroom, write
from autograder.classroom.marking.entered import Earned, noted, standing
from autograder.classroom.returns.feedback import TEMPLATES, shown_with
from autograder.classroom.returns.rendering import markdown_to_html
from course.judging.display import folded


class Marked(NbGraderPreprocessor):
    """Writes scores and comments into the cells, as nbgrader's GetGrades does, which asks the gradebook for each cell;
    and which marks are still to be given. Comments hold no HTML.

    known: what the gradebook says of submissions, by student; who is not there is asked for.
    """

    known = Dict()

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Mark one notebook."""
        of = resources["nbgrader"]
        found = self.known.get(of["student"])
        if found is None:
            with convert.quiet(), Gradebook(of["db_url"]) as gradebook:
                found = shown_on_pages(gradebook, of["assignment"], of["student"])[of["student"]]
        notebook: OfNotebook = found[of["notebook"]]
        of["given"], of_cells = notebook.given, notebook.grades
        for cell in nb.cells:
            name, meta = grade_id(cell), cell.metadata.get("nbgrader", {})
            if name in of_cells:
                meta["score"], meta["points"], meta["waits"] = of_cells[name]
            if name in notebook.comments:
                comment = notebook.comments[name]
                meta["comment"] = harmless.without_tags(harmless.whole(comment)) if comment else comment
        _place_comments(nb)
        of["late_penalty"] = notebook.penalty
        of["score"] = sum(score for score, _, _ in of_cells.values()) - notebook.penalty
        of["max_score"] = sum(most for _, most, _ in of_cells.values())
        of["waiting"] = sum(most for _, most, waits in of_cells.values() if waits)
        return nb, resources


def _place_comments(nb: NotebookNode) -> None:
    """Note in whose row of the summary the comment on a cell stands: its test's, if the cell itself has no points."""
    cells = {name: cell for cell in nb.cells if (name := grade_id(cell))}
    for name, cell in cells.items():
        meta = cell.metadata.nbgrader
        if meta.get("comment") and (meta.get("solution") or meta.get("task")):
            test = cells.get(f"test_{name}", cell)
            row = cell if is_grade(cell) or not is_grade(test) else test
            row.metadata.nbgrader.setdefault("comments", []).append(name)


class Page(HTMLExporter):
    """The exporter of nbgrader's GenerateFeedback, with templates of ours before nbgrader's, and no hidden tests."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[Any, dict[str, Any]]:
        """The page. An autograded notebook holds the hidden tests, for the Formgrader, where instructors read them.

        nbconvert's own method parses the finished page, to write a text under pictures that have none; that takes two
        thirds of the time, and what a student's cells showed has its text from `intake/outputs.py`.
        """
        hidden = ClearHiddenTests(parent=self)
        for number, cell in enumerate(nb.cells):
            if is_grade(cell) and is_locked(cell):
                hidden.preprocess_cell(cell, {}, number)
        resources = self._init_resources(resources)  # type: ignore[no-untyped-call]
        classroom, of = Classroom(Path(resources["metadata"]["path"]).resolve().parents[2]), resources["nbgrader"]
        shown = shown_with(classroom, of["assignment"])
        resources["solutions"] = [folded(title, markdown_to_html(text)) for title, text in shown.items()]
        widgets = WidgetsDataTypeFilter(nb.metadata, parent=self, resources=resources)  # type: ignore[no-untyped-call]
        self.register_filter("filter_data_type", widgets)  # type: ignore[no-untyped-call]
        return TemplateExporter.from_notebook_node(self, nb, resources, **more)

    def _preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """nbconvert's own copies the notebook and validates it after each step, which takes as long as the page itself.
        It was read, and validated, for this page alone.
        """
        for preprocessor in self._preprocessors:
            nb, resources = preprocessor(nb, resources)
        resources["rubric"] = dict(_items(resources))
        return nb, resources

    @default("template_file")
    def _template_file_default(self) -> str:
        return "feedback_page.html.j2"

    @default("extra_loaders")
    def _extra_loaders_default(self) -> list[FileSystemLoader]:
        return [FileSystemLoader(TEMPLATES)]


def _items(resources: Mapping[str, Any]) -> Iterator[tuple[str, tuple[Earned, ...]]]:
    """By cell, what the mark that stands gives for the items of the rubric."""
    classroom, of = Classroom(Path(resources["metadata"]["path"]).resolve().parents[2]), resources["nbgrader"]
    beside = noted(classroom, of["assignment"], of["student"])
    for cell, given in of["given"].items():
        mark = standing(given, beside.get((of["notebook"], cell)))
        if mark is not None:
            yield cell, mark.items


def write_pages(classroom: Classroom, tp: str, known: Mapping[str, Mapping[str, OfNotebook]]) -> None:
    """Have nbgrader write the pages of the students of whom `known` has what the gradebook says."""

    class Pages(GenerateFeedback):
        """By itself nbgrader takes `[`, `]` and `*` in names for patterns."""

        def init_notebooks(self) -> None:
            folders = [self._format_source(tp, student) for student in known]
            self.assignments = {folder: sorted(map(str, Path(folder).glob("*.ipynb"))) for folder in folders}

        def init_assignment(self, assignment_id: str, student_id: str) -> None:
            """Take along what nbgrader's exchange needs to release the pages."""
            there = Path(self._format_dest(assignment_id, student_id))
            for name, text in handed_in.beside(Path(self._format_source(assignment_id, student_id))).items():
                write(there / name, text)

        def start(self) -> None:
            """With what is known; the configuration names `Marked` for nbgrader's own command, where nothing is."""
            self.preprocessors = [Marked(known=dict(known)), CSSHTMLHeaderPreprocessor]
            super().start()

    convert.run(classroom, Pages, tp, force=True)
