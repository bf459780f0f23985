"""Text and code cells as HTML, for pages of nbconvert's: formulas as MathML, and nothing that takes long.

nbconvert leaves formulas to MathJax, which a page fetches from elsewhere; browsers draw MathML themselves. What cannot
be converted stays as it was written; only the Formgrader, which is nbgrader's own page, still has MathJax for it.

Converters and highlighters take quadratic time for some of what a student may write. Long blanks, which are the worst,
are shortened, and what is very long is shown as it is.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any
from xml.etree import ElementTree

from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import InvalidNotebook, IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

LONGEST = 20_000  # characters of a cell that are highlighted or converted
KEPT = 500  # cells whose HTML is kept: most of a class's cells are those of the release
BLANK = 100  # white characters in a row that are shown
MATHML = "http://www.w3.org/1998/Math/MathML"
ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|#)\w+;")
DOTS = re.compile(r"\\dots(?![A-Za-z])")  # docutils knows \ldots only
ACCENTS = ("\u02c6", "^", "\u02c9", "\u00af", "~", "\u02dc", "\u02d9")  # hat, bar, tilde, dot
ATTRIBUTES = {"accent", "columnalign", "display", "displaystyle", "fence", "mathvariant", "maxsize", "minsize",
              "movablelimits", "rowspacing", "scriptlevel", "separator", "stretchy", "width"}  # fmt: skip
ElementTree.register_namespace("", MATHML)


@pass_context
def cell_to_html(context: Mapping[str, Any], source: str) -> str:
    """The HTML of a text cell, for nbconvert in the place of its own filter `markdown2html`."""
    return markdown_to_html(source, context.get("cell", {}).get("attachments", {}))


def markdown_to_html(source: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    """The HTML of Markdown; `attachments` are the pictures that were pasted into it."""
    if len(source) > LONGEST:
        return _as_it_is(source)
    return _rendered(source, attachments) if attachments else _converted(source)


@lru_cache(KEPT)
def _converted(source: str) -> str:
    return _rendered(source)


def _rendered(source: str, attachments: dict[str, dict[str, str]] | None = None) -> str:
    renderer = _Renderer(escape=False, allow_harmful_protocols=False, attachments=attachments)
    try:
        rendered: str = MarkdownWithMath(renderer=renderer).render(_without_long_blanks(source))
    except InvalidNotebook:  # a picture is named that is not there
        return _as_it_is(source)
    return rendered


def code_to_html(source: str, language: str | None = None, metadata: object = None) -> str:
    """The HTML of a code cell, in the place of nbconvert's `highlight_code`, whose IPython lexer can take hours."""
    if len(source) > LONGEST:
        return _as_it_is(source)
    return _highlighted(source)


@lru_cache(KEPT)
def _highlighted(source: str) -> str:
    return str(highlight(_without_long_blanks(source), *_highlighter()))


@cache
def _highlighter() -> tuple[Lexer, HtmlFormatter[str]]:
    return get_lexer_by_name("python3"), HtmlFormatter(cssclass="highlight hl-ipython3")


def _without_long_blanks(text: str) -> str:
    return re.sub(rf"\s{{{BLANK},}}", lambda found: found[0][:BLANK], text)


def _as_it_is(source: str) -> str:
    return f"<pre>{html.escape(source)}</pre>"


def mathml(tex: str, block: bool) -> str | None:
    """One formula as MathML; None if it cannot be converted. Nothing but formulas comes out, whoever wrote it."""
    try:
        converted = tex2mathml(DOTS.sub(r"\\ldots", tex.strip()), as_block=block)
        tree = ElementTree.fromstring(ENTITY.sub(lambda entity: html.unescape(entity[0]), converted))
    except (MathError, ElementTree.ParseError, IndexError, AttributeError, ValueError, RecursionError):
        return None
    for element in list(tree.iter()):
        if element.tag == f"{{{MATHML}}}munderover" and (element[2].text or "").strip() in ACCENTS:
            base, index, accent = element  # docutils puts the index of \hat m_t below the m
            element.tag = f"{{{MATHML}}}msub"
            element[:] = [ElementTree.Element(f"{{{MATHML}}}mover", {"accent": "true"}), index]
            element[0].extend([base, accent])
        if not element.tag.startswith(f"{{{MATHML}}}m"):
            return None
        for name in element.attrib.keys() - ATTRIBUTES:
            del element.attrib[name]
    return ElementTree.tostring(tree, encoding="unicode", short_empty_elements=False)


class _Renderer(IPythonRenderer):
    def block_math(self, body: str) -> str:
        return mathml(body, block=True) or str(super().block_math(body))

    def inline_math(self, body: str) -> str:
        return mathml(body, block=False) or str(super().inline_math(body))

    def latex_environment(self, name: str, body: str) -> str:
        converted = mathml(f"\\begin{{{name}}}{body}\\end{{{name}}}", block=True)
        return converted or str(super().latex_environment(name, body))
