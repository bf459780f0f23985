"""Renaming and removing a student: all of them goes along, and what is cut short can be repeated."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from nbgrader.converters import GenerateFeedback

from autograder.classroom import convert, students
from autograder.classroom.grading.gradebook import held, opened
from autograder.classroom.layout import Classroom
from autograder.classroom.students import remove, rename
from autograder.cli import main
from tests.classroom.hand_ins import SOURCES, WRONG, hand_in, sources
from tests.shared import TP, made_once

NAMES = ("ada", "bob", "[ab]")  # the last is no pattern


@pytest.fixture
def room(once: Path, built: Path, tmp_path: Path) -> Classroom:
    """Three graded submissions with their feedback; a person has marked a cell of ada's."""

    def make(root: Path) -> None:
        shutil.copytree(built, root)
        classroom = Classroom.at(root)
        for student in NAMES:
            hand_in(classroom, student, sources(WRONG) if student == "bob" else SOURCES)
        assert main(["--classroom", str(root), "grade", TP, "--workers", "2"]) == 0
        with opened(classroom) as gradebook:
            gradebook.find_grade("test_adam_step", TP, TP, "ada").manual_score = 3.5
            gradebook.update_or_create_student("ada", first_name="Ada", email="ada@example.org")
        assert main(["--classroom", str(root), "feedback", TP]) == 0

    shutil.copytree(made_once(once, "students", make), tmp_path / "classroom")
    return Classroom.at(tmp_path / "classroom")


def tp(room: Classroom, *command: str) -> int:
    return main(["--classroom", str(room.root), *command])


def holding(room: Classroom, name: str) -> list[str]:
    """The files whose path or content names a student, the database too."""
    files = [path for path in room.root.rglob("*") if path.is_file() and path.name != "secret"]
    return [
        str(path.relative_to(room.root))
        for path in files
        if name in path.relative_to(room.root).as_posix().replace("feedback", "") or name.encode() in path.read_bytes()
    ]


def test_a_removed_student_leaves_nothing_behind(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    rename(room, "ada", "zacharias")  # a name that stands in no text by chance
    (room.root / "roster.csv").write_text("id,name\nzacharias,Zacharias\nbob,Bob\n")
    assert tp(room, "return", TP) == 0
    assert {Path(path).parts[0] for path in holding(room, "zacharias")} >= {"returned", "roster.csv", "submitted"}
    before = held_by(room)
    assert tp(room, "student", "remove", "zacharias") == 0
    said = capsys.readouterr().out
    assert holding(room, "zacharias") == []
    after = held_by(room)
    assert after == {student: one for student, one in before.items() if student != "zacharias"}
    assert all(part in said for part in ("submitted", "autograded", "feedback", ".tp/results", "the gradebook"))
    assert tp(room, "student", "remove", "zacharias") == 2
    assert "there is no student zacharias" in capsys.readouterr().err
    assert tp(room, "feedback", TP) == 0
    assert tp(room, "return", TP) == 0
    (table,) = (room.root / "returned" / TP).glob("*.csv")
    assert [line.partition(",")[0] for line in table.read_text().splitlines()][1:] == ["[ab]", "bob"]


def held_by(room: Classroom) -> dict[str, object]:
    with opened(room) as gradebook:
        return dict(held(gradebook, TP))


def test_a_renamed_student_keeps_all_that_was_given(room: Classroom) -> None:
    before = held_by(room)
    assert tp(room, "student", "rename", "ada", "zoë o'neil") == 0
    assert not [path for path in holding(room, "ada") if "ada/" in path or "ada.json" in path]
    after = held_by(room)
    assert after == {"zoë o'neil" if student == "ada" else student: one for student, one in before.items()}
    with opened(room) as gradebook:
        assert {student.id for student in gradebook.students} == set(after)
        assert gradebook.find_student("zoë o'neil").email == "ada@example.org"
    assert tp(room, "grade", TP, "--workers", "2") == 0
    again = held_by(room)["zoë o'neil"]
    assert {cell: (s.auto, s.by_hand) for cell, s in again.scores.items()} == {  # type: ignore[attr-defined]
        cell: (s.auto, s.by_hand)
        for cell, s in before["ada"].scores.items()  # type: ignore[attr-defined]
    }
    assert room.left_over(TP) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("ada", "bob", "bob is the name of a student already"),
        ("ada", "ada", "ada is the name of a student already"),
        ("ada", "=1+1", "cannot be the name of a student's folder"),
        ("ada", "../x", "cannot be the name of a student's folder"),
        ("ada", "", "cannot be the name of a student's folder"),
        ("eve", "eva", "there is no student eve"),
        ("..", "eva", "is no name of a student, but of a place"),
        (f"ada/{TP}", "eva", "is no name of a student, but of a place"),
        ("results", "eva", "there is no student results"),
    ],
)
def test_what_cannot_be_renamed_is_one_line(
    room: Classroom, capsys: pytest.CaptureFixture[str], old: str, new: str, says: str
) -> None:
    before = held_by(room), sorted(room.root.rglob("*"))
    assert tp(room, "student", "rename", old, new) == 2
    said = capsys.readouterr().err
    assert says in said
    assert len(said.splitlines()) == 1
    assert (held_by(room), sorted(room.root.rglob("*"))) == before


def test_a_place_is_no_student(room: Classroom) -> None:
    before = sorted(room.root.rglob("*"))
    for name in ("..", ".", "", "optimizers/..", "secret", "lock", "results", TP, "*"):
        assert tp(room, "student", "remove", name) == 2
    assert sorted(room.root.rglob("*")) == before


class Killed(BaseException):
    """The process ends here."""


STEPS = ("_renamed", "_removed", "_rename_in", "_forget")


@pytest.mark.parametrize("moment", range(5))
@pytest.mark.parametrize("what", ["rename", "remove"])
def test_what_is_cut_short_is_finished_by_repeating_it(
    room: Classroom, what: str, moment: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Killed before each step in turn: two files or folders at least, the gradebook, the last folder."""
    command = (rename, ("ada", "zacharias")) if what == "rename" else (remove, ("ada",))
    left = moment
    with monkeypatch.context() as patch:
        for name in STEPS:
            step = getattr(students, name)

            def counted(*arguments: object, step: object = step) -> object:
                nonlocal left
                if not left:
                    raise Killed
                left -= 1
                return step(*arguments)  # type: ignore[operator]

            patch.setattr(students, name, counted)
        with pytest.raises(Killed):
            command[0](room, *command[1])  # type: ignore[operator]
    if what == "rename":
        assert tp(room, "grade", TP) == 1
        assert "finish it with `tp student rename ada zacharias`" in capsys.readouterr().err
        assert tp(room, "student", "rename", "bob", "bert") == 2
    assert tp(room, "student", what, *command[1]) == 0
    assert not [path for path in room.root.rglob("*") if path.name in ("ada", "ada.json", "renaming.json")]
    names = {"bob", "[ab]"} | ({"zacharias"} if what == "rename" else set())
    assert set(held_by(room)) == names
    assert set(room.submissions(TP)) == names
    assert {path.name for path in (room.root / "autograded").iterdir()} == names


def test_a_folder_too_deep_for_python_is_removed(room: Classroom) -> None:
    here = os.open(room.submitted(TP, "ada"), os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    assert tp(room, "student", "remove", "ada") == 0
    assert not (room.root / "submitted" / "ada").exists()


def test_who_was_deleted_by_hand_is_named_and_hurts_nobody(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(room.root / "submitted" / "ada")
    for command in ("grade", "feedback", "return"):
        assert tp(room, command, TP) == 0
        assert "`tp student remove ada`" in capsys.readouterr().err


def test_a_name_is_no_pattern(room: Classroom) -> None:
    def pages() -> set[str]:
        return {page.parent.parent.name for page in (room.root / "feedback").rglob("*.html")}

    assert pages() == set(NAMES)
    shutil.rmtree(room.root / "feedback")
    assert tp(room, "feedback", TP, "--student", "[ab]") == 0
    assert pages() == {"[ab]"}
    assert not list((room.root / "feedback").rglob("*.ipynb"))
    shutil.rmtree(room.root / "feedback")
    convert.run(room, GenerateFeedback, TP, force=True)  # nbgrader's own command
    assert pages() == set(NAMES)
    assert tp(room, "feedback", TP, "--student", "*") == 2
