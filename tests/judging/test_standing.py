"""Points so far: kept over restarts, for one release, and in the way of nobody."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

import course
from course.judging import standing
from course.judging.checks import check
from tests.shared import EXERCISES, TP

RIGHT = EXERCISES[TP][0]
ALL = sum(exercise.points for exercise in EXERCISES[TP])


@pytest.fixture
def file(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the points are kept; the notebook is beside its checks."""
    monkeypatch.chdir(built / "release" / TP)
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "not yet there" / "progress.json"))
    return tmp_path / "not yet there" / "progress.json"


def unmoved(*arguments: Any) -> Any:
    return arguments[0]


def test_each_check_says_how_far_one_is_and_what_comes_next(file: Path) -> None:
    name, second = RIGHT.name, EXERCISES[TP][1]
    assert f"{RIGHT.points:g} of {ALL:g} points so far by the checks; next: {second.name}." in str(
        check(name, RIGHT.reference)
    )
    assert f"0 of {ALL:g} points so far by the checks; next: {name}." in str(check(name, unmoved))  # the last counts
    for exercise in EXERCISES[TP]:
        report = check(exercise.name, exercise.reference)
    assert f"{ALL:g} of {ALL:g} points so far by the checks: all of them." in report._repr_html_()


def test_another_process_finds_it_again(file: Path) -> None:
    check(RIGHT.name, RIGHT.reference)
    code = "import course; print(course.progress())"
    again = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(course.__file__).parents[1]
    )
    assert again.stdout == f"{course.progress()}\n", again.stderr
    assert f"{RIGHT.name}: {RIGHT.points:g} of {RIGHT.points:g}\n" in again.stdout
    assert again.stdout.count("not checked yet") == len(EXERCISES[TP]) - 1


def test_another_release_starts_anew(file: Path) -> None:
    checks = json.loads(Path("checks.json").read_text())
    standing.keep(checks, RIGHT.name, RIGHT.points)
    found = standing.keep({**checks, "made_from": "another"}, EXERCISES[TP][1].name, 0.0)
    assert found is not None
    assert found.points[RIGHT.name] == (None, RIGHT.points)


def test_what_cannot_be_read_or_written_is_in_nobodys_way(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert str(course.progress()) == "No check was run so far."
    file.parent.mkdir()
    for damaged in (
        "",
        "[]",
        '{"format": 1, "tps": {"x": 3}}',
        '{"format": 1, "tps": {"x": {"most": {"a": "b"}, "points": {}}}}',
    ):
        file.write_text(damaged)
        assert str(course.progress()) == "No check was run so far."
    check(RIGHT.name, RIGHT.reference)
    assert f"{RIGHT.points:g} of {ALL:g}" in str(course.progress())
    monkeypatch.setenv("COURSE_PROGRESS", str(file / "below a file"))
    assert "points so far" not in str(check(RIGHT.name, RIGHT.reference))


def test_it_lies_where_the_system_keeps_the_data_of_programs_and_not_beside_the_notebook(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COURSE_PROGRESS")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    before = set(Path.cwd().iterdir())
    assert standing._path().name == standing.FILE
    assert not standing._path().is_relative_to(Path.cwd())
    assert set(Path.cwd().iterdir()) == before


def test_the_picture_says_in_words_what_it_shows(file: Path) -> None:
    check(RIGHT.name, RIGHT.reference)
    check(EXERCISES[TP][1].name, unmoved)
    page = fromstring(course.progress()._repr_html_())
    drawn = next(page.iter("svg"))
    assert drawn.get("role") == "img"
    assert f"{RIGHT.name}: {RIGHT.points:g} of" in str(drawn.get("aria-label"))
    words = [node.text for node in drawn.iter("text")]
    assert [words[k] for k in range(0, len(words), 2)] == [exercise.name for exercise in EXERCISES[TP]]
    assert words[1::2].count("not checked yet") == len(EXERCISES[TP]) - 2
    widths = [float(str(node.get("width"))) for node in drawn.iter("rect")][1::2]
    assert widths[0] == standing.BAR
    assert not any(widths[1:])
