"""`tp lab`: JupyterLab as a student meets it, with the lectures and copies of the TPs to work on."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import jupytext
from nbformat import NotebookNode

import course
from autograder.classroom.build import build
from autograder.classroom.layout import Classroom, source, tps, write

# The teacher's side of nbgrader has no place on a student's screen; Validate stays.
HIDDEN = tuple(
    f"@jupyter/nbgrader:{name}"
    for name in ("formgrader", "course-list", "assignment-list", "create-assignment", "menu")
)
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


def lab(root: Path, tp: str, browser: bool) -> int:
    """Prepare the work folder, open `tp` in it and run JupyterLab until it is closed. Returns its exit code."""
    source(tp)  # is there such a TP?
    classroom = Classroom.made_at(root)
    for name in tps():
        if not (classroom.root / "release" / name / f"{name}.ipynb").is_file():
            print(f"building {name} ...")
            build(classroom, name, source(name))
        work = prepare(classroom, name)
    command = [sys.executable, "-m", "jupyter", "lab", "--ServerApp.root_dir", str(work)]
    command += [f"--LabApp.default_url=/lab/tree/{tp}/{tp}.ipynb"] + ["--no-browser"] * (not browser)
    return subprocess.call([*command, "--allow-root"] if os.geteuid() == 0 else command, env=environment(work))


def prepare(classroom: Classroom, tp: str) -> Path:
    """Make the work folder; returns it. Work that is there is never overwritten."""
    work = classroom.root / "lab"
    if not (work / tp).exists():
        shutil.copytree(classroom.release(tp).parent, work / tp)
    for lecture in sorted((Path(course.__file__).parent / "lectures").glob("*.md")):
        notebook = work / "lectures" / f"{lecture.stem}.ipynb"
        if not notebook.exists() or notebook.stat().st_mtime < lecture.stat().st_mtime:
            notebook.parent.mkdir(parents=True, exist_ok=True)
            jupytext.write(for_lab(jupytext.read(lecture)), notebook)
    settings = work / ".jupyter" / "labconfig"
    write(settings / "page_config.json", json.dumps({"disabledExtensions": {e: True for e in HIDDEN}}))
    write(settings / "default_setting_overrides.json", json.dumps(QUIET))
    return work


def for_lab(lecture: NotebookNode) -> NotebookNode:
    """The lecture with its links to other lectures turned to notebooks, and the code that only proves folded away."""
    for cell in lecture.cells:
        if cell.cell_type == "markdown":
            cell.source = re.sub(r"\]\((\w+)\.md", r"](\1.ipynb", cell.source)
        if "hide-input" in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True}
    return lecture


def environment(work: Path) -> dict[str, str]:
    """The environment of the server: its settings beside the work, the commands of this installation on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"JUPYTER_CONFIG_DIR": str(work / ".jupyter"), "PATH": path}
