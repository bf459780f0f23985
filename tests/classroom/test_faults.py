"""Faults of the world: afterwards the same scores, none lost, none doubled, nothing half-written."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from autograder.classroom.grading import gradebook
from autograder.classroom.grading.batch import Batch
from autograder.classroom.layout import Classroom
from autograder.cli import main
from autograder.sandbox import homes
from tests.classroom.hand_ins import a_few
from tests.shared import TP

STUDENTS = 8
KINDS = ("grader", "group", "other")


@pytest.fixture(scope="module")
def handed_in(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classroom with a few submissions, none graded."""
    root = tmp_path_factory.mktemp("faults") / "classroom"
    shutil.copytree(built, root)
    a_few(Classroom.at(root), STUDENTS)
    return root


@pytest.fixture
def room(handed_in: Path, tmp_path: Path) -> Classroom:
    shutil.copytree(handed_in, tmp_path / "classroom")
    return Classroom.at(tmp_path / "classroom")


@pytest.fixture(scope="module")
def right(handed_in: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """The scores without faults."""
    root = tmp_path_factory.mktemp("right") / "classroom"
    shutil.copytree(handed_in, root)
    classroom = Classroom.at(root)
    classroom.secret()
    assert all(result for _, result, _ in Batch(classroom, TP, classroom.submissions(TP), 2))
    return scores(root)


def scores(root: Path) -> dict[str, float]:
    """The grader's points by student, as SQL finds them; each student once."""
    with sqlite3.connect(root / "gradebook.db") as database:
        rows = database.execute(
            "select s.student_id, sum(g.auto_score) from submitted_assignment s"
            " join submitted_notebook n on n.assignment_id = s.id join grade g on g.notebook_id = n.id group by s.id"
        ).fetchall()
    database.close()
    assert max(Counter(student for student, _ in rows).values(), default=1) == 1, "a submission was recorded twice"
    return {student: score or 0.0 for student, score in rows}


def whole(root: Path) -> None:
    """Nothing is half-written or left over."""
    for path in root.rglob("*.json"):
        json.loads(path.read_text())
    assert not list(root.rglob("*.part"))


def command(root: Path, temporary: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "autograder.cli", "--classroom", str(root), "grade", TP, "--workers", "2"],
        env=os.environ | {"TMPDIR": str(temporary)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def descendants(pid: int) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found += [int(path.parent.name), *descendants(int(path.parent.name))]
    return found


def at_home(temporary: Path) -> list[int]:
    """Processes that were started for kernels whose folder lies here."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if str(temporary / homes.PREFIX).encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def progress(root: Path) -> int:
    """How many submissions have been graded."""
    return len(list((root / ".tp" / "results").rglob("*.json")))


def in_the_middle(grader: subprocess.Popen[bytes], root: Path, count: int) -> bool:
    """Wait until `count` submissions are graded; whether the grader is still at work then."""
    while grader.poll() is None:
        if progress(root) >= count:
            return True
        time.sleep(0.01)
    return False


def kill(kind: str, grader: subprocess.Popen[bytes], chance: random.Random) -> None:
    """Kill the grader, all of its group, or one of the processes that it has started; then it goes on for a while."""
    if kind == "grader":
        grader.kill()
    elif kind == "group":
        os.killpg(grader.pid, signal.SIGKILL)
    else:
        others = descendants(grader.pid)
        if others:
            with contextlib.suppress(ProcessLookupError):
                os.kill(chance.choice(others), signal.SIGKILL)
        time.sleep(0.3)
        grader.kill()


@pytest.mark.parametrize("seed", [20261123, *(pytest.param(seed, marks=pytest.mark.full) for seed in range(5))])
def test_killed_at_random_moments_it_comes_to_the_same_scores(
    room: Classroom, right: dict[str, float], tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    for more, kind in enumerate(chance.sample(KINDS, len(KINDS))):
        grader = command(room.root, temporary)
        if in_the_middle(grader, room.root, progress(room.root) + more):
            time.sleep(chance.uniform(0.0, 0.3))
            kill(kind, grader, chance)
        grader.communicate()
        assert all(score == right[student] for student, score in scores(room.root).items() if score)
    last = command(room.root, temporary)
    _, said = last.communicate()
    assert last.returncode == 0, said.decode()
    assert scores(room.root) == right
    whole(room.root)
    assert sorted(p.stem for p in (room.own / "results" / TP).iterdir()) == sorted(right)
    assert not list(temporary.glob(f"{homes.PREFIX}*"))
    assert not at_home(temporary)


def failing(capsys: pytest.CaptureFixture[str], room: Classroom) -> str:
    """Grade, which must fail with one line; returns it."""
    assert main(["--classroom", str(room.root), "grade", TP, "--workers", "1"]) == 1
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("tp:")]
    assert len(lines) == 1, lines
    return lines[0]


def then_all_is_well(room: Classroom, right: dict[str, float]) -> None:
    whole(room.root)
    assert main(["--classroom", str(room.root), "grade", TP, "--workers", "2"]) == 0
    assert scores(room.root) == right
    whole(room.root)


def test_a_locked_gradebook(
    room: Classroom, right: dict[str, float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gradebook, "PATIENCE", 0.2)
    with sqlite3.connect(room.root / "gradebook.db", isolation_level=None) as other:
        other.execute("begin exclusive")
        assert "database is locked" in failing(capsys, room)
        other.execute("rollback")
    other.close()
    then_all_is_well(room, right)


def test_a_gradebook_that_may_only_be_read(
    room: Classroom, right: dict[str, float], capsys: pytest.CaptureFixture[str]
) -> None:
    config = room.root / "nbgrader_config.py"
    text = config.read_text()
    place = f"sqlite:///file:{room.root / 'gradebook.db'}?mode=ro&uri=true"
    config.write_text(f"{text}\nc = get_config()\nc.CourseDirectory.db_url = {place!r}\n")
    assert "readonly database" in failing(capsys, room)
    config.write_text(text)
    then_all_is_well(room, right)


def test_a_full_disk(
    room: Classroom, right: dict[str, float], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The disk is full from the third result on, which leaves half a file behind before it is found out."""
    written: list[Path] = []
    write_bytes = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        written.extend([path] * path.is_relative_to(room.root))
        if len(written) < 6:
            return write_bytes(path, content)
        write_bytes(path, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    assert "No space left on device" in failing(capsys, room)
    monkeypatch.undo()
    then_all_is_well(room, right)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to mount a small disk")
def test_a_disk_that_is_really_full_and_one_that_may_only_be_read(
    handed_in: Path, right: dict[str, float], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(small)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this system allows no mounts")
    try:
        shutil.copytree(handed_in, small / "classroom")
        room = Classroom.at(small / "classroom")
        filler = small / "filler"
        with open(filler, "wb") as file:
            free = os.statvfs(small)
            file.write(bytes(free.f_bavail * free.f_bsize - 40_000))
        said = failing(capsys, room)
        assert "No space left" in said or "disk is full" in said or "disk I/O error" in said
        filler.unlink()
        subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
        assert "Read-only file system" in failing(capsys, room)
        subprocess.run(["mount", "-o", "remount,rw", str(small)], check=True)
        then_all_is_well(room, right)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_two_graders_at_once_do_not_mix(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    with room.held():
        assert "another `tp` is grading" in failing(capsys, room)


def test_folders_of_dead_graders_go_and_those_of_living_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = tmp_path / f"{homes.PREFIX}dead"
    (dead / "work").mkdir(parents=True)
    mine = homes.made()
    other = homes.made()
    assert sorted(tmp_path.iterdir()) == sorted([mine, other])
    homes.removed(mine)
    homes.removed(other)
    assert not list(tmp_path.iterdir())
