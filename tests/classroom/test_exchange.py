"""nbgrader's exchange to its end: a student fetches, hands in, and in the end reads what the grader said."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from nbgrader.auth import Authenticator
from nbgrader.converters import Autograde, GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import (
    Exchange,
    ExchangeCollect,
    ExchangeFetchAssignment,
    ExchangeFetchFeedback,
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
    ExchangeSubmit,
)
from traitlets.config import Config

from autograder.classroom import convert, layout
from autograder.classroom.intake.reading import read
from autograder.classroom.layout import Classroom
from autograder.cli import main
from autograder.demo import filled
from tests.classroom.hand_ins import WRONG, sources
from tests.shared import TP

COURSE = "deep-learning-for-finance"
SECOND = "nobody"  # another user of this system


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that every user may enter: the exchange, and the home of a student."""
    folder = Path(tempfile.mkdtemp(prefix="exchange-", dir="/tmp"))
    folder.chmod(0o755)
    (folder / "exchange").mkdir()
    (folder / "exchange").chmod(0o777)
    (folder / "home").mkdir()
    yield folder
    shutil.rmtree(folder)


def settings(place: Path) -> Config:
    config = Config()
    config.CourseDirectory.course_id = COURSE
    config.CourseDirectory.assignment_id = TP
    config.Exchange.root = str(place / "exchange")
    config.Exchange.cache = str(place / "home" / "cache")
    config.Exchange.assignment_dir = str(place / "home")
    return config


def exchanged(step: type[Exchange], config: Config) -> None:
    with convert.quiet(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # nbgrader leaves a file open
        course = CourseDirectory(config=config)
        step(coursedir=course, authenticator=Authenticator(config=config), config=config).start()


def as_student(user: str | None, home: Path, do: Callable[[], object]) -> None:
    """Do something in a process of its own, at home, as another user if one is named."""
    if user is not None:
        shutil.chown(home, user)
    child = os.fork()
    if child:
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        return
    code = 1
    try:
        if user is not None:
            entry = pwd.getpwnam(user)
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
        os.chdir(home)
        do()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


@pytest.mark.parametrize(
    ("config", "name"),
    [
        (layout.CONFIG, COURSE),
        (layout.CONFIG.replace(COURSE, "fin-101"), "fin-101"),
        ("configure(get_config(), __file__)\n", COURSE),
        ("configure(get_config(), __file__)\nget_config().CourseDirectory.course_id = 'fin-101'\n", "fin-101"),
    ],
    ids=["as it is made", "another one", "none", "below"],
)
def test_a_classroom_goes_by_the_name_that_its_configuration_has(config: str, name: str, tmp_path: Path) -> None:
    classroom = Classroom.made_at(tmp_path / "classroom")
    head = "from autograder.classroom.plugins import configure\n"
    (classroom.root / "nbgrader_config.py").write_text(head + config)
    assert convert.course_directory(classroom).course_id == name


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be another user")


@pytest.mark.parametrize(
    ("grader", "user"), [("tp", None), ("nbgrader", None), pytest.param("tp", SECOND, marks=needs_root)]
)
def test_what_a_student_hands_in_through_the_exchange_comes_back_with_feedback(
    classroom: Classroom, place: Path, grader: str, user: str | None
) -> None:
    students = settings(place)
    teachers = convert.configuration(classroom)
    teachers.merge(students)
    exchanged(ExchangeReleaseAssignment, teachers)

    def hand_in() -> None:
        exchanged(ExchangeFetchAssignment, students)
        path = place / "home" / TP / f"{TP}.ipynb"
        path.write_text(nbformat.writes(filled(read(path), sources(WRONG))))
        exchanged(ExchangeSubmit, students)

    as_student(user, place / "home", hand_in)
    exchanged(ExchangeCollect, teachers)
    (name,) = classroom.submissions(TP)
    assert name == (user or pwd.getpwuid(os.geteuid()).pw_name)
    for converter, command in ((Autograde, "grade"), (GenerateFeedback, "feedback")):
        if grader == "tp":
            assert main(["--classroom", str(classroom.root), command, TP]) == 0
        else:
            convert.run(classroom, converter, TP, force=True)
    exchanged(ExchangeReleaseFeedback, teachers)
    as_student(user, place / "home", lambda: exchanged(ExchangeFetchFeedback, students))
    (page,) = (place / "home" / TP / "feedback").glob(f"*/{TP}.html")
    assert "are not corrected for their start at zero" in page.read_text(encoding="utf-8")
