"""A real browser at a real JupyterLab: an instructor grades in the Formgrader, a student validates a notebook."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.api import Gradebook

from autograder.classroom import lab
from autograder.classroom.batch import Batch
from autograder.classroom.layout import Classroom, write
from autograder.classroom.reading import read
from autograder.demo import CLASS, RIGHT, filled, solutions
from tests.conftest import TP

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]  # nothing else can be reached
PATIENCE = 120_000  # milliseconds


@pytest.fixture
def room(classroom: Classroom) -> Classroom:
    """A classroom in which one student has handed in all, with a written answer."""
    notebook = filled(read(classroom.release(TP)), solutions(CLASS / f"{RIGHT}.py"))
    (cell,) = (c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "written_comparison")
    cell.source = "I would take Adam: $b_0, \\dots, b_3$ and $a<b$."
    write(classroom.submitted(TP, "ada") / f"{TP}.ipynb", nbformat.writes(notebook))
    return classroom


@pytest.fixture
def server(room: Classroom, tmp_path: Path) -> Iterator[str]:
    """JupyterLab in the classroom; the address with its token at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    command = [sys.executable, "-m", "jupyter", "lab", "--allow-root", "--no-browser", f"--ServerApp.port={port}"]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={room.root}"]
    environment = lab.environment(tmp_path) | {"JUPYTER_DATA_DIR": str(tmp_path / "data")}
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen(command, cwd=room.root, env=environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={token}", timeout=5).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < end, (tmp_path / "log").read_text()  # noqa: PT018
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/?token={token}"
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
def page(server: str) -> Iterator[Any]:
    """A page of the browser that is known to the server and reaches nothing else."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (group `test`)")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_context(base_url=server.partition("/?")[0]).new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"/lab?{server.partition('?')[2]}", wait_until="domcontentloaded")
        yield page
        browser.close()


def grades(room: Classroom) -> dict[str, tuple[float | None, float | None]]:
    with Gradebook(f"sqlite:///{room.root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        notebook = gradebook.find_submission_notebook(TP, TP, "ada")
        return {grade.name: (grade.auto_score, grade.manual_score) for grade in notebook.grades}


def pressed(page: Any, kind: str) -> None:
    """Press a button of the row of the one student in the Formgrader, and wait until it says that it is done."""
    page.goto(f"/formgrader/manage_submissions/{TP}", wait_until="domcontentloaded")
    page.locator(f"td.{kind} a").click()
    page.get_by_text("Success", exact=True).first.wait_for()


def test_an_instructor_grades_in_the_formgrader(page: Any, room: Classroom) -> None:
    pressed(page, "autograde")
    page.goto(f"/formgrader/manage_submissions/{TP}", wait_until="domcontentloaded")
    assert "17 / 20" in page.locator("tbody tr", has_text="ada").inner_text()
    automatic = grades(room)

    page.goto(f"/formgrader/gradebook/{TP}/{TP}", wait_until="domcontentloaded")
    page.locator("tbody a[href*='submissions/']").first.click()
    page.wait_for_url("**/submissions/**", wait_until="domcontentloaded")
    points = page.locator("input.score").last
    points.wait_for()
    assert page.locator("math").count() > 10
    assert "b_0" not in page.locator("body").inner_text()
    points.fill("2.5")
    points.press("Tab")
    end = time.monotonic() + 30
    while grades(room)["written_comparison"][1] is None and time.monotonic() < end:
        page.wait_for_timeout(200)
    assert grades(room)["written_comparison"] == (None, 2.5)

    pressed(page, "generate-feedback")
    page.goto(f"file://{room.root / 'feedback' / 'ada' / TP / f'{TP}.html'}", wait_until="domcontentloaded")
    text = page.locator("body").inner_text()
    assert "19.5 of 20 points" in text
    assert "\\dots" not in text

    assert all(result for _, result, _ in Batch(room, TP, ["ada"], 1, fresh=True))
    assert grades(room) == automatic | {"written_comparison": (None, 2.5)}


def test_a_student_validates_in_jupyterlab(page: Any, room: Classroom) -> None:
    shutil.copytree(room.submitted(TP, "ada"), room.root / "work")
    shutil.copy(room.release(TP).parent / "checks.json", room.root / "work")
    page.goto(f"/lab/tree/work/{TP}.ipynb?reset", wait_until="domcontentloaded")
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()
    page.locator(".jp-Toolbar").get_by_text("Validate", exact=True).click()
    page.get_by_text("Success! Your notebook passes all the tests.").wait_for()
