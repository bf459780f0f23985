"""Every attack of the corpus, graded in one class on the real path: it gains nothing, reaches and stops nobody."""

from __future__ import annotations

import copy
import hashlib
import html
import json
import os
import re
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook

import autograder
from autograder.classroom.assignment import assignment
from autograder.classroom.grading.batch import Batch
from autograder.classroom.grading.results import Result
from autograder.classroom.handout.build import build, from_text
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.classroom.returns.feedback import feedback
from autograder.content import finding
from autograder.demo import filled
from autograder.sandbox.limits import Limits
from tests.attacks.corpus import ATTACKS, FILES, TWIN_OF, TWINS, Attack, Mangle
from tests.sandbox.test_process import named

# Few payloads wait for the end of their cell, none for that of an exercise: a slow machine may take its time.
LIMITS = Limits(cell=4.0, exercise=60.0, submission=300.0, patience=1.0, memory=400 * 2**20, processes=32)
WORKERS = 6  # more than there are processors: many payloads sleep until they are stopped
HOUSE = Path(__file__).resolve().parents[2]
FOLDER = Path(__file__).parent / "attacked"
TPS = finding.found([FOLDER])
TP = finding.ready(TPS["attacked"], TPS)
NOTEBOOK, EXERCISES, _ = from_text(TP)
FULL = sum(exercise.points for exercise in EXERCISES.values())
SOURCES = {
    c.metadata.nbgrader.grade_id: c.source
    for c in NOTEBOOK.cells
    if c.cell_type == "code" and c.metadata.get("nbgrader", {}).get("solution")
}
HONEST_PART = {
    "gradient_descent_step": SOURCES["gradient_descent_step"],
    "step_decay": "def step_decay(t, eta_0, gamma, s):\n    return eta_0 * gamma ** (t / s)",
    "Average": SOURCES["Average"].replace('state["count"], state["total"]', "0, 0.0"),
}
ITS_OWN_FAULT = re.compile("(Attribute|Import|Index|Key|ModuleNotFound|Name|Syntax|Type)Error")
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
    files_before: dict[str, tuple[int, str]]
    connections: int
    outside: Path
    words: dict[str, str]


def submission(
    release: NotebookNode, solved: dict[str, str], cells: tuple[str, ...], last: tuple[str, ...], mangle: Mangle | None
) -> bytes:
    notebook = filled(release, solved)
    ids = [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]
    first, end = ids.index("gradient_descent_step"), ids.index("test_Average")
    notebook.cells[end:end] = [new_code_cell(source) for source in last]
    notebook.cells[first:first] = [new_code_cell(source) for source in cells]
    made = mangle(copy.deepcopy(notebook)) if mangle else notebook
    if isinstance(made, NotebookNode):
        made = json.dumps(made)  # as it is: nbformat would mend it
    return made if isinstance(made, bytes) else made.encode("utf-8", "surrogatepass")


def digests(root: Path, outside: Path) -> dict[str, tuple[int, str]]:
    """The mode and a digest of what nobody may change; no digest of what the grader itself writes."""
    kept = [root / "release", root / "source", root / "submitted", root / ".tp" / "secret", root / "nbgrader_config.py"]
    files = [p for folder in kept for p in (folder.rglob("*") if folder.is_dir() else [folder]) if p.is_file()]
    found = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    found |= dict.fromkeys([root, root / "gradebook.db", root / "submitted", outside], "")
    return {str(path): (path.stat().st_mode, digest) for path, digest in found.items()}


@pytest.fixture(scope="module")
def doors() -> Iterator[tuple[socket.socket, socket.socket]]:
    """What listens for payloads that call out: TCP on loopback, and a socket of the file system (bound by `run`)."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        yield listener, door


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, doors: tuple[socket.socket, socket.socket]) -> Run:
    base = tmp_path_factory.mktemp("attacked")
    classroom, outside = Classroom.made_at(base / "classroom"), base / "outside"
    classroom.remember(FOLDER)
    build(classroom, TP.id, TPS)
    outside.mkdir(mode=0o777)
    classroom.secret()
    release = read(classroom.release(TP.id))
    listener, door = doors
    listener.setblocking(False)
    door.bind(str(outside / "s"))
    door.setblocking(False)
    words = {
        "@ROOT@": str(classroom.root),
        "@HOUSE@": str(HOUSE),
        "@CODE@": str(Path(autograder.__file__).parent),
        "@TP@": str(FOLDER),
        "@OUT@": str(outside),
        "@PORT@": str(listener.getsockname()[1]),
        "@SLEEP@": SLEEP,
    }

    def hand_in(student: str, content: bytes) -> None:
        for word, meant in words.items():
            content = content.replace(word.encode(), meant.encode())
        folder = classroom.submitted(TP.id, student)
        folder.mkdir(parents=True)
        (folder / f"{TP.id}.ipynb").write_bytes(content)

    hand_in("honest", submission(release, HONEST_PART, (), (), None))
    for name, attack in ATTACKS.items():
        hand_in(name, submission(release, HONEST_PART | attack.solutions, attack.cells, attack.last, attack.mangle))
    for name, twin in TWINS.items():
        hand_in(name, submission(release, SOURCES | twin.solutions, twin.cells, (), twin.mangle))
    before = digests(classroom.root, outside)
    os.environ["SESAME"] = "SESAME"
    results, failures = {}, {}
    try:
        students = sorted(classroom.submissions(TP.id))
        for student, result, reason in Batch(classroom, TP.id, students, workers=WORKERS, limits=LIMITS):
            if result is None:
                failures[student] = reason
            else:
                results[student] = result
    finally:
        del os.environ["SESAME"]
    with Gradebook(f"sqlite:///{classroom.root / 'gradebook.db'}", "deep-learning-for-finance") as gradebook:
        scores = {s.student.id: s.score for s in gradebook.assignment_submissions(TP.id)}
    pages = {}
    for name in ("hostile-output", "hostile-answer", "hostile-ids", "hostile-class-name", "control-characters",
                 "hostile-answer-twin"):  # fmt: skip
        (pages[name],) = (page.read_text() for page in feedback(classroom, TP.id, name))
    connections = 0
    for heard in (listener.accept, lambda: door.recv(1)):
        try:
            heard()
            connections += 1
        except BlockingIOError:
            pass
    return Run(classroom, results, failures, scores, pages, before, connections, outside, words)


@pytest.fixture(scope="module")
def honest(run: Run) -> dict[str, float]:
    """What the honest part earns, by exercise."""
    return earned(run.results["honest"])


def earned(result: Result) -> dict[str, float]:
    return {exercise["name"]: exercise["score"] for exercise in result.exercises}


def said(result: Result) -> str:
    return "".join(cell["output"] for cells in result.cells.values() for cell in cells.values())


def test_the_honest_part_alone_earns_some_points(honest: dict[str, float]) -> None:
    full = {name: exercise.points for name, exercise in EXERCISES.items()}
    assert honest["gradient_descent_step"] == full["gradient_descent_step"]
    assert 0 < honest["step_decay"] < full["step_decay"]
    assert 0 < honest["Average"] < full["Average"]
    assert honest["momentum_step"] == honest["nesterov_step"] == 0


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_gains_no_point_and_reaches_nothing(run: Run, honest: dict[str, float], attack: Attack) -> None:
    assert attack.name not in run.failures
    result = run.results[attack.name]
    for name, score in earned(result).items():
        if name == attack.partly:
            assert score < EXERCISES[name].points
        else:
            assert score <= honest[name], name
    assert run.scores.get(attack.name, 0.0) == pytest.approx(result.score)
    assert "REACHED" not in said(result), said(result)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_an_attack_does_not_fail_by_a_fault_of_its_own(run: Run, attack: Attack) -> None:
    """A name that has moved would make an attack harmless, and nobody would notice."""
    cells = [cell for cells in run.results[attack.name].cells.values() for cell in cells.values()]
    last = [lines[-1] for cell in cells if (lines := cell["error"].strip().splitlines())]
    assert attack.stumbles == bool([line for line in last if ITS_OWN_FAULT.match(line)]), last


def test_the_files_that_are_tried_are_there(run: Run) -> None:
    words = {word for word in re.findall(r'"(@(?:ROOT|HOUSE|CODE|TP|OUT)@[^"\n]*)"', FILES) if "evil" not in word}
    assert words
    for word in words:
        for name, meant in run.words.items():
            word = word.replace(name, meant)
        assert Path(word).exists(), word


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_its_honest_twin_keeps_its_marks(run: Run, attack: Attack) -> None:
    result = run.results[TWIN_OF[attack.name]]
    assert (result.score, result.status) == (FULL, "graded"), result
    assert run.scores[result.student] == FULL


def test_the_others_keep_their_marks_and_files(run: Run) -> None:
    assert run.failures == {}
    assert run.results["bystander"].score == run.scores["bystander"] == FULL
    assert digests(run.classroom.root, run.outside) == run.files_before
    assert {p.name for p in run.outside.iterdir()} == {"s"}
    assert run.results.keys() == {"honest"} | ATTACKS.keys() | TWINS.keys()


def test_a_plain_assignment_does_not_see_the_tps_either(tmp_path: Path) -> None:
    classroom = Classroom.made_at(tmp_path / "classroom")
    classroom.remember(FOLDER)
    write(classroom.root / "release" / "plain" / "plain.ipynb", nbformat.writes(new_notebook()))
    found = assignment(classroom, "plain")
    assert found.tp is None
    assert {str(FOLDER), str(TPS["optimizers"].folder)} <= set(found.hidden)


def test_nothing_is_left_running_and_nobody_was_called(run: Run) -> None:
    end = time.monotonic() + 60
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
    sizes = {p.stem: p.stat().st_size for p in (run.classroom.own / "results" / TP.id).iterdir()}
    assert max(sizes.values()) < 4 * 2**20, max(sizes, key=lambda name: sizes[name])
