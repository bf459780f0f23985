"""Packages may lie elsewhere than in this Python's own folders: on PYTHONPATH, or in a user's site."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest

import autograder
import course

SCRIPT = """
import sys
import autograder, course
from autograder.sandbox.limits import Limits
from autograder.sandbox.warm import WarmParent

place = sys.argv[1]
assert autograder.__file__.startswith(place) and course.__file__.startswith(place), autograder.__file__
with WarmParent(modules=("IPython.core.interactiveshell",)) as parent, parent.process({}, Limits()) as process:
    ran = process.run("import course.judging, numpy, matplotlib; print(course.__file__)")
    assert ran.output == f"{course.__file__}\\n", ran
    for path in (f"{place}/autograder/exercises/judge.py", f"{place}/autograder/sandbox/warm.py", f"{place}/key"):
        ran = process.run(f"print(open({path!r}).read())")
        assert ran.output.strip() == "", (path, ran)
    for module in ("autograder.exercises.judge", "autograder.sandbox.inside.child"):
        assert process.run(f"import {module}").error is not None
    assert process.run("import os; print({'PYTHONPATH', 'PYTHONUSERBASE'} & set(os.environ))").output == "set()\\n"
print("done")
"""


def copied(place: Path) -> Path:
    """Both packages in a folder, beside something that is nobody's business."""
    for module in (course, autograder):
        source = Path(str(module.__file__)).parent
        shutil.copytree(source, place / source.name, ignore=shutil.ignore_patterns("__pycache__", "tps"))
    (place / "key").write_text("sesame")
    return place


def run(place: Path, home: Path, **environment: str) -> str:
    """The script in a Python that knows no environment of ours, only what is named."""
    bare = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [os.path.realpath(sys.executable), "-c", SCRIPT, str(place)]
    done = subprocess.run(command, cwd=home, env=bare | environment, capture_output=True, text=True)
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def packages() -> str:
    """Where NumPy and the others are installed."""
    return str(Path(np.__file__).resolve().parents[1])


def test_on_pythonpath(tmp_path: Path, packages: str) -> None:
    place = copied(tmp_path / "lib")
    assert run(place, tmp_path, PYTHONPATH=os.pathsep.join([str(place), packages])).endswith("done\n")


def test_in_a_checkout_that_lies_among_what_is_shown(tmp_path: Path, packages: str) -> None:
    (tmp_path / "lib" / "anything.dist-info").mkdir(parents=True)
    place = copied(tmp_path / "lib" / "checkout")
    path = os.pathsep.join([str(tmp_path / "lib"), str(place), packages])
    assert run(place, tmp_path, PYTHONPATH=path).endswith("done\n")


def test_in_a_users_site(tmp_path: Path, packages: str) -> None:
    layout = sysconfig.get_path("purelib", "posix_user", {"userbase": str(tmp_path / "base")})
    place = copied(Path(layout))
    (place / "others.pth").write_text(f"{packages}\n")
    said = run(place, tmp_path, PYTHONUSERBASE=str(tmp_path / "base"))
    assert said.endswith("done\n"), said
