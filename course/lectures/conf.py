"""Sphinx' settings for the site of the lectures: executed once and cached, formulas as MathML, nothing fetched.

Formulas become MathML when the site is built, by the converter that docutils brings. Browsers draw MathML themselves:
the pages need no script for it, work without a network, and a screen reader can read them aloud.
"""

from __future__ import annotations

import html
import re
from itertools import zip_longest
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)
checkout = Path(__file__).parents[2]

project = "Deep Learning for Finance"
# The pages belong to whom the licence names. The course that they follow is credited beside that, and on page one.
holder = re.findall(r"^Copyright \(c\) (.+)$", (checkout / "LICENSE").read_text(encoding="utf-8"), re.MULTILINE)[0]
project_copyright = f"{holder}. After the course “Deep Learning for Finance” by Rémi Genet"
language = "en"
extensions = ["myst_nb"]
exclude_patterns = ["_build", "**.ipynb_checkpoints"]

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

nb_execution_mode = "cache"
nb_execution_cache_path = str(checkout / "build" / "lectures-cache")
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_number_source_lines = False
nb_mime_priority_overrides = [("html", "image/png", 5)]  # before HTML: a figure becomes a file beside the page
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide the {type}"

html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["lectures.css"]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
pygments_style = "tango"
pygments_dark_style = "github-dark"

# TeX that authors write and docutils' converter does not know, in words that it knows.
SYNONYMS = {
    r"\\([td]?frac)\s*([0-9A-Za-z])\s*([0-9A-Za-z])": r"\\\1{\2}{\3}",
    r"\\dots(?![A-Za-z])": r"\\ldots",
    r"\\iff(?![A-Za-z])": r"\\;\\Longleftrightarrow\\;",
    r"\\implies(?![A-Za-z])": r"\\;\\Longrightarrow\\;",
    r"\\(displaystyle|limits|notag|allowbreak)(?![A-Za-z])": "",
    r"\\texttt\{": r"\\text{",
    r"\\tag\*?\{[^}]*\}": "",
}


MATHML = "http://www.w3.org/1998/Math/MathML"
ACCENTS = ("\u02c6", "^", "\u02c9", "\u00af", "~", "\u02dc", "\u02d9")  # hat, bar, tilde, dot
OPERANDS = ("mi", "mn", "msub", "msup", "msubsup", "mfrac", "msqrt", "mover")
ElementTree.register_namespace("", MATHML)


def to_mathml(tex: str, block: bool, where: Any) -> str:
    """Convert one formula; one that cannot be converted is a warning, which the build makes an error."""
    for pattern, plain in SYNONYMS.items():
        tex = re.sub(pattern, plain, tex)
    if block and r"\\" in tex and r"\begin" not in tex:
        tex = r"\begin{aligned}" + tex + r"\end{aligned}"
    try:
        return typeset(tex2mathml(tex.strip(), as_block=block))
    except (MathError, IndexError, AttributeError) as fault:
        logger.warning("this formula cannot become MathML (%s): %s", fault, tex, location=where)
        return f"<code>{html.escape(tex)}</code>"


def typeset(mathml: str) -> str:
    r"""Set what docutils leaves rough: the index of \hat m_t, the space in \ln 2, the closeness of a/b and |g|."""
    mathml = re.sub(r"&(?!amp;|lt;|gt;|quot;|#)\w+;", lambda entity: html.unescape(entity[0]), mathml)
    tree = ElementTree.fromstring(mathml)
    tag = f"{{{MATHML}}}".__add__
    for element in list(tree.iter()):
        if element.tag == tag("munderover"):
            base, index, accent = element
            if accent.tag == tag("mo") and (accent.text or "").strip() in ACCENTS:
                element.tag = tag("msub")
                element[:] = [ElementTree.Element(tag("mover"), {"accent": "true"}), index]
                element[0].extend([base, accent])
        elif element.tag == tag("mo") and (element.text or "").strip() in ("/", "|"):
            element.attrib.update({"lspace": "0", "rspace": "0"})
        spaced = []
        for child, following in zip_longest(element, element[1:]):
            spaced.append(child)
            applied = child.tag == tag("mo") and (child.text or "").strip() == "\N{FUNCTION APPLICATION}"
            if applied and following is not None and following.tag in map(tag, OPERANDS):
                spaced.append(ElementTree.Element(tag("mspace"), {"width": "0.1667em"}))
        if len(spaced) > len(element):
            element[:] = spaced
    return ElementTree.tostring(tree, encoding="unicode", short_empty_elements=False)


def visit_inline_math(writer: Any, node: nodes.math) -> None:
    """Write one inline formula."""
    writer.body.append(to_mathml(node.astext(), False, node) + "\N{WORD JOINER}")  # no line begins with its comma
    raise nodes.SkipNode


def visit_block_math(writer: Any, node: nodes.math_block) -> None:
    """Write one displayed formula, its number and the link to it."""
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    writer.body.append('<div class="formula">' + to_mathml(node.astext(), True, node) + "</div>")
    if node["number"]:
        writer.body.append(f'<span class="formula-number">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this formula")
        writer.body.append("</span>")
    writer.body.append("</div>\n")
    raise nodes.SkipNode


class Dropdown(Directive):
    """```{dropdown} Title: an answer, folded away until the reader has made a prediction (`:open:` shows it)."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"open": directives.flag}  # noqa: RUF012 - docutils' own interface

    def run(self) -> list[nodes.Node]:
        """Parse what it holds, between the two ends of a <details>."""
        answer = nodes.container()
        self.state.nested_parse(self.content, self.content_offset, answer)
        state = " open" if "open" in self.options else ""
        title = html.escape(self.arguments[0])
        head = f'<details class="dropdown"{state}>\n<summary>{title}</summary>\n'
        return [nodes.raw("", head, format="html"), *answer.children, nodes.raw("", "</details>\n", format="html")]


def fold_code(app: Sphinx, docname: str, source: list[str]) -> None:
    """Fold the code of figures, and figures that answer a question; say on each fold what is in it."""
    fence = "```{code-cell} ipython3\n"
    head, *cells = source[0].split(fence)
    for i, cell in enumerate(cells):
        first, _, rest = cell.partition("\n")
        if first == ":tags: [check, hide-input]":
            cells[i] = (
                f"{first}\n:mystnb: {{code_prompt_show: Show the checks, code_prompt_hide: Hide the checks}}\n{rest}"
            )
        elif "figures.show(" in (code := cell.partition("\n```")[0]) and not first.startswith((":", "---")):
            if "after=" in code:  # it answers a question
                fold = (
                    "code_prompt_show: Show the figure of the answer, code_prompt_hide: Hide the figure of the answer"
                )
                cells[i] = f":tags: [hide-cell]\n:mystnb: {{{fold}}}\n\n{cell}"
                continue
            prompts = "code_prompt_show: Show the code of the figure, code_prompt_hide: Hide the code of the figure"
            cells[i] = f":tags: [hide-input]\n:mystnb: {{{prompts}}}\n\n{cell}"
    source[0] = fence.join([head, *cells])


def describe_figures(app: Sphinx, doctree: nodes.document) -> None:
    """Give every figure the alt text that `figures.show` sends beside it as its text form."""
    for bundle in list(doctree.findall(nodes.container)):
        if bundle.get("nb_element") != "mime_bundle":
            continue
        forms = {form["mime_type"]: form for form in bundle.children if isinstance(form, nodes.container)}
        text = forms["text/plain"].astext().strip() if "text/plain" in forms else ""
        for image in bundle.findall(nodes.image):
            image["alt"] = text.strip("'\"")
    for image in doctree.findall(nodes.image):
        alt = image.get("alt", "").strip()
        if not alt or alt.startswith("<Figure"):
            logger.warning("a figure without alt text", location=image)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the formula writer, the dropdown, the folded code and the alt texts."""
    app.add_html_math_renderer("mathml", (visit_inline_math, None), (visit_block_math, None))
    app.add_directive("dropdown", Dropdown)
    app.connect("source-read", fold_code)
    app.connect("doctree-read", describe_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
