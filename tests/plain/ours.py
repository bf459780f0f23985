"""The same assignments in a classroom of ours, graded by `tp grade` and by nbgrader's own command."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from nbgrader.apps import NbGraderAPI

from autograder.classroom import convert
from autograder.classroom.layout import Classroom
from autograder.cli import main
from tests.plain.material import NAMES, hand_in, put_source, students
from tests.shared import made_once


def handed_in(once: Path) -> Path:
    """A classroom with all assignments, built and handed in, none graded; not to be changed."""

    def make(root: Path) -> None:
        for name in NAMES:
            put_source(root, name)
            assert main(["--classroom", str(root), "build", name]) == 0
            hand_in(root, name)

    return made_once(once, "plain", make)


def by_tp(root: Path, name: str, *options: str) -> None:
    """Grade with `tp grade`."""
    command = ["--classroom", str(root), "grade", name, "--workers", "2", "--json", str(root / f"{name}.json")]
    assert main([*command, *options]) == 0


def said(root: Path, name: str) -> dict[str, dict[str, Any]]:
    """What `tp grade --json` said, by student."""
    return {result["student"]: result for result in json.loads((root / f"{name}.json").read_text(encoding="utf-8"))}


def graded(once: Path) -> Path:
    """The same classroom, graded with `tp grade`; not to be changed."""

    def make(root: Path) -> None:
        shutil.copytree(handed_in(once), root)
        for name in NAMES:
            by_tp(root, name)

    return made_once(once, "plain-graded", make)


def by_nbgrader(root: Path, name: str, shell: bool) -> None:
    """Grade with `nbgrader autograde` in a shell, as an instructor would; or else as the Formgrader's button does."""
    if not shell:
        api = NbGraderAPI(config=convert.configuration(Classroom.at(root)))
        with convert.quiet():
            assert all(api.autograde(name, student)["success"] for student in students(name))
        return
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "autograde", name],
        cwd=root,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def graded_by_nbgrader(once: Path, name: str, shell: bool) -> Path:
    """A classroom of which one assignment is graded by nbgrader; not to be changed."""

    def make(root: Path) -> None:
        shutil.copytree(handed_in(once), root)
        by_nbgrader(root, name, shell)

    return made_once(once, f"plain-nbgrader-{name}", make)
