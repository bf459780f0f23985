"""A real JupyterLab and a real browser, for the tests that need them; a busy machine is no fault of theirs."""

from __future__ import annotations

import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]  # nothing else can be reached
PATIENCE = 600  # seconds


@contextmanager
def jupyterlab(root: Path, environment: Mapping[str, str], *options: str) -> Iterator[str]:
    """JupyterLab in a folder, on a free port; its address with the token at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    token = secrets.token_hex(8)
    command = [sys.executable, "-m", "jupyterlab", "--allow-root", "--no-browser", f"--ServerApp.port={port}", *options]
    command += ["--ServerApp.port_retries=0", f"--IdentityProvider.token={token}", f"--ServerApp.root_dir={root}"]
    beside = root.parent
    environment = {**environment, "JUPYTER_DATA_DIR": str(beside / "data"), "JUPYTER_CONFIG_DIR": str(beside / "own")}
    with open(beside / "log", "wb") as log:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=log)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api?token={token}", timeout=PATIENCE).close()
                break
            except OSError:
                assert process.poll() is None and time.monotonic() < end, (beside / "log").read_text()  # noqa: PT018
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/?token={token}"
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:  # it can be deaf while a kernel of its own does not end
            process.kill()
            process.wait()


@contextmanager
def chromium() -> Iterator[Any]:
    """A browser that reaches nothing but this machine; skips where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed (group `test`)")
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed (Debian: chromium)")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS, timeout=PATIENCE * 1000)
        yield browser
        browser.close()


@contextmanager
def known_page(server: str) -> Iterator[Any]:
    """A page of the browser that is known to the server and reaches nothing else; skips where there is no browser."""
    with chromium() as browser:
        page = browser.new_context(base_url=server.partition("/?")[0]).new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on("dialog", lambda dialog: dialog.accept())  # to leave a notebook that is changed
        page.goto(f"/lab?{server.partition('?')[2]}", wait_until="domcontentloaded")
        yield page
