"""Cells on feedback pages: formulas as MathML, nothing of anybody's making but a formula, and none that takes hours."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from xml.etree import ElementTree

import jupytext
import pytest
from nbconvert.filters import Highlight2HTML

from autograder.classroom.returns.rendering import LONGEST, MATHML, code_to_html, markdown_to_html, mathml
from tests.shared import TPS


def test_every_formula_of_every_tp_needs_no_network() -> None:
    cells = [cell for tp in TPS.values() for cell in jupytext.read(tp.notebook).cells if cell.cell_type == "markdown"]
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


@pytest.mark.parametrize("to_html", [markdown_to_html, code_to_html])
@pytest.mark.parametrize(
    "unit", ["\n", " ", "  \n", ".", "*", "**a", "$", "$a", "*a_", "[a](", "`a", "<a ", "_a*b", "|", "> ", "- "]
)
def test_no_cell_takes_long_to_show(to_html: Callable[[str], str], unit: str) -> None:
    """Stock nbconvert takes minutes to hours for some of these; a limit far above what is needed turns red."""
    for size in (LONGEST - 20, 190_000):
        with limited(30):
            page = to_html("x\n" + unit * (size // len(unit)) + "QED")
        assert "QED" in page


def test_the_limit_can_turn_red() -> None:
    with pytest.raises(TimeoutError), limited(1):
        Highlight2HTML(pygments_lexer="ipython3")("x = 1" + "\n" * 190_000 + "y = 1")


@contextlib.contextmanager
def limited(seconds: int) -> Iterator[None]:
    """So many seconds of this process's own work; how busy the machine is does not count."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def test_code_is_highlighted_and_escaped() -> None:
    page = code_to_html("def f(x):\n    return '<b>' < x  # 1 & 2\n")
    assert '<span class="k">def</span>' in page
    assert "<b>" not in page
    assert "<script>" not in code_to_html("<script>" + "x" * LONGEST)
