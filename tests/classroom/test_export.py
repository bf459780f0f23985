"""The marks as tables: what stands in the gradebook comes out, under the headings that Moodle and Canvas read."""

from __future__ import annotations

import csv
import io
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from autograder.classroom import convert
from autograder.classroom.assignment import assignment
from autograder.classroom.grading.gradebook import opened
from autograder.classroom.layout import Classroom
from autograder.classroom.returns.export import text
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


def exported(classroom: Classroom, form: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["--classroom", str(classroom.root), "export", TP, "--format", form]) == 0
    return capsys.readouterr().out


def test_the_table_holds_what_the_gradebook_holds(marked: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    table = pd.read_csv(io.StringIO(exported(marked, "csv", capsys)), keep_default_na=False).set_index("student")
    assert list(table.index) == ["ann", "bob", "cyd"]
    assert list(table["score"]) == [8.0, 0.25, 0.0]
    assert list(table["total"]) == [8.0, 0.0, 0.0]  # a penalty takes no more than there is
    assert table.loc["ann", "test_adam_step"] == 3.5
    assert table.loc["ann", WRITTEN] == 2.5
    assert table.loc["ann", "last name"] == "D'Arc, the second"
    assert set(table["maximum"]) == {assignment(marked, TP).max_score}
    assert list(table["waits for a person"]) == ["no", "no", "yes"]
    cells = [name for name in table.columns if name.startswith(("test_", "written_"))]
    assert (table[cells].sum(axis=1) == table["score"]).all()


def test_marks_of_somebody_who_has_handed_in_nothing_are_said(
    marked: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    (marked.root / "submitted" / "bob" / TP).rmdir()
    assert main(["--classroom", str(marked.root), "export", TP]) == 0
    said = capsys.readouterr()
    assert "bob" in said.out
    assert "note: bob has marks here but no submission: `tp student remove bob`" in said.err
    assert "ann has marks" not in said.err


def test_moodle_finds_its_columns(marked: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    head, *rows = csv.reader(io.StringIO(exported(marked, "moodle", capsys)))
    assert head == ["Username", "First name", "Last name", "Email address", TP]
    assert rows[0] == ["ann", "Anne", "D'Arc, the second", "ann@example.org", "8"]
    assert [row[-1] for row in rows] == ["8", "0", "0"]


def test_canvas_finds_its_columns_and_the_points_possible(
    marked: Classroom, capsys: pytest.CaptureFixture[str]
) -> None:
    head, points, *rows = csv.reader(io.StringIO(exported(marked, "canvas", capsys)))
    assert head == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", TP]
    assert points[0].strip() == "Points Possible"
    assert float(points[-1]) == assignment(marked, TP).max_score
    assert rows[0] == ["D'Arc, the second, Anne", "", "", "ann", "", "8"]
    assert rows[2][0] == "cyd"  # whose name the gradebook does not know


@pytest.mark.parametrize("form", ["csv", "moodle", "canvas"])
def test_no_cell_is_a_formula(form: str, marked: Classroom, capsys: pytest.CaptureFixture[str]) -> None:
    table = exported(marked, form, capsys)
    rows = list(csv.reader(io.StringIO(table)))
    assert "HYPERLINK" in table
    assert not [cell for row in rows for cell in row if cell.strip().startswith(("=", "+", "-", "@"))]
    assert len({len(row) for row in rows}) == 1
    assert len(table.splitlines()) == len(rows)  # the line break in a name is gone


def test_a_file_is_written_whole_and_what_is_missing_is_said(
    marked: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (marked.root / "submitted" / "dan" / TP).mkdir(parents=True)
    out = tmp_path / "marks.csv"
    assert main(["--classroom", str(marked.root), "export", TP, "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert f"3 marks written to {out}" in said.out
    assert "1 submission not graded or not readable" in said.err
    assert "1 submission with answers that no person has marked" in said.err
    assert pd.read_csv(out).shape[0] == 3
    assert [path.name for path in tmp_path.iterdir() if "marks" in path.name] == ["marks.csv"]


def test_before_grading_and_into_no_folder(
    classroom: Classroom, marked: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = str(tmp_path / "nowhere" / "marks.csv")
    assert main(["--classroom", str(marked.root), "export", TP, "--out", nowhere]) == 1
    assert main(["--classroom", str(marked.root), "export", TP, "--out", str(tmp_path)]) == 1
    with opened(marked) as gradebook:
        for student in CLASS:
            gradebook.remove_submission(TP, student)
    capsys.readouterr()
    assert main(["--classroom", str(marked.root), "export", TP]) == 2
    assert capsys.readouterr().err == f"tp: nothing is graded yet: run `tp grade {TP}` first\n"


def test_it_is_a_plugin_of_nbgrader(marked: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "moodle.csv"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "nbgrader",
            "export",
            "--exporter=autograder.classroom.returns.export.Moodle",
            f"--to={out}",
        ],
        cwd=marked.root,
        env=os.environ | {"PYTHONPATH": str(Path(convert.__file__).parents[2])},
        check=True,
        capture_output=True,
    )
    assert out.read_text(encoding="utf-8") == exported(marked, "moodle", capsys)
