"""`make bench`: grade one class with this grader, with stock nbgrader and with otter, side by side, in one run.

    python -m autograder.bench [--submissions 100] [--part numpy] [--peers N] [--otter COMMAND]

Half of the class hands in a TP in NumPy, half the same TP with a small Keras model to train. The submissions are
the sample class's, again and again, without the TP's pictures. The floor is the time that the students' own cells take
in as many processes as there are workers, each with everything imported; below it, the time they take if each
submission gets a process of its own, forked from one of those. Start-up is what `tp grade` takes for the released
notebook alone. `--peers` bounds the number of submissions that the slow ones get; their time is then scaled to the
whole class, and the table says so. otter, no dependency of ours, is found on PATH or named (`--otter`).
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from rich.console import Console
from rich.table import Table

from autograder.classroom.handout.build import build
from autograder.classroom.intake.cells import UNRUN
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom
from autograder.content import finding, modules
from autograder.content.tp import SETTINGS
from autograder.demo import filled, sample, solutions
from autograder.exercises.exercise import Exercise
from course.judging.checks import FILE, check

FROM = "optimizers"  # the TP that the bench is made of
NAME = "bench_optimizers"
PARTS = ("numpy", "keras")
FLOOR, FORKED = "floor: the students' own cells, nothing else", "the same, each in a fork of its own"
START, OURS = "start-up of tp grade", "tp grade"
PAGES, AGAIN, STOCK_PAGES = "tp feedback", "tp feedback, again with nothing new", "nbgrader generate_feedback, stock"
KERAS = """import keras

keras.utils.set_random_seed(0)
model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1)])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse")
inputs = np.random.default_rng(0).normal(size=(64, 4))
model.fit(inputs, inputs.sum(axis=1), epochs=2, verbose=0)"""
STOCK = "c = get_config()\nc.CourseDirectory.course_id = 'bench'\nc.ExecutePreprocessor.timeout = 60\n"
OTTER = """OK_FORMAT = True

test = {{
    "name": "{name}", "points": {points},
    "suites": [{{"cases": [{{"code": ">>> check('{name}', {name}).verdict.passed\\nTrue", "hidden": False,
                 "locked": False}}], "scored": True, "setup": "", "teardown": "", "type": "doctest"}}],
}}
"""


@dataclass
class Part:
    """One half of the class: its classroom, its students, and those of them whom the slow graders get."""

    classroom: Classroom
    students: list[str]
    few: list[str]
    one: Classroom
    stock: Path
    exercises: list[Exercise]
    otter: Path | None = None


def main() -> None:
    """Run the bench and print its table."""
    parser = argparse.ArgumentParser(prog="python -m autograder.bench", description=str(__doc__).splitlines()[0])
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--peers", type=int, default=12, help="submissions for stock nbgrader and otter (default: 12)")
    parser.add_argument("--part", choices=PARTS, action="append", help="this part of the class only")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--otter", default=shutil.which("otter"), help="the otter command (default: found on PATH)")
    options = parser.parse_args()
    if options.submissions < len(options.part or PARTS):
        parser.error("give at least one submission for each part")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        _bench(Path(folder), options, Console(stderr=True))


def _bench(folder: Path, options: argparse.Namespace, console: Console) -> None:
    names = options.part or PARTS
    with console.status("building ..."):
        parts = [_part(folder / name, name, options, len(names)) for name in names]
    count, few = (
        sum(len(group) for group in groups) for groups in zip(*((p.students, p.few) for p in parts), strict=True)
    )

    def ours(classroom: Classroom, command: str) -> None:
        arguments = "--classroom", str(classroom.root), command, NAME, "--workers", str(options.workers)
        _run("autograder.cli", *arguments, must=True)

    runs: list[tuple[str, int, Callable[[Part], float | None]]] = [
        (FLOOR, count, lambda part: _floor(part.classroom, part.students, options.workers)),
        (FORKED, count, lambda part: _floor(part.classroom, part.students, options.workers, forked=True)),
        (START, len(parts), lambda part: ours(part.one, "grade")),
        (OURS, count, lambda part: ours(part.classroom, "grade")),
        ("tp grade, again with nothing new", count, lambda part: ours(part.classroom, "grade")),
        (PAGES, count, lambda part: ours(part.classroom, "feedback")),
        (AGAIN, count, lambda part: ours(part.classroom, "feedback")),
    ]
    if few:
        runs += [
            (STOCK_PAGES, count, _stock_pages),
            ("nbgrader autograde, stock", few, lambda part: _run("nbgrader", "autograde", NAME, cwd=part.stock)),
        ]
    if few and options.otter:
        runs.append(("otter run", few, lambda part: _otter_run(options.otter, part)))
    title = f"{count} submissions ({' and '.join(names)}), {options.workers} workers, {os.cpu_count()} cores"
    table = Table(title=title, title_justify="left")
    for column in ("", "graded", "seconds", "for the class", "times tp grade", "peak MB"):
        table.add_column(column, justify="left" if not column else "right")
    whole: dict[str, float] = {}
    rows = []
    for name, graded, work in runs:
        with console.status(f"{name}: {graded} submissions ..."):
            measured = [_measured(work, part) for part in parts]
        seconds, peak = sum(s for s, _ in measured), max(p for _, p in measured)
        whole[name] = seconds * (1 if name == START else count / graded)
        rows.append((name, graded, seconds, peak))
    for name, graded, seconds, peak in rows:
        ratio = whole[name] / whole[OURS]
        table.add_row(name, str(graded), f"{seconds:.1f}", f"{whole[name]:.0f}", f"{ratio:.2f}", f"{peak / 2**20:.0f}")
    Console(width=110).print(table)
    for exercises, times in _checks(parts[0]):
        print(f"course.judging.checks of {exercises}: {min(times):.3f} to {max(times):.3f} s")
    beyond = whole[OURS] - whole[START]
    ratios = beyond / whole[FLOOR], beyond / whole[FORKED]
    print("tp grade without its start-up takes {:.2f} times the floor, {:.2f} times that with forks".format(*ratios))
    if few:
        stock, again = whole[STOCK_PAGES] / whole[PAGES], whole[PAGES] / whole[AGAIN]
        print(f"nbgrader's pages take {stock:.1f} times tp feedback, which takes {again:.1f} times another one")


def _checks(part: Part) -> list[tuple[str, list[float]]]:
    """How long the notebook's own check takes, in seconds: of every reference, and of every known mistake."""
    os.environ["COURSE_CHECKS"] = str(part.classroom.released(NAME) / FILE)
    right: list[tuple[str, Callable[..., Any]]] = [(ex.name, ex.reference) for ex in part.exercises]
    wrong: list[tuple[str, Callable[..., Any]]] = [
        (ex.name, mistake.function) for ex in part.exercises for mistake in ex.mistakes
    ]
    found: list[tuple[str, list[float]]] = []
    for label, functions in (("what is right", right), ("each known mistake", wrong)):
        seconds = []
        for name, function in functions:
            start = time.perf_counter()
            check(name, function)
            seconds.append(time.perf_counter() - start)
        found.append((label, seconds))
    return found


def _part(folder: Path, name: str, options: argparse.Namespace, parts: int) -> Part:
    """Build a part's TP, in a classroom of ours and in one of stock nbgrader, and hand in."""
    tps = finding.found()
    source = tps[FROM]
    place = folder / "sources" / NAME
    (place / "exercises").mkdir(parents=True)
    (place / SETTINGS).write_text(f'format = 1\nid = "{NAME}"\nuses = ["{FROM}"]\n')
    for module in modules.names(source.folder / "exercises"):
        (place / "exercises" / f"{module}.py").write_text(f"from tps.{FROM}.exercises.{module} import exercise\n")
    notebook = _work_only(jupytext.read(source.notebook), name == "keras")
    jupytext.write(notebook, place / f"{NAME}.py", fmt="py:percent")
    classroom = Classroom.made_at(folder / "classroom")
    classroom.remember(place)
    tps = finding.found(classroom.sources)
    release = read(build(classroom, NAME, tps).release)
    shutil.copytree(classroom.root, folder / "one")
    one = Classroom.at(folder / "one")
    shutil.copytree(one.released(NAME), one.submitted(NAME, "untouched"))
    students = _hand_in(classroom.root / "submitted", release, sample(source), options.submissions // parts)
    few = students[: options.peers // parts]
    exercises = list(tps[NAME].exercises.values())
    part = Part(classroom, students, few, one, _stock(folder / "stock", classroom, few), exercises)
    if few and options.otter:
        part.otter = _otter(folder / "otter", options.otter, exercises)
    return part


def _work_only(notebook: NotebookNode, keras: bool) -> NotebookNode:
    """The TP without its pictures and extensions, which no grader needs, and with a model to train if asked."""
    unneeded = UNRUN | {"extension"}
    notebook.cells = [cell for cell in notebook.cells if not unneeded & set(cell.metadata.get("tags", []))]
    if keras:
        place = [cell.cell_type for cell in notebook.cells].index("code")
        notebook.cells.insert(place + 1, new_code_cell(KERAS))
    return notebook


def _hand_in(submitted: Path, release: NotebookNode, files: list[Path], count: int) -> list[str]:
    """Each student's notebook differs in a comment, so that no cache helps."""
    students = []
    for number, path in zip(range(count), itertools.cycle(files), strict=False):
        student = f"{path.stem}_{number:04d}"
        notebook = filled(release, {name: f"# {student}\n{text}" for name, text in solutions(path).items()})
        (submitted / student / NAME).mkdir(parents=True)
        nbformat.write(notebook, submitted / student / NAME / f"{NAME}.ipynb")
        students.append(student)
    return students


def _stock(root: Path, classroom: Classroom, students: list[str]) -> Path:
    """The same assignment and submissions in an nbgrader course directory that knows nothing of this grader."""
    (root / "source").mkdir(parents=True)
    shutil.copytree(classroom.root / "source" / NAME, root / "source" / NAME)
    (root / "nbgrader_config.py").write_text(STOCK)
    _run("nbgrader", "generate_assignment", NAME, cwd=root)
    for student in students:
        shutil.copytree(classroom.submitted(NAME, student), root / "submitted" / student / NAME)
    return root


def _stock_pages(part: Part) -> float:
    """Have nbgrader alone write the pages of the class that is graded already; seconds."""
    root = part.stock.parent / "stock-pages"
    root.mkdir()
    (root / "nbgrader_config.py").write_text(STOCK)
    shutil.copytree(part.classroom.root / "autograded", root / "autograded")
    shutil.copy(part.classroom.root / "gradebook.db", root)
    start = time.perf_counter()
    _run("nbgrader", "generate_feedback", NAME, cwd=root)
    seconds = time.perf_counter() - start
    assert len(list((root / "feedback").glob("*/*/*.html"))) == len(part.students)
    return seconds


def _otter(folder: Path, otter: str, exercises: list[Exercise]) -> Path:
    tests = folder / "tests"
    tests.mkdir(parents=True)
    for exercise in exercises:
        (tests / f"{exercise.name}.py").write_text(OTTER.format(name=exercise.name, points=exercise.points))
    zipped = folder / "autograder.zip"
    subprocess.run([otter, "generate", "-t", "tests", "-o", str(zipped)], cwd=folder, check=True, capture_output=True)
    return zipped


def _otter_run(otter: str, part: Part) -> None:
    checks = {"COURSE_CHECKS": str(part.classroom.released(NAME) / FILE)}
    paths = os.environ | checks | {"PYTHONPATH": str(Path(__file__).parents[1])}
    for student in part.few:
        notebook = part.classroom.submitted(NAME, student) / f"{NAME}.ipynb"
        with tempfile.TemporaryDirectory() as out:
            command = [otter, "run", "--no-logo", "-a", str(part.otter), "-o", out, str(notebook)]
            subprocess.run(command, env=paths, check=True, capture_output=True, cwd=out)


def _floor(classroom: Classroom, students: list[str], workers: int, forked: bool = False) -> float:
    """Run the cells that define something, and nothing else, in processes that have imported everything; seconds."""
    shares = [students[i::workers] for i in range(workers)]
    running = [_cells_of(classroom, share, forked) for share in shares if share]
    return max(float(process.communicate()[0].split()[-1]) for process in running)


def _cells_of(classroom: Classroom, students: list[str], forked: bool) -> subprocess.Popen[str]:
    cells = []
    for student in students:
        notebook = read(classroom.submitted(NAME, student) / f"{NAME}.ipynb")
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        cells.append([cell.source for cell in code if not cell.metadata.get("nbgrader", {}).get("grade")])
    program = f"students, forked = {cells!r}, {forked}\n" + (
        "import contextlib, gc, io, os, time, matplotlib\nmatplotlib.use('agg')\n"
        "exec(students[0][0], {'__name__': '__main__'})\n"
        "if 'keras' in str(students): import keras, tensorflow\n"
        "if forked: gc.freeze()\n"
        "start = time.perf_counter()\n"
        "for cells in students:\n"
        "    if forked and (pid := os.fork()):\n"
        "        os.waitpid(pid, 0)\n"
        "        continue\n"
        "    names = {'__name__': '__main__'}\n"
        "    for cell in cells:\n"
        "        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):\n"
        "            exec(compile(cell, 'cell', 'exec', dont_inherit=True), names)\n"
        "    if forked:\n"
        "        os._exit(0)\n"
        "print(time.perf_counter() - start)\n"
    )
    command = [sys.executable, "-W", "ignore", "-"]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    process.stdin.write(program)
    process.stdin.close()
    process.stdin = None
    return process


def _run(module: str, *arguments: str, cwd: Path | None = None, must: bool = False) -> None:
    """Run a command; `must` it succeed? Others may leave submissions ungraded that ours do not."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    subprocess.run(command, cwd=cwd, env=os.environ | {"PATH": path}, check=must, capture_output=True)


def _measured(work: Callable[[Part], float | None], part: Part) -> tuple[float, int]:
    """Seconds, as the work tells them or as the clock does, and the most memory that its processes used, in bytes."""
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(2.0):  # a look takes 20 ms for each process that has imported Keras
            used = 0
            for process in psutil.Process().children(recursive=True):
                try:
                    used += process.memory_full_info().pss
                except psutil.Error:
                    continue
            peak = max(peak, used)

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    try:
        told = work(part)
    finally:
        seconds = time.perf_counter() - start
        done.set()
        watcher.join()
    return (seconds if told is None else told), peak


if __name__ == "__main__":
    main()
