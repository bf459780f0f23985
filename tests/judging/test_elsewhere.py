"""The check without what only Linux and macOS have: modules and calls that are not there on Windows."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.shared import TP

AS_ON_WINDOWS = """
import os, signal, sys
import jupytext, numpy, psutil  # made for the system that is there

for name in ("fcntl", "resource", "termios", "pwd", "grp"):
    sys.modules[name] = None  # as if it were not installed
for name in ("fork", "forkpty", "posix_spawn", "getuid", "geteuid", "kill"):
    vars(os).pop(name, None)
for name in ("pthread_kill", "SIGALRM", "SIGKILL", "setitimer"):
    vars(signal).pop(name, None)
sys.platform = "win32"

from course.judging import check
from course.start import console, unpacked  # noqa: F401

def gradient_descent_step(theta, grad, eta):
    return theta + eta * grad

print(check("gradient_descent_step"))

def gradient_descent_step(theta, grad, eta):
    while True:
        pass

print(check("gradient_descent_step"))

def gradient_descent_step(theta, grad, eta):
    return theta - eta * grad

report = check("gradient_descent_step")
print(report, "opened" if report.solution else "sealed")
"""


def test_the_check_needs_nothing_that_windows_has_not(built: Path, tmp_path: Path) -> None:
    environment = {**os.environ, "COURSE_PROGRESS": str(tmp_path / "progress.json"), "PYTHONUTF8": "0"}
    ran = subprocess.run(
        [sys.executable, "-c", AS_ON_WINDOWS],
        cwd=built / "release" / TP,
        env={**environment, "PYTHONIOENCODING": "cp1252"},  # of a console there
        capture_output=True,
        text=True,
        encoding="cp1252",
    )
    assert ran.returncode == 0, ran.stderr
    assert "gradient_descent_step: 0 of 6 criteria are met." in ran.stdout
    assert "took too long" in ran.stdout
    assert "gradient_descent_step: right. All 6 criteria are met." in ran.stdout
    assert ran.stdout.rstrip().endswith("opened")
