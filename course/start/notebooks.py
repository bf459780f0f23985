"""A lecture as a notebook that every front end shows: plain Markdown, and a cell for each section.

The lectures are written in MyST, which the site of the lectures reads. JupyterLab, Notebook 7, VS Code and Colab read
Markdown; so formulas, folded answers, numbers of formulas and lists of pages are put in its words. Each heading begins
a cell whose id is the heading's slug, and links lead to that cell: it is found whatever an id of a heading looks like.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from course.judging import sections

FENCE = re.compile(r"^(?P<fence>`{3,}|~{3,})(?:\{(?P<directive>[a-z-]+)\})?(?P<title>.*)$")
LABEL = re.compile(r"^(?:`{3,}|~{3,})\{math\}\s*\n:label: *(\S+)", flags=re.MULTILINE)
OPTION = re.compile(r"^:(?P<name>[a-z]+):(?P<value>.*)$")
IMPORTS = "figures.use_style()"  # of the cell with the imports, which is folded like the checks
BRACES = str.maketrans("()", "{}")


def notebook_of(lecture: Path) -> NotebookNode:
    """The notebook of a page of the lectures. ValueError if it uses something of MyST that is not known here."""
    notebook = jupytext.reads(lecture.read_text(encoding="utf-8"), fmt="md:myst")
    labels = _labels(lecture)
    cells: list[NotebookNode] = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = _linked(_plain(cell.source, labels, lecture), lecture.stem)
            cells += [new_markdown_cell(part) for part in _parts(text)]
        else:
            if "hide-input" in cell.metadata.get("tags", []) or IMPORTS in cell.source:
                cell.metadata["jupyter"] = {"source_hidden": True}
            cells.append(cell)
    _with_ids(cells)  # of headings as links know them, without the number
    cells[0].source = re.sub(
        r"^# +.+$", lambda _: f"# {heading(lecture)}", cells[0].source, count=1, flags=re.MULTILINE
    )
    notebook.cells = cells
    notebook.metadata = NotebookNode()
    notebook.nbformat_minor = 5
    return notebook


def written(notebook: NotebookNode) -> bytes:
    """The file of a notebook for this Python, the same on every system."""
    name_kernel(notebook)
    return f"{nbformat.writes(notebook)}\n".encode()


def name_kernel(notebook: NotebookNode) -> None:
    """Name this Python in a notebook as its kernel would do. Changes the notebook.

    A front end that finds another kernel or another version of Python in it marks it as changed once it is open.
    """
    notebook.metadata["kernelspec"] = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    notebook.metadata["language_info"] = {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": ".".join(map(str, sys.version_info[:3])),
    }


def _labels(lecture: Path) -> dict[str, str]:
    """By label of a formula, on this page or one beside it, its number: as the site counts, from 1 on each page."""
    found: dict[str, str] = {}
    for page in sorted(lecture.parent.glob("*.md")):
        labels = LABEL.findall(page.read_text(encoding="utf-8"))
        for number, label in enumerate(labels, start=1):
            found[label] = f"({number})" if page == lecture else f"[({number})]({page.name})"
    return found


def _plain(text: str, labels: dict[str, str], page: Path) -> str:
    """Text in MyST as Markdown."""
    lines, done = text.split("\n"), list[str]()
    while lines:
        line = lines.pop(0)
        opening = FENCE.match(line)
        if opening is None:
            done.append(_numbered(line, labels, page))
            continue
        end = next((i for i, other in enumerate(lines) if other.rstrip() == opening["fence"]), len(lines))
        inner, lines = lines[:end], lines[end + 1 :]
        if opening["directive"] is None:
            done += [line, *inner, opening["fence"]]
        else:
            done += _directive(opening["directive"], opening["title"].strip(), inner, labels, page)
    return "\n".join(done)


def _directive(name: str, title: str, lines: list[str], labels: dict[str, str], page: Path) -> list[str]:
    options: dict[str, str] = {}
    while lines and (option := OPTION.match(lines[0])):
        options[option["name"]] = option["value"].strip()
        lines = lines[1:]
    if name == "math":
        tag = [rf"\tag{labels[options['label']].translate(BRACES)}"] if "label" in options else []
        return ["$$", *lines, *tag, "$$"]
    if name == "dropdown":
        inner = _plain("\n".join(lines), labels, page)
        state = " open" if "open" in options else ""
        return [f"<details{state}>", f"<summary>{title}</summary>", "", inner, "", "</details>"]
    if name == "toctree":
        there = [page.parent / f"{line.strip()}.md" for line in lines if line.strip()]
        caption = options.get("caption", "").strip('"')
        found = [f"- [{heading(other)}]({other.relative_to(page.parent).as_posix()})" for other in there]
        return [f"**{caption}**", "", *found] if caption else found
    raise ValueError(f"{page}: notebooks of the lectures know no directive {{{name}}}")


def _numbered(line: str, labels: dict[str, str], page: Path) -> str:
    line = re.sub(r"\{eq\}`([^`]+)`", lambda found: labels[found[1]], line)
    if role := re.search(r"\{[a-z:]+\}`", line):
        raise ValueError(f"{page}: notebooks of the lectures know no role {role[0][:-1]}")
    return line


def heading(page: Path) -> str:
    """The first heading of a page; of a lecture with its number, as on the site."""
    found: str = re.findall(r"^# +(.+?) *$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)[0]
    number = re.match(r"\d+", page.stem)
    return f"Lecture {int(number[0])}. {found}" if number else found


def _linked(text: str, page: str) -> str:
    """Links to other pages, and to sections, as links to notebooks and to cells."""
    text = re.sub(r"\]\(#([a-z0-9-]+)\)", rf"]({page}.md#\1)", text)
    return re.sub(
        r"\]\(([\w./]+)\.md(?:#([a-z0-9-]+))?\)",
        lambda found: f"]({found[1]}.ipynb{sections.cell(found[2]) if found[2] else ''})",
        text,
    )


def _parts(text: str) -> list[str]:
    """A text cell, cut before each heading."""
    starts, fenced = [0], False
    lines = text.split("\n")
    for i, line in enumerate(lines):
        fenced ^= line.startswith(("```", "~~~", "$$"))
        if i and not fenced and re.match(r"#{1,6} ", line):
            starts.append(i)
    cut = ["\n".join(lines[start:end]).strip() for start, end in zip(starts, [*starts[1:], len(lines)], strict=True)]
    return [part for part in cut if part]


def _with_ids(cells: list[NotebookNode]) -> None:
    """Give each cell an id: the slug of its heading, else its place. Changes the cells."""
    taken: set[str] = set()
    for number, cell in enumerate(cells):
        found = re.match(r"#{1,6} +(.+?) *$", cell.source, flags=re.MULTILINE) if cell.cell_type == "markdown" else None
        slug = sections.slug(found[1])[: sections.LONGEST] if found else ""
        cell.id = slug if slug and slug not in taken else f"cell-{number}"
        taken.add(cell.id)
