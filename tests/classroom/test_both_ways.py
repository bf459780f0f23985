"""`tp grade` and `nbgrader autograde` come to the same gradebook and the same files, whatever lies in submitted/."""

from __future__ import annotations

import copy
import datetime
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from tps.optimizers.sample_class._accidents import ACCIDENTS

from autograder.classroom.grading.gradebook import Held, held, opened
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom
from autograder.cli import main
from autograder.demo import filled
from tests.classroom.hand_ins import SOURCES, WRITTEN, WRONG, sources
from tests.classroom.test_hostile_folders import NAMES
from tests.classroom.test_mangled import FILES
from tests.shared import TP

HERE = str(Path(__file__).resolve().parents[2])
SLOW = ("zz_endless_cell", "zz_endless_function")  # their limits are waited for once
LARGEST = 64 * 2**20  # bytes of a file that nbgrader may write here
ZERO = "\nc = get_config()\nc.LateSubmissionPlugin.penalty_method = 'zero'\n"
Form = Callable[[Path], object]  # changes a folder in which a right notebook lies


def notebook(folder: Path) -> Path:
    return folder / f"{TP}.ipynb"


def _link(folder: Path, target: str, name: str = f"{TP}.ipynb") -> None:
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(target)


def _pipe(folder: Path, name: str) -> None:
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)


def _renamed(folder: Path, name: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    notebook(folder).rename(folder / name)


def _deep(folder: Path) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(300):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)


def _folder_is_a_link(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(folder.parents[1] / "right" / TP, target_is_directory=True)


def _hidden_beside(folder: Path) -> None:
    (folder / ".ipynb_checkpoints").mkdir()
    shutil.copy(notebook(folder), folder / ".ipynb_checkpoints")
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (folder / "checks.json").write_text("{}")


def _file(change: Callable[[str], bytes]) -> Form:
    return lambda folder: notebook(folder).write_bytes(change(notebook(folder).read_text(encoding="utf-8")))


FORMS: dict[str, Form] = {
    "right": lambda folder: None,
    "renamed": lambda folder: _renamed(folder, "my tp (2).ipynb"),
    "below": lambda folder: _renamed(folder, "deep/down/tp.ipynb"),
    "as text": lambda folder: _renamed(folder, f"{TP}.txt"),
    "nothing": lambda folder: notebook(folder).unlink(),
    "empty": lambda folder: notebook(folder).write_bytes(b""),
    "two": lambda folder: shutil.copy(notebook(folder), folder / f"{TP}-Copy1.ipynb"),
    "beside": _hidden_beside,
    "a pipe": lambda folder: _pipe(folder, f"{TP}.ipynb"),
    "a pipe beside": lambda folder: _pipe(folder, "data.csv"),
    "a pipe as time": lambda folder: _pipe(folder, "timestamp.txt"),
    "a broken link": lambda folder: _link(folder, "nowhere.ipynb"),
    "a broken link beside": lambda folder: _link(folder, "nowhere", "data.csv"),
    "a link to others": lambda folder: _link(folder, "../../right/optimizers/optimizers.ipynb"),
    "a link without end": lambda folder: _link(folder, "/dev/zero"),
    "a link without end beside": lambda folder: _link(folder, "/dev/zero", "data.csv"),
    "a link to the secret": lambda folder: _link(folder, "../../../.tp/secret", "data.csv"),
    "a link as secret": lambda folder: _link(folder, "../../../.tp/secret", "submission_secret.txt"),
    "a link as folder": _folder_is_a_link,
    "deep": _deep,
    "no time": lambda folder: (folder / "timestamp.txt").write_text("soon"),
    "a marked time": lambda folder: (folder / "timestamp.txt").write_text("\ufeff2026-03-02 12:00:00 UTC"),
    "an unknown zone": lambda folder: (folder / "timestamp.txt").write_text("2026-03-02 12:00:00 XYZ"),
    "through the exchange": lambda folder: (folder / "submission_secret.txt").write_text("a" * 128),
    **{f"({number}) {what}": _file(change) for number, (what, change) in enumerate(FILES.items())},
}


def handed_in(classroom: Classroom) -> None:
    """All forms, every second one a day late; the accidents of the sample class; folders with names of no student."""
    release = read(classroom.release(TP))
    right = filled(release, SOURCES)
    wrong = filled(release, sources(WRONG) | {WRITTEN: "Adam, because it remembers."})
    forms: dict[str, NotebookNode | str] = dict.fromkeys([*FORMS, *NAMES], right) | {"wrong": wrong}
    forms |= {student: accident(copy.deepcopy(right)) for student, accident in ACCIDENTS.items()}
    for number, (student, content) in enumerate(forms.items()):
        folder = classroom.submitted(TP, student)
        folder.mkdir(parents=True)
        notebook(folder).write_text(content if isinstance(content, str) else nbformat.writes(content))
        (folder / "timestamp.txt").write_text(f"2026-03-0{1 + number % 2} 12:00:00 UTC")
        if student in FORMS:
            FORMS[student](folder)


def state(classroom: Classroom) -> tuple[dict[str, Held], dict[str, bytes]]:
    """What the gradebook holds and what lies in autograded/."""
    below = classroom.root / "autograded"
    files = {str(path.relative_to(below)): path.read_bytes() for path in below.rglob("*") if path.is_file()}
    with opened(classroom) as gradebook:
        return held(gradebook, TP), files


def by_nbgrader(classroom: Classroom) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", TP],
        cwd=classroom.root,
        env=os.environ | {"PYTHONPATH": HERE},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST)),
        text=True,
        capture_output=True,
        check=False,
    )


@pytest.fixture
def rooms(built: Path, tmp_path: Path) -> list[Classroom]:
    """Two classrooms with one secret, so that both are asked the same, and a deadline after which nothing counts."""
    found = []
    for name in ("tp", "nbgrader"):
        shutil.copytree(built, tmp_path / name)
        classroom = Classroom.at(tmp_path / name)
        config = classroom.root / "nbgrader_config.py"
        config.write_text(config.read_text() + ZERO)
        (classroom.own).mkdir(exist_ok=True)
        (classroom.own / "secret").write_bytes(b"s" * 32)
        with opened(classroom) as gradebook:
            gradebook.find_assignment(TP).duedate = datetime.datetime(2026, 3, 1, 13)
            gradebook.db.commit()
        handed_in(classroom)
        found.append(classroom)
    return found


def test_both_ways_come_to_the_same_and_neither_undoes_the_other(rooms: list[Classroom]) -> None:
    ours, theirs = rooms
    tp = ["--classroom", str(ours.root), "grade", TP, "--workers", "2"]
    main(tp)
    for student in SLOW:
        kept = theirs.result(TP, student)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ours.result(TP, student), kept)
    done = by_nbgrader(theirs)
    assert done.returncode == 1  # some cannot be read
    assert "Traceback" not in done.stderr
    first, second = state(ours), state(theirs)
    assert set(first[0]) == set(second[0])
    for student in first[0]:
        assert first[0][student] == second[0][student], student
    assert first[1] == second[1]

    right, late = first[0]["right"], first[0]["renamed"]
    assert right.points == late.points
    assert right.points[TP] > 0
    assert (right.penalties[TP], late.penalties[TP]) == (None, late.points[TP])
    for form in ("below", "two", "beside", "a pipe beside", "a link without end beside", "(0) byte order mark"):
        assert first[0][form].points == right.points, form
    assert {"a pipe", "a broken link", "a link without end", "nothing", "=1+1"}.isdisjoint(first[0])
    assert {Path(name).name for name in first[1]} == {f"{TP}.ipynb", "timestamp.txt", "submission_secret.txt"}

    by_nbgrader(ours)
    assert state(ours) == first
    main(["--classroom", str(theirs.root), *tp[2:]])
    assert state(theirs) == second
