"""A worked solution lies sealed in the release, and only a right function opens it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from autograder.classroom.handout.build import build
from autograder.classroom.handout.new import new
from autograder.classroom.layout import Classroom
from autograder.content import finding
from autograder.exercises.exercise import Check, Exercise
from autograder.exercises.judge import generator
from autograder.exercises.probes import calls
from autograder.exercises.sealing import ENOUGH, opened_by, sealed
from autograder.exercises.solution import hold_forms
from autograder.faults import Fault
from course.judging import scripts
from course.judging.checks import FILE, check
from course.judging.sealed import Questions, Sealed
from course.judging.verdict import judge
from tests.shared import ALL, EXERCISES, TP, TPS

SECRET = "why each line is so"
# Of these the answers may be far from right: no key can be had from them. The build says so.
NO_KEY = ("best_by_gradient", "long_only")
ADAM = next(exercise for exercise in EXERCISES[TP] if exercise.name == "adam_step")


def seal(exercise: Exercise) -> Sealed:
    known = exercise.draw(generator(b"public", exercise.name))
    made = sealed(exercise, SECRET, exercise.name, lambda n: generator(b"sealed", exercise.name, str(n)), known)
    return Sealed.from_json(json.loads(json.dumps(made.as_json())))


@pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)
def test_every_right_form_opens_it_and_a_known_mistake_does_not(exercise: Exercise) -> None:
    """But for mistakes in what many answers meet: of those no key can know, and the check does not ask for one."""
    if exercise.name in NO_KEY:
        with pytest.raises(ValueError, match="cannot carry a key: in 8 draws its answers come to"):
            seal(exercise)
        return
    found = seal(exercise)
    assert SECRET not in json.dumps(found.as_json())
    assert opened_by(exercise.reference, exercise, found) == SECRET

    def cells(function: Any) -> list[str | None]:
        return [
            q.cells(scripts.perform(q.script, {exercise.name: function}, oracles(q), ways=exercise.ways))
            for q in found.questions
        ]

    def oracles(q: Questions) -> dict[str, Any]:
        return {name: scripts.oracle(spec) for name, spec in q.oracles.items()}

    right = cells(exercise.reference)
    assert all(cells(function) == right for function in exercise.equivalents.values())
    for wrong in exercise.mistakes:
        if cells(wrong.function) == right:
            key = exercise.draw(np.random.default_rng(0))
            outcomes = judge(key, exercise.answers_of(wrong.function, key)).criteria
            missed = [e for c, o in zip(key.criteria, outcomes, strict=True) if not o.passed for e in c.expectations]
            assert all(e.bounded or e.part or not np.size(key.expected[e.answer]) for e in missed), wrong.id


def test_answers_that_are_off_by_what_the_check_allows_open_it_too() -> None:
    """Whatever the processor or the order of operations: as far from the right numbers as the check lets pass."""

    def off(sign: float) -> Any:
        def step(*args: Any, **more: Any) -> Any:
            return tuple(out * (1 + sign * 9e-10) for out in ADAM.reference(*args, **more))

        return step

    found = seal(ADAM)
    assert opened_by(off(1.0), ADAM, found) == opened_by(off(-1.0), ADAM, found) == SECRET
    assert opened_by(lambda *args: tuple(out * (1 + 1e-6) for out in ADAM.reference(*args)), ADAM, found) == ""


def sign_of(x: Any) -> Any:
    return np.sign(x)


def numbers(rng: Generator, size: tuple[int, ...]) -> dict[str, Any]:
    return {"x": rng.uniform(-1, 1, size)}


def test_where_answers_are_small_counts_there_are_many_questions_and_too_few_carry_no_key() -> None:
    def asked(times: int) -> Exercise:
        return Exercise(sign_of, ("sign",), numbers, (Check("sign", 1.0, "It is the sign.", calls(times=times)),))

    found = seal(asked(20))
    assert len(found.questions) > 1
    assert sum(len(places) for q in found.questions for _, places in q.used.values()) >= ENOUGH
    with pytest.raises(ValueError, match=r"cannot carry a key: in 8 draws its answers come to \d+ bits, 128 are asked"):
        seal(asked(2))


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> tuple[Classroom, Path]:
    """A classroom, and an instructor's own TP, as `tp new` writes it."""
    here = tmp_path_factory.mktemp("own")
    return Classroom.made_at(here / "room"), new("returns", here)


def built(own: tuple[Classroom, Path], *lines: str, alone: bool = False) -> tuple[Path, tuple[str, ...]]:
    """The release with these settings, and what the build says."""
    room, folder = own
    (folder / "tp.toml").write_text("\n".join(["format = 1", 'id = "returns"', *lines]), encoding="utf-8")
    made = build(room, "returns", finding.found([folder]), alone)
    return made.release.parent, made.notes


def right(prices: Any) -> Any:
    return np.diff(np.log(prices))


def wrong(prices: Any) -> Any:
    return -np.diff(np.log(prices))


def test_the_check_opens_it_after_success_as_the_settings_say(
    own: tuple[Classroom, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    room, folder = own
    text = (folder / "exercises" / "log_returns.md").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if len(line) > 60)
    release, _ = built(own)
    monkeypatch.chdir(release)
    assert all(line.encode() not in path.read_bytes() for path in release.rglob("*"))
    report = check("log_returns", wrong)
    assert not report.solution
    assert "worked solution" not in str(report) + report._repr_html_()
    report = check("log_returns", right)
    assert report.solution.startswith("```python\ndef log_returns(prices):")
    assert line in report.solution
    assert "<details" in report._repr_html_()
    assert "SOLUTION" not in report.solution
    assert not check("log_returns", wrong).solution  # once opened, too
    assert line in json.dumps(json.loads(room.solutions("returns").read_text()))
    for setting, kept in (("with the feedback", True), ("never", False)):
        release, _ = built(own, f'solutions = "{setting}"')
        assert json.loads((release / FILE).read_text())["sealed"] == {}
        assert not check("log_returns", right).solution
        assert ("log_returns" in room.solutions("returns").read_text()) == kept
        release, _ = built(own, f'solutions = "{setting}"', alone=True)
        assert bool(json.loads((release / FILE).read_text())["sealed"]) == kept  # who learns alone gets no feedback


def test_what_explains_a_solution_is_held_and_no_mark_depends_on_it(own: tuple[Classroom, Path]) -> None:
    _, folder = own
    path = folder / "exercises" / "log_returns.md"
    before, text = finding.found([folder])["returns"].version, path.read_text(encoding="utf-8")
    path.write_text(text + "\n```python\ndef log_returns(prices):\n    return np.log(prices)\n```\n", encoding="utf-8")
    assert finding.found([folder])["returns"].version == before
    with pytest.raises(Fault, match=r"log_returns.md: form 2 of log_returns is not right, "):
        built(own)
    path.unlink()
    assert any("there is no solution.md for log_returns" in note for note in built(own)[1])
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("tp", TPS)
def test_every_exercise_of_the_course_has_a_solution_whose_forms_are_right(tp: str) -> None:
    assert set(TPS[tp].worked) >= {exercise.name for exercise in EXERCISES[tp]}
    for exercise in EXERCISES[tp]:
        hold_forms(TPS[tp].worked[exercise.name], exercise)
