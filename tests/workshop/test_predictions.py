"""Predictions: nothing is told before one is written, and then what came out."""

from __future__ import annotations

from typing import Any

import pytest

from course.workshop.predictions import LETTERS, predict

WALKS = ("to the left", "to the right", "nowhere")


def never() -> float:
    raise AssertionError("asked before there was a prediction")


def test_nothing_is_computed_before_there_is_a_prediction() -> None:
    waiting = predict("How long is it?", ..., never, why="Since it is so.")
    assert str(waiting) == "How long is it?\nWrite a number in the place of `...`, and run this cell."
    assert "Since" not in waiting._repr_html_()
    assert "such as 'a'" in str(predict("Where?", ..., never, choices=WALKS))


def test_the_site_can_leave_out_how_a_notebook_is_answered() -> None:
    how = "<span class='prediction-how'>Write a number in the place of <code>...</code>, and run this cell.</span>"
    assert how in predict("How long is it?", ..., never)._repr_html_()
    assert "prediction-how" not in predict("How long is it?", 0.1, lambda: 0.1)._repr_html_()


@pytest.mark.parametrize(
    ("yours", "said"),
    [
        (0.1, "You expected 0.1. It is 0.1, as you said. It is eta."),
        (0.102, "You expected 0.102. It is 0.1: close. It is eta."),
        (0.3, "You expected 0.3. It is 0.1. It is eta."),
        ("0.1", "You expected 0.1. It is 0.1, as you said. It is eta."),
        (-0.1, "You expected -0.1. It is 0.1. It is eta."),
    ],
)
def test_a_number_is_answered_with_the_figure(yours: Any, said: str) -> None:
    assert str(predict("How long?", yours, lambda: 0.1, why="It is eta.")).splitlines() == ["How long?", said]


@pytest.mark.parametrize("yours", ["b", "B", " b ", "to the right"])
def test_a_choice_is_its_letter_or_its_words(yours: str) -> None:
    shown = str(predict("Where does it walk?", yours, "to the right", choices=WALKS)).splitlines()
    assert shown[1:4] == ["a) to the left", "b) to the right", "c) nowhere"]
    assert shown[4] == "You expected to the right. It is to the right, as you said."


def test_a_wrong_choice_is_told_what_came_out() -> None:
    assert "You expected nowhere. It is to the left." in str(predict("Where?", "c", "to the left", choices=WALKS))


@pytest.mark.parametrize(
    ("yours", "choices", "said"),
    [
        ("0.3 eta", (), "'0.3 eta' is not what is asked: write a number such as 0.5"),
        (None, (), "None is not what is asked: write a number"),
        (float("nan"), (), "nan is not what is asked"),
        ("d", WALKS, "'d' is not what is asked: write one of the letters a, b, c"),
        (1, WALKS, "1 is not what is asked"),
        ("", WALKS, "'' is not what is asked"),
    ],
)
def test_what_is_no_answer_gets_one_line_and_no_figure(yours: Any, choices: tuple[str, ...], said: str) -> None:
    assert said in str(predict("Well?", yours, never, choices=choices))


def test_a_figure_from_an_unwritten_function_waits_for_it() -> None:
    def unwritten() -> float:
        raise NotImplementedError

    assert "The answer waits for your function" in str(predict("How long?", 1.0, unwritten))


def test_what_is_shown_is_text_and_no_html() -> None:
    box = predict("Is a < b?", "a", "<script>", choices=("<script>", "no"))._repr_html_()
    assert "<script>" not in box
    assert "a &lt; b" in box


def test_an_author_s_mistake_is_one_line() -> None:
    with pytest.raises(ValueError, match="the figure 'up' is not among the choices"):
        predict("Where?", "a", "up", choices=WALKS)
    with pytest.raises(ValueError, match="9 choices are too many"):
        predict("Where?", ..., "up", choices=[str(n) for n in range(len(LETTERS) + 1)])
