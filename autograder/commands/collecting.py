"""Who hands in, and what: collecting, and students by their names."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.arguments import Commands
from autograder.commands.terminal import note
from autograder.counted import counted
from autograder.harmless import line

MOST_NAMED = 200  # of each kind


def add(commands: Commands) -> None:
    """Add these commands."""
    collect = commands.add(
        "collect",
        _collect,
        "Take what Moodle, Canvas, Gradescope or nbgrader's exchange gives into submitted/, by the roster.",
        "tp collect optimizers submissions.zip --sheet grading_worksheet.csv",
        "tp collect optimizers ~/Downloads/optimizers/",
    )
    collect.add_argument("tp")
    collect.add_argument("place", type=Path, metavar="ZIP|FOLDER", help="the zip, or what it was unpacked to")
    collect.add_argument(
        "--sheet",
        type=Path,
        metavar="CSV",
        help="Moodle's grading worksheet, or another table with a column of who and one of when",
    )
    student = commands.add(
        "student",
        _student,
        "Rename a student or remove one, with all that is kept of them.",
        "tp student rename ada.byron ada.lovelace",
        "tp student remove ada.lovelace",
    )
    what = student.add_subparsers(required=True, metavar="WHAT", dest="what")
    renamed = what.add_parser("rename", help="in submitted/, autograded/, feedback/, the kept results, the gradebook")
    renamed.add_argument("old", help="the name of the folder in submitted/")
    renamed.add_argument("new", help="the name that it gets; nobody may have it yet")
    removed = what.add_parser("remove", help="from the same places, for all TPs; nothing is left behind")
    removed.add_argument("name", help="the name of the folder in submitted/")


def _collect(options: argparse.Namespace) -> int:
    from autograder.classroom.collect.collect import collect
    from autograder.classroom.collect.sheet import read
    from autograder.classroom.layout import Classroom

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    came = collect(classroom, options.tp, options.place, read(options.sheet) if options.sheet else None)
    for what, told in (
        ("belongs to nobody and was not collected", came.nobody),
        ("handed in twice and was not collected", came.twice),
        ("was not collected", came.refused),
    ):
        _name(what, told, "red")
    _name("left out", came.left_out)
    _name("has a later hand-in here, which stays", came.older)
    _name("is late, says the system, and nothing says by how much: give the times as --sheet", came.late)
    _name("has handed in nothing", [person.shown for person in came.missing])
    if came.untimed:
        note(
            f"note: of {counted(len(came.untimed), 'hand-in')} nothing says when: these are in time; --sheet has times"
        )
    there = len(came.new) + len(came.replaced) + len(came.same) + len(came.older)
    print(
        f"{options.tp}: {counted(there, 'hand-in')}: {len(came.new)} new, {len(came.replaced)} replaced, "
        f"{len(came.same) + len(came.older)} as before; {len(came.missing)} missing"
    )
    return 1 if came.nobody or came.twice or came.refused else 0


def _name(what: str, told: list[str], style: str = "yellow") -> None:
    """Say of each what is the matter, at most so many."""
    for one in told[:MOST_NAMED]:
        note(f"{what}: {line(one)}", style)
    if len(told) > MOST_NAMED:
        note(f"{what}: and {len(told) - MOST_NAMED} more", style)


def _student(options: argparse.Namespace) -> int:
    from autograder.classroom.layout import Classroom
    from autograder.classroom.rules import FILE as RULES
    from autograder.classroom.rules import rules
    from autograder.classroom.students import remove, rename

    classroom = Classroom.at(options.classroom)
    if options.what == "rename":
        for place in rename(classroom, options.old, options.new):
            print(f"renamed in {place}")
        print(f"{options.old} is {options.new} now; the next `tp grade` grades what they handed in under this name")
    else:
        for place in remove(classroom, options.name):
            print(f"removed from {place}")
        print(f"nothing is left of {options.name} in {classroom.root}")
    old = options.old if options.what == "rename" else options.name
    if old in rules(classroom).named():
        note(f"note: {classroom.root / RULES} names {old}: change it there")
    return 0
