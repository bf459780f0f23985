"""Other checks beside the gate: they are fair, what they cannot see, and what README says of both."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from autograder.cli import main
from autograder.exercises.exercise import Exercise
from autograder.proof.beside import GATE, Counted, counted, tables
from autograder.proof.rivals import CHECKS, DESCENTS, comparable, last_loss
from tests.shared import ALL, fresh_seeds

ROOT = Path(__file__).resolve().parents[2]
STEPS = {exercise.name: exercise for exercise in ALL if comparable(exercise)}
(SEED,) = fresh_seeds(1)

every = pytest.mark.parametrize("exercise", STEPS.values(), ids=STEPS)


def numbers(words: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", words)]


def test_readme_promises_no_more_than_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Only what is the same on every machine is compared; counts of runs near a threshold are not."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert main(["check-exercises", "--counts"]) == 0
    wrong, _, right = numbers(capsys.readouterr().out)
    sentence = re.search(r"more than (\d+) wrong ways .*? more than (\d+) right ones", readme, re.DOTALL)
    assert sentence is not None
    assert int(sentence[1]) < wrong
    assert int(sentence[2]) < right
    (head,), (gate,) = (re.findall(rf"^\| {re.escape(name)} \|(.*)$", readme, re.M) for name in ("check", GATE))
    assert numbers(head) == numbers(gate)  # it catches all
    assert sum(numbers(head)) <= sum(len(exercise.mistakes) for exercise in STEPS.values())


@pytest.mark.parametrize("check", CHECKS)
def test_the_other_checks_are_fair_they_pass_every_right_form(check: str) -> None:
    for exercise in STEPS.values():
        for name, function in {"the reference": exercise.reference, **exercise.equivalents}.items():
            if "10 000" in check and name != "the reference":
                continue  # long, and equal up to rounding
            assert CHECKS[check](exercise, function), (exercise.name, name)


def test_one_step_from_zero_state_cannot_tell_the_average_from_the_gradient() -> None:
    adam = STEPS["adam_step"]
    place = next(i for i, wrong in enumerate(adam.mistakes) if wrong.id == "raw-gradient")
    caught = counted(adam, place).caught
    assert not caught["one step from zero state, at the defaults"]
    assert caught[GATE]


@every
def test_the_right_rule_goes_down_wherever_the_losses_are_compared(exercise: Exercise) -> None:
    for descent in DESCENTS:
        end = last_loss(exercise, exercise.reference, descent)
        assert end is not None
        assert np.isfinite(end)
        assert end < descent.problem.value(descent.problem.start) / 10, descent.problem.name


@every
def test_some_mistakes_go_through_everything(exercise: Exercise) -> None:
    places = np.random.default_rng(SEED).permutation(len(exercise.mistakes))[:2]
    for place in places:
        one = counted(exercise, int(place))
        assert one.caught.keys() == {*CHECKS, GATE}
        assert one.caught[GATE], exercise.mistakes[place].id
        assert one.lower.keys() <= {descent.problem.name for descent in DESCENTS}


@pytest.mark.full
@every
def test_every_mistake_goes_through_everything(exercise: Exercise) -> None:
    assert all(counted(exercise, place).caught[GATE] for place in range(len(exercise.mistakes)))


def test_the_tables_add_up() -> None:
    first, *others = CHECKS
    none = dict.fromkeys(others, False)
    problem = DESCENTS[0].problem.name
    found = [
        Counted(True, {first: True, **none, GATE: True}, {problem: True}),
        Counted(True, {first: False, **none, GATE: True}, {problem: False}),
        Counted(False, {first: False, **none, GATE: True}, {}),
    ]
    lines = list(tables(found))
    assert lines[0] == "| check | of 2 wrong formulas it catches | of 1 bad manners |"
    assert f"| {first} | 1 | 0 |" in lines
    assert f"| {GATE} | 2 | 1 |" in lines
    assert f"| {problem} | {DESCENTS[0].steps} | 2 | 1 |" in lines
    assert lines[-1] == "1 of the 3 wrong variants beat the right rule on at least one of the three."


def test_comparing_what_cannot_be_compared_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-exercises", "--compare", "step_decay"]) == 2
    assert "no exercise here declares the roles and rates that --compare needs" in capsys.readouterr().err
