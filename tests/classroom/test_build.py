"""Building a TP: sound sources become a release without solutions, broken ones one clear line."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from autograder.classroom.handout.build import build
from autograder.classroom.handout.new import new
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom
from autograder.content import finding
from autograder.content import tp as settings
from autograder.faults import Fault
from course.judging.checks import FILE
from tests.shared import EXERCISES, TP, TPS

TEXT = TPS[TP].notebook.read_text(encoding="utf-8")


def solution_lines() -> list[str]:
    """Every line of code that stands between solution marks in the source."""
    blocks = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", TEXT, flags=re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if len(line.strip()) > 12]


def test_the_release_has_every_cell_and_no_solution(built: Path) -> None:
    release = read(built / "release" / TP / f"{TP}.ipynb")
    ids = {cell.id for cell in release.cells}
    for exercise in EXERCISES[TP]:
        assert {exercise.name, f"test_{exercise.name}"} <= ids
    text = "\n".join(cell.source for cell in release.cells)
    assert len(solution_lines()) > 20
    for line in solution_lines():
        assert line not in text
    assert "autograder" not in text
    stubs = [cell for cell in release.cells if cell.id in {exercise.name for exercise in EXERCISES[TP]}]
    assert all("raise NotImplementedError" in cell.source for cell in stubs)


def test_the_points_of_the_cells_are_those_of_the_exercises(built: Path) -> None:
    release = read(built / "release" / TP / f"{TP}.ipynb")
    points = {cell.id: cell.metadata.nbgrader.get("points") for cell in release.cells if "nbgrader" in cell.metadata}
    assert {exercise.name: points[f"test_{exercise.name}"] for exercise in EXERCISES[TP]} == {
        exercise.name: exercise.points for exercise in EXERCISES[TP]
    }


def test_the_release_is_a_valid_notebook_for_the_kernel_that_students_have(built: Path) -> None:
    release = nbformat.read(built / "release" / TP / f"{TP}.ipynb", as_version=4)
    nbformat.validate(release)
    assert release.metadata.kernelspec.name == "python3"


def test_building_again_gives_the_same_release(classroom: Classroom) -> None:
    release = classroom.release(TP)
    before = release.read_bytes(), (release.parent / "checks.json").read_bytes()
    build(classroom, TP, TPS)
    assert (release.read_bytes(), (release.parent / "checks.json").read_bytes()) == before


def renamed(text: str) -> str:
    return text.replace('"grade_id": "adam_step"', '"grade_id": "adan_step"')


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "a syntax error": (lambda t: t.replace("return theta - eta * grad", "return theta -", 1), "line"),
    "two cells of one id": (
        lambda t: t.replace('"grade_id": "test_adam_step"', '"grade_id": "test_step_decay"'),
        "two",
    ),
    "a missing solution": (renamed, "needs a cell with the grade_id adam_step"),
    "a missing test": (lambda t: t.replace('"test_adam_step"', '"test_adan_step"'), "grade_id test_adam_step"),
    "incomplete metadata": (lambda t: t.replace('"locked": false, ', "", 1), "lack locked"),
    "no solution marks": (lambda t: t.replace("### BEGIN SOLUTION", "### BEGIN", 1), "### BEGIN SOLUTION"),
    "no end of a solution": (lambda t: t.replace("### END SOLUTION", "### END", 1), "### END SOLUTION"),
    "a function of another name": (
        lambda t: t.replace("def momentum_step(", "def momentum(", 1),
        "cell momentum_step: it defines no momentum_step",
    ),
    "points below zero": (lambda t: t.replace('"points": ', '"points": -'), "give 0 or more"),
    "an error behind a magic": (
        lambda t: t.replace("figures.use_style()", "%time\nfigures.use_style("),
        "cell setup, line 9",
    ),
    "not a text notebook": (lambda t: "PK\x03\x04" + t, "cell cell-0, line"),
}


def test_what_an_earlier_build_wrote_goes_and_what_somebody_put_there_stays(tmp_path: Path) -> None:
    mine = new("mine", tmp_path / "tps" / "mine")
    (mine / "public").mkdir(exist_ok=True)
    (mine / "public" / "old_ways.py").write_text("")
    classroom = Classroom.made_at(tmp_path / "classroom")
    build(classroom, "mine", finding.found([mine.parent]))
    released, source = classroom.root / "release" / "mine", classroom.root / "source" / "mine"
    (source / "prices.csv").write_text("1,2\n")
    assert (released / "old_ways.py").is_file()
    (mine / "public" / "old_ways.py").unlink()
    build(classroom, "mine", finding.found([mine.parent]))
    assert not (released / "old_ways.py").exists()
    assert (source / "prices.csv").is_file()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Path]:
    """A copy of the TP's folder."""
    without = shutil.ignore_patterns("tests", "sample_class", "__pycache__")
    yield shutil.copytree(TPS[TP].folder, tmp_path / TP, ignore=without)
    finding.ready(TPS[TP], TPS)


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_source_is_one_line_that_says_where(kind: str, own: Path, classroom: Classroom) -> None:
    spoil, says = BROKEN[kind]
    path = own / TPS[TP].notebook.name
    path.write_text(spoil(TEXT), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != TEXT
    before = classroom.release(TP).read_bytes()
    with pytest.raises(Fault) as fault:
        build(classroom, TP, {**TPS, TP: settings.read(own)})
    assert says in str(fault.value)
    assert str(path) in str(fault.value)
    assert "\n" not in str(fault.value)
    assert classroom.release(TP).read_bytes() == before


def test_the_checks_are_drawn_anew_when_the_tp_has_changed_and_only_then(tmp_path: Path) -> None:
    folder = new("mine", tmp_path)
    classroom = Classroom.made_at(tmp_path / "classroom")

    def built() -> str:
        tps = finding.found([folder])
        build(classroom, "mine", tps)
        return (classroom.root / "source" / "mine" / FILE).read_text(encoding="utf-8")

    checks = classroom.root / "source" / "mine" / FILE
    first = built()
    marked = json.loads(first) | {"kept": True}
    checks.write_text(json.dumps(marked))
    assert json.loads(built()) == marked
    other = settings.read(new("other", tmp_path))
    assert finding.ready(other, {"other": other}).exercises
    assert json.loads(built()) == marked, "another TP, which it does not use, changes nothing"
    exercise = folder / "exercises" / "log_returns.py"
    exercise.write_text(exercise.read_text().replace("0.02, size", "0.03, size"))
    again = built()
    assert "kept" not in json.loads(again)
    assert again != first
