"""What students get, and how it looks to them: lab, demo."""

from __future__ import annotations

import argparse

from autograder.commands.arguments import Commands, workers
from autograder.commands.terminal import console


def add(commands: Commands) -> None:
    """Add these commands."""
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


def _lab(options: argparse.Namespace) -> int:
    from autograder.classroom.handout.lab import lab

    return lab(options.classroom, options.tp, not options.no_browser)


def _demo(options: argparse.Namespace) -> int:
    from autograder.demo import demo

    return demo(options.classroom, options.workers, console)
