"""A student's page and the class report as a reader sees them: in a browser, on a wide screen and on a telephone."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from autograder.classroom.grading.batch import Batch
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.classroom.returns.feedback import feedback
from autograder.classroom.returns.report import results, waiting
from autograder.classroom.returns.report_page import page as report_page
from autograder.demo import filled
from tests.browser import PATIENCE, chromium
from tests.classroom.hand_ins import WRITTEN, WRONG, sources
from tests.shared import TP

ALT = 'A line that rises, then "falls": a<b & c.'
DRAWN = f"""import matplotlib.pyplot as plt
from course.workshop import figures
figures.use_style()
fig, ax = plt.subplots(figsize=(9, 3))
figures.show(fig, {ALT!r})
plt.plot([1, 3, 2])
plt.show()"""
LONG = " + ".join(f"\\frac{{a_{{{n}}}}}{{b_{{{n}}}}}" for n in range(40))
WIDE = "| " + " | ".join(["column_of_a_table"] * 12) + " |\n" + "|-" * 12 + "|\n" + "| 1 " * 12 + "|"
NARROW = 390  # pixels of a telephone


def run_by_a_kernel(source: str) -> list[NotebookNode]:
    """What a cell shows in a notebook."""
    notebook = new_notebook(cells=[new_code_cell(source)])
    NotebookClient(notebook, timeout=PATIENCE, kernel_name="python3").execute()
    return list(notebook.cells[0].outputs)


@pytest.fixture(scope="module")
def room(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """A classroom with one graded student whose own cells showed pictures, and on whom a person has commented."""
    root = shutil.copytree(built, tmp_path_factory.mktemp("pages") / "classroom")
    classroom = Classroom.at(root)
    notebook = filled(read(classroom.release(TP)), sources(WRONG) | {WRITTEN: f"Adam.\n\n$${LONG}$$\n\n{WIDE}"})
    at = [cell.id for cell in notebook.cells].index(WRITTEN)
    more = [
        new_code_cell(DRAWN, outputs=run_by_a_kernel(DRAWN)),
        new_code_cell("y = 1\nprint(y)"),
        new_code_cell("z = 2"),
    ]
    notebook.cells[at + 1 : at + 1] = [*more, new_markdown_cell("$${}$$".format(LONG.replace("a", "c")))]
    write(classroom.submitted(TP, "ada") / f"{TP}.ipynb", nbformat.writes(notebook))
    assert all(result for _, result, _ in Batch(classroom, TP, ["ada"], 1))
    with Gradebook(f"sqlite:///{root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        gradebook.find_comment("adam_step", TP, TP, "ada").manual_comment = "Look at the first step."
        gradebook.db.commit()
    return classroom


@pytest.fixture(scope="module")
def page(room: Classroom) -> Path:
    (path,) = feedback(room, TP, "ada")
    return path


@pytest.fixture(scope="module")
def report(room: Classroom) -> Path:
    path = room.root / "report.html"
    found = results(room, TP)
    write(path, report_page(TP, found, waiting(room, TP, found)))
    return path


def test_pictures_have_the_words_and_the_size_that_their_author_gave(page: Path) -> None:
    tags = re.findall(r"<img src=.data:image/png;base64,[^>]*>", page.read_text(encoding="utf-8"))
    about = [re.sub(r'src="[^"]*"', "", tag).split("\n", 1)[1] for tag in tags]
    assert len(tags) == 2
    assert 'alt="A line that rises, then &quot;falls&quot;: a&lt;b &amp; c."' in about[0]
    assert re.search(r"width=9\d\d\n", about[0])
    assert re.search(r'alt="&lt;Figure size \d+x\d+ with 1 Axes&gt;"', about[1])


def test_only_what_was_handed_in_is_said_to_be(room: Classroom) -> None:
    notebook = read(room.root / "autograded" / "ada" / TP / f"{TP}.ipynb")
    shown = {
        cell.source: [output.get("text") for output in cell.outputs] for cell in notebook.cells if "outputs" in cell
    }
    assert shown["y = 1\nprint(y)"] == ["1\n"]
    assert shown["z = 2"] == []
    assert shown[DRAWN][-3:] == ["[handed in with this output]\n", None, None]


def test_the_summary_leads_to_each_comment(page: Path) -> None:
    source = page.read_text(encoding="utf-8")
    summary = source[source.index('class="summary"') : source.index("<hr>")]
    rows = [row for row in summary.split("<tr>") if "comment-" in row]
    assert [re.findall(r"<code>(\w+)</code>", row) for row in rows] == [["adam_step"]]
    (link,) = re.findall(r'href="#(comment-\w+)"', summary)
    assert source.count(f'name="{link}"') == 1


def test_the_report_counts_what_waits_for_a_person(report: Path) -> None:
    assert f"1 answer waits for a person&#x27;s mark: {WRITTEN} 1." in report.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as browser:
        yield browser


def opened(browser: Any, path: Path, width: int) -> Any:
    view = browser.new_page(viewport={"width": width, "height": 900})
    view.set_default_timeout(PATIENCE * 1000)
    view.goto(f"file://{path}")
    return view


@pytest.mark.browser
@pytest.mark.parametrize("width", [NARROW, 1200])
@pytest.mark.parametrize("which", ["page", "report"])
def test_nothing_sticks_out_of_a_page(browser: Any, which: str, width: int, request: pytest.FixtureRequest) -> None:
    view = opened(browser, request.getfixturevalue(which), width)
    assert view.evaluate("document.documentElement.scrollWidth") <= width
    view.close()


@pytest.mark.browser
def test_pictures_keep_their_shape_and_words_are_not_broken_on_a_telephone(browser: Any, page: Path) -> None:
    view = opened(browser, page, NARROW)
    shapes = view.evaluate("[...document.images].map(i => [i.width / i.height, i.naturalWidth / i.naturalHeight])")
    assert len(shapes) == 2
    assert [shown for shown, _ in shapes] == pytest.approx([whole for _, whole in shapes], rel=0.02)
    lines = view.evaluate(
        """[...document.querySelectorAll('.output td:first-child, .output th')].map(cell => {
             const text = document.createRange();
             text.selectNodeContents(cell);
             return [cell.innerText.trim(), new Set([...text.getClientRects()].map(line => line.top)).size];
           })"""
    )
    assert ("\u2717\u00a0not\u00a0met", 1) in map(tuple, lines)
    assert [text for text, count in lines if count > len(text.split())] == []
    view.close()


def barriers(view: Any) -> list[str]:
    """What axe-core calls serious or critical; of formulas it has no rules for the thousands of elements."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core here (group `test`)").Axe()
    found = axe.run(view, context={"exclude": [["math"]]}).response["violations"]
    grave = [violation for violation in found if violation["impact"] in ("serious", "critical")]
    return [f"{violation['id']}: {node['html'][:150]}" for violation in grave for node in violation["nodes"]]


@pytest.mark.browser
@pytest.mark.parametrize("which", ["page", "report"])
def test_nobody_is_shut_out_of_a_page_by_day_or_by_night(
    browser: Any, which: str, request: pytest.FixtureRequest
) -> None:
    view = opened(browser, request.getfixturevalue(which), 1200)
    for theme in ("dark", "light"):
        view.emulate_media(color_scheme=theme)
        assert barriers(view) == [], theme
    view.evaluate("document.body.style.color = '#ddd'")
    view.locator("p").first.evaluate("text => text.append(document.createElement('button'))")
    assert {line.partition(":")[0] for line in barriers(view)} >= {"button-name"}  # the gate can be red
    view.close()
