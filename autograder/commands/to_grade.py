"""Grading a class, and grading it afresh."""

from __future__ import annotations

import argparse
import gc
import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.commands.arguments import Commands, check_folder, workers
from autograder.commands.terminal import console, note, tell_of_left_over, wide
from autograder.counted import counted

if TYPE_CHECKING:
    from autograder.classroom.grading.batch import Batch
    from autograder.classroom.grading.results import Result
    from autograder.classroom.layout import Classroom

MOST_NAMED = 20  # things in submitted/ that were not looked at


def add(commands: Commands) -> None:
    """Add these commands."""
    grade = commands.add(
        "grade",
        _grade,
        "Grade what lies in submitted/<student>/<TP>/.",
        "tp grade optimizers --workers 4",
        "tp grade optimizers --student ada --fresh",
    )
    grade.add_argument("tp")
    grade.add_argument("--student", help="grade this student only")
    grade.add_argument("--json", type=Path, help="write the results to this file")
    grade.add_argument("--fresh", action="store_true", help="grade again even what has not changed")
    regrade = commands.add(
        "regrade",
        _regrade,
        "Grade afresh, show who gains and who loses, and then record it.",
        "tp regrade optimizers --dry-run",
    )
    regrade.add_argument("tp")
    regrade.add_argument("--student", help="this student only")
    regrade.add_argument("--dry-run", action="store_true", help="show it only, record nothing")
    regrade.add_argument("--json", type=Path, help="write the changes to this file")
    for command in (grade, regrade):
        workers(command)
        command.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="send the work to this Dask scheduler")
        command.add_argument("--no-sandbox", action="store_true", help="run submissions with your own rights")


def _grade(options: argparse.Namespace) -> int:
    from autograder.classroom.grading.batch import Batch
    from autograder.classroom.grading.results import not_graded
    from autograder.classroom.layout import Classroom, write

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    _tell_of_rules(classroom)
    lost = _tell_what_is_not_looked_at(classroom, options.tp, options.student)
    students = classroom.submissions(options.tp, options.student)
    check_folder("--json", options.json)
    batch = Batch(
        classroom,
        options.tp,
        students,
        options.workers,
        fresh=options.fresh,
        scheduler=options.scheduler,
        sandbox=not options.no_sandbox,
    )
    graded, failed = _drive(batch, f"grading {options.tp}", students, cells=False)
    if options.json:
        public = [result.public() for result in graded]
        public += [not_graded(student, options.tp, batch.max_score, reason) for student, reason in failed]
        public.sort(key=lambda result: result["student"])
        write(options.json, json.dumps(public, indent=1) + "\n")
    _tell(failed)
    tell_of_left_over(classroom.left_over(options.tp))
    print(f"{options.tp}: {len(graded)} of {counted(len(students), 'submission')} graded; see `tp report {options.tp}`")
    return 1 if failed or lost else 0


def _regrade(options: argparse.Namespace) -> int:
    from autograder.classroom.grading.batch import Batch
    from autograder.classroom.grading.regrade import changes, record_all, table
    from autograder.classroom.layout import Classroom, write

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    _tell_of_rules(classroom)
    lost = _tell_what_is_not_looked_at(classroom, options.tp, options.student)
    students = classroom.submissions(options.tp, options.student)
    check_folder("--json", options.json)
    batch = Batch(
        classroom,
        options.tp,
        students,
        options.workers,
        fresh=True,
        scheduler=options.scheduler,
        sandbox=not options.no_sandbox,
        dry_run=True,
    )
    graded, failed = _drive(batch, f"regrading {options.tp}", students)
    found = changes(classroom, graded)
    wide().print(table(found))
    if options.json:
        write(options.json, json.dumps([change.public() for change in found], indent=1) + "\n")
    if not options.dry_run:
        with console.status("recording ..."):
            failed += record_all(classroom, options.tp, graded, options.workers)
    _tell(failed)
    done = "nothing was recorded (--dry-run)" if options.dry_run else f"recorded; see `tp report {options.tp}`"
    print(f"{options.tp}: {len(students) - len(failed)} of {counted(len(students), 'submission')} regraded, {done}")
    return 1 if failed or lost else 0


def _tell_of_rules(classroom: Classroom) -> None:
    from autograder.classroom.rules import rules

    for told in rules(classroom).not_built({path.name for path in (classroom.root / "release").iterdir()}):
        note(f"note: {told}")


def _tell_what_is_not_looked_at(classroom: Classroom, tp: str, student: str | None) -> int:
    """Name what lies in `submitted/` where no submission does; returns how much that is."""
    from autograder.classroom.intake.folders import not_looked_at

    found = not_looked_at(classroom, tp, student)
    more = [f"and {len(found) - MOST_NAMED} more in submitted/"] if len(found) > MOST_NAMED else []
    for said in [*found[:MOST_NAMED], *more]:
        note(f"tp: {said}")
    return len(found)


def _drive(
    batch: Batch, title: str, students: list[str], cells: bool = True
) -> tuple[list[Result], list[tuple[str, str]]]:
    """Run a batch under a progress bar; the results, and who has none with the reason.

    Without `cells` what was printed is not held for the whole class: it is in the kept results already.
    """
    from autograder.progress import grading
    from autograder.sandbox.warm import advice

    if said := advice():
        note(f"note: {said}")
    graded: list[Result] = []
    failed: list[tuple[str, str]] = []
    try:
        with grading(console, title, len(students)) as done:
            for student, result, reason in batch:
                if not (graded or failed):
                    gc.freeze()  # all is imported by now: there is no garbage in it to look for again and again
                done(student)
                if result is None:
                    failed.append((student, reason))
                else:
                    graded.append(result if cells else replace(result, cells={}))
    finally:
        gc.unfreeze()
    return graded, failed


def _tell(failed: list[tuple[str, str]]) -> None:
    from autograder.harmless import line

    for student, reason in failed:
        note(f"tp: {line(student)} was not graded: {line(reason)}", style="red")
