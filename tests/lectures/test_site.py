"""What the site does to a lecture before Sphinx sees it: formulas become MathML, code is folded."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType, SimpleNamespace
from xml.etree import ElementTree

import pytest
from docutils import nodes
from docutils.utils import new_document
from PIL import Image

from tests.lectures.scanner import FENCE

FOLDER = Path(__file__).parents[2] / "course" / "lectures"
LECTURES = sorted(FOLDER.rglob("*.md"))


@pytest.fixture(scope="module")
def conf() -> ModuleType:
    pytest.importorskip("sphinx")
    spec = importlib.util.spec_from_file_location("lectures_conf", FOLDER / "conf.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def shape(mathml: str) -> str:
    """Write a formula as its tags and its text, without attributes and blanks."""
    return re.sub(r"\s+|<math>|</math>", "", re.sub(r"<(/?)(\w+)[^>]*>", r"<\1\2>", mathml))


@pytest.mark.parametrize(
    ("tex", "mathml"),
    [
        (r"\tfrac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\hat m_t", "<msub><mover><mi>m</mi><mo>\u02c6</mo></mover><mi>t</mi></msub>"),
        (r"\ln 2", "<mi>ln</mi><mo>\u2061</mo><mspace></mspace><mn>2</mn>"),
        (r"\sin(2)", "<mi>sin</mi><mo>\u2061</mo><mo>(</mo><mn>2</mn><mo>)</mo>"),
        (r"\sum_i a", "<munder><mo>\u2211</mo><mi>i</mi></munder><mi>a</mi>"),
    ],
)
def test_a_formula_is_set_as_tex_means_it(conf: ModuleType, tex: str, mathml: str):
    assert shape(conf.to_mathml(tex, False, None)) == mathml


def test_a_formula_that_cannot_be_set_is_a_warning(conf: ModuleType, monkeypatch: pytest.MonkeyPatch):
    said = []
    monkeypatch.setattr(conf, "logger", SimpleNamespace(warning=lambda *words, **_: said.append(words)))
    assert conf.to_mathml(r"\nosuchcommand{x}", False, None) == r"<code>\nosuchcommand{x}</code>"
    assert len(said) == 1


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_every_displayed_formula_can_be_set(conf: ModuleType, path: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(message: str, *words: object, **_: object) -> None:
        raise AssertionError(message % words)

    monkeypatch.setattr(conf, "logger", SimpleNamespace(warning=fail))
    blocks = re.findall(r"^[`~:]{3,}\{math\}\n(?::\w+:.*\n)*([\s\S]*?)^[`~:]{3,}\s*$", path.read_text("utf-8"), re.M)
    for tex in blocks:
        ElementTree.fromstring(conf.to_mathml(tex, True, None))
    assert blocks or path.stem == "index"


def test_a_formula_and_its_comma_stay_on_one_line(conf: ModuleType):
    document = new_document("page")
    text = nodes.paragraph("", "", nodes.Text("A rate "), nodes.math("", r"\eta"), nodes.Text(", and more"))
    document += text
    conf.keep_punctuation(None, document)
    assert [(type(part), part.astext()) for part in text.children] == [
        (nodes.Text, "A rate "),
        (nodes.inline, r"\eta,"),
        (nodes.Text, " and more"),
    ]


def test_what_an_author_writes_below_a_figure_is_its_caption(conf: ModuleType):
    document, output = new_document("page"), nodes.container()
    document += nodes.container("", output, classes=["cell"])
    document += nodes.paragraph("", "", nodes.emphasis("", "", nodes.Text("Figure: what it is.")))
    assert [part.astext() for part in conf._own_caption(output)] == ["What it is."]
    assert len(document.children) == 1
    assert conf._own_caption(output) == []


def test_what_a_figure_shows_decides_how_it_is_shown_in_the_dark(conf: ModuleType, tmp_path: Path):
    """A map, whose colours are the message, is not turned over as lines on white are."""
    for name, colour, size in (("lines", "white", (8, 4)), ("map", "#40A0FF", (8, 4)), ("upright", "#EEEEEE", (4, 8))):
        Image.new("RGB", size, colour).save(tmp_path / f"{name}.png")
    assert [conf._kinds(tmp_path / f"{name}.png") for name in ("lines", "map", "upright")] == [[], ["map"], ["upright"]]


def test_the_code_of_figures_questions_and_checks_and_figures_of_answers_are_folded(conf: ModuleType):
    fence = "```{code-cell} ipython3\n"
    cells = [
        "x = 1\n```\n",
        "figures.show(fig, 'a text')\n```\n",
        "figures.show(fig, 'a text', after=guess)\n```\n",
        "predict('a question', ..., found)\n```\n",
        ":tags: [check, hide-input]\n\nnumber('1', x)\n```\n",
    ]
    source = ["# Title\n" + "".join(fence + cell for cell in cells)]
    conf.fold_code(None, "page", source)
    assert FENCE.match(fence.rstrip())
    _, plain, figure, answer, question, check = source[0].split(fence)
    assert plain == cells[0]
    assert figure.startswith(":tags: [hide-input]\n:mystnb:")
    assert figure.endswith(cells[1])
    assert answer.startswith(":tags: [hide-cell]\n:mystnb:")
    assert answer.endswith(cells[2])
    assert "Show the code of the question" in question
    assert question.endswith(cells[3])
    assert "Show the checks" in check
    assert check.endswith("number('1', x)\n```\n")
