"""Building a TP: sound sources become a release without solutions, broken ones one clear line."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from autograder.classroom.build import build, from_text
from autograder.classroom.layout import Classroom, source
from autograder.exercises import EXERCISES
from autograder.faults import Fault

TEXT = source("optimizers").read_text(encoding="utf-8")


def solution_lines() -> list[str]:
    """Every line of code that stands between solution marks in the source."""
    blocks = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", TEXT, flags=re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if len(line.strip()) > 12]


def test_the_release_has_every_cell_and_no_solution(built: Path) -> None:
    release = nbformat.read(built / "release" / "optimizers" / "optimizers.ipynb", as_version=4)
    ids = {cell.id for cell in release.cells}
    for exercise in EXERCISES["optimizers"]:
        assert {exercise.name, f"test_{exercise.name}"} <= ids
    text = "\n".join(cell.source for cell in release.cells)
    assert len(solution_lines()) > 20
    for line in solution_lines():
        assert line not in text
    assert "autograder" not in text
    stubs = [cell for cell in release.cells if cell.id in {exercise.name for exercise in EXERCISES["optimizers"]}]
    assert all("raise NotImplementedError" in cell.source for cell in stubs)


def test_points_add_up_to_twenty(built: Path) -> None:
    release = nbformat.read(built / "release" / "optimizers" / "optimizers.ipynb", as_version=4)
    cells = [cell.metadata.get("nbgrader", {}) for cell in release.cells]
    assert sum(cell["points"] for cell in cells if cell.get("grade")) == 20


def test_the_release_is_a_valid_notebook_for_the_kernel_that_students_have(built: Path) -> None:
    release = nbformat.read(built / "release" / "optimizers" / "optimizers.ipynb", as_version=4)
    nbformat.validate(release)
    assert release.metadata.kernelspec.name == "python3"


def test_building_again_gives_the_same_release(classroom: Classroom) -> None:
    release = classroom.release("optimizers")
    before = release.read_bytes(), (release.parent / "checks.json").read_bytes()
    build(classroom, "optimizers", source("optimizers"))
    assert (release.read_bytes(), (release.parent / "checks.json").read_bytes()) == before


BROKEN: dict[str, tuple[Callable[[str], str], str]] = {
    "a syntax error": (lambda t: t.replace("return theta - eta * grad", "return theta -", 1), "line"),
    "two cells of one id": (
        lambda t: t.replace('"grade_id": "test_adam_step"', '"grade_id": "test_step_decay"'),
        "two",
    ),
    "a missing cell": (lambda t: t.replace("adam_step", "adan_step"), "one of them is missing"),
    "other points": (lambda t: t.replace('"points": 4', '"points": 5'), "add up to 4"),
    "incomplete metadata": (lambda t: t.replace('"locked": false, ', "", 1), "lack locked"),
    "no solution marks": (lambda t: t.replace("### BEGIN SOLUTION", "### BEGIN", 1), "### BEGIN SOLUTION"),
    "no end of a solution": (lambda t: t.replace("### END SOLUTION", "### END", 1), "### END SOLUTION"),
    "a function of another name": (
        lambda t: t.replace("def momentum_step(", "def momentum(", 1),
        "cell momentum_step: it defines no momentum_step",
    ),
    "points below zero": (lambda t: t.replace('"points": 3, "solution": true', '"points": -3, "solution": true'), "-3"),
    "an error behind a magic": (lambda t: t.replace("figures.use_style()", "%time\nfigures.use_style("), "line 9"),
    "not a text notebook": (lambda t: "PK\x03\x04" + t, "cell cell-0, line"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_source_is_one_line_that_says_where(kind: str, tmp_path: Path, classroom: Classroom) -> None:
    spoil, says = BROKEN[kind]
    path = tmp_path / "optimizers.py"
    path.write_text(spoil(TEXT), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != TEXT
    before = classroom.release("optimizers").read_bytes()
    with pytest.raises(Fault) as fault:
        build(classroom, "optimizers", path)
    assert says in str(fault.value)
    assert "\n" not in str(fault.value)
    assert classroom.release("optimizers").read_bytes() == before


def test_a_tp_without_exercises_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "volatility.py"
    path.write_text(TEXT, encoding="utf-8")
    with pytest.raises(Fault, match="knows no TP 'volatility'"):
        from_text("volatility", path)
