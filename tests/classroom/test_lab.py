"""The work folder of `tp lab`: everything a student needs, nothing of the grader, and no work overwritten."""

from __future__ import annotations

import nbformat

from autograder.classroom.lab import prepare
from autograder.classroom.layout import Classroom


def test_the_work_folder_has_the_tp_its_checks_and_the_lectures(classroom: Classroom) -> None:
    work = prepare(classroom, "optimizers")
    assert (work / "optimizers" / "checks.json").is_file()
    adam = nbformat.read(work / "lectures" / "06_adam.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in adam.cells if cell.cell_type == "markdown")
    assert ".ipynb)" in text
    assert ".md)" not in text
    assert any(cell.metadata.get("jupyter", {}).get("source_hidden") for cell in adam.cells)
    assert not [path for path in work.rglob("*") if "autograder" in path.name or path.suffix == ".db"]


def test_preparing_again_keeps_the_students_work(classroom: Classroom) -> None:
    notebook = prepare(classroom, "optimizers") / "optimizers" / "optimizers.ipynb"
    notebook.write_text("my work")
    prepare(classroom, "optimizers")
    assert notebook.read_text() == "my work"
