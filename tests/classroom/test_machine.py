"""A mark does not depend on how busy the machine is, on who ends which process, or on what a student tries out."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from autograder.classroom.grading.batch import Batch
from autograder.classroom.grading.results import Result
from autograder.classroom.grading.turns import Turns
from autograder.classroom.layout import Classroom
from autograder.sandbox.limits import Limits, slowness
from tests.classroom.hand_ins import POINTS, SOURCES, hand_in
from tests.sandbox.test_limits import busy_machine, parent_of
from tests.sandbox.test_process import named
from tests.shared import TP

NAME = "gradient_descent_step"
ONCE = """
import time
done = []
def gradient_descent_step(theta, grad, eta):
    if not done:
        done.append(1)
        end = time.process_time() + {}
        while time.process_time() < end: pass
    return theta - eta * grad
"""
MARKER = f"0.5{os.getpid()}"  # seconds, by which a process is known
HELPER = f"import subprocess\nsubprocess.run(['sleep', '{MARKER}'])"


def explore(path: Path, *cells: str) -> None:
    """Add cells of the student's own before the first exercise."""
    notebook = nbformat.read(path, as_version=4)
    (place,) = (i for i, c in enumerate(notebook.cells) if c.metadata.get("nbgrader", {}).get("grade_id") == NAME)
    notebook.cells[place:place] = [new_code_cell(cell) for cell in cells]
    nbformat.write(notebook, path)


def graded(classroom: Classroom, limits: Limits, workers: int = 2) -> dict[str, Result | str]:
    """By student the result, or why there is none."""
    batch = Batch(classroom, TP, classroom.submissions(TP), workers, limits=limits, fresh=True)
    return {student: result or reason for student, result, reason in batch}


def earned(result: Result | str) -> dict[str, float]:
    assert isinstance(result, Result), result
    return {exercise["name"]: exercise["score"] for exercise in result.exercises}


@pytest.mark.parametrize("cell", ["while True: pass", "import time; time.sleep(600)", "import os; os._exit(1)"])
def test_what_a_student_tries_out_costs_no_exercise(classroom: Classroom, cell: str) -> None:
    explore(hand_in(classroom, "ada", SOURCES), *[cell] * 8)
    result = graded(classroom, Limits(cell=0.25, submission=1.5, least=0.1, patience=1.0))["ada"]
    assert earned(result) == POINTS
    assert isinstance(result, Result)
    assert result.status != "graded"  # and it is said


def test_a_helper_among_many_slow_trials_is_still_there(classroom: Classroom) -> None:
    step = "def descend(theta, grad, eta):\n    return theta - eta * grad"
    mine = SOURCES | {NAME: "def gradient_descent_step(theta, grad, eta):\n    return descend(theta, grad, eta)"}
    explore(hand_in(classroom, "ada", mine), *["while True: pass"] * 5, step)
    result = graded(classroom, Limits(cell=0.25, submission=0.5, least=0.1, exercise=2.0))["ada"]
    assert earned(result)[NAME] == POINTS[NAME]


@pytest.mark.parametrize(("workers", "busy"), [(1, 0), (4, 8)])
def test_marks_are_the_same_on_an_idle_and_on_a_busy_machine(classroom: Classroom, workers: int, busy: int) -> None:
    for number in range(3):
        hand_in(classroom, f"right-{number}", {NAME: ONCE.format(0.2)})
    hand_in(classroom, "slow", {NAME: ONCE.format(5.0 * slowness())})
    with busy_machine(busy):
        results = graded(classroom, Limits(exercise=0.5, patience=1.0), workers)
    for student, result in results.items():
        assert earned(result)[NAME] == (0 if student == "slow" else POINTS[NAME]), student


def test_what_comes_to_a_limit_has_another_chance_alone(classroom: Classroom) -> None:
    hand_in(classroom, "ada", {NAME: ONCE.format(0.75 * slowness())})
    result = graded(classroom, Limits(exercise=0.5))["ada"]
    assert earned(result)[NAME] == POINTS[NAME]
    assert isinstance(result, Result)
    assert result.status == "graded"


@contextmanager
def somebody_who_kills(times: int) -> Iterator[list[int]]:
    """Ends the process of a submission that has started the helper, from outside, so many times; gives its victims."""
    victims: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while not over.is_set() and len(victims) < times:
            for helper in named(MARKER):
                with contextlib.suppress(OSError):
                    victim = parent_of(helper)
                    if victim not in victims:
                        os.kill(victim, signal.SIGKILL)
                        victims.append(victim)
            time.sleep(0.01)

    thread = threading.Thread(target=kill)
    thread.start()
    try:
        yield victims
    finally:
        over.set()
        thread.join()


def test_who_is_ended_from_outside_is_graded_again(classroom: Classroom) -> None:
    explore(hand_in(classroom, "ada", SOURCES), HELPER)
    with somebody_who_kills(1) as victims:
        result = graded(classroom, Limits())["ada"]
    assert victims
    assert earned(result) == POINTS
    assert isinstance(result, Result)
    assert result.status == "graded"


def test_who_is_always_ended_from_outside_gets_no_mark_and_nothing_of_it_is_kept(classroom: Classroom) -> None:
    explore(hand_in(classroom, "ada", SOURCES), HELPER)
    hand_in(classroom, "bob", SOURCES)
    with somebody_who_kills(10**6) as victims:
        results = graded(classroom, Limits())
    assert len(victims) == 3
    assert "ended from outside" in str(results["ada"])
    assert earned(results["bob"]) == POINTS
    assert not classroom.result(TP, "ada").exists()
    assert earned(graded(classroom, Limits())["ada"]) == POINTS


def in_threads(*work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=each, daemon=True) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def test_who_runs_alone_has_nobody_beside_him() -> None:
    turns, running, alone = Turns(), [0], list[int]()
    lock = threading.Lock()

    def run(turn: Callable[[], AbstractContextManager[None]], seen: list[int]) -> None:
        for _ in range(20):
            with turn():
                with lock:
                    running[0] += 1
                time.sleep(0.001)
                with lock:
                    seen.append(running[0])
                    running[0] -= 1

    in_threads(*(partial(run, turn, seen) for turn, seen in ((turns.alone, alone), (turns.beside, [])) for _ in "12"))
    assert set(alone) == {1}


def test_others_run_at_the_same_time() -> None:
    turns, both = Turns(), threading.Barrier(2, timeout=60)

    def meet() -> None:
        with turns.beside():
            both.wait()

    in_threads(meet, meet)
    assert not both.broken
