"""JupyterLab as `course start` runs it; another process stands for it here."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from course.start import server


def test_ctrl_c_leaves_jupyterlab_the_time_to_ask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    interrupts = [KeyboardInterrupt, KeyboardInterrupt]

    class Interrupted(subprocess.Popen[bytes]):
        def wait(self, timeout: float | None = None) -> int:
            if interrupts:
                raise interrupts.pop()
            return super().wait(timeout)

        def kill(self) -> None:
            pytest.fail("it was killed")

    (tmp_path / "jupyterlab.py").write_text("raise SystemExit(7)", encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setattr(subprocess, "Popen", Interrupted)
    assert server.serve(tmp_path) == 7
    assert not interrupts
