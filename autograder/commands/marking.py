"""Marking by hand: on a local page, and with a colleague on another machine."""

from __future__ import annotations

import argparse
import asyncio
import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.arguments import Commands, check_folder
from autograder.commands.terminal import note
from autograder.counted import counted
from autograder.faults import WrongUsage

if TYPE_CHECKING:
    from autograder.classroom.layout import Classroom


SHARED = {"root", "jovyan", "grader", "vscode", "codespace", "ubuntu", "user"}  # logins that tell nobody apart


def add(commands: Commands) -> None:
    """Add these commands."""
    mark = commands.add(
        "mark",
        _mark,
        "Mark written answers on a local page, and merge the marks of two markers.",
        "tp mark optimizers --anonymous --by bea",
        "tp mark optimizers --export marks-of-bea.json",
        "tp mark optimizers --merge marks-of-bea.json",
    )
    mark.add_argument("tp")
    mark.add_argument("--anonymous", action="store_true", help="show pseudonyms, the same ones each time")
    mark.add_argument("--by", metavar="NAME", help="who marks (default: your login, unless it is one such as root)")
    mark.add_argument("--port", type=int, default=0, help="listen on this port (default: a free one)")
    other = mark.add_mutually_exclusive_group()
    other.add_argument("--export", type=Path, metavar="FILE", help="write all marks by hand to this file instead")
    other.add_argument("--merge", type=Path, metavar="FILE", help="take in the marks of such a file instead")


def _mark(options: argparse.Namespace) -> int:
    from autograder.classroom.layout import Classroom

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    if not 0 <= options.port < 2**16:
        raise WrongUsage(f"--port {options.port} is no port: give one below {2**16}")
    if options.export:
        return _export(classroom, options.tp, options.export)
    if options.merge:
        return _merge(classroom, options.tp, options.merge, options.anonymous)
    return _serve(classroom, options)


def _serve(classroom: Classroom, options: argparse.Namespace) -> int:
    from autograder.classroom.marking.desk import Desk
    from autograder.classroom.marking.guarded import Keys
    from autograder.classroom.marking.served import serve

    def ready(keys: Keys) -> None:
        print(f"{options.tp}: open {keys.address}", flush=True)
        print("The address is for you alone. Marks are saved as you go; Ctrl-C ends.", flush=True)

    desk = Desk(classroom, options.tp, _who(options.by), options.anonymous)
    try:
        asyncio.run(serve(desk, ready, options.port))
    except KeyboardInterrupt:
        open_ = sum(len(pile.rows) - pile.marked for pile in desk.piles())
        print(f"\n{options.tp}: {counted(open_, 'answer')} open; `tp feedback {options.tp}` puts marks on the pages")
    return 0


def _who(by: str | None) -> str:
    """Who marks. WrongUsage if that is left to a login that is none, or that two markers may share."""
    from autograder.harmless import line

    if by is not None:
        if not line(by):
            raise WrongUsage("--by is empty: give your name, as in --by bea")
        return line(by)
    try:
        login = getpass.getuser()
    except (KeyError, OSError):  # a user without an entry in passwd, as in containers
        raise WrongUsage("your login has no name: say who marks, as in --by bea") from None
    if login in SHARED:
        raise WrongUsage(f"the login {login} may be anybody's: say who marks, as in --by bea")
    return login


def _export(classroom: Classroom, tp: str, path: Path) -> int:
    from autograder.classroom.marking.two_markers import export

    check_folder("--export", path)
    print(f"{tp}: {counted(export(classroom, tp, path), 'mark')} by hand in {path}; names of students are in it")
    return 0


def _merge(classroom: Classroom, tp: str, path: Path, anonymous: bool) -> int:
    from autograder.classroom.marking.pseudonyms import unnamed
    from autograder.classroom.marking.two_markers import merge
    from autograder.harmless import line

    came = merge(classroom, tp, path)
    told = [
        *(f"note: a later mark of the same marker: {line(one)}" for one in came.replaced),
        *(f"note: decided elsewhere: {line(one)}" for one in came.decided),
        *(f"tp: left out: {line(one)}" for one in came.unknown),
        *(f"tp: two marks: {line(one)}" for one in came.conflicts),
    ]
    for one in unnamed(classroom, tp, told) if anonymous else told:
        note(one)
    if came.conflicts:
        note(f"tp: the marks here stay; `tp mark {tp}` shows both, and whoever saves one decides")
    entered = len(came.entered) + len(came.replaced) + len(came.decided)
    print(f"{tp}: {counted(entered, 'mark')} taken, {came.same} the same, {counted(len(came.conflicts), 'conflict')}")
    return 1 if came.conflicts or came.unknown else 0
