"""What the kernel of Linux can do to shut a process in: namespaces, Landlock, seccomp, resource limits.

Every layer is taken as far as the system grants it; each function says whether it took hold. No layer needs root. The
numbers are those of the Linux headers; x86-64 and 64-bit ARM are known.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

libc = ctypes.CDLL(None, use_errno=True)

PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS = 1, 4, 24, 36, 38
MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REC, MS_PRIVATE = 0x2, 0x4, 0x8, 0x4000, 0x40000
MS_BIND, NEW_MOUNTS = 0x1000, 0x20000
NEW_NAMESPACES = {"user": 0x10000000, "pid": 0x20000000, "ipc": 0x08000000, "net": 0x40000000, "uts": 0x04000000}
SCRATCH = 64 * 2**20  # bytes of a submission's /tmp and of its /dev/shm


def readable() -> list[Path]:
    """What a submission may read: the system, this Python with its packages, and `course`."""
    system = ["/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin"]
    system += ["/sys/devices/system/cpu", "/sys/kernel/mm/transparent_hugepage"]  # how many cores; which pages
    settings = ["ld.so.cache", "ld.so.conf", "ld.so.conf.d", "localtime", "fonts", "alternatives", "passwd", "group"]
    python = {sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(sys.executable).resolve().parents[1])}
    own = Path(__file__).resolve().parents[1]
    paths = [*map(Path, system), *(Path("/etc") / name for name in settings), *map(Path, sorted(python)), own]
    return [path for path in paths if os.path.exists(path)]


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
    """In new namespaces: a process list, a /tmp and a /dev/shm of one's own, and nothing in the hidden folders.

    Where the submission works, in `directory`, is of limited size as well, and other submissions work beside it. /run
    is covered since services listen there that would act for whoever asks.
    """
    flags, size = MS_NOSUID | MS_NODEV, f"size={SCRATCH},mode=700".encode()
    done = call(libc.unshare(NEW_MOUNTS)) and call(libc.mount(None, b"/", None, MS_REC | MS_PRIVATE, None))
    covered = ["/tmp", "/dev/shm", "/var/tmp", "/run"]
    if not any(Path(directory).is_relative_to(folder) for folder in covered):
        covered.append(str(Path(directory).parent))
    covered += hidden
    kept = {p: os.open(p, os.O_PATH) for p in readable() if any(p.is_relative_to(folder) for folder in covered)}
    done = done and call(libc.mount(b"proc", b"/proc", b"proc", flags | MS_NOEXEC, None))
    for folder in covered:
        if not os.path.isdir(folder):
            continue
        done = done and call(libc.mount(b"tmpfs", folder.encode(), b"tmpfs", flags, size))
        for path, descriptor in kept.items():  # a Python that lies below /tmp stays where it was
            if path.is_relative_to(folder):
                path.mkdir(parents=True, exist_ok=True)
                source = f"/proc/self/fd/{descriptor}".encode()
                done = done and call(libc.mount(source, str(path).encode(), None, MS_BIND, None))
    for descriptor in kept.values():
        os.close(descriptor)
    return done


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
ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NAMESPACE_FLAGS = 0x7E020080 | 0x02000000


def seccomp(others_in_reach: bool = False, for_signals: bool = False) -> bool:
    """Refuse what could reach other processes, the network or the kernel's rarer corners. False where unknown.

    There are socket pairs, and no other sockets: a service on this machine would act for whoever connects to it.
    `others_in_reach`: no namespace hides the user's other processes, which must not be slowed down. `for_signals`: and
    no Landlock keeps signals in, so that this process may signal only itself.
    """
    known = ARCHITECTURES.get(platform.machine())
    if known is None:
        return False
    audit, column = known
    program = [(LOAD, 0, 0, 4), (EQUAL, 1, 0, audit), (RETURN, 0, 0, KILL), (LOAD, 0, 0, 0)]
    program += [(AT_LEAST, 0, 1, 0x40000000), (RETURN, 0, 0, KILL)]  # the x32 interface has numbers of its own
    for numbers in [*REFUSED.values(), *(SLOWS_OTHERS.values() if others_in_reach else ())]:
        program += [(EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, EPERM)]
    program += [(EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, ENOSYS)]  # its flags cannot be seen; libc falls back
    program += _refuse_if(PRCTL[column], 16, PR_SET_PDEATHSIG)  # to outlive the process that cleans up
    program += _refuse_if(PRCTL[column], 16, PR_SET_DUMPABLE)  # to hide from the process that watches
    program += [(EQUAL, 0, 4, PRLIMIT[column]), (LOAD, 0, 0, 16), (EQUAL, 1, 0, 0), (RETURN, 0, 0, EPERM)]
    program += [(RETURN, 0, 0, ALLOW)]
    for command in (TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP):
        program += _refuse_if(IOCTL[column], 24, command)
    for command in (F_SETOWN, F_SETSIG, F_SETOWN_EX):
        program += _refuse_if(FCNTL[column], 24, command)
    for numbers in TO_A_PROCESS.values() if for_signals else ():
        program += [(EQUAL, 0, 4, numbers[column]), (LOAD, 0, 0, 16), (EQUAL, 1, 0, os.getpid())]
        program += [(RETURN, 0, 0, EPERM), (RETURN, 0, 0, ALLOW)]
    program += [(EQUAL, 0, 3, CLONE[column]), (LOAD, 0, 0, 16), (ANY_BIT, 0, 1, NAMESPACE_FLAGS), (RETURN, 0, 0, EPERM)]
    program += [(RETURN, 0, 0, ALLOW)]
    code = b"".join(struct.pack("<HBBI", *line) for line in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    filters = struct.pack("<HxxxxxxQ", len(program), ctypes.addressof(buffer))
    return call(libc.prctl(22, 2, filters, 0, 0))


def _refuse_if(number: int, offset: int, value: int) -> list[tuple[int, int, int, int]]:
    """Refuse a call whose argument, at this offset of the call's record, is the value."""
    return [(EQUAL, 0, 4, number), (LOAD, 0, 0, offset), (EQUAL, 0, 1, value), (RETURN, 0, 0, EPERM), (LOAD, 0, 0, 0)]
