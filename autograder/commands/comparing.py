"""What in a class is more alike than the exercise makes it, for a person to judge."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from autograder.commands.arguments import Commands, check_folder, count, workers
from autograder.commands.terminal import console, note, wide
from autograder.faults import WrongUsage

if TYPE_CHECKING:
    from autograder.classroom.layout import Classroom
    from autograder.classroom.similarity.matches import Compared

LEAST = 20  # of a made class: fewer show nothing


def add(commands: Commands) -> None:
    """Add these commands."""
    similar = commands.add(
        "similar",
        _similar,
        "Show which hand-ins have more in common than the exercise asks for, and how surprising that is.",
        "tp similar optimizers --html similar.html",
        "tp similar optimizers --beside ../classroom-2025",
        "tp similar optimizers --made 1000",
    )
    similar.add_argument("tp")
    similar.add_argument("--html", type=Path, help="write one page with the texts side by side to this file")
    similar.add_argument("--json", type=Path, help="write the pairs to this file")
    similar.add_argument(
        "--beside",
        type=Path,
        action="append",
        default=[],
        metavar="FOLDER",
        help="an earlier classroom to compare with as well; may be given more than once",
    )
    similar.add_argument(
        "--made", type=count, metavar="N", help="try it on a made class of N with planted copies, instead of yours"
    )
    workers(similar)


def _similar(options: argparse.Namespace) -> int:
    from autograder.classroom.layout import Classroom, write
    from autograder.classroom.similarity.pairs_page import as_json, basis, conclusion, page
    from autograder.classroom.similarity.similar import similar

    idle = [name for name in ("html", "json", "beside") if getattr(options, name)] if options.made else []
    if idle:
        raise WrongUsage(f"--made compares a made class and does not use --{idle[0]}; leave it out")
    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    if options.made:
        return _made(classroom, options)
    check_folder("--html", options.html)
    check_folder("--json", options.json)
    came = similar(classroom, options.tp, options.beside, options.workers, console)
    for told in came.notes:
        note(f"note: {told}")
    written = {
        options.html: page(options.tp, came.found, came.notes) if options.html else "",
        options.json: json.dumps(as_json(options.tp, came.found, came.notes), indent=1) if options.json else "",
    }
    for path, text in written.items():
        if path:
            write(path, text)
            print(f"{options.tp}: written to {path}")
    if not (options.html or options.json):
        if came.found.pairs:
            wide().print(_table(options.tp, came.found))
        if not came.found.too_few:
            print(basis(came.found))
    print(f"{options.tp}: {conclusion(came.found)}")
    return 0


def _table(tp: str, found: Compared) -> Table:
    from autograder.classroom.similarity.pairs_page import kinds, rarity

    shown = Table(title=f"{tp}: hand-ins that are alike", title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in ("hand-in", "hand-in", "by chance alone", "shared"):
        shown.add_column(heading)
    for pair in found.pairs:
        shown.add_row(Text(pair.one.name), Text(pair.other.name), rarity(pair.expected), kinds(pair))
    return shown


def _made(classroom: Classroom, options: argparse.Namespace) -> int:
    from autograder.classroom.similarity.similar import tried

    if options.made < LEAST:
        raise WrongUsage(f"--made {options.made} is too few to show anything: give {LEAST} or more")
    started = time.monotonic()
    with console.status("a class is made and compared ..."):
        came = tried(classroom, options.tp, options.made)
    print(
        f"{options.tp}: a made class of {options.made}, with names changed and lines exchanged in the copies:\n"
        f"  copies of everything    {came.whole} of {came.of_whole} found\n"
        f"  copies of every second  {came.half} of {came.of_half} found\n"
        f"  pairs shown in vain     {came.in_vain}\n"
        f"in {time.monotonic() - started:.0f} s"
    )
    return 0
