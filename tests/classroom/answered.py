"""A classroom with a small TP of an instructor's own, graded, in which answers in words wait for a person."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from autograder.classroom.grading.gradebook import Given, given, opened
from autograder.classroom.handout.new import new
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom, write
from autograder.classroom.marking.desk import Desk
from autograder.classroom.marking.guarded import Keys
from autograder.classroom.marking.served import serve
from autograder.cli import main
from autograder.demo import filled
from tests.browser import PATIENCE
from tests.shared import made_once

NAME, QUESTION = "essay", "in_words"  # of 1 point, with a rubric of two items
PLACE = NAME, QUESTION
VOLATILITY = "def annual_volatility(daily):\n    return np.sqrt(252 * daily**2)"
HOSTILE = (
    "Over time. <script>document.title = 'owned'</script> <img src=x onerror=\"document.title = 'owned'\">"
    " [a link](javascript:alert(1)) $a<b$ ![p](https://example.org/p.png)"
)
ANSWERS = {"ada": HOSTILE, "bob": "They are added.", "cyd": None, "dan": "Over assets, since a portfolio is a sum."}
RULES = """format = 1
[essay]
deadline = 2026-03-01T12:00:00
penalty = { percent_per_day = 50 }
"""
ROSTER = "id,name\nada,Ada Byron\nbob,\"<script>document.title = 'owned'</script>\"\ncyd,Cyd\ndan,Dan\n"


def hand_in(classroom: Classroom, student: str, answer: str | None, more: str = "") -> None:
    """The notebook with one function, an answer that goes on in a second cell, and an own run with its output."""
    notebook = filled(read(classroom.release(NAME)), {"annual_volatility": VOLATILITY + more})
    at = [cell.id for cell in notebook.cells].index(QUESTION)
    if answer is not None:
        notebook.cells[at].source = answer
        printed = new_output("stream", name="stdout", text=f"a run of {student}\n<script>1</script>\n")
        notebook.cells.insert(at + 1, new_markdown_cell("And it goes on."))
        notebook.cells.insert(at, new_code_cell("print(run)", outputs=[printed]))
    folder = classroom.submitted(NAME, student)
    write(folder / f"{NAME}.ipynb", nbformat.writes(notebook))
    write(folder / "timestamp.txt", f"2026-03-0{2 if student == 'dan' else 1} 09:00:00 UTC")


def answered(once: Path) -> Path:
    """The folder with `classroom`, and with the TP in `mine`; made once in a run, not to be changed."""

    def make(root: Path) -> None:
        folder = new(NAME, root / "mine")
        command = ["--classroom", str(root / "classroom")]
        assert main([*command, "build", NAME, "--sources", str(folder)]) == 0
        classroom = Classroom.at(root / "classroom")
        write(classroom.root / "rules.toml", RULES)
        write(classroom.root / "roster.csv", ROSTER)
        for student, answer in ANSWERS.items():
            hand_in(classroom, student, answer)
        assert main([*command, "grade", NAME, "--workers", "1"]) == 0

    return made_once(once, "answered", make)


def held(classroom: Classroom, student: str) -> Given:
    """What the gradebook has of a student's answer."""
    with opened(classroom) as gradebook:
        return given(gradebook, NAME)[student][PLACE]


@contextmanager
def served(desk: Desk) -> Iterator[Keys]:
    """The real page, on a free port of this machine."""
    came: list[Keys] = []
    ready, loop = threading.Event(), asyncio.new_event_loop()

    def told(keys: Keys) -> None:
        came.append(keys)
        ready.set()

    async def run() -> None:
        task = asyncio.current_task()
        tasks.append(task)
        await serve(desk, told)

    def work() -> None:
        try:
            loop.run_until_complete(run())
        except asyncio.CancelledError:
            pass
        finally:
            loop.close()

    tasks: list[asyncio.Task[None] | None] = []
    thread = threading.Thread(target=work)
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        yield came[0]
    finally:
        loop.call_soon_threadsafe(lambda: [task.cancel() for task in tasks if task])
        thread.join(PATIENCE)
