"""Marks of people: into the gradebook and back to the student, kept through grading, merged without losing any."""

from __future__ import annotations

import copy
import json
import os
import pwd
import re
import shutil
import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.classroom.assignment import Assignment, assignment
from autograder.classroom.collect.roster import Roster, roster
from autograder.classroom.grading import gradebook as books
from autograder.classroom.grading import lateness
from autograder.classroom.grading.gradebook import Cell, Given, opened
from autograder.classroom.handout.build import from_text
from autograder.classroom.intake.cells import grade_id
from autograder.classroom.layout import Classroom, write
from autograder.classroom.marking import comments, form
from autograder.classroom.marking.desk import AGAIN, MARKED, NOBODY, OPEN, TWO, Desk, Row
from autograder.classroom.marking.entered import Changed, Earned, Mark, noted
from autograder.classroom.marking.questions import Question, by_people, points_in, questions
from autograder.classroom.marking.screens import exact, points
from autograder.classroom.marking.two_markers import merge
from autograder.classroom.returns.class_marks import Grade, marks
from autograder.classroom.returns.feedback import feedback
from autograder.cli import main
from autograder.content import finding
from autograder.content.rubric import FILE, Item, rubrics
from autograder.faults import Fault
from tests.classroom.answered import NAME, PLACE, QUESTION, answered, hand_in, held
from tests.shared import TPS


@pytest.fixture
def room(once: Path, tmp_path: Path) -> Iterator[Classroom]:
    """A copy of the classroom in which answers wait."""
    shutil.copytree(answered(once), tmp_path / "here")
    yield Classroom.at(tmp_path / "here" / "classroom")
    for tp in TPS.values():
        finding.ready(tp, TPS)


@pytest.fixture
def elsewhere(room: Classroom, tmp_path: Path) -> Classroom:
    """The same classroom on another machine."""
    shutil.copytree(room.root.parent, tmp_path / "elsewhere")
    return Classroom.at(tmp_path / "elsewhere" / "classroom")


FIRST, SECOND = (
    "over time the logarithms of price ratios add up",
    "over assets the value of a portfolio is a sum of prices",
)


def items(*points: float) -> tuple[Earned, ...]:
    return tuple(Earned(text, number, 0.5) for text, number in zip((FIRST, SECOND), points, strict=True))


def rows(desk: Desk) -> dict[str, Row]:
    pile = desk.pile(*PLACE)
    assert pile is not None
    return {row.student: row for row in (*pile.rows, *pile.empty)}


def mark(desk: Desk, student: str, given: Mark) -> None:
    (pile,) = desk.piles()
    row = rows(desk)[student]
    desk.save(row, pile.question, given, desk.seen(row, pile.question))


def tp(classroom: Classroom, *words: str) -> int:
    return main(["--classroom", str(classroom.root), *words])


def test_a_mark_is_the_gradebooks_and_comes_back_to_the_student(room: Classroom) -> None:
    desk = Desk(room, NAME, "bea")
    assert {student: row.status for student, row in rows(desk).items()} == {
        "ada": OPEN, "bob": OPEN, "cyd": NOBODY, "dan": OPEN,
    }  # fmt: skip
    mark(desk, "bob", Mark(0.5, "Over time, and what over assets?", items(0.5, 0.0)))
    given = held(room, "bob")
    assert (given.by_hand, given.waits, given.comment) == (0.5, False, "Over time, and what over assets?")
    row = rows(desk)["bob"]
    assert row.mark is not None
    assert (row.status, row.mark.items, row.mark.who) == (MARKED, items(0.5, 0.0), "bea")
    (page,) = feedback(room, NAME, "bob")
    text = page.read_text(encoding="utf-8")
    assert "0.5 of 1" in text
    assert "Over time, and what over assets?" in text
    found = re.findall(r'"item">(.*?)</td>\s*<td class="points">([\d.]+ of 0.5)</td>', text)
    assert found == [(FIRST, "0.5 of 0.5"), (SECOND, "0 of 0.5")]
    (bob,) = [one for one in marks(room, NAME).marks if one.person.id == "bob"]
    assert bob.grade is not None
    assert (bob.grade.cells[QUESTION], bob.state) == (0.5, "final")
    with opened(room) as gradebook:  # as in the Formgrader
        gradebook.find_grade(QUESTION, NAME, NAME, "bob").extra_credit = 0.25
        gradebook.db.commit()
    text = feedback(room, NAME, "bob")[0].read_text(encoding="utf-8")
    assert "0.75 of 1" in text
    assert text.count('"item">') == 2  # the mark stands
    with opened(room) as gradebook:
        gradebook.find_comment(QUESTION, NAME, NAME, "bob").manual_comment = "Over assets?"
        gradebook.db.commit()
    assert '"item">' not in feedback(room, NAME, "bob")[0].read_text(encoding="utf-8")


def of_dan(room: Classroom) -> Grade:
    (grade,) = [one.grade for one in marks(room, NAME).marks if one.person.id == "dan" and one.grade]
    return grade


def test_grading_again_keeps_a_mark_and_asks_for_another_look_at_new_work(room: Classroom) -> None:
    desk, before = Desk(room, NAME, "bea"), of_dan(room)
    mark(desk, "ada", Mark(1.0, "Right."))
    mark(desk, "bob", Mark(0.25))
    mark(desk, "dan", Mark(1.0))
    late = of_dan(room)
    assert (late.score - before.score, late.penalty - before.penalty) == (1.0, 0.5)  # at once: half for a day
    (pile,) = desk.piles()
    seen = desk.seen(rows(desk)["ada"], pile.question)
    hand_in(room, "ada", "Something else.", more="\n")
    assert tp(room, "grade", NAME, "--workers", "1") == 0
    assert [held(room, student).by_hand for student in ("ada", "bob")] == [1.0, 0.25]
    assert [rows(desk)[student].status for student in ("ada", "bob")] == [AGAIN, MARKED]
    assert held(room, "ada").comment == "Right."
    assert of_dan(room) == late  # there was nothing to mend
    with pytest.raises(Changed):  # of a page that shows the old work
        desk.save(rows(desk)["ada"], pile.question, Mark(0.0), seen)
    mark(desk, "ada", Mark(1.0, "Right."))
    assert rows(desk)["ada"].status == MARKED


def test_a_cell_that_the_computer_marks_is_shown_where_a_person_is_to_look_or_has(room: Classroom) -> None:
    with opened(room) as gradebook:
        gradebook.find_grade("test_annual_volatility", NAME, NAME, "bob").needs_manual_grade = True
        gradebook.db.commit()
    desk, place = Desk(room, NAME, "bea"), (NAME, "test_annual_volatility")
    for status in (OPEN, MARKED):
        pile = desk.pile(*place)
        assert pile is not None
        assert [(row.student, row.status) for row in (*pile.rows, *pile.empty)] == [("bob", status)]
        row = pile.rows[0]
        desk.save(row, pile.question, Mark(0.5), desk.seen(row, pile.question))


def test_questions_of_one_id_in_two_notebooks_have_points_and_comments_of_their_own(room: Classroom) -> None:
    one = assignment(room, NAME).notebooks[NAME]
    other = copy.deepcopy(one)
    for cell in other.cells:
        if grade_id(cell) == QUESTION:
            cell.metadata.nbgrader.points = 7
    found = questions(room, Assignment("two", {"a": one, "b": other}, None, {}), {})
    assert [(question.place, question.points) for question in found] == [(("a", QUESTION), 1), (("b", QUESTION), 7)]
    comments.keep(room, "two", ("a", QUESTION), "Which numbers?")
    assert comments.comments(room, "two", ("a", QUESTION)) == ["Which numbers?"]
    assert comments.comments(room, "two", ("b", QUESTION)) == []


def test_an_older_state_replaces_nothing(room: Classroom) -> None:
    one, other = Desk(room, NAME, "bea"), Desk(room, NAME, "cem")
    (pile,) = one.piles()
    row = rows(one)["bob"]
    seen = one.seen(row, pile.question)
    mark(other, "bob", Mark(1.0, "Good."))
    with pytest.raises(Changed):
        one.save(row, pile.question, Mark(0.0), seen)
    assert (held(room, "bob").by_hand, held(room, "bob").comment) == (1.0, "Good.")
    mark(one, "bob", Mark(None, ""))
    assert (held(room, "bob").by_hand, held(room, "bob").waits) == (None, True)


def test_the_points_of_items_add_up_and_what_is_no_mark_is_said(room: Classroom) -> None:
    (pile,) = Desk(room, NAME, "bea").piles()
    assert [item.points for item in pile.question.rubric] == [0.5, 0.5]
    assert form.mark(pile.question, {"item-0": "0,25", "score": "1"}) == Mark(0.25, "", items(0.25, 0.0))
    assert form.mark(pile.question, {"score": " 0.75 ", "comment": "a\r\nb\x00\ud800 "}) == Mark(0.75, "a\nb?")
    assert form.mark(pile.question, {"comment": "later"}).score is None
    for fields in ({"item-1": "0.6"}, {"score": "2"}, {"score": "-1"}, {"score": "nan"}, {"score": "one"}):
        with pytest.raises(form.NotUnderstood, match="is no number from 0 to"):
            form.mark(pile.question, fields)


def test_points_that_no_decimals_write_are_saved_as_they_are_shown() -> None:
    thirds = Question("n", "q", 1, rubric=(Item("a", 2 / 3), Item("b", 1 / 3)))
    for typed in (points, exact):
        full = form.mark(thirds, {"item-0": typed(2 / 3), "item-1": typed(1 / 3)})
        assert (full.score, [item.points for item in full.items]) == (1, [2 / 3, 1 / 3])
        assert form.mark(Question("n", "q", 2 / 3), {"score": typed(2 / 3)}).score == 2 / 3
    half = form.mark(thirds, {"item-0": "0.333333333"})
    assert form.mark(thirds, {"item-0": exact(half.items[0].points)}) == half


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[q]\na = 2", "write `format = 1`"),
        ("format = 1\n[q]\na = 1\nb = 0.5", "add up to 1.5 points, the question has 2"),
        ("format = 1\n[p]\na = 2", r"no person marks p \(there: q\)"),
        ("format = 1\n[q]\na = true", "items are lines"),
        ("format = 1\nq = 2", "items are lines"),
        ("format", "cannot be read"),
    ],
)
def test_a_rubric_that_does_not_fit_is_one_line(text: str, said: str, tmp_path: Path) -> None:
    write(tmp_path / FILE, text)
    with pytest.raises(Fault, match=said):
        rubrics(tmp_path, {"q": 2.0})


def test_every_written_question_of_our_tps_has_a_rubric_that_adds_up() -> None:
    asked = {id: by_people(from_text(one)[0]) for id, one in TPS.items()}
    found = {id: rubrics(one.folder, points_in(asked[id].values())) for id, one in TPS.items()}
    assert {id: set(items) for id, items in found.items()} == {id: set(cells) for id, cells in asked.items()}
    assert sum(map(len, found.values())) >= 3


def test_no_mark_depends_on_a_rubric_and_none_is_built_that_does_not_fit(room: Classroom) -> None:
    mine = finding.found(room.sources)[NAME]
    before = mine.version
    write(mine.folder / FILE, "format = 1\n[in_words]\nall = 2\n")
    assert finding.found(room.sources)[NAME].version == before
    assert tp(room, "build", NAME) == 1


def test_pseudonyms_stay_and_tell_nothing(room: Classroom, elsewhere: Classroom) -> None:
    for one in (room, elsewhere):
        (one.own / "secret").write_bytes(b"of both")
    here, there = (rows(Desk(one, NAME, "bea", anonymous=True)) for one in (room, elsewhere))
    assert {student: row.name for student, row in here.items()} == {student: row.name for student, row in there.items()}
    assert len({row.name for row in here.values()}) == len(here)
    assert not any(re.search(rf"\b{student}\b", f"{row.name} {row.id}") for student, row in here.items())
    (elsewhere.own / "secret").write_bytes(b"another one")
    other = rows(Desk(elsewhere, NAME, "bea", anonymous=True))
    assert all(here[student].id != other[student].id for student in here)
    assert [row.id for row in here.values() if row.status == OPEN] == sorted(
        row.id for row in here.values() if row.status == OPEN
    )


def test_comments_are_kept_beside_what_people_wrote_into_the_file(room: Classroom) -> None:
    path = room.root / "comments.toml"
    text = '# ours\nformat = 1\n\n[[essay.in_words]]\ntext = "Which numbers?"\n'
    write(path, text)
    comments.keep(room, NAME, PLACE, 'Two "lines"\nand \\ a \u00e9\U0001f600 \x7f')
    comments.keep(room, NAME, PLACE, "Which numbers?")
    assert path.read_text(encoding="utf-8").startswith(text.rstrip())
    assert comments.comments(room, NAME, PLACE) == [
        "Which numbers?",
        'Two "lines"\nand \\ a \u00e9\U0001f600 \x7f',
    ]
    assert comments.comments(room, NAME, (NAME, "another")) == []
    write(path, text := 'format = 1\n[essay]\nin_words = [{text = "Which numbers?"}]\n')
    comments.keep(room, NAME, PLACE, "Which numbers?")
    with pytest.raises(Fault, match=r'write each comment there below a line \[\["essay"."in_words"\]\] of its own'):
        comments.keep(room, NAME, PLACE, "Why?")
    assert path.read_text(encoding="utf-8") == text
    write(path, "format = 1\nessay = 3\n")
    with pytest.raises(Fault, match="stands a line such as"):
        comments.comments(room, NAME, PLACE)


def test_two_markers_on_two_machines(
    room: Classroom, elsewhere: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    here, there = Desk(room, NAME, "bea"), Desk(elsewhere, NAME, "cem")
    mark(here, "bob", Mark(0.5, "Half.", items(0.5, 0.0)))
    mark(there, "bob", Mark(1.0, "All."))
    mark(there, "ada", Mark(0.25, "", items(0.25, 0.0)))
    file = tmp_path / "of-cem.json"
    assert tp(elsewhere, "mark", NAME, "--export", str(file)) == 0
    (pile,) = here.piles()
    before = here.seen(rows(here)["bob"], pile.question)
    assert tp(room, "mark", NAME, "--merge", str(file)) == 1
    said = capsys.readouterr()
    assert "1 mark taken, 0 the same, 1 conflict" in said.out
    assert re.search(r"two marks: bob, in_words: 1 “All.” \(cem, .*\), here 0.5 “Half.” \(bea, ", said.err)
    assert (held(room, "bob").by_hand, held(room, "ada").by_hand) == (0.5, 0.25)
    taken = noted(room, NAME, "ada")[PLACE].mark
    assert (taken.who, taken.items) == ("cem", items(0.25, 0.0))
    (pile,) = here.piles()
    assert (rows(here)["bob"].status, pile.two) == (TWO, 1)

    row = rows(here)["bob"]
    with pytest.raises(Changed):  # of a page on which the other mark was not shown yet
        here.save(row, pile.question, Mark(0.5, "Half."), before)
    here.take(row, pile.question, here.seen(row, pile.question))
    assert (held(room, "bob").by_hand, held(room, "bob").comment) == (1.0, "All.")
    assert rows(here)["bob"].status == MARKED
    assert tp(room, "mark", NAME, "--merge", str(file)) == 0
    assert "0 marks taken, 2 the same, 0 conflicts" in capsys.readouterr().out

    data = json.loads(file.read_text(encoding="utf-8"))
    later = [one | {"score": 0.75, "items": [], "when": "2999-01-01T00:00:00+00:00"} for one in data["marks"]]
    strange, torn = later[0] | {"student": "eve"}, later[0] | {"items": [{"text": FIRST, "points": 0.5, "most": 0.5}]}
    write(file, json.dumps(data | {"marks": [*later, strange, torn, later[0] | {"score": 7}]}))
    assert tp(room, "mark", NAME, "--merge", str(file)) == 1
    said = capsys.readouterr()
    assert said.err.count("a later mark of the same marker") == 2
    assert "left out: eve, in_words: there is no such answer here" in said.err
    assert "not from 0 to 1 points" in said.err
    assert "0.75 (cem, 2999-01-01T00:00:00+00:00): its points are not those of its items" in said.err
    assert (held(room, "bob").by_hand, held(room, "ada").by_hand) == (0.75, 0.75)

    mark(here, "ada", Mark(1.0))
    other = later[0] | {"answer": "of another hand-in", "score": 0.0}
    write(file, json.dumps(data | {"marks": [other]}))
    assert tp(room, "mark", NAME, "--merge", str(file)) == 1
    assert "given for another hand-in" in capsys.readouterr().err
    assert held(room, "ada").by_hand == 1.0
    for text, why in (("{", "cannot be read"), ('{"format": 9}', "this version reads 1"), ("{}", "lacks 'format'")):
        write(file, text)
        assert tp(room, "mark", NAME, "--merge", str(file)) == 1
        assert why in capsys.readouterr().err


def test_what_was_decided_stays_decided_on_both_machines(
    room: Classroom,
    elsewhere: Classroom,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    times = (f"2026-03-02T10:00:{second:02}+00:00" for second in count())
    monkeypatch.setattr("autograder.classroom.marking.desk.now", lambda: next(times))
    here, there, first, second = Desk(room, NAME, "bea"), Desk(elsewhere, NAME, "cem"), *map(tmp_path.joinpath, "ab")
    for student in ("ada", "bob"):
        mark(here, student, Mark(0.5, "Half."))
        mark(there, student, Mark(1.0, "All."))

    def merged(one: Classroom, other: Classroom, file: Path) -> str:
        assert tp(other, "mark", NAME, "--export", str(file)) == 0
        capsys.readouterr()
        tp(one, "mark", NAME, "--merge", str(file))
        return capsys.readouterr().out

    assert "0 marks taken, 0 the same, 2 conflicts" in merged(elsewhere, room, first)
    assert "0 marks taken, 0 the same, 2 conflicts" in merged(room, elsewhere, second)
    mark(here, "bob", Mark(0.25, "Less."))  # decides
    row, (pile,) = rows(here)["ada"], here.piles()
    here.take(row, pile.question, here.seen(row, pile.question))
    assert "0 marks taken, 2 the same, 0 conflicts" in merged(room, elsewhere, second)
    assert "2 marks taken, 0 the same, 0 conflicts" in merged(elsewhere, room, first)
    for student, score, who in (("ada", 1.0, "cem"), ("bob", 0.25, "bea")):
        row = rows(there)[student]
        assert row.mark is not None
        assert (row.status, row.mark.score, row.mark.who) == (MARKED, score, who)
    mark(here, "bob", Mark(0.75, "More."))
    assert "0 marks taken, 2 the same, 0 conflicts" in merged(room, elsewhere, second)
    assert rows(here)["bob"].status == MARKED

    mark(there, "bob", Mark(1.0, "All."))  # given anew
    assert "0 marks taken, 1 the same, 1 conflict" in merged(room, elsewhere, second)
    data = json.loads(second.read_text(encoding="utf-8"))
    third = [one | {"score": 0.0, "who": "dan"} for one in data["marks"] if one["student"] == "bob"]
    write(first, json.dumps(data | {"marks": third}))
    assert tp(room, "mark", NAME, "--merge", str(first)) == 1
    assert "bob, in_words: 0 “All.” (dan" in (said := capsys.readouterr().err)
    assert "another mark waits there: decide, then merge again" in said
    assert tp(room, "mark", NAME, "--anonymous", "--merge", str(first)) == 1
    assert f"left out: student {rows(here)['bob'].id}, in_words: 0" in capsys.readouterr().err

    waiting = rows(here)["bob"].other
    assert waiting is not None
    assert (waiting.score, waiting.who) == (1.0, "cem")
    mark(here, "bob", Mark(None))  # undone, and nothing decided
    assert rows(here)["bob"].other == waiting
    mark(here, "bob", Mark(0.5))
    mark(here, "bob", Mark(None))  # the decision, too
    assert "1 mark taken, 1 the same, 0 conflicts" in merged(room, elsewhere, second)


def test_a_file_of_many_marks_reads_the_class_as_often_as_a_file_of_one(
    room: Classroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given, file, read, counts = books.given, tmp_path / "of-cem.json", [], []

    def of_class(gradebook: Gradebook, name: str, student: str | None = None) -> dict[str, dict[Cell, Given]]:
        read.extend(["gradebook"] if student is None else [])
        return given(gradebook, name, student)

    def people(classroom: Classroom) -> Roster | None:
        read.append("roster")
        return roster(classroom)

    monkeypatch.setattr(books, "given", of_class)
    monkeypatch.setattr(lateness, "roster", people)
    cem = Desk(room, NAME, "cem")
    for student in ("ada", "bob", "dan"):
        mark(cem, student, Mark(0.25))
    assert tp(room, "mark", NAME, "--export", str(file)) == 0
    data = json.loads(file.read_text(encoding="utf-8"))
    for some in (data["marks"][:1], data["marks"]):
        later = [one | {"score": 1 / len(some), "when": f"2999-01-0{len(some)}T00:00:00+00:00"} for one in some]
        write(file, json.dumps(data | {"marks": later}))
        read.clear()
        assert len(merge(room, NAME, file).replaced) == len(some)
        counts.append(sorted(read))
    assert counts == [["gradebook", "roster"]] * 2


def test_a_port_that_cannot_be_used_is_one_line(room: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert tp(room, "mark", NAME, "--by", "bea", "--port", str(taken.getsockname()[1])) == 1
    assert re.search(
        r"port \d+ of this machine cannot be used \(.*in use.*\): give another --port", capsys.readouterr().err
    )
    assert tp(room, "mark", NAME, "--port", "70000") == 2


def test_a_login_that_is_anybodys_or_none_does_not_say_who_marks(
    room: Classroom, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    used = {entry.pw_uid for entry in pwd.getpwall()}
    nobody = next(number for number in range(4_000_000_000, 2**32) if number not in used)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        command = "mark", NAME, "--port", str(taken.getsockname()[1])  # so that it ends at once
        for login, said in (("jovyan", "jovyan may be anybody's"), ("", "your login has no name"), ("bea", "")):
            for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
                monkeypatch.setenv(name, login)
            with monkeypatch.context() as patch:
                patch.setattr(os, "getuid", lambda: nobody)
                assert tp(room, *command) == (2 if said else 1)
            assert said in capsys.readouterr().err
        assert [tp(room, *command, "--by", name) for name in (" \n", "root")] == [2, 1]


def test_who_is_renamed_or_leaves_takes_what_is_noted_along(room: Classroom) -> None:
    mark(Desk(room, NAME, "bea"), "bob", Mark(0.5))
    assert tp(room, "student", "rename", "bob", "bo") == 0
    row = rows(Desk(room, NAME, "bea"))["bo"]
    assert row.mark is not None
    assert (row.mark.score, row.mark.who) == (0.5, "bea")
    assert tp(room, "student", "remove", "bo") == 0
    assert not list(room.own.rglob("bo.json"))
