"""The work folder of `tp lab`: everything a student needs, nothing of the grader, and no work overwritten."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat

import course
from autograder.classroom.handout.lab import prepare
from autograder.classroom.layout import Classroom
from tests.shared import TP


def test_the_work_folder_has_the_tp_its_checks_and_the_lectures(classroom: Classroom) -> None:
    work = prepare(classroom, TP)
    assert (work / TP / "checks.json").is_file()
    lectures = Path(course.__file__).parent / "lectures"
    made = {path: nbformat.read(path, as_version=4) for path in sorted((work / "lectures").rglob("*.ipynb"))}
    there = {path.relative_to(work / "lectures").with_suffix(".md") for path in made}
    assert there == {path.relative_to(lectures) for path in lectures.rglob("*.md")}
    links = 0
    for path, lecture in made.items():
        text = "\n".join(cell.source for cell in lecture.cells if cell.cell_type == "markdown")
        assert ".md)" not in text, path
        for link in re.findall(r"\]\((?!https?:)([^)#]+\.ipynb)", text):
            assert (path.parent / link).is_file(), (path, link)
            links += 1
    assert links > 0
    cells = [cell for lecture in made.values() for cell in lecture.cells]
    assert any(cell.metadata.get("jupyter", {}).get("source_hidden") for cell in cells)
    assert not [path for path in work.rglob("*") if "autograder" in path.name or path.suffix == ".db"]


def test_preparing_again_keeps_the_students_work(classroom: Classroom) -> None:
    notebook = prepare(classroom, TP) / TP / f"{TP}.ipynb"
    notebook.write_text("my work")
    prepare(classroom, TP)
    assert notebook.read_text() == "my work"
