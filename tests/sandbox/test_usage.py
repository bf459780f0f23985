"""What is counted of a submission's processes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from autograder.sandbox.inside import usage

FAMILY = (
    "import subprocess, sys\nchild = subprocess.Popen(['sleep', '600'])\nprint(child.pid, flush=True)\nchild.wait()"
)


@pytest.mark.parametrize("told", [True, False])
def test_children_and_theirs_are_counted_also_where_the_system_does_not_tell_them(
    told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(usage, "TELLS_CHILDREN", told and usage.TELLS_CHILDREN)
    with subprocess.Popen([sys.executable, "-c", FAMILY], stdout=subprocess.PIPE) as family:
        assert family.stdout is not None
        grandchild = int(family.stdout.readline())
        try:
            assert {family.pid, grandchild} <= set(usage.descendants(os.getpid()))
            assert usage.descendants(family.pid) == [grandchild]
            assert usage.descendants(grandchild) == []
        finally:
            os.kill(grandchild, 9)
