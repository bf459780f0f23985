"""The check a student runs: it says what is wrong in words, and holds no solution."""

from __future__ import annotations

import io
import json
import linecache
import logging
import re
import sys
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest
from docutils.nodes import make_id

from autograder.exercises.exercise import Exercise
from course.judging import sections
from course.judging.checks import FILE, check
from course.judging.picture import compared, points
from tests.shared import ALL as EVERY_EXERCISE
from tests.shared import EXERCISES, TP

# Functions, which a check calls directly; classes are used in the ways of their TP, whose tests check them.
ALL = {exercise.name: exercise for exercise in EXERCISES[TP] if not exercise.public}
every = pytest.mark.parametrize("exercise", ALL.values(), ids=ALL)
drawn = pytest.mark.parametrize("exercise", [exercise for exercise in ALL.values() if exercise.picture])
WORK = 400_000  # calls, ours and NumPy's; Adam, of whom most is asked, makes 350 000


@pytest.fixture(autouse=True)
def beside_the_notebook(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built / "release" / TP)


@every
def test_right_forms_are_called_right(exercise: Exercise, capsys: pytest.CaptureFixture[str]) -> None:
    for function in (exercise.reference, *exercise.equivalents.values()):
        report = check(exercise.name, function)
        assert report.verdict.passed
        assert "right" in str(report)
        report.required()
        assert capsys.readouterr() == (f"{str(report).splitlines()[0]}\n", "")


@every
@pytest.mark.parametrize("each", [8, pytest.param(1, marks=pytest.mark.full)])
def test_every_mistake_is_told_by_its_hint_and_nearly_every_one_by_a_short_call(
    exercise: Exercise, each: int, capsys: pytest.CaptureFixture[str]
) -> None:
    short = 0
    for wrong in exercise.mistakes[::each]:
        report = check(exercise.name, wrong.function, hint=4, call=True)
        call = str(report).partition("The first wrong call, to paste and to try:\n")[2].partition("\n")[0]
        short += 0 < len(call) < 250
        told = str(wrong.hint) in str(report)
        assert told or (wrong.id == "flattened" and "grad_fn was asked at a point of shape (6,)" in str(report))
        assert not report.verdict.passed
        report.required()
        printed = capsys.readouterr()
        assert (printed.out, printed.err.count("\n"), printed.err.split(":")[0]) == ("", 1, exercise.name)
    asked = exercise.mistakes[::each]  # nearly: some only change or share what they are given
    assert short >= 0.9 * len(asked) - (each > 1)


def typed(name: str, body: str, parameters: str = "*_") -> Any:
    """A function that was typed in a cell: as in IPython its text is in the cache of lines, under a name of its own."""
    cell, file = f"def {name}({parameters}):\n{body}\n", f"<cell of {name}: {body}>"
    linecache.cache[file] = (len(cell), None, cell.splitlines(keepends=True), file)
    names: dict[str, Any] = {"np": np}
    exec(compile(cell, file, "exec"), names)
    return names[name]


@every
def test_an_unwritten_function_gets_one_line(exercise: Exercise) -> None:
    stub = typed(exercise.name, "    # YOUR CODE HERE\n    raise NotImplementedError()")
    expected = f"{exercise.name} raised NotImplementedError. It is not written yet."
    assert str(check(exercise.name, stub)).split("\n")[0] == expected
    assert "NotImplementedError" in check(exercise.name, stub)._repr_html_()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("    return theta + 0 * grad", "`eta` is not used anywhere in your function."),
        (
            "    np.subtract(theta, eta * grad, out=theta)\n    return theta",
            "Line 2, `np.subtract(",
        ),
        ("    new = theta\n    new -= eta * grad\n    return new", "`theta.copy()` would be a new array."),
        ("    theta = theta - eta * grad", "Your function returns nothing. End it with `return theta`."),
    ],
)
def test_the_check_reads_the_cell_that_a_function_was_typed_in(body: str, said: str) -> None:
    shown = str(check("gradient_descent_step", typed("gradient_descent_step", body, "theta, grad, eta"), hint=4))
    assert said in shown, shown


def test_a_library_that_cannot_do_something_is_not_called_an_unwritten_function() -> None:
    def symbolic(*_: object) -> None:
        raise NotImplementedError("Cannot convert a symbolic tf.Tensor (Sqrt:0) to a numpy array.")

    shown = str(check("gradient_descent_step", symbolic))
    assert "a tensor has no numbers yet" in shown
    assert "not written" not in shown


def test_what_the_function_prints_is_shown_shortened_and_what_it_warns_of_is_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    log = logging.getLogger("a student's")
    log.addHandler(logging.StreamHandler(sys.stderr))

    def noisy(theta: np.ndarray, grad: np.ndarray, eta: float) -> np.ndarray:
        print("debug <b>", 7 * "x" * 100)
        print("careful", file=sys.stderr)
        log.warning("careful")
        np.log(np.array([-1.0]))
        return theta - eta * grad

    report = check("gradient_descent_step", noisy)
    assert report.verdict.passed
    assert capsys.readouterr() == ("", "")
    shown = str(report).partition("It printed: The first 6 of ")[2]
    assert shown.count("debug <b> xxx") == 6
    assert max(map(len, shown.split("\n"))) < 120
    assert "careful" not in shown
    assert "debug &lt;b&gt; xxx" in report._repr_html_()


def test_an_exception_is_told_with_the_learners_own_line() -> None:
    def misspelt(theta: np.ndarray, grad: np.ndarray, eta: float) -> np.ndarray:
        return theta - etta * grad  # type: ignore[name-defined]  # noqa: F821

    def inside_numpy(theta: np.ndarray, grad: np.ndarray, eta: float) -> np.ndarray:
        short = np.zeros(99)
        return np.add(theta, np.outer(short, short))

    for function in (misspelt, inside_numpy):
        assert re.search(
            rf"\(line {function.__code__.co_firstlineno + 1}: `return theta - ett|\(line \d+: `return np.a",
            str(check("gradient_descent_step", function)),
        )
    assert f"line {inside_numpy.__code__.co_firstlineno + 2}" in str(check("gradient_descent_step", inside_numpy))


def test_without_a_function_the_check_takes_what_has_its_name() -> None:
    names = {"__name__": "a_notebook"}
    exec("from course.judging import check\nbefore = str(check('gradient_descent_step'))", names)
    expected = "gradient_descent_step is not defined: no cell that ran has given this name a value."
    assert names["before"] == expected
    exec("def gradient_descent_step(theta, grad, eta): return theta - eta * grad", names)
    exec("after = check('gradient_descent_step').verdict.passed", names)
    assert names["after"]


def test_an_exception_of_the_function_is_a_finding_not_a_crash() -> None:
    def fails(theta: np.ndarray, grad: np.ndarray, eta: float) -> np.ndarray:
        raise RuntimeError("<script>alert(1)</script>")

    report = check("gradient_descent_step", fails)
    assert "RuntimeError" in str(report)
    assert "<script" not in report._repr_html_()


def test_hostile_words_are_escaped_in_the_table_and_in_the_picture() -> None:
    def fails_on_two(theta: np.ndarray, grad: np.ndarray, eta: float) -> np.ndarray:
        if np.shape(theta) == (2,):
            raise RuntimeError("<script>alert('1')</script>\"'><img src=x>")
        return theta + 3 * eta * grad

    page = check("gradient_descent_step", fails_on_two)._repr_html_()
    assert "<svg" in page
    assert "&lt;script&gt;" in page
    root = fromstring(page.replace("&nbsp;", " "))  # well-formed to the last quote
    assert not {"script", "img"} & {node.tag for node in root.iter()}


def test_an_interrupt_is_the_users_and_goes_through() -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("gradient_descent_step", stopped)


def test_what_cannot_be_checked_is_said_in_one_line(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyError, match="no check for 'adma_step'; there are checks for gradient_descent_step"):
        check("adma_step", lambda: None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="fetch it again"):
        check("adam_step", lambda: None)
    whole = (built / "release" / TP / FILE).read_text(encoding="utf-8")
    for damaged in ("", '{"exercises": {"adam', "[]", "{}", whole.replace('"data": "', '"data": "?')):
        (tmp_path / FILE).write_text(damaged)
        with pytest.raises(ValueError, match="damaged; fetch the assignment again"):
            check("adam_step", lambda: None)


def test_the_checks_hold_numbers_and_words_only(built: Path) -> None:
    """No string in the file compiles to a function or holds an operator of a rule beyond the words of a hint."""
    data = json.loads((built / "release" / TP / FILE).read_text())

    def strings(node: object) -> Any:
        if isinstance(node, dict):
            for item in node.values():
                yield from strings(item)
        elif isinstance(node, list):
            for item in node:
                yield from strings(item)
        elif isinstance(node, str):
            yield node

    for text in strings(data):
        assert "lambda" not in text
        assert "def " not in text
        quoted = re.findall("`([^`]*)`", text)
        assert all(len(words) < 60 for words in quoted), text  # a word of code in a hint, no formula
        assert not re.search(r"^\s*return ", text, flags=re.MULTILINE), text


def test_in_a_notebook_the_report_is_a_table_and_elsewhere_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    exercise = ALL["gradient_descent_step"]
    report = check(exercise.name, exercise.mistakes[0].function)
    root = fromstring(report._repr_html_().replace("&nbsp;", " "))
    criteria = exercise.checks
    words = ["".join(node.itertext()) for node in root.iter("td")]
    assert sum(word in ("✓ met", "✗ not met") for word in words) == len(criteria)  # words, not colour alone
    assert [node.get("scope") for node in root.iter("th")] == ["col"] * 3 + ["row"] * len(criteria)
    out = io.StringIO()
    print(report, file=out)
    assert out.getvalue().startswith("gradient_descent_step: 0 of")


@drawn
def test_the_picture_says_in_words_what_it_shows(exercise: Exercise) -> None:
    page = check(exercise.name, exercise.mistakes[0].function)._repr_html_()
    drawn = next(fromstring(page.replace("&nbsp;", " ")).iter("svg"))
    assert drawn.get("role") == "img"
    title, description = (next(drawn.iter(tag)).text or "" for tag in ("title", "desc"))
    assert title in str(drawn.get("aria-label"))
    assert re.search(r"part at|told apart|ends at", description)
    assert len(list(drawn.iter("polyline"))) >= 2


@drawn
def test_the_picture_tells_no_difference_where_there_is_none(exercise: Exercise, built: Path) -> None:
    spec = json.loads((built / "release" / TP / FILE).read_text())["exercises"][exercise.name]["picture"]
    for function in (exercise.reference, *exercise.equivalents.values()):
        found, trouble = points(function, spec)
        assert trouble == ""
        assert "hardly be told apart" in compared(spec, found, trouble)
    assert "told apart" not in compared(spec, [[x, y * 1.2 + 1] for x, y in found], "")


def test_a_section_is_linked_where_the_lectures_lie_beside_the_tp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: Path
) -> None:
    monkeypatch.setenv("COURSE_CHECKS", str(built / "release" / TP / FILE))
    (tmp_path / "tp").mkdir()
    monkeypatch.chdir(tmp_path / "tp")
    exercise = ALL["adam_step"]
    report = check(exercise.name, exercise.mistakes[0].function)
    (section,) = report.verdict.sections
    lecture = section.partition("#")[0]
    (page,) = sections.LECTURES.glob(f"*/*_{lecture}.md")
    assert "<a " not in report._repr_html_()
    there = tmp_path / "lectures" / page.parent.name / f"{page.stem}.ipynb"
    there.parent.mkdir(parents=True)
    there.touch()
    assert f"href='../lectures/{page.parent.name}/{page.stem}.ipynb#" in report._repr_html_()


def test_every_section_that_a_mistake_names_is_a_heading_of_a_lecture() -> None:
    named = {(wrong.section, wrong.id) for exercise in EVERY_EXERCISE for wrong in exercise.mistakes if wrong.section}
    assert named
    for section, id in sorted(named):
        lecture, _, slug = section.partition("#")
        assert sections.headings(lecture), f"{id}: there is no lecture {lecture}"
        assert not slug or slug in sections.headings(lecture), f"{id}: no heading {section}"


def test_sections_are_named_as_the_pages_of_the_site_name_them() -> None:
    pages = sorted(sections.LECTURES.glob("*/[0-9][0-9]_*.md"))
    assert pages
    for page in pages:
        text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        on_the_site = {make_id(h.replace("$", "")) for h in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)}
        assert on_the_site <= sections.headings(page.stem.partition("_")[2]).keys(), page


def test_a_section_that_is_not_there_is_still_told() -> None:
    assert sections.title("no_such_lecture#three-words-here") == 'no_such_lecture, "three words here"'
    assert sections.title("../../secret") == "../../secret"
    assert sections.link("no_such_lecture#three-words-here") is None


@every
def test_a_check_does_little_work(exercise: Exercise) -> None:
    """Little enough to run at once on any machine: the calls that it makes are counted, no clock is asked."""

    def odd(*arguments: Any) -> Any:
        results = exercise.reference(*arguments)
        return tuple(1.01 * r for r in results) if isinstance(results, tuple) else 1.01 * results

    calls = 0

    def count(_: object, event: str, __: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    check(exercise.name, odd)  # the file is read once
    before = sys.getprofile()
    sys.setprofile(count)
    try:
        report = check(exercise.name, odd)
        page = report._repr_html_()
    finally:
        sys.setprofile(before)
    assert "<table" in page
    assert not report.verdict.passed
    assert 1000 < calls < WORK


def test_the_checks_are_small(built: Path) -> None:
    for name, kept in json.loads((built / "release" / TP / FILE).read_text())["exercises"].items():
        assert len(json.dumps(kept)) < 2**20 / 2, name


def test_a_rule_of_the_course_s_does_not_answer_here_either() -> None:
    """As in grading, where it is not there at all: a check that is content with it would promise too much."""
    from course.workshop import unrolled
    from course.workshop.problems import quadratic

    def by_the_course(theta: np.ndarray, grad: np.ndarray, eta: float) -> np.ndarray:
        return unrolled.gradient_descent(quadratic([1.0] * theta.size), 1, eta, start=theta).thetas[1]

    report = check("gradient_descent_step", by_the_course)
    assert report.verdict.score == 0
    assert "course.workshop.unrolled may not answer in the place of your own code" in str(report)
