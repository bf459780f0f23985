"""What the kernel of Linux can do to shut a process in: namespaces, Landlock, seccomp, resource limits.

Every layer is taken as far as the system grants it; each function says whether it took hold. No layer needs root. The
numbers are those of the Linux headers; x86-64 and 64-bit ARM are known.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
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
SCRATCH = 64 * 2**20  # bytes of a submission's /tmp and of its /dev/shm


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
    whole: list[Path] = []
    cut: list[Path] = []
    todo = list(paths)
    while todo:
        path = todo.pop()
        if any(Path(folder).is_relative_to(path) for folder in hidden):
            if str(path) not in hidden:
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


def remount(hidden: Iterable[str], directory: str = "/tmp/any") -> bool:
    """In new namespaces: a process list, a /tmp and a /dev/shm of one's own, and nothing in what is hidden.

    Everything else is read-only: Landlock lets a process change the mode and the times of what belongs to its user.
    Where the submission works, in `directory`, is of limited size as well, and other submissions work beside it. /run
    is covered since services listen there that would act for whoever asks.
    """
    flags, size = MS_NOSUID | MS_NODEV, f"size={SCRATCH},mode=700".encode()
    done = call(libc.unshare(NEW_MOUNTS)) and call(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    done = done and _read_only()
    covered = ["/tmp", "/dev/shm", "/var/tmp", "/run"]
    if not any(Path(directory).is_relative_to(folder) for folder in covered):
        covered.append(str(Path(directory).parent))
    covered += sorted(hidden, key=len)  # a folder before what lies in it
    shown = [path for path in readable() if any(path.is_relative_to(folder) for folder in covered)]
    kept = {path: os.open(path, os.O_PATH) for path in shown}
    done = done and call(libc.mount(b"proc", b"/proc", b"proc", flags | MS_NOEXEC, None))
    for folder in covered:
        if os.path.isfile(folder):
            done = done and call(libc.mount(b"/dev/null", folder.encode(), None, MS_BIND, None))
        if not os.path.isdir(folder):
            continue
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


# --- seccomp: calls that no notebook needs. linux/filter.h, linux/seccomp.h ---

ARCHITECTURES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}
REFUSED = {  # name: numbers on x86-64 and 64-bit ARM; -1 where the call does not exist
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "kcmp": (312, 272),
    "pidfd_getfd": (438, 438), "mount": (165, 40), "umount2": (166, 39), "pivot_root": (155, 41), "chroot": (161, 51),
    "move_mount": (429, 429), "open_tree": (428, 428), "fsopen": (430, 430), "fsmount": (432, 432),
    "mount_setattr": (442, 442), "unshare": (272, 97), "setns": (308, 268), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "keyctl": (250, 219), "add_key": (248, 217),
    "request_key": (249, 218), "init_module": (175, 105), "finit_module": (313, 273), "kexec_load": (246, 104),
    "reboot": (169, 142), "swapon": (167, 224), "memfd_create": (319, 279), "memfd_secret": (447, 447),
    "shmget": (29, 194), "msgget": (68, 186), "semget": (64, 190), "mq_open": (240, 180),
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264), "quotactl": (179, 60), "acct": (163, 89), "settimeofday": (164, 170),
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "syslog": (103, 116), "modify_ldt": (154, -1),
    "clock_settime": (227, 112), "sethostname": (170, 161), "vhangup": (153, 58), "personality": (135, 92),
}  # fmt: skip
CLONE, CLONE3 = (56, 220), (435, 435)
PRCTL, IOCTL, FCNTL, PRLIMIT = (157, 167), (16, 29), (72, 25), (302, 261)
TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP = 0x5412, 0x541C, 0x8901, 0x8902
F_SETOWN, F_SETSIG, F_SETOWN_EX = 8, 10, 15  # who is sent which signal when a file is ready: whoever, and SIGKILL
TO_A_PROCESS = {  # what may be done to oneself, and to others only where none but one's own are in reach
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434),
}  # fmt: skip
SLOWS_OTHERS = {  # which may name another process of the same user
    "setpriority": (141, 140), "sched_setparam": (142, 118), "sched_setscheduler": (144, 119),
    "sched_setaffinity": (203, 122), "sched_setattr": (314, 274), "ioprio_set": (251, 30),
}  # fmt: skip
CHANGES_FILES = {  # the mode, the owner, the times or the attributes of what belongs to the user; Landlock lets it
    "chmod": (90, -1), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, -1),
    "fchown": (93, 55), "lchown": (94, -1), "fchownat": (260, 54), "utime": (132, -1), "utimes": (235, -1),
    "futimesat": (261, -1), "utimensat": (280, 88), "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7),
    "setxattrat": (463, 463), "removexattr": (197, 14), "lremovexattr": (198, 15), "fremovexattr": (199, 16),
    "removexattrat": (466, 466), "file_setattr": (469, 469),
}  # fmt: skip
ALLOW, NOTHING, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050000, 0x00050001, 0x00050026, 0x80000000
NAMESPACE_FLAGS = 0x7E020080 | 0x02000000
X32 = 0x40000000  # from here on numbers of another interface, the same calls once more


def seccomp(others_in_reach: bool = False, for_signals: bool = False) -> bool:
    """Refuse what could reach other processes, the network or the kernel's rarer corners. False where unknown.

    There are socket pairs, and no other sockets: a service on this machine would act for whoever connects to it.
    `others_in_reach`: no namespace hides the user's other processes, which must not be slowed down, nor makes his files
    read-only: the mode of a file stays as it is, though a call to change it succeeds, as honest code expects.
    `for_signals`: and no Landlock keeps signals in, so that this process may signal only itself.
    """
    if platform.machine() not in ARCHITECTURES:
        return False
    code = filtering(platform.machine(), others_in_reach, os.getpid() if for_signals else None)
    buffer = ctypes.create_string_buffer(code, len(code))
    filters = struct.pack("<HxxxxxxQ", len(code) // LINE.size, ctypes.addressof(buffer))
    return call(libc.prctl(22, 2, filters, 0, 0))


def filtering(machine: str, others_in_reach: bool, only: int | None) -> bytes:
    """The filter as the kernel takes it: rules, of which the first that holds decides. `only`: whom to signal."""
    audit, column = ARCHITECTURES[machine]
    refused = [*REFUSED.values(), *(SLOWS_OTHERS.values() if others_in_reach else ())]
    ignored = CHANGES_FILES.values() if others_in_reach else ()
    rules = [
        _rule(KILL, _differs(MACHINE, audit)),
        _rule(KILL, _reaches(NUMBER, X32)),
        *(_refuse(numbers[column]) for numbers in refused if numbers[column] >= 0),
        *(_rule(NOTHING, _equals(NUMBER, numbers[column])) for numbers in ignored if numbers[column] >= 0),
        _rule(ENOSYS, _equals(NUMBER, CLONE3[column])),  # its flags cannot be seen; libc falls back
        _refuse(PRCTL[column], _equals(FIRST, PR_SET_PDEATHSIG)),  # to outlive the process that cleans up
        _refuse(PRCTL[column], _equals(FIRST, PR_SET_DUMPABLE)),  # to hide from the process that watches
        _refuse(PRLIMIT[column], _differs(FIRST, 0)),  # another process's limits
        *(_refuse(IOCTL[column], _equals(SECOND, command)) for command in (TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP)),
        *(_refuse(FCNTL[column], _equals(SECOND, command)) for command in (F_SETOWN, F_SETSIG, F_SETOWN_EX)),
        *(_refuse(numbers[column], _differs(FIRST, only)) for numbers in TO_A_PROCESS.values() if only is not None),
        _refuse(CLONE[column], _has_any(FIRST, NAMESPACE_FLAGS)),
        _rule(ALLOW),
    ]
    return b"".join(rules)


# A rule is a little program for the kernel's filter machine: for each test load a word of the call's record and
# compare, and if the test fails jump to behind the rule; at its end stands the decision. A line is an operation, how
# many lines to skip if it holds and if it does not, and a number.

LINE = struct.Struct("<HBBI")
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE, FIRST, SECOND = 0, 4, 16, 24  # where the record of a call has its number, and the arguments' low words
Test = tuple[int, int, int, bool]  # the word, the comparison, what with, and what it must come to


def _equals(word: int, value: int) -> Test:
    return word, EQUAL, value, True


def _differs(word: int, value: int) -> Test:
    return word, EQUAL, value, False


def _reaches(word: int, value: int) -> Test:
    return word, AT_LEAST, value, True


def _has_any(word: int, bits: int) -> Test:
    return word, ANY_BIT, bits, True


def _refuse(number: int, *tests: Test) -> bytes:
    """Refuse the call with this number, if all tests hold."""
    return _rule(EPERM, _equals(NUMBER, number), *tests)


def _rule(decision: int, *tests: Test) -> bytes:
    """Decide so if all tests hold; else go on behind the rule."""
    lines = [LINE.pack(RETURN, 0, 0, decision)]
    for word, compare, value, wanted in reversed(tests):
        behind = len(lines)
        skip = (0, behind) if wanted else (behind, 0)
        lines = [LINE.pack(LOAD, 0, 0, word), LINE.pack(compare, *skip, value), *lines]
    return b"".join(lines)
