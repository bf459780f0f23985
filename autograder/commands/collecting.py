"""Who hands in, and what: students by their names."""

from __future__ import annotations

import argparse

from autograder.commands.arguments import Commands


def add(commands: Commands) -> None:
    """Add these commands."""
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


def _student(options: argparse.Namespace) -> int:
    from autograder.classroom.layout import Classroom
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
    return 0
