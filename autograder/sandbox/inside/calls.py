"""seccomp: calls that no notebook needs, refused. linux/filter.h, linux/seccomp.h; x86-64 and 64-bit ARM are known."""

from __future__ import annotations

import ctypes
import os
import platform
import struct

from autograder.sandbox.inside.confine import PR_SET_DUMPABLE, PR_SET_PDEATHSIG, call, libc

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
    "vmsplice": (278, 75), "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264), "quotactl": (179, 60), "acct": (163, 89), "settimeofday": (164, 170),
    "socket": (41, 198), "connect": (42, 203), "bind": (49, 200), "syslog": (103, 116), "modify_ldt": (154, -1),
    "clock_settime": (227, 112), "sethostname": (170, 161), "vhangup": (153, 58), "personality": (135, 92),
}  # fmt: skip
CLONE, CLONE3, MMAP, SETSOCKOPT, SOCKETPAIR = (56, 220), (435, 435), (9, 222), (54, 208), (53, 199)
PRCTL, IOCTL, FCNTL, PRLIMIT = (157, 167), (16, 29), (72, 25), (302, 261)
MAP_SHARED, MAP_ANONYMOUS, MAP_HUGETLB = 0x1, 0x20, 0x40000
AF_UNIX = 1
SIGKILL = 9
SOL_SOCKET, SO_SNDBUF, SO_SNDBUFFORCE, F_SETPIPE_SZ = 1, 7, 32, 1031
TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP = 0x5412, 0x541C, 0x8901, 0x8902
F_SETOWN, F_SETSIG, F_SETOWN_EX = 8, 10, 15  # who is sent which signal when a file is ready: whoever, and SIGKILL
TO_A_PROCESS = {  # what may be done to oneself, and to others only where none but one's own are in reach
    "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434),
}  # fmt: skip
SENDS_TO_SELF = {  # which may end a process so that it looks as if somebody else had; where the signal stands
    "tkill": ((200, 130), 1), "tgkill": ((234, 131), 2), "rt_sigqueueinfo": ((129, 138), 1),
    "rt_tgsigqueueinfo": ((297, 240), 2), "pidfd_send_signal": ((424, 424), 1),
}  # fmt: skip
KILL_CALL, TIMER_CREATE = (62, 129), (222, 107)
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
    code = filtering(platform.machine(), os.getpid(), others_in_reach, for_signals)
    buffer = ctypes.create_string_buffer(code, len(code))
    filters = struct.pack("<HxxxxxxQ", len(code) // LINE.size, ctypes.addressof(buffer))
    return call(libc.prctl(22, 2, filters, 0, 0))


def filtering(machine: str, me: int, others_in_reach: bool, for_signals: bool) -> bytes:
    """The filter of process `me` as the kernel takes it: rules, of which the first that holds decides."""
    audit, column = ARCHITECTURES[machine]
    refused = [*REFUSED.values(), *((*SLOWS_OTHERS.values(), TIMER_CREATE) if others_in_reach else ())]
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
        *(_refuse(numbers[column], _differs(FIRST, me)) for numbers in TO_A_PROCESS.values() if for_signals),
        _refuse(CLONE[column], _has_any(FIRST, NAMESPACE_FLAGS)),
        _refuse(SOCKETPAIR[column], _differs(FIRST, AF_UNIX)),  # others would have the kernel load their modules
        *_memory_of_none(column),
        *(_looks_killed(column, me) if others_in_reach else ()),  # else it is the first of its namespace, and safe
        _rule(ALLOW),
    ]
    return b"".join(rules)


def _memory_of_none(column: int) -> list[bytes]:
    """Refuse memory that no process's size shows: shared and given back, of a pool of its own, or in large buffers.

    `vmsplice`, which has a pipe hold pages that are given back then, is refused whatever it is asked.
    """
    return [
        _refuse(MMAP[column], _has_any(FOURTH, MAP_SHARED), _has_any(FOURTH, MAP_ANONYMOUS)),
        _refuse(MMAP[column], _has_any(FOURTH, MAP_HUGETLB)),
        *(
            _refuse(SETSOCKOPT[column], _equals(SECOND, SOL_SOCKET), _equals(THIRD, option))
            for option in (SO_SNDBUF, SO_SNDBUFFORCE)
        ),
        _refuse(FCNTL[column], _equals(SECOND, F_SETPIPE_SZ)),
    ]


def _looks_killed(column: int, me: int) -> list[bytes]:
    """Refuse ways to be sent SIGKILL by oneself: the guard takes it for somebody else's doing."""
    to_it = [_equals(FIRST, me), _equals(FIRST, 0), _has_any(FIRST, 1 << 31)]  # itself, its group, any group
    return [
        *(_refuse(KILL_CALL[column], _equals(SECOND, SIGKILL), test) for test in to_it),
        *(_refuse(numbers[column], _equals(FIRST + 8 * place, SIGKILL)) for numbers, place in SENDS_TO_SELF.values()),
    ]


# A rule is a little program for the kernel's filter machine: for each test load a word of the call's record and
# compare, and if the test fails jump to behind the rule; at its end stands the decision. A line is an operation, how
# many lines to skip if it holds and if it does not, and a number.

LINE = struct.Struct("<HBBI")
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
NUMBER, MACHINE = 0, 4  # where the record of a call has its number,
FIRST, SECOND, THIRD, FOURTH = 16, 24, 32, 40  # and the arguments their low words
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
