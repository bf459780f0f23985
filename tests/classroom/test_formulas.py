"""Formulas on feedback pages: MathML of what was written, and of nobody's making but a formula."""

from __future__ import annotations

from xml.etree import ElementTree

import jupytext
import pytest

from autograder.classroom.formulas import MATHML, markdown_to_html, mathml
from autograder.classroom.layout import source, tps


def test_every_formula_of_every_tp_needs_no_network() -> None:
    cells = [cell for tp in tps() for cell in jupytext.read(source(tp)).cells if cell.cell_type == "markdown"]
    pages = [markdown_to_html(cell.source) for cell in cells]
    assert sum(page.count("<math") for page in pages) > 20
    for page in pages:
        assert "$" not in page.replace("<code>$", "")


def test_a_formula_keeps_its_parts() -> None:
    tree = ElementTree.fromstring(mathml(r"\frac{a}{b} < \sqrt{c}", block=True) or "")
    assert tree.get("display") == "block"
    assert [e.tag.removeprefix(f"{{{MATHML}}}") for e in tree.iter() if e.text is None or e.text.strip()] == [
        "mi", "mi", "mo", "mi",
    ]  # fmt: skip
    assert {f"{{{MATHML}}}mfrac", f"{{{MATHML}}}msqrt"} <= {e.tag for e in tree.iter()}


@pytest.mark.parametrize("tex", [r"\href{javascript:alert(1)}{x}", r"\class{x}{y}", "{" * 5000, r"\nosuch", r"\frac"])
def test_what_is_no_formula_stays_as_it_was(tex: str) -> None:
    assert mathml(tex, block=False) is None
    assert markdown_to_html(f"${tex}$").count("<math") == 0


def test_text_in_a_formula_is_no_html() -> None:
    page = markdown_to_html(r"$\text{<script>alert(1)</script>}$ and $\text{<img src=x onerror=alert(1)>}$")
    assert "<script" not in page
    assert "<img" not in page
