"""The marks as tables: what stands in the gradebook comes out as the importers of Moodle and Canvas read it."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import unicodedata
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from autograder.classroom.assignment import assignment
from autograder.classroom.grading.gradebook import opened
from autograder.classroom.layout import Classroom
from autograder.classroom.returns.spreadsheet import text
from autograder.cli import main
from tests.classroom.hand_ins import WRITTEN
from tests.shared import TP

CLASS = {
    "ann": {"first_name": "Anne", "last_name": "D'Arc, the second", "email": "ann@example.org"},
    "bob": {"first_name": "=HYPERLINK(1)", "last_name": "@SUM(A1)\n+1", "email": "-2+3"},
    "cyd": {},
}
MARKS = {"ann": {"test_adam_step": 3.5, "test_momentum_step": 2.0}, "bob": {"test_adam_step": 0.25}, "cyd": {}}


@pytest.fixture
def marked(classroom: Classroom) -> Classroom:
    """Three students in the gradebook: one with a manual mark, one late, one with nothing right."""
    with opened(classroom) as gradebook:
        for student, details in CLASS.items():
            (classroom.root / "submitted" / student / TP).mkdir(parents=True)
            gradebook.add_student(student, **details)
            submission = gradebook.add_submission(TP, student, timestamp="2026-03-01 12:00:00")
            for grade in (grade for notebook in submission.notebooks for grade in notebook.grades):
                grade.auto_score = MARKS[student].get(grade.name, 0.0)
                grade.needs_manual_grade = (student, grade.name) == ("cyd", WRITTEN)
                if (student, grade.name) == ("ann", WRITTEN):
                    grade.manual_score = 2.5
        gradebook.find_submission_notebook(TP, TP, "bob").late_submission_penalty = 1.0
        gradebook.db.commit()
    return classroom


HIDDEN = "\u200b\ufeff\u2060\u00ad\u034f\u3164\u00a0"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("=1+1", "'=1+1"),
        (";=1+1", ";'=1+1"),
        ("a; @SUM(1)", "a;' @SUM(1)"),
        ("a,+1|-1", "a,'+1|'-1"),
        ("\t=1", "'=1"),
        *[(f"{hidden}=1", f"'{hidden}=1") for hidden in HIDDEN.removesuffix("\u00a0")],
        ("\uff1d1", "'\uff1d1"),
        ("\ufe661", "'\ufe661"),
        ("\u22121", "'\u22121"),
        ("O'Neil-Smith, Zoë", "O'Neil-Smith, Zoë"),
        ("Ali\u200creza", "Ali\u200creza"),
        ("-", "'-"),
        ("", ""),
    ],
)
def test_a_text_begins_no_formula_wherever_it_is_cut(written: str, shown: str) -> None:
    assert text(written) == shown
    parts = [part.strip(f'{HIDDEN} "') for part in re.split(r"[;,|\t]", text(written))]
    assert not [part for part in parts if unicodedata.normalize("NFKC", part)[:1] in set("=+-@\u2212")]


def returned(classroom: Classroom, *options: str) -> int:
    return main(["--classroom", str(classroom.root), "return", TP, *options])


def file(classroom: Classroom, name: str) -> Path:
    (path,) = (classroom.root / "returned" / TP).glob(f"{TP}-{name}")
    return path


def test_the_table_holds_what_the_gradebook_holds(marked: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    assert returned(marked) == 0
    assert f"{TP}: 3 marks, 1 answer still open" in capsys.readouterr().out
    path = file(marked, "marks-1-answer-still-open.csv")
    table = pd.read_csv(path, keep_default_na=False).set_index("student")
    assert list(table.index) == ["ann", "bob", "cyd"]
    assert list(table["score"]) == [8.0, 0.25, 0.0]
    assert list(table["total"]) == [8.0, 0.0, 0.0]  # a penalty takes no more than there is
    assert table.loc["ann", "test_adam_step"] == 3.5
    assert table.loc["ann", WRITTEN] == 2.5
    assert table.loc["ann", "last name"] == "D'Arc, the second"
    assert set(table["maximum"]) == {assignment(marked, TP).max_score}
    assert list(table["state"]) == ["final", "final", "1 answer open"]
    cells = [name for name in table.columns if name.startswith(("test_", "written_"))]
    assert (table[cells].sum(axis=1) == table["score"]).all()


def test_no_cell_of_a_spreadsheet_is_a_formula(marked: Classroom) -> None:
    assert returned(marked) == 0
    table = file(marked, "marks-*").read_text(encoding="utf-8")
    rows = list(csv.reader(io.StringIO(table)))
    assert "HYPERLINK" in table
    assert not [cell for row in rows for cell in row if cell.strip().startswith(("=", "+", "-", "@"))]
    assert len({len(row) for row in rows}) == 1
    assert len(table.splitlines()) == len(rows)  # the line break in a name is gone


def test_what_is_open_is_in_the_name_and_may_be_refused(marked: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    (marked.root / "submitted" / "dan" / TP).mkdir(parents=True)
    assert returned(marked, "--final") == 1
    assert "is not final: 1 answer still open, 1 hand-in not graded" in capsys.readouterr().err
    assert not (marked.root / "returned").exists()
    assert returned(marked) == 0
    assert file(marked, "*.csv").name == f"{TP}-marks-1-answer-still-open-1-hand-in-not-graded.csv"
    assert ",not graded\n" in file(marked, "*.csv").read_text()
    (marked.root / "submitted" / "dan" / TP).rmdir()
    with opened(marked) as gradebook:
        gradebook.find_grade(WRITTEN, TP, TP, "cyd").needs_manual_grade = False
        gradebook.db.commit()
    assert returned(marked, "--final") == 0
    assert file(marked, "*.csv").name == f"{TP}-marks-final.csv"  # the other one is gone


def test_marks_of_somebody_who_has_handed_in_nothing_are_said(
    marked: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    (marked.root / "submitted" / "bob" / TP).rmdir()
    assert returned(marked) == 0
    said = capsys.readouterr().err
    assert "note: bob has marks here but no submission: `tp student remove bob`" in said
    assert "ann has marks" not in said


def test_before_grading_and_into_no_folder(marked: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    assert returned(marked, "--out", str(marked.root / "nowhere")) == 2
    with opened(marked) as gradebook:
        for student in CLASS:
            gradebook.remove_submission(TP, student)
    capsys.readouterr()
    assert returned(marked) == 2
    assert capsys.readouterr().err == f"tp: nothing is graded yet: run `tp grade {TP}` first\n"


GROUPED = """id,name,mail,group
ann,Anne D'Arc,ann@example.org,
bob,=HYPERLINK(1),bob@example.org,
eve,Ève Lévêque,eve@example.org,cyd
fay,Fay Wray,fay@example.org,cyd
gus,Gus Off,gus@example.org,
hal,Hal Out,hal@example.org,
"""


@pytest.fixture
def grouped(marked: Classroom) -> Classroom:
    """Where cyd is a group, of two; gus is exempt, and hal has handed in nothing."""
    (marked.root / "roster.csv").write_text(GROUPED, encoding="utf-8")
    (marked.root / "rules.toml").write_text(f'format = 1\n[{TP}]\ngroups = true\nexempt = ["gus"]\n')
    note = {"format": 1, "student": "cyd", "members": ["eve", "fay"], "system": "moodle", "number": "7"}
    marked.collected(TP, "cyd").parent.mkdir(parents=True)
    marked.collected(TP, "cyd").write_text(json.dumps(note))
    for student in ("ann", "cyd"):
        shutil.copytree(marked.released(TP), marked.root / "autograded" / student / TP)
    return marked


def test_each_member_has_the_mark_of_the_group(grouped: Classroom) -> None:
    assert returned(grouped) == 0
    table = pd.read_csv(file(grouped, "marks-*"), keep_default_na=False).set_index("student")
    assert list(table.index) == ["ann", "bob", "eve", "fay", "gus", "hal"]
    assert list(table["state"]) == ["final", "final", *["1 answer open"] * 2, "exempt", "nothing handed in"]
    assert list(table["total"]) == ["8", "0", "0", "0", "", ""]


# As mod/assign/gradingtable.php writes it, after Moodle's byte order mark.
WORKSHEET = (
    "\ufeffIdentifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments\r\n"
    "Participant 101,Anne D'Arc,ann@example.org,Submitted,,{0},Yes,-,-,=kept\r\n"
    "Participant 102,=HYPERLINK(1),bob@example.org,Submitted,3.00,{0},No,-,-,\r\n"
    "Participant 103,Ève Lévêque,eve@example.org,Submitted,,{0},Yes,-,-,\r\n"
    "Participant 104,Fay_ Wray,fay@example.org,Submitted,,{0},Yes,-,-,\r\n"
    "Participant 105,Gus Off,gus@example.org,No submission,,{0},Yes,-,-,\r\n"
    "Participant 106,Hal Out,hal@example.org,No submission,,{0},Yes,-,-,\r\n"
    "Participant 107,Anne D'Arc,other@example.org,No submission,,{0},Yes,-,-,\r\n"
)


def as_moodle_reads(path: Path, maximum: float) -> dict[int, float]:
    """The marks that mod/assign/feedback/offline enters: importgradeslib.php, then process_import_grades()."""
    text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
    head, *rows = csv.reader(io.StringIO(text))
    assert {len(row) for row in rows} == {len(head)}  # csv_import_reader refuses the file otherwise
    id, grade, modified = (head.index(name) for name in ("Identifier", "Grade", "Last modified (grade)"))
    assert modified >= 0
    found = {}
    for row in rows:
        number = int(row[id][len("Participant ") :])
        if row[grade] == "" or not 0 <= float(row[grade]) <= maximum:
            continue
        found[number] = float(row[grade])
    return found


def as_moodle_unpacks(data: bytes, participants: set[int]) -> dict[int, list[str]]:
    """By participant the files that mod/assign/feedback/file/importziplib.php takes from a zip."""
    found: dict[int, list[str]] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            parts = name.split("/")
            assert not parts[-1].startswith((".", "~"))
            while parts:
                info = parts.pop(0).split("_", 4)
                if len(info) < 4 or not info[1].isdigit() or int(info[1]) not in participants:
                    continue
                assert info[2:4] in (["assignsubmission", "file"], ["assignfeedback", "file"])
                found.setdefault(int(info[1]), []).append("/".join([*info[4:], *parts]).lstrip("/"))
                break
            else:
                raise AssertionError(f"{name} is nobody's")
    return found


def test_moodle_takes_the_worksheet_and_the_feedback(
    grouped: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    most, sheet = assignment(grouped, TP).max_score, tmp_path / "sheet.csv"
    sheet.write_bytes(WORKSHEET.format(f"{most:.2f}").encode())
    assert returned(grouped, "--moodle", str(sheet)) == 0
    said = capsys.readouterr().err
    path = file(grouped, "moodle-1-answer-still-open.csv")
    assert as_moodle_reads(path, most) == {101: 8.0, 102: 0.0, 103: 0.0, 104: 0.0}
    changed = [set(zip(*rows, strict=True)) for rows in zip(rows_of(sheet), rows_of(path), strict=True)]
    assert not [cell for row in changed for cell in row if cell[0] != cell[1] and cell not in MARKED]
    assert path.read_bytes()[:30] == sheet.read_bytes()[:30]
    assert "bob: Moodle does not let this mark be changed" in said
    pages = as_moodle_unpacks(file(grouped, "moodle-feedback-*.zip").read_bytes(), set(range(101, 108)))
    assert pages == {101: [f"{TP}.html"], 103: [f"{TP}.html"], 104: [f"{TP}.html"]}


MARKED = {("", "8"), ("3.00", "0"), ("", "0")}


def rows_of(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (",{0},", ",100.00,", "100 points can be had there, and {0:g} here; change it there, or say --scale"),
        ("Last modified (grade)", "Modifié", "no grading worksheet of Moodle's"),
        ("Maximum Grade", "Scale", "the assignment in Moodle has a scale"),
    ],
)
def test_a_worksheet_that_moodle_would_not_take_is_one_line_and_nothing_is_written(
    grouped: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, said: str
) -> None:
    most = assignment(grouped, TP).max_score
    (tmp_path / "sheet.csv").write_text(WORKSHEET.replace(old, new).format(most), encoding="utf-8")
    assert returned(grouped, "--moodle", str(tmp_path / "sheet.csv")) == 1
    printed = capsys.readouterr().err.strip()
    assert said.format(most) in printed
    assert "\n" not in printed
    assert not (grouped.root / "returned").exists()


CANVAS = (
    "Student,ID,SIS Login ID,Section,Notes,TP 1 (4711),optimizers (4712),Final Score\n"
    ",,,,,,Manual Posting,\n"
    "    Points Possible,,,,,5,{0},(read only)\n"
    '"D\'Arc, Anne",11,ann,A,=note,4.5,,90\n'
    '"Lévêque, Ève",12,eve,A,,,12.5,80\n'
    '"Wray, Fay",13,,A,,,N/A,80\n'
    '"Off, Gus",14,gus,A,,,,80\n'
    '"Out, Hal",15,hal,A,,3,,80\n'
    '"Student, Test",16,test,A,,,,\n'
)


def as_canvas_reads(path: Path, column: str) -> dict[int, str]:
    """By the student's ID what lib/gradebook_importer.rb reads for one assignment."""
    head, *rows = csv.reader(io.StringIO(path.read_text(encoding="utf-8")))
    assert "Student" in head[0]
    assert "ID" in head[1]
    assert "Section" in head[3]  # the last column about the student
    of_students = []
    for row in rows:
        if "Points Possible" in row[0] or all(re.fullmatch(r"\s*(Muted|Manual Posting.*)?\s*", cell) for cell in row):
            continue
        of_students.append(row)
    return {int(row[1]): row[head.index(column)].strip() for row in of_students}


@pytest.mark.parametrize(("column", "place"), [(None, "optimizers (4712)"), ("TP 1 (4711)", "TP 1 (4711)")])
def test_canvas_takes_its_gradebook(
    grouped: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str], column: str | None, place: str
) -> None:
    most, sheet = assignment(grouped, TP).max_score, tmp_path / "canvas.csv"
    sheet.write_text(CANVAS.format(most), encoding="utf-8")
    chosen = ["--column", column, "--scale"] if column else []
    assert returned(grouped, "--canvas", str(sheet), *chosen) == 0
    path = file(grouped, "canvas-*.csv")
    eight = f"{8 * (5 / most if column else 1):.5f}".rstrip("0").rstrip(".")
    na = "0" if column else "N/A"
    kept = as_canvas_reads(sheet, place)
    assert as_canvas_reads(path, place) == {11: eight, 12: "0", 13: na, 14: "EX", 15: kept[15], 16: ""}
    for other in {"TP 1 (4711)", "optimizers (4712)", "Notes", "Final Score", "SIS Login ID"} - {place}:
        assert as_canvas_reads(path, other) == as_canvas_reads(sheet, other)
    assert rows_of(path)[:3] == rows_of(sheet)[:3]
    said = capsys.readouterr().err
    assert ("fay: the assignment is not assigned to them" in said) is (column is None)
    assert "bob (=HYPERLINK(1)) has a mark and no row in canvas.csv" in said


def test_which_column_of_canvas_is_meant_is_not_guessed(
    grouped: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "c.csv").write_text(CANVAS.replace("optimizers (", "Optimizer steps ("), encoding="utf-8")
    assert returned(grouped, "--canvas", str(tmp_path / "c.csv")) == 1
    assert "name it as --column; did you mean Optimizer steps (4712)?" in capsys.readouterr().err
