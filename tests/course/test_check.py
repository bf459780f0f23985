"""The check a student runs: it says what is wrong in words, and holds no solution."""

from __future__ import annotations

import io
import json
import logging
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import numpy as np
import pytest

from autograder.exercises import EXERCISES, Exercise
from course import sections
from course.check import FILE, CheckFailed, check
from course.picture import compared, points

ALL = EXERCISES["optimizers"]
every = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)


@pytest.fixture(autouse=True)
def beside_the_notebook(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built / "release" / "optimizers")


@every
def test_right_forms_are_called_right(exercise: Exercise) -> None:
    for function in (exercise.reference, *exercise.equivalents.values()):
        report = check(exercise.name, function)
        assert report.verdict.passed
        assert "right" in str(report)
        report.required()


@every
def test_every_mistake_is_told_by_its_hint(exercise: Exercise) -> None:
    for wrong in exercise.mistakes:
        report = check(exercise.name, wrong.function)
        assert wrong.hint in str(report)
        assert not report.verdict.passed
        with pytest.raises(CheckFailed, match=exercise.name):
            report.required()


@every
def test_an_unwritten_function_gets_one_line(exercise: Exercise) -> None:
    def stub(*_: object) -> None:
        raise NotImplementedError

    expected = f"{exercise.name} raised NotImplementedError. It is not written yet."
    assert str(check(exercise.name, stub)) == expected
    assert "NotImplementedError" in check(exercise.name, stub)._repr_html_()


def test_what_the_function_prints_and_warns_stays_out_of_the_way(capsys: pytest.CaptureFixture[str]) -> None:
    log = logging.getLogger("a student's")
    log.addHandler(logging.StreamHandler(sys.stderr))

    def noisy(theta: np.ndarray, grad: np.ndarray, eta: float) -> np.ndarray:
        print("debug")
        print("careful", file=sys.stderr)
        log.warning("careful")
        np.log(np.array([-1.0]))
        return theta - eta * grad

    assert check("gradient_descent_step", noisy).verdict.passed
    assert capsys.readouterr() == ("", "")


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
    whole = (built / "release" / "optimizers" / FILE).read_text(encoding="utf-8")
    for damaged in ("", '{"exercises": {"adam', "[]", "{}", whole.replace('"data": "', '"data": "?')):
        (tmp_path / FILE).write_text(damaged)
        with pytest.raises(ValueError, match="damaged; fetch the assignment again"):
            check("adam_step", lambda: None)


def test_the_checks_hold_numbers_and_words_only(built: Path) -> None:
    """No string in the file compiles to a function or holds an operator of a rule beyond the words of a hint."""
    data = json.loads((built / "release" / "optimizers" / FILE).read_text())

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
    wrong: Callable[..., Any] = ALL[0].mistakes[0].function
    report = check("gradient_descent_step", wrong)
    root = fromstring(report._repr_html_().replace("&nbsp;", " "))
    criteria = ALL[0].checks
    words = ["".join(node.itertext()) for node in root.iter("td")]
    assert sum(word in ("✓ met", "✗ not met") for word in words) == len(criteria)  # words, not colour alone
    assert [node.get("scope") for node in root.iter("th")] == ["col"] * 3 + ["row"] * len(criteria)
    out = io.StringIO()
    print(report, file=out)
    assert out.getvalue().startswith("gradient_descent_step: 0 of")


@every
def test_the_picture_says_in_words_what_it_shows(exercise: Exercise) -> None:
    page = check(exercise.name, exercise.mistakes[0].function)._repr_html_()
    drawn = next(fromstring(page.replace("&nbsp;", " ")).iter("svg"))
    assert drawn.get("role") == "img"
    title, description = (next(drawn.iter(tag)).text or "" for tag in ("title", "desc"))
    assert title in str(drawn.get("aria-label"))
    assert re.search(r"part at|told apart|ends at", description)
    assert len(list(drawn.iter("polyline"))) >= 2


@every
def test_the_picture_tells_no_difference_where_there_is_none(exercise: Exercise, built: Path) -> None:
    spec = json.loads((built / "release" / "optimizers" / FILE).read_text())["exercises"][exercise.name]["picture"]
    for function in (exercise.reference, *exercise.equivalents.values()):
        found, trouble = points(function, spec)
        assert trouble == ""
        assert "hardly be told apart" in compared(spec, found, trouble)
    assert "told apart" not in compared(spec, [[x, y * 1.2 + 1] for x, y in found], "")


def test_a_section_is_linked_where_the_lectures_lie_beside_the_tp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: Path
) -> None:
    monkeypatch.setenv("COURSE_CHECKS", str(built / "release" / "optimizers" / FILE))
    (tmp_path / "tp").mkdir()
    monkeypatch.chdir(tmp_path / "tp")
    adam = next(exercise for exercise in ALL if exercise.name == "adam_step")
    report = check("adam_step", adam.mistakes[0].function)
    (section,) = report.verdict.sections
    lecture = section.partition("#")[0]
    assert "<a " not in report._repr_html_()
    (tmp_path / "lectures").mkdir()
    (tmp_path / "lectures" / f"{lecture}.ipynb").touch()
    assert f"href='../lectures/{lecture}.ipynb#" in report._repr_html_()


@every
def test_every_section_that_a_mistake_names_is_a_heading_of_a_lecture(exercise: Exercise) -> None:
    for wrong in exercise.mistakes:
        lecture, _, slug = wrong.section.partition("#")
        assert (sections.LECTURES / f"{lecture}.md").is_file(), wrong.id
        words = sections.title(wrong.section)
        assert not slug or words != f'{lecture}, "{slug.replace("-", " ")}"', f"{wrong.id}: no heading {wrong.section}"


@every
def test_a_check_takes_less_than_a_third_of_a_second(exercise: Exercise) -> None:
    def odd(*arguments: Any) -> Any:
        results = exercise.reference(*arguments)
        return tuple(1.01 * r for r in results) if isinstance(results, tuple) else 1.01 * results

    def timed() -> float:
        started = time.process_time()
        check(exercise.name, odd)._repr_html_()
        return time.process_time() - started

    assert min(timed() for _ in range(3)) < 0.3


def test_the_checks_are_small(built: Path) -> None:
    assert (built / "release" / "optimizers" / FILE).stat().st_size < 3 * 2**20
