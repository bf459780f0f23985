"""Lectures as notebooks: plain Markdown, numbers of formulas as on the site, links that lead to a cell."""

from __future__ import annotations

import re
from pathlib import Path

import ipykernel.ipkernel
import ipykernel.kernelspec
import nbformat
import pytest

from course.judging import sections
from course.start.notebooks import name_kernel, notebook_of, written

PAGES = sorted(sections.LECTURES.rglob("*.md"))
HEAD = "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n---\n"


def made(tmp_path: Path, text: str) -> list[str]:
    page = tmp_path / "01_page.md"
    page.write_text(HEAD + text, encoding="utf-8")
    return [cell.source for cell in notebook_of(page).cells]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_lecture_is_a_sound_notebook_of_plain_markdown(page: Path) -> None:
    content = written(notebook_of(page))
    notebook = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(notebook)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    assert not re.findall(r"^(?:`{3,}|~{3,})\{.*|\{[a-z:]+\}`|\.md\b", text, flags=re.MULTILINE)
    source = page.read_text(encoding="utf-8")
    labels = re.findall(r"^:label: (eq-\S+)$", source, flags=re.MULTILINE)
    assert re.findall(r"\\tag\{(\d+)\}", text) == [str(number) for number in range(1, len(labels) + 1)]
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert len(code) == source.count("```{code-cell}")
    folded = [cell for cell in code if cell.get("metadata", {}).get("jupyter", {}).get("source_hidden")]
    proofs = [cell for cell in code if "hide-input" in cell.metadata.get("tags", [])]
    assert all(cell in folded for cell in proofs)
    if page.stem != "index":
        assert any("import numpy" in cell.source for cell in folded)
        assert notebook.cells[0].source.startswith(f"# Lecture {int(page.stem[:2])}. ")
    assert b"\r" not in content
    assert content == written(notebook_of(page))  # nothing in it is drawn


def test_what_is_folded_holds_its_formulas(tmp_path: Path) -> None:
    text = "# A page\n\n````{dropdown} Why\n```{math}\n:label: eq-one\nx = 1 .\n```\n\nSee {eq}`eq-one`.\n````\n"
    formula = "$$\nx = 1 .\n\\tag{1}\n$$"
    folded = f"<details>\n<summary>Why</summary>\n\n{formula}\n\nSee (1).\n\n</details>"
    assert made(tmp_path, text) == [f"# Lecture 1. A page\n\n{folded}"]


def test_a_section_begins_a_cell_whose_id_is_its_slug(tmp_path: Path) -> None:
    page = tmp_path / "01_page.md"
    page.write_text(f"{HEAD}# One\n\na\n\n## 2. Two\n\n```\n# no heading\n```\n\n## 2. Two\n", encoding="utf-8")
    cells = notebook_of(page).cells
    assert [cell.id for cell in cells] == ["one", "two", "cell-2"]
    assert "no heading" in cells[1].source


@pytest.mark.parametrize("text", ["```{figure} a.png\n```\n", "See {doc}`other`.\n"])
def test_what_no_front_end_would_show_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"01_page\.md: notebooks of the lectures know no"):
        made(tmp_path, f"# A page\n\n{text}")


def test_the_kernel_is_named_as_the_kernel_names_itself() -> None:
    """Otherwise JupyterLab marks a notebook as changed as soon as it is open."""
    notebook = nbformat.v4.new_notebook()
    name_kernel(notebook)
    assert notebook.metadata.kernelspec.display_name == ipykernel.kernelspec.get_kernel_dict()["display_name"]
    known = ipykernel.ipkernel.IPythonKernel.language_info
    assert notebook.metadata.language_info == known


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("`06_adam.md` says", "[06_adam](../lectures/training/06_adam.ipynb) says"),
        (
            '`06_adam.md`,\n"Three places for epsilon".',
            '[06_adam, "Three places for epsilon"]'
            "(../lectures/training/06_adam.ipynb#cell-id=three-places-for-epsilon).",
        ),
        ('`06_adam.md`, "no section"', '[06_adam](../lectures/training/06_adam.ipynb), "no section"'),
        ("`07_elsewhere.md`", "`07_elsewhere.md`"),
    ],
)
def test_names_of_lectures_in_a_tp_become_links(text: str, link: str) -> None:
    assert sections.linked(text) == link
