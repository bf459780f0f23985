"""A parent process that has imported the notebooks' world and forks a ready, confined child for each submission."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import site
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import IO

import autograder
import course
from autograder.faults import Fault
from autograder.harmless import line
from autograder.sandbox import homes
from autograder.sandbox.inside import absent, confine
from autograder.sandbox.inside.frames import frame, receive
from autograder.sandbox.limits import Limits
from autograder.sandbox.process import Process
from autograder.sandbox.watch import Watch
from course.judging.scripts import Plain

ALWAYS = ("IPython.core.interactiveshell", "numpy.random", "matplotlib.pyplot", "course.judging.scripts")
OPTIONS = ("-P", "-W", "ignore")  # of Python: not the working folder, no warnings
SHUT_IN = 60.0  # seconds within which a child must be shut in; it takes a few hundredths of one
FORKED = 60.0  # seconds within which the parent must fork
START = 120.0  # seconds within which the parent must be ready; a slow disk with a cold cache needs some


class WarmParent:
    """Starts on first use, is started again should it die, and takes its children along when closed.

    Nothing of the grader is in it: it runs `autograder.sandbox.inside` with a bare environment, in a folder of its own,
    inside bubblewrap where that is installed. `sandbox=False` runs submissions with the grader's own rights, for
    systems that can do no better. Threads may share it. `modules` are imported beside those that every notebook needs;
    functions and classes of the `guarded` packages are put back before each use of a learner's class. `not_by` is what
    may not answer in some exercise: it is not loaded while one is asked, and its packages are put back before a class
    is.
    """

    _begins: tuple[str, ...] = ("-m", "autograder.sandbox.inside")

    def __init__(
        self,
        modules: Sequence[str] = (),
        guarded: Sequence[str] = (),
        sandbox: bool = True,
        not_by: Sequence[str] = (),
    ) -> None:
        self._setup = {"modules": [*ALWAYS, *modules], "guarded": list(guarded), "not_by": list(not_by)}
        self._lock = Lock()
        self._count, self._wrapped, self._ready = 0, False, False
        self._sandbox = sandbox
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None
        self._home: Path | None = None
        self._words: IO[bytes] | None = None

    def __enter__(self) -> WarmParent:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the parent; its children die with it."""
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(2.0)
            self._process.kill()
            self._process.wait()
        if self._home is not None:
            homes.removed(self._home)
        if self._words is not None:
            self._words.close()
        self._control = self._process = self._home = self._words = None
        self._ready = False

    def _failed_by_itself(self) -> bool:
        """Whether the parent ended before it was ready, and nobody killed it."""
        if self._ready or self._process is None:
            return False
        with contextlib.suppress(subprocess.TimeoutExpired):
            return 0 < self._process.wait(2.0) < 128
        return False

    def _last_words(self) -> str:
        """The last line that the parent wrote to stderr, in brackets; it runs no code but ours."""
        if self._words is None:
            return ""
        self._words.seek(0)
        lines = self._words.read(2**16).decode(errors="replace").split("\n")
        last = next((line(text) for text in reversed(lines) if text.strip()), "")
        return f" ({last[:300]})" if last else ""

    @contextmanager
    def process(
        self,
        files: Mapping[str, bytes],
        limits: Limits,
        hidden: Sequence[str] = (),
        public: Sequence[str] = (),
    ) -> Iterator[Process]:
        """A fresh process for one submission, in a directory with the given files.

        `hidden` are folders that it may not see even by name; `public` are modules among the files that use the
        learner's classes. OSError if no process can be started; Fault if this system cannot confine one, or not even
        their parent starts.
        """
        for attempt in (1, 2, 3):
            started = -1
            try:
                with self._lock:
                    self._start()
                    started = self._count
                    process, directory = self._fork(files, limits, hidden, public)
                process.wait_until_ready(SHUT_IN)
                break
            except (OSError, EOFError, ValueError):
                with self._lock:
                    failed, said = self._failed_by_itself(), self._last_words()
                    if self._count == started:  # else another thread has started a new one by now
                        self.close()
                if attempt == 3 and failed:
                    raise Fault(f"the process in which submissions begin cannot start{said}") from None
                if attempt == 3:
                    raise OSError(f"no process for a submission could be started, in three attempts{said}") from None
        try:
            with process:
                yield process
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def _fork(
        self, files: Mapping[str, bytes], limits: Limits, hidden: Sequence[str], public: Sequence[str]
    ) -> tuple[Process, Path]:
        control = self._started()
        directory = Path(tempfile.mkdtemp(prefix="work-", dir=self._home))
        for name, content in files.items():
            (directory / name).parent.mkdir(parents=True, exist_ok=True)
            (directory / name).write_bytes(content)
        ours, theirs = socket.socketpair()
        watch, watched = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        read, write = os.pipe2(os.O_CLOEXEC)
        try:
            message = frame({"fork": self._request(directory, limits, hidden, public)})
            socket.send_fds(control, [message[:4]], [theirs.fileno(), write, watched.fileno()])
            control.sendall(message[4:])
            length, fds, _, _ = socket.recv_fds(control, 4, 1)
            if not fds:
                raise EOFError
            control.recv(int.from_bytes(length, "big"))
        except BaseException:
            ours.close()
            watch.close()
            os.close(read)
            raise
        finally:
            theirs.close()
            watched.close()
            os.close(write)
        return Process(Watch(fds[0], watch), ours, read, limits), directory

    def _request(self, directory: Path, limits: Limits, hidden: Sequence[str], public: Sequence[str]) -> Plain:
        return {
            "directory": str(directory),
            "hidden": [str(Path(autograder.__file__).parent), *absent.files(), *_of_checkouts(), *hidden],
            "public": {name: str(directory / f"{name}.py") for name in public},
            "limits": limits.resources(),
            "memory": limits.memory,
            "processes": limits.processes,
            "disk": limits.disk,
            "sandbox": self._sandbox,
        }

    def start(self) -> None:
        """Start the parent, unless it runs, without waiting for it.

        Linux ends it with the thread that started it, so a thread that lasts should call this first.
        """
        with self._lock:
            self._start()

    def _start(self) -> socket.socket:
        if self._control is not None and self._process is not None and self._process.poll() is None:
            return self._control
        self.close()
        self._count += 1
        ours, theirs = socket.socketpair()
        self._home, self._words = homes.made(), tempfile.TemporaryFile()  # noqa: SIM115
        self._home.chmod(0o711)  # a submission that runs as nobody must get to its directory
        wrapper = self._wrapper(self._home) if self._sandbox else []
        self._process = subprocess.Popen(
            [*wrapper, sys.executable, *OPTIONS, *self._begins, str(theirs.fileno()), json.dumps(self._setup)],
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._words,
            cwd=self._home,
            env=_environment(self._home),
            start_new_session=True,
        )
        theirs.close()
        self._control, self._wrapped, self._ready = ours, bool(wrapper), False
        return ours

    @staticmethod
    def _wrapper(home: Path) -> list[str]:
        """The command in which the parent starts."""
        return _bubblewrap(home)

    def _started(self) -> socket.socket:
        control = self._start()
        if not self._ready:
            control.settimeout(START)
            layers = receive(control)["ready"]
            if self._sandbox and (refusal := _refusal(layers, self._wrapped)):
                self.close()
                raise Fault(refusal)
            control.settimeout(FORKED)
            self._ready = True
        return control


def advice() -> str | None:
    """One line on what a Debian package would add on this machine; None if it is there."""
    if shutil.which("bwrap"):
        return None
    return "bubblewrap is not installed (Debian: bubblewrap): submissions are confined without the layer that it adds"


def _refusal(layers: Plain, bubblewrap: bool) -> str:
    """What to say unless files, network and other processes are out of a submission's reach."""
    lacking = []
    if not (layers["landlock"] or (bubblewrap and layers["namespaces"])):  # what is hidden differs from one to another
        lacking.append("files (Linux 5.13 with Landlock, or bubblewrap and user namespaces)")
    if not (layers["namespaces"] or layers["seccomp"]):
        lacking.append("the network (user namespaces, or seccomp on x86-64 or ARM)")
    if not (layers["namespaces"] or layers["landlock"] or layers["nobody"]):
        lacking.append("the memory of other processes (user namespaces, Landlock, or root)")
    if not lacking:
        return ""
    return (
        f"this system cannot keep a submission away from {' and '.join(lacking)}; `--no-sandbox` runs submissions with "
        "your own rights"
    )


def _bubblewrap(home: Path) -> list[str]:
    """The command that shows the parent the system, this Python and `course`, read-only, and no network."""
    bwrap = shutil.which("bwrap")
    if bwrap is None:
        return []
    arguments = [bwrap, "--die-with-parent", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--dev", "/dev"]
    arguments += ["--tmpfs", "/dev/shm", "--tmpfs", "/tmp", "--tmpfs", "/var/tmp"]
    for capability in ("SETUID", "SETGID", "CHOWN") if os.geteuid() == 0 else ():
        arguments += ["--cap-add", f"CAP_{capability}"]  # to become nobody with
    shown = [*confine.readable(), *confine.runs_here()]
    # The folders on the way to what is shown can be passed, not listed: whose home it is, is nobody's business. Only
    # `import` must list those that it looks through, in which nothing else is shown.
    for folder in sorted({parent for path in (*shown, home) for parent in path.parents}):
        looked_through = any(folder.is_relative_to(entry) for entry in _homes())
        arguments += ["--perms", "0555" if looked_through else "0111", "--dir", str(folder)]
    for path in shown:
        arguments += ["--ro-bind", str(path), str(path)]
    # The children need a process list of their own, which only a parent with a whole one can give them. Where they may
    # not have namespaces, it is the parent that gets one, and the children share it.
    own = subprocess.run(["unshare", "--user", "--pid", "--fork", "true"], capture_output=True, check=False)
    arguments += ["--bind", "/proc", "/proc"] if own.returncode == 0 else ["--unshare-pid", "--proc", "/proc"]
    arguments += ["--bind", str(home), str(home), "--remount-ro", "/", "--chdir", str(home), "--"]
    works = subprocess.run([*arguments, "true"], capture_output=True, check=False).returncode == 0
    return arguments if works else []


def _environment(home: Path) -> dict[str, str]:
    """No secrets, no display, one thread for each process: what a submission finds in os.environ."""
    return {
        "PATH": os.defpath,
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "MPLBACKEND": "agg",
        "MPLCONFIGDIR": str(home / "matplotlib"),
        "IPYTHONDIR": str(home / "ipython"),
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NBGRADER_EXECUTION": "autograde",  # as nbgrader tells the cells of a notebook
        # Memory in huge pages where the system has some: a fork of all that Keras imports then takes 5 ms, not 20.
        "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1",
        "PYTHONMALLOC": "malloc",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # Packages may lie elsewhere than this Python's own: on PYTHONPATH, in a user's site.
        "PYTHONPATH": os.pathsep.join(_import_path()),
        **({"PYTHONUSERBASE": site.getuserbase()} if site.getusersitepackages() in sys.path else {}),
    }


def _import_path() -> list[str]:
    """Where the parent looks for packages before it looks where this Python looks by itself: in the folders of this
    process's path in which packages are installed, and where `course` and the grader lie.
    """
    by_itself = {Path(folder).resolve() for folder in (*site.getsitepackages(), site.getusersitepackages())}
    packages = [Path(entry).resolve() for entry in sys.path if entry and confine.has_packages(Path(entry))]
    return [str(folder) for folder in dict.fromkeys([*packages, *_homes()]) if folder not in by_itself]


@cache
def _of_checkouts() -> tuple[str, ...]:
    """What else lies in checkouts, tests and history, where a checkout lies in something that submissions may read."""
    shown = confine.readable()
    return tuple(
        str(path)
        for home in _homes()
        if not confine.has_packages(home) and any(home.is_relative_to(place) for place in shown)
        for path in home.iterdir()
        if not any(place.is_relative_to(path) for place in (*shown, Path(course.__file__).resolve().parent))
    )


def _homes() -> list[Path]:
    """The folders in which `course` and the grader lie."""
    return [Path(str(module.__file__)).resolve().parents[1] for module in (course, autograder)]
