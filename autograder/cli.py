"""`tp`: build, grade, feedback, report, ... Exit codes: 0 done, 1 the work found a fault, 2 wrong usage."""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from autograder.counted import counted
from autograder.faults import Fault, WrongUsage

if TYPE_CHECKING:
    from autograder.classroom.grading.batch import Batch
    from autograder.classroom.grading.results import Result
    from autograder.classroom.layout import Classroom

console = Console(stderr=True)
MOST_NAMED = 20  # things in submitted/ that were not looked at


def main(arguments: list[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    options = _parser().parse_args(arguments)
    try:
        code: int = options.command(options)
        return code
    except Fault as fault:
        console.print(f"tp: {fault}", style="red", markup=False, highlight=False, soft_wrap=True)
        return fault.exit_code
    except OSError as error:  # of the disk or its rights; our own files are written whole or not at all
        console.print(f"tp: {error}", style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("tp: stopped; what was finished is kept, the same command goes on from here", style="yellow")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tp", description="Build, grade and report the TPs of the course.")
    parser.add_argument(
        "--classroom",
        type=Path,
        default=Path(os.environ.get("TP_CLASSROOM", "classroom")),
        help="nbgrader's course directory (default: ./classroom, or TP_CLASSROOM)",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, about: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=about, description=about)
        sub.set_defaults(command=run)
        sub.add_argument("--classroom", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
        return sub

    build = command("build", _build, "Make the source, the checks and the release of a TP from its text notebook.")
    build.add_argument("tp", nargs="?", help="default: every TP that is found")
    build.add_argument(
        "--sources",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="a folder that is a TP or holds some; the classroom remembers it",
    )
    new = command("new", _new, "Write a small working TP of your own, to be changed into yours.")
    new.add_argument("name", help="its id and the name of its folder, such as my_first_tp")
    new.add_argument("--into", type=Path, default=Path(), metavar="DIR", help="where to put the folder (default: here)")
    grade = command("grade", _grade, "Grade what lies in submitted/<student>/<TP>/.")
    grade.add_argument("tp")
    grade.add_argument("--student", help="grade this student only")
    grade.add_argument(
        "--workers", type=_count, default=os.cpu_count() or 1, help="submissions at a time (default: one per core)"
    )
    grade.add_argument("--json", type=Path, help="write the results to this file")
    grade.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="send the work to this Dask scheduler")
    grade.add_argument("--no-sandbox", action="store_true", help="run submissions with your own rights")
    grade.add_argument("--fresh", action="store_true", help="grade again even what has not changed")
    regrade = command("regrade", _regrade, "Grade afresh, show who gains and who loses, and then record it.")
    regrade.add_argument("tp")
    regrade.add_argument("--student", help="this student only")
    regrade.add_argument(
        "--workers", type=_count, default=os.cpu_count() or 1, help="submissions at a time (default: one per core)"
    )
    regrade.add_argument("--dry-run", action="store_true", help="show it only, record nothing")
    regrade.add_argument("--json", type=Path, help="write the changes to this file")
    regrade.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="send the work to this Dask scheduler")
    regrade.add_argument("--no-sandbox", action="store_true", help="run submissions with your own rights")
    feedback = command("feedback", _feedback, "Write a feedback page for each graded submission.")
    feedback.add_argument("tp")
    feedback.add_argument("--student", help="this student only")
    feedback.add_argument("--workers", type=_count, help="pages at a time (default: one per core)")
    report = command("report", _report, "Show how the class did and which mistakes it made.")
    report.add_argument("tp")
    report.add_argument("--html", type=Path, help="write the report to this file, one page that needs nothing else")
    report.add_argument("--picture", type=Path, help="write the mistakes as bars to this file, .png or .svg")
    export = command("export", _export, "Write the marks as a table, for Moodle, Canvas or a spreadsheet.")
    export.add_argument("tp")
    export.add_argument("--format", choices=("moodle", "canvas", "csv"), default="csv", help="default: csv")
    export.add_argument("--out", type=Path, metavar="FILE", help="write to this file (default: print it)")
    student = command("student", _student, "Rename a student or remove one, with all that is kept of them.")
    what = student.add_subparsers(required=True, metavar="WHAT", dest="what")
    renamed = what.add_parser("rename", help="in submitted/, autograded/, feedback/, the kept results, the gradebook")
    renamed.add_argument("old", help="the name of the folder in submitted/")
    renamed.add_argument("new", help="the name that it gets; nobody may have it yet")
    removed = what.add_parser("remove", help="from the same places, for all TPs; nothing is left behind")
    removed.add_argument("name", help="the name of the folder in submitted/")
    check = command(
        "check-exercises", _check_exercises, "Prove that every exercise passes what is right and catches all else."
    )
    check.add_argument("names", nargs="*", metavar="NAME", help="exercises or TPs (default: all that are found)")
    check.add_argument("--sources", type=Path, action="append", default=[], metavar="DIR", help="as for `tp build`")
    check.add_argument("--seeds", type=_count, help="how many fresh draws (default: 5)")
    check.add_argument("--keys", type=_count, help="on how many more draws the marks must be the same (default: 200)")
    check.add_argument(
        "--seed", type=int, action="append", help="draw with this seed instead, for example one that was red"
    )
    other = check.add_mutually_exclusive_group()
    other.add_argument(
        "--catalogue", action="store_true", help="print the mistakes: what was done, its effect, the hint"
    )
    other.add_argument("--counts", action="store_true", help="say how many mistakes and right forms there are")
    other.add_argument("--compare", action="store_true", help="count what checks of other structures would have caught")
    other.add_argument(
        "--mutants",
        type=_count,
        metavar="N",
        help="draw N wrong answers of each function from its reference and print those that nobody catches; changed "
        "are operators, constants, arguments, order, omissions, bounds, memory, shapes and special cases "
        "(autograder/proof/grammar.py says how)",
    )
    other.add_argument(
        "--messages",
        type=_count,
        metavar="N",
        help="say of which share of single classic mistakes the check says something useful: those of the catalogue, "
        "and N of each exercise that are drawn from its reference (autograder/proof/told.py says what counts)",
    )
    compare = command("compare", _compare, "Test what is said of optimizers by training, and show how not to.")
    compare.add_argument("experiments", nargs="*", metavar="EXPERIMENT", help="default: all; --list names them")
    compare.add_argument("--list", action="store_true", help="name the experiments and the claims that they test")
    compare.add_argument("--full", action="store_true", help="more data, seeds and rates than the minutes' version")
    compare.add_argument(
        "--out", type=Path, default=Path("build/compare"), help="the folder for results (default: build/compare)"
    )
    demo = command("demo", _demo, "Grade a class of made-up students, from the build to the feedback.")
    demo.add_argument(
        "--workers", type=_count, default=os.cpu_count() or 1, help="submissions at a time (default: one per core)"
    )
    lab = command("lab", _lab, "Open JupyterLab with the lectures and a TP to work on.")
    lab.add_argument("tp", nargs="?", help="which one to open (default: the first that needs no other)")
    lab.add_argument("--no-browser", action="store_true", help="start the server only")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of them, give 1 or more")
    return int(text)


def _build(options: argparse.Namespace) -> int:
    from autograder.classroom.handout.build import build, generate
    from autograder.classroom.layout import Classroom
    from autograder.content import finding

    there = Classroom(options.classroom.resolve())
    tps = finding.found([*options.sources, *there.sources])
    if options.tp and options.tp not in tps and not (there.root / "source" / options.tp).is_dir():
        raise WrongUsage(finding.no_such(options.tp, tps))
    if not tps and not options.tp:
        raise WrongUsage("there is no TP here: a TP is a folder with a tp.toml; `tp new NAME` writes one")
    classroom = Classroom.made_at(options.classroom)
    for folder in options.sources:
        classroom.remember(folder)
    for name in [options.tp] if options.tp else tps:
        with console.status(f"building {name} ..."):
            built = build(classroom, name, tps) if name in tps else generate(classroom, name)
        print(f"{name}: released as {built.release}")
        for note in built.notes:
            console.print(f"note: {name}: {note}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    return 0


def _new(options: argparse.Namespace) -> int:
    from autograder.classroom.handout.new import new

    folder = new(options.name, options.into)
    print(f"{options.name}: written to {folder}")
    print(f"next: tp build {options.name} --sources {folder}; then read {folder / 'README.md'}")
    return 0


def _grade(options: argparse.Namespace) -> int:
    from autograder.classroom.grading.batch import Batch
    from autograder.classroom.grading.results import not_graded
    from autograder.classroom.layout import Classroom, write

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    lost = _tell_what_is_not_looked_at(classroom, options.tp, options.student)
    students = classroom.submissions(options.tp, options.student)
    _check_folder("--json", options.json)
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
    _tell_of_left_over(classroom.left_over(options.tp))
    print(f"{options.tp}: {len(graded)} of {counted(len(students), 'submission')} graded; see `tp report {options.tp}`")
    return 1 if failed or lost else 0


def _regrade(options: argparse.Namespace) -> int:
    from autograder.classroom.grading.batch import Batch
    from autograder.classroom.grading.regrade import changes, record_all, table
    from autograder.classroom.layout import Classroom, write

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    lost = _tell_what_is_not_looked_at(classroom, options.tp, options.student)
    students = classroom.submissions(options.tp, options.student)
    _check_folder("--json", options.json)
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
    Console(width=None if sys.stdout.isatty() else 160).print(table(found))
    if options.json:
        write(options.json, json.dumps([change.public() for change in found], indent=1) + "\n")
    if not options.dry_run:
        with console.status("recording ..."):
            failed += record_all(classroom, options.tp, graded, options.workers)
    _tell(failed)
    done = "nothing was recorded (--dry-run)" if options.dry_run else f"recorded; see `tp report {options.tp}`"
    print(f"{options.tp}: {len(students) - len(failed)} of {counted(len(students), 'submission')} regraded, {done}")
    return 1 if failed or lost else 0


def _tell_what_is_not_looked_at(classroom: Classroom, tp: str, student: str | None) -> int:
    """Name what lies in `submitted/` where no submission does; returns how much that is."""
    from autograder.classroom.intake.folders import not_looked_at

    found = not_looked_at(classroom, tp, student)
    more = [f"and {len(found) - MOST_NAMED} more in submitted/"] if len(found) > MOST_NAMED else []
    for said in [*found[:MOST_NAMED], *more]:
        console.print(f"tp: {said}", style="yellow", markup=False, highlight=False, soft_wrap=True)
    return len(found)


def _check_folder(option: str, path: Path | None) -> None:
    if path and not path.resolve().parent.is_dir():
        raise Fault(f"{option} {path}: the folder {path.resolve().parent} does not exist")
    if path and path.is_dir():
        raise Fault(f"{option} {path} is a folder: give a file")


def _drive(
    batch: Batch, title: str, students: list[str], cells: bool = True
) -> tuple[list[Result], list[tuple[str, str]]]:
    """Run a batch under a progress bar; the results, and who has none with the reason.

    Without `cells` what was printed is not held for the whole class: it is in the kept results already.
    """
    from autograder.progress import grading
    from autograder.sandbox.warm import advice

    if said := advice():
        console.print(f"note: {said}", style="yellow", markup=False, soft_wrap=True)
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
        console.print(f"tp: {line(student)} was not graded: {line(reason)}", style="red", markup=False, soft_wrap=True)


def _tell_of_left_over(students: list[str]) -> None:
    from autograder.harmless import line

    for student in map(line, students):
        said = f"note: {student} has marks here but no submission: `tp student remove {student}`, if that is right"
        console.print(said, style="yellow", markup=False, highlight=False, soft_wrap=True)


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
    _tell_of_left_over([] if options.student else classroom.left_over(options.tp))
    return 0


def _report(options: argparse.Namespace) -> int:
    from autograder.classroom.layout import Classroom, write
    from autograder.classroom.returns.report import report, results, waiting
    from autograder.classroom.returns.report_page import page, picture

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    graded = results(classroom, options.tp)
    _check_folder("--html", options.html)
    _check_folder("--picture", options.picture)
    waits = {}
    try:
        waits = waiting(classroom, options.tp, graded)
    except Fault as fault:  # all else in the report comes from the kept results
        said = f"note: what waits for a person's mark is not counted: {fault}"
        console.print(said, style="yellow", markup=False, highlight=False, soft_wrap=True)
    made: dict[Path, str | bytes] = {options.html: page(options.tp, graded, waits)} if options.html else {}
    if options.picture:
        drawn = picture(options.tp, graded, options.picture.suffix.lower().removeprefix("."))
        if drawn is None:
            said = f"note: no picture: no mistake was recognised in {counted(len(graded), 'submission')}"
            console.print(said, style="yellow", markup=False, highlight=False, soft_wrap=True)
        else:
            made[options.picture] = drawn
    for path, content in made.items():
        write(path, content)
        print(f"{options.tp}: written to {path}")
    if not (options.html or options.picture):
        wide = Console(width=None if sys.stdout.isatty() else 160)
        wide.print(report(options.tp, graded, waits))
    return 0


def _export(options: argparse.Namespace) -> int:
    from autograder.classroom.layout import Classroom, write
    from autograder.classroom.returns.export import export, text

    classroom = Classroom.at(options.classroom)
    classroom.released(options.tp)
    _check_folder("--out", options.out)
    table, grades = export(classroom, options.tp, options.format)
    if options.out:
        write(options.out, table)
        print(f"{options.tp}: {counted(len(grades), 'mark')} written to {options.out}")
    else:
        print(table, end="")
    marked, handed_in = {grade.student for grade in grades}, set(map(text, classroom.handed_in(options.tp)))
    _tell_of_left_over(sorted({*map(text, classroom.left_over(options.tp)), *(marked - handed_in)}))
    without = len(handed_in - marked)
    waiting = sum(grade.waits for grade in grades)
    for count, what in (
        (without, "not graded or not readable"),
        (waiting, "with answers that no person has marked"),
    ):
        if count > 0:
            console.print(f"note: {counted(count, 'submission')} {what}", style="yellow", highlight=False)
    return 0


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


def _check_exercises(options: argparse.Namespace) -> int:
    from autograder.content import finding
    from autograder.proof import command

    draws = [name for name in ("seed", "seeds", "keys") if getattr(options, name) is not None]
    for mode in ("counts", "catalogue", "compare", "mutants", "messages"):
        takes = ["seed"] if mode in ("mutants", "messages") else []
        if getattr(options, mode) and (idle := [name for name in draws if name not in takes]):
            raise WrongUsage(f"--{mode} does not use --{idle[0]}; leave it out")
    if options.seed and len(draws) > 1:
        raise WrongUsage(f"--seed draws with the seeds that are given and no others; leave out --{draws[1]}")
    if (options.mutants or options.messages) and len(options.seed or []) > 1:
        raise WrongUsage(f"--{'mutants' if options.mutants else 'messages'} draws with one --seed; give one")
    exercises = command.chosen(finding.found(options.sources), options.names)
    wide = Console(width=None if sys.stdout.isatty() else 160)
    if options.counts:
        print(command.counts(exercises))
        return 0
    if options.catalogue:
        return command.catalogue(exercises, wide)
    if options.compare:
        return command.compare(exercises, wide, console)
    if options.messages:
        seed, *_ = options.seed or command.fresh_seeds(1)
        return command.messages(exercises, options.messages, seed, wide, console)
    if options.mutants:
        seed, *_ = options.seed or command.fresh_seeds(1)
        return command.mutants(exercises, options.mutants, seed, wide, console)
    seeds, keys = (options.seed or command.fresh_seeds(count) for count in (options.seeds or 5, options.keys or 200))
    return command.check_exercises(exercises, seeds, wide, console, keys)


def _compare(options: argparse.Namespace) -> int:
    from course.experiments.comparison.claims import read
    from course.experiments.comparison.study import listing, study
    from course.experiments.studies import EXPERIMENTS

    if unknown := [name for name in options.experiments if name not in EXPERIMENTS]:
        raise WrongUsage(f"there is no experiment {unknown[0]!r}; there are {', '.join(EXPERIMENTS)}")
    wide = Console(width=None if sys.stdout.isatty() else 160)
    try:
        claims = read(EXPERIMENTS)
        if options.list:
            wide.print(listing(EXPERIMENTS, claims))
            return 0
        for name in dict.fromkeys(options.experiments or EXPERIMENTS):
            study(EXPERIMENTS[name], claims, options.out, wide, console, quick=not options.full)
    except (ValueError, ImportError) as error:
        raise Fault(str(error)) from None
    return 0


def _demo(options: argparse.Namespace) -> int:
    from autograder.demo import demo

    return demo(options.classroom, options.workers, console)


def _lab(options: argparse.Namespace) -> int:
    from autograder.classroom.handout.lab import lab

    return lab(options.classroom, options.tp, not options.no_browser)


if __name__ == "__main__":
    sys.exit(main())
