"""Formulas on feedback pages as MathML, which browsers draw themselves: such a page needs no network.

nbconvert leaves formulas to MathJax, which a page fetches from elsewhere. What cannot be converted stays as it was
written; only the Formgrader, which is nbgrader's own page, still has MathJax for it.
"""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

MATHML = "http://www.w3.org/1998/Math/MathML"
ENTITY = re.compile(r"&(?!amp;|lt;|gt;|quot;|#)\w+;")
DOTS = re.compile(r"\\dots(?![A-Za-z])")  # docutils knows \ldots only
ACCENTS = ("\u02c6", "^", "\u02c9", "\u00af", "~", "\u02dc", "\u02d9")  # hat, bar, tilde, dot
ATTRIBUTES = {"accent", "columnalign", "display", "displaystyle", "fence", "mathvariant", "maxsize", "minsize",
              "movablelimits", "rowspacing", "scriptlevel", "separator", "stretchy", "width"}  # fmt: skip
ElementTree.register_namespace("", MATHML)


def markdown_to_html(source: str) -> str:
    """The HTML of a text cell, for nbconvert in the place of its own filter `markdown2html`."""
    rendered: str = MarkdownWithMath(renderer=_Renderer(escape=False)).render(source)
    return rendered


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
