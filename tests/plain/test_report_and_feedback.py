"""What instructors and students see of an ordinary assignment: report, page, export and feedback."""

from __future__ import annotations

import csv
import html
import io
import re
import shutil
import sys
from pathlib import Path

import pytest

from autograder.cli import main
from tests.plain.material import HERE, students
from tests.plain.ours import graded
from tests.plain.scores import scores
from tests.plain.stock import CHECKOUT

ASSIGNMENTS = ("waiting_times", "growth")
HIDDEN = re.compile(r"### BEGIN HIDDEN TESTS\n(.*?)### END HIDDEN TESTS", flags=re.DOTALL)


@pytest.fixture(scope="module")
def classroom(once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both assignments, graded in one classroom."""
    return shutil.copytree(graded(once), tmp_path_factory.mktemp("plain") / "classroom")


@pytest.fixture(params=ASSIGNMENTS)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def hidden_lines(name: str) -> list[str]:
    """Lines of hidden tests that no student may find on a page."""
    texts = [path.read_text(encoding="utf-8") for path in (HERE / name / "notebooks").glob("*.py")]
    lines = [line.strip() for text in texts for block in HIDDEN.findall(text) for line in block.splitlines()]
    return [line for line in lines if len(line) > 15 and line != "except Exception:"]


def shown(page: str) -> str:
    """The text of a page, without its markup, styles and scripts."""
    page = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", page))


def plainly(text: str) -> str:
    """Pages say "Written comparison" for `written_comparison`."""
    return text.replace("_", " ").lower()


def cells_of(root: Path, name: str) -> set[str]:
    """The cells that the computer has graded for somebody."""
    found = scores(root, name)
    written = {"verdict"}
    return {cell for cells in found.values() for _, cell in cells} - written


def test_the_report_names_students_and_cells(classroom: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--classroom", str(classroom), "report", name]) == 0
    out = capsys.readouterr().out
    for word in (*students(name), *cells_of(classroom, name)):
        assert word in out
    assert "can be fooled" in " ".join(out.split())


def test_the_page_names_them_too(classroom: Path, name: str, tmp_path: Path) -> None:
    assert main(["--classroom", str(classroom), "report", name, "--html", str(tmp_path / "report.html")]) == 0
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    for word in (*students(name), *cells_of(classroom, name)):
        assert word in shown(page)
    assert "can be fooled" in " ".join(shown(page).split())
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


def test_the_marks_are_returned(classroom: Path, name: str, tmp_path: Path) -> None:
    assert main(["--classroom", str(classroom), "return", name, "--out", str(tmp_path)]) == 0
    (path,) = tmp_path.glob(f"{name}-marks-*.csv")
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))}
    assert rows.keys() == {*students(name)}
    for student, cells in scores(classroom, name).items():
        assert float(rows[student]["score"]) == pytest.approx(sum(score.auto or 0.0 for score in cells.values()))
        assert float(rows[student]["maximum"]) == sum(score.maximum for score in cells.values())
        assert {cell for _, cell in cells} <= set(rows[student])


def test_each_notebook_has_a_page_of_feedback(classroom: Path, name: str) -> None:
    assert main(["--classroom", str(classroom), "feedback", name]) == 0
    notebooks = [path.stem for path in (HERE / name / "notebooks").glob("*.py")]
    for student in students(name):
        pages = {path.stem: path.read_text(encoding="utf-8") for path in pages_of(classroom, name, student)}
        missing = {"2_model"} if student == "kim_empty" else set()
        assert set(notebooks) - missing <= set(pages), student
        for (part, cell), score in scores(classroom, name)[student].items():
            if part in pages and score.auto is not None:
                assert plainly(cell) in plainly(shown(pages[part])), student


def test_no_page_shows_a_hidden_test_or_where_the_grader_lies(classroom: Path, name: str) -> None:
    assert main(["--classroom", str(classroom), "feedback", name]) == 0
    pages = [page for student in students(name) for page in pages_of(classroom, name, student)]
    assert pages
    lines = hidden_lines(name)
    assert len(lines) >= 2
    for page in pages:
        text = shown(page.read_text(encoding="utf-8"))
        for line in lines:
            assert line not in text, page
        for place in (classroom.parent, CHECKOUT, sys.prefix, "site-packages"):
            assert str(place) not in text, page


def pages_of(classroom: Path, name: str, student: str) -> list[Path]:
    return sorted((classroom / "feedback" / student / name).glob("*.html"))
