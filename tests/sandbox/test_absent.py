"""The parts of `course` that compute what exercises ask for are not there while a submission is graded."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from autograder.sandbox.inside import absent
from autograder.sandbox.process import Limits
from autograder.sandbox.warm import WarmParent
from course.judging.barred import OF_THE_COURSE

IMPORTS = (
    "import course.workshop.unrolled\nfrom course.workshop import unrolled\n"
    "from course.workshop.unrolled import RULES, adam\nimport course.experiments.comparison.tuning as tuning\n"
    "assert unrolled is course.workshop.unrolled\n"
)
READS = """import os
def read(path):
    try:
        return bool(os.listdir(path) if os.path.isdir(path) else open(path).read())
    except OSError:
        return False
"""


@pytest.mark.parametrize("name", OF_THE_COURSE)
def test_what_is_absent_exists(name: str) -> None:
    """A name that has moved would hide nothing, and nobody would notice."""
    assert importlib.util.find_spec(name) is not None
    assert any(str(Path(place).with_suffix("")).endswith(name.replace(".", "/")) for place in absent.files())


@pytest.mark.parametrize(
    ("call", "name"),
    [("adam(1)", "workshop.unrolled.adam"), ("tuning.choose({})", "experiments.comparison.tuning.choose")],
)
def test_an_import_of_it_works_and_a_call_says_in_one_line_why_it_does_not(
    warm: WarmParent, call: str, name: str
) -> None:
    with warm.process({}, Limits()) as process:
        assert process.run(IMPORTS).error is None
        error = process.run(call).error
    assert error is not None
    said = f"raised RuntimeError: course.{name} is not there while a submission is graded: write it yourself"
    assert error["text"] == said


def test_its_files_cannot_be_read(warm: WarmParent) -> None:
    with warm.process({}, Limits()) as process:
        ran = process.run(f"{READS}print([path for path in {absent.files()!r} if read(path)])")
    assert ran.output == "[]\n"
