"""What is said of optimizers, tested by training."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.arguments import Commands
from autograder.commands.terminal import console, wide
from autograder.faults import Fault, WrongUsage, did_you_mean


def add(commands: Commands) -> None:
    """Add this command."""
    compare = commands.add(
        "compare",
        _compare,
        "Test what is said of optimizers by training, and show how not to.",
        "tp compare --list",
        "tp compare dense --full",
    )
    compare.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help="default: all; --list names them")
    compare.add_argument("--list", action="store_true", help="name the experiments and the claims that they test")
    compare.add_argument("--full", action="store_true", help="more data, seeds and rates than the minutes' version")
    compare.add_argument(
        "--out", type=Path, default=Path("build/compare"), help="the folder for results (default: build/compare)"
    )


def _compare(options: argparse.Namespace) -> int:
    from course.experiments.comparison.claims import read
    from course.experiments.comparison.study import listing, study
    from course.experiments.studies import EXPERIMENTS

    if unknown := [name for name in options.experiments if name not in EXPERIMENTS]:
        meant = f"{near} " if (near := did_you_mean(unknown[0], EXPERIMENTS)) else ""
        raise WrongUsage(f"there is no experiment {unknown[0]!r}; {meant}there are {', '.join(EXPERIMENTS)}")
    out = wide()
    try:
        claims = read(EXPERIMENTS)
        if options.list:
            out.print(listing(EXPERIMENTS, claims))
            return 0
        for name in dict.fromkeys(options.experiments or EXPERIMENTS):
            study(EXPERIMENTS[name], claims, options.out, out, console, quick=not options.full)
    except (ValueError, ImportError) as error:
        raise Fault(str(error)) from None
    return 0
