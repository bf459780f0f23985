"""Sphinx' settings for the site of the lectures: executed once and cached, formulas as MathML, nothing fetched.

Formulas become MathML when the site is built, by the converter that docutils brings. Browsers draw MathML themselves:
the pages need no script for it, work without a network, and a screen reader can read them aloud.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import Directive, directives
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)
checkout = Path(__file__).parents[2]

project = "Deep Learning for Finance: optimizers"
author = "Rémi Genet"
language = "en"
extensions = ["myst_nb"]
exclude_patterns = ["_build", "**.ipynb_checkpoints"]

myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3

nb_execution_mode = "cache"
nb_execution_cache_path = str(checkout / "build" / "lectures-cache")
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_merge_streams = True
nb_number_source_lines = False
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide the {type}"

html_theme = "furo"
html_title = "Optimizers"
html_static_path = ["_static"]
html_css_files = ["lectures.css"]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
pygments_style = "tango"
pygments_dark_style = "github-dark"

# TeX that authors write and docutils' converter does not know, in words that it knows.
SYNONYMS = {
    r"\\dots(?![A-Za-z])": r"\\ldots",
    r"\\iff(?![A-Za-z])": r"\\;\\Longleftrightarrow\\;",
    r"\\implies(?![A-Za-z])": r"\\;\\Longrightarrow\\;",
    r"\\(displaystyle|limits|notag|allowbreak)(?![A-Za-z])": "",
    r"\\texttt\{": r"\\text{",
    r"\\tag\*?\{[^}]*\}": "",
}


def to_mathml(tex: str, block: bool, where: Any) -> str:
    """Convert one formula; one that cannot be converted is a warning, which the build makes an error."""
    for pattern, plain in SYNONYMS.items():
        tex = re.sub(pattern, plain, tex)
    if block and r"\\" in tex and r"\begin" not in tex:
        tex = r"\begin{aligned}" + tex + r"\end{aligned}"
    try:
        return tex2mathml(tex.strip(), as_block=block)
    except (MathError, IndexError, AttributeError) as fault:
        logger.warning("this formula cannot become MathML (%s): %s", fault, tex, location=where)
        return nodes.literal(tex, tex).astext()


def visit_inline_math(writer: Any, node: nodes.math) -> None:
    """Write one inline formula."""
    writer.body.append(to_mathml(node.astext(), False, node))
    raise nodes.SkipNode


def visit_block_math(writer: Any, node: nodes.math_block) -> None:
    """Write one displayed formula, its number and the link to it."""
    writer.body.append(writer.starttag(node, "div", CLASS="math"))
    writer.body.append('<div class="formula">' + to_mathml(node.astext(), True, node) + "</div>")
    if node["number"]:
        writer.body.append(f'<span class="eqno">({get_node_equation_number(writer, node)})')
        writer.add_permalink_ref(node, "Link to this formula")
        writer.body.append("</span>")
    writer.body.append("</div>\n")
    raise nodes.SkipNode


class dropdown(nodes.General, nodes.Element):
    """An answer that is read after the reader has made a prediction."""


class Dropdown(Directive):
    """```{dropdown} Title: content that is folded away until it is asked for (`:open:` shows it at once)."""

    required_arguments = 1
    final_argument_whitespace = True
    has_content = True
    option_spec = {"open": directives.flag}  # noqa: RUF012 - docutils' own interface

    def run(self) -> list[nodes.Node]:
        """Make the node and parse what it holds."""
        node = dropdown(title=self.arguments[0], open="open" in self.options)
        self.state.nested_parse(self.content, self.content_offset, node)
        return [node]


def visit_dropdown(writer: Any, node: dropdown) -> None:
    """Open a <details>."""
    state = " open" if node["open"] else ""
    title = writer.encode(node["title"])
    writer.body.append(f'<details class="dropdown"{state}>\n<summary>{title}</summary>\n')


def depart_dropdown(writer: Any, node: dropdown) -> None:
    """Close the <details>."""
    writer.body.append("</details>\n")


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
    """Add the formula writer, the dropdown and the alt texts."""
    app.add_html_math_renderer("mathml", (visit_inline_math, None), (visit_block_math, None))
    app.add_node(dropdown, html=(visit_dropdown, depart_dropdown))
    app.add_directive("dropdown", Dropdown)
    app.connect("doctree-read", describe_figures)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
