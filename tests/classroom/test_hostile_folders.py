"""What a submission's folder may hold or be called: nothing of it reaches another place, stops the run or a page."""

from __future__ import annotations

import html
import io
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from nbconvert.filters import markdown2html
from nbgrader.converters import Autograde
from rich.console import Console

from autograder.classroom import convert
from autograder.classroom.grading.batch import Batch
from autograder.classroom.grading.regrade import Change, table
from autograder.classroom.intake import reading
from autograder.classroom.intake.reading import Unreadable, read, submission
from autograder.classroom.intake.timestamp import handed_in_at
from autograder.classroom.layout import Classroom
from autograder.classroom.returns.rendering import markdown_to_html
from autograder.classroom.returns.report import report, results
from autograder.harmless import line, markdown
from tests.shared import TP, TPS

NAMES = [
    "-rf",
    "=1+1",
    "+1",
    "@SUM(1)",
    ".hidden",
    "a\nb",
    "<img src=x onerror=alert(1)>",
    "a\x1b[2Jb",
    "a\u202eb",
    'a"b',
    os.fsdecode(b"\xff"),
]


def test_folders_that_are_named_like_no_student_are_not_graded_and_stop_nothing(classroom: Classroom) -> None:
    honest = ["zoë o'neil", "bystander"]
    for student in (*NAMES, *honest):
        shutil.copytree(classroom.release(TP).parent, classroom.submitted(TP, student))
    done = {student: result for student, result, _ in Batch(classroom, TP, classroom.submissions(TP), workers=1)}
    statuses = {student: result.status for student, result in done.items() if result}
    assert statuses == dict.fromkeys(NAMES, "unreadable") | dict.fromkeys(honest, "graded")
    assert {p.name for p in (classroom.root / "autograded").iterdir()} == set(honest)
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(report(TP, results(classroom, TP)))
    assert "\x1b[2J" not in console.export_text(styles=False)


@pytest.fixture
def folder(classroom: Classroom) -> Path:
    """The folder of a student who handed in right; another student's lies beside it."""
    for student in ("other", "student"):
        shutil.copytree(classroom.release(TP).parent, classroom.submitted(TP, student))
    return classroom.submitted(TP, "student")


def test_links_lead_nowhere(classroom: Classroom, folder: Path) -> None:
    notebook = folder / f"{TP}.ipynb"
    notebook.unlink()
    notebook.symlink_to(classroom.submitted(TP, "other") / f"{TP}.ipynb")
    with pytest.raises(Unreadable, match="link"):
        submission(classroom, TP, "student", {TP: read(classroom.release(TP))})
    shutil.rmtree(folder)
    folder.symlink_to(classroom.submitted(TP, "other"), target_is_directory=True)
    with pytest.raises(Unreadable, match="link"):
        submission(classroom, TP, "student", {TP: read(classroom.release(TP))})


def test_a_pipe_that_never_ends_is_no_notebook(classroom: Classroom, folder: Path) -> None:
    (folder / f"{TP}.ipynb").unlink()
    os.mkfifo(folder / "other.ipynb")
    with pytest.raises(Unreadable, match="missing"):
        submission(classroom, TP, "student", {TP: read(classroom.release(TP))})


def test_a_hostile_file_name_is_told_harmlessly(classroom: Classroom, folder: Path) -> None:
    name = os.fsdecode(b"[red]\x1b[2J\n\xff<script>.ipynb")
    (folder / "[").mkdir()  # "[/" begins a closing tag for Rich
    (folder / f"{TP}.ipynb").rename(folder / "[" / name)
    ((_, result, _),) = Batch(classroom, TP, ["student"], workers=1)
    assert result is not None
    assert result.status == "graded"
    assert result.repairs[0].isprintable()
    page = (classroom.root / "autograded" / "student" / TP / f"{TP}.ipynb").read_text()
    assert "<script>" not in page
    Console(file=io.StringIO()).print(report(TP, results(classroom, TP)))


@pytest.mark.parametrize("stamp", [b"9" * 10**6, b"\xff", b"2026-13-45", b""])
def test_a_senseless_timestamp_is_no_timestamp(tmp_path: Path, stamp: bytes) -> None:
    (tmp_path / "timestamp.txt").write_bytes(stamp)
    when, said = handed_in_at(tmp_path)
    assert when is None
    assert line(said) == said


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<ScRipt\n>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x][a]\n\n[a]: javascript:alert(1)",
        "![x](javascript:alert(1))",
        "<javascript:alert(1)>",
        "<\0script>alert(1)</script>",
        "`a` <img src=x onerror=alert(1)>",
        "$<img src=x onerror=alert(1)>$",
        "\\begin{x}<img src=x>\\end{x}",
        "$\\href{javascript:alert(1)}{x}$",
        "<a\u2028href=javascript:alert(1)>",
    ],
)
def test_markdown_of_a_student_renders_to_nothing_live(text: str) -> None:
    page = markdown2html(markdown(text)).lower()
    assert not any(bad in page for bad in ("<script", "<img", "<a ", "\\href"))


def test_markdown_of_a_student_keeps_forms_and_formulas() -> None:
    page = markdown2html(markdown("## Why\n\n**Adam**: $a<b$, $\\frac{1}{2}$\n\n- one\n\n|a|b|\n|-|-|\n|1|2|\n"))
    assert all(part in page for part in ("<h2", "<strong>", "\\frac{1}{2}", "<li>", "<table>"))


@pytest.mark.parametrize("render", [markdown2html, markdown_to_html])
@pytest.mark.parametrize("text", ["a <b>, </b> and <!-- c -->", "`1` <b> `2` <i>", "<<b>>", "a<b, 2 <x\n\n1. <u>"])
def test_markdown_of_a_student_shows_the_tags_that_were_written(render: Callable[[str], str], text: str) -> None:
    shown = html.unescape(re.sub("<[^>]*>", "", render(markdown(text))))
    assert " ".join(shown.split()) == " ".join(text.replace("`", "").replace("1. ", "").split())


@pytest.mark.parametrize("text", ["`a <b`", "    a <b", "```\na <b\n```", "~~~\na <b\n~~~"])
def test_code_of_a_student_shows_no_escape(text: str) -> None:
    assert "<code>a &lt; b" in markdown_to_html(f"x\n\n{markdown(text)}")


@pytest.mark.parametrize("formula", ["$a<b$", "$$\na<b\n$$", "\\begin{matrix}a<b\\end{matrix}", "\\\\(a<b\\\\)"])
def test_a_formula_of_a_student_keeps_its_sign(formula: str) -> None:
    page = markdown_to_html(markdown(formula))
    assert page.count("<mo>&lt;</mo>") == 1
    assert "amp;" not in page


def test_a_line_is_one_line_and_nothing_for_a_terminal() -> None:
    assert line("a\x1b[2J\n b\udcff") == "a\N{REPLACEMENT CHARACTER}[2J b?"


def test_nbgraders_own_copy_brings_nothing_of_a_students_but_the_notebook(classroom: Classroom, folder: Path) -> None:
    (folder / "page.html").write_text("<script>alert(1)</script>")
    (folder / "pages").mkdir()
    (folder / "pages" / "page.html").write_text("<script>alert(1)</script>")
    (folder / "key.txt").symlink_to(classroom.own / "secret")
    (folder / "checks.json").unlink()
    (folder / "checks.json").symlink_to(classroom.own / "secret")
    (folder / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC")
    secret = classroom.secret()
    convert.run(classroom, Autograde, TP)
    copied = classroom.root / "autograded" / "student" / TP
    found = {path.name: path for path in copied.iterdir()}
    assert found.keys() <= {f"{TP}.ipynb", "timestamp.txt", "checks.json", *TPS[TP].public}
    assert found.keys() >= {f"{TP}.ipynb", "timestamp.txt"}
    assert not any(secret in path.read_bytes() for path in found.values())


@pytest.mark.parametrize(("name", "levels"), [("d", 1200), ("d" * 250, 20)])
def test_folders_without_end_stop_nobody(classroom: Classroom, folder: Path, name: str, levels: int) -> None:
    here = os.open(folder, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir(name, dir_fd=here)
        below = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(os.open("x.ipynb", os.O_CREAT, dir_fd=here))
    os.close(here)
    done = {student: result for student, result, _ in Batch(classroom, TP, ["other", "student"], workers=1)}
    assert {student: result.status for student, result in done.items() if result} == dict.fromkeys(done, "graded")
    (folder / f"{TP}.ipynb").unlink()
    with pytest.raises(Unreadable, match="missing"):
        submission(classroom, TP, "student", {TP: read(classroom.release(TP))})
    subprocess.run(["rm", "-rf", folder], check=True)  # Python's own way recurses


def test_notebooks_together_are_bounded(classroom: Classroom, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    content = (folder / f"{TP}.ipynb").read_bytes()
    monkeypatch.setattr(reading, "LARGEST", 2 * len(content) - 1)
    (folder / "a.ipynb").write_bytes(content.replace(b"NotImplementedError", b"NotImplementedErr0r"))  # written
    _, told = submission(classroom, TP, "student", {TP: read(classroom.release(TP))})
    assert "a.ipynb cannot be read" in told[0]
    monkeypatch.setattr(reading, "LARGEST", 2 * len(content))
    _, told = submission(classroom, TP, "student", {TP: read(classroom.release(TP))})
    assert "Of 2 notebooks a.ipynb is graded" in told[0]


def test_a_regrade_shows_no_terminal_codes(classroom: Classroom) -> None:
    missed = {"name": "adam_step", "before": 3.0, "after": 0.0, "met": [], "missed": {"defaults": "raised E: \x1b[2J"}}
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(table([Change("a\x1b]0;x\x07", 3.0, 0.0, "the submission has changed", [missed])]))
    assert "\x1b" not in console.export_text(styles=False)
