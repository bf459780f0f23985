"""The gate of every exercise, in fresh randomness: what is right passes, what is wrong fails and is named."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from rich.console import Console

from autograder import check_exercises
from autograder.cli import main
from autograder.exercises import EXERCISES, Exercise, probes
from autograder.exercises.exercise import Check
from autograder.gate import Examination, examine
from autograder.judge import judge
from tests.conftest import fresh_seeds

ALL = [exercise for exercises in EXERCISES.values() for exercise in exercises]
SEEDS = fresh_seeds(3)

every = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)
ADAM = next(exercise for exercise in ALL if exercise.name == "adam_step")


@every
@pytest.mark.parametrize("seed", SEEDS)
def test_right_forms_pass_and_every_mistake_fails_and_is_named(exercise: Exercise, seed: int) -> None:
    assert examine(exercise, seed)[0] == []


@every
def test_every_criterion_kills_a_mistake(exercise: Exercise) -> None:
    """A criterion that no known mistake fails would be points for nothing, or a catalogue with a hole."""
    found = Examination(exercise)
    found.add(SEEDS[0], *examine(exercise, SEEDS[0]))
    assert found.idle == []


@every
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_an_unwritten_or_idle_function_earns_next_to_nothing(exercise: Exercise, seed: int) -> None:
    def nothing(*_: object) -> None:
        return None

    def inputs_again(*arguments: object) -> object:
        copies = tuple(np.array(a, dtype=float) for a in arguments[: len(exercise.outputs)])
        return copies if len(copies) > 1 else copies[0]

    def zeros(*arguments: object) -> object:
        copies = tuple(np.zeros(np.shape(a)) for a in arguments[: len(exercise.outputs)])
        return copies if len(copies) > 1 else copies[0]

    key = exercise.draw(np.random.default_rng(seed))
    assert judge(exercise, key, exercise.answers_of(nothing, key)).score == 0
    for idle in (inputs_again, zeros):
        assert judge(exercise, key, exercise.answers_of(idle, key)).score < exercise.points / 5


@every
def test_the_gate_judges_as_the_grader_does(exercise: Exercise) -> None:
    """The gate keeps the mistakes' answers; the grader asks them anew. Both must find the same name."""
    key = exercise.draw(np.random.default_rng(SEEDS[0]))
    for wrong in exercise.mistakes[:: len(exercise.mistakes) // 4]:
        mistake = judge(exercise, key, exercise.answers_of(wrong.function, key)).mistake
        assert mistake is not None
        assert mistake.id == f"{exercise.prefix}/{wrong.id}"


@every
def test_the_same_generator_draws_the_same_key_and_another_one_another(exercise: Exercise) -> None:
    one, again, other = (exercise.draw(np.random.default_rng(seed)).as_json() for seed in (1, 1, 2))
    assert one == again
    assert one["script"] != other["script"]


def weak() -> Exercise:
    """One step from zero state, the test that many courses use, cannot see Adam's second step."""
    return dataclasses.replace(
        ADAM, checks=(Check("first step", 4.0, "wrong", probes.one_step(0, start=True, defaults=True)),)
    )


def test_a_weak_check_turns_the_gate_red() -> None:
    survivors = {fault.split()[0] for fault in examine(weak(), SEEDS[0])[0] if fault.endswith("passes")}
    assert {"betas-exchanged", "betas-fixed", "raw-gradient", "corrected-state"} <= survivors


def test_a_check_that_is_too_strict_turns_the_gate_red() -> None:
    """A right form that must give the very bits of the reference is not right any more."""
    clumsy = dataclasses.replace(
        ADAM, equivalents={"not quite": ADAM.mistakes[0].anatomy.variant(rate=lambda s: s.eta * (1 + 1e-6))}
    )
    (fault,) = examine(clumsy, SEEDS[0])[0]
    assert fault.startswith("not quite is right and fails")


def test_a_mistake_without_a_name_turns_the_gate_red() -> None:
    first = next(wrong for wrong in ADAM.mistakes if not wrong.also)
    twins = dataclasses.replace(ADAM, mistakes=(*ADAM.mistakes, dataclasses.replace(first, id="its-twin")))
    assert examine(twins, SEEDS[0])[0] == [f"its-twin is called adam/{first.id}"]


def test_another_spelling_that_gives_other_numbers_turns_the_gate_red() -> None:
    mistakes = [dataclasses.replace(ADAM.mistakes[0], also={"other numbers": ADAM.mistakes[1].replaced})]
    odd = dataclasses.replace(ADAM, mistakes=(*mistakes, *ADAM.mistakes[1:]))
    assert examine(odd, SEEDS[0])[0] == [
        f"{ADAM.mistakes[0].id} (other numbers) is called adam/{ADAM.mistakes[1].id}",
    ]


def test_the_command_shows_the_matrix_and_its_exit_code_tells_red_from_green(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    small = next(exercise for exercise in ALL if exercise.name == "gradient_descent_step")
    monkeypatch.setattr(check_exercises, "ALL", {small.name: small})
    assert main(["check-exercises", "--seeds", "2"]) == 0
    printed = capsys.readouterr().out
    assert all(wrong.id in printed for wrong in small.mistakes)
    assert all(check.name in printed for check in small.checks)
    assert "killed by 'any shape' alone: flattened" in printed

    monkeypatch.setattr(check_exercises, "ALL", {ADAM.name: weak()})
    quiet = Console(file=io.StringIO(), width=160)
    assert check_exercises.check_exercises([SEEDS[0]], quiet, quiet) == 1
    assert main(["check-exercises", "--seed", str(SEEDS[0])]) == 1
    printed = capsys.readouterr().out
    assert f"RED adam_step: betas-exchanged is wrong and passes (seed {SEEDS[0]})" in printed


def test_the_catalogue_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-exercises", "--catalogue"]) == 0
    printed = capsys.readouterr().out
    assert "gradient-descent/ascent" in printed
    assert "Published:" in printed


def test_points_of_the_tp_add_up_to_seventeen_and_three_for_the_written_answer() -> None:
    assert sum(exercise.points for exercise in EXERCISES["optimizers"]) == 17
