"""Run one of nbgrader's converters in this process, on one classroom, and say in one line what failed."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nbgrader.converters import BaseConverter
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import SAWarning
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.classroom.layout import Classroom
from autograder.faults import Fault

WITHOUT_REASON = "There was an error processing"  # which nbgrader says where it has said why, or says so afterwards
PLACE = f"{WITHOUT_REASON} assignment: "  # and then in which folder


def run(
    classroom: Classroom,
    converter: Callable[..., BaseConverter],
    tp: str,
    force: bool = False,
) -> None:
    """Run a converter on one TP. Fault with nbgrader's own reason, and the folder, if it fails."""
    config = configuration(classroom)
    config.CourseDirectory.assignment_id = tp
    heard: list[str] = []
    log = logging.getLogger("tp.nbgrader")
    log.handlers, log.propagate = [_Heard(heard)], False
    work = converter(coursedir=CourseDirectory(config=config), config=config)
    work.log, work.force = log, force
    try:
        with quiet():
            work.start()
    except (NbGraderException, SystemExit) as error:
        reason = next((line for line in heard if not line.startswith(WITHOUT_REASON)), str(error))
        place = next((line.removeprefix(PLACE) for line in heard if line.startswith(PLACE)), tp)
        raise Fault(f"nbgrader ({type(work).__name__}, {place}): {reason}") from None


def course_directory(classroom: Classroom) -> CourseDirectory:
    """nbgrader's own view of the classroom: its gradebook, its folders."""
    return CourseDirectory(config=configuration(classroom))


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings that nbgrader's own models raise under SQLAlchemy 2.1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        yield


def configuration(classroom: Classroom) -> Config:
    """The classroom's nbgrader configuration. Fault if the file is broken."""
    try:
        config: Config = PyFileConfigLoader("nbgrader_config.py", path=str(classroom.root)).load_config()
    except Exception as error:
        raise Fault(f"{classroom.root / 'nbgrader_config.py'} cannot be read: {error}") from None
    return config


class _Heard(logging.Handler):
    """Keeps the first line of each error that nbgrader logs."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        text = record.getMessage().strip()
        last = text.splitlines()[-1] if text.startswith("Traceback") else text.splitlines()[0]
        self._lines.append(last)
