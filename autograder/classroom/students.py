"""Rename a student or remove one, everywhere in a classroom: what was handed in, graded and written, and the gradebook.

Either can be cut short at any moment and is then repeated. A removal takes last what was handed in: as long as
something is left of a student, the name is known. A rename is noted before it begins; until its end nothing is graded.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry, Student, SubmittedAssignment
from sqlalchemy import delete, text, update

from autograder.classroom.collect import named
from autograder.classroom.collect.roster import roster
from autograder.classroom.grading.gradebook import opened, said
from autograder.classroom.layout import Classroom, is_name_of_a_student, write
from autograder.faults import WrongUsage, did_you_mean

STEPS = ("feedback", "autograded", "submitted")  # nbgrader's folders, with a folder for each student


def rename(classroom: Classroom, old: str, new: str) -> list[str]:
    """Give a student another name; returns what has been renamed. WrongUsage if the new name is taken, or is none."""
    if not is_name_of_a_student(new):
        raise WrongUsage(f"{new!r} cannot be the name of a student's folder: give another one")
    with classroom.locked(), opened(classroom) as gradebook:
        noted = classroom.renaming()
        if noted is None:
            _known(classroom, gradebook, old)
            taken = [*map(str, _places(classroom, new)), *["the gradebook"] * _enrolled(gradebook, new)]
            if taken := [*taken, *["the roster"] * _listed(classroom, new, old)]:
                raise WrongUsage(f"{new} is the name of a student already ({taken[0]}): nothing was renamed")
            write(classroom.note_of_renaming, json.dumps([old, new]))
        elif noted != (old, new):
            raise WrongUsage("finish first what was cut short: tp student rename {} {}".format(*noted))
        done = [_renamed(path, old, new) for path in _places(classroom, old)]
        done += named.rename(classroom, old, new)
        if _enrolled(gradebook, old):
            with said(gradebook):
                _rename_in(gradebook, old, new)
            done.append("the gradebook")
        classroom.note_of_renaming.unlink()
    return done


def remove(classroom: Classroom, name: str) -> list[str]:
    """Remove a student and all that is kept of them; returns what has been removed. WrongUsage if there is nobody."""
    with classroom.held(), opened(classroom) as gradebook:
        _known(classroom, gradebook, name)
        *places, last = [*_places(classroom, name), classroom.root / "submitted" / name]
        done = [_removed(path) for path in places if path != last]
        if _enrolled(gradebook, name):
            with said(gradebook):
                gradebook.remove_student(name)
                _forget(gradebook)
            done.append("the gradebook")
        done += named.rename(classroom, name, None)
        if (returned := classroom.root / "returned").exists():  # tables with everybody's marks; they are made anew
            done.append(_removed(returned))
        if os.path.lexists(last):
            done.append(_removed(last))
    return done


def _known(classroom: Classroom, gradebook: Gradebook, name: str) -> None:
    if name in ("", ".", "..") or "/" in name:
        raise WrongUsage(f"{name!r} is no name of a student, but of a place")
    if not any(_places(classroom, name)) and not _enrolled(gradebook, name):
        there = {path.name for step in STEPS for path in (classroom.root / step).glob("*")}
        meant = f"; {near}" if (near := did_you_mean(name, there | {s.id for s in gradebook.students})) else ""
        raise WrongUsage(f"there is no student {name} in {classroom.root}{meant}")


def _listed(classroom: Classroom, name: str, but: str) -> bool:
    """Whether the roster has a student or a group of this name, whatever its case."""
    people = roster(classroom)
    there = {*people.people, *people.groups} - {but} if people else set()
    return name.casefold() in {one.casefold() for one in there}


def _places(classroom: Classroom, name: str) -> list[Path]:
    """What lies in the classroom of a student: kept results, and the folders in nbgrader's."""
    kept = [path for folder in sorted(classroom.own.glob("*/*")) if (path := folder / f"{name}.json").is_file()]
    kept += [
        path for step in ("new", "old") if (path := classroom.own / "collecting" / step / name).exists()
    ]  # cut short
    return [*kept, *(path for step in STEPS if os.path.lexists(path := classroom.root / step / name))]


def _enrolled(gradebook: Gradebook, name: str) -> bool:
    try:
        gradebook.find_student(name)
    except MissingEntry:
        return False
    return True


def _renamed(path: Path, old: str, new: str) -> str:
    """Rename a file or folder of a student. A kept result holds the name as well."""
    if path.name == old:
        path.rename(path.with_name(new))
        return str(path)
    with contextlib.suppress(ValueError):  # one that cannot be read is of no use to anybody
        data = json.loads(path.read_text(encoding="utf-8")) | {"student": new}
        write(path.with_name(f"{new}.json"), json.dumps(data))
    path.unlink()
    return str(path)


def _rename_in(gradebook: Gradebook, old: str, new: str) -> None:
    """In one step: a student's key cannot be changed, so there is a new row, to which the submissions go."""
    columns = [column.key for column in Student.__table__.columns]
    row = {column: getattr(gradebook.find_student(old), column) for column in columns}
    gradebook.db.add(Student(**row | {"id": new}))
    gradebook.db.flush()
    mine = SubmittedAssignment.student_id == old
    gradebook.db.execute(update(SubmittedAssignment).where(mine).values(student_id=new))
    gradebook.db.execute(delete(Student).where(Student.id == old))
    gradebook.db.commit()
    _forget(gradebook)


def _forget(gradebook: Gradebook) -> None:
    """Have SQLite write its file anew: deleted rows can still be read in the old one."""
    if gradebook.engine.dialect.name == "sqlite":
        gradebook.db.execute(text("VACUUM"))


def _removed(path: Path) -> str:
    """Remove a file or folder. Not with Python's own function, which fails in folders as deep as a student can make."""
    subprocess.run(["rm", "-rf", "--", path], check=True)
    return str(path)
