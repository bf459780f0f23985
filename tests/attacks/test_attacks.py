"""Every attack of the corpus, graded in one class on the real path: it gains nothing, reaches and stops nobody."""

from __future__ import annotations

import copy
import hashlib
import html
import json
import os
import re
import shutil
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook

import autograder
from autograder.classroom.batch import Batch
from autograder.classroom.feedback import feedback
from autograder.classroom.layout import Classroom
from autograder.classroom.reading import read
from autograder.classroom.results import Result
from autograder.demo import CLASS, RIGHT, filled, solutions
from autograder.exercises import EXERCISES
from autograder.kernels import Limits
from tests.attacks.corpus import ATTACKS, Attack, Mangle
from tests.conftest import TP
from tests.kernels.test_kernel import named

LIMITS = Limits(cell=3.0, exercise=3.0, submission=30.0, memory=400 * 2**20)
FULL = sum(exercise.points for exercise in EXERCISES[TP])
SOURCES = solutions(CLASS / f"{RIGHT}.py")
HONEST_PART = {
    "gradient_descent_step": SOURCES["gradient_descent_step"],
    "adam_step": "def adam_step(theta, m, v, grad, t, eta, beta_1=0.9, beta_2=0.999, eps=1e-8):\n"
    "    m = beta_1 * m + (1 - beta_1) * grad\n    v = beta_2 * v + (1 - beta_2) * grad**2\n"
    "    return theta - eta * m / np.sqrt(v + eps), m, v",
}
SLEEP = f"61{os.getpid()}"
RAW = re.compile(r"<script>alert|<img src=x|<div\s+onclick|href=.javascript|\\href\{|\\bbox", re.IGNORECASE)


@dataclass
class Run:
    """The class after it was graded."""

    classroom: Classroom
    results: dict[str, Result]
    failures: dict[str, str]
    scores: dict[str, float]
    pages: dict[str, str]
    files_before: dict[str, str]
    connections: int
    outside: Path


def submission(
    release: NotebookNode, solved: dict[str, str], cells: tuple[str, ...], last: tuple[str, ...], mangle: Mangle | None
) -> bytes:
    notebook = filled(release, solved)
    ids = [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]
    first, end = ids.index("gradient_descent_step"), ids.index("test_exponential_decay")
    notebook.cells[end:end] = [new_code_cell(source) for source in last]
    notebook.cells[first:first] = [new_code_cell(source) for source in cells]
    made = mangle(copy.deepcopy(notebook)) if mangle else notebook
    if isinstance(made, NotebookNode):
        made = json.dumps(made)  # as it is: nbformat would mend it
    return made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")


def digests(root: Path) -> dict[str, str]:
    kept = [root / "release", root / "source", root / "submitted", root / ".tp" / "secret", root / "nbgrader_config.py"]
    paths = [p for folder in kept for p in (folder.rglob("*") if folder.is_dir() else [folder]) if p.is_file()]
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in paths}


@pytest.fixture(scope="module")
def doors() -> Iterator[tuple[socket.socket, socket.socket]]:
    """What listens for payloads that call out: TCP on loopback, and a socket of the file system (bound by `run`)."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        yield listener, door


@pytest.fixture(scope="module")
def run(built: Path, tmp_path_factory: pytest.TempPathFactory, doors: tuple[socket.socket, socket.socket]) -> Run:
    base = tmp_path_factory.mktemp("attacked")
    shutil.copytree(built, base / "classroom")
    classroom, outside = Classroom.at(base / "classroom"), base / "outside"
    outside.mkdir(mode=0o777)
    classroom.secret()
    release = read(classroom.release(TP))
    listener, door = doors
    listener.setblocking(False)
    door.bind(str(outside / "s"))
    door.setblocking(False)
    words = {
        "@ROOT@": str(classroom.root),
        "@CODE@": str(Path(autograder.__file__).parent),
        "@OUT@": str(outside),
        "@PORT@": str(listener.getsockname()[1]),
        "@SLEEP@": SLEEP,
    }

    def hand_in(student: str, content: bytes) -> None:
        for word, meant in words.items():
            content = content.replace(word.encode(), meant.encode())
        folder = classroom.submitted(TP, student)
        folder.mkdir(parents=True)
        (folder / f"{TP}.ipynb").write_bytes(content)

    hand_in("bystander", submission(release, SOURCES, (), (), None))
    hand_in("honest", submission(release, HONEST_PART, (), (), None))
    for name, attack in ATTACKS.items():
        hand_in(name, submission(release, HONEST_PART | attack.solutions, attack.cells, attack.last, attack.mangle))
        if attack.twin != "bystander":
            twin = SOURCES | attack.twin_solutions
            hand_in(attack.twin, submission(release, twin, attack.twin_cells, (), attack.twin_mangle))
    before = digests(classroom.root)
    os.environ["SESAME"] = "SESAME"
    results, failures = {}, {}
    try:
        students = sorted(classroom.submissions(TP))
        for student, result, reason in Batch(classroom, TP, students, workers=2, limits=LIMITS):
            if result is None:
                failures[student] = reason
            else:
                results[student] = result
    finally:
        del os.environ["SESAME"]
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        scores = {s.student.id: s.score for s in gradebook.assignment_submissions(TP)}
    pages = {}
    for name in ("hostile-output", "hostile-answer", "hostile-ids", "hostile-class-name", "control-characters",
                 "hostile-answer-twin"):  # fmt: skip
        (pages[name],) = (page.read_text() for page in feedback(classroom, TP, name))
    connections = 0
    for heard in (listener.accept, lambda: door.recv(1)):
        try:
            heard()
            connections += 1
        except BlockingIOError:
            pass
    return Run(classroom, results, failures, scores, pages, before, connections, outside)


def said(result: Result) -> str:
    return "".join(cell["output"] for cell in result.cells.values())


def test_the_honest_part_alone_earns_some_points(run: Run) -> None:
    assert 0 < run.results["honest"].score < FULL


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_gains_no_point_and_reaches_nothing(run: Run, attack: Attack) -> None:
    assert attack.name not in run.failures
    result = run.results[attack.name]
    assert result.score <= run.results["honest"].score + attack.partial
    assert run.scores.get(attack.name, 0.0) == pytest.approx(result.score)
    assert "REACHED" not in said(result), said(result)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_its_honest_twin_keeps_its_marks(run: Run, attack: Attack) -> None:
    result = run.results[attack.twin]
    assert (result.score, result.status) == (FULL, "graded"), result
    assert run.scores[result.student] == FULL


def test_the_others_keep_their_marks_and_files(run: Run) -> None:
    assert run.failures == {}
    assert run.results["bystander"].score == run.scores["bystander"] == FULL
    assert digests(run.classroom.root) == run.files_before
    assert {p.name for p in run.outside.iterdir()} == {"s"}
    assert run.results.keys() == {"honest", "bystander"} | ATTACKS.keys() | {a.twin for a in ATTACKS.values()}


def test_nothing_is_left_running_and_nobody_was_called(run: Run) -> None:
    end = time.monotonic() + 5
    while named(SLEEP) and time.monotonic() < end:
        time.sleep(0.05)
    assert named(SLEEP) == []
    assert run.connections == 0


def test_no_page_holds_what_a_student_wrote_as_live_html(run: Run) -> None:
    for name, page in run.pages.items():
        assert not (found := RAW.findall(page)), (name, found)


def test_a_written_answer_keeps_its_formulas_and_its_form(run: Run) -> None:
    page = run.pages["hostile-answer-twin"]
    assert "<strong>Adam</strong> is first" in page
    assert "<mfrac><mn>1</mn><mn>2</mn></mfrac>" in re.sub(r">\s+<", "><", page)
    assert html.escape("x < y") in page
    assert "<li>two</li>" in page


def test_kept_results_stay_small(run: Run) -> None:
    sizes = {p.stem: p.stat().st_size for p in (run.classroom.own / "results" / TP).iterdir()}
    assert max(sizes.values()) < 4 * 2**20, max(sizes, key=lambda name: sizes[name])
