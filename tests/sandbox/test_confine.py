"""The layers that shut a submission in: each by itself, as root and as another user, and the refusal without them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import autograder
from autograder.exercises.judge import judge
from autograder.faults import Fault
from autograder.sandbox import warm
from autograder.sandbox.inside import confine
from autograder.sandbox.limits import Limits
from autograder.sandbox.warm import WarmParent
from autograder.sandbox.watch import Died
from tests.sandbox.test_process import RIGHT, gone, named, started
from tests.shared import EXERCISES

LIMITS = Limits(cell=60.0, exercise=60.0, submission=600.0, memory=300 * 2**20, processes=32)
GD = EXERCISES["optimizers"][0]
REACH = """
import os, signal, socket, subprocess, sys
def tried(what, attempt):
    try:
        if attempt() is False: return
    except BaseException: return
    print("REACHED", what)
"""
MODES = """
import os, shutil, subprocess
for p in %r:
    for attempt in (
        lambda: os.chmod(p, 0o666),
        lambda: os.utime(p, (1, 1)),
        lambda: os.chown(p, -1, os.getgid()),
        lambda: os.setxattr(p, 'user.x', b'x'),
        lambda: subprocess.run(['chmod', '777', p], stderr=subprocess.DEVNULL),
        lambda: os.chmod(f'/proc/self/fd/{os.open(p, os.O_PATH)}', 0o666),
    ):
        try: attempt()
        except OSError: pass
open('mine', 'w').write('x')
shutil.copy2('mine', 'copy')
os.chmod('copy', 0o600)
os.utime('copy')
print(open('copy').read())
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
    "no seccomp": "calls.ARCHITECTURES.clear()",
}
WITHOUT_BUBBLEWRAP = {"no bubblewrap", "Landlock and seccomp only", "an old Landlock"}
MODULES = ("IPython.core.interactiveshell",)


class Lacking(WarmParent):
    """A warm parent on a system that lacks something."""

    def __init__(self, lacks: str) -> None:
        super().__init__(MODULES)
        self._bare = lacks in WITHOUT_BUBBLEWRAP
        start = "import runpy\nfrom autograder.sandbox.inside import calls, confine\n"
        run = "\nrunpy.run_module('autograder.sandbox.inside', run_name='__main__')"
        self._begins = ("-c", start + SYSTEMS[lacks] + run)

    def _wrapper(self, home: Path) -> list[str]:
        return [] if self._bare else super()._wrapper(home)


@pytest.fixture(scope="module", params=SYSTEMS)
def system(request: pytest.FixtureRequest) -> Iterator[WarmParent]:
    """One for all tests on such a system."""
    if request.param == "no Landlock" and not shutil.which("bwrap"):
        pytest.skip("bubblewrap is not installed (Debian: bubblewrap), and without both nothing is run")
    with Lacking(request.param) as parent:
        yield parent


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A folder with something to read, that the grader's user may read and write."""
    folder = tmp_path / "secret"
    folder.mkdir()
    (folder / "key").write_text("sesame")
    return folder


def test_right_code_earns_its_points_on_every_system(system: WarmParent) -> None:
    with system.process({"data.csv": b"1\n"}, LIMITS) as process:
        assert (
            process.run(RIGHT + "\nassert open('data.csv').read() == '1\\n'; open('new', 'w').write('x')").error is None
        )
        key = GD.draw(np.random.default_rng(0))
        assert judge(GD, key, process.ask(key.script, key.oracles)[0]).score == GD.points


def test_files_network_and_processes_are_out_of_reach_on_every_system(system: WarmParent, secret: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(socket.AF_UNIX) as door:
        door.bind(str(secret / "door"))
        door.listen()
        port, code = listener.getsockname()[1], Path(autograder.__file__).parent
        source = REACH + (
            f"for p in ({str(secret)!r}, '/home', '/root', {str(code)!r}):\n"
            "    tried('list ' + p, lambda: bool(os.listdir(p)))\n"
            f"tried('read', lambda: open({str(secret / 'key')!r}).read())\n"
            f"tried('write', lambda: open({str(secret / 'new')!r}, 'w'))\n"
            f"tried('import', lambda: bool(open({str(code / 'exercises' / 'judge.py')!r}).read()))\n"
            f"tried('connect', lambda: socket.create_connection(('127.0.0.1', {port}), 1))\n"
            f"tried('door', lambda: socket.socket(socket.AF_UNIX).connect({str(secret / 'door')!r}))\n"
            f"tried('environ', lambda: bool(open('/proc/{os.getpid()}/environ', 'rb').read(1)))\n"
            f"tried('kill', lambda: os.kill({os.getpid()}, 0))\n"
            "tried('kill all', lambda: os.kill(-1, signal.SIGUSR1) or False)\n"
        )
        with system.process({}, LIMITS, [str(secret), str(code)]) as process:
            assert process.run(source).output == ""
    assert not (secret / "new").exists()


def on_the_way() -> list[str]:
    """The folders on the way to what a submission is shown, in which other things lie that it is not.

    Not those for scratch files: of them it has its own. Not the one in which the grader lies: `import` must list it,
    and nothing else is shown in it.
    """
    shown, scratch = confine.readable(), [Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]
    folders = {parent for path in shown for parent in path.parents}
    folders -= {Path("/"), Path(autograder.__file__).resolve().parents[1]}
    return sorted(str(f) for f in folders if not any(f.is_relative_to(path) for path in [*shown, *scratch]))


def test_no_folder_on_the_way_to_what_is_shown_can_be_listed_on_every_system(system: WarmParent) -> None:
    source = REACH + (f"for p in {on_the_way()!r}:\n    tried('list ' + p, lambda: os.listdir(p) or True)\n")
    assert on_the_way()
    with system.process({}, LIMITS) as process:
        assert process.run(source).output == ""


@pytest.fixture
def at_home() -> Iterator[Path]:
    """A file of the grader's user that is in no folder for scratch files."""
    try:
        folder = tempfile.TemporaryDirectory(dir=Path.home(), prefix=".tp-test-")
    except OSError:
        pytest.skip("the home folder cannot be written")
    with folder as name:
        (Path(name) / "key").write_text("sesame")
        yield Path(name) / "key"


def test_files_keep_their_mode_and_times_on_every_system(system: WarmParent, at_home: Path, secret: Path) -> None:
    """The grader's user owns them, and Landlock does not mind. Honest code that copies a file copies its mode, too."""

    def state() -> list[object]:
        paths = (at_home, at_home.parent, secret / "key")
        return [(path.stat().st_mode, path.stat().st_mtime_ns, os.listxattr(path)) for path in paths]

    before = state()
    with system.process({}, LIMITS) as process:
        ran = process.run(MODES % [str(at_home), str(at_home.parent), str(secret / "key")])
        assert (ran.error, ran.output) == (None, "x\n")
    assert state() == before


def test_nothing_is_left_behind_on_every_system(system: WarmParent) -> None:
    marker = f"62{os.getpid()}"
    source = (
        "import ctypes, os, signal, subprocess, sys\n"
        f"subprocess.Popen(['sleep', '{marker}'], start_new_session=True)\n"
        "ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)\n"  # not to be told when the parent dies
        "try: os.kill(0, 15)\nexcept BaseException: pass\n"
    )
    with system.process({}, LIMITS) as process, contextlib.suppress(Exception):
        process.run("import signal; signal.signal(15, signal.SIG_IGN)")
        process.run(source)
    assert all(gone(pid) for pid in named(marker))


def test_the_disk_cannot_be_filled_on_every_system(system: WarmParent) -> None:
    source = (
        "import os, time\nfiles = []\nfor i in range(24):\n    f = open(f'f{i}', 'wb', buffering=0)\n"
        "    os.remove(f'f{i}')\n    f.write(b'x' * 2**22)\n    files.append(f)\ntime.sleep(600)"
    )
    told = []
    with system.process({}, replace(LIMITS, disk=32 * 2**20)) as process:
        try:
            told.append(str(process.run(source, goes_on=False).error))
        except Died as death:
            told.append(str(death))
    assert "No space" in told[0] or told == ["wrote too much to its disk"]


def test_children_end_when_the_parent_is_killed_on_every_system(system: WarmParent) -> None:
    marker = f"63{os.getpid()}"
    with system.process({}, LIMITS) as process:
        process.run(f"import subprocess; subprocess.Popen(['sleep', '{marker}'], start_new_session=True)")
        assert started(marker)
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
    monkeypatch.setattr(WarmParent, "_wrapper", staticmethod(lambda home: ["env"] if missing == "memory" else []))
    monkeypatch.setattr(warm, "receive", lambda sock: {"ready": layers})
    with WarmParent(modules=()) as parent:
        for _ in range(2):  # the second submission, too, at once
            refusal = pytest.raises(Fault, match=f"{missing}.*--no-sandbox")
            with refusal as refused, parent.process({}, LIMITS):
                pass
            assert "\n" not in str(refused.value)
            assert parent._process is None


def test_no_sandbox_runs_with_ones_own_rights_and_within_limits(tmp_path: Path) -> None:
    with WarmParent(modules=MODULES, sandbox=False) as parent, parent.process({}, LIMITS) as process:
        assert process.run(f"open({str(tmp_path / 'mine')!r}, 'w').write('x')").error is None
        assert process.run("while True: pass", 0.5).stopped
    assert (tmp_path / "mine").read_text() == "x"


def test_what_is_hidden_is_cut_out_of_what_may_be_read(tmp_path: Path) -> None:
    for name in ("packages/numpy", "packages/grader/key", "packages/keras"):
        (tmp_path / name).mkdir(parents=True)
    whole, cut = confine.without([tmp_path], [str(tmp_path / "packages" / "grader")])
    assert set(whole) == {tmp_path / "packages" / "numpy", tmp_path / "packages" / "keras"}
    assert set(cut) == {tmp_path, tmp_path / "packages"}


def as_an_ordinary_user(script: str) -> subprocess.CompletedProcess[str]:
    """Run Python code as a user who is not root: as nobody, if we are."""
    user: list[str] = []
    if os.geteuid() == 0:
        if shutil.which("setpriv") is None:
            pytest.skip("setpriv is not installed (Debian: util-linux)")
        user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        reads = "import os, sys, autograder.sandbox; sys.exit(not os.access(sys.argv[1], 4))"
        tried = [*user, sys.executable, "-c", reads, os.path.realpath(sys.executable)]
        if subprocess.run(tried, capture_output=True, cwd="/").returncode:
            pytest.skip("this Python is root's alone")
    return subprocess.run([*user, sys.executable, "-c", script], capture_output=True, text=True, cwd="/")


def test_an_ordinary_user_is_as_safe_as_root() -> None:
    """The same process, started by a user who is not root: confined, and able to grade."""
    script = (
        "from autograder.sandbox.limits import Limits\nfrom autograder.sandbox.warm import WarmParent\n"
        f"with WarmParent(modules={MODULES!r}) as parent, parent.process({{}}, Limits()) as process:\n"
        "    print(process.run('import os; print(os.getuid())').output, process.run('open(\"/etc/hosts\")').error)\n"
    )
    done = as_an_ordinary_user(script)
    assert done.stdout.startswith(f"{os.geteuid() or 65534}\n"), done.stderr
    assert "Error" in done.stdout


def test_a_user_with_many_threads_of_his_own_can_grade_without_namespaces() -> None:
    """The system counts them against the same limit as the submission's processes."""
    script = (
        "import os, threading\nfrom autograder.sandbox.limits import Limits\n"
        "from tests.sandbox.test_confine import Lacking\n"
        "for _ in range(150): threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
        "with Lacking('Landlock and seccomp only') as parent, parent.process({}, Limits(processes=30)) as process:\n"
        "    ran = process.run('import threading as t; a = t.Thread(target=print, args=(1,)); a.start(); a.join()')\n"
        "    print(ran, flush=True)\nos._exit(0)\n"
    )
    done = as_an_ordinary_user(script)
    assert "output='1" in done.stdout, done.stdout + done.stderr


HELD = (
    """
import mmap, os, socket, time
def used(pages):
    for start in range(0, len(pages), 2**12): pages[start] = 1
"""
    + REACH
)
WAYS_TO_HOLD_MEMORY = {
    "shared memory": "used(mmap.mmap(-1, 2**25))\nprint('REACHED')",
    "shared memory of a device": "used(mmap.mmap(os.open('/dev/zero', os.O_RDWR), 2**25))\nprint('REACHED')",
    "files without content": "for i in range(2**15): open(f'/dev/shm/{i}', 'x').close()\nprint('REACHED')",
    "buffers": (
        "for _ in range(24):\n    if os.fork() == 0: break\n"
        "kept = []\ntry:\n    while True:\n        pair = socket.socketpair()\n        kept.append(pair)\n"
        "        for end in pair:\n            end.setblocking(False)\n            end.send(bytes(2**17))\n"
        "except OSError: pass\ntime.sleep(600)\n"
    ),
    "a buffer": (
        "end, _ = socket.socketpair()\nend.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**22)\nprint('REACHED')"
    ),
    "page tables": (
        "pages = mmap.mmap(-1, 2**40, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, mmap.PROT_READ)\n"
        "for start in range(0, 2**40, 2**21): pages[start]\nprint('REACHED')"
    ),
}


@pytest.mark.parametrize("way", WAYS_TO_HOLD_MEMORY)
def test_memory_that_the_size_of_no_process_shows_cannot_be_had(warm: WarmParent, way: str) -> None:
    with warm.process({}, LIMITS) as process:
        try:
            ran = process.run(HELD + WAYS_TO_HOLD_MEMORY[way], goes_on=False)
        except Died as death:
            assert death.reason == "out_of_memory"  # noqa: PT017
        else:
            assert ran.error is not None
            assert "REACHED" not in ran.output


def test_processes_that_share_memory_honestly_can_do_so(warm: WarmParent) -> None:
    source = (
        "import mmap, multiprocessing as mp, tempfile\nfrom multiprocessing import shared_memory\n"
        "def work(i, numbers): numbers[i] = i\n"
        "numbers = mp.get_context('fork').Array('d', 4)\n"
        "workers = [mp.get_context('fork').Process(target=work, args=(i, numbers)) for i in range(4)]\n"
        "for worker in workers: worker.start()\nfor worker in workers: worker.join()\n"
        "block = shared_memory.SharedMemory(create=True, size=2**16)\nblock.buf[0] = 7\n"
        "with tempfile.TemporaryFile() as file:\n    file.truncate(2**16)\n    mmap.mmap(file.fileno(), 2**16)[0] = 1\n"
        "print(list(numbers), block.buf[0])\nblock.close(); block.unlink()\n"
    )
    with warm.process({}, LIMITS) as process:
        assert process.run(source).output == "[0.0, 1.0, 2.0, 3.0] 7\n"


WAYS_TO_END_ONESELF = (
    "os.kill(os.getpid(), 9)",
    "os.kill(0, 9)",
    "os.kill(-os.getpid(), 9)",
    "os.kill(-1, 9)",
    "signal.pthread_kill(threading.get_ident(), 9)",
    "threading.Thread(target=lambda: signal.pthread_kill(threading.main_thread().ident, 9)).start(); time.sleep(.1)",
    "signal.pidfd_send_signal(os.pidfd_open(os.getpid()), 9)",
    "subprocess.run(['kill', '-9', str(os.getpid())])",
    "subprocess.run(['sh', '-c', 'kill -9 $PPID'])",
    "ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)",
    "resource.setrlimit(resource.RLIMIT_CPU, (1, 1)); used(1.2)",
    "timer()",
)
ENDS_ITSELF = """
import ctypes, os, resource, signal, subprocess, threading, time
def used(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end: pass
def timer():
    event = (ctypes.c_int * 32)(0, 0, 9, 0)
    made, moment = ctypes.c_void_p(), (ctypes.c_long * 4)(0, 0, 0, 1)
    if ctypes.CDLL(None).timer_create(1, ctypes.byref(event), ctypes.byref(made)): return
    ctypes.CDLL(None).timer_settime(made, 0, ctypes.byref(moment), None)
    time.sleep(.1)
"""


@pytest.mark.parametrize("way", WAYS_TO_END_ONESELF)
def test_nobody_can_look_as_if_somebody_else_had_ended_him_on_any_system(system: WarmParent, way: str) -> None:
    with system.process({}, LIMITS) as process, contextlib.suppress(Died):
        process.run(f"{ENDS_ITSELF}\n{way}")


def test_a_process_may_end_what_it_started(warm: WarmParent) -> None:
    source = "import subprocess\nhelper = subprocess.Popen(['sleep', '600'])\nhelper.kill()\nprint(helper.wait())\n"
    with warm.process({}, LIMITS) as process:
        assert process.run(source).output == "-9\n"
