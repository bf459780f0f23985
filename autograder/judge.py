"""Judge a submission's answers against a fresh key, and make the public key of the notebook's checks."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator

import numpy as np

from autograder.exercises.exercise import Exercise
from course.calls import Answers, Plain
from course.verdict import Key, Mistake, Verdict
from course.verdict import judge as hold_against


def generator(secret: bytes, *identity: str) -> np.random.Generator:
    """The random numbers for one purpose: the same for the same identity, unknown without the classroom's secret."""
    digest = hmac.new(secret, "\0".join(identity).encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def judge(exercise: Exercise, key: Key, answers: Answers) -> Verdict:
    """Hold answers against a fresh key; the known mistakes are computed only if something failed."""

    def known() -> Iterator[tuple[Mistake, Answers]]:
        yield from exercise.mistaken(key)

    return hold_against(key, answers, known())


def public_key(exercise: Exercise, rng: np.random.Generator) -> Plain:
    """What `course.check` needs for one exercise: numbers and words only."""
    key = exercise.draw(rng)
    return {
        "key": key.as_json(),
        "mistakes": [
            {"mistake": {"id": mistake.id, "hint": mistake.hint, "section": mistake.section}, "answers": answers}
            for mistake, answers in exercise.mistaken(key)
        ],
    }
