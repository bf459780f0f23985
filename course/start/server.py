"""JupyterLab in a learner's folder: the start page first, and nothing of nbgrader's teachers' side."""

from __future__ import annotations

import importlib.util
import json
import logging
import os
import subprocess
import sys
from pathlib import Path

from course.start import start_page

# The notebooks are written for JupyterLab's own renderer of Markdown. The teachers' side of nbgrader has no place on a
# learner's screen; Validate stays.
TEACHERS = ("formgrader", "course-list", "create-assignment")
HIDDEN = ("jupyterlab-myst", *(f"@jupyter/nbgrader:{name}" for name in TEACHERS))
FETCH_AND_SUBMIT = ("@jupyter/nbgrader:assignment-list", "@jupyter/nbgrader:menu")
DEFAULTS = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    # A link to a section ends at its heading; in other modes cells above it get another height after that.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "defer"},
}
SETTINGS = ".course/jupyter"  # in the folder


def installed() -> bool:
    """Whether this Python has JupyterLab."""
    return importlib.util.find_spec("jupyterlab") is not None


def prepare(folder: Path) -> None:
    """Write the settings of JupyterLab for this folder."""
    settings = folder / SETTINGS / "labconfig"
    settings.mkdir(parents=True, exist_ok=True)
    hidden = HIDDEN if exchange() else (*HIDDEN, *FETCH_AND_SUBMIT)
    disabled = {"disabledExtensions": {name: True for name in hidden}}
    (settings / "page_config.json").write_bytes(json.dumps(disabled).encode())
    (settings / "default_setting_overrides.json").write_bytes(json.dumps(DEFAULTS).encode())


def exchange() -> bool:
    """Whether nbgrader is installed here and the exchange that it is configured for can be reached."""
    if importlib.util.find_spec("nbgrader") is None:
        return False
    from jupyter_core.paths import jupyter_config_path
    from nbgrader.apps import NbGrader
    from nbgrader.exchange.default import Exchange

    app = NbGrader(log_level=logging.ERROR)
    app.config_file_paths.extend([os.getcwd(), *jupyter_config_path()])
    app.load_config_file()
    return os.access(Exchange(config=app.config).root, os.R_OK | os.W_OK | os.X_OK)


def serve(folder: Path, first: str = start_page.NAME, browser: bool = True) -> int:
    """Run JupyterLab in the folder until it is closed, with one notebook open. Returns its exit code."""
    command = [sys.executable, "-m", "jupyterlab", "--ServerApp.root_dir", str(folder)]
    command += [f"--LabApp.default_url=/lab/tree/{first}"] + ["--no-browser"] * (not browser)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    with subprocess.Popen(command, env=environment(folder)) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:
                pass  # JupyterLab gets Ctrl+C as well: it asks, and ends by itself


def environment(folder: Path) -> dict[str, str]:
    """The environment of the server: the folder's settings before the learner's own, this Python's commands first."""
    commands = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    settings = os.pathsep.join([str(folder / SETTINGS), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])])
    return os.environ | {"JUPYTER_CONFIG_PATH": settings, "PATH": commands}
