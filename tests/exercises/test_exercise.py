"""What an exercise declares: points in shares, roles, names; and that it can be as bare as it likes."""

from __future__ import annotations

import dataclasses
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.exercises import probes
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.judge import judge, public_key
from autograder.exercises.variants import Wrong
from autograder.faults import Fault
from autograder.proof.gate import examine
from course.judging.checks import FILE, FORMAT, check
from tests.exercises.made import SMALL, line
from tests.shared import ALL, fresh_seeds

(SEED,) = fresh_seeds(1)
BARE = dataclasses.replace(SMALL, mistakes=(), equivalents={})


def with_points(*points: float) -> Exercise:
    checks = tuple(Check(f"{i}", each, "no", probes.calls()) for i, each in enumerate(points))
    return dataclasses.replace(SMALL, checks=checks)


@pytest.mark.parametrize("points", [1.0, 3.0, 7.0, 0.1, 2.5, 19.0, 0.333333])
@pytest.mark.parametrize("shares", [(2.0, 1.0, 1.0), (1.0, 1.0, 1.0), (0.1, 0.2, 0.7), (5.0,), (1.0,) * 11])
def test_scaled_points_keep_their_shares_and_add_up_exactly(shares: tuple[float, ...], points: float) -> None:
    scaled = with_points(*shares).scaled(points)
    assert scaled.points == points
    assert sum(check.points for check in scaled.checks) == pytest.approx(points, abs=1e-12)
    for check_, share in zip(scaled.checks, shares, strict=True):
        assert check_.points == pytest.approx(points * share / sum(shares), abs=1e-5)
    key = scaled.draw(np.random.default_rng(SEED))
    right = judge(scaled, key, scaled.answers_of(line, key))
    assert right.score == right.max_score == scaled.points


def test_two_answers_of_one_name_are_refused() -> None:
    """The second would hide the first: nobody would look at that any more."""
    twice = probes.all_of(probes.calls(times=1), probes.calls(times=1))
    exercise = dataclasses.replace(SMALL, checks=(Check("slope", 1.0, "no", twice),))
    with pytest.raises(ValueError, match="line: two answers are called 'slope: y'"):
        exercise.draw(np.random.default_rng(SEED))


def test_scaled_to_nothing_it_is_judged_and_earns_nothing() -> None:
    exercise = SMALL.scaled(0)
    key = exercise.draw(np.random.default_rng(SEED))
    assert exercise.points == 0
    assert judge(exercise, key, exercise.answers_of(line, key)).passed
    wrong = judge(exercise, key, exercise.answers_of(exercise.mistakes[0].function, key))
    assert (wrong.score, wrong.passed) == (0, False)


def test_a_tp_gives_its_exercises_the_points_that_it_says() -> None:
    for exercise in ALL:
        assert exercise.points == exercise.draw(np.random.default_rng(SEED)).max_score
        assert exercise.scaled(exercise.points) is exercise


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"roles": {"speed": "t"}}, "line: there is no role 'speed'"),
        ({"roles": {"clock": "time"}}, "line: a role is given to 'time', which is no parameter"),
        ({"checks": ()}, "line: it needs criteria"),
        ({"checks": (SMALL.checks[0], SMALL.checks[0])}, "line: it needs criteria, each with a name of its own"),
        ({"checks": (dataclasses.replace(SMALL.checks[0], points=-1.0),)}, "line: the points of its criteria"),
        ({"checks": (dataclasses.replace(SMALL.checks[0], points=math.nan),)}, "line: the points of its criteria"),
    ],
)
def test_what_cannot_be_meant_is_refused(changed: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        dataclasses.replace(SMALL, **changed)


def test_points_need_criteria_to_share_them() -> None:
    with pytest.raises(Fault, match="line: all its criteria have 0 points, so 3 cannot be shared"):
        with_points(0.0, 0.0).scaled(3)


def test_a_mistake_is_written_or_a_variant_and_not_both() -> None:
    with pytest.raises(ValueError, match="lost: a mistake is either"):
        Wrong("lost", "hint")
    with pytest.raises(ValueError, match="both: a mistake is either"):
        dataclasses.replace(SMALL.mistakes[0], id="both", written=line)


def test_a_parameter_called_t_means_nothing_unless_it_has_a_role() -> None:
    """Time is what is declared to be the clock, under whatever name."""
    assert examine(SMALL, SEED)[0] == []
    assert not [op for op in _labels(SMALL) if "t = 5" in op]

    def faded(step: int, by: float = 0.5) -> float:
        return by**step

    schedule = Exercise(
        faded,
        ("left",),
        lambda rng, size: {"step": int(rng.integers(0, 9)), "by": float(rng.uniform(0.5, 0.9))},
        (Check("values", 1.0, "It fades.", probes.calls()),),
        roles={"clock": "step"},
    )
    assert examine(schedule, SEED)[0] == []
    assert [label for label in _labels(schedule) if "step = 5" in label]


def _labels(exercise: Exercise) -> list[str]:
    return list(exercise.draw(np.random.default_rng(SEED)).expected)


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the checks of an exercise as the build does, and gives the check."""

    def made(exercise: Exercise) -> Any:
        keys = {exercise.name: public_key(exercise, np.random.default_rng(SEED))}
        (tmp_path / FILE).write_text(json.dumps({"format": FORMAT, "tp": "mine", "made_from": "", "exercises": keys}))
        monkeypatch.chdir(tmp_path)
        return lambda function: check(exercise.name, function)

    return made


@pytest.mark.parametrize("count", [0, 1, 4])
def test_an_exercise_with_few_mistakes_or_none_is_built_and_checked(checked: Any, count: int) -> None:
    exercise = dataclasses.replace(SMALL, mistakes=SMALL.mistakes[:count])
    run = checked(exercise)
    assert run(line).verdict.passed
    for wrong in SMALL.mistakes:
        report = run(wrong.function)
        assert not report.verdict.passed
        assert [m.id for m in report.verdict.mistakes] == [f"line/{wrong.id}"] * (wrong in exercise.mistakes)
        assert report.verdict.diagnosis
    assert examine(exercise, SEED)[0] == []


def test_without_mistakes_what_is_sure_is_said_all_the_same(checked: Any) -> None:
    said = checked(BARE)(lambda x, t, shift=1.0: 2.5 * line(x, t, shift)).verdict.diagnosis
    assert "is the right one times 2.5" in said
