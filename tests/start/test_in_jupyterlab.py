"""A learner's first hour in a real JupyterLab: from the start page to an exercise, a wrong step, and the lecture."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
import pytest

from autograder.demo import filled
from course.start import server, unpacked
from course.start.notebooks import name_kernel
from course.start.start_page import NAME
from course.workshop import problems
from tests.browser import jupyterlab, known_page
from tests.classroom.hand_ins import SOURCES
from tests.shared import TP

pytestmark = pytest.mark.browser
WRONG = SOURCES["momentum_step"].replace("theta - v", "theta + v")
OURS = (".jp-MarkdownOutput", ".jp-OutputArea-output")
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"


@pytest.fixture(scope="module")
def folder(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A learner's folder, in which two rules are written, one of them wrong. The other exercises are cut off."""
    folder = tmp_path_factory.mktemp("learner") / "work"
    unpacked.unpack(folder, {TP: built / "release" / TP})
    path = folder / TP / f"{TP}.ipynb"
    solutions = {"gradient_descent_step": SOURCES["gradient_descent_step"], "momentum_step": WRONG}
    notebook = filled(nbformat.read(path, as_version=4), solutions)
    last = [cell.id for cell in notebook.cells].index("test_momentum_step")
    del notebook.cells[last + 1 :]
    nbformat.write(notebook, path)
    return folder


@pytest.fixture(scope="module")
def page(folder: Path) -> Iterator[Any]:
    """A page of the browser at this learner's JupyterLab."""
    server.prepare(folder)
    here = f"--LabApp.default_url=/lab/tree/{NAME}"
    with jupyterlab(folder, server.environment(folder), here) as address, known_page(address) as page:
        yield page


def is_open(page: Any, heading: str) -> None:
    """Wait until a notebook's kernel is ready and a heading of it can be seen."""
    page.locator(f"{PANEL} .jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    found = page.locator(PANEL).get_by_role("heading", name=heading)
    found.wait_for()
    seen = "e => { const r = e.getBoundingClientRect(); return r.top >= 60 && r.bottom <= innerHeight }"
    page.wait_for_function(seen, arg=found.element_handle())


def barriers(page: Any) -> list[str]:
    """What axe-core calls serious or critical in what the course wrote: texts and outputs, not JupyterLab's own."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core here (group `test`)")
    shown = [selector for selector in OURS if page.locator(selector).count()]
    found = axe.Axe().run(page, context={"include": [[selector] for selector in shown]}).response["violations"]
    grave = [violation for violation in found if violation["impact"] in ("serious", "critical")]
    return [f"{violation['id']}: {node['html'][:200]}" for violation in grave for node in violation["nodes"]]


def test_the_start_page_opens_first_and_leads_to_the_exercise(page: Any) -> None:
    page.goto("/", wait_until="domcontentloaded")
    is_open(page, "Start here")
    assert page.locator(".jp-Dialog").count() == 0  # such as "Select Kernel"
    assert page.locator(".jp-mod-dirty").count() == 0
    menus = page.locator(".lm-MenuBar-itemLabel").all_inner_texts()
    assert "Run" in menus
    assert "Nbgrader" not in menus
    assert barriers(page) == []
    page.locator(PANEL).get_by_role("link", name=re.compile(r"^2\. Momentum")).click()
    is_open(page, "2. Momentum")
    assert page.locator(".jp-mod-dirty").count() == 0
    page.locator(f"{PANEL} .jp-MarkdownOutput").first.evaluate("e => e.append(document.createElement('button'))")
    assert barriers(page) != []  # the gate can be red: a button without a name


def test_a_wrong_step_stops_nothing_and_leads_to_its_lecture(page: Any) -> None:
    page.goto(f"/lab/tree/{TP}/{TP}.ipynb?reset", wait_until="domcontentloaded")
    page.locator(f"{PANEL} .jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    graded = page.locator(f"{PANEL} .jp-CodeCell", has_text='check("momentum_step").required()')
    told = graded.locator(".jp-OutputArea-output")
    told.wait_for()
    assert told.inner_text().strip().count("\n") == 0
    assert told.inner_text().startswith("momentum_step: ")
    pictures = page.locator(f"{PANEL} .jp-OutputArea-output img")
    assert pictures.count() >= 4
    assert all(len(picture.get_attribute("alt").split()) > 4 for picture in pictures.all())
    assert barriers(page) == []
    page.evaluate("document.querySelectorAll('details').forEach(folded => folded.open = true)")
    again = page.locator(PANEL).get_by_text("Read again").locator("a").first
    title = again.inner_text().partition('"')[2].rstrip('"')
    again.click()
    is_open(page, title)
    assert barriers(page) == []


def test_hints_are_unfolded_one_by_one_and_the_right_step_opens_its_solution(page: Any) -> None:
    page.locator(".lm-TabBar-tabLabel", has_text=f"{TP}.ipynb").click()
    checks = page.locator(f"{PANEL} .jp-CodeCell", has_text='check("momentum_step")').first
    shown = checks.locator(".jp-OutputArea-output")
    for fold in shown.locator("details").all():
        fold.evaluate("fold => fold.open = false")
    for label in ("A question", "Part of the formula", "What to change"):
        assert not shown.get_by_text(label, exact=True).locator("xpath=../p").first.is_visible()
        shown.get_by_text(label, exact=True).click()
        shown.get_by_text(label, exact=True).locator("xpath=../p").first.wait_for()
    worked = shown.get_by_text("The worked solution")
    assert worked.count() == 0
    page.locator(f"{PANEL} .jp-CodeCell", has_text="def momentum_step").first.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(SOURCES["momentum_step"])
    page.keyboard.press("Control+Enter")
    checks.locator(".cm-content").click()
    page.keyboard.press("Control+Enter")
    worked.wait_for()
    why = shown.get_by_text("the velocity keeps the share gamma")
    assert not why.is_visible()
    worked.click()
    why.wait_for()
    assert why.is_visible()
    assert barriers(page) == []


HANDED_IN = """def {name}(theta, grad, eta):
    return {rule}

live.show("rate", yours={name})"""


@pytest.fixture
def live_pictures(page: Any, folder: Path) -> list[Any]:
    """A notebook that was run: a live picture, then with a right function in it, a wrong one, and one that raises."""
    rules = {"right": "theta - eta * grad", "half": "theta - eta * grad / 2", "raises": "theta - eta * slope"}
    handed_in = [HANDED_IN.format(name=name, rule=rule) for name, rule in rules.items()]
    cells = ["from course.workshop import live", 'live.show("rate")', *handed_in]
    notebook = nbformat.v4.new_notebook(cells=list(map(nbformat.v4.new_code_cell, cells)))
    name_kernel(notebook)
    nbformat.write(notebook, folder / "live.ipynb")
    page.goto("/lab/tree/live.ipynb?reset", wait_until="domcontentloaded")
    page.get_by_text("(ipykernel) | Idle").wait_for()  # said of a kernel that is connected; before, cells are not run
    page.locator(".lm-MenuBar-itemLabel", has_text="Run").click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    pictures = page.locator(f"{PANEL} .jp-CodeCell").get_by_role("group", name="The rate of gradient descent")
    pictures.nth(3).wait_for()
    return list(pictures.all())


def followed(share: float, part: float) -> np.ndarray:
    """Sixty steps of gradient descent on the ravine of 25, each made to `part` of its length."""
    ravine = problems.ravine(25)
    thetas = [ravine.start]
    for _ in range(60):
        thetas.append(thetas[-1] - part * share / 25 * ravine.gradient(thetas[-1]))
    return np.array(thetas)


def drawn(picture: Any) -> np.ndarray:
    """The learner's path in the first panel, read back from its pixels with the help of the axes."""
    path = picture.locator(".plot").first.locator("path[stroke-dasharray='1 5']")
    path.wait_for(state="attached")
    frame = picture.locator(".plot").first.locator("path.frame").get_attribute("d")
    left, top, bottom, right = map(float, re.findall(r"[\d.]+", frame))
    pixels = np.array(re.findall(r"([-\d.]+) ([-\d.]+)", path.get_attribute("d")), dtype=float)
    return (pixels - [left, bottom]) / [right - left, top - bottom] * [10.4, 6.4] - [5.2, 3.2]


def test_a_live_picture_follows_the_keyboard_and_draws_the_learners_function(page: Any, live_pictures: list[Any]):
    alone, right, half, raises = live_pictures
    page.locator(f"{PANEL} .jp-CodeCell").nth(1).locator(".jp-InputPrompt").click()
    focused = "document.activeElement.shadowRoot?.activeElement?.name"
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate(focused) == "share":
            break
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    alone.get_by_text("η λmax = 1.70").wait_for()
    assert page.evaluate(focused) == "share"
    left = np.linalg.norm(np.array([4, 1]) * (1 - 1.7 * np.array([1 / 25, 1])) ** [[50], [100]], axis=1)
    assert f"the measured one {(left[1] / left[0]) ** (1 / 50):.4f}" in alone.locator(".says").inner_text()
    for picture, part in ((right, 1), (half, 0.5)):
        np.testing.assert_allclose(drawn(picture), followed(1.8, part), atol=0.01)
        picture.get_by_label("learning rate").press("End")
        picture.get_by_text("η λmax = 2.20").wait_for()
        np.testing.assert_allclose(drawn(picture)[:20], followed(2.2, part)[:20], atol=0.01)
    raises.get_by_text("Your function raised NameError").wait_for()
    assert raises.locator(".fault").inner_text() == """Your function raised NameError("name 'slope' is not defined")"""
    assert raises.locator("path[stroke-dasharray='1 5']").count() == 0
    assert barriers(page) == []
