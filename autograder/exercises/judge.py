"""Judge a submission's answers against a fresh key, and make the public key of the notebook's checks."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import asdict

import numpy as np

from autograder.exercises.exercise import Exercise
from autograder.exercises.known import known_functions
from autograder.exercises.small import small_key
from course.judging.diagnosis import diagnosed
from course.judging.picture import points
from course.judging.scripts import Answers, Plain
from course.judging.verdict import Key, Verdict
from course.judging.verdict import judge as hold_against
from course.judging.watched import SECONDS


def generator(secret: bytes, *identity: str) -> np.random.Generator:
    """The random numbers for one purpose: the same for the same identity, unknown without the classroom's secret."""
    digest = hmac.new(secret, "\0".join(identity).encode(), hashlib.sha256).digest()
    return np.random.default_rng(int.from_bytes(digest, "big"))


def judge(exercise: Exercise, key: Key, answers: Answers, source: str = "") -> Verdict:
    """Hold answers against a fresh key; the known mistakes are asked only if something failed. source: the text of the
    cell that defines what was asked, "" if it is not at hand."""
    return diagnosed(hold_against(key, answers), key, answers, known_functions(exercise), exercise.messages, source)


def public_key(exercise: Exercise, rng: np.random.Generator) -> Plain:
    """What `course.judging.checks` needs for one exercise: numbers and words only."""
    key, other = exercise.draw(rng), exercise.draw(rng)
    known = known_functions(exercise)
    return {
        "key": key.as_json(),
        "mistakes": [asdict(mistake) for mistake in known.mistakes],
        "explanations": known.in_numbers(key, other),
        "picture": picture(exercise),
        "small": small_key(exercise, rng).as_json(),
        "seconds": max(SECONDS, exercise.seconds or 0.0),
    }


def picture(exercise: Exercise) -> Plain | None:
    """What the check draws: what to run and what must come out (`course.judging.picture`). None if nothing is drawn."""
    if exercise.picture is None:
        return None
    spec = exercise.picture.spec(exercise)
    found, _ = points(exercise.reference, spec)
    return spec | {"expected": found}
