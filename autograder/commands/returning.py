"""What comes back: feedback pages, the report, the marks as tables."""

from __future__ import annotations

import argparse
from pathlib import Path

from autograder.commands.arguments import Commands, check_folder, count
from autograder.commands.terminal import note, tell_of_left_over, wide
from autograder.counted import counted
from autograder.faults import Fault, WrongUsage


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
    back = commands.add(
        "return",
        _return,
        "Write the marks: for a spreadsheet, into Moodle's worksheet (and feedback), into Canvas' gradebook.",
        "tp return optimizers",
        "tp return optimizers --moodle grading_worksheet.csv --final",
        "tp return optimizers --canvas gradebook.csv --column 'TP 1 (4711)'",
    )
    back.add_argument("tp")
    back.add_argument("--moodle", type=Path, metavar="CSV", help="the assignment's grading worksheet, to be filled in")
    back.add_argument("--canvas", type=Path, metavar="CSV", help="the gradebook as Canvas exports it, to be filled in")
    back.add_argument("--column", metavar="HEADING", help="Canvas' column, if it is not called like the TP")
    back.add_argument("--scale", action="store_true", help="scale the marks to the points that can be had there")
    back.add_argument("--final", action="store_true", help="write nothing while an answer is open")
    back.add_argument("--out", type=Path, metavar="DIR", help="write into this folder (default: returned/<TP>)")


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


def _return(options: argparse.Namespace) -> int:
    from autograder.classroom.layout import Classroom
    from autograder.classroom.returns.returned import returned
    from autograder.harmless import line

    if options.column and not options.canvas:
        raise WrongUsage("--column is Canvas': give its gradebook as --canvas, or leave it out")
    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    if options.out and not options.out.is_dir():
        raise WrongUsage(f"--out {options.out} is no folder: make it first")
    came = returned(
        classroom,
        options.tp,
        options.out,
        worksheet=options.moodle,
        gradebook=options.canvas,
        column=options.column,
        scale=options.scale,
        final=options.final,
    )
    for path in came.files:
        print(f"{options.tp}: written to {path}")
    for told in came.told:
        note(f"note: {line(told)}")
    graded = {mark.grade.hand_in for mark in came.marks.marks if mark.grade}
    tell_of_left_over(sorted({*classroom.left_over(options.tp), *graded} - {*classroom.handed_in(options.tp)}))
    marked = sum(mark.grade is not None for mark in came.marks.marks)
    print(f"{options.tp}: {counted(marked, 'mark')}, {came.marks.waits or 'final'}")
    return 0
