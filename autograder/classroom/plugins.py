"""nbgrader's side of the grading: the preprocessors that rebuild, judge and record, and their configuration.

nbgrader stays the frame. `nbgrader autograde`, the Formgrader's button and `tp grade` all run these three steps inside
nbgrader's own converter, on its own gradebook.
"""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_output
from nbgrader.preprocessors import NbGraderPreprocessor, SaveAutoGrades

from autograder.classroom.grade import Result, grade_rebuilt, read
from autograder.classroom.layout import Classroom
from autograder.classroom.rebuild import rebuild
from autograder.kernels import Limits, WarmParent
from course.check import Report

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


class Rebuild(NbGraderPreprocessor):
    """The first step: the released notebook with the student's solutions in it."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Rebuild the whole notebook; the repairs are kept in its metadata for the next pass."""
        classroom, tp, _ = _where(resources)
        notebook, repairs = rebuild(nb, read(classroom.release(tp)))
        notebook.metadata["repairs"] = repairs
        return notebook, resources


class Judge(NbGraderPreprocessor):
    """The second step, in the place of nbgrader's Execute: run the notebook and judge its answers.

    A result that `tp grade` computed from the very same code a moment before is taken over.
    """

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Put the verdicts into the test cells' outputs, and the result into the resources for `Record`."""
        classroom, tp, student = _where(resources)
        with WarmParent(classroom.own / "kernels") as warm:
            result = grade_rebuilt(classroom, tp, student, nb, warm, Limits(), fresh=False)
        resources["result"] = result
        repairs = nb.metadata.pop("repairs", []) or result.repairs
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs = _outputs(cell, result)
                cell.execution_count = None
        if repairs:
            lines = "\n".join(f"- {html.escape(repair)}" for repair in repairs)
            nb.cells.insert(0, new_markdown_cell(f"**Repaired before grading**\n\n{lines}", id="repairs"))
        return nb, resources


class Record(SaveAutoGrades):
    """The third step: the verdicts go into nbgrader's gradebook; no score is ever read from an output."""

    def preprocess(self, nb: NotebookNode, resources: Resources) -> tuple[NotebookNode, Resources]:
        """Remember the result while the cells are gone through."""
        self._result: Result = resources["result"]
        return super().preprocess(nb, resources)

    def _add_score(self, cell: NotebookNode, resources: Resources) -> None:
        verdict = self._result.verdict(cell.metadata.nbgrader.grade_id.removeprefix("test_"))
        if verdict is None:
            super()._add_score(cell, resources)  # a written answer: graded by a person
            return
        grade = self.gradebook.find_grade(
            cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id
        )
        grade.auto_score = verdict.score
        grade.needs_manual_grade = grade.manual_score is not None
        self.gradebook.db.commit()


def _where(resources: Resources) -> tuple[Classroom, str, str]:
    nbgrader = resources["nbgrader"]
    return Classroom.at(Path.cwd()), nbgrader["assignment"], nbgrader["student"]


def _outputs(cell: NotebookNode, result: Result) -> list[NotebookNode]:
    """What a graded cell shows: a verdict under a test, what was printed and raised under the student's own code."""
    verdict = result.verdict(cell.metadata.get("nbgrader", {}).get("grade_id", "").removeprefix("test_"))
    if verdict is not None and cell.metadata.nbgrader.get("grade"):
        report = Report(verdict)
        return [new_output("display_data", {"text/plain": str(report), "text/html": report._repr_html_()})]
    shown = result.cells.get(cell.id, {})
    outputs = [new_output("stream", name="stdout", text=shown["output"])] if shown.get("output") else []
    if shown.get("error"):
        outputs.append(new_output("stream", name="stderr", text=shown["error"]))
    return outputs
