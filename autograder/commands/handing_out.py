"""What students get, and how it looks to them: handout, lab, demo."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.arguments import Commands, check_folder, workers
from autograder.commands.terminal import console


def add(commands: Commands) -> None:
    """Add these commands."""
    handout = commands.add(
        "handout",
        _handout,
        "Write one zip for students: the notebook, its checks, the lectures, the course, and a page to begin with.",
        "tp handout optimizers",
        "tp handout optimizers --out ~/optimizers.zip",
    )
    handout.add_argument("tp")
    handout.add_argument("--out", type=Path, metavar="ZIP", help="write to this file (default: handout/<TP>.zip)")
    lab = commands.add(
        "lab",
        _lab,
        "Open JupyterLab with the lectures and a TP to work on.",
        "tp lab",
        "tp lab optimizers --no-browser",
    )
    lab.add_argument("tp", nargs="?", help="which one to open (default: the first that needs no other)")
    lab.add_argument("--no-browser", action="store_true", help="start the server only")
    demo = commands.add(
        "demo",
        _demo,
        "Grade a class of made-up students, from the build to the feedback.",
        "tp --classroom /tmp/demo demo",
    )
    workers(demo)


def _handout(options: argparse.Namespace) -> int:
    from autograder.classroom.handout.zipped import handout
    from autograder.classroom.layout import Classroom
    from autograder.content import finding

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    check_folder("--out", options.out)
    tps = finding.found(classroom.sources)
    title = tps[options.tp].title if options.tp in tps else options.tp
    path = handout(classroom, options.tp, title, options.out)
    print(f"{options.tp}: written to {path} ({path.stat().st_size / 2**20:.1f} MB); it is what students get")
    return 0


def _lab(options: argparse.Namespace) -> int:
    from autograder.classroom.handout.lab import lab

    return lab(options.classroom, options.tp, not options.no_browser)


def _demo(options: argparse.Namespace) -> int:
    from autograder.demo import demo

    return demo(options.classroom, options.workers, console)
