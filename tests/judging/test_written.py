"""A written answer before it is handed in: which numbers are of the learner's own runs, and what is not spoken of."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.classroom.handout.build import from_text
from autograder.classroom.handout.solutions import answers, written
from autograder.content.tp import NEVER
from course.judging.checks import FILE, FORMAT, check
from course.judging.written import NOT_ANSWERED, Look, looked_at, quoted
from tests.shared import TPS

MODEL = {id: answers(from_text(tp)[0]) for id, tp in TPS.items()}
ASKED = [(id, question) for id in TPS for question in written(TPS[id], MODEL[id])]
TABLE = {"adam": {"rate": 0.001, "loss": 0.90451}, "sgd": {"rate": 0.003, "loss": 0.9071}}
PUBLIC = """
from course.judging.written import Part, Written

def numbers(variables):
    return {f"{what} of {name}": row[what] for name, row in variables["table"].items() for what in row}

def given(variables):
    return {"steps": 20, "the momentum": 0.9}

PARTS = (Part("1. First", {"the first": "best|first", "the spread": "spread"}, 2), Part("2. Why", {"why": "because"}))
WRITTEN = {"in_words": Written(PARTS, numbers, given)}
"""


def handed(folder: Path, name: str, text: str) -> None:
    cell = nbformat.v4.new_markdown_cell(text, metadata={"nbgrader": {"grade_id": name}})
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), folder / "tp.ipynb")


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the checks of a TP that asks for one answer in words."""
    (tmp_path / "words_of.py").write_text(PUBLIC, encoding="utf-8")
    of = {"in_words": {"public": "words_of", "model": "V2h5LCBpbiB3b3Jkcy4="}}
    data = {"format": FORMAT, "tp": "mine", "made_from": "", "exercises": {}, "written": of}
    (tmp_path / FILE).write_text(json.dumps(data), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_numbers_of_the_runs_are_told_from_others_and_so_are_the_parts(beside: Path) -> None:
    globals()["table"] = TABLE  # the variables of the notebook are those of whoever calls
    assert "no notebook in this folder has such a cell" in str(check("in_words"))
    handed(beside, "in_words", NOT_ANSWERED)
    assert "nothing is written yet" in str(check("in_words"))
    handed(
        beside,
        "in_words",
        "1. Adam is first with 0.9045, and SGD has $9.07 \\cdot 10^{-1}$.\n"
        "2. It is 0.88 after 20 steps at a momentum of 0.90.",
    )
    shown = str(check("in_words"))
    assert "1. First: no word was found about the spread." in shown
    assert "2. Why: no word was found about why." in shown
    assert "Your runs gave: 0.9045 (loss of adam), 9.07e-1 (loss of sgd)." in shown
    assert "Not among the results of your runs: 0.88." in shown
    assert "In the notebook before any run: 20 (steps), 0.90 (the momentum)." in shown
    assert "model answer" not in shown
    handed(beside, "in_words", f"1. The first, by a spread of 0.001 and 0.003.\n2. Because{' of it' * 20}.")
    report = check("in_words")
    assert isinstance(report, Look)
    assert "spoken of" in report.lines[1]
    assert report.model == "Why, in words."  # once there is an answer
    assert "<details" in report._repr_html_()
    del globals()["table"]
    assert "Your numbers are not compared: run the cells above first" in str(check("in_words"))


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("from 0.90 to 1.3e-4", [0.9, 1.3e-4]),
        ("3 \\times 10^{-5} and 10^{-6}", [3e-5, 1e-6]),
        ("12 000 steps, 12 %", [12000, 0.12]),
        ("1. one\n2) two of v_2, b3", []),
        ("−0.5", [-0.5]),
        ("1e400, 2e-400", [float("inf"), 0.0]),
    ],
)
def test_numbers_are_read_as_people_write_them(text: str, values: list[float]) -> None:
    assert [number.value for number in quoted(text)] == pytest.approx(values)


def test_a_number_agrees_as_far_as_it_is_written() -> None:
    (number,) = quoted("0.90")
    assert number.is_of(0.9045)
    assert not number.is_of(0.9051)
    assert not number.is_of(float("nan"))


def test_who_learns_alone_gets_the_model_answers_and_a_class_with_the_feedback() -> None:
    for tp, question in ASKED:
        alone = written(TPS[tp].alone(), MODEL[tp])[question]["model"]
        assert base64.b64decode(alone).decode() == MODEL[tp][question]
        assert written(TPS[tp], MODEL[tp])[question]["model"] == ""
        assert written(replace(TPS[tp], model_answers=NEVER).alone(), MODEL[tp])[question]["model"] == ""


@pytest.mark.parametrize(("tp", "question"), ASKED)
def test_the_model_answers_of_the_course_speak_of_all_parts(tp: str, question: str, tmp_path: Path) -> None:
    looked: Any = TPS[tp].module(f"public.{written(TPS[tp], MODEL[tp])[question]['public']}").WRITTEN[question]
    handed(tmp_path, question, MODEL[tp][question])
    shown = str(looked_at(question, looked, tmp_path, {}, "model"))
    assert shown.count("all that was asked for is spoken of") == len(looked.parts)
    handed(tmp_path, question, "It was fine.")
    assert str(looked_at(question, looked, tmp_path, {})).count("no word was found about") == len(looked.parts)
