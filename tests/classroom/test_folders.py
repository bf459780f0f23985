"""What lies in `submitted/` is graded, or named with what to do; so are files beside a notebook, which come along."""

from __future__ import annotations

import io
import os
import random
import zipfile
from datetime import datetime
from pathlib import Path

import pytest

from autograder import cli
from autograder.classroom.intake.carried import LARGEST, carried
from autograder.classroom.intake.folders import not_looked_at
from autograder.classroom.intake.timestamp import handed_in_at
from autograder.classroom.layout import Classroom
from tests.shared import TP

SYSTEMS = {  # where the exports of learning systems and people put a hand-in, and what to do
    "Ada Lovelace_1234_assignsubmission_file_/optimizers.ipynb": "move it to submitted/<student>/optimizers/",
    "lovelaceada_1234_5678_optimizers.ipynb": "move it to submitted/<student>/optimizers/",
    "ada/optimizers.ipynb": "move it to submitted/ada/optimizers/",
    "ada/Optimizers/optimizers.ipynb": "rename the folder to optimizers",
    "ada/optimisers/optimizers.ipynb": "rename the folder to optimizers",
    "ada/TP 3/optimizers.ipynb": "rename it to optimizers",
    "optimizers/ada/optimizers.ipynb": "submitted/<student>/optimizers/",
    "all.zip": "move it to submitted/<student>/optimizers/",
}


def put(path: Path, content: bytes = b"{}") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.mark.parametrize("name", SYSTEMS)
def test_what_is_not_looked_at_is_named(classroom: Classroom, name: str) -> None:
    submitted = classroom.root / "submitted"
    put(submitted / "bob" / TP / f"{TP}.ipynb")
    assert not_looked_at(classroom, TP) == []
    put(submitted / name)
    (said,) = not_looked_at(classroom, TP)
    assert said.startswith(f"submitted/{name.split('/')[0]}")
    assert said.endswith(SYSTEMS[name])
    assert not_looked_at(classroom, TP, "bob") == []


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("ada/keras_optimizers.ipynb", "move it to submitted/ada/keras_optimizers/"),
        ("ada/optimizers.ipynb", "move it to submitted/ada/optimizers/"),
        ("ada/Optimizers (1).ipynb", "move it to submitted/ada/optimizers/"),
        ("lovelaceada_1234_5678_2_model.ipynb", "move it to submitted/<student>/growth/"),
        ("ada/work.ipynb", "move it to submitted/ada/<TP>/"),
        ("ada/myoptimizers2.ipynb", "move it to submitted/ada/<TP>/"),
        ("all.zip", "move it to submitted/<student>/<TP>/"),
        ("ada/TP 4/keras_optimizers.ipynb", "if it is a hand-in, rename it to keras_optimizers"),
        ("ada/TP 4/work.ipynb", "if it is a hand-in, rename it to that of its TP"),
    ],
)
def test_of_several_assignments_the_one_to_which_a_file_belongs_is_named(tmp_path: Path, name: str, what: str) -> None:
    for notebook in ("optimizers/optimizers", "keras_optimizers/keras_optimizers", "growth/1_data", "growth/2_model"):
        put(tmp_path / "release" / f"{notebook}.ipynb")
    put(tmp_path / "submitted" / name)
    for tp in (TP, "growth"):
        (said,) = not_looked_at(Classroom(tmp_path), tp)
        assert said.endswith(what)


def test_what_belongs_to_nobody_is_not_named(classroom: Classroom) -> None:
    submitted = classroom.root / "submitted"
    for name in (".DS_Store", "__MACOSX/x", "ada/.ipynb_checkpoints/optimizers.ipynb", f"ada/{TP}/optimizers.ipynb"):
        put(submitted / name)
    (submitted / "bob" / "empty").mkdir(parents=True)
    assert not_looked_at(classroom, TP) == []


def test_the_command_names_it_and_says_that_something_was_left_out(
    classroom: Classroom, capfd: pytest.CaptureFixture[str]
) -> None:
    put(classroom.submitted(TP, "ada") / f"{TP}.ipynb", b"")
    put(classroom.root / "submitted" / "loose.ipynb")
    assert cli.main(["--classroom", str(classroom.root), "grade", TP]) == 1
    assert "submitted/loose.ipynb lies in no student's folder" in capfd.readouterr().err


def test_files_beside_a_notebook_come_along_within_limits(tmp_path: Path) -> None:
    released = {"prices.csv": b"1,2", "data/a.csv": b"3", "walks.py": b"x = 1"}
    for name, content in released.items():
        put(tmp_path / name, content)
    own = {"averages.py": b"y = 2", "tools/ema.py": b"z = 3", "mine.csv": b"4", "data/b.csv": b"5"}
    for name, content in own.items():
        put(tmp_path / name, content)
    for name in ("optimizers.ipynb", "timestamp.txt", "checks.json", "__pycache__/averages.cpython-311.pyc"):
        put(tmp_path / name)
    found, told = carried(tmp_path, released, {"prices.csv", "walks.py", "checks.json"})
    assert found == own
    assert told == []


def test_what_stays_behind_is_named(tmp_path: Path) -> None:
    released = {"walks.py": b"x = 1", "data/a.csv": b"3"}
    put(tmp_path / "walks.py", b"x = 2")
    put(tmp_path / "statistics.py")
    put(tmp_path / "course" / "judging.py")
    put(tmp_path / "large.csv", b"0" * (LARGEST + 1))
    put(tmp_path / "data", b"a file where the release has a folder")
    archive = io.BytesIO()
    zipfile.ZipFile(archive, "w").close()
    put(tmp_path / "more.zip", archive.getvalue())
    os.symlink("/etc/passwd", tmp_path / "link.csv")
    found, told = carried(tmp_path, released, {"walks.py"})
    assert set(found) == {"statistics.py", "course/judging.py"}
    says = dict(line.split(" ", 1) for line in told)
    assert says == {
        "course/judging.py": "has no effect: Python or the course has a module course. Give it another name.",
        "data": "was not carried along: something of this name was handed out.",
        "large.csv": "was not carried along: at most 50 files are, of 5 MB together.",
        "link.csv": "was not carried along: it is a link.",
        "more.zip": "was not carried along: it is an archive, unpack it there.",
        "statistics.py": "has no effect: Python or the course has a module statistics. Give it another name.",
        "walks.py": "had been changed; the one that was handed out is used.",
    }


def test_many_files_that_stay_behind_take_one_sentence(tmp_path: Path) -> None:
    for number in range(100):
        put(tmp_path / f"{number:02d}.csv")
    os.symlink("/etc/passwd", tmp_path / "a.csv")
    os.symlink("/etc/passwd", tmp_path / "b.csv")
    found, (many, links) = carried(tmp_path, {}, set())
    assert len(found) == 50
    assert many.startswith("50.csv, 51.csv, ")
    assert many.endswith("69.csv and 30 more were not carried along: at most 50 files are, of 5 MB together.")
    assert links == "a.csv and b.csv were not carried along: they are links."


@pytest.mark.parametrize(
    ("content", "hour"),
    [
        (b"2026-11-26 10:00:00.000000 UTC", 10),
        (b"\xef\xbb\xbf2026-11-26 10:00:00 UTC\r\n", 10),
        ("2026-11-26 10:00:00 CET".encode("utf-16"), 9),
        (b"2026-11-26 10:00:00 Europe/Zurich", 9),
        (b"2026-11-26 10:00:00 +0100", 9),
        (b"2026-11-26T10:00:00Z", 10),
        (b"2026-11-26 10:00:00 UTC+01:00", 9),
        (b"Thu Nov 26 2026 10:00:00 GMT+0100", 9),
        (b"2026-11-26 10:00:00 GMT-5", 15),
        (b"2026-11-26 10:00:00 EST", 15),
    ],
)
def test_a_timestamp_is_read_whoever_wrote_it(tmp_path: Path, content: bytes, hour: int) -> None:
    put(tmp_path / "timestamp.txt", content)
    assert handed_in_at(tmp_path) == (datetime(2026, 11, 26, hour), "")


@pytest.mark.parametrize(
    "content",
    [
        b"2026-11-26 10:00:00 XQZ",
        b"2026-11-26 10:00 Europe/Nowhere",
        b"2026-13-45",
        b"01-02-2026 10:00",
        b"Sunday, 01/02/2026, 10:00",
        b"soon",
        b"",
        b"7",
        b"10:00",
        b"\xff",
        b"9" * 10**6,
    ],
)
def test_a_timestamp_that_says_nothing_is_named(tmp_path: Path, content: bytes) -> None:
    assert handed_in_at(tmp_path) == (None, "")
    put(tmp_path / "timestamp.txt", content)
    when, said = handed_in_at(tmp_path)
    assert when is None
    assert "nobody knows when this was handed in" in said


def test_no_bytes_break_the_reading_of_a_timestamp(tmp_path: Path) -> None:
    chance = random.Random(0)
    for _ in range(300):
        put(tmp_path / "timestamp.txt", chance.randbytes(chance.randrange(60)))
        when, said = handed_in_at(tmp_path)
        assert (when is None) == bool(said)
