"""PostgreSQL as the gradebook: a real server of this test's own, on a socket in its folder."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from autograder.classroom.grading.batch import Batch
from autograder.classroom.grading.gradebook import Marks, held, opened
from autograder.classroom.handout.build import build
from autograder.classroom.layout import Classroom
from autograder.cli import main
from tests.classroom.hand_ins import RIGHT, WRONG, hand_in, marks, sources
from tests.shared import TP, TPS

PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin")) or [
    Path(found).parent for found in [shutil.which("initdb")] if found
]
pytestmark = pytest.mark.skipif(not PLACES, reason="PostgreSQL is not installed (Debian: the package postgresql)")


@pytest.fixture
def server() -> Iterator[str]:
    """The URL of an empty database. initdb refuses root, who becomes another user for it."""
    pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")
    user = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))  # the path of a socket must be short
    shutil.chown(folder, user)

    def run(*command: str) -> None:
        own = {"user": user} if os.geteuid() == 0 else {}
        subprocess.run([str(PLACES[-1] / command[0]), *command[1:]], check=True, capture_output=True, cwd=folder, **own)

    data = str(folder / "data")
    try:
        run("initdb", "--pgdata", data, "--auth", "trust", "--username", "teacher", "--no-sync")
        options = f"-c listen_addresses= -c fsync=off -k {folder}"
        run("pg_ctl", "--pgdata", data, "--wait", "--log", str(folder / "log"), "--options", options, "start")
        try:
            run("createdb", "--host", str(folder), "--username", "teacher", "grades")
            yield f"postgresql+psycopg://teacher:hush@/grades?host={folder}"
        finally:
            run("pg_ctl", "--pgdata", data, "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _penalties_and_names(classroom: Classroom, found: dict[str, Marks]) -> None:
    """A late penalty comes and goes with the deadline; a student is renamed, and another one removed."""
    config = classroom.root / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.LateSubmissionPlugin.penalty_method = 'zero'\n")
    (classroom.submitted(TP, WRONG) / "timestamp.txt").write_text("2026-03-02 12:00:00 UTC")
    for day, late in ((1, True), (3, False), (2, True)):
        with opened(classroom) as gradebook:
            gradebook.find_assignment(TP).duedate = datetime(2026, 3, day)
            gradebook.db.commit()
        for _ in range(2):
            assert main(["--classroom", str(classroom.root), "grade", TP]) == 0
            with opened(classroom) as gradebook:
                one = held(gradebook, TP)[WRONG]
                assert one.penalties[TP] == (pytest.approx(one.points[TP]) if late else None)
    assert main(["--classroom", str(classroom.root), "student", "rename", WRONG, "hugo"]) == 0
    assert marks(classroom, TP) == {"hugo": found[WRONG], RIGHT: found[RIGHT]}
    assert main(["--classroom", str(classroom.root), "student", "remove", "hugo"]) == 0
    assert marks(classroom, TP) == {RIGHT: found[RIGHT]}


def test_a_class_is_graded_into_postgresql(
    server: str, built: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Build, grade, regrade; and, when the database is gone, one line that keeps the password to itself."""
    classroom = Classroom.made_at(tmp_path / "classroom")
    config = classroom.root / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc = get_config()\nc.CourseDirectory.db_url = {server!r}\n")
    shutil.copytree(built / "source", classroom.root / "source")  # the checks need not be drawn again
    build(classroom, TP, TPS)
    students = [WRONG, RIGHT]
    for student in students:
        hand_in(classroom, student, sources(student))
    done = {student: result for student, result, _ in Batch(classroom, TP, students, 2)}
    found = marks(classroom, TP)
    for student in students:
        result = done[student]
        assert result is not None
        assert sum(auto or 0 for auto, _ in found[student].values()) == result.score
    assert not (classroom.root / "gradebook.db").exists()
    assert main(["--classroom", str(classroom.root), "regrade", TP, "--student", RIGHT]) == 0
    assert marks(classroom, TP) == found
    capsys.readouterr()
    _penalties_and_names(classroom, found)
    config.write_text(config.read_text().replace("@/grades", "@/nowhere"))
    assert main(["--classroom", str(classroom.root), "grade", TP]) == 1  # though nothing has to be run
    said = capsys.readouterr().err
    assert "cannot be opened" in said
    assert "hush" not in said
