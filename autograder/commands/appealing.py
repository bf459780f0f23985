"""When a mark is contested, a disk is lost, or a term ends: what stands on record, backups, and what is kept."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.arguments import Commands, check_folder
from autograder.commands.terminal import note
from autograder.counted import counted
from autograder.harmless import line


def add(commands: Commands) -> None:
    """Add these commands."""
    explain = commands.add(
        "explain",
        _explain,
        "Show for an appeal what was asked, answered and expected, by which versions, and what a person changed.",
        "tp explain ada my_first_tp log_returns",
        "tp explain ada optimizers",
    )
    explain.add_argument("student", help="the name of the folder in submitted/, or a member of its group")
    explain.add_argument("tp")
    explain.add_argument("exercise", nargs="?", help="this exercise, or graded cell, only")
    explain.add_argument("--no-sandbox", action="store_true", help="run the submission with your own rights")
    backup = commands.add(
        "backup",
        _backup,
        "Write the whole classroom, its secret and its gradebook included, into one file.",
        "tp backup ~/backups/2026-03-01.tar.gz",
    )
    backup.add_argument("file", type=Path, help="a new file, outside of the classroom")
    restore = commands.add(
        "restore",
        _restore,
        "Make a classroom of a backup, where none is.",
        "tp restore ~/backups/2026-03-01.tar.gz",
    )
    restore.add_argument("file", type=Path, help="what `tp backup` has written")
    archive = commands.add(
        "archive",
        _archive,
        "Keep of a term what names nobody: the release, the marks without names, where the class stood.",
        "tp archive ~/terms/2026-spring.zip",
    )
    archive.add_argument("file", type=Path, help="a new zip")
    term = commands.add(
        "new-term",
        _new_term,
        "Make a classroom that begins like this one, with nothing of its students and a secret of its own.",
        "tp new-term classroom-2027",
    )
    term.add_argument("folder", type=Path, help="where it is made; nothing may lie there")


def _explain(options: argparse.Namespace) -> int:
    from autograder.classroom.appeals.explain import explain
    from autograder.classroom.layout import Classroom

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    for said in explain(classroom, options.tp, options.student, options.exercise, sandbox=not options.no_sandbox):
        print(said)
    return 0


def _backup(options: argparse.Namespace) -> int:
    from autograder.classroom.appeals.backup import backup
    from autograder.classroom.layout import Classroom

    written = backup(Classroom.at(options.classroom), options.file)
    for told in written.told:
        note(f"note: {line(told)}")
    print(f"{counted(written.files, 'file')}, the secret among them, in {written.path}: keep it as you keep marks")
    return 0


def _restore(options: argparse.Namespace) -> int:
    from autograder.classroom.appeals.backup import restore
    from autograder.classroom.layout import TPS

    classroom = restore(options.file, options.classroom)
    for folder in classroom.sources:
        if not folder.is_dir():
            note(f"note: the TPs in {folder} are not there: bring them, or correct {TPS}")
    print(f"restored to {classroom.root}; `tp grade` goes on from there")
    return 0


def _archive(options: argparse.Namespace) -> int:
    from autograder.classroom.appeals.ended import archive
    from autograder.classroom.layout import Classroom

    check_folder("FILE", options.file)
    names = archive(Classroom.at(options.classroom), options.file)
    print(f"{', '.join(names)}: release, marks without names and where the class stood, in {options.file}")
    print("not in it: hand-ins, pages, comments, names and the secret; nothing was deleted")
    return 0


def _new_term(options: argparse.Namespace) -> int:
    from autograder.classroom.appeals.ended import new_term
    from autograder.classroom.layout import Classroom

    names = new_term(Classroom.at(options.classroom), options.folder)
    print(f"made {options.folder}, with a secret of its own; write its roster.csv and rules.toml, and then:")
    for name in names:
        print(f"  tp --classroom {options.folder} build {name}")
    return 0
