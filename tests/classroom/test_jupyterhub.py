"""JupyterHub for real, on this machine alone: its proxy, its log-in, servers of a student and of an instructor.

JupyterHub and its proxy are no part of the project: the test installs them from PyPI and npm into a folder of its own.
All users are the one who runs the test (the spawner `simple`), so that nbgrader knows the student by that name.
"""

from __future__ import annotations

import getpass
import http.cookiejar
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest
import websocket

from autograder.classroom.layout import Classroom
from autograder.demo import filled
from tests.browser import PATIENCE
from tests.classroom.hand_ins import WRONG, sources
from tests.shared import TP

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements.lock"
COURSE = "deep-learning-for-finance"
PASSWORD = secrets.token_hex(8)
CONFIG = """
c.JupyterHub.bind_url = "http://127.0.0.1:{port}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.JupyterHub.spawner_class = "simple"
c.SimpleLocalProcessSpawner.home_dir_template = "{root}/homes/{{username}}"
c.Spawner.cmd = ["{hub}/bin/jupyterhub-singleuser", "--allow-root"]
c.Spawner.environment = {environment}
c.Spawner.start_timeout = c.Spawner.http_timeout = {patience}
c.ConfigurableHTTPProxy.command = ["{root}/node_modules/.bin/configurable-http-proxy"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.JupyterHub.cleanup_servers = True
"""


def install(root: Path) -> Path:
    """JupyterHub in an environment that sees the packages of this one; skips where it cannot be had."""
    uv, npm, hub = Path(sys.executable).with_name("uv"), shutil.which("npm"), root / "hub"
    if npm is None or not uv.is_file():
        pytest.skip(f"JupyterHub's proxy needs npm, its environment uv: {'uv' if npm else 'npm'} is not there")
    for command in (
        [uv, "venv", "--python", sys.executable, hub],
        [uv, "pip", "install", "--python", hub / "bin" / "python", "--constraint", LOCK, "jupyterhub>=5.2,<7"],
        [npm, "install", "--prefix", root, "--no-fund", "--no-audit", "configurable-http-proxy@^5"],
    ):
        done = subprocess.run(list(map(str, command)), cwd=root, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"JupyterHub cannot be installed here: {done.stderr.strip().splitlines()[-1:]}")
    (place,) = hub.glob("lib/python3*/site-packages")
    (place / "these_too.pth").write_text(sysconfig.get_path("purelib"))
    return hub


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[str]:
    """The address of a running JupyterHub; homes are in homes/, nbgrader's exchange in exchange/."""
    hub, port = install(tmp_path), free_port()
    for folder in ("exchange", "etc", "homes/ada", "homes/prof"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "exchange").chmod(0o777)
    settings = f"c = get_config()\nc.Exchange.root = '{tmp_path}/exchange'\nc.CourseDirectory.course_id = '{COURSE}'\n"
    (tmp_path / "etc" / "nbgrader_config.py").write_text(settings)
    here = Path(sys.prefix)
    environment = {
        "PYTHONPATH": str(ROOT),
        "PATH": os.pathsep.join([str(hub / "bin"), str(here / "bin"), os.environ["PATH"]]),
        "JUPYTER_CONFIG_PATH": os.pathsep.join([str(tmp_path / "etc"), str(here / "etc" / "jupyter")]),
        "JUPYTER_PATH": str(here / "share" / "jupyter"),
        "COURSE_PROGRESS": str(tmp_path / "progress.json"),
        "MPLBACKEND": "agg",
    }
    words = {"port": port, "hub_port": free_port(), "api_port": free_port(), "password": PASSWORD, "hub": hub}
    words |= {"root": tmp_path, "environment": environment, "patience": PATIENCE}
    (tmp_path / "jupyterhub_config.py").write_text(CONFIG.format(**words))
    command = [str(hub / "bin" / "python"), "-m", "jupyterhub", "-f", "jupyterhub_config.py"]
    with open(tmp_path / "log", "wb") as log:
        process = subprocess.Popen(command, cwd=tmp_path, env=os.environ | environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/hub/api", timeout=PATIENCE).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < end, (tmp_path / "log").read_text()  # noqa: PT018
                time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()  # which ends the servers and the proxy
        process.wait(PATIENCE)


class User:
    """Somebody who has logged in at the hub, and their server."""

    def __init__(self, hub: str, name: str) -> None:
        self._hub, self._name, self._token = hub, name, ""
        cookies = http.cookiejar.CookieJar()
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
        browser.open(f"{hub}/hub/login").close()
        form = {"username": name, "password": PASSWORD, "_xsrf": self._secret(cookies)}
        browser.open(f"{hub}/hub/login", urllib.parse.urlencode(form).encode()).close()  # which starts the server
        browser.open(f"{hub}/hub/token").close()
        request = urllib.request.Request(f"{hub}/hub/api/users/{name}/tokens", b"{}", method="POST")
        request.add_header("X-XSRFToken", self._secret(cookies))
        request.add_header("Content-Type", "application/json")
        with browser.open(request) as answer:
            self._token = json.load(answer)["token"]
        end = time.monotonic() + PATIENCE
        while not self.asked("GET", f"/hub/api/users/{name}").get("server"):
            assert time.monotonic() < end
            time.sleep(0.2)
        self._kernel = self.asked("POST", f"/user/{name}/api/kernels", {"name": "python3"})["id"]

    @staticmethod
    def _secret(cookies: http.cookiejar.CookieJar) -> str:
        return [str(cookie.value) for cookie in cookies if cookie.name == "_xsrf"][-1]

    def asked(self, method: str, path: str, data: object = None) -> Any:
        """What the hub, or the server of this user, answers."""
        body = None if data is None else json.dumps(data).encode()
        request = urllib.request.Request(f"{self._hub}{path}", body, method=method)
        request.add_header("Authorization", f"token {self._token}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return json.loads(answer.read() or b"null")

    def nbgrader(self, action: str) -> Any:
        """What the button of nbgrader's list of assignments does."""
        return self.asked(
            "POST", f"/user/{self._name}/assignments/{action}", {"course_id": COURSE, "assignment_id": TP}
        )

    def file(self, path: str, content: object = None) -> Any:
        """A notebook, or the files of a folder, in this user's home, as the server shows it; saved first if given."""
        where = f"/user/{self._name}/api/contents/{urllib.parse.quote(path)}"
        if content is not None:
            self.asked("PUT", where, {"type": "notebook", "format": "json", "content": content})
        return self.asked("GET", where)["content"]

    def run(self, code: str) -> str:
        """What code prints and shows in a kernel of this user's server."""
        address = self._hub.replace("http", "ws", 1) + f"/user/{self._name}/api/kernels/{self._kernel}/channels"
        line = websocket.create_connection(address, PATIENCE, header=[f"Authorization: token {self._token}"])
        try:
            message = secrets.token_hex(8)
            header = {
                "msg_id": message,
                "msg_type": "execute_request",
                "username": "",
                "session": "s",
                "version": "5.3",
            }
            content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
            line.send(json.dumps({"header": header, "parent_header": {}, "metadata": {}, "content": content}))
            shown = ""
            while True:
                came = json.loads(line.recv())
                if came["parent_header"].get("msg_id") != message:
                    continue
                content = came["content"]
                assert came["msg_type"] != "error", "\n".join(content["traceback"])
                shown += content.get("text", "") + str(content.get("data", {}).get("text/plain", ""))
                if came["msg_type"] == "status" and content["execution_state"] == "idle":
                    return shown
        finally:
            line.close()

    def terminal(self, *commands: str) -> str:
        """What commands print, typed in the classroom in this user's home."""
        code = "import subprocess\nfor command in {}:\n    print(subprocess.run(command, shell=True, cwd='classroom', "
        code += "check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout)"
        return self.run(code.format(commands))


@pytest.mark.full
def test_a_term_at_a_hub(hub: str, classroom: Classroom, tmp_path: Path) -> None:
    shutil.copytree(classroom.root, tmp_path / "homes" / "prof" / "classroom")
    prof, ada = User(hub, "prof"), User(hub, "ada")
    prof.terminal(f"nbgrader release_assignment {TP}")
    ada.nbgrader("fetch")
    notebook = filled(nbformat.from_dict(ada.file(f"{TP}/{TP}.ipynb")), sources(WRONG))
    ada.file(f"{TP}/{TP}.ipynb", notebook)
    cells = {cell.metadata.get("nbgrader", {}).get("grade_id"): cell.source for cell in notebook.cells}
    ada.run(f"%cd {TP}")
    for name in ("setup", "momentum_step", "adam_step"):
        ada.run(cells[name])
    assert ada.run('check("momentum_step")').startswith("momentum_step: right.")
    assert "Seen:" in ada.run('check("adam_step")')
    assert ada.nbgrader("submit")["success"]
    told = prof.terminal(
        f"nbgrader collect {TP}", f"tp --classroom . grade {TP} --workers 2", f"tp --classroom . feedback {TP}"
    )
    assert "1 submission" in told, told
    prof.terminal(f"nbgrader release_feedback {TP}")
    ada.nbgrader("fetch_feedback")
    (folder,) = [one["path"] for one in ada.file(f"{TP}/feedback")]
    page = ada.file(f"{folder}/{TP}.html")
    assert "are not corrected for their start at zero" in page
    assert (tmp_path / "homes" / "prof" / "classroom" / "submitted" / getpass.getuser() / TP).is_dir()
