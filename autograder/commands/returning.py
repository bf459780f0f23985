"""What comes back: feedback pages, the report, the marks as tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.arguments import Commands, check_folder, count
from autograder.commands.terminal import note, tell_of_left_over, wide
from autograder.counted import counted
from autograder.faults import Fault


def add(commands: Commands) -> None:
    """Add these commands."""
    feedback = commands.add(
        "feedback", _feedback, "Write a feedback page for each graded submission.", "tp feedback optimizers"
    )
    feedback.add_argument("tp")
    feedback.add_argument("--student", help="this student only")
    feedback.add_argument("--workers", type=count, help="pages at a time (default: one per core)")
    report = commands.add(
        "report",
        _report,
        "Show how the class did and which mistakes it made.",
        "tp report optimizers",
        "tp report optimizers --html report.html",
    )
    report.add_argument("tp")
    report.add_argument("--html", type=Path, help="write the report to this file, one page that needs nothing else")
    report.add_argument("--picture", type=Path, help="write the mistakes as bars to this file, .png or .svg")
    export = commands.add(
        "export",
        _export,
        "Write the marks as a table, for Moodle, Canvas or a spreadsheet.",
        "tp export optimizers --out marks.csv",
    )
    export.add_argument("tp")
    export.add_argument("--format", choices=("moodle", "canvas", "csv"), default="csv", help="default: csv")
    export.add_argument("--out", type=Path, metavar="FILE", help="write to this file (default: print it)")


def _feedback(options: argparse.Namespace) -> int:
    from autograder.classroom.layout import Classroom
    from autograder.classroom.returns.feedback import feedback
    from autograder.harmless import line

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    students = classroom.submissions(options.tp, options.student)
    pages = feedback(classroom, options.tp, options.student, options.workers)
    print(f"{options.tp}: {counted(len(pages), 'feedback page')}, for example {pages[0]}")
    if without := sorted({*students} - {page.parent.parent.name for page in pages}):
        names = ", ".join(map(line, without))
        print(f"none for {names}: not graded, or not readable; `tp report {options.tp}` says which")
    tell_of_left_over([] if options.student else classroom.left_over(options.tp))
    return 0


def _report(options: argparse.Namespace) -> int:
    from autograder.classroom.layout import Classroom, write
    from autograder.classroom.returns.report import report, results, waiting
    from autograder.classroom.returns.report_page import page, picture

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    graded = results(classroom, options.tp)
    check_folder("--html", options.html)
    check_folder("--picture", options.picture)
    waits = {}
    try:
        waits = waiting(classroom, options.tp, graded)
    except Fault as fault:  # all else in the report comes from the kept results
        note(f"note: what waits for a person's mark is not counted: {fault}")
    made: dict[Path, str | bytes] = {options.html: page(options.tp, graded, waits)} if options.html else {}
    if options.picture:
        drawn = picture(options.tp, graded, options.picture.suffix.lower().removeprefix("."))
        if drawn is None:
            note(f"note: no picture: no mistake was recognised in {counted(len(graded), 'submission')}")
        else:
            made[options.picture] = drawn
    for path, content in made.items():
        write(path, content)
        print(f"{options.tp}: written to {path}")
    if not (options.html or options.picture):
        wide().print(report(options.tp, graded, waits))
    return 0


def _export(options: argparse.Namespace) -> int:
    from autograder.classroom.layout import Classroom, write
    from autograder.classroom.returns.export import export, text

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    check_folder("--out", options.out)
    table, grades = export(classroom, options.tp, options.format)
    if options.out:
        write(options.out, table)
        print(f"{options.tp}: {counted(len(grades), 'mark')} written to {options.out}")
    else:
        print(table, end="")
    marked, handed_in = {grade.student for grade in grades}, set(map(text, classroom.handed_in(options.tp)))
    tell_of_left_over(sorted({*map(text, classroom.left_over(options.tp)), *(marked - handed_in)}))
    without = len(handed_in - marked)
    waiting = sum(grade.waits for grade in grades)
    for number, what in (
        (without, "not graded or not readable"),
        (waiting, "with answers that no person has marked"),
    ):
        if number > 0:
            note(f"note: {counted(number, 'submission')} {what}")
    return 0
