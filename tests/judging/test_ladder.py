"""Hints come one at a time, and as far as the TP allows."""

from __future__ import annotations

import json
import linecache
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from autograder.content import tp as content
from autograder.exercises.exercise import Exercise
from autograder.faults import Fault
from course.judging.checks import FILE, check
from course.judging.display import Report
from course.judging.ladder import LABELS, ladder, rungs
from course.judging.verdict import Criterion, Mistake, Outcome, Verdict
from tests.shared import ALL, EXERCISES, TP

ADAM = next(exercise for exercise in EXERCISES[TP] if exercise.name == "adam_step")
WRONG = next(wrong for wrong in ADAM.mistakes if wrong.id == "no-bias-correction")


@pytest.fixture(autouse=True)
def beside_the_notebook(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(built / "release" / TP)


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)
def test_every_mistake_has_all_rungs_and_the_first_three_do_not_say_the_mend(exercise: Exercise) -> None:
    for wrong in exercise.mistakes:
        found = wrong.rungs(exercise.questions)
        assert all(vars(found).values()), wrong.id
        assert found.mend not in f"{found.observation} {found.question} {found.formula}", wrong.id
        if wrong.anatomy is not None:  # what is written whole says all rungs itself
            assert exercise.questions.keys() <= wrong.anatomy.stages.keys() | {"returns", "defaults"}


def test_each_hint_is_asked_for_and_none_before_its_turn() -> None:
    known = list(vars(WRONG.rungs(ADAM.questions)).values())
    for hint in range(1, 5):
        shown = str(check("adam_step", WRONG.function, hint=hint))
        assert [rung in shown for rung in known] == [True] * hint + [False] * (4 - hint)
        assert (f'Next hint: check("adam_step", hint={hint + 1})' in shown) == (hint < 4)
        assert ("Read again" in shown) == (hint > 1)  # the name of a section may tell the mend


def test_the_table_says_the_formula_to_nobody_who_did_not_ask() -> None:
    report = check("adam_step", WRONG.function)
    fails = next(c.fails for c in ADAM.checks if c.name == "bias correction")
    assert fails not in str(report)
    assert fails not in report._repr_html_()
    assert "bias correction: theta after one step, case 1[0]: yours" in str(report)


def test_in_a_notebook_each_hint_is_folded_within_the_one_before() -> None:
    def depths(node: Element, depth: int = 0) -> dict[str, int]:
        inside = depth + (node.tag == "details")
        found = {"".join(node.itertext()): depth} if node.tag == "p" else {}
        for child in node:
            found |= depths(child, inside)
        return found

    page = fromstring(check("adam_step", WRONG.function)._repr_html_().replace("&nbsp;", " "))
    known = [rung.replace("`", "") for rung in vars(WRONG.rungs(ADAM.questions)).values()]
    found = depths(page)
    assert [depth for rung in known for words, depth in found.items() if words.startswith(rung)] == [0, 1, 2, 3]
    assert [node.get("open") for node in page.iter("details")] == [None] * 4  # the last: the first wrong call
    assert not list(page.iter("script"))
    opened = fromstring(check("adam_step", WRONG.function, hint=3)._repr_html_().replace("&nbsp;", " "))
    assert [node.get("open") is not None for node in opened.iter("details")] == [True, True, False, False]


def test_what_the_tp_does_not_allow_is_not_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = list(vars(WRONG.rungs(ADAM.questions)).values())
    data = json.loads(Path(FILE).read_text())
    monkeypatch.chdir(tmp_path)
    for count, name in enumerate(list(LABELS)[:-1], start=1):
        Path(FILE).write_text(json.dumps({**data, "hints": name}))
        report = check("adam_step", WRONG.function, hint=4)
        for shown in (str(report), report._repr_html_()):
            assert [rung.replace("`", "") in shown for rung in known] == [True] * count + [False] * (4 - count)
            assert "More hints come with the feedback." in shown


def test_how_far_hints_go_is_a_setting_of_the_tp(tmp_path: Path) -> None:
    (tmp_path / "mine.py").touch()
    settings = 'format = 1\nid = "mine"\nhints = "{}"'
    (tmp_path / content.SETTINGS).write_text(settings.format("question"))
    assert content.read(tmp_path).hints == "question"
    (tmp_path / content.SETTINGS).write_text(settings.format("some"))
    with pytest.raises(Fault, match=r"`hints` is 'some'; write one of all, observation, question, formula"):
        content.read(tmp_path)


def test_of_two_mistakes_each_observation_holds_for_itself() -> None:
    both = tuple(Mistake(f"a/{n}", f"Mend {n}.", "", "", f"Effect {n}.", f"Question {n}?", f"f{n}") for n in (1, 2))
    found = rungs(Verdict("a", 0.0, 1.0, (), both, "Two things at once. Mend 1. And: Mend 2."))
    assert found.observation == "Two things at once. One alone: Effect 1. One alone: Effect 2."
    assert (found.question, found.formula) == ("Question 1? Question 2?", "f1`, and `f2")
    assert found.mend.endswith("Mend 2.")


def uphill_in_place(theta: Any, grad: Any, eta: float) -> Any:
    theta += eta * grad * theta
    return theta


def test_what_to_do_against_a_habit_is_the_last_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    function = uphill_in_place
    data = json.loads(Path(FILE).read_text())
    seen, mend = "Your function changes the array that it is given as theta.", "Compute a new one."
    for shown in (str(check("gradient_descent_step", function)), str(check("gradient_descent_step", function, hint=4))):
        assert seen in shown
        assert (mend in shown) == ("What to change" in shown)
    monkeypatch.chdir(tmp_path)
    Path(FILE).write_text(json.dumps({**data, "hints": "observation"}))
    report = check("gradient_descent_step", function, hint=4)
    for shown in (str(report), report._repr_html_()):
        assert seen in shown
        assert mend not in shown


def test_what_is_read_from_the_code_is_named_by_the_last_hint() -> None:
    file, cell = (
        "<a cell>",
        "def momentum_step(theta, v, grad, eta, gamma=0.8):\n    return theta - eta * grad, v * 1.5\n",
    )
    linecache.cache[file] = (len(cell), None, cell.splitlines(keepends=True), file)
    made: dict[str, Any] = {}
    exec(compile(cell, file, "exec"), made)
    first, last = (str(check("momentum_step", made["momentum_step"], hint=hint)) for hint in (1, 4))
    for vague, named in (
        ("Something that your function is given is not used anywhere in it.", "`gamma` is not used anywhere"),
        ("A default in your signature is not the one that is asked.", "Your default of `gamma` is 0.8; 0.9 is asked."),
    ):
        assert vague in first
        assert named not in first
        assert named in last


def test_part_of_the_formula_has_all_sentences_of_the_rule_and_no_other() -> None:
    criteria = [Criterion(f"c{n}", 1.0, f"Not {n}.", (), rule=n < 5) for n in range(6)]
    outcomes = tuple(Outcome(c.name, False, 1.0, 0.0, f"{c.fails} (yours {c.name})") for c in criteria)
    for formula in ("", "f"):
        known = (Mistake("a/1", "Mend.", "", "", "Effect.", "Question?", formula),) if formula else ()
        verdict = Verdict("a", 0.0, 6.0, outcomes, known, "Mend.")
        found = ladder(verdict, criteria, 3, "all")
        told = dict(found.hints)["Part of the formula"]
        assert told == ("`f`." if formula else "Not 0. Not 1. Not 2. Not 3. Not 4.")
        shown = str(Report(verdict, ladder=found))
        assert "no  c4: yours c4" in shown
        assert "no  c5: Not 5. (yours c5)" in shown
        assert [shown.count(c.fails) for c in criteria] == [0 if formula else 1] * 5 + [1]
        shown = str(Report(verdict, ladder=ladder(verdict, criteria, 4, "all")))
        assert [shown.count(c.fails) for c in criteria] == [1] * 6


def test_where_there_is_one_hint_the_section_to_read_stands_below_it() -> None:
    verdict = Verdict("a", 0.0, 1.0, (), (Mistake("a/1", "Mend.", "adam#a-part"),), "Mend.")
    report = Report(
        replace(verdict, criteria=(Outcome("c", False, 1.0, 0.0, "no"),)), ladder=ladder(verdict, (), 1, "all")
    )
    assert 'Read again: 06_adam, "a part"' in str(report)
