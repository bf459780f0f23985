"""The layers that shut a submission in: each by itself, as root and as another user, and the refusal without them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import autograder
from autograder.exercises import EXERCISES
from autograder.faults import Fault
from autograder.judge import judge
from autograder.kernels import KernelDied, Limits, WarmParent, warm
from course.kernel import confine
from tests.kernels.test_kernel import RIGHT, gone, named

LIMITS = Limits(cell=3.0, exercise=3.0, submission=30.0, memory=300 * 2**20, processes=32)
GD = EXERCISES["optimizers"][0]
REACH = """
import os, signal, socket, subprocess, sys
def tried(what, attempt):
    try:
        if attempt() is False: return
    except BaseException: return
    print("REACHED", what)
"""
# How the parent may find the system: each removes a layer in it before it looks for them.
SYSTEMS = {
    "everything": "",
    "no bubblewrap": "",
    "no namespaces": "confine.enter_namespaces = lambda: False",
    "Landlock and seccomp only": "confine.enter_namespaces = lambda: False",
    "an old Landlock": "confine.enter_namespaces = lambda: False\n"
    "version = confine.landlock_version\nconfine.landlock_version = lambda: min(3, version())",
    "no Landlock": "confine.landlock_version = lambda: 0",
    "no seccomp": "confine.ARCHITECTURES.clear()",
}
WITHOUT_NAMESPACES = (
    "import runpy\nfrom course.kernel import confine\nconfine.enter_namespaces = lambda: False\n"
    "runpy.run_module('course.kernel', run_name='__main__')"
)
WITHOUT_BUBBLEWRAP = {"no bubblewrap", "Landlock and seccomp only", "an old Landlock"}
MODULES = ("IPython.core.interactiveshell",)


@pytest.fixture(params=SYSTEMS)
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[WarmParent]:
    """A warm parent on a system that lacks something."""
    name = request.param
    if name == "no Landlock" and not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed (Debian: bubblewrap), and without both nothing is run")
    start = (
        f"import runpy, sys\nfrom course.kernel import confine\n{SYSTEMS[name]}\n"
        "runpy.run_module('course.kernel', run_name='__main__')"
    )
    run = subprocess.Popen

    def changed(command: list[str], **options: object) -> object:
        if "course.kernel" in command:
            at = command.index("-m")
            command = [*command[:at], "-c", start, *command[at + 2 :]]
        return run(command, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(warm.subprocess, "Popen", changed)
    if name in WITHOUT_BUBBLEWRAP:
        monkeypatch.setattr(warm, "_bubblewrap", lambda home: [])
    with WarmParent(modules=MODULES) as parent:
        yield parent


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A folder with something to read, that the grader's user may read and write."""
    folder = tmp_path / "secret"
    folder.mkdir()
    (folder / "key").write_text("sesame")
    return folder


def test_right_code_earns_its_points_on_every_system(system: WarmParent) -> None:
    with system.kernel({"data.csv": b"1\n"}, LIMITS) as kernel:
        assert (
            kernel.run(RIGHT + "\nassert open('data.csv').read() == '1\\n'; open('new', 'w').write('x')").error is None
        )
        key = GD.draw(np.random.default_rng(0))
        assert judge(GD, key, kernel.ask(key.script, key.oracles)[0]).score == GD.points


def test_files_network_and_processes_are_out_of_reach_on_every_system(system: WarmParent, secret: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as door:
        door.bind(str(secret / "door"))
        door.listen()
        port, code = listener.getsockname()[1], Path(autograder.__file__).parent
        source = REACH + (
            f"for p in ({str(secret)!r}, '/home', {str(code)!r}):\n"
            "    tried('list ' + p, lambda: bool(os.listdir(p)))\n"
            f"tried('read', lambda: open({str(secret / 'key')!r}).read())\n"
            f"tried('write', lambda: open({str(secret / 'new')!r}, 'w'))\n"
            f"tried('import', lambda: bool(open({str(code / 'judge.py')!r}).read()))\n"
            f"tried('connect', lambda: socket.create_connection(('127.0.0.1', {port}), 1))\n"
            f"tried('door', lambda: socket.socket(socket.AF_UNIX).connect({str(secret / 'door')!r}))\n"
            f"tried('environ', lambda: bool(open('/proc/{os.getpid()}/environ', 'rb').read(1)))\n"
            f"tried('kill', lambda: os.kill({os.getpid()}, 0))\n"
            "tried('kill all', lambda: os.kill(-1, signal.SIGUSR1) or False)\n"
        )
        with system.kernel({}, LIMITS, [str(secret), str(code)]) as kernel:
            assert kernel.run(source).output == ""
    assert not (secret / "new").exists()


def test_nothing_is_left_behind_on_every_system(system: WarmParent) -> None:
    marker = f"62{os.getpid()}"
    source = (
        "import ctypes, os, signal, subprocess, sys\n"
        f"subprocess.Popen(['sleep', '{marker}'], start_new_session=True)\n"
        "ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\n"  # not to be told when the parent dies
        "try: os.kill(0, 15)\nexcept BaseException: pass\n"
    )
    with system.kernel({}, LIMITS) as kernel, contextlib.suppress(Exception):
        kernel.run("import signal; signal.signal(15, signal.SIG_IGN)")
        kernel.run(source)
    assert all(gone(pid) for pid in named(marker))


def test_the_disk_cannot_be_filled_on_every_system(system: WarmParent) -> None:
    source = (
        "import os, time\nfiles = []\nfor i in range(40):\n    f = open(f'f{i}', 'wb', buffering=0)\n"
        "    os.remove(f'f{i}')\n    f.write(os.urandom(2**22))\n    files.append(f)\n    time.sleep(.02)\n"
        "time.sleep(.5)\nprint('REACHED 160 MB')"
    )
    limits = Limits(cell=20.0, submission=30.0, disk=64 * 2**20)
    told = []
    with system.kernel({}, limits) as kernel:
        try:
            told.append(str(kernel.run(source).error))
        except KernelDied as death:
            told.append(str(death))
    assert "No space" in told[0] or told == ["wrote too much to its disk"]


def test_children_end_when_the_parent_is_killed_on_every_system(system: WarmParent) -> None:
    marker = f"63{os.getpid()}"
    with system.kernel({}, LIMITS) as kernel:
        kernel.run(f"import subprocess; subprocess.Popen(['sleep', '{marker}'], start_new_session=True)")
        assert named(marker)
        assert system._process is not None
        os.killpg(system._process.pid, signal.SIGKILL)
        assert all(gone(pid) for pid in named(marker))


@pytest.mark.parametrize("missing", ["files", "network", "memory"])
def test_without_the_means_foreign_code_is_refused_in_one_line(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    layers = {"landlock": 0, "namespaces": True, "seccomp": True, "nobody": False}
    if missing == "network":
        layers |= {"landlock": 3, "namespaces": False, "seccomp": False}
    if missing == "memory":
        layers |= {"namespaces": False}
    monkeypatch.setattr(warm, "_bubblewrap", lambda home: ["env"] if missing == "memory" else [])
    monkeypatch.setattr(warm, "receive", lambda sock: {"ready": layers})
    refusal = pytest.raises(Fault, match=f"{missing}.*--no-sandbox")
    with WarmParent(modules=()) as parent, refusal as refused, parent.kernel({}, LIMITS):
        pass
    assert "\n" not in str(refused.value)


def test_no_sandbox_runs_with_ones_own_rights_and_within_limits(tmp_path: Path) -> None:
    with WarmParent(modules=MODULES, sandbox=False) as parent, parent.kernel({}, LIMITS) as kernel:
        assert kernel.run(f"open({str(tmp_path / 'mine')!r}, 'w').write('x')").error is None
        assert kernel.run("while True: pass").timed_out
    assert (tmp_path / "mine").read_text() == "x"


def test_what_is_hidden_is_cut_out_of_what_may_be_read(tmp_path: Path) -> None:
    for name in ("packages/numpy", "packages/grader/key", "packages/keras"):
        (tmp_path / name).mkdir(parents=True)
    whole, cut = confine.without([tmp_path], [str(tmp_path / "packages" / "grader")])
    assert set(whole) == {tmp_path / "packages" / "numpy", tmp_path / "packages" / "keras"}
    assert set(cut) == {tmp_path, tmp_path / "packages"}


def as_an_ordinary_user(script: str) -> subprocess.CompletedProcess[str]:
    """Run Python code as a user who is nobody."""
    if os.geteuid() != 0 or shutil.which("setpriv") is None:
        pytest.skip("only root can become another user")
    user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    reads = "import os, sys, autograder.kernels; sys.exit(not os.access(sys.argv[1], 4))"
    tried = [*user, sys.executable, "-c", reads, os.path.realpath(sys.executable)]
    if subprocess.run(tried, capture_output=True, cwd="/").returncode:
        pytest.skip("this Python is root's alone")
    return subprocess.run([*user, sys.executable, "-c", script], capture_output=True, text=True, cwd="/", timeout=60)


def test_an_ordinary_user_is_as_safe_as_root() -> None:
    """The same kernel, started by a user who is nobody: confined, and able to grade."""
    script = (
        "from autograder.kernels import Limits, WarmParent\n"
        f"with WarmParent(modules={MODULES!r}) as parent, parent.kernel({{}}, Limits()) as kernel:\n"
        "    print(kernel.run('import os; print(os.getuid())').output, kernel.run('open(\"/etc/hosts\")').error)\n"
    )
    done = as_an_ordinary_user(script)
    assert done.stdout.startswith("65534\n"), done.stderr
    assert "Error" in done.stdout


def test_a_user_with_many_threads_of_his_own_can_grade_without_namespaces() -> None:
    """The system counts them against the same limit as the submission's processes."""
    script = (
        "import os, runpy, sys, threading\nfrom autograder.kernels import Limits, WarmParent, warm\n"
        "for _ in range(150): threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "warm._bubblewrap = lambda home: []\nrun = warm.subprocess.Popen\n"
        f"start = {WITHOUT_NAMESPACES!r}\n"
        "def changed(c, **o):\n    at = c.index('-m')\n    return run([*c[:at], '-c', start, *c[at + 2:]], **o)\n"
        "warm.subprocess.Popen = changed\n"
        f"with WarmParent(modules={MODULES!r}) as parent, parent.kernel({{}}, Limits(processes=30)) as kernel:\n"
        "    ran = kernel.run('import threading; t = threading.Thread(target=print, args=(1,)); t.start(); t.join()')\n"
        "    print(ran, flush=True)\nos._exit(0)\n"
    )
    done = as_an_ordinary_user(script)
    assert "output='1" in done.stdout, done.stdout + done.stderr


def test_memory_that_belongs_to_no_process_counts(warm: WarmParent) -> None:
    source = (
        "import mmap, time\nkept = []\nwhile True:\n    m = mmap.mmap(-1, 2**23)\n"
        "    m.write(bytes(2**23))\n    kept.append(m)\n    time.sleep(.01)"
    )
    with warm.kernel({}, LIMITS) as kernel, pytest.raises(Exception, match="memory"):
        kernel.run(source)
