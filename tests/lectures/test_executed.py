"""Every lecture runs from top to bottom in a fresh kernel: no error, no warning, alt texts, no cell that hangs.

It runs once: the site is then made of what came out, and a warning there is an error.
"""

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import jupytext
import nbclient
import nbformat
import pytest

from tests.browser import PATIENCE, chromium
from tests.lectures.test_site import conf

__all__ = ["conf"]

FOLDER = Path(__file__).parents[2] / "course" / "lectures"
LECTURES = [path for path in sorted(FOLDER.rglob("*.md")) if "{code-cell}" in path.read_text(encoding="utf-8")]

# A lecture is made to run in a few seconds, the one that trains in half a minute, of which Keras takes ten to load. The
# limit is for a cell that hangs, and leaves room for a slow machine that is busy with other tests.
SECONDS_PER_CELL = 300


def run(notebook: nbformat.NotebookNode, folder: Path = FOLDER) -> nbformat.NotebookNode:
    """Execute a notebook in this folder, in this environment's own kernel."""
    nbclient.NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        record_timing=False,  # it would stand in the cells, and make them others for the cache
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    return notebook


def as_the_site_reads_it(path: Path, conf: ModuleType) -> nbformat.NotebookNode:
    """The notebook with the tags that the site gives to its cells, by which it finds it in its cache."""
    from myst_nb.core.read import read_myst_markdown_notebook
    from myst_parser.config.main import MdParserConfig

    source = [path.read_text(encoding="utf-8")]
    conf.fold_code(None, path.stem, source)
    return read_myst_markdown_notebook(source[0], MdParserConfig(enable_extensions=set(conf.myst_enable_extensions)))


def code(notebook: nbformat.NotebookNode) -> list[str]:
    return [cell.source.strip() for cell in notebook.cells if cell.cell_type == "code"]


def complaints(notebook: nbformat.NotebookNode) -> list[str]:
    """List what the kernel wrote to stderr (warnings among it), and the figures without a text."""
    found = []
    for number, cell in enumerate(notebook.cells):
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                found.append(f"cell {number} wrote to stderr: {output.text.strip()[:200]}")
            images = [mime for mime in output.get("data", {}) if mime.startswith("image/")]
            for mime in images:
                alt = output.metadata.get(mime, {}).get("alt", "")
                if len(alt.split()) < 5:
                    found.append(f"cell {number} shows a figure whose alt text is {alt!r}")
    return found


@pytest.fixture(autouse=True)
def _quiet_jupyter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")


@pytest.fixture(scope="session")
def cache(once: Path) -> Path:
    """Where the site looks for lectures that have been executed."""
    return once / "lectures-cache"


@pytest.mark.parametrize("path", LECTURES, ids=lambda path: path.stem)
def test_a_lecture_runs(path: Path, conf: ModuleType, cache: Path):
    from jupyter_cache import get_cache
    from jupyter_cache.base import CacheBundleIn

    notebook = as_the_site_reads_it(path, conf)
    assert code(notebook) == code(jupytext.read(path, fmt="md:myst")), "a reader in JupyterLab gets the same cells"
    assert complaints(run(notebook, path.parent)) == []
    get_cache(cache).cache_notebook_bundle(CacheBundleIn(notebook, str(path)), check_validity=False, overwrite=True)


@pytest.fixture(scope="module")
def site(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, made of these runs without a warning."""
    from jupyter_cache import get_cache

    ran, folder = len(get_cache(cache).list_cache_records()), tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-b", "html", "-d", str(folder / "doctrees")]
    command += ["-D", f"nb_execution_cache_path={cache}", str(FOLDER), str(folder / "site")]
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    assert made.stdout.count("Executing notebook") == len(LECTURES) - ran, "a lecture is executed once"
    return folder / "site"


def test_the_site_is_made_of_these_runs_without_a_warning(site: Path):
    contents = (site / "index.html").read_text(encoding="utf-8")
    for path in LECTURES:
        page = path.relative_to(FOLDER).with_suffix(".html")
        assert f'href="{page.as_posix()}"' in contents
        title = (site / page).read_text(encoding="utf-8")
        assert f"<h1>Lecture {int(path.stem[:2])}. " in title


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


# What is wider than its place and neither scrolls nor says so, or cannot be reached by keyboard.
CUT = """[...document.querySelectorAll('main *, article *')].filter(e => {
  if (e.clientWidth === 0 || e.scrollWidth <= e.clientWidth + 1) return false;
  if (e.closest('svg, math, details:not([open])')) return false;
  const how = getComputedStyle(e).overflowX;
  return ['auto', 'scroll', 'hidden'].includes(how) && !(e.classList.contains('scrolls') && e.tabIndex === 0);
}).map(e => e.outerHTML.slice(0, 120))"""


PROSE = {"exclude": [["math"]]}  # whose thousands of elements axe-core has no rules for


@pytest.mark.browser
@pytest.mark.parametrize(
    ("width", "theme", "each"),
    [
        (390, "dark", 3),
        pytest.param(390, "dark", 1, marks=pytest.mark.full),
        pytest.param(1280, "light", 1, marks=pytest.mark.full),
    ],
)
def test_every_page_can_be_read_on_this_screen(site: Path, browser: Any, width: int, theme: str, each: int):
    """Nothing sticks out or is cut without a sign; and axe-core, which takes seconds, finds nothing serious or critical
    on one page in `each`."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core here (group `test`)").Axe()
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=theme)
    view = context.new_page()
    view.set_default_timeout(PATIENCE * 1000)
    found = []
    pages = [site / "index.html", site / "search.html", *sorted((site / "training").glob("*.html"))]
    for path in pages:
        view.goto(f"file://{path}")
        if view.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{path.name} is wider than the screen")
        found += [f"{path.name}: {cut}" for cut in view.evaluate(CUT)]
        if path not in pages[::each]:
            continue
        grave = [
            v for v in axe.run(view, context=PROSE).response["violations"] if v["impact"] in ("serious", "critical")
        ]
        found += [f"{path.name}: {v['id']}: {node['html'][:150]}" for v in grave for node in v["nodes"]]
    context.close()
    assert found == []


@pytest.mark.browser
def test_a_search_finds_a_greek_letter_and_shows_prose(site: Path, browser: Any):
    view = browser.new_page()
    view.set_default_timeout(PATIENCE * 1000)
    view.goto(f"file://{site / 'search.html'}?q=beta")
    view.locator("#search-results li a[href*='06_adam']").first.wait_for()  # they come one after the other
    view.close()


@pytest.mark.full
@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed (pip install jax)")
@pytest.mark.parametrize("lecture", ["training_loop", "callbacks", "training"])
def test_a_lecture_that_runs_keras_runs_on_jax_too(lecture: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    (path,) = FOLDER.rglob(f"[0-9][0-9]_{lecture}.md")
    notebook = run(jupytext.read(path, fmt="md:myst"))
    assert complaints(notebook) == []
    assert "jax on CPU" in str([cell.get("outputs") for cell in notebook.cells])


HEAD = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, name: python3}
---

"""


@pytest.mark.parametrize(
    ("claim", "message"),
    [
        ('number("0.82", 9 / 11 + 0.01)', "number('0.82'): the computed value is 0.828"),
        ('formula("eq-planted", [1.0, 2.0], [1.0, 2.1])', "formula('eq-planted'): 2 on the left, 2.1 on the right"),
    ],
)
def test_a_false_claim_stops_the_run(claim: str, message: str):
    text = f"{HEAD}```{{code-cell}} ipython3\nfrom course.workshop.assertions import formula, number\n\n{claim}\n```\n"
    with pytest.raises(nbclient.exceptions.CellExecutionError, match=re.escape(message)):
        run(jupytext.reads(text, fmt="md:myst"))


def test_warnings_and_bare_figures_are_complaints():
    cells = (
        "import warnings; warnings.warn('planted')",
        "import matplotlib.pyplot as plt; _ = plt.plot([0, 1]); plt.show()",
    )
    text = HEAD + "\n".join(f"```{{code-cell}} ipython3\n{cell}\n```\n" for cell in cells)
    found = complaints(run(jupytext.reads(text, fmt="md:myst")))
    assert len(found) == 2
    assert "planted" in found[0]
    assert "alt text" in found[1]
