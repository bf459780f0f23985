"""The gate of every exercise, in fresh randomness: what is right passes, what is wrong fails and is named."""

from __future__ import annotations

import dataclasses
import io
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from tps.optimizers.step_probes import one_step

from autograder.cli import main
from autograder.content import finding
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.judge import judge
from autograder.exercises.probes import calls
from autograder.exercises.variants import Wrong
from autograder.faults import WrongUsage
from autograder.proof import command
from autograder.proof.gate import Answered, Examination, examine
from course.judging.diagnosis import diagnosed
from course.judging.verdict import judge as hold_against
from tests.exercises.made import SAID, SMALL, line, rule
from tests.shared import ALL, TPS, fresh_seeds

SEEDS = fresh_seeds(10)

every = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)
ADAM = next(exercise for exercise in ALL if exercise.name == "adam_step")


examined = cache(examine)  # seconds for the largest; what it found is looked at more than once


@every
@pytest.mark.parametrize("seed", [SEEDS[0], *(pytest.param(seed, marks=pytest.mark.full) for seed in SEEDS[1:])])
def test_right_forms_pass_and_every_mistake_fails_and_is_named(exercise: Exercise, seed: int) -> None:
    assert examined(exercise, seed)[0] == []


@every
def test_every_criterion_kills_a_mistake(exercise: Exercise) -> None:
    """A criterion that no known mistake fails would be points for nothing, or a catalogue with a hole."""
    found = Examination(exercise)
    found.add(SEEDS[0], *examined(exercise, SEEDS[0]))
    assert found.red == []


def test_a_criterion_that_an_idle_answer_meets_turns_the_gate_red() -> None:
    """At t = 1 and shift = 0 the small rule gives its input back; alone, that may not earn anything."""
    rest = Check("rest", 1.0, "At t = 1 without a shift nothing moves.", calls(fixed={"t": 1.0, "shift": 0.0}))
    exercise = dataclasses.replace(SMALL, checks=(*SMALL.checks, rest))
    assert "a function that returns x alone earns 1 points" in examine(exercise, SEEDS[0])[0]
    none = Check("none", 1.0, "At t = 0 without a shift nothing is left.", calls(fixed={"t": 0.0, "shift": 0.0}))
    zeros = dataclasses.replace(SMALL, checks=(*SMALL.checks, none))
    assert "a function that returns zeros earns 1 points" in examine(zeros, SEEDS[0])[0]
    manner = dataclasses.replace(rest, rule=False)
    assert examine(dataclasses.replace(SMALL, checks=(*SMALL.checks, manner)), SEEDS[0])[0] == []


@every
def test_the_gate_judges_as_the_grader_does(exercise: Exercise) -> None:
    """The gate keeps the mistakes' answers; the grader asks them anew. Both must find the same name."""
    key = exercise.draw(np.random.default_rng(SEEDS[0]))
    known = Answered(exercise, key)
    for wrong in exercise.mistakes[:: max(1, len(exercise.mistakes) // 4)]:
        answers = exercise.answers_of(wrong.function, key)
        kept = diagnosed(hold_against(key, answers), key, answers, known, exercise.messages)
        assert judge(exercise, key, answers) == kept


@every
def test_the_same_generator_draws_the_same_key_and_another_one_another(exercise: Exercise) -> None:
    one, again, other = (exercise.draw(np.random.default_rng(seed)).as_json() for seed in (1, 1, 2))
    assert one == again
    assert one["script"] != other["script"]


@every
def test_what_keeps_something_between_calls_says_so_and_nothing_else_does(exercise: Exercise) -> None:
    """`remembers` decides which questions are put to a mistake; a stage may keep things through a helper, too."""
    key = exercise.draw(np.random.default_rng(SEEDS[0]))
    for wrong in exercise.mistakes:
        if wrong.anatomy is None:
            continue
        for words, function in {"": wrong.function, **wrong.twins}.items():
            exercise.answers_of(function, key)
            assert bool(function.kept) is wrong.remembers, f"{wrong.id} {words}"  # type: ignore[attr-defined]


def weak() -> Exercise:
    """One step from zero state, the test that many courses use, cannot see Adam's second step."""
    first = Check("first step", 4.0, "wrong", one_step(0, start=True, defaults=True))
    return dataclasses.replace(ADAM, checks=(first,))


def test_a_weak_check_turns_the_gate_red() -> None:
    survivors = {fault.split()[0] for fault in examine(weak(), SEEDS[0])[0] if fault.endswith("passes")}
    assert {"betas-exchanged", "betas-fixed", "raw-gradient", "corrected-state"} <= survivors


@pytest.mark.parametrize(("mistakes", "red"), [(SMALL.mistakes, 1), ((), 0)])
def test_a_criterion_that_kills_nothing_is_red_where_mistakes_are_known(mistakes: tuple[Wrong, ...], red: int) -> None:
    idle = Check("asks nothing", 0.0, "never", lambda *_: None)
    exercise = dataclasses.replace(SMALL, checks=(*SMALL.checks, idle), mistakes=mistakes)
    show = Console(record=True, width=150, file=io.StringIO())
    assert command.check_exercises({"line": exercise}, [SEEDS[0]], show, Console(file=io.StringIO())) == red
    assert ("the criterion 'asks nothing' kills no mistake" in show.export_text()) == bool(red)


def changed(*mistakes: Wrong, **others: Any) -> list[str]:
    """The faults of the small exercise with more mistakes, or with something else changed."""
    return examine(dataclasses.replace(SMALL, mistakes=(*SMALL.mistakes, *mistakes), **others), SEEDS[0])[0]


def test_a_check_that_is_too_strict_turns_the_gate_red() -> None:
    """A right form that must give the very bits of the reference is not right any more."""
    (fault,) = changed(equivalents={"not quite": rule.variant(scaled=lambda s: s.t * (1 + 1e-6) * s.x)})
    assert fault.startswith("not quite is right and fails")


def test_a_mistake_without_a_name_turns_the_gate_red() -> None:
    first = SMALL.mistakes[0]
    assert changed(dataclasses.replace(first, id="its-twin")) == [f"its-twin is called line/{first.id}"]


def test_another_spelling_that_gives_other_numbers_turns_the_gate_red() -> None:
    one, other, *rest = SMALL.mistakes
    odd = dataclasses.replace(one, also={"other numbers": other.replaced})
    exercise = dataclasses.replace(SMALL, mistakes=(odd, other, *rest))
    assert examine(exercise, SEEDS[0])[0] == [f"{one.id} (other numbers) is called line/{other.id}"]


def test_a_right_form_among_the_mistakes_turns_the_gate_red() -> None:
    right = rule.wrong("right", hint="This is right.", y=lambda s: s.shift + s.scaled, **SAID)
    assert changed(right) == ["right is wrong and passes"]


def _raises(x: Any, t: float, shift: float = 1.0) -> Any:
    return x.no_such_thing


def _raises_at_times(x: Any, t: float, shift: float = 1.0) -> Any:
    if shift == 0:
        raise RuntimeError("no shift at all")
    return line(x, t, shift)


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (_raises, "raised AttributeError: 'numpy.ndarray' object has no attribute 'no_such_thing'"),
        (rule.variant(scaled=lambda s: s.slpoe * s.x), "no attribute 'slpoe'"),
    ],
)
def test_a_mistake_whose_function_raises_shows_its_exception(
    function: Any, reason: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = Wrong("broken", "You broke it.", written=function)
    (fault,) = changed(broken)
    assert fault.startswith("broken answers nothing: it raised ")
    assert reason in fault
    exercise = dataclasses.replace(SMALL, mistakes=(*SMALL.mistakes, broken))
    monkeypatch.setattr(command, "chosen", lambda *_: {exercise.name: exercise})
    assert main(["check-exercises", "--seeds", "1", "--keys", "1"]) == 1
    printed = " ".join(capsys.readouterr().out.split())
    assert "RED line: broken answers nothing" in printed
    assert reason in printed


def test_a_mistake_whose_stage_fails_at_times_by_an_accident_of_ours_turns_the_gate_red() -> None:
    """Without the argument it has something to read, with it a stage that comes later."""
    early = rule.wrong("early", hint="Too early.", scaled=lambda s: s.x if s.shift == 1 else s.y, **SAID)
    assert any(f.startswith("early has a stage that reads what no stage before it makes") for f in changed(early))


def test_a_mistake_that_raises_at_times_is_one_that_can_be_told() -> None:
    assert changed(Wrong("at-times", "You raise without a shift.", written=_raises_at_times)) == []


def test_the_command_shows_the_matrix_and_its_exit_code_tells_red_from_green(
    capsys: pytest.CaptureFixture[str],
) -> None:
    small = next(exercise for exercise in ALL if exercise.name == "gradient_descent_step")
    assert main(["check-exercises", small.name, "--seeds", "2", "--keys", "2"]) == 0
    printed = capsys.readouterr().out
    assert all(wrong.id in printed for wrong in small.mistakes)
    assert all(check.name in printed for check in small.checks)
    assert "killed by 'any shape' alone: flattened" in printed
    assert "adam_step" not in printed

    shown = io.StringIO()
    console = Console(file=shown, width=160)
    assert command.check_exercises({ADAM.name: weak()}, [SEEDS[0]], console, Console(file=io.StringIO())) == 1
    assert f"RED adam_step: betas-exchanged is wrong and passes (seed {SEEDS[0]})" in shown.getvalue()


def test_exercises_are_named_by_their_own_names_or_by_those_of_their_tp() -> None:
    assert list(command.chosen(TPS, ["step_decay"])) == ["step_decay"]
    for id, tp in TPS.items():
        assert command.chosen(TPS, [id]) == dict(tp.exercises)
    assert set(command.chosen(TPS, [])) == {name for tp in TPS.values() for name in tp.exercises}


def test_an_exercise_that_several_tps_have_is_named_with_its_tp(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "ready", lambda tp, _: tp)
    one, other = (SimpleNamespace(exercises=dict.fromkeys(names, SMALL)) for names in (["line"], ["line", "curve"]))
    both: Any = {"one": one, "other": other}
    assert list(command.chosen(both, [])) == ["one/line", "other/line", "curve"]
    assert list(command.chosen(both, ["other"])) == ["other/line", "curve"]
    assert list(command.chosen(both, ["one/line"])) == ["one/line"]
    with pytest.raises(WrongUsage, match="did you mean one/line"):
        command.chosen(both, ["line"])


@pytest.mark.parametrize(
    ("typed", "meant"), [("adam_stp", "adam_step"), ("optimisers", "optimizers"), ("lookaheadsgd", "LookAheadSGD")]
)
def test_a_typo_gets_the_nearest_name(typed: str, meant: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-exercises", typed]) == 2
    said = capsys.readouterr().err.strip()
    assert f"no TP and no exercise '{typed}'; did you mean {meant}?" in said
    assert "\n" not in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("--seed 7 --seeds 2", "leave out --seeds"),
        ("--seed 7 --keys 2", "leave out --keys"),
        ("--mutants 5 --keys 2", "--mutants does not use --keys; leave it out"),
        ("--mutants 5 --seed 1 --seed 2", "--mutants draws with one --seed; give one"),
        ("--messages 5 --seeds 2", "--messages does not use --seeds; leave it out"),
        ("--messages 5 --seed 1 --seed 2", "--messages draws with one --seed; give one"),
        ("--counts --seeds 2", "--counts does not use --seeds; leave it out"),
    ],
)
def test_options_that_would_be_ignored_are_wrong_usage(
    typed: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check-exercises", "gradient_descent_step", *typed.split()]) == 2
    printed = capsys.readouterr().err.strip()
    assert said in printed
    assert "\n" not in printed


def test_the_catalogue_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check-exercises", "--catalogue", "gradient_descent_step"]) == 0
    printed = capsys.readouterr().out
    assert "gradient-descent/ascent" in printed
    assert main(["check-exercises", "--catalogue", "momentum_step"]) == 0
    assert "Published:" in capsys.readouterr().out
