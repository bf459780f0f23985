"""`make bench`: grade one class with this grader, with stock nbgrader and with otter, side by side, in one run.

    python -m autograder.bench [--submissions 100] [--keras] [--peers N]

The submissions are the sample class's, again and again, without the TP's pictures. The floor is the time that the
students' own cells take in one process that has imported everything. `--peers` bounds the number of submissions that
the slow ones get; their time is then scaled to the whole class, and the table says so.
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
from pathlib import Path

import jupytext
import nbformat
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from rich.console import Console
from rich.table import Table

from autograder.classroom.build import build
from autograder.classroom.layout import Classroom, source
from autograder.classroom.reading import read
from autograder.classroom.rebuild import UNRUN
from autograder.demo import CLASS, filled, solutions
from autograder.exercises import EXERCISES
from course.check import FILE

TP = "optimizers"
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


def main() -> None:
    """Run the bench and print its table."""
    parser = argparse.ArgumentParser(prog="python -m autograder.bench", description=str(__doc__).splitlines()[0])
    parser.add_argument("--submissions", type=int, default=100)
    parser.add_argument("--peers", type=int, default=12, help="submissions for stock nbgrader and otter (default: 12)")
    parser.add_argument("--keras", action="store_true", help="notebooks that import Keras and train a small model")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--otter", default=shutil.which("otter"), help="the otter command (default: found on PATH)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        _bench(Path(folder), options, Console(stderr=True))


def _bench(folder: Path, options: argparse.Namespace, console: Console) -> None:
    text = folder / "sources" / TP / f"{TP}.py"
    text.parent.mkdir(parents=True)
    jupytext.write(_work_only(jupytext.read(source(TP)), options.keras), text, fmt="py:percent")
    classroom = Classroom.made_at(folder / "classroom")
    with console.status("building ..."):
        release = read(build(classroom, TP, text))
        students = _hand_in(classroom.root / "submitted", release, options.submissions)
    few = students[: min(options.peers, len(students))]
    stock = _stock(folder / "stock", classroom, few)
    runs: list[tuple[str, int, Callable[[], float | None]]] = [
        ("floor: the students' own cells, nothing else", len(few), lambda: _floor(classroom, few)),
        ("tp grade", len(students), lambda: _run("autograder.cli", "--classroom", str(classroom.root), "grade", TP,
                                                 "--workers", str(options.workers))),
        ("tp grade, again with nothing new", len(students), lambda: _run("autograder.cli", "--classroom",
                                                                         str(classroom.root), "grade", TP)),
        ("nbgrader autograde, stock", len(few), lambda: _run("nbgrader", "autograde", TP, cwd=stock)),
    ]  # fmt: skip
    if options.otter:
        zipped = _otter(folder / "otter", options.otter)
        environment = {"COURSE_CHECKS": str(classroom.release(TP).parent / FILE)}
        runs.append(("otter run", len(few), lambda: _otter_run(options.otter, zipped, classroom, few, environment)))
    table = Table(title=f"{len(students)} submissions, {'NumPy and Keras' if options.keras else 'NumPy'}, "
                  f"{options.workers} workers, {os.cpu_count()} cores", title_justify="left")  # fmt: skip
    for column in ("", "graded", "seconds", "seconds for the class", "times tp grade", "peak MB"):
        table.add_column(column, justify="left" if not column else "right")
    measured = []
    for name, count, work in runs:
        with console.status(f"{name}: {count} submissions ..."):
            seconds, peak = _measured(work)
        measured.append((name, count, seconds, seconds * len(students) / count, peak))
    ours = next(whole for name, _, _, whole, _ in measured if name == "tp grade")
    for name, count, seconds, whole, peak in measured:
        table.add_row(name, str(count), f"{seconds:.1f}", f"{whole:.0f}", f"{whole / ours:.1f}", f"{peak / 2**20:.0f}")
    Console(width=110).print(table)


def _work_only(notebook: NotebookNode, keras: bool) -> NotebookNode:
    """The TP without its pictures and extensions, which no grader needs, and with a model to train if asked."""
    unneeded = UNRUN | {"extension"}
    notebook.cells = [cell for cell in notebook.cells if not unneeded & set(cell.metadata.get("tags", []))]
    if keras:
        place = [cell.cell_type for cell in notebook.cells].index("code")
        notebook.cells.insert(place + 1, new_code_cell(KERAS))
    return notebook


def _hand_in(submitted: Path, release: NotebookNode, count: int) -> list[str]:
    """Each student's notebook differs in a comment, so that no cache helps."""
    students = []
    for number, path in zip(range(count), itertools.cycle(sorted(CLASS.glob("*.py"))), strict=False):
        student = f"{path.stem}_{number:04d}"
        notebook = filled(release, {name: f"# {student}\n{text}" for name, text in solutions(path).items()})
        (submitted / student / TP).mkdir(parents=True)
        nbformat.write(notebook, submitted / student / TP / f"{TP}.ipynb")
        students.append(student)
    return students


def _stock(root: Path, classroom: Classroom, students: list[str]) -> Path:
    """The same assignment and submissions in an nbgrader course directory that knows nothing of this grader."""
    (root / "source").mkdir(parents=True)
    shutil.copytree(classroom.root / "source" / TP, root / "source" / TP)
    (root / "nbgrader_config.py").write_text(STOCK)
    _run("nbgrader", "generate_assignment", TP, cwd=root)
    for student in students:
        shutil.copytree(classroom.submitted(TP, student), root / "submitted" / student / TP)
    return root


def _otter(folder: Path, otter: str) -> Path:
    tests = folder / "tests"
    tests.mkdir(parents=True)
    for exercise in EXERCISES[TP]:
        (tests / f"{exercise.name}.py").write_text(OTTER.format(name=exercise.name, points=exercise.points))
    zipped = folder / "autograder.zip"
    subprocess.run([otter, "generate", "-t", "tests", "-o", str(zipped)], cwd=folder, check=True, capture_output=True)
    return zipped


def _otter_run(
    otter: str, zipped: Path, classroom: Classroom, students: list[str], environment: dict[str, str]
) -> None:
    paths = os.environ | environment | {"PYTHONPATH": str(Path(__file__).parents[1])}
    for student in students:
        notebook = classroom.submitted(TP, student) / f"{TP}.ipynb"
        with tempfile.TemporaryDirectory() as out:
            command = [otter, "run", "--no-logo", "-a", str(zipped), "-o", out, str(notebook)]
            subprocess.run(command, env=paths, check=True, capture_output=True, cwd=out)


def _floor(classroom: Classroom, students: list[str]) -> float:
    """Run the cells that define something, and nothing else, in one process that has imported everything; seconds."""
    cells = []
    for student in students:
        notebook = read(classroom.submitted(TP, student) / f"{TP}.ipynb")
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        cells.append([cell.source for cell in code if not cell.metadata.get("nbgrader", {}).get("grade")])
    program = f"import time\nstudents = {cells!r}\n" + (
        "import contextlib, io, matplotlib\nmatplotlib.use('agg')\n"
        "exec(students[0][0], {'__name__': '__main__'})\n"
        "if 'keras' in str(students): import keras, tensorflow\n"
        "start = time.perf_counter()\n"
        "for cells in students:\n"
        "    names = {'__name__': '__main__'}\n"
        "    for cell in cells:\n"
        "        with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):\n"
        "            exec(compile(cell, 'cell', 'exec', dont_inherit=True), names)\n"
        "print(time.perf_counter() - start)\n"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", program], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def _run(module: str, *arguments: str, cwd: Path | None = None) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    subprocess.run(command, cwd=cwd, env=os.environ | {"PATH": path}, check=False, capture_output=True)


def _measured(work: Callable[[], float | None]) -> tuple[float, int]:
    """Seconds, as the work tells them or as the clock does, and the most memory that its processes used, in bytes."""
    peak, done = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.5):
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
        told = work()
    finally:
        seconds = time.perf_counter() - start
        done.set()
        watcher.join()
    return (seconds if told is None else told), peak


if __name__ == "__main__":
    main()
