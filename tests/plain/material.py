"""Assignments as any course that uses nbgrader has them, and what a class hands in; nothing here is one of our TPs.

`ps1` is nbgrader's own example, taken from the installed package. The others lie in `assignments/<name>/`:

    notebooks/*.py   the sources, as percent text with nbgrader's metadata
    beside/*         files that the notebooks need
    hand_ins/*.py    one student each: `# %% grade_id="..."` is what was written into that cell, `after="..."` a cell of
                     the student's own behind that one, `file="..."` a file beside the notebooks that was changed.
                     A `[raw]` cell holds code that is no Python. `# without: NAME` is a file that was not handed in.
"""

from __future__ import annotations

import copy
import re
import shutil
from pathlib import Path

import jupytext
import nbformat
import nbgrader
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

HERE = Path(__file__).parent / "assignments"
EXAMPLE = Path(nbgrader.__file__).parent / "docs" / "source" / "user_guide"
PS1 = "ps1"
OWN = ("waiting_times", "softmax", "growth")
NAMES = (PS1, *OWN)


def put_source(root: Path, name: str) -> None:
    """Write an assignment into `root`/source/`name`/, as its instructor would have it there."""
    source = root / "source" / name
    if name == PS1:
        shutil.copytree(EXAMPLE / "source" / PS1, source)
        return
    source.mkdir(parents=True)
    for text in sorted((HERE / name / "notebooks").glob("*.py")):
        nbformat.write(notebook(text), source / f"{text.stem}.ipynb")
    for path in (HERE / name).glob("beside/*"):
        shutil.copy(path, source)


def notebook(text: Path) -> NotebookNode:
    """A text notebook as nbgrader takes it; the ids of its cells are the same every time."""
    made = jupytext.read(text)
    for number, cell in enumerate(made.cells):
        cell.id = cell.metadata.get("nbgrader", {}).get("grade_id", f"cell-{number}")
    return made


def students(name: str) -> list[str]:
    """Who hands in."""
    example = EXAMPLE / "submitted"
    theirs = [path.parent.name for path in example.glob(f"*/{PS1}")] if name == PS1 else []
    return sorted([*theirs, *(path.stem for path in (HERE / name / "hand_ins").glob("*.py"))])


def hand_in(root: Path, name: str) -> None:
    """Write what the class hands in into `root`/submitted/, made from `root`/release/."""
    if name == PS1:
        for folder in (EXAMPLE / "submitted").glob(f"*/{PS1}"):
            shutil.copytree(folder, root / "submitted" / folder.parent.name / PS1)
    for text in (HERE / name / "hand_ins").glob("*.py"):
        folder = root / "submitted" / text.stem / name
        shutil.copytree(root / "release" / name, folder)
        _fill(folder, text)


def _fill(folder: Path, text: Path) -> None:
    answers, own = {}, {}
    for cell in jupytext.read(text).cells:
        if "grade_id" in cell.metadata:
            answers[cell.metadata["grade_id"]] = cell.source
        elif "after" in cell.metadata:
            own[cell.metadata["after"]] = cell.source
        elif "file" in cell.metadata:
            (folder / cell.metadata["file"]).write_text(cell.source + "\n", encoding="utf-8")
    for path in folder.glob("*.ipynb"):
        nbformat.write(filled(nbformat.read(path, as_version=4), answers, own), path)
    for missing in re.findall(r"^# without: (\S+)$", text.read_text(encoding="utf-8"), flags=re.MULTILINE):
        (folder / missing).unlink()
    assert not answers, f"{text} answers cells that are not there: {sorted(answers)}"


def filled(release: NotebookNode, answers: dict[str, str], own: dict[str, str]) -> NotebookNode:
    """A released notebook with the answers typed in; those that it had a cell for are taken out of `answers`."""
    made = copy.deepcopy(release)
    made.cells = []
    for cell in release.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.pop(grade_id, cell.source)
        made.cells.append(cell)
        if grade_id in own:
            made.cells.append(new_code_cell(own[grade_id], id=f"own-{grade_id}"))
    return made
