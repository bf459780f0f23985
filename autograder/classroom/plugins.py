"""nbgrader's side of the classroom: its configuration, and `nbgrader autograde`, which does what `tp grade` does.

nbgrader's command and its Formgrader's button name their converter and let nobody choose another one. Before any part
of it that can be chosen has a say, it has copied all that a student handed in, and left out what has another name than
expected. So in a classroom of ours its `start` is replaced: the class is read, rebuilt, run and recorded by `Batch`.

`nbgrader generate_feedback` takes the names of folders for patterns, so that a student `[ab]` is given the pages of `a`
and `b`. In a classroom of ours it is told which notebooks there are.
"""

from __future__ import annotations

import os
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.converters.base import NbGraderException

from autograder.faults import Fault

COURSE = "deep-learning-for-finance"  # of a configuration that names none
OURS = "TpClassroom"  # the section of the configuration that says whose it is
_stock_start, _stock_notebooks = Autograde.start, GenerateFeedback.init_notebooks


def configure(config: Any, file: str) -> None:
    """Fill in the configuration of the classroom whose nbgrader_config.py is `file`."""
    root = str(Path(file).resolve().parent)
    config.CourseDirectory.root = root
    if "course_id" not in config.CourseDirectory:
        config.CourseDirectory.course_id = COURSE
    config[OURS].root = root
    config.Execute.timeout = 120  # seconds for a cell, when students validate
    config.GenerateFeedback.force = True
    config.GenerateFeedback.exporter_class = "autograder.classroom.returns.page.Page"
    config.GenerateFeedback.preprocessors = [
        "autograder.classroom.returns.page.Marked",
        "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
    ]
    config.HTMLExporter.filters = {
        "markdown2html": "autograder.classroom.returns.rendering.cell_to_html",
        "highlight_code": "autograder.classroom.returns.rendering.code_to_html",
    }
    Autograde.start, GenerateFeedback.init_notebooks = _start, _init_notebooks
    _find_alembic()


def _find_alembic() -> None:
    """nbgrader runs `alembic` by name to make a gradebook; it lies beside this Python, which PATH may not name."""
    here, path = str(Path(sys.executable).parent), os.environ.get("PATH", "")
    if here not in path.split(os.pathsep):
        os.environ["PATH"] = f"{here}{os.pathsep}{path}"


def _start(converter: Autograde) -> None:
    """Grade what nbgrader was asked to grade. NbGraderException if something was not graded; the log says what."""
    if not converter.config.get(OURS):
        _stock_start(converter)
        return
    try:
        failed = _graded(converter)
    except Fault as fault:
        converter.log.error(str(fault))
        raise NbGraderException(str(fault)) from None
    if failed:
        raise NbGraderException(f"not graded: {', '.join(failed)}")


def _init_notebooks(converter: GenerateFeedback) -> None:
    """Find the notebooks that feedback is asked for. NbGraderException if there are none."""
    asked, found = converter.coursedir, {}
    if converter.config.get(OURS):
        autograded = Path(asked.root, asked.autograded_directory)
        there = sorted(path.name for path in autograded.iterdir()) if autograded.is_dir() else []
        for student in matching(asked.student_id, there):
            folder = autograded / student / asked.assignment_id
            if notebooks := sorted(folder.glob(f"{asked.notebook_id}.ipynb")):
                found[str(folder)] = list(map(str, notebooks))
    if not found:
        _stock_notebooks(converter)  # or nothing is there: it says so, and what there is
        return
    converter.assignments, converter.notebooks = found, []


def matching(wanted: str, there: list[str]) -> list[str]:
    """Those of the names that are there which are meant, by a name or by a pattern."""
    return [wanted] if wanted in there else [name for name in there if fnmatchcase(name, wanted)]


def _graded(converter: Autograde) -> list[str]:
    """Grade, and log what came of it; returns who was not graded."""
    from autograder.classroom import convert
    from autograder.classroom.grading.batch import Batch
    from autograder.classroom.grading.results import UNREADABLE
    from autograder.classroom.intake.folders import not_looked_at
    from autograder.classroom.layout import Classroom
    from autograder.harmless import line

    asked, log = converter.coursedir, converter.log
    classroom, name = Classroom.at(Path(asked.root)), asked.assignment_id
    classroom.released(name)
    if asked.db_url != convert.course_directory(classroom).db_url:
        raise Fault(f"the gradebook is the one that {classroom.root / 'nbgrader_config.py'} names: leave out --db")
    students = _asked_for(converter, classroom.submissions(name))
    if asked.notebook_id != "*":
        log.warning("The notebooks of a submission are graded together, not %s alone", asked.notebook_id)
    for left in not_looked_at(classroom, name):
        log.warning("%s", left)
    failed = []
    for student, result, reason in Batch(classroom, name, students, os.cpu_count() or 1):
        if result is None or result.status == UNREADABLE:
            log.error("%s was not graded: %s", line(student), line(reason if result is None else result.repairs[0]))
            failed.append(line(student))
        else:
            log.info("%s: %g points, %s", line(student), result.score, result.status)
            for told in [*result.repairs, *result.remarks]:
                log.info("%s: %s", line(student), line(told))
    return failed


def _asked_for(converter: Autograde, there: list[str]) -> list[str]:
    """The students that nbgrader was asked for, by a name or by a pattern. Fault if there is none."""
    asked = converter.coursedir
    wanted = asked.student_id
    students = matching(wanted, there)
    students = [student for student in students if student not in asked.student_id_exclude.split(",")]
    if not converter.create_student:
        with Gradebook(asked.db_url, asked.course_id) as gradebook:
            known = {student.id for student in gradebook.students}
        for student in {*students} - known:
            raise Fault(f"the gradebook knows no student {student}, and nbgrader was told to add none")
    if not students:
        raise Fault(f"no submission of {wanted} for {asked.assignment_id}")
    return students
