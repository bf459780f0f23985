"""`tp lab`: JupyterLab as a student meets it, with the lectures and copies of the TPs to work on."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from autograder.classroom.handout.build import build
from autograder.classroom.layout import Classroom
from autograder.content import finding
from autograder.faults import WrongUsage
from course.start import server, unpacked
from course.start.start_page import NAME


def lab(root: Path, tp: str | None, browser: bool) -> int:
    """Prepare the work folder and run JupyterLab in it until it is closed, with `tp` or the start page open.

    Returns its exit code.
    """
    here = Classroom.made_at(root) if (root / "nbgrader_config.py").is_file() else None
    tps = finding.found(here.sources if here else ())
    if not tps:
        raise WrongUsage("there is no TP here: a TP is a folder with a tp.toml; `tp new NAME` writes one")
    if tp is not None and tp not in tps:
        raise WrongUsage(finding.no_such(tp, tps))
    classroom = Classroom.made_at(root)
    for name in tps:
        if not (classroom.root / "release" / name / f"{name}.ipynb").is_file():
            print(f"building {name} ...")
            build(classroom, name, tps)
    work = prepare(classroom, tps)
    return server.serve(work, f"{tp}/{tp}.ipynb" if tp else NAME, browser)


def prepare(classroom: Classroom, tps: Iterable[str]) -> Path:
    """Make the work folder; returns it. Work that is there is never overwritten."""
    work = classroom.root / "lab"
    for name in unpacked.unpack(work, {tp: classroom.released(tp) for tp in tps}).kept:
        print(f"{name}: was changed here and stays; rename it and start again for the one of this version")
    server.prepare(work)
    return work
