"""What students get in one zip, and how a corrected TP reaches those who have begun."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from autograder.classroom.collect.collect import collect
from autograder.classroom.grading.gradebook import held, opened
from autograder.classroom.intake.cells import grade_id
from autograder.classroom.layout import Classroom
from autograder.cli import main
from course.start import unpacked
from course.start.console import FOLDER
from course.start.console import main as course
from tests.shared import TP

MINE = "mine"
RIGHT = "def log_returns(prices):\n    prices = np.asarray(prices)\n    return np.log(prices[1:] / prices[:-1])"


def test_the_zip_holds_the_release_the_lectures_the_course_and_a_page(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--classroom", str(classroom.root), "handout", TP]) == 0
    path = classroom.root / "handout" / f"{TP}.zip"
    assert str(path) in capsys.readouterr().out
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "of a student")
    folder = tmp_path / "of a student" / TP
    for file in (classroom.root / "release" / TP).iterdir():  # which the exchange hands out
        got = folder / FOLDER / TP / file.name
        if file.suffix == ".ipynb":
            assert nbformat.read(got, 4).cells == nbformat.read(file, 4).cells
        else:
            assert got.read_bytes() == file.read_bytes()
    assert len(list((folder / FOLDER / "lectures").rglob("*.ipynb"))) > 10
    (wheel,) = folder.glob("*.whl")
    page = (folder / "START_HERE.html").read_text(encoding="utf-8")
    for code in re.findall(r"<code>(.*?)</code>", page, flags=re.DOTALL):
        for name in re.findall(rf"{FOLDER}[\w\\/.-]+|[\w.-]+\.whl", html.unescape(code)):
            assert (folder / name.replace(chr(92), "/")).exists(), name
    text = f"import sys; sys.path[0] = {str(wheel)!r}; import course.judging; print(course.__file__)"
    done = subprocess.run([sys.executable, "-c", text], cwd=folder, capture_output=True, text=True, check=True)
    assert wheel.name in done.stdout
    before = path.read_bytes()
    assert main(["--classroom", str(classroom.root), "handout", TP]) == 0
    assert path.read_bytes() == before


@pytest.fixture
def begun(tmp_path: Path) -> tuple[Classroom, Path]:
    """A small TP of one's own that was handed out, and the folder of a student who has begun."""
    assert main(["new", MINE, "--into", str(tmp_path)]) == 0
    classroom = Classroom.made_at(tmp_path / "classroom")
    tp(classroom, "build", MINE, "--sources", str(tmp_path / MINE))
    tp(classroom, "handout", MINE)
    with zipfile.ZipFile(classroom.root / "handout" / f"{MINE}.zip") as archive:
        archive.extractall(tmp_path / "student")
    return classroom, tmp_path / "student" / MINE / FOLDER


def tp(classroom: Classroom, *command: str) -> None:
    assert main(["--classroom", str(classroom.root), *command]) == 0


def notebook_in(folder: Path) -> NotebookNode:
    return nbformat.read(folder / MINE / f"{MINE}.ipynb", 4)


def marks(classroom: Classroom) -> dict[str, float]:
    with opened(classroom) as gradebook:
        return {student: one.points[MINE] for student, one in held(gradebook, MINE).items()}


def test_a_correction_reaches_those_who_have_begun_and_old_hand_ins_are_still_graded(
    begun: tuple[Classroom, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    classroom, folder = begun
    notebook = notebook_in(folder)
    solution = next(cell for cell in notebook.cells if grade_id(cell) == "log_returns")
    solution.source = RIGHT
    solution.outputs = [nbformat.v4.new_output("stream", text="my own run")]
    notebook.cells.insert(2, new_markdown_cell("a note of mine"))
    notebook.cells.append(new_code_cell("1 + 1"))
    nbformat.write(notebook, folder / MINE / f"{MINE}.ipynb")
    inbox = tmp_path / "inbox" / "old"
    shutil.copytree(folder / MINE, inbox)
    collect(classroom, MINE, tmp_path / "inbox")
    tp(classroom, "grade", MINE)
    before = marks(classroom)["old"]

    text = (tmp_path / MINE / f"{MINE}.py").read_text(encoding="utf-8")
    heading = re.findall(r"^# # (.+)$", text, flags=re.MULTILINE)[0]
    (tmp_path / MINE / f"{MINE}.py").write_text(text.replace(heading, "A typo less"), encoding="utf-8")
    settings = tmp_path / MINE / "tp.toml"
    plain = re.sub(r"(?ms)^\[points\].*?(?=^\[|\Z)", "", settings.read_text(encoding="utf-8"))
    settings.write_text(f"{plain}\n[points]\nlog_returns = 7\n", encoding="utf-8")
    tp(classroom, "build", MINE)
    tp(classroom, "handout", MINE)
    assert course(["update", str(classroom.root / "handout" / f"{MINE}.zip"), str(folder)]) == 0
    assert f"{MINE}/{MINE}.ipynb: corrected" in capsys.readouterr().out

    after = notebook_in(folder)
    sources = [cell.source for cell in after.cells]
    assert any("A typo less" in source for source in sources)
    assert not any(heading in source for source in sources)
    assert sources[2] == "a note of mine"
    assert sources[-1] == "1 + 1"
    mine = next(cell for cell in after.cells if grade_id(cell) == "log_returns")
    assert (mine.source, mine.outputs[0].text) == (RIGHT, "my own run")
    assert next(cell for cell in after.cells if grade_id(cell) == "test_log_returns").metadata.nbgrader.points == 7
    kept = json.loads((folder / ".course" / "before" / f"{MINE}.ipynb.json").read_text(encoding="utf-8"))
    assert [cell["id"] for cell in kept["cells"]] == [cell.id for cell in notebook.cells]
    assert course(["update", str(classroom.root / "handout" / f"{MINE}.zip"), str(folder)]) == 0
    assert notebook_in(folder) == after  # a second time changes nothing

    shutil.copytree(folder / MINE, tmp_path / "inbox" / "new")
    collect(classroom, MINE, tmp_path / "inbox")
    tp(classroom, "grade", MINE)
    now = marks(classroom)
    assert now["old"] == now["new"] != before

    settings.write_text(f"{plain}\n[points]\nlog_returns = 0\n", encoding="utf-8")  # withdrawn: practice from now on
    tp(classroom, "build", MINE)
    tp(classroom, "grade", MINE)
    withdrawn = marks(classroom)
    assert withdrawn["old"] == withdrawn["new"] == now["old"] - 7


def test_what_is_no_hand_out_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    unpacked.unpack(folder, {}, lectures=False)
    (tmp_path / "x.zip").write_text("no zip")
    assert course(["update", str(tmp_path / "x.zip"), str(folder)]) == 2
    assert "is no zip that can be read" in capsys.readouterr().err
    assert course(["update", str(tmp_path / "x.zip"), str(tmp_path)]) == 2
    assert "is no folder of the course" in capsys.readouterr().err
