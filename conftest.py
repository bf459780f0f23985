"""What tests everywhere need: a classroom in which a TP is built, and a parent that is warm."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.classroom.handout.build import build
from autograder.classroom.layout import Classroom
from autograder.sandbox.warm import WarmParent
from tests.shared import TP, TPS


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of one run share: for what is made once."""
    here = tmp_path_factory.getbasetemp()
    return here if worker_id == "master" else here.parent


@pytest.fixture(scope="session", autouse=True)
def progress_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What checks say in tests is no progress of whoever runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("COURSE_PROGRESS", str(tmp_path_factory.mktemp("progress") / "progress.json"))
        yield


@pytest.fixture(scope="session")
def built(once: Path) -> Path:
    """A classroom with the TP built and released by real nbgrader; not to be changed."""
    return built_once(once, TP)


def built_once(once: Path, *names: str) -> Path:
    """A classroom with these TPs, built by the first process that asks."""
    root = once / "-".join(["built", *names])
    with open(once / f"{root.name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (root / "done").exists():
            shutil.rmtree(root, ignore_errors=True)
            for name in names:
                build(Classroom.made_at(root), name, TPS)
            (root / "done").touch()
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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what the own tests of each TP took: each has a budget (ARCHITECTURE.md), and content grows."""
    seconds: dict[str, float] = {}
    for report in [r for reports in terminalreporter.stats.values() for r in reports]:
        folder, _, rest = getattr(report, "nodeid", "").partition("/")
        if folder == "source_notebooks":
            tp = rest.partition("/")[0]
            seconds[tp] = seconds.get(tp, 0.0) + getattr(report, "duration", 0.0)
    for tp, taken in seconds.items():
        terminalreporter.write_line(f"source_notebooks/{tp}: its own tests took {taken:.0f} s")
