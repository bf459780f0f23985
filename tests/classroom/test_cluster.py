"""A Dask cluster: a real scheduler and two worker processes on this machine, one of which is killed in the middle."""

from __future__ import annotations

import os
import pickle
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.classroom.assignment import assignment
from autograder.classroom.grading.batch import LIMITS, Batch
from autograder.classroom.grading.prepare import prepared
from autograder.classroom.grading.worker import work
from autograder.classroom.layout import Classroom
from autograder.cli import main
from tests.classroom.hand_ins import POINTS, RIGHT, a_few
from tests.shared import TP, expected_wrong

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")


@pytest.fixture
def room(classroom: Classroom) -> Classroom:
    a_few(classroom, 8)
    return classroom


def process(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", "-m", "distributed.cli." + arguments[0], *arguments[1:]]
    return subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)


def said(process: subprocess.Popen[str], words: str) -> str:
    """The first line with these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"it ended without saying {words!r}")


@pytest.fixture
def cluster() -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """The address of a scheduler, and its two workers of one thread each."""
    started = [process("dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")]
    try:
        address = said(started[0], "Scheduler at:").split()[-1]
        options = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--host", "127.0.0.1"]
        started += [process("dask_worker", address, *options) for _ in range(2)]
        for worker in started[1:]:
            said(worker, "Registered to:")
        yield address, started[1:]
    finally:
        for one in started:
            one.kill()
            one.communicate()


def test_a_worker_killed_in_the_middle_costs_no_marks(
    room: Classroom, cluster: tuple[str, list[subprocess.Popen[str]]]
) -> None:
    address, workers = cluster
    students, wrong = room.submissions(TP), expected_wrong()
    seen = {}
    for student, result, reason in Batch(room, TP, students, 1, scheduler=address):
        assert result is not None, (student, reason)
        if not seen:
            os.kill(workers[0].pid, signal.SIGKILL)
        seen[student] = {e["name"] for e in result.exercises if e["score"] < e["max_score"]}
    assert seen == {student: wrong[student] for student in students}


def test_a_scheduler_that_does_not_answer_is_said_in_one_line(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("autograder.classroom.grading.batch.ANSWERS_WITHIN", 1)
    command = ["--classroom", str(room.root), "grade", TP, "--scheduler", "tcp://127.0.0.1:9"]
    assert main(command) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("tp:")]
    assert len(lines) == 1
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in lines[0]


def test_a_job_needs_nothing_of_the_classrooms_disk(
    room: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it arrives on another machine: pickled, in another folder, where the classroom does not exist."""
    job, _ = prepared(room, assignment(room, TP), RIGHT, LIMITS, {}, elsewhere=True)
    sent = pickle.dumps(job)
    shutil.rmtree(room.root)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    lost = expected_wrong()[RIGHT]
    assert work(pickle.loads(sent)).score == sum(points for name, points in POINTS.items() if name not in lost)
