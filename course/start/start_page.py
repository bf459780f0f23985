"""The start page: what to do first, second, third, with a link to each lecture and each exercise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from course.judging.sections import LECTURES
from course.start.notebooks import heading

NAME = "start.ipynb"
HEAD = """# Start here

Each step of the way below is a lecture, and the exercises that it prepares.

1. **Read** the lecture and run its cells with Shift+Enter. Where it asks you something, write your answer down before
   you go on.
2. **Write** the function in place of `# YOUR CODE HERE` and `raise NotImplementedError()`, and run its cell.
3. **Check** it with the cell below it, as often as you like. It says which property holds, which does not, and why.

Your work is in this folder, and nowhere else. `course start` for the same folder, after an update, renews what you have
not changed and keeps what you have written. If you want a notebook anew, give yours another name first."""
PROGRESS = """## How far you are

Run the next cell; `course progress` on the command line says the same."""
FRONT_ENDS = """## Other programs than JupyterLab

- **VS Code** with its extensions Python and Jupyter: open this folder, then a notebook, and choose the Python in which
  you installed the course.
- **Notebook 7**: `jupyter notebook start.ipynb` in this folder. A link to an exercise opens its notebook at the top.
- **Colab** keeps no files when you leave. Upload a notebook of this folder (File, Upload notebook) and the course, a
  `.whl` file (Files, on the left). Run these lines in a cell above all others, the last one with the notebook's folder:
  `%pip install -q *.whl`, `!course start --no-open .`, `%cd optimizers`. Download the notebook before you leave.

Exercises and lectures that train with Keras need TensorFlow: `pip install "tensorflow>=2.19"`. The others do not."""


def start(tps: Mapping[str, NotebookNode]) -> NotebookNode:
    """The page. tps: by their path in the folder, the notebooks of the TPs. Practice comes after what has points."""
    exercises: dict[str, list[str]] = {}
    for path, notebook in sorted(tps.items(), key=lambda tp: not _has_points(tp[1])):
        for belongs_to, link in _exercises(path, notebook):
            exercises.setdefault(belongs_to, []).append(link)
    steps = []
    for lecture in sorted(LECTURES.glob("*/[0-9]*.md")):
        name = lecture.relative_to(LECTURES).with_suffix(".ipynb").as_posix()
        write = exercises.pop(name, [])
        then = f" Then write {', '.join(write)}." if write else ""
        steps.append(f"1. Read [{heading(lecture)}](lectures/{name}).{then}")
    steps += [f"1. Write {', '.join(write)}." for write in exercises.values()]
    cells = [new_markdown_cell(HEAD), new_markdown_cell("## The way\n\n" + "\n".join(steps))]
    cells += [new_markdown_cell(PROGRESS), new_code_cell("import course\n\ncourse.progress()")]
    page = new_notebook(cells=[*cells, new_markdown_cell(FRONT_ENDS)])
    for number, cell in enumerate(page.cells):
        cell.id = f"cell-{number}"
    return page


def _has_points(notebook: NotebookNode) -> bool:
    return any(cell.metadata.get("nbgrader", {}).get("points") for cell in notebook.cells)


def _exercises(path: str, notebook: NotebookNode) -> Iterator[tuple[str, str]]:
    """Each section in which something is to be written: the lecture that it belongs to, and a link to it.

    A TP that names a lecture before its first section belongs to that as a whole; else a section belongs to the
    first that it names, or to that of the section before it.
    """
    lecture, whole, section, told = "", False, "", True
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            if begins := re.match(r"#{2,6} +(.+)", cell.source):
                whole = whole or (not section and lecture != "")
                section, told = f"[{begins[1]}]({path}#cell-id={cell.id})", False
                named = False
            found = re.search(r"\]\((?:\.\./)*lectures/([\w/]+\.ipynb)", cell.source)
            if found and not whole and (not section or not named):
                lecture, named = found[1], True
        if not told and cell.metadata.get("nbgrader", {}).get("solution"):
            told = True
            yield lecture, section
