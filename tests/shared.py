"""What several test modules share: the TPs with their exercises, what a sample class must lose, and fresh seeds."""

from __future__ import annotations

import fcntl
import json
import os
import random
import re
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from autograder.classroom.handout.build import from_text
from autograder.content import finding
from autograder.demo import sample
from autograder.exercises.exercise import Exercise

TP = "optimizers"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", secrets.token_hex(8))  # the same in all processes of one run

TPS = finding.found()
for _tp in TPS.values():
    finding.ready(_tp, TPS)
# Those that students get, in the order of the notebook and with its points.
EXERCISES: dict[str, tuple[Exercise, ...]] = {id: tuple(from_text(tp)[1].values()) for id, tp in TPS.items()}
ALL = [exercise for exercises in EXERCISES.values() for exercise in exercises]


def made_once(once: Path, name: str, make: Callable[[Path], object]) -> Path:
    """A folder that the first process of a run that asks for it makes, and the others wait for; not to be changed."""
    root, done = once / name, once / f"{name}.done"
    with open(once / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(root, ignore_errors=True)
            make(root)
            done.touch()
    return root


def fresh_seeds(count: int) -> list[int]:
    """Seeds that are new in every run; they stand in the names of the tests that use them."""
    return [random.Random(f"{RUN} {number}").getrandbits(32) for number in range(count)]


def expected_wrong(tp: str = TP) -> dict[str, set[str]]:
    """By student of the sample class: the exercises that must lose points; all others must not. An exercise that a
    student of it has no solution for is one that he did not write."""
    found = {}
    for path in sample(TPS[tp]):
        text = path.read_text(encoding="utf-8")
        line = re.search(r"^# expect: (\{.*\})$", text, flags=re.MULTILINE)
        assert line, f"{path} does not say what to expect"
        absent = {ex.name for ex in EXERCISES[tp] if f'grade_id="{ex.name}"' not in text}
        found[path.stem] = set(json.loads(line[1])) | absent
    return found
