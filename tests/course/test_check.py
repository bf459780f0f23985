"""The check a student runs: it says what is wrong in words, and holds no solution."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.exercises import EXERCISES, Exercise
from course.check import FILE, CheckFailed, check

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

    assert str(check(exercise.name, stub)) == f"{exercise.name}: your function raised NotImplementedError."
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
    assert "<script>" not in report._repr_html_()


def test_an_interrupt_is_the_users_and_goes_through() -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check("gradient_descent_step", stopped)


def test_what_cannot_be_checked_is_said_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KeyError, match="no check for 'adma_step'; there are checks for gradient_descent_step"):
        check("adma_step", lambda: None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="fetch it again"):
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
        assert "return " not in text or "`return`" in text or "you return" in text.lower(), text


def test_in_a_notebook_the_report_is_a_table_and_elsewhere_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    wrong: Callable[..., Any] = ALL[0].mistakes[0].function
    report = check("gradient_descent_step", wrong)
    assert "<table" in report._repr_html_()
    out = io.StringIO()
    print(report, file=out)
    assert out.getvalue().startswith("gradient_descent_step: 0 of")
