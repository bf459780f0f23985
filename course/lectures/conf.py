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
from PIL import Image
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from course.workshop.live import bundle, showing, still

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
# A figure becomes a file beside the page; of a live picture the HTML is taken, which needs no kernel.
nb_mime_priority_overrides = [("html", "image/png", 5), ("html", "text/html", 6)]
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_code_prompt_show = "Show the {type}"
nb_code_prompt_hide = "Hide the {type}"

html_theme = "furo"
html_title = project
html_static_path = ["_static"]
html_css_files = ["lectures.css"]
html_js_files = [("lectures.js", {"defer": "defer"})]
html_show_sourcelink = False
html_copy_source = False
html_math_renderer = "mathml"
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"

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
    writer.body.append(to_mathml(node.astext(), False, node))
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


FENCE = "```{code-cell} ipython3\n"
FOLDS = (
    ("figures.show(", "code of the figure"),
    ("live.show(", "code of the picture"),
    (" ...,", "code of the question"),  # which has the answer in it
    ("figures.use_style()", "imports"),
)


def fold_code(app: Sphinx, docname: str, source: list[str]) -> None:
    """Fold imports, the code of figures and whole figures that answer a question; say on each fold what is in it."""
    head, *cells = source[0].split(FENCE)
    for i, cell in enumerate(cells):
        first, _, rest = cell.partition("\n")
        code = cell.partition("\n```")[0]
        what = next((what for call, what in FOLDS if call in code), None)
        if first == ":tags: [check, hide-input]":
            cells[i] = f"{first}\n{_prompts('checks')}\n{rest}"
        elif "figures.show(" in code and "after=" in code and not first.startswith((":", "---")):
            cells[i] = f":tags: [hide-cell]\n{_prompts('figure of the answer')}\n\n{cell}"
        elif what and not first.startswith((":", "---")):
            cells[i] = f":tags: [hide-input]\n{_prompts(what)}\n\n{cell}"
    source[0] = FENCE.join([head, *cells])


def _prompts(what: str) -> str:
    return f":mystnb: {{code_prompt_show: Show the {what}, code_prompt_hide: Hide the {what}}}"


WORDS_A_MINUTE, WORDS_A_FORMULA = 140, 40


def minutes(text: str) -> int:
    """About how long it takes to read a page with its formulas, without its code; in steps of five minutes."""
    prose = re.sub(r"^```\{code-cell\}.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    words = len(prose.split()) + WORDS_A_FORMULA * prose.count("{math}")
    return max(5, 5 * round(words / WORDS_A_MINUTE / 5))


def titled(path: Path) -> tuple[str, int]:
    """The title of a lecture with its number, and about how many minutes it takes to read."""
    text = path.read_text(encoding="utf-8")
    (title, *_) = re.findall(r"^# +(.+)$", text, flags=re.MULTILINE)
    number = re.match(r"\d+", path.stem)
    return (f"Lecture {int(number[0])}. {title}" if number else title), minutes(text)


def number_titles(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the number and the reading time on each lecture; on the home page a live picture and a list with both."""
    if docname != "index":
        title, time = titled(Path(app.srcdir) / f"{docname}.md")
        source[0] = re.sub(
            r"^# +.+$", lambda _: f"# {title}\n\n*About {time} minutes.*", source[0], count=1, flags=re.MULTILINE
        )
        return
    head, end, rest = source[0].partition("\n\nEach lecture starts")
    picture = showing.picture("race")
    values = picture.values(surface="himmelblau", x0=0.45, y0=0.35)
    scene = picture.scene(values)
    live = bundle.page(picture, values, still.png(scene), scene.says)
    source[0] = f"{head}\n\n````{{raw}} html\n{live}\n````{end}" + re.sub(
        r"```\{toctree\}.*?```", _listed, rest, flags=re.S
    )


def _listed(toctree: re.Match[str]) -> str:
    """A hidden toctree, and its pages as a list with their reading times."""
    lines = toctree[0].splitlines()
    pages = [line for line in lines[1:-1] if line and not line.startswith(":")]
    (caption,) = re.findall(r':caption: "(.+)"', toctree[0])
    items = []
    for page in pages:
        title, time = titled(Path(__file__).parent / f"{page}.md")
        items.append(f"- [{title}]({page}.md) · about {time} minutes")
    return "\n".join([lines[0], ":hidden:", *lines[1:], "", f"### {caption}", "", *items])


def keep_punctuation(app: Sphinx, doctree: nodes.document) -> None:
    """Hold together a formula in a text and the comma after it: browsers may break a line between them."""
    for formula in list(doctree.findall(nodes.math)):
        after = formula.next_node(descend=False, siblings=True)
        touching = re.match(r"\S{1,12}(?!\S)", after) if isinstance(after, nodes.Text) else None
        if touching:
            after.parent.replace(after, nodes.Text(after[touching.end() :]))
            formula.replace_self(nodes.inline("", "", formula.deepcopy(), nodes.Text(touching[0]), classes=["held"]))


def describe_figures(app: Sphinx, doctree: nodes.document) -> None:
    """Give every figure the text that `figures.show` sends beside it, as alternative text and as a numbered caption."""
    number = 0
    for bundle_ in list(doctree.findall(nodes.container)):
        if bundle_.get("nb_element") != "mime_bundle":
            continue
        forms = {form["mime_type"]: form for form in bundle_.children if isinstance(form, nodes.container)}
        text = forms["text/plain"].astext().strip().strip("'\"") if "text/plain" in forms else ""
        for image in bundle_.findall(nodes.image):
            number += 1
            image["alt"] = text
            words = _own_caption(bundle_) or [nodes.Text(text)]
            caption = nodes.paragraph("", "", nodes.strong("", f"Figure {number}."), nodes.Text(" "), *words)
            caption["classes"].append("figure-caption")
            classes = ["figure-scroll", *_kinds(Path(app.srcdir) / image["uri"])]
            place = nodes.container(classes=classes)
            image.replace_self([place, caption])
            place.append(image)
    for image in doctree.findall(nodes.image):
        alt = image.get("alt", "").strip()
        if not alt or alt.startswith("<Figure"):
            logger.warning("a figure without alt text", location=image)


def _own_caption(output: nodes.Node) -> list[nodes.Node]:
    """What the author wrote below a figure, *Figure: ...*, to be its caption; nothing if there is no such paragraph."""
    cell = output
    while "cell" not in cell.get("classes", []):
        cell = cell.parent
    below = cell.next_node(descend=False, siblings=True)
    if not isinstance(below, nodes.paragraph) or not below.astext().startswith("Figure: "):
        return []
    below.parent.remove(below)
    (written,) = below.children
    first = written.children[0].astext().removeprefix("Figure: ")
    return [nodes.Text(first[:1].upper() + first[1:]), *written.children[1:]]


def _kinds(path: Path) -> list[str]:
    """Which of these a figure is: "upright", higher than wide; a "map", with colour on a quarter of it or more."""
    with Image.open(path) as image:
        saturation = image.convert("HSV").getchannel("S").histogram()
        kinds = {"upright": image.height > image.width, "map": 4 * sum(saturation[64:]) > image.height * image.width}
    return [kind for kind, is_so in kinds.items() if is_so]


class Site(StandaloneHTMLBuilder):
    """HTML whose search knows what the text says: prose and the names of Greek letters, no code."""

    def index_page(self, pagename: str, doctree: nodes.document, title: str) -> None:
        """Index a copy of the page that has only what is to be found."""
        page = doctree.deepcopy()
        for node in [*page.findall(nodes.literal_block), *page.findall(nodes.raw)]:
            node.parent.remove(node)
        for formula in [*page.findall(nodes.math), *page.findall(nodes.math_block)]:
            names = re.sub(r"[^A-Za-z]+", " ", formula.astext())
            formula.replace_self(
                nodes.paragraph("", names) if isinstance(formula, nodes.math_block) else nodes.Text(names)
            )
        super().index_page(pagename, page, title)


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the formula writer, the dropdown, the folded code, titles, captions and the search."""
    app.add_html_math_renderer("mathml", (visit_inline_math, None), (visit_block_math, None))
    app.add_directive("dropdown", Dropdown)
    app.add_builder(Site, override=True)
    app.connect("source-read", number_titles)
    app.connect("source-read", fold_code)
    app.connect("doctree-read", describe_figures)
    app.connect("doctree-read", keep_punctuation)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
