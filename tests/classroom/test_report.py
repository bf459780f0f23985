"""The class report: counts that add up, in the terminal, as a picture, and as a page that stands alone."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.console import Console

from autograder.classroom.grading.results import GRADED, UNREADABLE, Result, keep
from autograder.classroom.layout import Classroom
from autograder.classroom.returns.report import made, mistakes, remark, report, standings, unexplained
from autograder.classroom.returns.report_page import MOST, page, picture
from autograder.cli import main
from autograder.faults import WrongUsage
from course.judging.verdict import Mistake, Outcome, Verdict
from tests.shared import EXERCISES, TP

ASCENT = Mistake("adam/ascent", "You add the step.", "adam#three-places-for-epsilon")
LATE = Mistake("adam/t-plus-one", "You correct with t + 1.", "adam")
MAXIMUM = sum(exercise.points for exercise in EXERCISES[TP])
HOSTILE = "<script>alert('x')</script>"


def verdict(name: str, *found: Mistake, passed: bool = False) -> dict[str, object]:
    points = next(exercise.points for exercise in EXERCISES[TP] if exercise.name == name)
    outcome = Outcome("step", passed, points, points if passed else 0.0, "")
    return Verdict(name, outcome.earned, points, (outcome,), found).as_json()


def handed_in(student: str, adam: tuple[Mistake, ...] | None, repairs: list[str] | None = None) -> Result:
    """A submission with everything right but, unless None, adam_step."""
    done = [verdict(e.name, passed=True) for e in EXERCISES[TP] if e.name != "adam_step" or adam is None]
    done += [verdict("adam_step", *adam)] if adam is not None else []
    exercises = [one | {"notebook": TP, "cell": f"test_{one['name']}"} for one in done]
    return Result(student, TP, GRADED, MAXIMUM, "key", repairs=repairs or [], exercises=exercises)


CLASS = [
    handed_in("ann", (ASCENT,)),
    handed_in("bob", (ASCENT, LATE)),
    handed_in("cyd", ()),
    handed_in("dan", None),
    Result("eve", TP, UNREADABLE, MAXIMUM, ""),
]


def text(table: object, width: int = 200) -> str:
    console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
    with console.file:
        console.print(table)
    return console.export_text()


def test_of_two_mistakes_made_together_each_counts() -> None:
    assert [(m.mistake, m.students) for m in made(CLASS)] == [("adam/ascent", 2), ("adam/t-plus-one", 1)]
    assert unexplained(CLASS) == {"adam_step": 1}


def test_of_practice_who_met_all_criteria_is_told_from_who_did_not() -> None:
    """Everybody has 0 of 0 points."""
    results = [handed_in("ann", (ASCENT,)), handed_in("cyd", ()), handed_in("dan", None)]
    for result in results:
        for exercise in result.exercises:
            exercise |= {"score": 0.0, "max_score": 0.0}
    adam = next(s for s in standings(results) if s.exercise == "adam_step")
    assert (adam.complete, adam.students, adam.points) == (1, 3, 0)
    assert unexplained(results) == {"adam_step": 1}


def test_who_handed_in_nothing_readable_is_not_in_the_averages() -> None:
    adam = next(s for s in standings(CLASS) if s.exercise == "adam_step")
    assert (adam.complete, adam.students, adam.average) == (1, 4, adam.points / 4)
    assert adam.missed == ("step", 3)


def test_the_terminal_names_mistake_count_and_section() -> None:
    shown = text(mistakes(CLASS))
    assert re.search(r"adam/ascent\s.*2\s.*You add the step.*\n.*Three places for epsilon", shown)
    assert "ann" in text(report(TP, CLASS))


def test_a_class_with_wrong_answers_that_have_no_name_is_told_so() -> None:
    assert "Wrong without a name, or not answered: adam_step 1" in text(report(TP, [handed_in("cyd", ())]))
    assert "Wrong without a name" not in text(report(TP, [handed_in("dan", None)]))


def test_no_name_and_no_number_is_cut_in_a_narrow_terminal() -> None:
    shown = text(report(TP, [handed_in("a_long_student_name", (ASCENT,)), *CLASS]), width=80)
    assert "a_long_student_name" in shown
    assert "\N{HORIZONTAL ELLIPSIS}" not in shown
    assert "\N{HORIZONTAL ELLIPSIS}" in text(report(TP, CLASS), width=30)  # the test can fail


def test_the_picture_is_what_its_name_says() -> None:
    assert picture(TP, CLASS, "png").startswith(b"\x89PNG")
    drawn = picture(TP, CLASS, "svg")
    assert b"<svg" in drawn
    assert drawn == picture(TP, CLASS, "svg")
    assert f"{TP}: mistakes recognised in 5 submissions" in words_of(drawn)
    with pytest.raises(WrongUsage, match=r"ends in \.png or \.svg, not in \.gif"):
        picture(TP, CLASS, "gif")


def words_of(svg: bytes) -> list[str]:
    """The texts of a picture, which Matplotlib also writes as comments beside their outlines."""
    return re.findall("<!-- (.*?) -->", svg.decode())


def test_no_picture_is_drawn_of_nothing() -> None:
    assert picture(TP, [handed_in("dan", None)], "png") is None


def test_remarks_are_sentences() -> None:
    repairs = ["The cells a and b were missing.", "x.csv was not carried along: it is a link."]
    assert remark(handed_in("bob", (ASCENT,))) == "adam/ascent"
    assert remark(handed_in("bob", (ASCENT,), repairs)) == f"adam/ascent. {' '.join(repairs)}"
    assert remark(handed_in("dan", None, repairs)) == " ".join(repairs)
    assert remark(replace(handed_in("bob", (ASCENT, LATE)), status="timed_out")).startswith("timed out; adam/ascent")


def test_what_waits_for_a_person_is_counted() -> None:
    some = {"written_comparison": 3, "why": 1}
    assert "4 answers wait for a person's mark: written_comparison 3, why 1." in text(report(TP, CLASS, some))
    assert "1 answer waits for a person&#x27;s mark: why 1." in page(TP, CLASS, {"why": 1})
    assert "for a person" not in text(report(TP, CLASS)) + page(TP, CLASS)


class Page(HTMLParser):
    """What a page loads from elsewhere, and which of its tables and images lack a name."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.outside: list[str] = []
        self.nameless: list[str] = []
        self.tags: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        given = dict(attrs)
        for name in ("src", "href"):
            address = given.get(name) or "data:"
            if not address.startswith(("data:", "#")):
                self.outside.append(address)
        if tag == "img" and not given.get("alt"):
            self.nameless.append(tag)
        if tag == "th" and given.get("scope") not in ("row", "col"):
            self.nameless.append(tag)


def test_the_page_needs_nothing_else_and_has_words_for_everything() -> None:
    found = Page(page(TP, CLASS))
    assert found.outside == found.nameless == []
    assert found.tags.count("table") == found.tags.count("caption") == 5
    assert "script" not in found.tags
    source = page(TP, CLASS)
    assert "<html lang='en'>" in source
    assert "@media print" in source
    assert Page("<img src='there.png'><th>x</th>").outside == ["there.png"]  # the test can fail
    assert Page("<img src='there.png'><th>x</th>").nameless == ["img", "th"]


def test_hostile_names_and_hints_are_shown_not_run() -> None:
    hostile = [handed_in(HOSTILE, (Mistake(f"adam/{HOSTILE}", HOSTILE, HOSTILE),))]
    source = page(TP, hostile)
    assert "<script" not in source
    assert "&lt;script&gt;" in source
    assert HOSTILE in text(mistakes(hostile))


def test_a_class_without_mistakes_and_one_with_many_are_both_drawn() -> None:
    assert "No mistake was recognised" in page(TP, [handed_in("dan", None)])
    assert "<img" not in page(TP, [handed_in("dan", None)])
    many = [handed_in(str(n), (Mistake(f"adam/{n}", "", ""),)) for n in range(3 * MOST)]
    alt = re.search(r"alt='([^']*)'", page(TP, many))
    assert alt is not None
    assert alt[1].count("adam/") == MOST


def test_the_command_writes_the_page_and_the_picture_or_says_why_not(
    classroom: Classroom, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for result in CLASS:
        classroom.submitted(TP, result.student).mkdir(parents=True)
        keep(classroom, result)
    command = ["--classroom", str(classroom.root), "report", TP]
    assert main([*command, "--html", str(tmp_path / "r.html"), "--picture", str(tmp_path / "r.svg")]) == 0
    assert "adam/ascent" in (tmp_path / "r.html").read_text()
    assert "<svg" in (tmp_path / "r.svg").read_text()
    assert main([*command, "--html", str(tmp_path / "nowhere" / "r.html")]) == 1
    assert main([*command, "--picture", str(tmp_path / "r.gif")]) == 2
    assert "nowhere" in capsys.readouterr().err
    (classroom.root / "gradebook.db").unlink()
    assert main(command) == 0
    said = capsys.readouterr()
    assert "adam/ascent" in said.out
    assert "not counted: the gradebook knows no" in said.err
