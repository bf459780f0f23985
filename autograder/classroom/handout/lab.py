"""`tp lab`: JupyterLab as a student meets it, with the lectures and copies of the TPs to work on."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import jupytext
from nbformat import NotebookNode

import course
from autograder.classroom.handout.build import build
from autograder.classroom.layout import Classroom, write
from autograder.content import finding
from autograder.content.tp import TP
from autograder.faults import WrongUsage

# The teacher's side of nbgrader has no place on a student's screen; Validate stays.
HIDDEN = tuple(
    f"@jupyter/nbgrader:{name}"
    for name in ("formgrader", "course-list", "assignment-list", "create-assignment", "menu")
)
QUIET = {"@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}}


def lab(root: Path, tp: str | None, browser: bool) -> int:
    """Prepare the work folder, open `tp` in it and run JupyterLab until it is closed. Returns its exit code."""
    here = Classroom.made_at(root) if (root / "nbgrader_config.py").is_file() else None
    tps = finding.found(here.sources if here else ())
    tp = tp or first(tps)
    if tp not in tps:
        raise WrongUsage(finding.no_such(tp, tps))
    classroom = Classroom.made_at(root)
    for name in tps:
        if not (classroom.root / "release" / name / f"{name}.ipynb").is_file():
            print(f"building {name} ...")
            build(classroom, name, tps)
        work = prepare(classroom, name)
    command = [sys.executable, "-m", "jupyter", "lab", "--ServerApp.root_dir", str(work)]
    command += [f"--LabApp.default_url=/lab/tree/{tp}/{tp}.ipynb"] + ["--no-browser"] * (not browser)
    return subprocess.call([*command, "--allow-root"] if os.geteuid() == 0 else command, env=environment(work))


def first(tps: Mapping[str, TP]) -> str:
    """The id of the TP to begin with: the first that needs no other. WrongUsage if there is none."""
    if not tps:
        raise WrongUsage("there is no TP here: a TP is a folder with a tp.toml; `tp new NAME` writes one")
    return next((id for id, tp in tps.items() if not tp.uses), next(iter(tps)))


def prepare(classroom: Classroom, tp: str) -> Path:
    """Make the work folder; returns it. Work that is there is never overwritten."""
    work = classroom.root / "lab"
    if not (work / tp).exists():
        shutil.copytree(classroom.released(tp), work / tp)
    lectures = Path(course.__file__).parent / "lectures"
    for lecture in sorted(lectures.rglob("*.md")):
        notebook = work / "lectures" / lecture.relative_to(lectures).with_suffix(".ipynb")
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
            cell.source = re.sub(r"\]\(([\w./]+)\.md", r"](\1.ipynb", cell.source)
        if "hide-input" in cell.metadata.get("tags", []):
            cell.metadata["jupyter"] = {"source_hidden": True}
    return lecture


def environment(work: Path) -> dict[str, str]:
    """The environment of the server: its settings beside the work, the commands of this installation on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    return os.environ | {"JUPYTER_CONFIG_DIR": str(work / ".jupyter"), "PATH": path}
