"""`tp`: build, collect, grade, return, ... Exit codes: 0 done, 1 the work found a fault, 2 wrong usage."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from autograder.commands import (
    appealing,
    authoring,
    collecting,
    comparing,
    experimenting,
    handing_out,
    marking,
    returning,
    to_grade,
)
from autograder.commands.arguments import Commands, Parser
from autograder.commands.terminal import note
from autograder.faults import Fault

PARTS = (
    authoring,
    handing_out,
    collecting,
    to_grade,
    comparing,
    marking,
    returning,
    appealing,
    experimenting,
)  # in the order of a term


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    options, unknown = parser().parse_known_args(arguments)
    if unknown:
        options.parser.error(f"unrecognized arguments: {' '.join(unknown)}")
    try:
        code: int = options.command(options)
        return code
    except Fault as fault:
        note(f"tp: {fault}", style="red")
        return fault.exit_code
    except OSError as error:  # of the disk or its rights; our own files are written whole or not at all
        note(f"tp: {error}", style="red")
        return 1
    except KeyboardInterrupt:
        note("tp: stopped; what was finished is kept, the same command goes on from here")
        return 130


def parser() -> Parser:
    """The parser of the command line."""
    made = Parser(prog="tp", description="Build, hand out, collect, grade and return the TPs of the course.")
    made.add_argument(
        "--classroom",
        type=Path,
        default=Path(os.environ.get("TP_CLASSROOM", "classroom")),
        help="nbgrader's course directory (default: ./classroom, or TP_CLASSROOM)",
    )
    commands = Commands(made)
    for part in PARTS:
        part.add(commands)
    return made


if __name__ == "__main__":
    sys.exit(main())
