"""What the kernel of Linux can do to shut a process in: namespaces, Landlock, resource limits; `calls` is seccomp.

Every layer is taken as far as the system grants it; each function says whether it took hold. No layer needs root. The
numbers are those of the Linux headers.
"""

from __future__ import annotations

import ctypes
import errno
import os
import resource
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

import course

libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 36, 38
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000
MS_BIND, NEW_MOUNTS = 0x1000, 0x20000
RDONLY, AT_RECURSIVE, AT_FDCWD = 0x1, 0x8000, -100
NEW_NAMESPACES = {"user": 0x10000000, "pid": 0x20000000, "ipc": 0x08000000, "net": 0x40000000, "uts": 0x04000000}
SCRATCH = f"size={64 * 2**20},nr_inodes=16384"  # of a submission's /tmp and of its /dev/shm: bytes, and files
COVER = "size=65536,nr_inodes=1024"  # of a folder in which nothing is to be found


def readable() -> list[Path]:
    """What a submission may read: the system, this Python, installed packages, and `course`."""
    system = ["/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin"]
    system += ["/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage"]  # how many cores; which pages
    settings = ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "fonts", "alternatives", "passwd", "group"]
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(sys.executable).resolve().parents[1])}
    python |= {entry for entry in sys.path if entry and has_packages(Path(entry))}
    own = Path(course.__file__).resolve().parent
    paths = [*map(Path, system), *(Path("/etc") / name for name in settings), *map(Path, sorted(python)), own]
    return [path for path in paths if os.path.exists(path) and not any(_within(path, other) for other in paths)]


def _within(path: Path, other: Path) -> bool:
    """Whether who may read the other path may read this one anyway; a link may lead out of it."""
    return other in path.parents and path.resolve().is_relative_to(other.resolve())


def runs_here() -> list[Path]:
    """What the parent reads beside that, to start: no submission may."""
    inside = Path(__file__).resolve().parent
    return [inside, *(folder / "__init__.py" for folder in inside.parents[:2])]


def has_packages(folder: Path) -> bool:
    """Whether packages are installed in a folder, as in site-packages."""
    return any(folder.glob("*.dist-info"))


def without(paths: Iterable[Path], hidden: Iterable[str]) -> tuple[list[Path], list[Path]]:
    """The paths with what is hidden beneath them cut out, and the folders that were cut, which may still be listed."""
    unseen = {Path(folder) for folder in hidden}
    above = {parent for folder in unseen for parent in folder.parents}
    whole: list[Path] = []
    cut: list[Path] = []
    todo = list(paths)
    while todo:
        path = todo.pop()
        if path in unseen:
            continue
        if path in above:
            cut.append(path)
            todo += [child for child in path.iterdir() if not child.is_symlink()]
        else:
            whole.append(path)
    return whole, cut


def call(result: int) -> bool:
    """Whether a call of the C library succeeded."""
    return bool(result == 0)


def die_with_parent(signal: int = 9) -> None:
    """Be sent this signal when the parent ends, however it ends."""
    libc.prctl(PR_SET_PDEATHSIG, signal, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of descendants whose own parent ends."""
    libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


NOBODY = 0x70000000  # ids from here on belong to nobody


def nobody(number: int) -> int:
    """The id of a user that exists nowhere else."""
    return NOBODY + number % 2**20


def become_nobody(number: int) -> None:
    """From root, become such a user: limits of its own, nobody's files. OSError if that is not allowed."""
    uid = nobody(number)
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    libc.prctl(PR_SET_DUMPABLE, 1, 0, 0, 0)  # lost with the change of user; without it /proc/self is root's


def enter_namespaces() -> bool:
    """Leave the network and the other processes behind; the latter holds for children only."""
    uid, gid = os.getuid(), os.getgid()
    if not call(libc.unshare(sum(NEW_NAMESPACES.values()))):
        return False
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{gid} {gid} 1")
    return True


def remount(system: Iterable[Path], hidden: Iterable[str], directory: str = "/tmp/any") -> bool:
    """In new namespaces: a process list, a /tmp and a /dev/shm of one's own, and nothing in what is hidden. What is
    `readable` of the `system` stays to be seen.

    Everything else is read-only: Landlock lets a process change the mode and the times of what belongs to its user.
    Where the submission works, in `directory`, is of limited size as well, and other submissions work beside it. /run
    is covered since services listen there that would act for whoever asks.
    """
    flags = MS_NOSUID | MS_NODEV
    done = call(libc.unshare(NEW_MOUNTS)) and call(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    done = done and _read_only()
    scratch = ["/tmp", "/dev/shm", "/var/tmp"]
    if not any(Path(directory).is_relative_to(folder) for folder in scratch):
        scratch.append(str(Path(directory).parent))
    covered = [*scratch, "/run", *sorted(hidden, key=len)]  # a folder before what lies in it
    shown = [path for path in system if any(path.is_relative_to(folder) for folder in covered)]
    kept = {path: os.open(path, os.O_PATH) for path in shown}
    done = done and call(libc.mount(b"proc", b"/proc", b"proc", flags | MS_NOEXEC, None))
    done = done and call(libc.mount(b"/dev/null", b"/dev/zero", None, MS_BIND, None))  # memory of no process
    for folder in covered:
        if os.path.isfile(folder):
            done = done and call(libc.mount(b"/dev/null", folder.encode(), None, MS_BIND, None))
        if not os.path.isdir(folder):
            continue
        size = f"{SCRATCH if folder in scratch else COVER},mode=700".encode()
        done = done and call(libc.mount(b"tmpfs", folder.encode(), b"tmpfs", flags, size))
        for path, descriptor in kept.items():  # a Python that lies below /tmp stays where it was
            if path.is_relative_to(folder):
                path.mkdir(parents=True, exist_ok=True)
                source = f"/proc/self/fd/{descriptor}".encode()
                done = done and call(libc.mount(source, str(path).encode(), None, MS_BIND | MS_REC, None))
    for descriptor in kept.values():
        os.close(descriptor)
    return done


def _read_only() -> bool:
    """Make all mounts read-only. Before Linux 5.12 that is not to be had; then bubblewrap has done so, or nothing runs
    since Landlock is not there either.
    """
    attributes = struct.pack("<QQQQ", RDONLY, 0, 0, 0)
    everywhere = ctypes.c_uint(AT_RECURSIVE)
    made = call(libc.syscall(442, AT_FDCWD, b"/", everywhere, attributes, ctypes.c_size_t(len(attributes))))
    return made or ctypes.get_errno() == errno.ENOSYS


def limit(limits: dict[str, int], own_user: bool = True) -> None:
    """Set resource limits by their names in `resource`, and be the first to go when memory runs out.

    `own_user`: no process that is not the submission's counts as this user's; else all that run are allowed for.
    """
    running = 0 if own_user else int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
    for name, number in limits.items():
        number += running if name == "NPROC" else 0
        _, hard = resource.getrlimit(getattr(resource, f"RLIMIT_{name}"))
        number = number if hard == resource.RLIM_INFINITY else min(number, hard)
        resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (number, number))
    Path("/proc/self/oom_score_adj").write_text("1000")


def drop_privileges() -> bool:
    """Lose every capability, those that new namespaces gave included, and the way to gain one."""
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    header, nothing = struct.pack("<Ii", 0x20080522, 0), bytes(24)
    return call(libc.capset(header, nothing)) & call(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


# --- Landlock: which files, which network, whose signals. Documentation/userspace-api/landlock.rst ---

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR, TRUNCATE, IOCTL_DEV = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14, 1 << 15
READ = EXECUTE | READ_FILE | READ_DIR
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
LAST_RIGHT = {1: 12, 2: 13, 3: 14, 4: 14}  # by version of the interface; 15 since the fifth


def landlock_version() -> int:
    """The version of Landlock's interface; 0 if there is none."""
    return max(0, int(libc.syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1))))


def landlock(read: Iterable[Path | str], write: Iterable[Path | str], list_only: Iterable[Path] = ()) -> bool:
    """Allow these paths and what lies beneath them, and no other; no TCP, no signals to the outside."""
    version = landlock_version()
    if not version:
        return False
    every = (1 << (LAST_RIGHT.get(version, 15) + 1)) - 1
    attributes = struct.pack("<QQQ", every, 3 if version >= 4 else 0, 3 if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = libc.syscall(444, attributes, ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    try:
        for paths, rights in ((read, READ), (write, every & ~IOCTL_DEV), (list_only, READ_DIR)):
            for path in paths:
                _allow(ruleset, str(path), rights & every)
        return call(libc.syscall(446, ctypes.c_int(ruleset), ctypes.c_uint32(0)))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not os.path.isdir(path):
            rights &= OF_FILES
        rule = struct.pack("<Qi", rights, descriptor)
        libc.syscall(445, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint32(0))
    finally:
        os.close(descriptor)
