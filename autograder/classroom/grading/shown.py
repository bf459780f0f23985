"""The autograded notebook: what its author and the instructor see afterwards."""

from __future__ import annotations

import html

from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from autograder import harmless
from autograder.classroom.grading.results import Result
from autograder.classroom.intake.cells import grade_id
from course.judging.display import Report

HANDED_IN = "[handed in with this output]\n"


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
    verdict = result.verdict(name, grade_id(cell) or "")
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
    if not handed_in or "".join(output.get("text", "data") for output in handed_in).strip() == texts["stdout"].strip():
        return fresh
    return [*fresh, NotebookNode(output_type="stream", name="stdout", text=HANDED_IN), *handed_in]
