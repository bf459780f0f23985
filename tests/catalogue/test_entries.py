"""Every entry of the catalogue: its words, the section that it leads to, and its code."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from docutils.nodes import make_id

import course
from autograder.catalogue.anatomy import Wrong
from autograder.exercises import EXERCISES, Exercise
from course.calls import Failure

ALL = [exercise for exercises in EXERCISES.values() for exercise in exercises]
ENTRIES = [(exercise, wrong) for exercise in ALL for wrong in exercise.mistakes]
LECTURES = Path(course.__file__).parent / "lectures"

every = pytest.mark.parametrize("exercise", ALL, ids=lambda exercise: exercise.name)


def anchors(lecture: str) -> set[str]:
    """The headings of a lecture as the site's pages name them."""
    text = re.sub(r"^```.*?^```", "", lecture, flags=re.MULTILINE | re.DOTALL)
    return {make_id(heading.replace("$", "")) for heading in re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)}


def test_there_are_as_many_as_the_readme_says() -> None:
    readme = (Path(course.__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    right = sum(len(exercise.equivalents) for exercise in ALL)
    assert (
        f"The catalogue holds {len(ENTRIES)} wrong ways to solve the {len(ALL)} exercises, and {right} right ones"
        in readme
    )
    assert all(len(exercise.mistakes) >= (25 if exercise.outputs[0] == "theta" else 14) for exercise in ALL)


@every
def test_ids_are_unique_and_words_are_short_and_whole(exercise: Exercise) -> None:
    ids = [wrong.id for wrong in exercise.mistakes]
    assert len(set(ids)) == len(ids)
    for wrong in exercise.mistakes:
        assert re.fullmatch(r"[a-z0-9.]+(-[a-z0-9.]+)*", wrong.id), wrong.id
        for words, longest in ((wrong.did, 130), (wrong.effect, 140), (wrong.hint, 260)):
            assert words.endswith("."), (wrong.id, words)
            assert "\n" not in words, (wrong.id, words)
            assert len(words) <= longest, (wrong.id, words)


def test_every_section_is_a_heading_of_its_lecture() -> None:
    known = {path.stem: anchors(path.read_text(encoding="utf-8")) for path in LECTURES.glob("*.md")}
    for exercise, wrong in ENTRIES:
        lecture, _, anchor = wrong.section.partition("#")
        assert anchor in known[lecture], f"{exercise.prefix}/{wrong.id}: {wrong.section}"
    assert "three-places-for-epsilon" in known["06_adam"]
    assert "this-heading-is-not-there" not in known["06_adam"]  # the gate can be red


@every
def test_a_catalogued_function_fails_as_a_student_s_would_never_by_an_accident_of_ours(exercise: Exercise) -> None:
    key = exercise.draw(np.random.default_rng())
    for wrong in exercise.mistakes:
        for answer in exercise.answers_of(wrong.function, key).values():
            error = answer.reason if isinstance(answer, Failure) else ""
            assert "SimpleNamespace" not in error, (wrong.id, error)
            assert "NameError" not in error, (wrong.id, error)


@every
def test_the_anatomy_without_any_change_is_the_reference(exercise: Exercise) -> None:
    key = exercise.draw(np.random.default_rng())
    answers = exercise.answers_of(exercise.mistakes[0].anatomy.variant(), key)
    assert answers.keys() == key.expected.keys()
    for name, expected in key.expected.items():
        assert np.allclose(answers[name], expected, rtol=1e-12, atol=1e-15), name


def entry(exercise: str, id: str) -> Wrong:
    return next(wrong for found, wrong in ENTRIES if found.prefix == exercise and wrong.id == id)


def test_what_one_function_keeps_the_next_one_has_not_seen() -> None:
    wrong = entry("gradient-descent", "own-theta")
    one = wrong.function
    assert one(np.ones(1), np.ones(1), 0.5) == 0.5
    assert one(np.ones(1), np.ones(1), 0.5) == 0.0
    assert wrong.function(np.ones(1), np.ones(1), 0.5) == 0.5


def test_an_entry_that_changes_nothing_or_a_stage_that_does_not_exist_is_refused() -> None:
    anatomy = ENTRIES[0][1].anatomy
    with pytest.raises(ValueError, match="replaces nothing"):
        anatomy.wrong("idle", did=".", effect=".", hint=".", section="")
    with pytest.raises(KeyError, match="no stage"):
        _ = anatomy.wrong("typo", did=".", effect=".", hint=".", section="", tehta_new=lambda s: 0).function
