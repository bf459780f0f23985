"""The gate of every exercise, in fresh randomness: what is right passes, what is wrong fails and is named."""

from __future__ import annotations

import dataclasses
import secrets

import numpy as np
import pytest

from autograder.exercises import EXERCISES, Exercise, probes
from autograder.exercises.exercise import Check
from autograder.judge import judge
from course.verdict import Verdict

ALL = [exercise for exercises in EXERCISES.values() for exercise in exercises]
SEEDS = [secrets.randbits(32) for _ in range(5)]  # pytest prints the seed of a failure in the test's name

every = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)


def verdict(exercise: Exercise, function: object, seed: int) -> Verdict:
    key = exercise.draw(np.random.default_rng(seed))
    return judge(exercise, key, exercise.answers_of(function, key))  # type: ignore[arg-type]


def red(exercise: Exercise, seed: int) -> list[str]:
    """What is wrong with an exercise: right forms that fail, wrong ones that pass or are called by another name."""
    faults = []
    for name, function in {"the reference": exercise.reference, **exercise.equivalents}.items():
        found = verdict(exercise, function, seed)
        if not found.passed or found.score != exercise.points:
            faults.append(f"{name} is right and fails: {[o.message for o in found.criteria if not o.passed]}")
    for wrong in exercise.mistakes:
        found = verdict(exercise, wrong.function, seed)
        named = found.mistake.id if found.mistake else None
        if found.passed or found.score == exercise.points:
            faults.append(f"{wrong.id} is wrong and passes")
        elif named != f"{exercise.prefix}/{wrong.id}":
            faults.append(f"{wrong.id} is called {named}")
    return faults


@every
@pytest.mark.parametrize("seed", SEEDS)
def test_right_forms_pass_and_every_mistake_fails_and_is_named(exercise: Exercise, seed: int) -> None:
    assert red(exercise, seed) == []


@every
@pytest.mark.parametrize("seed", SEEDS[:2])
def test_an_unwritten_or_idle_function_earns_next_to_nothing(exercise: Exercise, seed: int) -> None:
    def stub(*_: object) -> None:
        raise NotImplementedError

    def nothing(*_: object) -> None:
        return None

    def inputs_again(*arguments: object) -> object:
        copies = tuple(np.array(a, dtype=float) for a in arguments[: len(exercise.outputs)])
        return copies if len(copies) > 1 else copies[0]

    def zeros(*arguments: object) -> object:
        copies = tuple(np.zeros(np.shape(a)) for a in arguments[: len(exercise.outputs)])
        return copies if len(copies) > 1 else copies[0]

    assert verdict(exercise, stub, seed).score == 0
    assert verdict(exercise, nothing, seed).score == 0
    for idle in (inputs_again, zeros):
        assert verdict(exercise, idle, seed).score < exercise.points / 5


@every
def test_every_criterion_kills_a_mistake(exercise: Exercise) -> None:
    """A criterion that no known mistake fails would be points for nothing, or a catalogue with a hole."""
    failed = {
        outcome.name
        for wrong in exercise.mistakes
        for outcome in verdict(exercise, wrong.function, SEEDS[0]).criteria
        if not outcome.passed
    }
    assert {check.name for check in exercise.checks} - failed <= {"any shape"}


@every
def test_the_same_generator_draws_the_same_key_and_another_one_another(exercise: Exercise) -> None:
    one, again, other = (exercise.draw(np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == again
    assert one.script != other.script


def test_a_weak_check_turns_the_gate_red() -> None:
    """One step from zero state, the test that many courses use, cannot see Adam's second step."""
    adam = next(exercise for exercise in ALL if exercise.name == "adam_step")
    weak = dataclasses.replace(
        adam, checks=(Check("first step", 4.0, "wrong", probes.one_step(0, start=True, defaults=True)),)
    )
    survivors = {fault.split()[0] for fault in red(weak, SEEDS[0]) if fault.endswith("passes")}
    assert {"betas-swapped", "betas-hard-coded", "raw-gradient", "corrected-state"} <= survivors


def test_a_mistake_without_a_name_turns_the_gate_red() -> None:
    adam = next(exercise for exercise in ALL if exercise.name == "adam_step")
    twins = dataclasses.replace(adam, mistakes=(*adam.mistakes, dataclasses.replace(adam.mistakes[0], id="its-twin")))
    assert red(twins, SEEDS[0]) == [f"its-twin is called adam/{adam.mistakes[0].id}"]


def test_points_of_the_tp_add_up_to_seventeen_and_three_for_the_written_answer() -> None:
    assert sum(exercise.points for exercise in EXERCISES["optimizers"]) == 17
