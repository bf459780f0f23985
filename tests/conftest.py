"""What many tests need: a built classroom of their own, and the sample class."""

from __future__ import annotations

import json
import os
import random
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.classroom.build import build
from autograder.classroom.layout import Classroom, source
from autograder.demo import CLASS
from autograder.kernels import WarmParent

TP = "optimizers"
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID", secrets.token_hex(8))  # the same in all processes of one run


def fresh_seeds(count: int) -> list[int]:
    """Seeds that are new in every run; they stand in the names of the tests that use them."""
    return [random.Random(f"{RUN} {number}").getrandbits(32) for number in range(count)]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classroom with the TP built and released by real nbgrader; not to be changed."""
    root = tmp_path_factory.mktemp("built") / "classroom"
    build(Classroom.made_at(root), TP, source(TP))
    return root


@pytest.fixture
def classroom(built: Path, tmp_path: Path) -> Classroom:
    """A copy of the built classroom, for one test."""
    shutil.copytree(built, tmp_path / "classroom")
    return Classroom.at(tmp_path / "classroom")


@pytest.fixture(scope="session")
def warm() -> Iterator[WarmParent]:
    """One warm parent for all tests of a worker."""
    with WarmParent() as parent:
        yield parent


def expected_wrong() -> dict[str, set[str]]:
    """By student of the sample class: the exercises that must lose points; all others must not."""
    found = {}
    for path in sorted(CLASS.glob("*.py")):
        line = re.search(r"^# expect: (\{.*\})$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert line, f"{path} does not say what to expect"
        found[path.stem] = set(json.loads(line[1]))
    return found
