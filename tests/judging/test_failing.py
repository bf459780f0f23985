"""The first wrong call is one line of Python that gives what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.exercises.exercise import Exercise
from course.judging.checks import check
from tests.shared import EXERCISES, TP

ALL = EXERCISES[TP]
TITLE = "The first wrong call, to paste and to try:"


@pytest.fixture(autouse=True)
def beside_the_notebook(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built / "release" / TP)


def first_wrong(exercise: Exercise, function: Any) -> list[str]:
    """What is shown of the first wrong call: the line, the name of the result, what came, and what was expected."""
    shown = str(check(exercise.name, function, call=True)).partition(f"{TITLE}\n")[2].split("\n")
    if len(shown) < 3:
        return []
    line, yours, expected = (text.strip() for text in shown[:3])
    name, _, given = yours.partition(", yours:")
    return [line, name, given.strip(), expected.partition("expected:")[2].strip()]


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)
@pytest.mark.parametrize("each", [15, pytest.param(5, marks=pytest.mark.full)])
def test_the_line_gives_what_it_says_and_the_reference_what_is_expected(exercise: Exercise, each: int) -> None:
    for wrong in [wrong for wrong in exercise.mistakes if not wrong.remembers][::each]:
        found = first_wrong(exercise, wrong.function)
        if not found:
            continue
        line, name, yours, expected = found
        for function, told in ((wrong.function, yours), (exercise.reference, expected)):
            if told.startswith("it "):  # no numbers, but why there are none
                continue
            with np.errstate(all="ignore"):
                result = eval(line, {"np": np, exercise.name: function})
            value = result if len(exercise.outputs) == 1 else result[exercise.outputs.index(name)]
            shown = eval(told, {"nan": np.nan, "inf": np.inf})
            assert np.allclose(value, shown, rtol=1e-5, atol=1e-6, equal_nan=True), (wrong.id, line)
        assert yours != expected


def test_of_loops_that_do_not_end_the_call_told_is_one_and_nothing_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.judging.checks.GENEROUS", 0.04)  # 0.2 seconds

    def always(*_: object) -> None:
        while True:
            pass

    def for_integers(theta: Any, grad: Any, eta: float) -> Any:
        while np.asarray(theta).dtype.kind == "i":
            pass
        return theta + eta * grad

    line, _, yours, _ = first_wrong(ALL[0], always)
    assert line.startswith("gradient_descent_step(np.array(")
    assert yours.startswith("it took too long and was stopped (line ")
    line, _, yours, _ = first_wrong(ALL[0], for_integers)
    assert yours.startswith("[")  # the first wrong call of this one comes to an end
    for function in (always, for_integers):
        report = check(ALL[0].name, function)
        assert "<svg" not in report._repr_html_()
        assert "Its picture" not in str(report)


def test_an_exception_is_shown_where_it_comes_and_an_unwritten_function_has_no_such_call() -> None:
    def gradient_descent_step(theta: Any, grad: Any, eta: float) -> Any:
        return theta - eta * np.outer(grad, np.zeros(99))

    report = check("gradient_descent_step", gradient_descent_step)
    assert f'{TITLE} check("gradient_descent_step", call=True)' in str(report)
    assert f"<summary>{TITLE}</summary>" in report._repr_html_()  # a notebook needs no second call
    assert "yours:    it raised ValueError" in str(check("gradient_descent_step", gradient_descent_step, call=True))

    def unwritten(*_: object) -> None:
        raise NotImplementedError

    assert TITLE not in str(check("gradient_descent_step", unwritten, call=True))
