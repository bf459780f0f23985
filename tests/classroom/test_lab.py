"""The work folder of `tp lab`: everything a student needs, nothing of the grader, and no work overwritten."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from autograder.classroom.handout.lab import prepare
from autograder.classroom.layout import Classroom
from course.start import server
from tests.shared import TP


def hidden(work: Path) -> set[str]:
    config = json.loads((work / server.SETTINGS / "labconfig" / "page_config.json").read_text(encoding="utf-8"))
    return {name.partition(":")[2] for name, off in config["disabledExtensions"].items() if off}


def test_the_work_folder_holds_nothing_of_the_grader(classroom: Classroom) -> None:
    work = prepare(classroom, [TP])
    assert (work / TP / "checks.json").is_file()
    assert (work / "lectures" / "index.ipynb").is_file()
    assert not [path for path in work.rglob("*") if "autograder" in path.name or path.suffix == ".db"]


def test_preparing_again_keeps_the_students_work(classroom: Classroom) -> None:
    notebook = prepare(classroom, [TP]) / TP / f"{TP}.ipynb"
    notebook.write_text("my work")
    prepare(classroom, [TP])
    assert notebook.read_text() == "my work"


def test_fetch_and_submit_are_shown_where_there_is_an_exchange(
    classroom: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """nbgrader reads its configuration where the server would find it."""
    place = tmp_path / "config"
    place.mkdir()
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", str(place))
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "exchange"
    (place / "nbgrader_config.py").write_text(f"c = get_config()\nc.Exchange.root = {os.fspath(root)!r}\n")
    teachers = {"formgrader", "course-list", "create-assignment"}
    assert hidden(prepare(classroom, [TP])) - {""} == teachers | {"assignment-list", "menu"}
    root.mkdir()
    assert hidden(prepare(classroom, [TP])) - {""} == teachers
