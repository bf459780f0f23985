"""The end of a term: what can be kept of a classroom without anybody's name, and a new one that begins like it."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

import course
from autograder.classroom.grading.gradebook import file_of, opened
from autograder.classroom.layout import TPS, Classroom, write
from autograder.classroom.returns import report
from autograder.classroom.returns.class_marks import Grade, Marks, marks, number
from autograder.classroom.returns.spreadsheet import text
from autograder.faults import WrongUsage

FORMAT = 1  # of an archive; see FORMATS.md
WIDTH = 120  # of its tables


def archive(classroom: Classroom, path: Path) -> list[str]:
    """Write into a new zip what was handed out, the marks without names, in an order that tells nothing, and where the
    class stood. Returns the names of the TPs in it; deletes nothing. WrongUsage if nothing is graded."""
    if os.path.lexists(path):
        raise WrongUsage(f"{path} exists already: give another name")
    found = {tp: marks(classroom, tp) for tp in _released(classroom) if classroom.handed_in(tp)}
    if not found:
        raise WrongUsage(f"nothing was handed in to {classroom.root}: there is nothing to archive")
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        about = {"format": FORMAT, "course": course.__version__, "made": f"{datetime.now(UTC):%F}", "tps": list(found)}
        zipped.writestr("archive.json", json.dumps(about, indent=1))
        for tp, of in found.items():
            zipped.writestr(f"{tp}/marks.csv", _without_names(of))
            zipped.writestr(f"{tp}/class.txt", _class(classroom, tp))
            folder = classroom.released(tp)
            for one in sorted(p for p in folder.rglob("*") if p.is_file() and not p.is_symlink()):
                zipped.write(one, f"{tp}/release/{one.relative_to(folder)}")
    write(path, file.getvalue())
    return list(found)


def new_term(classroom: Classroom, root: Path) -> list[str]:
    """Make a classroom that begins like another one: its configuration, its TPs and its own assignments, and nothing of
    any student. It has a secret of its own, so that last term's inputs tell nothing. Returns what is to be built.

    WrongUsage if something lies at `root`.
    """
    if root.exists():
        raise WrongUsage(f"{root} is there already: give another place")
    with opened(classroom) as gradebook:
        database = file_of(gradebook)
    if database is None or not database.resolve().is_relative_to(classroom.root.resolve()):
        raise WrongUsage(
            f"{classroom.root / 'nbgrader_config.py'} names a gradebook, and the new term would write into it: take "
            "c.CourseDirectory.db_url out, begin the term, and give each its own"
        )
    names = _released(classroom)
    root.mkdir(parents=True)
    shutil.copy(classroom.root / "nbgrader_config.py", root)
    new = Classroom.at(root)
    if (classroom.root / TPS).exists():
        for folder in classroom.sources:
            new.remember(folder)
    for name in names:
        source = classroom.root / "source" / name
        if source.is_dir() and not classroom.built(name).exists():  # an assignment of nbgrader's own
            shutil.copytree(source, root / "source" / name, symlinks=True)
    return names


def _released(classroom: Classroom) -> list[str]:
    return sorted(path.name for path in (classroom.root / "release").glob("*") if any(path.glob("*.ipynb")))


def _without_names(found: Marks) -> str:
    """The points of each hand-in, without whose it is and when it came."""
    grades = list({mark.grade.hand_in: mark.grade for mark in found.marks if mark.grade}.values())
    random.SystemRandom().shuffle(grades)
    cells = list(dict.fromkeys(cell for grade in grades for cell in grade.cells))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow([*map(text, cells), "score", "late penalty", "total", "maximum", "answers open"])
    writer.writerows(_row(grade, cells) for grade in grades)
    return file.getvalue()


def _row(grade: Grade, cells: list[str]) -> list[str]:
    points = [*(grade.cells.get(cell) for cell in cells), grade.score, grade.penalty, grade.total, grade.max_score]
    return [*map(number, points), str(grade.open)]


def _class(classroom: Classroom, tp: str) -> str:
    """Where the class stood, and the mistakes that it made; no student is in it."""
    graded = report.results(classroom, tp)
    console = Console(file=io.StringIO(), width=WIDTH)
    console.print(report.exercises(graded), report.mistakes(graded))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()
